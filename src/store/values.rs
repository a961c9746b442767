//! Values on their way into a statement, and rows on their way out of it: the same on both engines.

use std::str::FromStr;

use jiff::Timestamp;
use sqlx::Row as _;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;

use super::error::StoreError;
use crate::chart::{
    ArrangementId, BatchId, DeliveryId, Digest, DisposalId, DocumentId, EventId, GrantId, HoldId, LotId, PageNumber,
    PatientId, PersonId, RecordId, TicketId, WorkerId,
};

/// A value on its way into a statement.
#[derive(Debug, Clone)]
pub(super) enum Value {
    Integer(Option<i64>),
    Text(Option<String>),
    Real(Option<f64>),
    Flag(bool),
}

/// Makes the list of values of a statement, in the order of `$1`, `$2`, ...
macro_rules! values {
    ($($value:expr),* $(,)?) => { vec![$(crate::store::values::Value::from($value)),*] };
}
pub(super) use values;

/// Gives the states of a column their names: `name()`, and the `FromStr` that [`Row::parsed`] asks for.
macro_rules! stored_names {
    ($kind:ident { $($variant:ident = $name:literal),* $(,)? }) => {
        impl $kind {
            /// Returns the name as it is stored and printed.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name),*
                }
            }
        }

        impl std::str::FromStr for $kind {
            type Err = ();

            fn from_str(name: &str) -> Result<Self, ()> {
                match name {
                    $($name => Ok(Self::$variant),)*
                    _ => Err(()),
                }
            }
        }
    };
}
pub(super) use stored_names;

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Integer(Some(value))
    }
}

impl From<u32> for Value {
    fn from(value: u32) -> Self {
        Self::Integer(Some(value.into()))
    }
}

impl From<Option<u32>> for Value {
    fn from(value: Option<u32>) -> Self {
        Self::Integer(value.map(i64::from))
    }
}

impl From<f32> for Value {
    fn from(value: f32) -> Self {
        Self::Real(Some(value.into()))
    }
}

impl From<Option<f32>> for Value {
    fn from(value: Option<f32>) -> Self {
        Self::Real(value.map(f64::from))
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Flag(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(Some(value.to_owned()))
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(Some(value))
    }
}

impl From<Option<String>> for Value {
    fn from(value: Option<String>) -> Self {
        Self::Text(value)
    }
}

impl From<Timestamp> for Value {
    /// Times are kept as microseconds since 1970 UTC: they sort and compare the same on both engines.
    fn from(value: Timestamp) -> Self {
        Self::Integer(Some(value.as_microsecond()))
    }
}

impl From<Option<Timestamp>> for Value {
    fn from(value: Option<Timestamp>) -> Self {
        Self::Integer(value.map(|time| time.as_microsecond()))
    }
}

impl From<PageNumber> for Value {
    fn from(value: PageNumber) -> Self {
        value.get().into()
    }
}

macro_rules! text_values {
    ($($kind:ty),*) => { $(
        impl From<$kind> for Value {
            fn from(value: $kind) -> Self {
                Self::Text(Some(value.to_string()))
            }
        }
    )* };
}

text_values!(
    ArrangementId,
    Digest,
    BatchId,
    DeliveryId,
    DisposalId,
    DocumentId,
    EventId,
    GrantId,
    HoldId,
    LotId,
    PatientId,
    PersonId,
    RecordId,
    TicketId,
    WorkerId
);

/// Returns the first id that can begin with `prefix`, and what follows the last one; `None` for a prefix that no id can have.
pub(super) fn ids_from(prefix: &str) -> Option<(String, String)> {
    let first = prefix.to_ascii_lowercase();
    if first.is_empty() || !first.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-') {
        return None;
    }
    // 'g' follows every hexadecimal digit and the dash.
    let end = format!("{first}g");
    Some((first, end))
}

/// One row of an answer.
pub(super) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

macro_rules! getters {
    ($($name:ident: $kind:ty;)*) => { $(
        pub(super) fn $name(&self, column: &str) -> Result<$kind, StoreError> {
            Ok(match self {
                Self::Sqlite(row) => row.try_get(column)?,
                Self::Postgres(row) => row.try_get(column)?,
            })
        }
    )* };
}

impl Row {
    getters! {
        integer: i64;
        optional_integer: Option<i64>;
        text: String;
        optional_text: Option<String>;
        optional_real: Option<f64>;
        flag: bool;
    }

    /// Reads an integer that is never negative nor above 2^32.
    pub(super) fn count(&self, column: &str) -> Result<u32, StoreError> {
        u32::try_from(self.integer(column)?).map_err(|_| StoreError::unreadable(column))
    }

    /// Reads an integer that is never negative nor above 2^32, if there is one.
    pub(super) fn optional_count(&self, column: &str) -> Result<Option<u32>, StoreError> {
        let count = |value| u32::try_from(value).map_err(|_| StoreError::unreadable(column));
        self.optional_integer(column)?.map(count).transpose()
    }

    /// Reads an integer that is never negative.
    pub(super) fn size(&self, column: &str) -> Result<u64, StoreError> {
        u64::try_from(self.integer(column)?).map_err(|_| StoreError::unreadable(column))
    }

    pub(super) fn time(&self, column: &str) -> Result<Timestamp, StoreError> {
        Timestamp::from_microsecond(self.integer(column)?).map_err(|_| StoreError::unreadable(column))
    }

    pub(super) fn optional_time(&self, column: &str) -> Result<Option<Timestamp>, StoreError> {
        let time = |value| Timestamp::from_microsecond(value).map_err(|_| StoreError::unreadable(column));
        self.optional_integer(column)?.map(time).transpose()
    }

    /// Reads a text that has a form of its own: an id, a digest.
    pub(super) fn parsed<T: FromStr>(&self, column: &str) -> Result<T, StoreError> {
        self.text(column)?.parse().map_err(|_| StoreError::unreadable(column))
    }

    pub(super) fn optional_parsed<T: FromStr>(&self, column: &str) -> Result<Option<T>, StoreError> {
        self.optional_text(column)?.map(|text| text.parse().map_err(|_| StoreError::unreadable(column))).transpose()
    }
}
