//! Copying a record to another location: checked bytes only, in the order of a deposit, the inventory last.

use std::fs::File;
use std::io::Seek;

use bytes::Bytes;

use super::error::OcflError;
use super::fingerprint::Fingerprint;
use super::layout::{INVENTORY, OBJECT_DECLARATION, SIDECAR};
use super::object::{Found, Object};
use super::root::Root;
use crate::archive::{Body, Lock};
use crate::chart::RecordId;

/// What a copy has brought.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Replicated {
    /// Versions that the other location did not have.
    pub versions: u32,
    /// Files written.
    pub files: u64,
    /// Bytes of them.
    pub bytes: u64,
}

impl Root {
    /// Copies what `other` lacks of a record. Every byte is compared with the inventory before it is written there, and
    /// what is there already stays; interrupted, the same call goes on.
    ///
    /// # Errors
    /// The record is damaged here, or has other bytes there; reading or writing failed.
    pub async fn replicate(
        &self,
        record: RecordId,
        other: &Self,
        lock: Option<&Lock>,
    ) -> Result<Replicated, OcflError> {
        let object = self.object(record).await?;
        let (theirs, has_root) = match Object::load(other.vault(), record).await? {
            Found::Record(theirs) => {
                let is_whole = theirs.root_fault().is_none();
                (theirs.listing.clone(), is_whole.then(|| theirs.head()))
            }
            Found::Nothing(listing) => (listing, None),
        };
        let mut done = Replicated::default();
        if has_root == Some(object.head()) {
            return Ok(done);
        }
        for version in object.versions().keys() {
            if theirs.has(&format!("{version}/{INVENTORY}")) {
                // A copy that stopped between the two.
                if !theirs.has(&format!("{version}/{SIDECAR}")) {
                    let inventory = self.inventory_of(&object, record, *version).await?;
                    other.write_sidecar(object.folder(), *version, &inventory, lock).await?;
                    done.files += 1;
                }
                continue;
            }
            for (sha512, content) in object.inventory().brought_by(*version) {
                let key = format!("{}/{}", object.folder(), content.path);
                let (file, found) = self.spooled(&key).await?;
                if (found.sha512, found.sha256) != (*sha512, content.sha256) {
                    return Err(OcflError::damaged(
                        &key,
                        "it was not copied: its bytes are not those that were archived",
                    ));
                }
                other.vault().create(&key, Body::File(&file), lock).await?;
                done.files += 1;
                done.bytes = done.bytes.saturating_add(found.size);
            }
            let inventory = self.inventory_of(&object, record, *version).await?;
            let key = format!("{}/{version}/{INVENTORY}", object.folder());
            other.vault().create(&key, Body::Bytes(inventory.clone()), lock).await?;
            // The sidecar of a version belongs to its end; the root is written once, after the newest.
            other.write_sidecar(object.folder(), *version, &inventory, lock).await?;
            done.versions += 1;
            done.files += 2;
        }
        other.write_end(object.folder(), object.head(), &object.inventory_bytes, lock).await?;
        if !theirs.has(OBJECT_DECLARATION) {
            done.files += 3;
        }
        Ok(done)
    }

    /// Copies a file to a nameless temporary one while its fingerprint is computed.
    pub(crate) async fn spooled(&self, key: &str) -> Result<(File, Fingerprint), OcflError> {
        let sink = tempfile::tempfile().map_err(|error| OcflError::failed(key, error))?;
        let (mut file, found) = self.copy(key, sink).await?;
        file.rewind().map_err(|error| OcflError::failed(key, error))?;
        Ok((file, found))
    }

    async fn inventory_of(
        &self,
        object: &Object,
        record: RecordId,
        version: super::names::VersionNumber,
    ) -> Result<Bytes, OcflError> {
        if version == object.head() {
            return Ok(object.inventory_bytes.clone());
        }
        Ok(super::object::read_version(self.vault(), object.folder(), record, version).await?.1)
    }
}
