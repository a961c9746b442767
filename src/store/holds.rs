//! Holds and their members, as the facts of the ledger have made them.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::engine::{Store, Transaction};
use super::error::StoreError;
use super::values::{Row, values};
use crate::chart::{DocumentId, Hold, HoldId, PersonId, RecordId};

/// A hold, and who decided what about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldRow {
    /// The hold, with its members.
    pub hold: Hold,
    /// Why it was placed.
    pub reason: String,
    /// Who answers for it.
    pub custodian: String,
    /// Who placed it.
    pub placed_by: PersonId,
    /// When.
    pub placed_at: Timestamp,
    /// Who proposed its release, and why.
    pub release_proposed: Option<(PersonId, String)>,
    /// Who confirmed its release, and when.
    pub released: Option<(PersonId, Timestamp)>,
}

impl Store {
    /// Returns every hold, the oldest first; with `released` those that are over too.
    pub async fn holds(&self, released: bool) -> Result<Vec<HoldRow>, StoreError> {
        let sql = "SELECT * FROM holds WHERE released_at IS NULL OR $1 ORDER BY placed_at, id";
        let rows = self.rows(sql, values![released]).await?;
        let sql = "SELECT m.hold, m.record FROM hold_members m JOIN holds h ON h.id = m.hold
             WHERE h.released_at IS NULL OR $1 ORDER BY m.hold, m.record";
        let mut members: BTreeMap<HoldId, BTreeSet<RecordId>> = BTreeMap::new();
        for row in self.rows(sql, values![released]).await? {
            members.entry(row.parsed("hold")?).or_default().insert(row.parsed("record")?);
        }
        let mut holds = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        for row in &mut holds {
            row.hold.members = members.remove(&row.hold.id).unwrap_or_default();
        }
        Ok(holds)
    }

    /// Returns up to `limit` holds whose id begins with `prefix` or whose matter is `prefix`, with their members.
    pub async fn holds_named(&self, prefix: &str, limit: usize) -> Result<Vec<HoldRow>, StoreError> {
        let named = |row: &HoldRow| row.hold.matter == prefix || row.hold.id.to_string().starts_with(prefix);
        Ok(self.holds(true).await?.into_iter().filter(named).take(limit).collect())
    }

    /// Returns the holds in force that have a record as a member.
    pub async fn holds_of(&self, record: RecordId) -> Result<Vec<HoldId>, StoreError> {
        self.rows(HOLDS_OF, values![record]).await?.iter().map(|row| row.parsed("hold")).collect()
    }

    /// Returns the records that were made of a document, whatever their state.
    pub async fn records_made_of(&self, document: DocumentId) -> Result<Vec<RecordId>, StoreError> {
        let sql = "SELECT id FROM records WHERE document = $1 ORDER BY id";
        self.rows(sql, values![document]).await?.iter().map(|row| row.parsed("id")).collect()
    }

    /// Returns what a hold by search asks for. May name a patient.
    pub async fn hold_query(&self, hold: HoldId) -> Result<Option<String>, StoreError> {
        let sql = "SELECT query FROM hold_queries WHERE hold = $1";
        self.row(sql, values![hold]).await?.map(|row| row.text("query")).transpose()
    }

    /// Keeps what a hold by search asks for.
    pub async fn keep_hold_query(&self, hold: HoldId, query: &str) -> Result<(), StoreError> {
        let sql = "INSERT INTO hold_queries (hold, query) VALUES ($1, $2) ON CONFLICT (hold) DO UPDATE SET query = $2";
        self.execute(sql, values![hold, query]).await.map(drop)
    }
}

const HOLDS_OF: &str = "SELECT m.hold FROM hold_members m JOIN holds h ON h.id = m.hold
     WHERE m.record = $1 AND h.released_at IS NULL ORDER BY m.hold";

/// Returns the holds in force that have a record as a member, within the transaction that is about to commit the intent
/// to delete.
#[expect(dead_code, reason = "the facts of disposal call it")]
pub(super) async fn holds_of(transaction: &mut Transaction, record: RecordId) -> Result<Vec<HoldId>, StoreError> {
    transaction.rows(HOLDS_OF, values![record]).await?.iter().map(|row| row.parsed("hold")).collect()
}

fn read(row: &Row) -> Result<HoldRow, StoreError> {
    let scope = serde_json::from_str(&row.text("scope")?).map_err(|_| StoreError::unreadable("scope"))?;
    let released_by = row.optional_parsed("released_by")?;
    let released = released_by.map(|person| Ok::<_, StoreError>((person, row.time("released_at")?))).transpose()?;
    let proposed = row.optional_parsed("release_proposed_by")?.zip(row.optional_text("release_reason")?);
    let hold = Hold {
        id: row.parsed("id")?,
        matter: row.text("matter")?,
        scope,
        members: BTreeSet::new(),
        released: released.is_some(),
    };
    Ok(HoldRow {
        hold,
        reason: row.text("reason")?,
        custodian: row.text("custodian")?,
        placed_by: row.parsed("placed_by")?,
        placed_at: row.time("placed_at")?,
        release_proposed: proposed,
        released,
    })
}
