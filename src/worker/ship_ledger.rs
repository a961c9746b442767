//! Ships the ledger: new entries and a signed checkpoint go to the archive, where whoever controls the database cannot
//! rewrite them.

use futures::TryStreamExt as _;

use crate::archive::{ArchiveError, Body, Lock, Vault};
use crate::audit::segment::{self, Segment};
use crate::audit::{Checkpoint, NoteError, Plan, SigningKey};
use crate::store::{Store, StoreError};

/// Name of the setting that says how many entries the archive has, so that it need not be listed each time.
const SHIPPED: &str = "ledger.shipped";

/// What was shipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shipped {
    /// New entries.
    pub entries: u64,
    /// Entries under the last checkpoint.
    pub size: u64,
}

/// How the objects of the ledger are locked; `None` where they are not.
#[derive(Debug, Clone, Copy, Default)]
pub struct LedgerLocks {
    /// Those that stay for good.
    pub settled: Option<Lock>,
    /// Those that longer ones are going to supersede: for some days, renewed for as long as nothing has superseded them.
    pub passing: Option<Lock>,
}

impl LedgerLocks {
    /// Returns the lock of a segment, in a ledger of `size` entries.
    const fn of(&self, segment: Segment, size: u64) -> Option<&Lock> {
        if segment.is_settled(size) { self.settled.as_ref() } else { self.passing.as_ref() }
    }
}

/// Why the ledger cannot be shipped. What was recorded stays, and is shipped later.
#[derive(Debug, thiserror::Error)]
pub enum ShipError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The archive failed.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// The name of the ledger cannot stand in a checkpoint.
    #[error("the checkpoint cannot be signed: {0}")]
    Note(#[from] NoteError),
    /// The key is not the one that the ledger announced.
    #[error(
        "the signing key here is not the one that the ledger announced last; bring back the right one, or, if it is \
         lost, run `muniment audit key replace`"
    )]
    OtherKey,
    /// The archive has more than the database.
    #[error(
        "the archive has {archived} entries of the ledger and the database {here}: it was set back or tampered with. \
         Run `muniment audit verify`, then `muniment rebuild`"
    )]
    SetBack {
        /// Entries under the last checkpoint.
        archived: u64,
        /// Entries in the database.
        here: u64,
    },
}

/// Writes what the archive does not have yet, and a checkpoint over everything. Shipping the same twice changes nothing.
///
/// # Errors
/// The database or the archive failed, the key is another one, or the archive holds another ledger.
pub async fn ship(store: &Store, vault: &Vault, key: &SigningKey, locks: &LedgerLocks) -> Result<Shipped, ShipError> {
    let size = store.ledger_size().await?;
    let archived = archived(store, vault).await?;
    if archived > size {
        return Err(ShipError::SetBack { archived, here: size });
    }
    if archived == size {
        return Ok(Shipped { entries: 0, size });
    }
    let announced = store.ledger_keys().await?.pop().filter(|record| record.public_key == key.public());
    let origin = announced.ok_or(ShipError::OtherKey)?.origin;
    let mut from = archived;
    while let Some(next) = Segment::next(from, size) {
        // It may take more than one object: they have an end in bytes, too.
        let mut begin = next.from;
        while begin < next.to {
            let count = u32::try_from(next.to - begin).unwrap_or(u32::MAX);
            let entries = store.ledger_entries(begin, count).await?;
            let (segment, bytes) = Segment::write(begin, entries.iter().map(|entry| entry.text.as_str()));
            if segment.from == segment.to {
                return Err(StoreError::NotFound { what: format!("ledger entry {begin}") }.into());
            }
            vault.create(&segment.key(), Body::Bytes(bytes.into()), locks.of(segment, size)).await?;
            begin = segment.to;
        }
        from = next.to;
    }
    // Only now: a checkpoint never speaks of entries that the archive does not have.
    let plan = Plan::root(size);
    let nodes = store.ledger_nodes(&plan.subtrees()).await?;
    let root = plan.fold(&nodes).and_then(|roots| roots.first().copied());
    let root = root.ok_or_else(|| StoreError::NotFound { what: "root of the ledger".into() })?;
    let note = Checkpoint { origin, size, root }.sign(key)?.to_string();
    vault.create(&segment::checkpoint_key(size), Body::Bytes(note.into()), locks.passing.as_ref()).await?;
    store.keep_setting(SHIPPED, &size.to_string()).await?;
    Ok(Shipped { entries: size - archived, size })
}

/// Returns how many entries the archive has under its last checkpoint: as was noted, or as the archive itself says.
///
/// # Errors
/// The database or the archive failed.
pub async fn archived(store: &Store, vault: &Vault) -> Result<u64, ShipError> {
    let noted = store.setting(SHIPPED).await?.and_then(|text| text.parse().ok());
    Ok(match noted {
        Some(size) => size,
        None => {
            let sizes = vault.list(segment::CHECKPOINTS);
            let largest = sizes.try_fold(0, |largest, entry| async move {
                Ok(largest.max(segment::checkpoint_of_key(&entry.key).unwrap_or(0)))
            });
            largest.await?
        }
    })
}
