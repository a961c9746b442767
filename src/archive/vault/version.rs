//! What a vault lists: keys, and the versions behind them.

use jiff::Timestamp;
use serde::Serialize;

/// A key and the size of what was first written under it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Bytes.
    pub size: u64,
}

/// One version of what is kept under a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Version {
    /// The key.
    pub key: String,
    /// The store's name for the version.
    pub id: String,
    /// Bytes; 0 for a delete marker.
    pub size: u64,
    /// When it was written, by the store's clock.
    pub modified: Timestamp,
    /// Whether it only says that the key was deleted, without a version being removed.
    pub is_delete_marker: bool,
    /// Whether it is what a reader sees who asks for no version.
    pub is_newest: bool,
    /// Whether it was written to heal a damaged one, and counts instead of it.
    pub healed: bool,
}
