//! Uploads on disk: for each a folder of its own with what is known about it and the bytes that have come so far.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::archive::make_folder;
use crate::chart::{BatchId, PersonId};

const ABOUT: &str = "upload.json";
const BYTES: &str = "bytes";
/// Folder that the finished file is delivered out of, under its own name.
const WHOLE: &str = "whole";

/// An upload. Holds the name of a source file: never for a log.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upload {
    /// Identity.
    pub id: Uuid,
    /// Who uploads.
    pub person: PersonId,
    /// The batch that it goes into.
    pub batch: BatchId,
    /// Name of the source file.
    pub name: String,
    /// Bytes that it will have.
    pub length: u64,
    /// When it was begun.
    pub begun_at: Timestamp,
    /// Whether the whole file was taken in.
    pub delivered: bool,
}

/// The folder of uploads.
#[derive(Debug, Clone)]
pub struct UploadPlace {
    folder: PathBuf,
}

impl UploadPlace {
    /// Uses `folder`, which need not be there yet.
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_path_buf() }
    }

    /// Begins an upload.
    ///
    /// # Errors
    /// Its folder cannot be made.
    pub fn begin(&self, upload: &Upload) -> io::Result<()> {
        make_folder(&self.folder)?;
        fs::DirBuilder::new().mode(0o700).create(self.of(upload.id))?;
        File::options().write(true).create_new(true).mode(0o600).open(self.of(upload.id).join(BYTES))?;
        self.keep(upload)
    }

    /// Writes down what is known about an upload.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn keep(&self, upload: &Upload) -> io::Result<()> {
        let path = self.of(upload.id).join(ABOUT);
        let unfinished = path.with_extension("tmp");
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&unfinished)?;
        file.write_all(&serde_json::to_vec(upload)?)?;
        file.sync_all()?;
        fs::rename(unfinished, path)
    }

    /// Returns an upload with the bytes that have come; `None` when there is none of this id.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn find(&self, id: Uuid) -> io::Result<Option<(Upload, u64)>> {
        let about = match fs::read(self.of(id).join(ABOUT)) {
            Ok(about) => about,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let upload: Upload = serde_json::from_slice(&about)?;
        if upload.delivered {
            let length = upload.length;
            return Ok(Some((upload, length)));
        }
        let bytes = match fs::metadata(self.of(id).join(BYTES)) {
            Ok(meta) => meta.len(),
            // The whole file was named already; its delivery is to be tried again.
            Err(error) if error.kind() == io::ErrorKind::NotFound => upload.length,
            Err(error) => return Err(error),
        };
        Ok(Some((upload, bytes)))
    }

    /// Opens the bytes of an upload to go on at `offset`; what lies behind it is cut off.
    ///
    /// # Errors
    /// The file cannot be opened.
    pub fn open(&self, id: Uuid, offset: u64) -> io::Result<File> {
        let mut file = OpenOptions::new().write(true).open(self.of(id).join(BYTES))?;
        file.set_len(offset)?;
        file.seek(SeekFrom::Start(offset))?;
        Ok(file)
    }

    /// Gives the whole file its own name, and returns where it is.
    ///
    /// # Errors
    /// It cannot be renamed.
    pub fn name_whole(&self, upload: &Upload) -> io::Result<PathBuf> {
        let folder = self.of(upload.id).join(WHOLE);
        let named = folder.join(&upload.name);
        if !named.exists() {
            make_folder(&folder)?;
            fs::rename(self.of(upload.id).join(BYTES), &named)?;
        }
        Ok(named)
    }

    /// Removes the bytes of an upload that was taken in.
    ///
    /// # Errors
    /// They cannot be removed.
    pub fn drop_bytes(&self, id: Uuid) -> io::Result<()> {
        gone(fs::remove_dir_all(self.of(id).join(WHOLE)))
    }

    /// Removes an upload.
    ///
    /// # Errors
    /// It cannot be removed.
    pub fn remove(&self, id: Uuid) -> io::Result<()> {
        gone(fs::remove_dir_all(self.of(id)))
    }

    /// Returns every upload with the time when bytes last came.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn all(&self) -> io::Result<Vec<(Uuid, Option<Upload>, Timestamp)>> {
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut all = Vec::new();
        for entry in entries {
            let entry = entry?;
            let Some(id) = entry.file_name().to_str().and_then(|name| Uuid::try_parse(name).ok()) else { continue };
            let moved = fs::metadata(entry.path().join(BYTES)).or_else(|_| entry.metadata())?.modified()?;
            let at = Timestamp::try_from(moved).unwrap_or(Timestamp::MIN);
            all.push((id, self.find(id).ok().flatten().map(|(upload, _)| upload), at));
        }
        Ok(all)
    }

    fn of(&self, id: Uuid) -> PathBuf {
        self.folder.join(id.to_string())
    }
}

fn gone(outcome: io::Result<()>) -> io::Result<()> {
    match outcome {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
