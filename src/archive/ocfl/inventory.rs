//! The inventory of an object: which versions there are, what each holds, and where the bytes are.
//!
//! Only what this program writes is taken for an inventory: OCFL 1.1 with SHA-512, one content path for each digest, a
//! SHA-256 of every content path in the fixity block, and no key that the specification does not know.
//! <https://ocfl.io/1.1/spec/#inventory>

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::fingerprint::{Fingerprint, Sha512};
use super::form;
use super::names::{ContentPath, LogicalPath, VersionNumber};
use crate::chart::{Digest, RecordId};

/// The largest inventory, in bytes: some 60,000 files.
pub const LARGEST: u64 = 64 << 20;
/// The longest message, author's name or address, in bytes.
const LONGEST_TEXT: usize = 1000;

/// Why something is no inventory, or cannot become one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct InventoryError {
    pub(super) what: String,
}

/// A checked inventory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inventory {
    pub(super) record: RecordId,
    pub(super) head: VersionNumber,
    pub(super) manifest: BTreeMap<Sha512, Content>,
    pub(super) versions: BTreeMap<VersionNumber, Version>,
}

/// Where the bytes of a digest are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// Their path within the object.
    pub path: ContentPath,
    /// Their other digest.
    pub sha256: Digest,
}

/// One version: who made it, when and why, and its files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// When it was made.
    pub created: Timestamp,
    /// Why it was made. No patient text.
    pub message: String,
    /// Who made it.
    pub author: Author,
    /// Its files.
    pub state: BTreeMap<LogicalPath, Sha512>,
}

/// Who made a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    /// A name, of a person or a program.
    pub name: String,
    /// A URI that names the same, for example `urn:uuid:...`.
    pub address: String,
}

impl Inventory {
    /// Reads an inventory, which must be of this record where one is given.
    ///
    /// # Errors
    /// It is too large, no JSON, or breaks a rule of OCFL or of this program.
    pub fn parse(bytes: &[u8], record: Option<RecordId>) -> Result<Self, InventoryError> {
        if bytes.len() as u64 > LARGEST {
            return Err(fault(format!("it has more than {LARGEST} bytes")));
        }
        let inventory = form::parse(bytes)?;
        if let Some(record) = record.filter(|record| *record != inventory.record) {
            return Err(fault(format!("it is the inventory of {}, not of {record}", inventory.record)));
        }
        inventory.check()?;
        Ok(inventory)
    }

    /// Returns the bytes of the inventory; the same inventory always gives the same ones.
    ///
    /// # Errors
    /// It is too large.
    pub fn to_bytes(&self) -> Result<Vec<u8>, InventoryError> {
        let bytes = form::write(self)?;
        if bytes.len() as u64 > LARGEST {
            return Err(fault(format!("the inventory would have more than {LARGEST} bytes; make the record smaller")));
        }
        Ok(bytes)
    }

    /// Makes the inventory after `previous` (of version 1 without it): files whose bytes an earlier version has brought
    /// refer to those, all others are content of the new version. What `version` says of its state is ignored.
    ///
    /// # Errors
    /// There is no file, two paths contradict each other, a text is too long, or the last version number is used up.
    pub fn with_version(
        previous: Option<&Self>,
        record: RecordId,
        version: Version,
        files: &BTreeMap<LogicalPath, Fingerprint>,
    ) -> Result<Self, InventoryError> {
        let head = match previous {
            None => Some(VersionNumber::FIRST),
            Some(previous) => previous.head.next(),
        };
        let head = head.ok_or_else(|| fault("the object has as many versions as it can have"))?;
        if files.is_empty() {
            return Err(fault("a version must have a file"));
        }
        let (mut manifest, mut versions) = match previous {
            None => (BTreeMap::new(), BTreeMap::new()),
            Some(previous) => (previous.manifest.clone(), previous.versions.clone()),
        };
        for (path, print) in files {
            let brought = || Content { path: ContentPath { version: head, path: path.clone() }, sha256: print.sha256 };
            manifest.entry(print.sha512).or_insert_with(brought);
        }
        let state = files.iter().map(|(path, print)| (path.clone(), print.sha512)).collect();
        versions.insert(head, Version { state, ..version });
        let inventory = Self { record, head, manifest, versions };
        inventory.check()?;
        Ok(inventory)
    }

    /// Returns the record.
    pub const fn record(&self) -> RecordId {
        self.record
    }

    /// Returns the newest version's number.
    pub const fn head(&self) -> VersionNumber {
        self.head
    }

    /// Returns the versions, the oldest first.
    pub const fn versions(&self) -> &BTreeMap<VersionNumber, Version> {
        &self.versions
    }

    /// Returns where every content is.
    pub const fn manifest(&self) -> &BTreeMap<Sha512, Content> {
        &self.manifest
    }

    /// Returns what a version brought that was not there before.
    pub fn brought_by(&self, version: VersionNumber) -> impl Iterator<Item = (&Sha512, &Content)> {
        self.manifest.iter().filter(move |(_, content)| content.path.version == version)
    }

    /// Says whether `earlier` is this inventory without its newer versions, and what differs if not.
    ///
    /// # Errors
    /// It is not.
    pub fn continues(&self, earlier: &Self) -> Result<(), InventoryError> {
        if earlier.record != self.record || earlier.head > self.head {
            return Err(fault(format!("it does not follow from the inventory of {}", earlier.head)));
        }
        for (number, version) in &earlier.versions {
            if self.versions.get(number) != Some(version) {
                return Err(fault(format!("it tells of {number} otherwise than the inventory of {}", earlier.head)));
            }
        }
        let known = self.manifest.iter().filter(|(_, content)| content.path.version <= earlier.head);
        if !known.eq(&earlier.manifest) {
            return Err(fault(format!("it places contents otherwise than the inventory of {}", earlier.head)));
        }
        Ok(())
    }

    fn check(&self) -> Result<(), InventoryError> {
        let numbers = (1..=self.head.get()).filter_map(VersionNumber::new);
        if !self.versions.keys().copied().eq(numbers) {
            return Err(fault(format!("its versions are not v1 to {}, without gaps", self.head)));
        }
        let mut used = BTreeSet::new();
        for (number, version) in &self.versions {
            version.check().map_err(|error| fault(format!("{number}: {error}")))?;
            for (path, digest) in &version.state {
                match self.manifest.get(digest) {
                    Some(content) if content.path.version <= *number => used.insert(digest),
                    Some(_) => return Err(fault(format!("{number}: {path} has bytes that a later version brought"))),
                    None => return Err(fault(format!("{number}: {path} has a digest that is not in the manifest"))),
                };
            }
        }
        if used.len() != self.manifest.len() {
            return Err(fault("its manifest has a content that no version uses"));
        }
        let mut places: BTreeMap<VersionNumber, BTreeSet<&LogicalPath>> = BTreeMap::new();
        for content in self.manifest.values() {
            if !places.entry(content.path.version).or_default().insert(&content.path.path) {
                return Err(fault(format!("two digests have the content path {}", content.path)));
            }
        }
        places.values().try_for_each(|paths| no_file_is_a_folder(paths.iter().copied(), |path| paths.contains(path)))
    }
}

impl Version {
    fn check(&self) -> Result<(), InventoryError> {
        let texts = [&self.message, &self.author.name, &self.author.address];
        for text in texts {
            if text.is_empty() || text.len() > LONGEST_TEXT || text.chars().any(char::is_control) {
                return Err(fault(format!(
                    "message, author's name and address must have 1 to {LONGEST_TEXT} bytes and no control signs"
                )));
            }
        }
        no_file_is_a_folder(self.state.keys(), |path| self.state.contains_key(path))
    }
}

pub(super) fn fault(what: impl Into<String>) -> InventoryError {
    InventoryError { what: what.into() }
}

/// Refuses `a` beside `a/b`: no file system can hold both.
fn no_file_is_a_folder<'a>(
    paths: impl Iterator<Item = &'a LogicalPath>,
    is_file: impl Fn(&LogicalPath) -> bool,
) -> Result<(), InventoryError> {
    for path in paths {
        // Every folder of a checked path is a checked path itself.
        let clash = path.folders().filter_map(|folder| LogicalPath::new(folder).ok()).find(&is_file);
        if let Some(folder) = clash {
            return Err(fault(format!("{folder} is a file, and a folder of {path}")));
        }
    }
    Ok(())
}
