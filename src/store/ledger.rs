//! The ledger: facts are appended and applied to their tables in one transaction, never changed.

use jiff::Timestamp;

use super::engine::{Store, Transaction};
use super::error::StoreError;
use super::facts;
use super::values::{Row, values};
use crate::chart::merkle::{self, Edge, Subtree};
use crate::chart::{Actor, Digest, Fact, LEDGER_ENTRY_SCHEMA, LedgerEntry};

/// Longest entry, in bytes: segments that carry entries out are read back whole.
const LONGEST_ENTRY: usize = 1 << 20;

/// An entry as the database holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEntry {
    /// Its number.
    pub sequence: u64,
    /// Its canonical bytes.
    pub text: String,
    /// Digests of the subtrees that became whole with it, the smallest first; the first is its own leaf.
    pub nodes: Vec<Digest>,
}

impl Store {
    /// Appends facts to the ledger and applies them to their tables, all or none. Returns the entries.
    ///
    /// # Errors
    /// A fact contradicts what was recorded before ([`StoreError::Refused`]); the database failed.
    pub async fn record(&self, actor: Actor, at: Timestamp, facts: &[Fact]) -> Result<Vec<LedgerEntry>, StoreError> {
        let mut transaction = self.begin().await?;
        let entries = record(&mut transaction, actor, at, facts).await?;
        transaction.commit().await?;
        Ok(entries)
    }

    /// Appends facts of several people to the ledger, all or none, in one transaction.
    ///
    /// # Errors
    /// As [`Store::record`].
    pub async fn record_each(&self, at: Timestamp, facts: &[(Actor, Fact)]) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        let mut edge = lock(&mut transaction).await?;
        for (actor, fact) in facts {
            let (sequence, fact) = (edge.size(), fact.clone());
            let entry = LedgerEntry { schema: LEDGER_ENTRY_SCHEMA, sequence, at, actor: *actor, fact };
            append(&mut transaction, &mut edge, &entry).await?;
        }
        transaction.commit().await
    }

    /// Appends entries that were read from another copy of the ledger, and applies them; those that are here already are
    /// compared and left.
    ///
    /// # Errors
    /// An entry differs from the one in its place, or a number is left out ([`StoreError::Refused`]); the database failed.
    pub async fn replay(&self, entries: &[LedgerEntry]) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        let mut edge = lock(&mut transaction).await?;
        for entry in entries {
            match known(&mut transaction, entry.sequence).await? {
                Some(text) if text.as_bytes() == canonical(entry)? => {}
                Some(_) => return Err(refused(entry.sequence, "differs from the one that is here")),
                None if edge.size() == entry.sequence => append(&mut transaction, &mut edge, entry).await?,
                None => return Err(refused(entry.sequence, "comes too early: entries before it are missing")),
            }
        }
        transaction.commit().await
    }

    /// Returns up to `limit` entries from number `from` on.
    pub async fn ledger_entries(&self, from: u64, limit: u32) -> Result<Vec<StoredEntry>, StoreError> {
        let from = i64::try_from(from).unwrap_or(i64::MAX);
        let sql = "SELECT sequence, entry, nodes FROM ledger WHERE sequence >= $1 ORDER BY sequence LIMIT $2";
        self.rows(sql, values![from, limit]).await?.iter().map(stored).collect()
    }

    /// Returns the number of entries.
    pub async fn ledger_size(&self) -> Result<u64, StoreError> {
        let row = self.row(SIZE, values![]).await?;
        row.map_or(Ok(0), |row| row.size("size"))
    }

    /// Returns the digests of whole subtrees of the ledger, in the order that was asked for.
    ///
    /// # Errors
    /// One of them is not whole yet ([`StoreError::NotFound`]); the database failed.
    pub async fn ledger_nodes(&self, subtrees: &[Subtree]) -> Result<Vec<Digest>, StoreError> {
        let mut digests = Vec::with_capacity(subtrees.len());
        for subtree in subtrees {
            let row = self.row(NODES, values![last_leaf(*subtree)]).await?;
            digests.push(node(row, *subtree)?);
        }
        Ok(digests)
    }
}

const SIZE: &str = "SELECT COALESCE(MAX(sequence) + 1, 0) AS size FROM ledger";
const NODES: &str = "SELECT nodes FROM ledger WHERE sequence = $1";

/// Appends facts within a transaction that also does the work which they tell of.
pub(super) async fn record(
    transaction: &mut Transaction,
    actor: Actor,
    at: Timestamp,
    facts: &[Fact],
) -> Result<Vec<LedgerEntry>, StoreError> {
    let mut edge = lock(transaction).await?;
    let mut entries = Vec::with_capacity(facts.len());
    for fact in facts {
        let entry = LedgerEntry { schema: LEDGER_ENTRY_SCHEMA, sequence: edge.size(), at, actor, fact: fact.clone() };
        append(transaction, &mut edge, &entry).await?;
        entries.push(entry);
    }
    Ok(entries)
}

/// Lets one writer at a time choose the next number, and returns the tree's right edge. SQLite has one writer anyway.
pub(super) async fn lock(transaction: &mut Transaction) -> Result<Edge, StoreError> {
    let sql = transaction.dialect("", "LOCK TABLE ledger IN SHARE ROW EXCLUSIVE MODE");
    if !sql.is_empty() {
        transaction.execute(sqlx::AssertSqlSafe(sql.to_owned()), values![]).await?;
    }
    let row = transaction.row(SIZE, values![]).await?;
    let size = row.map_or(Ok(0), |row| row.size("size"))?;
    let mut digests = Vec::new();
    for subtree in merkle::cover(0, size) {
        let row = transaction.row(NODES, values![last_leaf(subtree)]).await?;
        digests.push(node(row, subtree)?);
    }
    Edge::of(size, digests).ok_or_else(|| StoreError::unreadable("nodes"))
}

async fn known(transaction: &mut Transaction, sequence: u64) -> Result<Option<String>, StoreError> {
    let sequence = i64::try_from(sequence).unwrap_or(i64::MAX);
    let row = transaction.row("SELECT entry FROM ledger WHERE sequence = $1", values![sequence]).await?;
    row.map(|row| row.text("entry")).transpose()
}

async fn append(transaction: &mut Transaction, edge: &mut Edge, entry: &LedgerEntry) -> Result<(), StoreError> {
    let bytes = canonical(entry)?;
    if bytes.len() > LONGEST_ENTRY {
        return Err(refused(entry.sequence, "would be longer than 1 MiB; do it in smaller parts"));
    }
    let whole: Vec<String> = edge.push(merkle::leaf(&bytes)).iter().map(Digest::to_string).collect();
    let text = String::from_utf8(bytes).map_err(|_| StoreError::unreadable("entry"))?;
    let sequence = i64::try_from(entry.sequence).map_err(|_| StoreError::unreadable("sequence"))?;
    let sql = "INSERT INTO ledger (sequence, entry, nodes) VALUES ($1, $2, $3)";
    transaction.execute(sql, values![sequence, text, whole.join(" ")]).await?;
    facts::apply(transaction, entry).await
}

fn stored(row: &Row) -> Result<StoredEntry, StoreError> {
    Ok(StoredEntry { sequence: row.size("sequence")?, text: row.text("entry")?, nodes: nodes(row)? })
}

fn nodes(row: &Row) -> Result<Vec<Digest>, StoreError> {
    let text = row.text("nodes")?;
    text.split(' ').map(|digest| digest.parse().map_err(|_| StoreError::unreadable("nodes"))).collect()
}

/// Takes the digest of a subtree out of the row of its last leaf.
fn node(row: Option<Row>, subtree: Subtree) -> Result<Digest, StoreError> {
    let missing = || StoreError::NotFound { what: format!("ledger entry {}", subtree.last_leaf()) };
    let digests = nodes(&row.ok_or_else(missing)?)?;
    digests.get(subtree.level as usize).copied().ok_or_else(|| StoreError::unreadable("nodes"))
}

fn last_leaf(subtree: Subtree) -> i64 {
    i64::try_from(subtree.last_leaf()).unwrap_or(i64::MAX)
}

fn canonical(entry: &LedgerEntry) -> Result<Vec<u8>, StoreError> {
    entry.canonical().map_err(|_| StoreError::unreadable("entry"))
}

fn refused(sequence: u64, why: &str) -> StoreError {
    StoreError::Refused { why: format!("ledger entry {sequence} {why}") }
}
