//! Why a model file cannot be used.

/// What is wrong with a model file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// The file breaks its own format.
    #[error("{part}: {what}")]
    Damaged {
        /// Which part of the file.
        part: &'static str,
        /// What is wrong there.
        what: String,
    },
    /// The file is sound, but of a kind that this reader does not know; libtesseract may.
    #[error("{0}")]
    Unsupported(String),
}
