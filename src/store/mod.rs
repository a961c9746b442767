//! The database: plain SQL, the same text on SQLite and PostgreSQL.
