//! Locks of what is in no record: the ledger, certificates, tombstones, recipients, and queries of holds. They are renewed
//! at half their life; what longer segments of the ledger have superseded is not, and goes when its lock has ended.

use std::collections::BTreeSet;

use futures::TryStreamExt;
use jiff::SignedDuration;

use super::super::{App, AppError};
use crate::archive::{ArchiveError, Lock, LockMode, Renewal, Vault, renew_locks};
use crate::audit::segment::{self, Segment};
use crate::chart::HoldId;
use crate::store::TurnEnd;
use crate::worker::Turn;

/// What of the ledger will be superseded is locked so many days at a time while it is not.
const PASSING_DAYS: i64 = 14;
/// Folder of the ledger.
const LEDGER: &str = "ledger";
/// Folders of what remains of destroyed records, and of who received what was given out.
const REMAINS: [&str; 3] = ["certificates", "tombstones", "requests"];
/// Folder of the queries of holds.
const QUERIES: &str = "holds";

/// What lies of the ledger in a location.
#[derive(Default)]
struct Shipped {
    segments: BTreeSet<Segment>,
    checkpoints: BTreeSet<u64>,
}

impl App {
    /// Renews the locks in every location, and removes what is superseded.
    pub(super) async fn ledger_locks_turn(&self, turn: &Turn<'_>) -> Result<TurnEnd, AppError> {
        let days = i64::from(self.config.ledger.lock_days);
        let (mut extended, mut removed, mut stays) = (0, 0, None);
        for (location, vault) in self.lock_places().await? {
            if turn.stop.is_raised() {
                return Ok(TurnEnd::Stopped);
            }
            let shipped = Shipped::list(&vault).await?;
            let superseded = segment::superseded(&shipped.segments, &shipped.checkpoints);
            if days > 0 {
                extended += self.renew_ledger(&vault, &shipped, &superseded, days).await?;
                for folder in REMAINS {
                    extended += renew_locks(&vault, folder, &self.renewal(days), |_| true).await?.extended;
                }
                let in_force = self.queries_in_force().await?;
                let is_in_force = |key: &str| in_force.contains(key);
                extended += renew_locks(&vault, QUERIES, &self.renewal(days), is_in_force).await?.extended;
            }
            match self.remove_superseded(&vault, &superseded).await {
                Ok(count) => removed += count,
                // Credentials that may delete nothing are a good choice; then a rule of the bucket removes it, or nobody.
                Err(cause) => stays = Some(format!("what is superseded in the {location} stays: {cause}")),
            }
        }
        let mut told = format!("{extended} locks extended, {removed} superseded objects of the ledger removed");
        if let Some(why) = stays {
            told.push_str(&format!("; {why}"));
        }
        Ok(TurnEnd::Done { attention: false, told })
    }

    /// Returns the keys of the ledger in a location that other objects supersede.
    pub(super) async fn superseded_ledger_objects(&self, vault: &Vault) -> Result<BTreeSet<String>, AppError> {
        let shipped = Shipped::list(vault).await?;
        Ok(segment::superseded(&shipped.segments, &shipped.checkpoints))
    }

    /// Returns the lock of something that is in no record.
    pub(super) async fn lock_of_the_rest(&self, key: &str) -> Result<Option<Lock>, AppError> {
        let is_query = key.split('/').next() == Some(QUERIES);
        if is_query && !self.queries_in_force().await?.contains(key) {
            return Ok(None);
        }
        Ok(self.ledger_lock())
    }

    async fn renew_ledger(
        &self,
        vault: &Vault,
        shipped: &Shipped,
        superseded: &BTreeSet<String>,
        days: i64,
    ) -> Result<u64, AppError> {
        let size = shipped.checkpoints.last().copied().unwrap_or(0);
        let is_settled = |key: &str| {
            let settled = Segment::of_key(key).is_some_and(|segment| segment.is_settled(size));
            let checkpoint = segment::checkpoint_of_key(key);
            settled || checkpoint.is_some_and(|at| at.saturating_sub(1) / segment::LENGTH < size / segment::LENGTH)
        };
        let stays = |key: &str| !superseded.contains(key) && is_settled(key);
        let passes = |key: &str| !superseded.contains(key) && !is_settled(key);
        let settled = renew_locks(vault, LEDGER, &self.renewal(days), stays).await?;
        let passing = renew_locks(vault, LEDGER, &self.renewal(days.min(PASSING_DAYS)), passes).await?;
        Ok(settled.extended + passing.extended)
    }

    /// Removes what is superseded and locked no more.
    async fn remove_superseded(&self, vault: &Vault, superseded: &BTreeSet<String>) -> Result<u64, ArchiveError> {
        let now = self.clock.now();
        let mut removed = 0;
        for version in vault.versions(LEDGER).await? {
            if !superseded.contains(&version.key) {
                continue;
            }
            if version.is_delete_marker || vault.lock_state(&version).await?.is_free(now) {
                vault.delete(&version).await?;
                removed += 1;
            }
        }
        Ok(removed)
    }

    /// Returns the keys of the queries of holds that are not released.
    async fn queries_in_force(&self) -> Result<BTreeSet<String>, AppError> {
        let key = |hold: HoldId| format!("{QUERIES}/{hold}");
        Ok(self.store.holds(false).await?.into_iter().map(|row| key(row.hold.id)).collect())
    }

    fn renewal(&self, days: i64) -> Renewal {
        let length = SignedDuration::from_hours(24 * days);
        Renewal { now: self.clock.now(), length, mode: LockMode::Compliance, furthest: None }
    }
}

impl Shipped {
    async fn list(vault: &Vault) -> Result<Self, AppError> {
        let mut shipped = Self::default();
        let mut entries = vault.list(LEDGER);
        while let Some(entry) = entries.try_next().await? {
            shipped.segments.extend(Segment::of_key(&entry.key));
            shipped.checkpoints.extend(segment::checkpoint_of_key(&entry.key));
        }
        Ok(shipped)
    }
}
