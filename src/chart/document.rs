//! Documents and the states that they go through.

use serde::{Deserialize, Serialize};

use super::{PageId, QuarterTurns};

/// One page as a document shows it. The page itself never changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageView {
    /// The page.
    pub page: PageId,
    /// Whether it is left out of view and export.
    pub hidden: bool,
    /// Clockwise turn for view and export.
    pub turn: QuarterTurns,
}

/// Where a document stands. Later states (verified, archived, destroyed) join with the steps that make them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum DocumentState {
    /// Pages are being read.
    Reading {
        /// Pages without a result.
        pages_left: u32,
        /// Pages that could not be read so far.
        pages_failed: u32,
    },
    /// Every page was read or given up; a person can verify it.
    Read {
        /// Pages that could not be read and need a person.
        pages_failed: u32,
    },
}

/// A step that a document cannot take from where it stands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a document that is {from} cannot become {to}")]
pub struct TransitionError {
    /// The state it is in.
    pub from: &'static str,
    /// The state that was asked for.
    pub to: &'static str,
}

impl DocumentState {
    /// Returns the name as it is stored and printed.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Reading { .. } => "reading",
            Self::Read { .. } => "read",
        }
    }

    /// Takes note that a page was read (or, with `failed`, could not be).
    ///
    /// # Errors
    /// Every page was read already.
    pub fn page_read(self, failed: bool) -> Result<Self, TransitionError> {
        match self {
            Self::Reading { pages_left, pages_failed } => {
                let pages_failed = pages_failed + u32::from(failed);
                match pages_left.saturating_sub(1) {
                    0 => Ok(Self::Read { pages_failed }),
                    pages_left => Ok(Self::Reading { pages_left, pages_failed }),
                }
            }
            Self::Read { .. } => Err(TransitionError { from: self.name(), to: "read" }),
        }
    }
}
