//! The queries of holds in the archive: the ledger has their digests only, since a query may name a patient, and a hold whose
//! query is lost would miss the records that come later.

use bytes::Bytes;
use futures::TryStreamExt;

use super::{App, AppError};
use crate::archive::{Body, Vault};
use crate::chart::{Digest, HoldId, HoldScope};

/// Folder of the queries in the archive.
const FOLDER: &str = "holds";
/// The largest text, in bytes.
const LARGEST: u64 = 1 << 16;

impl App {
    /// Keeps the query of a hold in the archive.
    ///
    /// # Errors
    /// The archive failed.
    pub(super) async fn archive_hold_query(&self, hold: HoldId, query: &str) -> Result<(), AppError> {
        let body = Body::Bytes(Bytes::copy_from_slice(query.as_bytes()));
        self.vault.create(&format!("{FOLDER}/{hold}"), body, None).await?;
        Ok(())
    }

    /// Gives every hold its query back that `vault` has. Returns the holds that lack theirs all the same.
    ///
    /// # Errors
    /// The archive or the database failed.
    pub(super) async fn restore_hold_queries(&self, vault: &Vault) -> Result<Vec<HoldId>, AppError> {
        let mut lacking = Vec::new();
        for row in self.store.holds(true).await? {
            let HoldScope::Query { digest } = row.hold.scope else { continue };
            if self.store.hold_query(row.hold.id).await?.is_some() {
                continue;
            }
            match archived(vault, &format!("{FOLDER}/{}", row.hold.id)).await? {
                Some(query) if Digest::of(query.as_bytes()) == digest => {
                    self.store.keep_hold_query(row.hold.id, &query).await?;
                }
                _ => lacking.push(row.hold.id),
            }
        }
        Ok(lacking)
    }
}

/// Reads a text that the archive may have under `key`.
pub(super) async fn archived(vault: &Vault, key: &str) -> Result<Option<String>, AppError> {
    let there: Vec<_> = vault.list(key).try_collect().await?;
    if there.is_empty() {
        return Ok(None);
    }
    let bytes = vault.read(key, LARGEST).await?;
    Ok(String::from_utf8(bytes.into()).ok())
}
