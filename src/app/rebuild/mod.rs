//! Rebuild: database and index out of the archive alone.
//!
//! The ledger is audited and replayed, which makes people, records, policies, holds and disposals; then every record's
//! newest and earlier versions make documents, pages, results and patients; the index is built from those. Each step goes
//! on where an interrupted rebuild stopped, and what a disposal has destroyed stays gone whatever a store still holds.

mod ledger;
mod texts;

use std::collections::BTreeMap;

use serde::Serialize;

use super::{App, AppError};
use crate::archive::ocfl::{ArchivedFile, LogicalPath, OcflError, Root, VersionNumber};
use crate::archive::{RECORD_JSON, Vault};
use crate::chart::{Digest, PipelineStamp, RECORD_SCHEMA, RecordDescription, RecordId};
use crate::store::{ArchivedVersion, RecordState, UndepositedVersion};
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
            && self.not_deposited.is_empty())
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
        mut progress: impl FnMut(u64, u64),
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
        let pipeline = self.definition(None)?.stamp();
        let (_, records) = root.validate_root().await?;
        let all = records.len() as u64;
        for record in &records {
            if stop.is_raised() {
                rebuilt.interrupted = true;
                return Ok(rebuilt);
            }
            match self.restore_record(&root, *record, &pipeline, &mut rebuilt).await {
                Ok(()) => {}
                // What is wrong with one record stops no other.
                Err(AppError::Ocfl(cause)) if !cause.is_transient() => {
                    rebuilt.unreadable.push(Unreadable { record: *record, error: cause.to_string() });
                }
                Err(cause) => return Err(cause),
            }
            rebuilt.records += 1;
            progress(rebuilt.records, all);
        }
        let mut after = None;
        loop {
            let rows = self.store.archive_records(after, 500).await?;
            let Some(last) = rows.last() else { break };
            after = Some(last.id);
            let lost = rows.iter().filter(|row| row.state == RecordState::Archived && !records.contains(&row.id));
            rebuilt.missing.extend(lost.map(|row| row.id));
        }
        let undeposited = self.store.undeposited().await?;
        rebuilt.not_deposited = undeposited.into_iter().map(NotDeposited::from).collect();
        self.store.keep_setting(FROM, FINISHED).await?;
        Ok(rebuilt)
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

    async fn restore_record(
        &self,
        root: &Root,
        record: RecordId,
        pipeline: &PipelineStamp,
        rebuilt: &mut Rebuilt,
    ) -> Result<(), AppError> {
        let known = self.store.archive_record(record).await?;
        let object = match root.object(record).await {
            // A first deposit that was interrupted: no version is there yet.
            Err(OcflError::NoRecord { .. }) => return Ok(()),
            object => object?,
        };
        match known.map(|known| known.state) {
            Some(RecordState::Destroyed) => {
                rebuilt.destroyed_but_there.push(record);
                return Ok(());
            }
            None => {
                rebuilt.not_in_ledger.push(record);
                return Ok(());
            }
            Some(_) => {}
        }
        for version in object.versions().keys() {
            if self.store.is_restored(record, version.get()).await? {
                continue;
            }
            let files = object.files(*version)?;
            let description = describe(root, record, *version, &files).await?;
            let texts = texts::restore(root, &self.areas.results, &files).await?;
            let scan_sizes = self.scan_sizes(&description).await?;
            rebuilt.versions += 1;
            rebuilt.pages += description.draft.pages.len() as u64;
            let restored =
                ArchivedVersion { description: &description, texts: &texts, scan_sizes: &scan_sizes, pipeline };
            self.store.restore(restored).await?;
        }
        Ok(())
    }

    /// Finds out how large the scan files are: as archived whole, or as the intake area still has them.
    async fn scan_sizes(&self, description: &RecordDescription) -> Result<BTreeMap<Digest, u64>, AppError> {
        let mut sizes = BTreeMap::new();
        for original in &description.originals {
            if original.sha256 == original.scan {
                sizes.insert(original.scan, original.size);
            } else if !sizes.contains_key(&original.scan)
                && let Some(size) = self.areas.intake.size(original.scan).await?
            {
                sizes.insert(original.scan, size);
            }
        }
        Ok(sizes)
    }
}

/// Reads `record.json`, which must be of this version of this record.
async fn describe(
    root: &Root,
    record: RecordId,
    version: VersionNumber,
    files: &[ArchivedFile],
) -> Result<RecordDescription, OcflError> {
    #[derive(serde::Deserialize)]
    struct Head {
        schema: u32,
    }
    let path = LogicalPath::new(RECORD_JSON)?;
    let file = files.iter().find(|file| file.path == path).ok_or(OcflError::NoFile { record, version, path })?;
    let bytes = root.read_bytes(file, LARGEST_DESCRIPTION).await?;
    // The parser's own words could quote the record's.
    let damaged = |what: String| OcflError::Damaged { key: file.key.clone(), what };
    let unreadable = |error: serde_json::Error| {
        damaged(format!("line {} column {} is no description of a record", error.line(), error.column()))
    };
    let head: Head = serde_json::from_slice(&bytes).map_err(unreadable)?;
    if head.schema != RECORD_SCHEMA {
        return Err(damaged(format!(
            "it has schema {}, this version reads {RECORD_SCHEMA}; use the newer one",
            head.schema
        )));
    }
    let description: RecordDescription = serde_json::from_slice(&bytes).map_err(unreadable)?;
    if (description.draft.record, description.draft.version) != (record, version.get()) {
        return Err(damaged("it describes another record or version".to_owned()));
    }
    Ok(description)
}

impl From<UndepositedVersion> for NotDeposited {
    fn from(version: UndepositedVersion) -> Self {
        Self { record: version.record, version: version.version }
    }
}
