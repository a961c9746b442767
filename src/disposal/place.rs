//! The places that records are in: the archive and its replicas.

use crate::archive::Vault;

/// Name of the archive itself.
pub const ARCHIVE: &str = "archive";
/// Name of the store with what reading pages left.
pub const WORKING: &str = "working";

/// The archive, or a replica of it.
#[derive(Debug, Clone)]
pub struct Place {
    /// Its name: `archive`, or that of a replica.
    pub name: String,
    /// Where its objects are.
    pub vault: Vault,
}

impl Place {
    /// The archive itself.
    pub fn archive(vault: Vault) -> Self {
        Self { name: ARCHIVE.to_owned(), vault }
    }
}
