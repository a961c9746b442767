//! Brings rows that were written down back into an empty database: all of them, or none.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value as Json;

use super::engine::{Store, Transaction};
use super::error::StoreError;
use super::forms::{self, ColumnKind, Reference, TableForm};
use super::values::{Value, values};

/// Most values of one statement: SQLite takes 32766, PostgreSQL 65535.
const MOST_VALUES: usize = 8_192;
/// Settings of the instance that was, and not of the one that comes back.
const NOT_BROUGHT_BACK: &[&str] = &["accesses.read", "index:owner", "ledger.shipped", "rebuild:from", "restore:from"];

/// Rows on their way into an empty database; dropped without [`Loading::finish`], nothing of it happened.
pub struct Loading {
    transaction: Transaction,
    tables: Vec<TableForm>,
    references: Vec<Reference>,
    /// Rows of the present table that name others of the same table, which may come later: column, row, what it names.
    own: Vec<(String, String, String)>,
}

impl Store {
    /// Begins to bring rows back.
    ///
    /// # Errors
    /// The database is not empty ([`StoreError::Refused`]), or failed.
    pub async fn begin_loading(&self) -> Result<Loading, StoreError> {
        let mut transaction = self.begin().await?;
        if !super::restoring::is_untouched(&mut transaction).await? {
            return Err(refused("the database is not empty, and nothing in it is overwritten".into()));
        }
        let tables = forms::tables(&mut transaction).await?;
        let references = forms::references(&mut transaction).await?;
        Ok(Loading { transaction, tables: forms::parents_first(tables, &references), references, own: Vec::new() })
    }
}

impl Loading {
    /// Returns the tables in the order in which they have to be filled.
    pub fn tables(&self) -> &[TableForm] {
        &self.tables
    }

    /// Compares a table as it was written down with the one that is here.
    ///
    /// # Errors
    /// There is no such table, or its columns differ ([`StoreError::Refused`]).
    pub fn check(&self, form: &TableForm) -> Result<(), StoreError> {
        let here = self.tables.iter().find(|table| table.name == form.name);
        let sorted = |form: &TableForm| -> BTreeMap<String, ColumnKind> {
            form.columns.iter().map(|column| (column.name.clone(), column.kind)).collect()
        };
        match here {
            Some(here) if sorted(here) == sorted(form) && here.columns.len() == form.columns.len() => Ok(()),
            Some(_) => Err(refused(format!("the columns of table {} are not those of this database", form.name))),
            None => Err(refused(format!("this database has no table {}", form.name))),
        }
    }

    /// Adds rows of a table that was compared ([`Loading::check`]); the tables in their order ([`Loading::tables`]).
    ///
    /// # Errors
    /// A row does not have the table's form; the database refused it.
    pub async fn add(&mut self, form: &TableForm, rows: Vec<Vec<Json>>) -> Result<(), StoreError> {
        self.check(form)?;
        let names: Vec<&str> = form.columns.iter().map(|column| column.name.as_str()).collect();
        for chunk in rows.chunks((MOST_VALUES / names.len().max(1)).max(1)) {
            let mut values = Vec::with_capacity(chunk.len() * names.len());
            let mut places = Vec::with_capacity(chunk.len());
            for row in chunk {
                if form.name == "settings"
                    && row.first().and_then(Json::as_str).is_some_and(|name| NOT_BROUGHT_BACK.contains(&name))
                {
                    continue;
                }
                let from = values.len();
                values.extend(self.read(form, row)?);
                let numbers: Vec<String> = (from + 1..=values.len()).map(|number| format!("${number}")).collect();
                places.push(format!("({})", numbers.join(", ")));
            }
            if places.is_empty() {
                continue;
            }
            // The names were compared with the engine's own.
            let sql = format!("INSERT INTO {} ({}) VALUES {}", form.name, names.join(", "), places.join(", "));
            self.transaction.execute(sqlx::AssertSqlSafe(sql), values).await?;
        }
        Ok(())
    }

    /// Ends a table, once all of its rows were added.
    ///
    /// # Errors
    /// A row names one that is not there.
    pub async fn end_table(&mut self, form: &TableForm) -> Result<(), StoreError> {
        for (column, row, named) in std::mem::take(&mut self.own) {
            let sql = format!("UPDATE {} SET {column} = $2 WHERE id = $1", form.name);
            self.transaction.execute(sqlx::AssertSqlSafe(sql), values![row, named]).await?;
        }
        Ok(())
    }

    /// Gives back the claims of workers that are gone, keeps `setting`, and lets everything count.
    ///
    /// # Errors
    /// The database failed; nothing of it happened then.
    pub async fn finish(mut self, setting: (&str, &str), now: Timestamp) -> Result<(), StoreError> {
        for sql in [
            "UPDATE scans SET state = 'waiting', worker = NULL, due_at = $1 WHERE state = 'claimed'",
            "UPDATE pages SET work = 'waiting', worker = NULL, due_at = $1 WHERE work = 'claimed'",
            "UPDATE deposits SET state = 'waiting', worker = NULL, due_at = $1 WHERE state = 'claimed'",
        ] {
            self.transaction.execute(sql, values![now]).await?;
        }
        let sql = "INSERT INTO settings (name, value) VALUES ($1, $2)";
        self.transaction.execute(sql, values![setting.0, setting.1]).await?;
        self.transaction.commit().await
    }

    /// Reads a row's values; what it names of its own table is left for the end.
    fn read(&mut self, form: &TableForm, row: &[Json]) -> Result<Vec<Value>, StoreError> {
        let wrong = || refused(format!("a row of table {} does not have its form", form.name));
        if row.len() != form.columns.len() {
            return Err(wrong());
        }
        let mut values = Vec::with_capacity(row.len());
        for (column, cell) in form.columns.iter().zip(row) {
            let refers = |reference: &Reference| {
                reference.child == form.name && reference.parent == form.name && reference.column == column.name
            };
            if let Some(named) = cell.as_str()
                && self.references.iter().any(refers)
            {
                let at = form.columns.iter().position(|column| column.name == "id").ok_or_else(wrong)?;
                let id = row.get(at).and_then(Json::as_str).ok_or_else(wrong)?;
                self.own.push((column.name.clone(), id.to_owned(), named.to_owned()));
                values.push(Value::Text(None));
                continue;
            }
            values.push(match (column.kind, cell) {
                (ColumnKind::Text, Json::Null) => Value::Text(None),
                (ColumnKind::Text, Json::String(text)) => Value::Text(Some(text.clone())),
                (ColumnKind::Integer, Json::Null) => Value::Integer(None),
                (ColumnKind::Integer, Json::Number(number)) => Value::Integer(Some(number.as_i64().ok_or_else(wrong)?)),
                (ColumnKind::Real, Json::Null) => Value::Real(None),
                (ColumnKind::Real, Json::String(text)) => Value::Real(Some(text.parse().map_err(|_| wrong())?)),
                (ColumnKind::Flag, Json::Bool(flag)) => Value::Flag(*flag),
                _ => return Err(wrong()),
            });
        }
        Ok(values)
    }
}

fn refused(why: String) -> StoreError {
    StoreError::Refused { why }
}
