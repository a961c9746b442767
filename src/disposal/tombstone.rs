//! Tombstones: what remains of a destroyed record, outside of its folder, so that nobody mistakes it for a lost one.

use bytes::Bytes;
use futures::TryStreamExt;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::error::DisposalError;
use crate::archive::{ArchiveError, Body, Lock, Vault};
use crate::chart::{DisposalId, RecordId};

/// Number of the form.
const SCHEMA: u32 = 1;
/// Prefix of their keys.
pub const TOMBSTONES: &str = "tombstones/";
/// Longest tombstone, in bytes.
const LONGEST: u64 = 4096;

/// What a tombstone says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tombstone {
    /// Number of this form.
    pub schema: u32,
    /// The record.
    pub record: RecordId,
    /// The proposal that it was destroyed under; its certificate is `certificates/DISPOSAL.json`.
    pub disposal: DisposalId,
    /// When its destruction began.
    pub begun_at: Timestamp,
}

/// Returns where a record's tombstone is: `tombstones/RECORD.json`.
pub fn key(record: RecordId) -> String {
    format!("{TOMBSTONES}{record}.json")
}

/// Writes the tombstone of a record; the same one twice is written once.
pub(super) async fn put(
    vault: &Vault,
    record: RecordId,
    disposal: DisposalId,
    begun_at: Timestamp,
    lock: Option<&Lock>,
) -> Result<(), DisposalError> {
    let tombstone = Tombstone { schema: SCHEMA, record, disposal, begun_at };
    let bytes =
        serde_json_canonicalizer::to_vec(&tombstone).map_err(|cause| DisposalError::Certificate(cause.to_string()))?;
    match vault.create(&key(record), Body::Bytes(Bytes::from(bytes)), lock).await {
        // A record that a backup brought back was destroyed before: its first tombstone stays.
        Err(ArchiveError::Conflict { .. }) => Ok(()),
        outcome => Ok(outcome.map(drop)?),
    }
}

/// Reads a record's tombstone, if it has one.
///
/// # Errors
/// The store cannot be read, or the tombstone is of no known form.
pub async fn read(vault: &Vault, record: RecordId) -> Result<Option<Tombstone>, ArchiveError> {
    let key = key(record);
    match vault.read(&key, LONGEST).await {
        Err(ArchiveError::Missing { .. }) => Ok(None),
        Err(cause) => Err(cause),
        Ok(bytes) => match serde_json::from_slice::<Tombstone>(&bytes) {
            Ok(tombstone) if tombstone.schema == SCHEMA && tombstone.record == record => Ok(Some(tombstone)),
            _ => Err(ArchiveError::Damaged { key, what: "it is no tombstone that this version knows".into() }),
        },
    }
}

/// Destroys again what came back under the name of a destroyed record, as a restored backup or replica does. Returns the
/// records of which something had come back. `folder` returns the folder of a record.
///
/// # Errors
/// The store failed, or something that came back is locked. The next run goes on.
pub async fn replay(vault: &Vault, folder: impl Fn(RecordId) -> String) -> Result<Vec<RecordId>, DisposalError> {
    let mut back = Vec::new();
    let mut tombstones = vault.list(TOMBSTONES.trim_end_matches('/'));
    while let Some(entry) = tombstones.try_next().await? {
        let name = entry.key.strip_prefix(TOMBSTONES).and_then(|name| name.strip_suffix(".json"));
        let Some(record) = name.and_then(|name| name.parse::<RecordId>().ok()) else { continue };
        if replay_one(vault, record, &folder(record)).await? {
            back.push(record);
        }
    }
    Ok(back)
}

/// Destroys again what came back in the `folder` of one record, if it has a tombstone; says whether there was something.
///
/// # Errors
/// The store failed, or something that came back is locked.
pub async fn replay_one(vault: &Vault, record: RecordId, folder: &str) -> Result<bool, DisposalError> {
    let versions = vault.versions_with_facts(folder).await?;
    if versions.is_empty() || read(vault, record).await?.is_none() {
        return Ok(false);
    }
    for version in versions {
        vault.delete(&version).await?;
    }
    Ok(true)
}
