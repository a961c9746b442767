//! The tables as the engine itself describes them: what a backup writes down, and what a restore must find again.

use serde::{Deserialize, Serialize};

use super::engine::Transaction;
use super::error::StoreError;
use super::values::values;

/// Tables of the running instance only: who works or is signed in right now, what the index has to be told, how far the
/// migrations are, and what is picked out of the ledger again.
const NOT_KEPT: &[&str] = &[
    "workers",
    "accesses",
    "index_outbox",
    "scan_refusals",
    "sessions",
    "sign_in_links",
    "sign_in_failures",
    "provider_sign_ins",
    "_sqlx_migrations",
];
/// Prefix of the tables that SQLite makes for itself.
const OF_SQLITE: &str = "sqlite_";

/// A table and its columns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableForm {
    /// Its name.
    pub name: String,
    /// Its columns in their order, without those that the engine numbers by itself.
    pub columns: Vec<ColumnForm>,
    /// The column that its rows are in the order of.
    #[serde(skip)]
    pub(super) order: String,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnForm {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: ColumnKind,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ColumnKind {
    /// Text.
    Text,
    /// Whole numbers of 64 bits.
    Integer,
    /// Numbers with a fraction.
    Real,
    /// True or false, never nothing.
    Flag,
}

/// A column that names a row of another table, or of the same one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reference {
    pub(super) child: String,
    pub(super) column: String,
    pub(super) parent: String,
}

const COLUMNS_OF_SQLITE: &str = "SELECT m.name AS form, c.name AS part, c.type AS kind
     FROM sqlite_master AS m JOIN pragma_table_info(m.name) AS c WHERE m.type = 'table' ORDER BY m.name, c.cid";
const COLUMNS_OF_POSTGRES: &str = "SELECT table_name::text AS form, column_name::text AS part,
        CASE WHEN is_identity = 'YES' THEN 'INTEGER' ELSE upper(data_type::text) END AS kind
     FROM information_schema.columns WHERE table_schema = current_schema()
     ORDER BY table_name::text COLLATE \"C\", ordinal_position";
const REFERENCES_OF_SQLITE: &str = "SELECT m.name AS child, f.\"from\" AS part, f.\"table\" AS parent
     FROM sqlite_master AS m JOIN pragma_foreign_key_list(m.name) AS f WHERE m.type = 'table'";
const REFERENCES_OF_POSTGRES: &str = "SELECT child.relname::text AS child, a.attname::text AS part,
        parent.relname::text AS parent
     FROM pg_constraint AS c JOIN pg_class AS child ON child.oid = c.conrelid
        JOIN pg_class AS parent ON parent.oid = c.confrelid
        JOIN pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey)
     WHERE c.contype = 'f' AND c.connamespace = current_schema()::regnamespace";

/// Returns the tables that a backup keeps, by name.
pub(super) async fn tables(transaction: &mut Transaction) -> Result<Vec<TableForm>, StoreError> {
    let sql = transaction.dialect(COLUMNS_OF_SQLITE, COLUMNS_OF_POSTGRES).to_owned();
    let mut forms: Vec<TableForm> = Vec::new();
    for row in transaction.rows(sqlx::AssertSqlSafe(sql), values![]).await? {
        let (table, name, kind) = (row.text("form")?, row.text("part")?, row.text("kind")?);
        if table.starts_with(OF_SQLITE) || NOT_KEPT.contains(&table.as_str()) {
            continue;
        }
        if forms.last().is_none_or(|form| form.name != table) {
            forms.push(TableForm { name: table.clone(), columns: Vec::new(), order: name.clone() });
        }
        let kind = match kind.as_str() {
            "TEXT" => ColumnKind::Text,
            "BIGINT" => ColumnKind::Integer,
            "DOUBLE PRECISION" => ColumnKind::Real,
            "BOOLEAN" => ColumnKind::Flag,
            // The engine numbers these rows by itself, anew in the order in which they are brought back.
            "INTEGER" => continue,
            _ => return Err(StoreError::unreadable(&format!("{table}.{name}"))),
        };
        if let Some(form) = forms.last_mut() {
            form.columns.push(ColumnForm { name, kind });
        }
    }
    Ok(forms)
}

/// Returns which columns name rows of which tables.
pub(super) async fn references(transaction: &mut Transaction) -> Result<Vec<Reference>, StoreError> {
    let sql = transaction.dialect(REFERENCES_OF_SQLITE, REFERENCES_OF_POSTGRES).to_owned();
    let rows = transaction.rows(sqlx::AssertSqlSafe(sql), values![]).await?;
    let read = |row: &super::values::Row| {
        Ok(Reference { child: row.text("child")?, column: row.text("part")?, parent: row.text("parent")? })
    };
    rows.iter().map(read).collect()
}

/// Puts tables into an order in which every row finds the rows that it names: parents before children.
pub(super) fn parents_first(mut tables: Vec<TableForm>, references: &[Reference]) -> Vec<TableForm> {
    let mut ordered = Vec::with_capacity(tables.len());
    while !tables.is_empty() {
        let waits = |form: &TableForm| {
            references.iter().any(|reference| {
                reference.child == form.name
                    && reference.parent != form.name
                    && tables.iter().any(|other| other.name == reference.parent)
            })
        };
        // Tables that name each other in a circle do not exist; were there any, the engine would say which.
        let next = tables.iter().position(|form| !waits(form)).unwrap_or(0);
        ordered.push(tables.remove(next));
    }
    ordered
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parents_come_before_their_children() {
        let form = |name: &str| TableForm { name: name.into(), columns: Vec::new(), order: String::new() };
        let names =
            |child: &str, parent: &str| Reference { child: child.into(), column: "x".into(), parent: parent.into() };
        let references = [names("a", "b"), names("b", "c"), names("b", "b"), names("a", "elsewhere")];
        let ordered = parents_first(vec![form("a"), form("b"), form("c"), form("d")], &references);
        let ordered: Vec<&str> = ordered.iter().map(|form| form.name.as_str()).collect();
        assert_eq!(ordered, ["c", "b", "a", "d"]);
    }
}
