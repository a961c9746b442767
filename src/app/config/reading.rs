//! How files are taken in and their pages read.

use std::path::PathBuf;

use serde::Deserialize;

use super::places::optional_path;

/// What is taken in, and when.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IntakeConfig {
    /// Quiet time before a file is taken, in seconds.
    pub settle_seconds: u64,
    /// Time between two looks at a watched folder, in seconds.
    pub poll_seconds: u64,
    /// Largest file, in MiB.
    pub max_file_mib: u64,
    /// Most pages in a file.
    pub max_pages: u32,
    /// How long scan files stay after everything about them was decided, in days.
    pub dispute_days: u32,
}

/// Pipelines.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pipelines {
    /// Name of the one for batches that name none.
    pub default: String,
    /// A site's own.
    #[serde(deserialize_with = "optional_path")]
    pub folder: Option<PathBuf>,
}

/// Children and their limits.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recognition {
    /// How many; 0 is one per core.
    pub children: usize,
    /// Tesseract languages joined by `+`.
    pub languages: String,
    /// Folder of the traineddata files.
    #[serde(deserialize_with = "optional_path")]
    pub tessdata: Option<PathBuf>,
    /// A site's own words, one to a line.
    #[serde(deserialize_with = "optional_path")]
    pub user_words: Option<PathBuf>,
    /// Memory per child, in MiB.
    pub memory_mib: u64,
    /// Time per page, in seconds.
    pub page_seconds: u64,
    /// Time to list a file's pages, in seconds.
    pub file_seconds: u64,
    /// Most pixels of a page, in millions.
    pub max_megapixels: u64,
    /// Pages per child.
    pub pages_per_child: u32,
}

/// Claims.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkerConfig {
    /// How long a claim lasts without renewal, in seconds.
    pub lease_seconds: u64,
}
