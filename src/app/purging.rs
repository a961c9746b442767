//! Purging of the intake area: scan files whose pages are all archived or rejected, once nobody can dispute it any more.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use serde::Serialize;

use super::{App, AppError};
use crate::access::Permission;
use crate::archive::ocfl::{OcflError, Root};
use crate::chart::Digest;
use crate::store::{PurgeCandidate, PurgeObstacle, RecordState};

/// Scan files that are looked at a time.
const ROWS: u32 = 200;

/// Why a scan file stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stays {
    /// Pages that nobody has decided about, or that wait for their deposit.
    PagesUndecided,
    /// Pages that are in no document.
    PagesNowhere,
    /// The time to dispute what was decided is not over.
    InDispute,
    /// A record with pages of it is not whole in the archive.
    NotInTheArchive,
    /// A record with pages of it is under a hold.
    Held,
}

/// What a purge has done, or would do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Purge {
    /// Scan files that are gone, or would go.
    pub purged: Vec<Digest>,
    /// Their bytes.
    pub bytes: u64,
    /// How many stay, by reason.
    pub stay: BTreeMap<Stays, u64>,
}

impl App {
    /// Purges every scan file that the intake area no longer needs; with `rehearse` only says which.
    ///
    /// # Errors
    /// The person may not; the database or the archive failed.
    pub async fn purge_intake(&self, rehearse: bool) -> Result<Purge, AppError> {
        let person = self.actor(Permission::PurgeIntake, &[]).await?.person;
        let root = Root::open(self.vault.clone()).await?;
        let dispute = SignedDuration::from_hours(24 * i64::from(self.config.intake.dispute_days));
        let since = self.clock.now().checked_sub(dispute).unwrap_or(jiff::Timestamp::MIN);
        let mut purge = Purge::default();
        let mut after = None;
        loop {
            let candidates = self.store.purge_candidates(after, ROWS, since).await?;
            let Some(last) = candidates.last() else { return Ok(purge) };
            after = Some(last.scan);
            for candidate in &candidates {
                if let Some(stays) = self.stays(&root, candidate).await? {
                    *purge.stay.entry(stays).or_default() += 1;
                    continue;
                }
                if !rehearse {
                    self.areas.intake.purge(candidate.scan).await?;
                    if let Some(key) = &candidate.decrypted_key {
                        self.areas.copies.purge(key).await?;
                    }
                    self.store.record_purge(person, candidate.scan, self.clock.now()).await?;
                }
                purge.purged.push(candidate.scan);
                purge.bytes += candidate.size;
            }
        }
    }

    /// Says why a scan file stays, if it does. What the database says is compared with the archive itself.
    async fn stays(&self, root: &Root, candidate: &PurgeCandidate) -> Result<Option<Stays>, AppError> {
        match candidate.obstacle {
            Some(PurgeObstacle::PagesUndecided) => return Ok(Some(Stays::PagesUndecided)),
            Some(PurgeObstacle::PagesNowhere) => return Ok(Some(Stays::PagesNowhere)),
            Some(PurgeObstacle::InDispute) => return Ok(Some(Stays::InDispute)),
            None => {}
        }
        for id in self.store.records_with_scan(candidate.scan).await? {
            let Some(record) = self.store.archive_record(id).await? else { continue };
            if record.state != RecordState::Archived {
                continue;
            }
            match root.object(id).await {
                Ok(object) if object.head().get() >= record.version => {}
                Ok(_) | Err(OcflError::NoRecord { .. }) => return Ok(Some(Stays::NotInTheArchive)),
                Err(cause) => return Err(cause.into()),
            }
        }
        Ok(None)
    }
}
