//! The verification station: pages arranged, documents postponed or handed on, values keyed twice. By ids only.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::chart::{ArrangementId, DocumentId, PageView, RecordId, TicketId};

/// What happens at the verification station before a decision, and blind re-keying after it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeskFact {
    /// Pages were arranged otherwise. The scans stay as they are.
    Arranged {
        /// The step.
        arrangement: ArrangementId,
        /// What kind of step.
        step: ArrangementStep,
        /// Every document that the step touched, as it is after it; one without pages gave them to others.
        documents: Vec<Arranged>,
    },
    /// A step was undone: its documents are as they were before it.
    ArrangementUndone {
        /// The step.
        arrangement: ArrangementId,
        /// Its documents as they are again.
        documents: Vec<Arranged>,
    },
    /// A document was put aside.
    Postponed {
        /// The document.
        document: DocumentId,
        /// Until when.
        until: Timestamp,
    },
    /// A document was handed on to the people who run the machines.
    Escalated {
        /// The document.
        document: DocumentId,
        /// The ticket.
        ticket: TicketId,
        /// What is wrong.
        category: TicketCategory,
    },
    /// Somebody of those who run the machines closed a ticket.
    TicketClosed {
        /// The document.
        document: DocumentId,
        /// The ticket.
        ticket: TicketId,
    },
    /// The sheets of a document have to be scanned again.
    RescanRequested {
        /// The document.
        document: DocumentId,
        /// Its pages.
        pages: u32,
    },
    /// A second person typed record number and birth date without seeing what the first had typed.
    Rekeyed {
        /// The record.
        record: RecordId,
        /// Its version.
        version: u32,
        /// Whether both typed the same.
        agreed: bool,
    },
}

/// A document and its pages in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Arranged {
    /// The document.
    pub document: DocumentId,
    /// Its pages as it shows them.
    pub pages: Vec<PageView>,
}

/// What a step did with pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ArrangementStep {
    /// A page was turned.
    Turned,
    /// A page was hidden or shown.
    Hidden,
    /// The pages were put into another order.
    Ordered,
    /// A document became several.
    Split,
    /// Two documents became one.
    Merged,
    /// Pages went into another document.
    Moved,
}

/// What is wrong with the machines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TicketCategory {
    /// The image does not open, or is damaged: stripes, cut edges.
    Image,
    /// The text was read badly where a person reads it well.
    Recognition,
    /// Pages, batches or files are missing.
    Missing,
    /// The program does something wrong.
    Program,
    /// Anything else.
    Other,
}

impl ArrangementStep {
    /// Returns the name as it is stored and printed.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Turned => "turned",
            Self::Hidden => "hidden",
            Self::Ordered => "ordered",
            Self::Split => "split",
            Self::Merged => "merged",
            Self::Moved => "moved",
        }
    }
}

impl std::str::FromStr for TicketCategory {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|category| category.name() == name).ok_or(())
    }
}

impl TicketCategory {
    /// Every category.
    pub const ALL: [Self; 5] = [Self::Image, Self::Recognition, Self::Missing, Self::Program, Self::Other];

    /// Returns the name as it is stored and printed.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Recognition => "recognition",
            Self::Missing => "missing",
            Self::Program => "program",
            Self::Other => "other",
        }
    }
}
