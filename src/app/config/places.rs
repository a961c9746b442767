//! Where things are: folders, the database, the facility.

use std::path::PathBuf;

use serde::Deserialize;

use crate::chart::Secret;

/// Where everything lives.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Data {
    /// The folder.
    pub folder: PathBuf,
}

/// The object store.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObjectStoreConfig {
    /// Root folder.
    pub folder: PathBuf,
}

/// The database.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// `sqlite:PATH` or `postgres://...`, which may hold a password.
    pub url: Secret,
}

/// The search index.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IndexConfig {
    /// Its folder.
    pub folder: PathBuf,
    /// Memory of the writer, in MiB.
    pub memory_mib: u64,
    /// A site's own definitions.
    #[serde(deserialize_with = "optional_path")]
    pub definitions: Option<PathBuf>,
}

/// The place where it runs.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facility {
    /// Time zone of its civil dates, for example `America/New_York`.
    pub zone: String,
}

/// Takes an empty path for none.
pub(super) fn optional_path<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<PathBuf>, D::Error> {
    let path = PathBuf::deserialize(deserializer)?;
    Ok((!path.as_os_str().is_empty()).then_some(path))
}
