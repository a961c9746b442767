//! Whether a backup is whole and as it was written, before anything is made of it.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use serde_json::Value as Json;

use super::lines::{LineReader, copy};
use super::manifest::{BACKUP_SCHEMA, FileStamp, MANIFEST, Manifest, SignedManifest};
use super::{ListedObject, OBJECT_LIST, OBJECTS, Step, TABLES, write};
use crate::app::AppError;
use crate::audit::{Auditor, Verdict};
use crate::chart::Digest;
use crate::store::Store;
use crate::worker::Stop;

/// The largest manifest, in bytes.
const LARGEST: u64 = 16 << 20;

/// A backup whose manifest was read.
#[derive(Debug, Clone)]
pub struct Backup {
    /// Where it is.
    pub folder: PathBuf,
    /// What it says of itself.
    pub manifest: Manifest,
    /// Digest of its manifest: tells it from every other.
    pub id: Digest,
    /// Fingerprint of the key that signed it.
    pub signer: Option<Digest>,
}

/// The canonical text of a ledger entry, and the digests beside it.
type EntryText = (String, String);

impl Backup {
    /// Reads the manifest of a backup and verifies its signature; with `pinned`, by the key of this fingerprint or one that
    /// follows from it.
    ///
    /// # Errors
    /// The folder is no backup; the manifest is damaged, changed, or of a newer version.
    pub fn read(folder: &Path, pinned: Option<Digest>) -> Result<Self, AppError> {
        #[derive(serde::Deserialize)]
        struct Outer {
            manifest: Head,
        }
        #[derive(serde::Deserialize)]
        struct Head {
            schema: u32,
            program: String,
        }
        let path = folder.join(MANIFEST);
        let mut bytes = Vec::new();
        let read = File::open(&path).and_then(|file| file.take(LARGEST).read_to_end(&mut bytes));
        read.map_err(|cause| {
            let what = format!("{} cannot be read: {cause}", path.display());
            AppError::Unfit(format!("{what}. Name the folder of a backup: one that `muniment backup` finished"))
        })?;
        let form = |cause: serde_json::Error| {
            let place = format!("line {} column {}", cause.line(), cause.column());
            damaged(MANIFEST, &format!("{place} is no manifest of a backup"))
        };
        let Outer { manifest: head } = serde_json::from_slice(&bytes).map_err(form)?;
        if head.schema != BACKUP_SCHEMA {
            return Err(AppError::Unfit(format!(
                "the backup has schema {}, this version reads {BACKUP_SCHEMA}; use version {} of the program",
                head.schema, head.program
            )));
        }
        let signed: SignedManifest = serde_json::from_slice(&bytes).map_err(form)?;
        for file in &signed.manifest.tables {
            let name = &file.table.name;
            let plain = name.bytes().all(|sign| sign.is_ascii_lowercase() || sign == b'_');
            if !plain || file.file.path != format!("{TABLES}/{name}.jsonl.zst") {
                return Err(damaged(MANIFEST, "a table is not in the file of its name"));
            }
        }
        if signed.manifest.objects.as_ref().is_some_and(|objects| objects.list.path != OBJECT_LIST) {
            return Err(damaged(MANIFEST, "the list of objects is not in its file"));
        }
        let signer = signed.signer(pinned)?.map(|key| key.fingerprint());
        if signed.manifest.tables_form > Store::newest_form() {
            return Err(AppError::Unfit(format!(
                "the backup's tables are of a newer version of the program; use version {} or newer",
                head.program
            )));
        }
        Ok(Self { folder: folder.to_owned(), manifest: signed.manifest, id: Digest::of(&bytes), signer })
    }

    /// Reads every file and compares it with the manifest, and audits the ledger that is inside. Returns `false` if it was
    /// stopped before its end.
    ///
    /// # Errors
    /// A file is missing, cut off or changed; the ledger is not that of the manifest.
    pub async fn verify(&self, stop: &Stop, mut progress: impl FnMut(Step)) -> Result<bool, AppError> {
        let objects = self.manifest.objects.as_ref();
        let files: Vec<&FileStamp> =
            self.manifest.tables.iter().map(|table| &table.file).chain(objects.map(|objects| &objects.list)).collect();
        let all = files.len() as u64 + objects.map_or(0, |objects| objects.list.lines);
        let mut done = 0;
        let mut count = |done: &mut u64| {
            *done += 1;
            progress(Step { what: "files verified", done: *done, all });
        };
        for stamp in files {
            if stop.is_raised() {
                return Ok(false);
            }
            self.compare(&stamp.path, stamp.size, stamp.sha256).await?;
            count(&mut done);
        }
        if let Some(objects) = objects {
            let mut listed = self.listed()?;
            let mut lines = 0;
            while let Some(object) = listed()? {
                if stop.is_raised() {
                    return Ok(false);
                }
                self.compare(&format!("{OBJECTS}/{}", object.key), object.size, object.sha256).await?;
                lines += 1;
                count(&mut done);
            }
            if lines != objects.list.lines {
                return Err(damaged(&objects.list.path, "it has fewer or more lines than the manifest says"));
            }
        }
        let verdict = self.audit()?;
        let mark = &self.manifest.ledger;
        if !verdict.findings.is_empty() || (verdict.entries, verdict.root) != (mark.entries, mark.root) {
            let found = verdict.findings.first().map_or_else(String::new, |finding| format!(" ({finding})"));
            return Err(AppError::Unfit(format!(
                "the ledger in the backup is not the one that its manifest names{found}"
            )));
        }
        Ok(true)
    }

    /// Reads the list of objects, one at a time.
    pub(super) fn listed(&self) -> Result<impl FnMut() -> Result<Option<ListedObject>, AppError> + use<>, AppError> {
        let Some(objects) = &self.manifest.objects else {
            return Err(AppError::Unfit("the backup has no objects".into()));
        };
        let path = objects.list.path.clone();
        let mut reader = LineReader::open(&self.folder.join(&path)).map_err(|cause| unreadable(&path, &cause))?;
        Ok(move || {
            let Some(line) = reader.next().map_err(|cause| unreadable(&path, &cause))? else { return Ok(None) };
            let object: ListedObject =
                serde_json::from_slice(&line).map_err(|_| damaged(&path, "a line is no object's"))?;
            match object.key == write::object_key(&object.object) && is_plain(&object.key) {
                true => Ok(Some(object)),
                false => Err(damaged(&path, "an object has a key that is not its own")),
            }
        })
    }

    /// Reads the rows of a table, one at a time.
    pub(super) fn rows(
        &self,
        table: &str,
    ) -> Result<impl FnMut() -> Result<Option<Vec<Json>>, AppError> + use<>, AppError> {
        let found = self.manifest.tables.iter().find(|file| file.table.name == table);
        let file = found.ok_or_else(|| damaged(MANIFEST, &format!("it has no table {table}")))?.file.clone();
        let path = self.folder.join(&file.path);
        let mut reader = LineReader::open(&path).map_err(|cause| unreadable(&file.path, &cause))?;
        let mut lines = 0;
        Ok(move || {
            let Some(line) = reader.next().map_err(|cause| unreadable(&file.path, &cause))? else {
                return match lines == file.lines {
                    true => Ok(None),
                    false => Err(damaged(&file.path, "it has fewer or more rows than the manifest says")),
                };
            };
            lines += 1;
            serde_json::from_slice(&line).map(Some).map_err(|_| damaged(&file.path, "a line is no row"))
        })
    }

    /// Reads the entries of the ledger, one at a time: canonical text and the digests beside it.
    pub(super) fn entries(&self) -> Result<impl FnMut() -> Result<Option<EntryText>, AppError> + use<>, AppError> {
        let form = self.manifest.tables.iter().find(|file| file.table.name == "ledger");
        let column =
            |name: &str| form.and_then(|file| file.table.columns.iter().position(|column| column.name == name));
        let wrong = || damaged(MANIFEST, "its ledger has no entries");
        let (entry, nodes) = (column("entry").ok_or_else(wrong)?, column("nodes").ok_or_else(wrong)?);
        let mut rows = self.rows("ledger")?;
        Ok(move || {
            let Some(row) = rows()? else { return Ok(None) };
            let text = |at: usize| row.get(at).and_then(Json::as_str).map(str::to_owned).ok_or_else(wrong);
            Ok(Some((text(entry)?, text(nodes)?)))
        })
    }

    fn audit(&self) -> Result<Verdict, AppError> {
        let mut auditor = Auditor::new(None);
        let mut entries = self.entries()?;
        while let Some((text, nodes)) = entries()? {
            let nodes: Result<Vec<Digest>, _> = nodes.split(' ').map(str::parse).collect();
            auditor.entry(text.as_bytes(), &nodes.unwrap_or_default());
        }
        Ok(auditor.finish())
    }

    async fn compare(&self, name: &str, size: u64, sha256: Digest) -> Result<(), AppError> {
        let path = self.folder.join(name);
        let reading = tokio::task::spawn_blocking(move || copy(File::open(path)?, io::sink()));
        let found = reading.await.map_err(io::Error::other).and_then(|found| found);
        match found.map_err(|cause| unreadable(name, &cause))? {
            found if found == (size, sha256) => Ok(()),
            (found, _) if found != size => {
                Err(damaged(name, &format!("it has {found} bytes, the manifest says {size}")))
            }
            _ => Err(damaged(name, "its bytes are not those that the manifest says")),
        }
    }
}

/// Says whether a key is a plain path below the areas that a restore writes to.
fn is_plain(key: &str) -> bool {
    let plain = |part: &str| !part.is_empty() && part != "." && part != ".." && !part.contains(['\\', '\0']);
    key.split('/').all(plain) && (key.starts_with("intake/") || key.starts_with("results/"))
}

fn unreadable(name: &str, cause: &io::Error) -> AppError {
    match cause.kind() {
        io::ErrorKind::NotFound => {
            AppError::Unfit(format!("the backup lacks {name}; nothing was restored. Use another one"))
        }
        _ => damaged(name, &cause.to_string()),
    }
}

fn damaged(name: &str, what: &str) -> AppError {
    AppError::Unfit(format!(
        "the backup's {name} is damaged or was changed: {what}. Nothing was restored; use another backup"
    ))
}
