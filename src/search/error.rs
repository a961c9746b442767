//! What can go wrong with an index or a query, told so that a person knows what to do.

use std::path::PathBuf;

use tantivy::TantivyError;

/// A definition file of the index that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {message}")]
pub struct DefinitionError {
    /// The file, for example `schema.toml`.
    pub file: String,
    /// What is wrong with it and what is expected.
    pub message: String,
}

impl DefinitionError {
    /// Says what is wrong with `file`.
    pub(super) fn new(file: &str, message: impl Into<String>) -> Self {
        Self { file: file.to_owned(), message: message.into() }
    }
}

/// An index that cannot be opened, read or written.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// The definitions changed since the index was built.
    #[error(
        "the index in {} was built with other definitions (schema, analysers or confusions): delete the folder and \
         rebuild it from the stored results",
        .dir.display()
    )]
    Outdated {
        /// Folder of the index.
        dir: PathBuf,
    },
    /// The files of the index are damaged or not those of an index.
    #[error("the index in {} is damaged ({cause}): delete the folder and rebuild it from the stored results", .dir.display())]
    Damaged {
        /// Folder of the index.
        dir: PathBuf,
        /// What was noticed.
        cause: String,
    },
    /// Another process or writer has the index open for writing.
    #[error("the index in {} is being written by another process: wait for it or stop it", .dir.display())]
    Locked {
        /// Folder of the index.
        dir: PathBuf,
    },
    /// Reading or writing files failed.
    #[error("the index in {} cannot be read or written ({cause}): check the disk and the rights of the folder", .dir.display())]
    Io {
        /// Folder of the index.
        dir: PathBuf,
        /// What the system said.
        cause: String,
    },
    /// The query is too costly or cannot be evaluated.
    #[error(transparent)]
    Query(#[from] QueryError),
}

impl IndexError {
    /// Sorts the search library's error into ours.
    pub(super) fn from_tantivy(dir: &std::path::Path, error: &TantivyError) -> Self {
        let dir = dir.to_path_buf();
        let cause = error.to_string();
        match error {
            TantivyError::LockFailure(..) => Self::Locked { dir },
            TantivyError::IoError(io) if io.kind() != std::io::ErrorKind::InvalidData => Self::Io { dir, cause },
            TantivyError::OpenWriteError(_) | TantivyError::OpenDirectoryError(_) | TantivyError::SystemError(_) => {
                Self::Io { dir, cause }
            }
            _ => Self::Damaged { dir, cause },
        }
    }
}

/// A query that cannot be understood or is too costly, with the place in its text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message} (at character {})", .at + 1)]
pub struct QueryError {
    /// Characters of the query before the place, counted from 0.
    pub at: usize,
    /// Characters that the message is about; 0 where something is missing.
    pub length: usize,
    /// What is wrong and what to do.
    pub message: String,
}

impl QueryError {
    /// Draws the query with a line of carets under the place, for a terminal.
    pub fn pointed(&self, query: &str) -> String {
        let line: String = query.chars().map(|sign| if sign.is_control() { ' ' } else { sign }).collect();
        format!("{line}\n{}{}\n{}", " ".repeat(self.at), "^".repeat(self.length.max(1)), self.message)
    }
}
