//! Searches that people keep for themselves. Their words may name a patient: never for a log.

use jiff::Timestamp;
use uuid::Uuid;

use super::engine::Store;
use super::error::{StoreError, refused};
use super::values::{Row, values};
use crate::chart::PersonId;

/// Searches that one person may keep.
const MOST_SAVED: u64 = 100;

/// A search that somebody keeps. `Debug` is left out: its words may name a patient.
#[derive(Clone, PartialEq, Eq)]
pub struct SavedSearch {
    /// Identity.
    pub id: Uuid,
    /// What its owner calls it.
    pub name: String,
    /// The query string of the search.
    pub query: String,
    /// When it was kept.
    pub saved_at: Timestamp,
}

impl Store {
    /// Returns the searches that a person keeps, the newest first.
    pub async fn saved_searches(&self, person: PersonId) -> Result<Vec<SavedSearch>, StoreError> {
        let sql = "SELECT id, name, query, saved_at FROM saved_searches WHERE person = $1 ORDER BY saved_at DESC, id";
        self.rows(sql, values![person]).await?.iter().map(read).collect()
    }

    /// Keeps a search for a person.
    ///
    /// # Errors
    /// They keep too many ([`StoreError::Refused`]); the database failed.
    pub async fn save_search(&self, person: PersonId, search: &SavedSearch) -> Result<(), StoreError> {
        let count = "SELECT count(*) AS saved FROM saved_searches WHERE person = $1";
        let saved = self.row(count, values![person]).await?.map_or(Ok(0), |row| row.size("saved"))?;
        if saved >= MOST_SAVED {
            return Err(refused(format!("{MOST_SAVED} searches are kept already: delete one first")));
        }
        let sql = "INSERT INTO saved_searches (id, person, name, query, saved_at) VALUES ($1, $2, $3, $4, $5)";
        let SavedSearch { id, name, query, saved_at } = search;
        let values = values![id.to_string(), person, name.as_str(), query.as_str(), *saved_at];
        self.execute(sql, values).await.map(drop)
    }

    /// Deletes a search that a person keeps; says whether there was one.
    pub async fn forget_search(&self, person: PersonId, id: Uuid) -> Result<bool, StoreError> {
        let sql = "DELETE FROM saved_searches WHERE person = $1 AND id = $2";
        Ok(self.execute(sql, values![person, id.to_string()]).await? > 0)
    }
}

fn read(row: &Row) -> Result<SavedSearch, StoreError> {
    Ok(SavedSearch {
        id: row.parsed("id")?,
        name: row.text("name")?,
        query: row.text("query")?,
        saved_at: row.time("saved_at")?,
    })
}
