//! Copying to the replica: new versions of records, and what is in no record; what was destroyed is destroyed there too.

use std::collections::HashMap;

use futures::TryStreamExt;

use super::super::fixity::FixityRun;
use super::super::{App, AppError};
use crate::archive::ocfl::{OcflError, Root, object_folder};
use crate::archive::{Body, Lock, Vault};
use crate::chart::RecordId;
use crate::disposal::{replay, tombstone};
use crate::store::{RecordState, TurnEnd};
use crate::worker::Turn;

/// Folder of the records, which are copied one by one.
const RECORDS: &str = "records";
/// Records that are read from the database at a time.
const ROWS: u32 = 200;
/// Failures that are told by name.
const MOST_TOLD: usize = 3;

impl App {
    /// Copies what the replica lacks, until the turn is stopped.
    pub(super) async fn replication_turn(&self, turn: &Turn<'_>) -> Result<TurnEnd, AppError> {
        let Some(replica) = self.replica().await? else {
            return Ok(TurnEnd::Done { attention: false, told: "no replica is configured".to_owned() });
        };
        let (from, to) = (Root::open(self.vault.clone()).await?, Root::open(replica.clone()).await?);
        let mut run = FixityRun::default();
        let mut after = None;
        'all: loop {
            let records = self.store.records_to_copy(after, ROWS).await?;
            let Some(last) = records.last() else { break };
            after = Some(*last);
            for record in records {
                if turn.stop.is_raised() {
                    break 'all;
                }
                match self.replicate(record, &from, &to).await {
                    Ok(files) => run.copied += files,
                    Err(AppError::Ocfl(cause)) => {
                        run.failures.push(format!("{record} was not copied to the replica: {cause}"));
                    }
                    Err(cause) => return Err(cause),
                }
                run.records += 1;
            }
        }
        if turn.stop.is_raised() {
            return Ok(TurnEnd::Stopped);
        }
        self.copy_the_rest(replica, &mut run).await?;
        let mut back = 0;
        for vault in [&self.vault, replica] {
            back += replay(vault, object_folder).await?.len();
        }
        let mut told = format!("{} records, {} files copied", run.records, run.copied);
        if back > 0 {
            told.push_str(&format!("; {back} destroyed records had come back, and were destroyed again"));
        }
        for failure in run.failures.iter().take(MOST_TOLD) {
            told.push_str(&format!("; {failure}"));
        }
        Ok(TurnEnd::Done { attention: !run.failures.is_empty(), told })
    }

    /// Copies what the replica lacks of one record, locked as policy and holds ask for; returns the files that were written.
    /// Nothing is copied of a record that is being destroyed or is.
    ///
    /// # Errors
    /// The record is damaged, a location or the database failed.
    pub(in crate::app) async fn replicate(&self, record: RecordId, from: &Root, to: &Root) -> Result<u64, AppError> {
        if self.is_leaving(record).await? {
            return Ok(0);
        }
        let lock = self.lock_of(record).await?;
        let copied = from.replicate(record, to, lock.as_ref()).await;
        self.leave_nothing_of(record).await?;
        let head = match from.object(record).await {
            Ok(object) => object.head().get(),
            // It was destroyed meanwhile.
            Err(OcflError::NoRecord { .. }) => return Ok(0),
            Err(cause) => return Err(cause.into()),
        };
        let files = copied?.files;
        self.store.keep_replication(record, head, self.clock.now()).await?;
        Ok(files)
    }

    /// Says whether a record is being destroyed or is: then nothing of it is repaired or copied.
    ///
    /// # Errors
    /// The database or the archive failed.
    pub(in crate::app) async fn is_leaving(&self, record: RecordId) -> Result<bool, AppError> {
        match self.store.archive_record(record).await? {
            Some(row) if row.state == RecordState::Destroyed => Ok(true),
            Some(_) => Ok(self.store.records_being_destroyed().await?.iter().any(|(_, leaving)| *leaving == record)),
            // A database that knows nothing of it: the archive does.
            None => Ok(tombstone::read(&self.vault, record).await?.is_some()),
        }
    }

    /// Destroys again what a repair or a copy has brought back of a record that was destroyed while it went on.
    ///
    /// # Errors
    /// The database or a location failed.
    pub(in crate::app) async fn leave_nothing_of(&self, record: RecordId) -> Result<(), AppError> {
        let row = self.store.archive_record(record).await?;
        if row.is_some_and(|row| row.state == RecordState::Destroyed) {
            for (_, vault) in self.lock_places().await? {
                tombstone::replay_one(&vault, record, &object_folder(record)).await?;
            }
        }
        Ok(())
    }

    /// Copies what is in no record: the ledger, certificates, tombstones, queries of holds.
    ///
    /// # Errors
    /// A location cannot be listed. What cannot be copied is told in `run`.
    pub(in crate::app) async fn copy_the_rest(&self, replica: &Vault, run: &mut FixityRun) -> Result<(), AppError> {
        let superseded = self.superseded_ledger_objects(&self.vault).await?;
        let folders = self.vault.folders("").await?;
        for folder in folders.into_iter().filter(|folder| folder != RECORDS) {
            let there = replica.list(&folder).map_ok(|entry| (entry.key, entry.size));
            let there: HashMap<String, u64> = there.try_collect().await?;
            let mut entries = self.vault.list(&folder);
            while let Some(entry) = entries.try_next().await? {
                if there.get(&entry.key) == Some(&entry.size) || superseded.contains(&entry.key) {
                    continue;
                }
                if let Err(cause) = self.copy_one(&entry.key, replica).await {
                    run.failures.push(format!("not copied to the replica: {cause}"));
                } else {
                    run.copied += 1;
                }
            }
        }
        Ok(())
    }

    async fn copy_one(&self, key: &str, replica: &Vault) -> Result<(), AppError> {
        let file = self.vault.open(key).await?;
        let lock: Option<Lock> = self.lock_of_the_rest(key).await?;
        replica.create(key, Body::File(&file), lock.as_ref()).await?;
        Ok(())
    }
}
