//! The storage root: the records of one location.

use std::fs::File;
use std::io::{self, Read, Write};

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt};

use super::error::OcflError;
use super::fingerprint::{Fingerprint, Fingerprinter};
use super::layout::{self, INVENTORY, OBJECT_DECLARATION, OBJECT_DECLARATION_TEXT, SIDECAR};
use super::names::VersionNumber;
use super::object::{ArchivedFile, Found, Object, sidecar_text};
use crate::archive::pace::{Pace, Paced};
use crate::archive::{ArchiveError, Body, Lock, Vault};
use crate::chart::RecordId;

/// The largest file of the storage root itself, in bytes.
const LARGEST_ROOT_FILE: u64 = 64 << 10;
/// The inventory of the first version: when it is there, the record is.
const FIRST_INVENTORY: &str = "v1/inventory.json";

/// The records of one location. Clones are cheap.
#[derive(Debug, Clone)]
pub struct Root {
    vault: Vault,
    /// How fast files are read, when there is a limit.
    pace: Option<Pace>,
}

impl Root {
    /// Opens the storage root of a location, and makes it where there is none.
    ///
    /// # Errors
    /// There is a storage root of another kind; reading or writing failed.
    pub async fn open(vault: Vault) -> Result<Self, OcflError> {
        for (key, text) in layout::root_files() {
            match vault.create(&key, Body::Bytes(Bytes::from_static(text.as_bytes())), None).await {
                Err(ArchiveError::Conflict { key }) => return Err(OcflError::OtherRoot { key }),
                created => created?,
            };
        }
        Ok(Self { vault, pace: None })
    }

    /// Opens the storage root of a location, for reading.
    ///
    /// # Errors
    /// There is none, or one of another kind; reading failed.
    pub async fn existing(vault: Vault) -> Result<Self, OcflError> {
        for (key, text) in layout::root_files() {
            match vault.read(&key, LARGEST_ROOT_FILE).await {
                Ok(bytes) if bytes == text.as_bytes() => {}
                Ok(_) | Err(ArchiveError::Damaged { .. }) => return Err(OcflError::OtherRoot { key }),
                Err(ArchiveError::Missing { .. }) => return Err(OcflError::NoRoot { place: vault.describes() }),
                Err(error) => return Err(error.into()),
            }
        }
        Ok(Self { vault, pace: None })
    }

    /// Returns the same records, whose files are read no faster than `pace` from now on.
    #[must_use]
    pub fn at_pace(self, pace: Option<Pace>) -> Self {
        Self { pace, ..self }
    }

    /// Returns the location.
    pub const fn vault(&self) -> &Vault {
        &self.vault
    }

    /// Lists the records of which a version is whole, in no particular order.
    pub fn ids(&self) -> impl futures::Stream<Item = Result<RecordId, OcflError>> + Send + use<> {
        let keys = self.vault.list(layout::ROOT).map_err(OcflError::from);
        keys.try_filter_map(async |entry| {
            Ok(layout::split(&entry.key).filter(|(_, path)| *path == FIRST_INVENTORY).map(|(record, _)| record))
        })
        .boxed()
    }

    /// Reads a record. What an unfinished deposit has left is not part of it.
    ///
    /// # Errors
    /// There is none, its newest inventory is damaged, or reading failed.
    pub async fn object(&self, record: RecordId) -> Result<Object, OcflError> {
        match Object::load(&self.vault, record).await? {
            Found::Record(object) => Ok(*object),
            Found::Nothing(_) => Err(OcflError::NoRecord { record }),
        }
    }

    /// Writes a file's bytes to `sink` while both digests are computed. After an error, what `sink` got counts for nothing.
    ///
    /// # Errors
    /// The bytes are missing or not those that were archived; reading or writing failed.
    pub async fn read_file<W: Write + Send + 'static>(&self, file: &ArchivedFile, sink: W) -> Result<W, OcflError> {
        let (sink, found) = self.copy(&file.key, sink).await?;
        if (found.sha512, found.sha256) != (file.sha512, file.sha256) {
            return Err(OcflError::damaged(&file.key, digests_differ(file, &found)));
        }
        Ok(sink)
    }

    /// Reads a file of at most `limit` bytes into memory.
    ///
    /// # Errors
    /// It is larger, its bytes are missing or not those that were archived, or reading failed.
    pub async fn read_bytes(&self, file: &ArchivedFile, limit: u64) -> Result<Vec<u8>, OcflError> {
        if file.size.is_some_and(|size| size > limit) {
            return Err(OcflError::failed(&file.key, format!("it has more than {limit} bytes")));
        }
        self.read_file(file, Vec::new()).await
    }

    /// Computes the fingerprint of what is kept under a key.
    ///
    /// # Errors
    /// Nothing is there, or reading failed.
    pub async fn fingerprint(&self, key: &str) -> Result<Fingerprint, OcflError> {
        Ok(self.copy(key, io::sink()).await?.1)
    }

    /// Finishes a record whose deposit was interrupted after a version's inventory: only other programs miss what is missing.
    /// Returns whether there was something to do.
    ///
    /// # Errors
    /// There is no such record, or reading or writing failed.
    pub async fn mend(&self, record: RecordId, lock: Option<&Lock>) -> Result<bool, OcflError> {
        let object = self.object(record).await?;
        if object.root_fault().is_none() {
            return Ok(false);
        }
        self.write_end(&object.folder, object.head(), &object.inventory_bytes, lock).await?;
        Ok(true)
    }

    /// Writes what comes after a version's inventory: its sidecar, the object's declaration, the root inventory with its
    /// sidecar.
    pub(super) async fn write_end(
        &self,
        folder: &str,
        head: VersionNumber,
        inventory: &Bytes,
        lock: Option<&Lock>,
    ) -> Result<(), OcflError> {
        let sidecar = self.write_sidecar(folder, head, inventory, lock).await?;
        let declaration = Bytes::from_static(OBJECT_DECLARATION_TEXT.as_bytes());
        self.vault.create(&format!("{folder}/{OBJECT_DECLARATION}"), Body::Bytes(declaration), lock).await?;
        self.vault.replace(&format!("{folder}/{INVENTORY}"), inventory.clone(), lock).await?;
        self.vault.replace(&format!("{folder}/{SIDECAR}"), sidecar, lock).await?;
        Ok(())
    }

    /// Writes the sidecar of a version's inventory, and returns it.
    pub(super) async fn write_sidecar(
        &self,
        folder: &str,
        version: VersionNumber,
        inventory: &Bytes,
        lock: Option<&Lock>,
    ) -> Result<Bytes, OcflError> {
        let sidecar = Bytes::from(sidecar_text(inventory));
        self.vault.create(&format!("{folder}/{version}/{SIDECAR}"), Body::Bytes(sidecar.clone()), lock).await?;
        Ok(sidecar)
    }

    pub(super) async fn copy<W: Write + Send + 'static>(
        &self,
        key: &str,
        mut sink: W,
    ) -> Result<(W, Fingerprint), OcflError> {
        let mut source = Paced::new(self.vault.reader(key).await?, self.pace.clone());
        let copying = tokio::task::spawn_blocking(move || {
            let mut hasher = Fingerprinter::new();
            hasher.copy(&mut source, &mut sink)?;
            io::Result::Ok((sink, hasher.finish()))
        });
        let copied = copying.await.map_err(|error| OcflError::failed(key, error))?;
        copied.map_err(|error| OcflError::failed(key, error))
    }
}

/// Computes the fingerprint of a file from its beginning, wherever its cursor stands; it stands at the end afterwards.
pub(super) fn fingerprint_of(mut file: &File) -> io::Result<Fingerprint> {
    io::Seek::rewind(&mut file)?;
    Fingerprint::of_reader(&mut file as &mut dyn Read)
}

/// Says how bytes differ from those that were archived.
pub(super) fn digests_differ(file: &ArchivedFile, found: &Fingerprint) -> String {
    format!("its {} bytes have the SHA-256 {}, {} was archived", found.size, found.sha256, file.sha256)
}
