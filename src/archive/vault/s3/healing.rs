//! Healing: what was found damaged cannot be removed from under its lock, so the right bytes become a newer version, and a
//! fact beside says which one counts.
//!
//! Such a fact is believed only where the bytes are compared with a digest anyway ([`Bucket::counting`] is read by those who
//! check the content of records against inventories); inventories themselves count by their oldest version as ever. So
//! nobody can replace a record by forging a fact.

use std::collections::HashMap;

use bytes::Bytes;
use futures::TryStreamExt;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::connection::failed;
use super::writing::SMALL;
use super::{Bucket, own_path};
use crate::archive::error::ArchiveError;
use crate::archive::intake_area::digest_of;
use crate::archive::vault::body::Body;
use crate::archive::vault::lock::Lock;
use crate::archive::vault::version::Version;

/// Folder of the facts.
pub(super) const HEALED: &str = ".healed";
/// Version of the form of a fact, and the size of the largest.
const SCHEMA: u64 = 1;
const LARGEST: u64 = 1 << 16;
/// The most facts that are read.
const MOST: usize = 100_000;
/// How long the list of facts is believed: another program may add one.
const FRESH: SignedDuration = SignedDuration::from_secs(60);

/// Which version of a key counts instead of the oldest.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct HealedFact {
    schema: u64,
    key: String,
    version: String,
    at: Timestamp,
}

/// The facts by key, as they were when they were last read.
#[derive(Debug, Default)]
pub(super) struct Healed {
    read_at: Option<Timestamp>,
    versions: HashMap<String, String>,
}

impl Bucket {
    /// Writes the right bytes of a damaged key as a newer version, reads them back, and makes that version count.
    pub(in crate::archive::vault) async fn heal(
        &self,
        key: &str,
        body: Body<'_>,
        lock: Option<&Lock>,
    ) -> Result<(), ArchiveError> {
        own_path(key)?;
        let broken = |cause: String| ArchiveError::Failed { key: key.to_owned(), cause };
        if self.oldest(key).await?.is_none() {
            return self.create(key, body, lock).await.map(drop);
        }
        let size = body.size().map_err(|error| broken(error.to_string()))?;
        let written = if size > SMALL {
            let written = self.upload(key, &body, size).await?;
            if let Some(lock) = lock {
                self.lock(&written, lock).await?;
            }
            written
        } else {
            let bytes = body.part(0, size).await.map_err(|error| broken(error.to_string()))?;
            self.put(key, bytes, lock, false).await.map_err(|error| failed(key, &error))?
        };
        let expected = body.digest().await.map_err(|error| broken(error.to_string()))?;
        let stream = self.stream(&written).await?;
        let reading = tokio::task::spawn_blocking(move || digest_of(stream)).await;
        let (_, found) =
            reading.map_err(|error| broken(error.to_string()))?.map_err(|error| broken(error.to_string()))?;
        if found != expected {
            return Err(broken("the server gives other bytes back than it was sent".to_owned()));
        }
        let fact = HealedFact { schema: SCHEMA, key: key.to_owned(), version: written.id, at: self.clock.now() };
        let json = serde_json::to_vec(&fact).map_err(|error| broken(error.to_string()))?;
        let place = format!("{HEALED}/{key}.json");
        self.put(&place, Bytes::from(json), lock, false).await.map_err(|error| failed(&place, &error))?;
        self.healed.lock().await.read_at = None;
        Ok(())
    }

    /// Lists every version of the facts about `prefix` itself and every key below it.
    pub(in crate::archive::vault) async fn versions_of_facts(
        &self,
        prefix: &str,
    ) -> Result<Vec<Version>, ArchiveError> {
        let mut facts = self.versions(&format!("{HEALED}/{prefix}")).await?;
        // That of the prefix itself has the ending of a fact.
        facts.extend(self.versions(&format!("{HEALED}/{prefix}.json")).await?);
        Ok(facts)
    }

    /// Returns the version of a key that counts for those who check the digest: the healed one, or the oldest.
    pub(super) async fn counting(&self, key: &str) -> Result<Option<Version>, ArchiveError> {
        let versions = self.of_key(key).await?;
        if versions.len() > 1
            && let Some(id) = self.healed_version(key).await?
            && let Some(healed) = versions.iter().find(|version| version.id == id)
        {
            return Ok(Some(healed.clone()));
        }
        Ok(versions.into_iter().next_back())
    }

    /// Marks the versions that count instead of the oldest.
    pub(super) async fn mark_healed(&self, versions: &mut [Version]) -> Result<(), ArchiveError> {
        let has_more = |pair: &[Version]| pair[0].key == pair[1].key;
        if !versions.windows(2).any(has_more) {
            return Ok(());
        }
        for version in versions {
            version.healed = self.healed_version(&version.key).await?.as_ref() == Some(&version.id);
        }
        Ok(())
    }

    async fn healed_version(&self, key: &str) -> Result<Option<String>, ArchiveError> {
        let mut healed = self.healed.lock().await;
        let now = self.clock.now();
        if healed.read_at.is_none_or(|read_at| now.duration_since(read_at) > FRESH) {
            healed.versions = self.read_healed().await?;
            healed.read_at = Some(now);
        }
        Ok(healed.versions.get(key).cloned())
    }

    async fn read_healed(&self) -> Result<HashMap<String, String>, ArchiveError> {
        let mut versions = HashMap::new();
        let mut facts = self.list(HEALED);
        while let Some(entry) = facts.try_next().await? {
            if versions.len() == MOST {
                return Err(ArchiveError::TooMany { what: HEALED.to_owned(), most: MOST });
            }
            let bytes = self.whole(&entry.key, None, LARGEST).await?;
            let fact: HealedFact = serde_json::from_slice(&bytes).map_err(|error| ArchiveError::Damaged {
                key: entry.key.clone(),
                what: format!("it is no fact of a healed key: {error}"),
            })?;
            if fact.schema == SCHEMA && entry.key == format!("{HEALED}/{}.json", fact.key) {
                versions.insert(fact.key, fact.version);
            }
        }
        Ok(versions)
    }
}
