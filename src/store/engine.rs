//! The two engines behind one small surface: the same `$1` text on both.

use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions, Postgres};
use sqlx::sqlite::{Sqlite, SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection as _, SqlSafeStr};

use super::error::{StoreError, without_values};
use super::migrations;
use super::values::{Row, Value};

/// How long a statement waits for another process that writes to the same SQLite file.
const BUSY_TIMEOUT: Duration = Duration::from_secs(30);

/// How long to wait for a free connection.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(60);

/// How long to wait for a server to answer at the start.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);

/// The database: an SQLite file of one machine, or a PostgreSQL shared by several.
#[derive(Debug, Clone)]
pub struct Store {
    engine: Engine,
}

#[derive(Debug, Clone)]
enum Engine {
    /// One connection writes, the others only read: SQLite has one writer, and queueing for it here is fair.
    Sqlite {
        writer: SqlitePool,
        readers: SqlitePool,
    },
    Postgres(PgPool),
}

impl Store {
    /// Opens the database at `url` (`sqlite:PATH` or `postgres://...`), makes it when it is a file that is not there,
    /// and brings its tables to this version.
    ///
    /// # Errors
    /// The URL is of no known kind, the database cannot be opened, or a newer program has written to it.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        Self::open_at(url, migrations::EVERY).await
    }

    /// Opens the database as [`Store::open`] does, but brings its tables to the form that migration `form` left, for what
    /// was written down in that form. Only a database that is new, or in that form, can be opened so.
    ///
    /// # Errors
    /// As [`Store::open`]; the tables are in a newer form.
    pub async fn open_at(url: &str, form: i64) -> Result<Self, StoreError> {
        let engine = match url.split_once(':') {
            Some(("sqlite", path)) => open_sqlite(Path::new(path.strip_prefix("//").unwrap_or(path)), form).await?,
            Some(("postgres" | "postgresql", _)) => open_postgres(url, form).await?,
            _ => return Err(StoreError::Url),
        };
        Ok(Self { engine })
    }

    /// Returns the form of the tables that this version of the program works with: the number of its last migration.
    pub fn newest_form() -> i64 {
        migrations::newest()
    }

    /// Says which engine it is: `sqlite` or `postgres`.
    pub const fn engine(&self) -> &'static str {
        match self.engine {
            Engine::Sqlite { .. } => "sqlite",
            Engine::Postgres(_) => "postgres",
        }
    }

    /// Closes every connection after what is under way.
    pub async fn close(&self) {
        match &self.engine {
            Engine::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Engine::Postgres(pool) => pool.close().await,
        }
    }

    /// Begins a transaction that may write.
    pub(super) async fn begin(&self) -> Result<Transaction, StoreError> {
        Ok(match &self.engine {
            // Immediate: taking the write lock first never has to give up half-way.
            Engine::Sqlite { writer, .. } => Transaction::Sqlite(writer.begin_with("BEGIN IMMEDIATE").await?),
            Engine::Postgres(pool) => Transaction::Postgres(pool.begin().await?),
        })
    }

    /// Begins a transaction that sees one moment of the database and writes nothing.
    pub(super) async fn begin_reading(&self) -> Result<Transaction, StoreError> {
        Ok(match &self.engine {
            Engine::Sqlite { readers, .. } => Transaction::Sqlite(readers.begin().await?),
            Engine::Postgres(pool) => {
                Transaction::Postgres(pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?)
            }
        })
    }

    /// Runs one writing statement and returns the number of rows it touched.
    pub(super) async fn execute(&self, sql: impl SqlSafeStr, values: Vec<Value>) -> Result<u64, StoreError> {
        let mut transaction = self.begin().await?;
        let touched = transaction.execute(sql, values).await?;
        transaction.commit().await?;
        Ok(touched)
    }

    /// Reads rows.
    pub(super) async fn rows(&self, sql: impl SqlSafeStr, values: Vec<Value>) -> Result<Vec<Row>, StoreError> {
        Ok(match &self.engine {
            Engine::Sqlite { readers, .. } => {
                bind_sqlite(sql, values).fetch_all(readers).await?.into_iter().map(Row::Sqlite).collect()
            }
            Engine::Postgres(pool) => {
                bind_postgres(sql, values).fetch_all(pool).await?.into_iter().map(Row::Postgres).collect()
            }
        })
    }

    /// Runs a statement that no transaction may hold.
    pub(super) async fn execute_alone(&self, sql: impl SqlSafeStr) -> Result<(), StoreError> {
        match &self.engine {
            Engine::Sqlite { writer, .. } => sqlx::query(sql).execute(writer).await.map(drop)?,
            Engine::Postgres(pool) => sqlx::query(sql).execute(pool).await.map(drop)?,
        }
        Ok(())
    }

    /// Runs a statement on the connection that writes, without a transaction, and returns its first row.
    pub(super) async fn row_of_writer(
        &self,
        sql: impl SqlSafeStr,
        values: Vec<Value>,
    ) -> Result<Option<Row>, StoreError> {
        Ok(match &self.engine {
            Engine::Sqlite { writer, .. } => bind_sqlite(sql, values).fetch_optional(writer).await?.map(Row::Sqlite),
            Engine::Postgres(pool) => bind_postgres(sql, values).fetch_optional(pool).await?.map(Row::Postgres),
        })
    }

    /// Reads at most one row.
    pub(super) async fn row(&self, sql: impl SqlSafeStr, values: Vec<Value>) -> Result<Option<Row>, StoreError> {
        Ok(self.rows(sql, values).await?.into_iter().next())
    }
}

async fn open_sqlite(path: &Path, form: i64) -> Result<Engine, StoreError> {
    let failed = |cause: std::io::Error| StoreError::Open { cause: cause.to_string() };
    // Made here, so that nobody else on the machine may read it; the files beside it inherit the mode.
    let file = std::fs::OpenOptions::new().create(true).append(true).mode(0o600).open(path).map_err(failed)?;
    file.sync_all().map_err(failed)?;
    let options = SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(BUSY_TIMEOUT)
        .foreign_keys(true)
        // Sorting may spill names of source files: keep it in memory.
        .pragma("temp_store", "MEMORY")
        // Destroyed means destroyed: deleted rows are overwritten with zeros.
        .pragma("secure_delete", "ON")
        .disable_statement_logging();
    let cannot = |error: sqlx::Error| StoreError::Open { cause: without_values(&error) };
    let opening = migrations::opening(path).await?;
    let writer = SqlitePoolOptions::new()
        .max_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .connect_with(options.clone())
        .await
        .map_err(cannot)?;
    migrations::run_sqlite(&writer, form).await?;
    let readers = SqlitePoolOptions::new()
        .max_connections(4)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .connect_with(options.pragma("query_only", "ON"))
        .await
        .map_err(cannot)?;
    drop(opening);
    Ok(Engine::Sqlite { writer, readers })
}

async fn open_postgres(url: &str, form: i64) -> Result<Engine, StoreError> {
    // The URL may hold a password: an error must not repeat it.
    let options = PgConnectOptions::from_str(url).map_err(|_| StoreError::Url)?;
    let options = options
        .application_name("muniment")
        // A result counts only once it is on disk, whatever the server's default is.
        .options([("synchronous_commit", "on"), ("timezone", "UTC")])
        .disable_statement_logging();
    let cannot = |error: sqlx::Error| StoreError::Open { cause: without_values(&error) };
    // The pool would try a server that is not there again and again for a minute: once is enough to say so.
    let first = tokio::time::timeout(CONNECT_TIMEOUT, options.connect()).await;
    first.map_err(|_| cannot(sqlx::Error::PoolTimedOut))?.map_err(cannot)?.close().await.map_err(cannot)?;
    let pool = PgPoolOptions::new()
        .max_connections(8)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .connect_with(options)
        .await
        .map_err(cannot)?;
    migrations::run_postgres(&pool, form).await?;
    Ok(Engine::Postgres(pool))
}

/// A transaction; dropped without [`Transaction::commit`], nothing of it happened.
pub(super) enum Transaction {
    Sqlite(sqlx::Transaction<'static, Sqlite>),
    Postgres(sqlx::Transaction<'static, Postgres>),
}

impl Transaction {
    pub(super) async fn execute(&mut self, sql: impl SqlSafeStr, values: Vec<Value>) -> Result<u64, StoreError> {
        Ok(match self {
            Self::Sqlite(inner) => bind_sqlite(sql, values).execute(&mut **inner).await?.rows_affected(),
            Self::Postgres(inner) => bind_postgres(sql, values).execute(&mut **inner).await?.rows_affected(),
        })
    }

    pub(super) async fn rows(&mut self, sql: impl SqlSafeStr, values: Vec<Value>) -> Result<Vec<Row>, StoreError> {
        Ok(match self {
            Self::Sqlite(inner) => {
                bind_sqlite(sql, values).fetch_all(&mut **inner).await?.into_iter().map(Row::Sqlite).collect()
            }
            Self::Postgres(inner) => {
                bind_postgres(sql, values).fetch_all(&mut **inner).await?.into_iter().map(Row::Postgres).collect()
            }
        })
    }

    pub(super) async fn row(&mut self, sql: impl SqlSafeStr, values: Vec<Value>) -> Result<Option<Row>, StoreError> {
        Ok(self.rows(sql, values).await?.into_iter().next())
    }

    /// Reads rows one after the other, however many there are.
    pub(super) fn stream<'a>(&'a mut self, sql: impl SqlSafeStr + 'a) -> BoxStream<'a, Result<Row, StoreError>> {
        match self {
            Self::Sqlite(inner) => {
                sqlx::query(sql).fetch(&mut **inner).map_ok(Row::Sqlite).map_err(StoreError::from).boxed()
            }
            Self::Postgres(inner) => {
                sqlx::query(sql).fetch(&mut **inner).map_ok(Row::Postgres).map_err(StoreError::from).boxed()
            }
        }
    }

    /// Returns `sqlite` or `postgres`, whichever is the engine's text; for the few clauses that only one of them has.
    pub(super) const fn dialect<'a>(&self, sqlite: &'a str, postgres: &'a str) -> &'a str {
        match self {
            Self::Sqlite(_) => sqlite,
            Self::Postgres(_) => postgres,
        }
    }

    pub(super) async fn commit(self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(inner) => inner.commit().await?,
            Self::Postgres(inner) => inner.commit().await?,
        }
        Ok(())
    }
}

macro_rules! bind {
    ($engine:ty, $sql:expr, $values:expr) => {{
        let mut query = sqlx::query::<$engine>($sql);
        for value in $values {
            query = match value {
                Value::Integer(value) => query.bind(value),
                Value::Text(value) => query.bind(value),
                Value::Real(value) => query.bind(value),
                Value::Flag(value) => query.bind(value),
            };
        }
        query
    }};
}

fn bind_sqlite<'q>(
    sql: impl SqlSafeStr,
    values: Vec<Value>,
) -> sqlx::query::Query<'q, Sqlite, <Sqlite as sqlx::Database>::Arguments> {
    bind!(Sqlite, sql, values)
}

fn bind_postgres<'q>(
    sql: impl SqlSafeStr,
    values: Vec<Value>,
) -> sqlx::query::Query<'q, Postgres, <Postgres as sqlx::Database>::Arguments> {
    bind!(Postgres, sql, values)
}
