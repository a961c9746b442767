//! Backup and restore of what the archive does not hold: people, drafts, the queue, deliveries, settings, and the scan files
//! and results of what is not archived yet.
//!
//! A backup is a folder of files that any engine can be filled from. It is made of one moment of the database while others
//! go on working. A restore trusts the archive's ledger more than the backup: what was entered since is replayed, and what was
//! destroyed since stays destroyed.

mod check;
mod lines;
mod manifest;
mod objects;
mod restore;
mod write;

pub use check::Backup;
pub use manifest::{BACKUP_SCHEMA, FileStamp, LedgerMark, MANIFEST, Manifest, ObjectFiles, SignedManifest, TableFile};
pub use restore::{Restored, UNFINISHED, restore};
pub use write::BackedUp;

use serde::{Deserialize, Serialize};

use crate::chart::Digest;
use crate::store::WorkingObject;

/// Folder of the tables in a backup.
const TABLES: &str = "tables";
/// Folder of the objects in a backup.
const OBJECTS: &str = "objects";
/// List of the objects in a backup.
const OBJECT_LIST: &str = "objects.jsonl.zst";

/// How far a backup or a restore is: what is counted, how many are done, of how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// What is counted.
    pub what: &'static str,
    /// Done.
    pub done: u64,
    /// Of all.
    pub all: u64,
}

/// An object of a backup, as its list tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct ListedObject {
    object: WorkingObject,
    key: String,
    size: u64,
    sha256: Digest,
}
