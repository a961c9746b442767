//! What a server keeps beside the archive: page images that can be made again, uploads that are not finished.

use std::path::PathBuf;

use serde::Deserialize;

/// Page images for viewers.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImagesConfig {
    /// Their folder.
    pub folder: PathBuf,
    /// What the folder may hold, in MiB.
    pub cache_mib: u64,
    /// Children that make them.
    pub children: usize,
}

/// Files that are being uploaded.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UploadsConfig {
    /// Their folder.
    pub folder: PathBuf,
    /// How long an upload that does not go on is kept, in hours.
    pub keep_hours: u32,
    /// Uploads that one person may have open at a time.
    pub most_open: u32,
}
