//! The ledger: facts are appended and applied to their tables in one transaction, never changed.

use jiff::Timestamp;

use super::engine::{Store, Transaction};
use super::error::StoreError;
use super::facts;
use super::values::values;
use crate::chart::{Actor, Fact, LEDGER_ENTRY_SCHEMA, LedgerEntry};

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

    /// Appends entries that were read from another copy of the ledger, and applies them; those that are here already are
    /// compared and left.
    ///
    /// # Errors
    /// An entry differs from the one in its place, or a number is left out ([`StoreError::Refused`]); the database failed.
    pub async fn replay(&self, entries: &[LedgerEntry]) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        lock(&mut transaction).await?;
        for entry in entries {
            match known(&mut transaction, entry.sequence).await? {
                Some(text) if text.as_bytes() == canonical(entry)? => {}
                Some(_) => return Err(refused(entry.sequence, "differs from the one that is here")),
                None if next(&mut transaction).await? == entry.sequence => {
                    append(&mut transaction, entry).await?;
                }
                None => return Err(refused(entry.sequence, "comes too early: entries before it are missing")),
            }
        }
        transaction.commit().await
    }

    /// Returns up to `limit` entries from number `from` on, as their canonical bytes.
    pub async fn ledger_entries(&self, from: u64, limit: u32) -> Result<Vec<String>, StoreError> {
        let from = i64::try_from(from).unwrap_or(i64::MAX);
        let sql = "SELECT entry FROM ledger WHERE sequence >= $1 ORDER BY sequence LIMIT $2";
        self.rows(sql, values![from, limit]).await?.iter().map(|row| row.text("entry")).collect()
    }

    /// Returns the number of entries.
    pub async fn ledger_size(&self) -> Result<u64, StoreError> {
        let row = self.row("SELECT COALESCE(MAX(sequence) + 1, 0) AS size FROM ledger", values![]).await?;
        row.map_or(Ok(0), |row| row.size("size"))
    }
}

/// Appends facts within a transaction that also does the work which they tell of.
pub(super) async fn record(
    transaction: &mut Transaction,
    actor: Actor,
    at: Timestamp,
    facts: &[Fact],
) -> Result<Vec<LedgerEntry>, StoreError> {
    lock(transaction).await?;
    let mut sequence = next(transaction).await?;
    let mut entries = Vec::with_capacity(facts.len());
    for fact in facts {
        let entry = LedgerEntry { schema: LEDGER_ENTRY_SCHEMA, sequence, at, actor, fact: fact.clone() };
        append(transaction, &entry).await?;
        entries.push(entry);
        sequence += 1;
    }
    Ok(entries)
}

/// Lets one writer at a time choose the next number. SQLite has one writer anyway.
async fn lock(transaction: &mut Transaction) -> Result<(), StoreError> {
    let sql = transaction.dialect("", "LOCK TABLE ledger IN SHARE ROW EXCLUSIVE MODE");
    if !sql.is_empty() {
        transaction.execute(sqlx::AssertSqlSafe(sql.to_owned()), values![]).await?;
    }
    Ok(())
}

async fn next(transaction: &mut Transaction) -> Result<u64, StoreError> {
    let row = transaction.row("SELECT COALESCE(MAX(sequence) + 1, 0) AS size FROM ledger", values![]).await?;
    row.map_or(Ok(0), |row| row.size("size"))
}

async fn known(transaction: &mut Transaction, sequence: u64) -> Result<Option<String>, StoreError> {
    let sequence = i64::try_from(sequence).unwrap_or(i64::MAX);
    let row = transaction.row("SELECT entry FROM ledger WHERE sequence = $1", values![sequence]).await?;
    row.map(|row| row.text("entry")).transpose()
}

async fn append(transaction: &mut Transaction, entry: &LedgerEntry) -> Result<(), StoreError> {
    let bytes = canonical(entry)?;
    let leaf = LedgerEntry::leaf(&bytes);
    let text = String::from_utf8(bytes).map_err(|_| StoreError::unreadable("entry"))?;
    let sequence = i64::try_from(entry.sequence).map_err(|_| StoreError::unreadable("sequence"))?;
    let sql = "INSERT INTO ledger (sequence, entry, leaf) VALUES ($1, $2, $3)";
    transaction.execute(sql, values![sequence, text, leaf]).await?;
    facts::apply(transaction, entry).await
}

fn canonical(entry: &LedgerEntry) -> Result<Vec<u8>, StoreError> {
    entry.canonical().map_err(|_| StoreError::unreadable("entry"))
}

fn refused(sequence: u64, why: &str) -> StoreError {
    StoreError::Refused { why: format!("ledger entry {sequence} {why}") }
}
