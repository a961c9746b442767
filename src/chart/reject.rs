//! What could not be taken in, and why. The bytes of a reject are kept all the same.

use serde::{Deserialize, Serialize};

use super::PageNumber;

/// A file, or one page of it, that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reject {
    /// The page; `None` when the whole file is rejected.
    pub page: Option<PageNumber>,
    /// The kind of reason.
    pub reason: RejectReason,
    /// One sentence for a person: what was wrong, which limit was passed, what to do. Never text of the page.
    pub message: String,
}

/// Why something is rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RejectReason {
    /// The file has no bytes.
    Empty,
    /// The format is none that is read (HEIC, SVG, a word processor's file, ...).
    UnsupportedFormat,
    /// The format is read, but not this kind of it.
    UnsupportedFeature,
    /// The file is encrypted and no password given opens it.
    NeedsPassword,
    /// The file breaks its own format's rules so badly that nothing can be read.
    Damaged,
    /// The file has no pages.
    NoPages,
    /// Too many bytes.
    FileTooLarge,
    /// Too many pages.
    TooManyPages,
    /// Too many pixels.
    TooManyPixels,
    /// Reading took longer than allowed.
    TimeLimit,
    /// Reading took more memory than allowed.
    MemoryLimit,
    /// The process that read it was ended by a fault.
    Crash,
}

impl RejectReason {
    /// Returns the name as it is stored and printed.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::UnsupportedFormat => "unsupported-format",
            Self::UnsupportedFeature => "unsupported-feature",
            Self::NeedsPassword => "needs-password",
            Self::Damaged => "damaged",
            Self::NoPages => "no-pages",
            Self::FileTooLarge => "file-too-large",
            Self::TooManyPages => "too-many-pages",
            Self::TooManyPixels => "too-many-pixels",
            Self::TimeLimit => "time-limit",
            Self::MemoryLimit => "memory-limit",
            Self::Crash => "crash",
        }
    }
}

impl Reject {
    /// Makes the rejection of a whole file.
    pub fn file(reason: RejectReason, message: impl Into<String>) -> Self {
        Self { page: None, reason, message: message.into() }
    }

    /// Makes the rejection of one page.
    pub fn page(page: PageNumber, reason: RejectReason, message: impl Into<String>) -> Self {
        Self { page: Some(page), reason, message: message.into() }
    }
}
