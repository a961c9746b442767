//! The records of an archive, one after the other: read several at a time, made rows of in their order.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use futures::StreamExt;

use super::{LARGEST_DESCRIPTION, Rebuilt, Unreadable, texts};
use crate::app::{App, AppError};
use crate::archive::RECORD_JSON;
use crate::archive::ocfl::{ArchivedFile, LogicalPath, OcflError, Root, VersionNumber};
use crate::chart::{Digest, PageText, PipelineStamp, RECORD_SCHEMA, RecordDescription, RecordId};
use crate::store::{ArchivedVersion, RecordState};
use crate::worker::Stop;

/// Records that are read at the same time: a bucket answers each request slowly.
const AT_ONCE: usize = 8;

/// What was read of a record.
enum Read {
    /// No version is whole: a first deposit was interrupted.
    Nothing,
    /// The ledger says that it was destroyed.
    Destroyed,
    /// The ledger does not know it.
    Unknown,
    /// The versions that are not in the database.
    Versions(Vec<ReadVersion>),
}

struct ReadVersion {
    description: RecordDescription,
    texts: Vec<(PageText, String)>,
    scan_sizes: BTreeMap<Digest, u64>,
}

impl App {
    /// Makes the rows of every record of an archive that are not here, and puts the text of its pages where the index reads
    /// it. What is wrong with one record stops no other. `progress` is told how many records of how many are done.
    ///
    /// # Errors
    /// The archive cannot be listed or does not answer; the database failed.
    pub(in crate::app) async fn restore_records(
        &self,
        root: &Root,
        records: &BTreeSet<RecordId>,
        stop: &Stop,
        rebuilt: &mut Rebuilt,
        mut progress: impl FnMut(u64, u64),
    ) -> Result<(), AppError> {
        let pipeline = self.definition(None)?.stamp();
        let all = records.len() as u64;
        let begun = Instant::now();
        let read = |record: RecordId| async move { (record, self.read_record(root, record).await) };
        let mut reading = futures::stream::iter(records.iter().copied().map(read)).buffered(AT_ONCE);
        while let Some((record, read)) = reading.next().await {
            if stop.is_raised() {
                rebuilt.interrupted = true;
                return Ok(());
            }
            match read {
                Ok(Read::Nothing) => {}
                Ok(Read::Destroyed) => rebuilt.destroyed_but_there.push(record),
                Ok(Read::Unknown) => rebuilt.not_in_ledger.push(record),
                Ok(Read::Versions(versions)) => self.keep_versions(versions, &pipeline, rebuilt).await?,
                Err(AppError::Ocfl(cause)) if !cause.is_transient() => {
                    rebuilt.unreadable.push(Unreadable { record, error: cause.to_string() });
                }
                Err(cause) => return Err(cause),
            }
            rebuilt.records += 1;
            rebuilt.records_per_second = rebuilt.records as f64 / begun.elapsed().as_secs_f64().max(1e-6);
            progress(rebuilt.records, all);
        }
        Ok(())
    }

    async fn keep_versions(
        &self,
        versions: Vec<ReadVersion>,
        pipeline: &PipelineStamp,
        rebuilt: &mut Rebuilt,
    ) -> Result<(), AppError> {
        for ReadVersion { description, texts, scan_sizes } in versions {
            rebuilt.versions += 1;
            rebuilt.pages += description.draft.pages.len() as u64;
            let restored =
                ArchivedVersion { description: &description, texts: &texts, scan_sizes: &scan_sizes, pipeline };
            self.store.restore(restored).await?;
        }
        Ok(())
    }

    async fn read_record(&self, root: &Root, record: RecordId) -> Result<Read, AppError> {
        let known = self.store.archive_record(record).await?;
        let object = match root.object(record).await {
            Err(OcflError::NoRecord { .. }) => return Ok(Read::Nothing),
            object => object?,
        };
        match known.map(|known| known.state) {
            Some(RecordState::Destroyed) => return Ok(Read::Destroyed),
            None => return Ok(Read::Unknown),
            Some(_) => {}
        }
        let mut read = Vec::new();
        let mut restored = Vec::new();
        for version in object.versions().keys() {
            let files = object.files(*version)?;
            if self.store.is_restored(record, version.get()).await? {
                restored.push(files);
                continue;
            }
            let description = describe(root, record, *version, &files).await?;
            let texts = texts::restore(root, &self.areas.results, &files).await?;
            let scan_sizes = self.scan_sizes(&description).await?;
            read.push(ReadVersion { description, texts, scan_sizes });
        }
        // A database that came from a backup knows results whose objects were lost with the disk.
        if !restored.is_empty() && self.lacks_results(record).await? {
            for files in restored {
                texts::restore(root, &self.areas.results, &files).await?;
            }
        }
        Ok(Read::Versions(read))
    }

    /// Says whether a result that counts for a page of the record is not in the object store.
    async fn lacks_results(&self, record: RecordId) -> Result<bool, AppError> {
        for key in self.store.current_results_of(record).await? {
            if self.areas.working_size(&key).await?.is_none() {
                return Ok(true);
            }
        }
        Ok(false)
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
