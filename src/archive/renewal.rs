//! Renewal of locks: short ones, extended at half their life, never beyond what the caller allows.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::error::ArchiveError;
use super::vault::{LockMode, Vault};

/// How locks are renewed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Renewal {
    /// The present.
    pub now: Timestamp,
    /// How long a lock lasts.
    pub length: SignedDuration,
    /// The mode of a lock that is set anew; a running one keeps its own.
    pub mode: LockMode,
    /// The instant that no lock may go beyond, as retention says; `None` while it says no end.
    pub furthest: Option<Timestamp>,
}

/// What was done to the locks below a prefix.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Renewed {
    /// Versions whose lock lasts longer now.
    pub extended: u64,
    /// Versions whose lock has more than half its life left, or may not be longer.
    pub unchanged: u64,
    /// When the first of these locks ends.
    pub first_end: Option<Timestamp>,
}

/// Extends the lock of every version below `prefix` that is past half its life; of those whose key `concerns` names.
///
/// # Errors
/// The location cannot be listed, or refuses.
pub async fn renew_locks(
    vault: &Vault,
    prefix: &str,
    renewal: &Renewal,
    concerns: impl Fn(&str) -> bool,
) -> Result<Renewed, ArchiveError> {
    let wanted = renewal.now.checked_add(renewal.length).unwrap_or(Timestamp::MAX);
    let wanted = renewal.furthest.map_or(wanted, |furthest| furthest.min(wanted));
    let half = SignedDuration::from_secs(renewal.length.as_secs() / 2);
    let due = renewal.now.checked_add(half).unwrap_or(Timestamp::MAX);
    let mut renewed = Renewed::default();
    for version in vault.versions(prefix).await? {
        // A delete marker has no bytes and no lock.
        if version.is_delete_marker || !concerns(&version.key) {
            continue;
        }
        let until = vault.lock_state(&version).await?.until;
        let is_due = until.is_none_or(|until| until <= due && until < wanted) && wanted > renewal.now;
        let end = if is_due {
            vault.extend(&version, wanted, renewal.mode).await?;
            renewed.extended += 1;
            Some(wanted)
        } else {
            renewed.unchanged += 1;
            until
        };
        renewed.first_end = [renewed.first_end, end].into_iter().flatten().min();
    }
    Ok(renewed)
}
