//! What can go wrong with the database, in words that carry no patient text.

use crate::chart::TransitionError;

/// A failure of the database or a refused change.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The URL names no database that is known.
    #[error("the database must be given as sqlite:PATH or postgres://USER@HOST/NAME")]
    Url,
    /// The database could not be opened.
    #[error("the database cannot be opened: {cause}; check that the path or host exists and may be used")]
    Open {
        /// What the engine said.
        cause: String,
    },
    /// The tables could not be brought to this program's version.
    #[error("the database cannot be brought to this version: {cause}")]
    Migration {
        /// What the engine said.
        cause: String,
    },
    /// The engine refused or failed.
    #[error("the database failed: {cause}")]
    Database {
        /// What the engine said, without values.
        cause: String,
        /// Whether the same call can succeed a little later.
        transient: bool,
    },
    /// The claim is no longer this worker's: its lease ran out and the work was given away, or it is finished.
    #[error("the claim on {work} is lost: its lease ran out, or the work is finished; drop this result")]
    ClaimLost {
        /// The scan or page, by digest.
        work: String,
    },
    /// Nothing has this identity.
    #[error("there is no {what}")]
    NotFound {
        /// What was looked for.
        what: String,
    },
    /// A result comes from another pipeline than the one that was asked for.
    #[error("the result of {page} was made by another pipeline than the one it was claimed for")]
    OtherPipeline {
        /// The page.
        page: String,
    },
    /// A stored value cannot be understood.
    #[error("the database holds a value in {column} that this version cannot read; was it written by a newer version?")]
    Unreadable {
        /// The column.
        column: String,
    },
    /// The change contradicts what was recorded before, or a rule forbids it.
    #[error("{why}")]
    Refused {
        /// What is wrong, and what to do.
        why: String,
    },
    /// What the person looked at is not what is there any more.
    #[error("{what} was changed meanwhile; load it again, and nothing that was typed is lost")]
    Changed {
        /// What was changed.
        what: String,
    },
    /// A document cannot take the step.
    #[error(transparent)]
    Transition(#[from] TransitionError),
}

impl StoreError {
    /// Says whether the same call can succeed a little later.
    pub const fn is_transient(&self) -> bool {
        matches!(self, Self::Database { transient: true, .. })
    }

    pub(super) fn unreadable(column: &str) -> Self {
        Self::Unreadable { column: column.to_owned() }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        let transient = match &error {
            sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::WorkerCrashed => true,
            sqlx::Error::Database(database) => is_transient_code(database.code().as_deref()),
            _ => false,
        };
        match error {
            sqlx::Error::ColumnNotFound(column) => Self::Unreadable { column },
            sqlx::Error::ColumnDecode { index, .. } => Self::Unreadable { column: index },
            error => Self::Database { cause: without_values(&error), transient },
        }
    }
}

/// Says that a change contradicts what was recorded before, or that a rule forbids it; `why` says what to do, too.
pub(super) fn refused(why: impl Into<String>) -> StoreError {
    StoreError::Refused { why: why.into() }
}

/// Returns what the engine said, unless it may quote a stored or bound value.
pub(super) fn without_values(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Database(database) => {
            let code = database.code().unwrap_or_default().into_owned();
            // PostgreSQL quotes the offending value in messages of class 22 (data exception).
            if code.len() == 5 && code.starts_with("22") {
                format!("data exception, code {code}")
            } else {
                format!("{} (code {code})", database.message())
            }
        }
        sqlx::Error::Io(cause) => cause.to_string(),
        sqlx::Error::PoolTimedOut => "no connection became free in time".to_owned(),
        sqlx::Error::PoolClosed => "the database is being closed".to_owned(),
        sqlx::Error::WorkerCrashed => "the connection's thread has ended".to_owned(),
        sqlx::Error::RowNotFound => "a row that must exist is missing".to_owned(),
        sqlx::Error::Tls(_) => "the connection cannot be encrypted".to_owned(),
        _ => "the engine's answer could not be used".to_owned(),
    }
}

fn is_transient_code(code: Option<&str>) -> bool {
    match code {
        // SQLite: primary codes 5 (busy) and 6 (locked), also in their extended forms.
        Some(code) if code.len() < 5 => code.parse::<i64>().is_ok_and(|code| matches!(code & 0xff, 5 | 6)),
        // PostgreSQL: serialisation, deadlock, shutting down, starting, too many connections, connection exceptions.
        Some(code) => {
            matches!(code, "40001" | "40P01" | "57P01" | "57P02" | "57P03" | "53300") || code.starts_with("08")
        }
        None => false,
    }
}
