//! The originals of an archived record: read whole and compared with their digests before anybody works with them.

use std::fs::File;

use super::deposit::RECORD_JSON;
use super::ocfl::{OcflError, Root, VersionNumber};
use crate::chart::{OriginalFile, RecordDescription, RecordId};

/// The largest `record.json` that is read, in bytes.
const LARGEST_DESCRIPTION: u64 = 64 << 20;

/// An original of a record.
#[derive(Debug)]
pub struct ArchivedOriginal {
    /// What the record says of it.
    pub description: OriginalFile,
    /// Its bytes, in a nameless temporary file.
    pub file: File,
    /// Its bytes without encryption, where it is encrypted: pages are read from these.
    pub decrypted: Option<File>,
}

/// Opens the originals of a version, or of the newest one.
///
/// # Errors
/// There is no such version, it is damaged, or reading failed.
pub async fn originals(
    root: &Root,
    record: RecordId,
    version: Option<VersionNumber>,
) -> Result<Vec<ArchivedOriginal>, OcflError> {
    let object = root.object(record).await?;
    let version = version.unwrap_or_else(|| object.head());
    let damaged =
        |what: &str| OcflError::Damaged { key: format!("{}/{version}", object.folder()), what: what.to_owned() };
    let temporary = |cause: std::io::Error| {
        let key = object.folder().to_owned();
        OcflError::Archive(super::ArchiveError::Failed { key, cause: cause.to_string() })
    };
    let files = object.files(version)?;
    let find = |path: &str| files.iter().find(|file| file.path.as_str() == path);
    let described = describe(root, record, Some(version)).await?;
    let mut originals = Vec::with_capacity(described.originals.len());
    for description in described.originals {
        let file = find(&description.path).ok_or_else(|| damaged("it lacks an original"))?;
        let file = root.read_file(file, tempfile::tempfile().map_err(temporary)?).await?;
        let decrypted = match find(&decrypted_path(&description.path)) {
            Some(copy) => Some(root.read_file(copy, tempfile::tempfile().map_err(temporary)?).await?),
            None => None,
        };
        originals.push(ArchivedOriginal { description, file, decrypted });
    }
    Ok(originals)
}

/// Reads `record.json` of a version, or of the newest one.
///
/// # Errors
/// There is no such version, it is damaged, or reading failed.
pub async fn describe(
    root: &Root,
    record: RecordId,
    version: Option<VersionNumber>,
) -> Result<RecordDescription, OcflError> {
    let object = root.object(record).await?;
    let version = version.unwrap_or_else(|| object.head());
    let damaged =
        |what: &str| OcflError::Damaged { key: format!("{}/{version}", object.folder()), what: what.to_owned() };
    let files = object.files(version)?;
    let json = files.iter().find(|file| file.path.as_str() == RECORD_JSON);
    let json = root.read_bytes(json.ok_or_else(|| damaged("it has no record.json"))?, LARGEST_DESCRIPTION).await?;
    serde_json::from_slice(&json).map_err(|_| damaged("its record.json cannot be read"))
}

/// Returns the path of the copy without encryption beside an original.
pub fn decrypted_path(path: &str) -> String {
    match path.rsplit_once('.') {
        Some((stem, ending)) => format!("{stem}-decrypted.{ending}"),
        None => format!("{path}-decrypted"),
    }
}
