//! The keys that signed the ledger, as its entries announced them.

use super::engine::Store;
use super::error::StoreError;
use super::values::values;
use crate::chart::{PublicKey, Signature};

/// A key that signed, or signs, the ledger's checkpoints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRecord {
    /// The entry that announced it.
    pub sequence: u64,
    /// Name of the ledger in its checkpoints.
    pub origin: String,
    /// The key.
    pub public_key: PublicKey,
    /// The signature of the key before it; none for a key that nobody vouched for.
    pub signature: Option<Signature>,
}

impl Store {
    /// Returns every key that was announced, in order; the last one signs now.
    pub async fn ledger_keys(&self) -> Result<Vec<KeyRecord>, StoreError> {
        let sql = "SELECT sequence, origin, public_key, signature FROM ledger_keys ORDER BY sequence";
        let rows = self.rows(sql, values![]).await?;
        let record = |row: super::values::Row| {
            Ok(KeyRecord {
                sequence: row.size("sequence")?,
                origin: row.text("origin")?,
                public_key: row.parsed("public_key")?,
                signature: row.optional_parsed("signature")?,
            })
        };
        rows.into_iter().map(record).collect()
    }
}
