//! What a backup says of itself: which files it has, what they hold, and which ledger it belongs to; signed by the ledger's key.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::app::AppError;
use crate::audit::{KeyChain, is_signed};
use crate::chart::{Digest, PublicKey, Signature};
use crate::store::TableForm;

/// Number of the form.
pub const BACKUP_SCHEMA: u32 = 1;
/// Name of its file.
pub const MANIFEST: &str = "manifest.json";

/// What a backup holds. There is no patient text in it, and no secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Number of this form.
    pub schema: u32,
    /// Version of the program that wrote it.
    pub program: String,
    /// The moment that it is of.
    pub made_at: Timestamp,
    /// The archive that it belongs to, for people.
    pub archive: String,
    /// Number of the last migration of its tables.
    pub tables_form: i64,
    /// The ledger at that moment.
    pub ledger: LedgerMark,
    /// The tables.
    pub tables: Vec<TableFile>,
    /// The objects that were not archived: scan files, copies without encryption, page results; none if they were left out.
    pub objects: Option<ObjectFiles>,
}

/// The ledger at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LedgerMark {
    /// Number of entries.
    pub entries: u64,
    /// Root of the tree over them (RFC 6962).
    pub root: Digest,
    /// How many of them the archive had.
    pub shipped: u64,
    /// Fingerprint of the key that signs it. The key itself is in no backup.
    pub key: Option<Digest>,
}

/// A table in a file: a row a line, as a JSON array, compressed with Zstandard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableFile {
    /// The table.
    pub table: TableForm,
    /// The file.
    pub file: FileStamp,
}

/// The objects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObjectFiles {
    /// Bytes of all of them.
    pub bytes: u64,
    /// The list: an object a line, with key, size and SHA-256.
    pub list: FileStamp,
}

/// A file of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileStamp {
    /// Where it is in the backup.
    pub path: String,
    /// Lines in it, before they were compressed.
    pub lines: u64,
    /// Its bytes.
    pub size: u64,
    /// SHA-256 of these.
    pub sha256: Digest,
}

/// The manifest as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedManifest {
    /// What is signed.
    pub manifest: Manifest,
    /// The ledger's keys up to the one that signed.
    pub keys: KeyChain,
    /// Their signature; none where the key was not at hand.
    pub signature: Option<Signature>,
}

impl SignedManifest {
    /// Returns what is signed: a line that says what it is, then manifest and keys as canonical JSON (RFC 8785).
    ///
    /// # Errors
    /// They have no canonical form.
    pub fn message(manifest: &Manifest, keys: &KeyChain) -> Result<Vec<u8>, AppError> {
        let mut message = b"muniment backup\n".to_vec();
        let form = |cause: serde_json::Error| AppError::Unfit(format!("the manifest cannot be written: {cause}"));
        message.extend(serde_json_canonicalizer::to_vec(&(manifest, keys)).map_err(form)?);
        Ok(message)
    }

    /// Verifies the signature; with `pinned`, by the key with this fingerprint or one that follows from it. Returns the
    /// signer, or `None` where nobody signed.
    ///
    /// # Errors
    /// The signature is not that of the manifest, or not of that key.
    pub fn signer(&self, pinned: Option<Digest>) -> Result<Option<PublicKey>, AppError> {
        let Some(signature) = &self.signature else { return Ok(None) };
        let last = self.keys.keys.last().map(|link| link.public_key);
        let signer = match pinned {
            Some(pinned) => Some(self.keys.signer(pinned).map_err(|cause| {
                AppError::Unfit(format!("the backup's manifest is not signed by the key that was named: {cause}"))
            })?),
            None => last,
        };
        let message = Self::message(&self.manifest, &self.keys)?;
        match signer.filter(|signer| is_signed(signer, &message, signature)) {
            Some(signer) => Ok(Some(signer)),
            None => Err(AppError::Unfit(
                "the signature under the backup's manifest.json is wrong: it was changed. Use another backup".into(),
            )),
        }
    }
}
