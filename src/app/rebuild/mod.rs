//! Rebuild: database and index out of the archive alone.
//!
//! The ledger is audited and replayed, which makes people, records, policies, holds and disposals; then every record's
//! newest and earlier versions make documents, pages, results and patients; the index is built from those. Each step goes
//! on where an interrupted rebuild stopped, and what a disposal has destroyed stays gone whatever a store still holds.

pub(in crate::app) mod ledger;
mod records;
mod texts;

use std::collections::BTreeSet;

use serde::Serialize;

use super::{App, AppError};
use crate::archive::Vault;
use crate::archive::ocfl::Root;
use crate::chart::{Digest, HoldId, RecordId, RequestId};
use crate::store::{RecordState, UndepositedVersion};
use crate::worker::Stop;

/// Setting that says which archive an unfinished rebuild is from.
const FROM: &str = "rebuild:from";
/// What that setting says of a finished one.
const FINISHED: &str = "";
/// The largest `record.json`, in bytes.
const LARGEST_DESCRIPTION: u64 = 256 << 20;

/// What a rebuild has done.
#[derive(Debug, Default, Serialize)]
pub struct Rebuilt {
    /// Where from, for people.
    pub from: String,
    /// Entries of the ledger.
    pub entries: u64,
    /// How many of them are covered by a signed checkpoint.
    pub signed_entries: u64,
    /// Records in the archive.
    pub records: u64,
    /// How many of them were gone through in a second, in this run.
    pub records_per_second: f64,
    /// Versions of them that were restored in this run.
    pub versions: u64,
    /// Pages of those.
    pub pages: u64,
    /// Records that were destroyed but of which the store still holds something.
    pub destroyed_but_there: Vec<RecordId>,
    /// Records that the ledger does not know.
    pub not_in_ledger: Vec<RecordId>,
    /// Records that cannot be read, and why.
    pub unreadable: Vec<Unreadable>,
    /// Records that the ledger says are in the archive, and are not.
    pub missing: Vec<RecordId>,
    /// Versions that were accepted and not deposited: a backup has them, the archive does not.
    pub not_deposited: Vec<NotDeposited>,
    /// Holds by query whose query is not in the archive; they do not cover what comes later until they have it.
    pub holds_without_query: Vec<HoldId>,
    /// Requests for records of which the archive does not say who received what.
    pub requests_without_recipient: Vec<RequestId>,
    /// Whether it was stopped before its end.
    pub interrupted: bool,
}

/// A record that cannot be read.
#[derive(Debug, Serialize)]
pub struct Unreadable {
    /// The record.
    pub record: RecordId,
    /// Why; what to do.
    pub error: String,
}

/// A version that was accepted and not deposited.
#[derive(Debug, Serialize)]
pub struct NotDeposited {
    /// The record.
    pub record: RecordId,
    /// The version.
    pub version: u32,
}

impl Rebuilt {
    /// Says whether a person has to look at something.
    pub fn needs_attention(&self) -> bool {
        !(self.destroyed_but_there.is_empty()
            && self.not_in_ledger.is_empty()
            && self.unreadable.is_empty()
            && self.missing.is_empty()
            && self.not_deposited.is_empty()
            && self.holds_without_query.is_empty()
            && self.requests_without_recipient.is_empty())
    }
}

impl App {
    /// Makes the database again out of the archive `vault`. With `pinned`, the ledger's last checkpoint must be signed by
    /// the key with this fingerprint or one that follows from it. `progress` is told how many records of how many are
    /// done.
    ///
    /// # Errors
    /// The database is neither empty nor this rebuild's own; the ledger does not stand its audit; the archive or the
    /// database failed.
    pub async fn rebuild(
        &self,
        vault: &Vault,
        pinned: Option<Digest>,
        stop: &Stop,
        progress: impl FnMut(u64, u64),
    ) -> Result<Rebuilt, AppError> {
        let root = Root::existing(vault.clone()).await?;
        self.claim_database(&vault.describes()).await?;
        let verdict = ledger::replay(&self.store, vault, pinned).await?;
        let mut rebuilt = Rebuilt {
            from: vault.describes(),
            entries: verdict.entries,
            signed_entries: verdict.signed_entries,
            ..Rebuilt::default()
        };
        let (_, records) = root.validate_root().await?;
        self.restore_records(&root, &records, stop, &mut rebuilt, progress).await?;
        if rebuilt.interrupted {
            return Ok(rebuilt);
        }
        self.find_gaps(vault, &records, &mut rebuilt).await?;
        self.store.keep_setting(FROM, FINISHED).await?;
        Ok(rebuilt)
    }

    /// Finds what the ledger tells of and the archive, with these records, does not have; gives holds their queries back.
    pub(in crate::app) async fn find_gaps(
        &self,
        vault: &Vault,
        records: &BTreeSet<RecordId>,
        rebuilt: &mut Rebuilt,
    ) -> Result<(), AppError> {
        let mut after = None;
        loop {
            let rows = self.store.archive_records(after, 500).await?;
            let Some(last) = rows.last() else { break };
            after = Some(last.id);
            let lost = rows.iter().filter(|row| row.state == RecordState::Archived && !records.contains(&row.id));
            rebuilt.missing.extend(lost.map(|row| row.id));
        }
        rebuilt.holds_without_query = self.restore_hold_queries(vault).await?;
        rebuilt.requests_without_recipient = self.restore_recipients(vault).await?;
        let undeposited = self.store.undeposited().await?;
        rebuilt.not_deposited = undeposited.into_iter().map(NotDeposited::from).collect();
        Ok(())
    }

    /// Refuses a database that holds anything but an unfinished rebuild from the same archive.
    async fn claim_database(&self, from: &str) -> Result<(), AppError> {
        match self.store.setting(FROM).await? {
            Some(unfinished) if unfinished == from => Ok(()),
            Some(other) if other != FINISHED => Err(AppError::Unfit(format!(
                "the database holds an unfinished rebuild from {other}; finish it from there, or name another database"
            ))),
            _ if self.store.is_untouched().await? => Ok(self.store.keep_setting(FROM, from).await?),
            _ => Err(AppError::Unfit(
                "the database is not empty, and a rebuild never overwrites; move it away, or name another one with \
                 --data or in the configuration"
                    .into(),
            )),
        }
    }
}

impl From<UndepositedVersion> for NotDeposited {
    fn from(version: UndepositedVersion) -> Self {
        Self { record: version.record, version: version.version }
    }
}
