//! Documents and the states that they go through.

use serde::{Deserialize, Serialize};

use super::{PageId, QuarterTurns, RecordId};

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

/// Where a document stands. Each step consumes the state that it starts from.
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
    /// Accepted; its record waits in the waiting room for the deposit.
    Verified {
        /// The record.
        record: RecordId,
        /// Pages that could not be read.
        pages_failed: u32,
    },
    /// Deposited in the archive.
    Archived {
        /// The record.
        record: RecordId,
        /// Pages that could not be read.
        pages_failed: u32,
    },
    /// Not to be archived.
    Rejected {
        /// Why.
        reason: RejectionReason,
        /// Pages that could not be read.
        pages_failed: u32,
    },
    /// Its pages went to other documents.
    Split,
}

/// Why a person rejects a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RejectionReason {
    /// The same paper is archived already.
    Duplicate,
    /// It is nothing that belongs into a chart.
    NotARecord,
    /// It cannot be read and has to be scanned again.
    Unreadable,
    /// It belongs to another facility.
    OtherFacility,
    /// It was scanned by mistake, for example a separator sheet.
    ScannedByMistake,
}

/// A step that a document cannot take from where it stands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the document is {from}, so that it cannot become {to}: {}", self.advice())]
pub struct TransitionError {
    /// The state it is in.
    pub from: &'static str,
    /// The state that was asked for.
    pub to: &'static str,
}

impl TransitionError {
    /// Says what can be done from where the document stands.
    fn advice(&self) -> &'static str {
        match self.from {
            "reading" => "its pages are still being read; try again when they are",
            "read" => "nobody has decided about it yet",
            "verified" => "somebody has accepted it; take that back first, as long as it is not final",
            "archived" => "its record is in the archive; correct the record instead",
            "rejected" => "somebody has rejected it; take that back first, as long as it is not final",
            "split" => "its pages went to other documents; name one of those",
            _ => "its state does not allow it",
        }
    }
}

impl RejectionReason {
    /// Every reason.
    pub const ALL: [Self; 5] =
        [Self::Duplicate, Self::NotARecord, Self::Unreadable, Self::OtherFacility, Self::ScannedByMistake];

    /// Returns the name as it is stored and printed.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Duplicate => "duplicate",
            Self::NotARecord => "not-a-record",
            Self::Unreadable => "unreadable",
            Self::OtherFacility => "other-facility",
            Self::ScannedByMistake => "scanned-by-mistake",
        }
    }
}

impl std::str::FromStr for RejectionReason {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|reason| reason.name() == name).ok_or(())
    }
}

impl DocumentState {
    /// Returns the name as it is stored and printed.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Reading { .. } => "reading",
            Self::Read { .. } => "read",
            Self::Verified { .. } => "verified",
            Self::Archived { .. } => "archived",
            Self::Rejected { .. } => "rejected",
            Self::Split => "split",
        }
    }

    /// Says whether the pages alone decide where it stands: nobody has verified or rejected it.
    pub const fn is_unverified(&self) -> bool {
        matches!(self, Self::Reading { .. } | Self::Read { .. })
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
            other => Err(TransitionError { from: other.name(), to: "read" }),
        }
    }

    /// Becomes verified as `record`.
    ///
    /// # Errors
    /// Pages are still being read, or somebody has decided about it before.
    pub fn accept(self, record: RecordId) -> Result<Self, TransitionError> {
        match self {
            Self::Read { pages_failed } => Ok(Self::Verified { record, pages_failed }),
            other => Err(TransitionError { from: other.name(), to: "verified" }),
        }
    }

    /// Becomes rejected.
    ///
    /// # Errors
    /// Pages are still being read, or somebody has decided about it before.
    pub fn reject(self, reason: RejectionReason) -> Result<Self, TransitionError> {
        match self {
            Self::Read { pages_failed } => Ok(Self::Rejected { reason, pages_failed }),
            other => Err(TransitionError { from: other.name(), to: "rejected" }),
        }
    }

    /// Goes back to where it was before a person decided: by an undo, or because the second person returned it.
    ///
    /// # Errors
    /// Nobody has decided, or it is in the archive.
    pub fn reopen(self) -> Result<Self, TransitionError> {
        match self {
            Self::Verified { pages_failed, .. } | Self::Rejected { pages_failed, .. } => {
                Ok(Self::Read { pages_failed })
            }
            other => Err(TransitionError { from: other.name(), to: "read" }),
        }
    }

    /// Becomes archived.
    ///
    /// # Errors
    /// It was not verified.
    pub fn archive(self) -> Result<Self, TransitionError> {
        match self {
            Self::Verified { record, pages_failed } => Ok(Self::Archived { record, pages_failed }),
            other => Err(TransitionError { from: other.name(), to: "archived" }),
        }
    }

    /// Gives its pages to other documents.
    ///
    /// # Errors
    /// Somebody has decided about it before.
    pub fn split(self) -> Result<Self, TransitionError> {
        match self {
            Self::Reading { .. } | Self::Read { .. } => Ok(Self::Split),
            other => Err(TransitionError { from: other.name(), to: "split" }),
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn only_a_read_document_is_accepted_and_only_a_verified_one_archived() {
        let record = RecordId::from_uuid(Uuid::nil());
        let read = DocumentState::Read { pages_failed: 1 };
        let verified = read.clone().accept(record).unwrap();
        assert_eq!(verified.clone().reopen().unwrap(), read);
        let archived = verified.clone().archive().unwrap();
        assert_eq!(archived.name(), "archived");
        let reading = DocumentState::Reading { pages_left: 1, pages_failed: 0 };
        assert_eq!(reading.accept(record).unwrap_err(), TransitionError { from: "reading", to: "verified" });
        let again = verified.clone().accept(record).unwrap_err().to_string();
        assert!(again.contains("somebody has accepted it"), "{again}");
        assert!(archived.clone().reopen().is_err() && archived.reject(RejectionReason::Duplicate).is_err());
        assert!(verified.split().is_err() && read.clone().archive().is_err());
        assert!(read.split().is_ok());
    }
}
