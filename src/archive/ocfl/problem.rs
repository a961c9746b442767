//! What a validation finds wrong, by name.

use serde::Serialize;

use crate::chart::RecordId;

/// Something that is not as it was archived, or not as OCFL has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The record; `None` for the storage root itself.
    pub record: Option<RecordId>,
    /// The key of what is wrong.
    pub key: String,
    /// What kind of problem.
    pub kind: ProblemKind,
    /// The particulars, for people.
    pub what: String,
}

/// The kinds of problems.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProblemKind {
    /// A file that must be there is not.
    MissingFile,
    /// The bytes of a file are not those that were archived.
    WrongDigest,
    /// A file that no inventory knows.
    StrayFile,
    /// A declaration or a file of the layout has another text.
    WrongText,
    /// An inventory cannot be read, or breaks a rule.
    BadInventory,
    /// An inventory's sidecar does not belong to it.
    BadSidecar,
    /// Inventories of two versions contradict each other.
    VersionsDisagree,
    /// The root inventory is not that of the newest version: a deposit was interrupted, and mends it when it goes on.
    RootBehind,
    /// A version was not written to its end: a deposit was interrupted, and finishes it when it goes on.
    UnfinishedVersion,
    /// A file cannot be read.
    Unreadable,
    /// Something was written over a file, or a delete marker set on it; the oldest version counts.
    Overwritten,
}

impl ProblemKind {
    /// Returns the name as it is printed.
    pub const fn name(self) -> &'static str {
        match self {
            Self::MissingFile => "missing-file",
            Self::WrongDigest => "wrong-digest",
            Self::StrayFile => "stray-file",
            Self::WrongText => "wrong-text",
            Self::BadInventory => "bad-inventory",
            Self::BadSidecar => "bad-sidecar",
            Self::VersionsDisagree => "versions-disagree",
            Self::RootBehind => "root-behind",
            Self::UnfinishedVersion => "unfinished-version",
            Self::Unreadable => "unreadable",
            Self::Overwritten => "overwritten",
        }
    }
}
