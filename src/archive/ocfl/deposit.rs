//! Deposits: a version is written in an order that leaves, at whatever write the machine stops, either the record as it
//! was or the record with the version; running the same deposit again finishes it.
//!
//! The order: contents, the version's inventory, with which the version is whole; then its sidecar and what only other
//! programs look at: the object's declaration, the root inventory, its sidecar. Everything is written create-only but the
//! last two, which are written again from the version's inventory when they were not finished.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt};
use jiff::Timestamp;

use super::error::OcflError;
use super::fingerprint::Fingerprint;
use super::inventory::{Author, Inventory, Version};
use super::layout::{self, INVENTORY};
use super::names::{ContentPath, LogicalPath, VersionNumber};
use super::object::{Found, Listing, Object};
use super::root::{Root, fingerprint_of};
use crate::archive::{ArchiveError, Body, Lock};
use crate::chart::RecordId;

/// Contents that are written at the same time: each waits for the disk or the network.
const AT_ONCE: usize = 4;

/// A version to deposit.
#[derive(Debug)]
pub struct RecordVersion {
    /// The record.
    pub record: RecordId,
    /// The version's number: one more than that of the newest version in the archive.
    pub number: VersionNumber,
    /// Why it is made. No patient text.
    pub message: String,
    /// Who makes it.
    pub author: Author,
    /// When it was made: the same at each try, or it is another version.
    pub at: Timestamp,
    /// All of its files, those included that an earlier version has already.
    pub files: Vec<(LogicalPath, Original)>,
    /// The lock that everything is written with.
    pub lock: Option<Lock>,
}

/// The bytes of a file to deposit.
#[derive(Debug)]
pub enum Original {
    /// Bytes in memory.
    Bytes(Bytes),
    /// The whole of a file.
    File(File),
}

/// A version that is in the archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deposited {
    /// The version.
    pub number: VersionNumber,
    /// The fingerprint of its inventory.
    pub inventory: Fingerprint,
    /// Bytes of all of its files.
    pub bytes: u64,
    /// Whether it was there already, from an earlier try.
    pub was_there: bool,
}

impl Root {
    /// Deposits a version: returns when all of it is written and flushed. After a crash at any moment the same call
    /// finishes what was begun, and a version that is there already is left as it is.
    ///
    /// # Errors
    /// The version is there with other files; an earlier one is missing; an interrupted deposit of it began with other
    /// bytes; the location failed.
    pub async fn deposit(&self, version: RecordVersion) -> Result<Deposited, OcflError> {
        let mut prints = BTreeMap::new();
        let mut originals = BTreeMap::new();
        for (path, original) in version.files {
            let (print, original) = fingerprint(&path, original).await?;
            prints.insert(path.clone(), print);
            originals.insert(path, original);
        }
        let new = NewVersion {
            record: version.record,
            number: version.number,
            about: Version {
                created: version.at,
                message: version.message,
                author: version.author,
                state: BTreeMap::new(),
            },
            folder: layout::object_folder(version.record),
            prints,
            originals,
            lock: version.lock,
        };
        match Object::load(self.vault(), new.record).await? {
            Found::Record(object) if object.head() >= new.number => self.find_deposited(&new, &object).await,
            Found::Record(object) if object.head().next() == Some(new.number) => {
                if object.root_fault().is_some() {
                    self.finish(&object, new.lock.as_ref()).await?;
                }
                self.write_version(&new, Some(&object.inventory), &object.listing).await
            }
            Found::Record(object) => Err(new.too_early(format!("its versions up to {}", object.head()))),
            Found::Nothing(listing) if new.number == VersionNumber::FIRST => {
                self.write_version(&new, None, &listing).await
            }
            Found::Nothing(_) => Err(new.too_early("none of its versions".to_owned())),
        }
    }

    /// Returns a file of a version that a deposit has written, whether it came to its end or not.
    ///
    /// # Errors
    /// The file is longer than `limit` bytes; the location failed.
    pub async fn begun(
        &self,
        record: RecordId,
        number: VersionNumber,
        path: &LogicalPath,
        limit: u64,
    ) -> Result<Option<Bytes>, OcflError> {
        let content = ContentPath { version: number, path: path.clone() };
        let key = format!("{}/{content}", layout::object_folder(record));
        match self.vault().read(&key, limit).await {
            Ok(bytes) => Ok(Some(bytes)),
            Err(ArchiveError::Missing { .. }) => Ok(None),
            Err(cause) => Err(cause.into()),
        }
    }

    /// Takes a version that is there for the deposited one, if it has the same files.
    async fn find_deposited(&self, new: &NewVersion, object: &Object) -> Result<Deposited, OcflError> {
        let taken = OcflError::Taken { record: new.record, version: new.number };
        if object.versions().get(&new.number).is_none_or(|version| !new.has_state_of(version)) {
            return Err(taken);
        }
        self.finish(object, new.lock.as_ref()).await?;
        let key = format!("{}/{}/{INVENTORY}", new.folder, new.number);
        let inventory = self.fingerprint(&key).await?;
        Ok(Deposited { number: new.number, inventory, bytes: new.bytes(), was_there: true })
    }

    async fn write_version(
        &self,
        new: &NewVersion,
        previous: Option<&Inventory>,
        listing: &Listing,
    ) -> Result<Deposited, OcflError> {
        let unfit = |error| OcflError::Unfit { record: new.record, version: new.number, error };
        let inventory = Inventory::with_version(previous, new.record, new.about.clone(), &new.prints).map_err(unfit)?;
        let bytes = Bytes::from(inventory.to_bytes().map_err(unfit)?);
        new.refuse_other_leftovers(&inventory, listing)?;
        let contents = inventory.brought_by(new.number).map(|(_, content)| self.write_content(new, &content.path));
        futures::stream::iter(contents).buffer_unordered(AT_ONCE).try_collect::<()>().await?;
        let lock = new.lock.as_ref();
        let key = format!("{}/{}/{INVENTORY}", new.folder, new.number);
        self.create(&key, Body::Bytes(bytes.clone()), lock).await?;
        self.write_end(&new.folder, new.number, &bytes, lock).await?;
        let inventory = Fingerprint::of(&bytes);
        Ok(Deposited { number: new.number, inventory, bytes: new.bytes(), was_there: false })
    }

    async fn write_content(&self, new: &NewVersion, content: &ContentPath) -> Result<(), OcflError> {
        let (Some(original), Some(print)) = (new.originals.get(&content.path), new.prints.get(&content.path)) else {
            return Ok(());
        };
        let key = format!("{}/{content}", new.folder);
        match original {
            Original::Bytes(bytes) => self.create(&key, Body::Bytes(bytes.clone()), new.lock.as_ref()).await,
            Original::File(file) => {
                self.create(&key, Body::File(file), new.lock.as_ref()).await?;
                // The file may have changed since its digests were computed; the inventory must never tell of bytes that
                // are not there.
                if self.fingerprint(&key).await? == *print { Ok(()) } else { Err(ArchiveError::Changed { key }.into()) }
            }
        }
    }

    /// Writes and locks what an interrupted deposit has left out after its inventory.
    async fn finish(&self, object: &Object, lock: Option<&Lock>) -> Result<(), OcflError> {
        if object.root_fault().is_some() {
            self.write_end(object.folder(), object.head(), &object.inventory_bytes, lock).await?;
        }
        let Some(lock) = lock else { return Ok(()) };
        for version in self.vault().versions(object.folder()).await? {
            let state = if version.is_delete_marker { continue } else { self.vault().lock_state(&version).await? };
            let wanted = state.with(lock);
            if wanted.until != state.until {
                self.vault().extend(&version, lock.until, lock.mode).await?;
            }
            if wanted.held != state.held {
                self.vault().hold(&version, true).await?;
            }
        }
        Ok(())
    }

    async fn create(&self, key: &str, body: Body<'_>, lock: Option<&Lock>) -> Result<(), OcflError> {
        match self.vault().create(key, body, lock).await {
            Ok(_) => Ok(()),
            Err(ArchiveError::Conflict { key }) => Err(OcflError::Begun { key }),
            Err(error) => Err(error.into()),
        }
    }
}

/// A version on its way.
struct NewVersion {
    record: RecordId,
    number: VersionNumber,
    about: Version,
    folder: String,
    prints: BTreeMap<LogicalPath, Fingerprint>,
    originals: BTreeMap<LogicalPath, Original>,
    lock: Option<Lock>,
}

impl NewVersion {
    fn has_state_of(&self, version: &Version) -> bool {
        let state = version.state.iter().map(|(path, digest)| (path, *digest));
        state.eq(self.prints.iter().map(|(path, print)| (path, print.sha512)))
    }

    fn bytes(&self) -> u64 {
        self.prints.values().fold(0, |sum, print| sum.saturating_add(print.size))
    }

    fn too_early(&self, has: String) -> OcflError {
        OcflError::TooEarly { record: self.record, version: self.number, has }
    }

    /// Refuses what an interrupted deposit has left and this one would not write: it could not be removed, and no
    /// validator would accept it.
    fn refuse_other_leftovers(&self, inventory: &Inventory, listing: &Listing) -> Result<(), OcflError> {
        let ours: BTreeSet<String> =
            inventory.brought_by(self.number).map(|(_, content)| content.path.to_string()).collect();
        match listing.below(self.number).find(|path| !ours.contains(*path)) {
            Some(path) => Err(OcflError::Begun { key: format!("{}/{path}", self.folder) }),
            None => Ok(()),
        }
    }
}

/// Computes a file's fingerprint.
async fn fingerprint(path: &LogicalPath, original: Original) -> Result<(Fingerprint, Original), OcflError> {
    let name = path.to_string();
    let computing = tokio::task::spawn_blocking(move || {
        let print = match &original {
            Original::Bytes(bytes) => Fingerprint::of(bytes),
            Original::File(file) => fingerprint_of(file)?,
        };
        std::io::Result::Ok((print, original))
    });
    let computed = computing.await.map_err(|error| OcflError::failed(&name, error))?;
    computed.map_err(|error| OcflError::failed(&name, error))
}
