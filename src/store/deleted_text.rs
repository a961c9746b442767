//! Makes deleted text go from the database's own files.

use std::time::Duration;

use super::engine::Store;
use super::error::{StoreError, refused};
use super::values::values;

/// Tables that hold text about patients, or may.
const TABLES_WITH_TEXT: [&str; 9] = [
    "computations",
    "deliveries",
    "descriptions",
    "documents",
    "drafts",
    "patient_keys",
    "patients",
    "rekeyings",
    "results",
];
/// Tries to empty the log while others read.
const TRIES: u32 = 50;
/// Time between two tries.
const PAUSE: Duration = Duration::from_millis(200);

impl Store {
    /// Makes what was deleted go from the files of the database. SQLite overwrites deleted rows with zeros at once; here
    /// its log, which may still hold older pages, is emptied. PostgreSQL writes the tables with text anew and drops the
    /// old files. Its log and its backups are the administrator's.
    ///
    /// # Errors
    /// Somebody reads from the database all the time ([`StoreError::Refused`]); the database failed.
    pub async fn purge_deleted(&self) -> Result<(), StoreError> {
        if self.engine() == "postgres" {
            for table in TABLES_WITH_TEXT {
                self.execute_alone(sqlx::AssertSqlSafe(format!("VACUUM (FULL) {table}"))).await?;
            }
            return self.execute_alone("CHECKPOINT").await;
        }
        for _ in 0..TRIES {
            // A connection that reads keeps older pages in the log.
            let row = self.row_of_writer("PRAGMA wal_checkpoint(TRUNCATE)", values![]).await?;
            if row.is_some_and(|row| row.integer("busy").is_ok_and(|busy| busy == 0)) {
                return Ok(());
            }
            tokio::time::sleep(PAUSE).await;
        }
        Err(refused(
            "the database's log cannot be emptied while another program reads from it; end it and run this again",
        ))
    }
}
