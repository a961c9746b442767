//! Makes a backup: tables of one moment, then the objects that they need, then the manifest; verified before it has its name.

use std::fs::{self, DirBuilder, File};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use futures::TryStreamExt;
use rustix::fs::{CWD, RenameFlags};
use serde::Serialize;
use serde_json::Value as Json;

use super::lines::{LineReader, LineWriter, copy, new_file};
use super::manifest::{BACKUP_SCHEMA, LedgerMark, MANIFEST, Manifest, ObjectFiles, SignedManifest, TableFile};
use super::{Backup, ListedObject, OBJECT_LIST, OBJECTS, Step, TABLES};
use crate::app::{App, AppError};
use crate::archive::{ArchiveError, IntakeArea};
use crate::chart::merkle::{Edge, leaf};
use crate::chart::{Digest, LedgerEntry};
use crate::store::{Snapshot, TableForm, WorkingObject};
use crate::worker::Stop;

/// File that the objects to copy are noted in while the backup is made.
const TO_COPY: &str = "to-copy.zst";
/// The table of the ledger.
const LEDGER: &str = "ledger";

/// What was backed up.
#[derive(Debug, Serialize)]
pub struct BackedUp {
    /// The folder.
    pub folder: PathBuf,
    /// Rows of all tables.
    pub rows: u64,
    /// Objects copied.
    pub objects: u64,
    /// Bytes of all files.
    pub bytes: u64,
    /// Entries of the ledger.
    pub ledger_entries: u64,
    /// How many of them the archive has.
    pub shipped_entries: u64,
    /// Fingerprint of the key that signs the ledger and this backup; the key itself is not inside.
    pub key: Option<Digest>,
    /// Whether the backup is signed.
    pub signed: bool,
    /// Objects that the database names but that could not be read, and why.
    pub unreadable: Vec<String>,
    /// Whether it was stopped before its end; nothing was kept then.
    pub interrupted: bool,
}

impl App {
    /// Makes a backup in the folder `out`, which must not be there. Without `objects`, scan files and results are left out:
    /// for sites that copy the object store by other means. Others may work meanwhile.
    ///
    /// # Errors
    /// The folder is there or cannot be written; the database or the object store failed. Nothing is left of it then.
    pub async fn back_up(
        &self,
        out: &Path,
        objects: bool,
        stop: &Stop,
        mut progress: impl FnMut(Step),
    ) -> Result<BackedUp, AppError> {
        if out.symlink_metadata().is_ok() {
            return Err(exists(out));
        }
        let parent = match out.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
            _ => PathBuf::from("."),
        };
        // What the archive has by then cannot be lost with the database.
        self.ship_at_the_end().await;
        let key = match self.store.ledger_size().await? {
            0 => None,
            _ => self.signing_key().await.inspect_err(|cause| tracing::warn!("the backup is not signed: {cause}")).ok(),
        };
        let unnamed = tempfile::Builder::new().prefix(".muniment-backup-").tempdir_in(&parent);
        let unnamed = unnamed.map_err(|cause| AppError::Write { what: parent.display().to_string(), cause })?;
        let failed = |cause: std::io::Error| AppError::Write { what: out.display().to_string(), cause };
        let mut writing =
            Writing { folder: unnamed.path(), app: self, stop, unreadable: Vec::new(), interrupted: false };
        let mut manifest = writing.tables(objects, &mut progress).await?;
        if objects && !writing.interrupted {
            manifest.objects = Some(writing.objects(&mut progress).await?);
        }
        let (unreadable, interrupted) = (writing.unreadable, writing.interrupted);
        let keys = self.key_chain().await?;
        let message = SignedManifest::message(&manifest, &keys)?;
        let signature = key.map(|key| key.sign(&message));
        let signed = SignedManifest { manifest, keys, signature };
        let mut backed_up = BackedUp {
            folder: out.to_owned(),
            rows: signed.manifest.tables.iter().map(|table| table.file.lines).sum(),
            objects: signed.manifest.objects.as_ref().map_or(0, |objects| objects.list.lines),
            bytes: signed.manifest.tables.iter().map(|table| table.file.size).sum::<u64>()
                + signed.manifest.objects.as_ref().map_or(0, |objects| objects.bytes + objects.list.size),
            ledger_entries: signed.manifest.ledger.entries,
            shipped_entries: signed.manifest.ledger.shipped,
            key: signed.manifest.ledger.key,
            signed: signature.is_some(),
            unreadable,
            interrupted,
        };
        if interrupted {
            return Ok(backed_up);
        }
        let text = serde_json::to_vec_pretty(&signed).map_err(|cause| failed(cause.into()))?;
        let mut file = new_file(&unnamed.path().join(MANIFEST)).map_err(failed)?;
        copy(text.as_slice(), &mut file).and_then(|_| file.sync_all()).map_err(failed)?;
        sync_folders(unnamed.path()).map_err(failed)?;
        // Read back before it counts: a backup that cannot be read is none.
        let written = Backup::read(unnamed.path(), None)?;
        backed_up.interrupted = !written.verify(stop, &mut progress).await?;
        if backed_up.interrupted {
            return Ok(backed_up);
        }
        rustix::fs::renameat_with(CWD, unnamed.path(), CWD, out, RenameFlags::NOREPLACE).map_err(
            |cause| match cause {
                rustix::io::Errno::EXIST => exists(out),
                cause => failed(cause.into()),
            },
        )?;
        // It has another name now: there is nothing to remove.
        let _ = unnamed.keep();
        File::open(&parent).and_then(|parent| parent.sync_all()).map_err(failed)?;
        Ok(backed_up)
    }
}

struct Writing<'a> {
    folder: &'a Path,
    app: &'a App,
    stop: &'a Stop,
    unreadable: Vec<String>,
    interrupted: bool,
}

impl Writing<'_> {
    /// Writes every table as it is at one moment, and notes which objects they need.
    async fn tables(&mut self, objects: bool, progress: &mut impl FnMut(Step)) -> Result<Manifest, AppError> {
        self.make(TABLES)?;
        let mut snapshot = self.app.store.snapshot().await?;
        let forms = snapshot.tables().await?;
        let mut manifest = Manifest {
            schema: BACKUP_SCHEMA,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            made_at: self.app.clock.now(),
            archive: self.app.vault.describes(),
            tables_form: snapshot.form().await?,
            ledger: LedgerMark { entries: 0, root: Edge::default().root(), shipped: 0, key: None },
            tables: Vec::new(),
            objects: None,
        };
        for (done, form) in (1..).zip(&forms) {
            if self.stop.is_raised() {
                self.interrupted = true;
                return Ok(manifest);
            }
            manifest.tables.push(self.table(&mut snapshot, form, &mut manifest.ledger).await?);
            progress(Step { what: "tables", done, all: forms.len() as u64 });
        }
        if objects {
            let mut noted = LineWriter::create(self.folder, TO_COPY).map_err(|cause| self.failed(TO_COPY, cause))?;
            let mut needed = snapshot.working_objects();
            while let Some(object) = needed.try_next().await? {
                noted.add(&object).map_err(|cause| self.failed(TO_COPY, cause))?;
            }
            noted.finish().map_err(|cause| self.failed(TO_COPY, cause))?;
        }
        manifest.ledger.shipped = crate::worker::archived(&self.app.store, &self.app.vault).await?;
        manifest.ledger.shipped = manifest.ledger.shipped.min(manifest.ledger.entries);
        Ok(manifest)
    }

    async fn table(
        &self,
        snapshot: &mut Snapshot,
        form: &TableForm,
        ledger: &mut LedgerMark,
    ) -> Result<TableFile, AppError> {
        let path = format!("{TABLES}/{}.jsonl.zst", form.name);
        let mut lines = LineWriter::create(self.folder, &path).map_err(|cause| self.failed(&path, cause))?;
        let entry = form.columns.iter().position(|column| form.name == LEDGER && column.name == "entry");
        let mut edge = Edge::default();
        let mut rows = snapshot.rows(form);
        while let Some(row) = rows.try_next().await? {
            if let Some(text) = entry.and_then(|at| row.get(at)).and_then(Json::as_str) {
                edge.push(leaf(text.as_bytes()));
                // The last one that was announced signs now.
                if let Ok(LedgerEntry { fact: crate::chart::Fact::Key(fact), .. }) = serde_json::from_str(text) {
                    ledger.key = Some(fact.public_key().fingerprint());
                }
            }
            lines.add(&row).map_err(|cause| self.failed(&path, cause))?;
        }
        if entry.is_some() {
            (ledger.entries, ledger.root) = (edge.size(), edge.root());
        }
        let file = lines.finish().map_err(|cause| self.failed(&path, cause))?;
        Ok(TableFile { table: form.clone(), file })
    }

    /// Copies the noted objects.
    async fn objects(&mut self, progress: &mut impl FnMut(Step)) -> Result<ObjectFiles, AppError> {
        self.make(OBJECTS)?;
        let noted = self.folder.join(TO_COPY);
        let mut all = 0;
        let mut reader = LineReader::open(&noted).map_err(|cause| self.failed(TO_COPY, cause))?;
        while reader.next().map_err(|cause| self.failed(TO_COPY, cause))?.is_some() {
            all += 1;
        }
        let mut list = LineWriter::create(self.folder, OBJECT_LIST).map_err(|cause| self.failed(OBJECT_LIST, cause))?;
        let mut reader = LineReader::open(&noted).map_err(|cause| self.failed(TO_COPY, cause))?;
        let (mut bytes, mut done) = (0, 0);
        while let Some(line) = reader.next().map_err(|cause| self.failed(TO_COPY, cause))? {
            if self.stop.is_raised() {
                self.interrupted = true;
                break;
            }
            let object: WorkingObject =
                serde_json::from_slice(&line).map_err(|cause| self.failed(TO_COPY, cause.into()))?;
            if let Some(listed) = self.object(object).await? {
                bytes += listed.size;
                list.add(&listed).map_err(|cause| self.failed(OBJECT_LIST, cause))?;
            }
            done += 1;
            progress(Step { what: "files", done, all });
        }
        fs::remove_file(&noted).map_err(|cause| self.failed(TO_COPY, cause))?;
        let list = list.finish().map_err(|cause| self.failed(OBJECT_LIST, cause))?;
        Ok(ObjectFiles { bytes, list })
    }

    /// Copies one object; none if it is not needed any more, or cannot be read.
    async fn object(&mut self, object: WorkingObject) -> Result<Option<ListedObject>, AppError> {
        let key = object_key(&object);
        let opened = match self.app.areas.open_working(&key).await {
            Ok(opened) => opened,
            // It was purged or destroyed since the tables were read.
            Err(ArchiveError::Missing { .. }) if !self.app.store.needs(&object).await? => return Ok(None),
            Err(cause) => {
                self.unreadable.push(cause.to_string());
                return Ok(None);
            }
        };
        let path = self.folder.join(OBJECTS).join(&key);
        let copying = tokio::task::spawn_blocking(move || {
            if let Some(above) = path.parent() {
                DirBuilder::new().recursive(true).mode(0o700).create(above)?;
            }
            let mut file = new_file(&path)?;
            let copied = copy(opened, &mut file)?;
            file.sync_all()?;
            Ok(copied)
        });
        let copied = copying.await.map_err(std::io::Error::other).and_then(|copied| copied);
        let (size, sha256) = copied.map_err(|cause| self.failed(&key, cause))?;
        if let WorkingObject::Scan { scan } = object
            && scan != sha256
        {
            // Kept all the same: damaged is more than nothing.
            self.unreadable
                .push(format!("{key} has other bytes than it came with; bring it back from an older backup"));
        }
        Ok(Some(ListedObject { object, key, size, sha256 }))
    }

    fn make(&self, folder: &str) -> Result<(), AppError> {
        let made = DirBuilder::new().mode(0o700).create(self.folder.join(folder));
        made.map_err(|cause| self.failed(folder, cause))
    }

    fn failed(&self, what: &str, cause: std::io::Error) -> AppError {
        AppError::Write { what: format!("the backup's {what}"), cause }
    }
}

/// Returns the key of an object.
pub(super) fn object_key(object: &WorkingObject) -> String {
    match object {
        WorkingObject::Scan { scan } => IntakeArea::key(*scan),
        WorkingObject::Copy { key, .. } | WorkingObject::Result { key, .. } => key.clone(),
    }
}

fn exists(out: &Path) -> AppError {
    AppError::Unfit(format!("{} is there already, and a backup never overwrites; name another folder", out.display()))
}

fn sync_folders(folder: &Path) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            sync_folders(&entry.path())?;
        }
    }
    File::open(folder)?.sync_all()
}
