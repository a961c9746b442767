//! Restores a backup into an empty instance, and brings it up to what the archive tells: newer facts, newer records, and
//! what was destroyed meanwhile. Every step can be done again; an interrupted restore goes on.

use serde::Serialize;

use super::{Backup, Step, objects};
use crate::app::config::Config;
use crate::app::rebuild::Rebuilt;
use crate::app::rebuild::ledger::Shipped;
use crate::app::{App, AppError};
use crate::archive::ocfl::Root;
use crate::archive::{Vault, make_folder};
use crate::audit::Verdict;
use crate::chart::{Clock, Digest, RecordId};
use crate::store::{Store, StoreError};
use crate::worker::Stop;

/// Setting that names the backup of a restore which is not finished; empty once it is.
pub const UNFINISHED: &str = "restore:from";
/// Rows that are brought back at a time.
const ROWS: usize = 500;

/// What a restore has done.
#[derive(Debug, Default, Serialize)]
pub struct Restored {
    /// The moment that the backup is of.
    pub made_at: Option<jiff::Timestamp>,
    /// Fingerprint of the key that signed the backup; none if nobody did.
    pub signer: Option<Digest>,
    /// Rows brought back in this run.
    pub rows: u64,
    /// Objects that the database needs, and that the backup had.
    pub objects: u64,
    /// Entries of the ledger that are newer than the backup, replayed.
    pub newer_entries: u64,
    /// Entries that the backup has and the archive does not yet; the next command that records ships them.
    pub unshipped_entries: u64,
    /// Destroyed records of which something had come back to the archive or its replica, and was destroyed again.
    pub destroyed_again: Vec<RecordId>,
    /// What came from the archive, and what it lacks.
    pub archive: Rebuilt,
    /// Whether the ledger's signing key is here: it is in no backup.
    pub key_is_here: bool,
}

impl Restored {
    /// Says whether a person has to look at something.
    pub fn needs_attention(&self) -> bool {
        self.archive.needs_attention() || !self.key_is_here
    }
}

/// Restores `backup`, which was verified, into the instance of `config`, which must be empty. `vault` is the archive that it
/// belongs to; with `pinned`, its ledger must be signed by the key with this fingerprint, or one that follows from it.
///
/// # Errors
/// The instance is not empty; the archive's ledger is not that of the backup, or lost entries; something failed.
pub async fn restore(
    config: Config,
    backup: &Backup,
    vault: &Vault,
    pinned: Option<Digest>,
    stop: &Stop,
    mut progress: impl FnMut(Step),
) -> Result<(App, Restored), AppError> {
    let (shipped, verdict) = match backup.manifest.ledger.entries {
        0 => (None, None),
        _ => {
            let (shipped, verdict) = Shipped::audited(vault, pinned).await?;
            belong_together(backup, &shipped, &verdict, vault).await?;
            (Some(shipped), Some(verdict))
        }
    };
    let rows = bring_rows_back(&config, backup, &mut progress).await?;
    let app = App::open_unfinished(config).await?;
    let mark = &backup.manifest.ledger;
    let entries = verdict.as_ref().map_or(0, |verdict| verdict.entries);
    let mut restored = Restored {
        made_at: Some(backup.manifest.made_at),
        signer: backup.signer,
        rows,
        newer_entries: entries.saturating_sub(mark.entries),
        unshipped_entries: mark.entries.saturating_sub(entries),
        ..Restored::default()
    };
    restored.archive.from = vault.describes();
    restored.archive.entries = entries;
    restored.archive.signed_entries = verdict.as_ref().map_or(0, |verdict| verdict.signed_entries);
    if let Some(shipped) = shipped {
        let store = &app.store;
        let newer = |entries: Vec<crate::chart::LedgerEntry>| async move {
            let newer: Vec<_> = entries.into_iter().filter(|entry| entry.sequence >= mark.entries).collect();
            Ok(store.settle_rejections(&newer).await?)
        };
        shipped.replay(store, newer).await?;
    }
    app.store.settle_records().await?;
    app.remove_destroyed_work().await?;
    let replica = app.replica().await?.cloned();
    for place in [Some(vault), replica.as_ref()].into_iter().flatten() {
        let (again, locked) = app.destroy_again(place).await?;
        restored.destroyed_again.extend(again);
        restored.archive.destroyed_but_there.extend(locked);
    }
    restored.destroyed_again.sort_unstable();
    restored.destroyed_again.dedup();
    match app.bring_objects_back(backup, stop, &mut progress).await? {
        Some(objects) => restored.objects = objects,
        None => restored.archive.interrupted = true,
    }
    if !restored.archive.interrupted {
        app.restore_from_archive(vault, stop, &mut restored.archive, &mut progress).await?;
    }
    if restored.archive.interrupted {
        return Ok((app, restored));
    }
    // Text of what was destroyed since the backup was in the rows that were brought back.
    app.store.purge_deleted().await?;
    app.store.keep_setting(UNFINISHED, "").await?;
    restored.key_is_here = mark.key.is_none() || app.signing_key().await.is_ok();
    Ok((app, restored))
}

impl App {
    async fn restore_from_archive(
        &self,
        vault: &Vault,
        stop: &Stop,
        archive: &mut Rebuilt,
        progress: &mut impl FnMut(Step),
    ) -> Result<(), AppError> {
        let records = objects::records_in(vault).await?;
        if !records.is_empty() {
            let root = Root::existing(vault.clone()).await?;
            let there = std::mem::take(&mut archive.destroyed_but_there);
            let mut count = |done, all| progress(Step { what: "records", done, all });
            self.restore_records(&root, &records, stop, archive, &mut count).await?;
            archive.destroyed_but_there.extend(there);
            archive.destroyed_but_there.sort_unstable();
            archive.destroyed_but_there.dedup();
        }
        if !archive.interrupted {
            self.find_gaps(vault, &records, archive).await?;
        }
        Ok(())
    }
}

/// Refuses an archive whose ledger is not that of the backup, or has lost entries since.
async fn belong_together(backup: &Backup, shipped: &Shipped, verdict: &Verdict, vault: &Vault) -> Result<(), AppError> {
    let mark = &backup.manifest.ledger;
    let place = vault.describes();
    if verdict.entries < mark.shipped {
        return Err(AppError::Unfit(format!(
            "the ledger in {place} has {} entries, but had {} when the backup was made, and nothing was restored: the archive \
             was set back, or is another one. Bring it back from its replica first, or name the right one with --from",
            verdict.entries, mark.shipped
        )));
    }
    let mut entries = backup.entries()?;
    let fork = shipped.fork(|| Ok(entries()?.map(|(text, _)| text))).await?;
    if let Some(sequence) = fork {
        return Err(AppError::Unfit(format!(
            "entry {sequence} of the ledger in {place} is not the one in the backup, and nothing was restored: they are two \
             ledgers, or one of them was tampered with. Name the archive that the backup belongs to with --from"
        )));
    }
    match backup.signer {
        Some(signer) if !verdict.keys.is_empty() && !verdict.keys.contains(&signer) => Err(AppError::Unfit(format!(
            "the backup is signed by the key {signer}, which the ledger in {place} does not know, and nothing was restored"
        ))),
        _ => Ok(()),
    }
}

/// Fills the database, unless that was done before; returns the rows.
async fn bring_rows_back(config: &Config, backup: &Backup, progress: &mut impl FnMut(Step)) -> Result<u64, AppError> {
    make_folder(&config.data.folder)
        .map_err(|cause| AppError::DataFolder { path: config.data.folder.clone(), cause })?;
    let url = config.database.url.reveal();
    let store = match Store::open_at(url, backup.manifest.tables_form).await {
        // The tables are in a newer form: a restore that went on, or a database of somebody else.
        Err(StoreError::Migration { .. }) => Store::open(url).await?,
        opened => opened?,
    };
    let id = backup.id.to_string();
    let rows = match store.setting(UNFINISHED).await?.filter(|backup| !backup.is_empty()) {
        Some(unfinished) if unfinished == id => Ok(0),
        Some(_) => Err(AppError::Unfit(
            "another backup is being restored here; finish that, or name another database".to_owned(),
        )),
        None => fill(&store, backup, progress).await,
    };
    store.close().await;
    rows
}

async fn fill(store: &Store, backup: &Backup, progress: &mut impl FnMut(Step)) -> Result<u64, AppError> {
    if !store.is_untouched().await? {
        return Err(AppError::Unfit(
            "the database is not empty, and a restore never overwrites; move it away, or name another one with --data or in \
             the configuration"
                .into(),
        ));
    }
    let mut loading = store.begin_loading().await?;
    for file in &backup.manifest.tables {
        loading.check(&file.table)?;
    }
    let tables: Vec<String> = loading.tables().iter().map(|table| table.name.clone()).collect();
    let all = backup.manifest.tables.iter().map(|file| file.file.lines).sum();
    let mut done = 0;
    for name in tables {
        let Some(file) = backup.manifest.tables.iter().find(|file| file.table.name == name) else {
            return Err(AppError::Unfit(format!("the backup has no table {name}; nothing was restored")));
        };
        let mut rows = backup.rows(&name)?;
        loop {
            let mut some = Vec::with_capacity(ROWS);
            while some.len() < ROWS
                && let Some(row) = rows()?
            {
                some.push(row);
            }
            if some.is_empty() {
                break;
            }
            done += some.len() as u64;
            loading.add(&file.table, some).await?;
            progress(Step { what: "rows", done, all });
        }
        loading.end_table(&file.table).await?;
    }
    loading.finish((UNFINISHED, &backup.id.to_string()), crate::app::SystemClock.now()).await?;
    Ok(done)
}
