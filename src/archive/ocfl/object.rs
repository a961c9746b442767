//! One record in the archive, as its versions' inventories tell.

use std::collections::BTreeMap;

use futures::TryStreamExt;

use super::error::OcflError;
use super::fingerprint::{Fingerprint, Sha512};
use super::inventory::{Inventory, LARGEST, Version};
use super::layout::{self, INVENTORY, OBJECT_DECLARATION, SIDECAR};
use super::names::{LogicalPath, VersionNumber};
use crate::archive::{ArchiveError, Vault};
use crate::chart::{Digest, RecordId};

/// The most objects that one record can have in a store.
const MOST_KEYS: usize = 1_000_000;
/// The largest sidecar, in bytes.
pub(super) const LARGEST_SIDECAR: u64 = 1024;

/// A record in the archive.
#[derive(Debug, Clone)]
pub struct Object {
    pub(super) folder: String,
    pub(super) inventory: Inventory,
    pub(super) inventory_bytes: bytes::Bytes,
    pub(super) listing: Listing,
    pub(super) root_fault: Option<String>,
}

/// What is in a record's folder.
pub(super) enum Found {
    /// A record.
    Record(Box<Object>),
    /// No whole version: nothing, or what an unfinished deposit has left.
    Nothing(Listing),
}

/// A file of a version.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ArchivedFile {
    /// Its path in the record.
    pub path: LogicalPath,
    /// The key of its bytes.
    pub key: String,
    /// Their digest.
    pub sha512: Sha512,
    /// Their other digest.
    pub sha256: Digest,
    /// Their number; `None` when they are missing.
    pub size: Option<u64>,
}

impl Object {
    /// Reads a record.
    ///
    /// # Errors
    /// The newest whole version's inventory is damaged; reading failed.
    pub(super) async fn load(vault: &Vault, record: RecordId) -> Result<Found, OcflError> {
        let folder = layout::object_folder(record);
        let listing = Listing::read(vault, &folder).await?;
        let Some(head) = listing.head() else {
            if listing.has(INVENTORY) {
                let key = format!("{folder}/{}/{INVENTORY}", VersionNumber::FIRST);
                return Err(OcflError::damaged(&key, "it is missing, though it was there"));
            }
            return Ok(Found::Nothing(listing));
        };
        let (inventory, inventory_bytes) = read_version(vault, &folder, record, head).await?;
        let mut object = Self { folder, inventory, inventory_bytes, listing, root_fault: None };
        object.root_fault = object.compare_root(vault).await?;
        Ok(Found::Record(Box::new(object)))
    }

    /// Returns the record.
    pub const fn record(&self) -> RecordId {
        self.inventory.record()
    }

    /// Returns the newest version's number.
    pub const fn head(&self) -> VersionNumber {
        self.inventory.head()
    }

    /// Returns the versions, the oldest first.
    pub const fn versions(&self) -> &BTreeMap<VersionNumber, Version> {
        self.inventory.versions()
    }

    /// Returns the newest version's inventory.
    pub const fn inventory(&self) -> &Inventory {
        &self.inventory
    }

    /// Returns the fingerprint of the newest version's inventory.
    pub fn inventory_fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&self.inventory_bytes)
    }

    /// Returns the folder of the record within the archive; everything below it belongs to the record.
    pub fn folder(&self) -> &str {
        &self.folder
    }

    /// Says what is wrong with the root inventory, which only other programs read, when it was not finished.
    pub fn root_fault(&self) -> Option<&str> {
        self.root_fault.as_deref()
    }

    /// Returns the files of a version, by path.
    ///
    /// # Errors
    /// There is no such version.
    pub fn files(&self, version: VersionNumber) -> Result<Vec<ArchivedFile>, OcflError> {
        let (record, head) = (self.record(), self.head());
        let state = &self.versions().get(&version).ok_or(OcflError::NoVersion { record, version, head })?.state;
        Ok(state.iter().filter_map(|(path, sha512)| self.file(path, *sha512)).collect())
    }

    /// Returns one file of a version.
    ///
    /// # Errors
    /// There is no such version or file.
    pub fn file_at(&self, version: VersionNumber, path: &LogicalPath) -> Result<ArchivedFile, OcflError> {
        let (record, head) = (self.record(), self.head());
        let state = &self.versions().get(&version).ok_or(OcflError::NoVersion { record, version, head })?.state;
        let file = state.get(path).and_then(|sha512| self.file(path, *sha512));
        file.ok_or_else(|| OcflError::NoFile { record, version, path: path.clone() })
    }

    fn file(&self, path: &LogicalPath, sha512: Sha512) -> Option<ArchivedFile> {
        // A checked inventory has a content for every digest.
        let content = self.inventory.manifest().get(&sha512)?;
        let place = content.path.to_string();
        let size = self.listing.keys.get(&place).copied();
        let key = format!("{}/{place}", self.folder);
        Some(ArchivedFile { path: path.clone(), key, sha512, sha256: content.sha256, size })
    }

    /// Looks for what an interrupted deposit has not written after the newest version's inventory.
    async fn compare_root(&self, vault: &Vault) -> Result<Option<String>, OcflError> {
        let head = self.head();
        let sidecar = format!("{head}/{SIDECAR}");
        for path in [sidecar.as_str(), OBJECT_DECLARATION] {
            if !self.listing.has(path) {
                return Ok(Some(format!("{path} is missing")));
            }
        }
        match read_root(vault, &self.folder, INVENTORY, LARGEST).await? {
            Some(root) if root == self.inventory_bytes => {}
            Some(root) if Inventory::parse(&root, Some(self.record())).is_ok_and(|root| root.head() > head) => {
                let missing = head.next().map(|version| format!("{version}/{INVENTORY}")).unwrap_or_default();
                return Err(OcflError::damaged(
                    &format!("{}/{missing}", self.folder),
                    "it is missing, though it was there",
                ));
            }
            _ => return Ok(Some(format!("{INVENTORY} is not that of {head}"))),
        }
        let sidecar = read_root(vault, &self.folder, SIDECAR, LARGEST_SIDECAR).await?;
        if sidecar.is_none_or(|text| text != sidecar_text(&self.inventory_bytes)) {
            return Ok(Some(format!("{SIDECAR} does not belong to {INVENTORY}")));
        }
        Ok(None)
    }
}

/// Reads one of the two files that are replaced; `None` when it is missing or larger than it can be.
pub(super) async fn read_root(
    vault: &Vault,
    folder: &str,
    name: &str,
    limit: u64,
) -> Result<Option<bytes::Bytes>, OcflError> {
    match vault.read_newest(&format!("{folder}/{name}"), limit).await {
        Ok(bytes) => Ok(Some(bytes)),
        Err(ArchiveError::Missing { .. } | ArchiveError::Damaged { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The keys in a record's folder.
#[derive(Debug, Clone, Default)]
pub(super) struct Listing {
    /// Bytes by the path below the folder.
    pub keys: BTreeMap<String, u64>,
}

impl Listing {
    pub async fn read(vault: &Vault, folder: &str) -> Result<Self, OcflError> {
        let mut keys = BTreeMap::new();
        let mut entries = vault.list(folder);
        while let Some(entry) = entries.try_next().await? {
            if keys.len() == MOST_KEYS {
                return Err(ArchiveError::TooMany { what: folder.to_owned(), most: MOST_KEYS }.into());
            }
            if let Some(path) = entry.key.strip_prefix(folder).and_then(|path| path.strip_prefix('/')) {
                keys.insert(path.to_owned(), entry.size);
            }
        }
        Ok(Self { keys })
    }

    pub fn has(&self, path: &str) -> bool {
        self.keys.contains_key(path)
    }

    /// Returns the newest version that has an inventory, as have all before it. A version's inventory is written after
    /// its contents: with it the version is whole.
    pub fn head(&self) -> Option<VersionNumber> {
        let all = std::iter::successors(Some(VersionNumber::FIRST), |version| version.next());
        all.take_while(|version| self.has(&format!("{version}/{INVENTORY}"))).last()
    }

    /// Returns the paths below a version's folder.
    pub fn below(&self, version: VersionNumber) -> impl Iterator<Item = &str> {
        let folder = format!("{version}/");
        self.keys
            .range(folder.clone()..)
            .map(|(path, _)| path.as_str())
            .take_while(move |path| path.starts_with(&folder))
    }
}

/// Reads the inventory of a version, and checks it against its sidecar where that has been written.
pub(super) async fn read_version(
    vault: &Vault,
    folder: &str,
    record: RecordId,
    version: VersionNumber,
) -> Result<(Inventory, bytes::Bytes), OcflError> {
    let key = format!("{folder}/{version}/{INVENTORY}");
    let bytes = vault.read(&key, LARGEST).await?;
    match vault.read(&format!("{folder}/{version}/{SIDECAR}"), LARGEST_SIDECAR).await {
        Ok(sidecar) if sidecar == sidecar_text(&bytes) => {}
        Err(ArchiveError::Missing { .. }) => {}
        Ok(_) => return Err(OcflError::damaged(&key, format!("its digest is not that in {SIDECAR}"))),
        Err(error) => return Err(error.into()),
    }
    let inventory =
        Inventory::parse(&bytes, Some(record)).map_err(|error| OcflError::Inventory { key: key.clone(), error })?;
    if inventory.head() != version {
        return Err(OcflError::damaged(&key, format!("it is the inventory of {}", inventory.head())));
    }
    Ok((inventory, bytes))
}

/// Returns the sidecar of an inventory.
pub(super) fn sidecar_text(inventory: &[u8]) -> String {
    format!("{} {INVENTORY}\n", Sha512::of(inventory))
}
