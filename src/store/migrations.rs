//! Brings the tables to this version: forward only, one numbered file for each step and engine.

use std::fs::File;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use sqlx::SqlSafeStr;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::postgres::PgPool;
use sqlx::sqlite::SqlitePool;

use super::error::{StoreError, without_values};

const SQLITE: &[(i64, &str, &str)] = &[
    (1, "first", include_str!("migrations/sqlite/0001_first.sql")),
    (2, "ledger", include_str!("migrations/sqlite/0002_ledger.sql")),
    (3, "records", include_str!("migrations/sqlite/0003_records.sql")),
    (4, "retention", include_str!("migrations/sqlite/0004_retention.sql")),
    (5, "disposal", include_str!("migrations/sqlite/0005_disposal.sql")),
    (6, "vault", include_str!("migrations/sqlite/0006_vault.sql")),
    (8, "work", include_str!("migrations/sqlite/0008_work.sql")),
    (10, "custody", include_str!("migrations/sqlite/0010_custody.sql")),
    (11, "lots", include_str!("migrations/sqlite/0011_lots.sql")),
    (12, "order of work", include_str!("migrations/sqlite/0012_order_of_work.sql")),
    (13, "sign-in", include_str!("migrations/sqlite/0013_sign_in.sql")),
    (15, "desk", include_str!("migrations/sqlite/0015_desk.sql")),
    (16, "patient_keys", include_str!("migrations/sqlite/0016_patient_keys.sql")),
    (17, "reading", include_str!("migrations/sqlite/0017_reading.sql")),
    (18, "paper", include_str!("migrations/sqlite/0018_paper.sql")),
];
const POSTGRES: &[(i64, &str, &str)] = &[
    (1, "first", include_str!("migrations/postgres/0001_first.sql")),
    (2, "ledger", include_str!("migrations/postgres/0002_ledger.sql")),
    (3, "records", include_str!("migrations/postgres/0003_records.sql")),
    (4, "retention", include_str!("migrations/postgres/0004_retention.sql")),
    (5, "disposal", include_str!("migrations/postgres/0005_disposal.sql")),
    (6, "vault", include_str!("migrations/postgres/0006_vault.sql")),
    (8, "work", include_str!("migrations/postgres/0008_work.sql")),
    (10, "custody", include_str!("migrations/postgres/0010_custody.sql")),
    (11, "lots", include_str!("migrations/postgres/0011_lots.sql")),
    (12, "order of work", include_str!("migrations/postgres/0012_order_of_work.sql")),
    (13, "sign-in", include_str!("migrations/postgres/0013_sign_in.sql")),
    (15, "desk", include_str!("migrations/postgres/0015_desk.sql")),
    (16, "patient_keys", include_str!("migrations/postgres/0016_patient_keys.sql")),
    (17, "reading", include_str!("migrations/postgres/0017_reading.sql")),
    (18, "paper", include_str!("migrations/postgres/0018_paper.sql")),
];

/// Every step.
pub(super) const EVERY: i64 = i64::MAX;

/// Returns the form of the tables that this version of the program works with: the number of its last step.
pub(super) fn newest() -> i64 {
    SQLITE.last().map_or(0, |(version, ..)| *version)
}

/// Waits until no other program opens the SQLite database at `path`, and keeps others waiting until the file is dropped.
///
/// A fresh database is given its journal mode and its tables by one program at a time: SQLite has no lock that spans both. The
/// lock is a file beside the database and not the database itself, since closing that would drop SQLite's own locks.
pub(super) async fn opening(path: &Path) -> Result<File, StoreError> {
    let mut beside = path.as_os_str().to_owned();
    beside.push("-opening");
    let locking = tokio::task::spawn_blocking(move || {
        let file = File::options().create(true).append(true).mode(0o600).open(beside)?;
        file.lock()?;
        Ok::<_, std::io::Error>(file)
    });
    let failed = |cause: String| StoreError::Open { cause };
    locking.await.map_err(|cause| failed(cause.to_string()))?.map_err(|cause| failed(cause.to_string()))
}

/// Brings an SQLite database to the form that step `last` leaves.
pub(super) async fn run_sqlite(pool: &SqlitePool, last: i64) -> Result<(), StoreError> {
    migrator(SQLITE, last).run(pool).await.map_err(explain)
}

/// Brings a PostgreSQL database to the form that step `last` leaves; several programs may do it at once.
pub(super) async fn run_postgres(pool: &PgPool, last: i64) -> Result<(), StoreError> {
    migrator(POSTGRES, last).run(pool).await.map_err(explain)
}

fn migrator(steps: &[(i64, &'static str, &'static str)], last: i64) -> Migrator {
    let steps = steps.iter().filter(|(version, ..)| *version <= last).map(|&(version, description, sql)| {
        Migration::new(version, description.into(), MigrationType::Simple, sql.into_sql_str(), false)
    });
    Migrator::with_migrations(steps.collect())
}

fn explain(error: sqlx::migrate::MigrateError) -> StoreError {
    use sqlx::migrate::MigrateError;
    let cause = match &error {
        MigrateError::VersionMissing(version) => {
            format!("it was written by a newer version of the program (step {version}); use that version")
        }
        MigrateError::VersionMismatch(version) => format!("step {version} was changed after it was applied"),
        MigrateError::Execute(cause) | MigrateError::ExecuteMigration(cause, _) => without_values(cause),
        other => other.to_string(),
    };
    StoreError::Migration { cause }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What one engine says otherwise than the other, and nothing else, may differ.
    #[test]
    fn both_engines_get_the_same_tables() {
        assert_eq!(SQLITE.len(), POSTGRES.len());
        for ((number, name, sqlite), (same_number, same_name, postgres)) in SQLITE.iter().zip(POSTGRES) {
            assert_eq!((number, name), (same_number, same_name));
            let expected = sqlite
                .replace(
                    "INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT",
                    "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
                )
                .replace(" TEXT", " TEXT COLLATE \"C\"");
            let statements = |sql: &str| -> Vec<String> {
                let code = |line: &str| line.split("--").next().unwrap_or_default().trim().to_owned();
                sql.lines().map(code).filter(|line| !line.is_empty()).collect()
            };
            assert_eq!(statements(&expected), statements(postgres));
        }
    }
}
