//! Every row of every table, to be compared field by field.

use std::collections::BTreeMap;
use std::path::Path;

use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use sqlx::{AssertSqlSafe, Row};

/// Tables of work that was going on, of what was never archived, of what proves who somebody is, and of what is computed or
/// looked up anew when it is asked for.
const NOT_ARCHIVED: &[&str] = &[
    "computations",
    "settings",
    "workers",
    "index_outbox",
    "deposits",
    "duties",
    "lock_differences",
    "passwords",
    "provider_identities",
    "provider_sign_ins",
    "record_locks",
    "recovery_codes",
    "rejects",
    "replications",
    "saved_searches",
    "sessions",
    "sign_in_failures",
    "sign_in_links",
    "totp_secrets",
    "sqlite_sequence",
    "_sqlx_migrations",
];

/// Of tables that are more than what the ledger tells: what the archive keeps of them. Every other table is compared
/// with every column.
const COLUMNS: &[(&str, &str)] = &[
    ("batches", "id name pipeline"),
    ("scans", "digest size batch state format page_count damaged decrypted_key"),
    ("deliveries", "batch scan source_name received_at"),
    ("documents", "id batch state pages_left pages_failed record"),
    ("pages", "scan number width height dpi_x dpi_y pipeline work blank reliable findings"),
    // When holds were checked last, and when each object went, is in the certificate.
    ("disposal_objects", "disposal record place key version size state"),
    (
        "results",
        "scan number pipeline standing object_key engine words mean_confidence blank hidden turn reliable findings",
    ),
];

/// The rows of a database, by table.
pub struct Tables(BTreeMap<String, Vec<String>>);

impl Tables {
    /// Reads a database.
    pub async fn read(path: &Path) -> Self {
        let pool = SqlitePool::connect_with(SqliteConnectOptions::new().filename(path)).await.unwrap();
        let names = sqlx::query("SELECT name FROM sqlite_master WHERE type = 'table'").fetch_all(&pool).await.unwrap();
        let mut tables = BTreeMap::new();
        for name in names.iter().map(|row| row.get::<String, _>(0)) {
            if NOT_ARCHIVED.contains(&name.as_str()) {
                continue;
            }
            let columns = match COLUMNS.iter().find(|(table, _)| *table == name) {
                Some((_, columns)) => columns.split(' ').map(str::to_owned).collect(),
                None => columns(&pool, &name).await,
            };
            let quoted: Vec<String> = columns.iter().map(|column| format!("'{column}=' || quote({column})")).collect();
            let sql = format!("SELECT {} AS line FROM {name} ORDER BY line", quoted.join(" || ' ' || "));
            let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(&pool).await.unwrap();
            tables.insert(name, rows.iter().map(|row| row.get("line")).collect());
        }
        pool.close().await;
        Self(tables)
    }

    /// Leaves out the rows about documents that were destroyed, named by their ids and scans: the archive keeps nothing of
    /// them, and the ledger's own tables have what is left.
    pub fn without(&mut self, documents: &[String]) {
        for table in ["deliveries", "documents", "document_pages", "pages", "scans"] {
            let rows = self.0.get_mut(table).unwrap();
            rows.retain(|row| !documents.iter().any(|name| row.contains(name.as_str())));
        }
    }

    /// Leaves out the sizes of pages: at which size a page without any raster would be drawn is not archived, and the size
    /// that its text was read at is taken.
    pub fn without_sizes(mut self) -> Self {
        for row in self.0.get_mut("pages").unwrap() {
            let size = row.find(" width=").unwrap()..row.find(" pipeline=").unwrap();
            row.replace_range(size, "");
        }
        self
    }

    /// Asserts that every row is the same.
    pub fn are_those_of(&self, other: &Self) {
        let rows: usize = other.0.values().map(Vec::len).sum();
        assert!(rows > 50, "{rows}");
        assert!(!other.0["record_versions"].is_empty() && !other.0["ledger"].is_empty());
        for (name, rows) in &other.0 {
            assert_eq!(&self.0[name], rows, "table {name}");
        }
        assert_eq!(self.0.len(), other.0.len());
    }
}

async fn columns(pool: &SqlitePool, table: &str) -> Vec<String> {
    let sql = format!("SELECT name FROM pragma_table_info('{table}')");
    let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(pool).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}
