//! Brings the tables to this version: forward only, one numbered file for each step and engine.

use sqlx::SqlSafeStr;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::postgres::PgPool;
use sqlx::sqlite::SqlitePool;

use super::error::{StoreError, without_values};

const SQLITE: &[(i64, &str, &str)] = &[(1, "first", include_str!("migrations/sqlite/0001_first.sql"))];
const POSTGRES: &[(i64, &str, &str)] = &[(1, "first", include_str!("migrations/postgres/0001_first.sql"))];

/// Brings an SQLite database to this version.
pub(super) async fn run_sqlite(pool: &SqlitePool) -> Result<(), StoreError> {
    migrator(SQLITE).run(pool).await.map_err(explain)
}

/// Brings a PostgreSQL database to this version; several programs may do it at once.
pub(super) async fn run_postgres(pool: &PgPool) -> Result<(), StoreError> {
    migrator(POSTGRES).run(pool).await.map_err(explain)
}

fn migrator(steps: &[(i64, &'static str, &'static str)]) -> Migrator {
    let steps = steps.iter().map(|&(version, description, sql)| {
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
