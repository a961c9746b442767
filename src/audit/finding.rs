//! What an audit can find wrong, in words for whoever has to act on it.

use std::fmt;

use serde::Serialize;

use crate::chart::Digest;

/// Something that does not fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "finding", rename_all = "kebab-case")]
pub enum AuditFinding {
    /// An entry of the database is not what an entry is.
    EntryUnreadable {
        /// The entry.
        sequence: u64,
        /// What is wrong.
        why: String,
    },
    /// Entries between others are gone from the database.
    EntriesMissing {
        /// The first.
        from: u64,
        /// The last.
        last: u64,
    },
    /// The digests beside an entry are not those of the tree.
    NodesDiffer {
        /// The entry.
        sequence: u64,
    },
    /// An entry of the database is another one than was shipped to the archive.
    EntryDiffers {
        /// The entry.
        sequence: u64,
        /// The segment that holds what was shipped.
        segment: String,
    },
    /// Entries were shipped that the database does not have.
    EntriesDropped {
        /// The first.
        from: u64,
        /// The last.
        last: u64,
    },
    /// Shipped entries are gone from the archive.
    SegmentsMissing {
        /// The first entry.
        from: u64,
        /// The last.
        last: u64,
    },
    /// An object of the ledger cannot be read, or is of no known form.
    ObjectUnreadable {
        /// Its key.
        key: String,
        /// Why.
        why: String,
    },
    /// Somebody overwrote or deleted an object of the ledger; its oldest version is what counts.
    ObjectTouched {
        /// Its key.
        key: String,
    },
    /// A checkpoint is not signed by the key that was in force.
    CheckpointForged {
        /// Where it is.
        key: String,
    },
    /// A checkpoint has another root: entries before it were changed since, or two ledgers go by one name.
    CheckpointDiffers {
        /// Where it is.
        key: String,
        /// Its size.
        size: u64,
    },
    /// A checkpoint tells of more entries than there are.
    CheckpointBeyond {
        /// Where it is.
        key: String,
        /// Its size.
        size: u64,
        /// Number of entries here.
        here: u64,
    },
    /// A key was announced without the signature of the one before.
    KeyNotAnnounced {
        /// The entry.
        sequence: u64,
    },
    /// No key of the ledger has the fingerprint.
    KeyUnknown {
        /// The fingerprint that was asked for.
        fingerprint: Digest,
    },
    /// The last checkpoint's key does not follow from the one with the fingerprint.
    KeyNotVouched {
        /// The fingerprint that was asked for.
        fingerprint: Digest,
        /// The fingerprint of the key that signed.
        signer: Digest,
    },
    /// Nothing was signed yet that the fingerprint could be compared with.
    NoCheckpoint,
}

impl fmt::Display for AuditFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EntryUnreadable { sequence, why } => {
                write!(f, "entry {sequence} of the database is no entry: {why}")
            }
            Self::EntriesMissing { from, last } => write!(f, "{} missing from the database", entries(*from, *last)),
            Self::NodesDiffer { sequence } => {
                write!(f, "entry {sequence} or a digest beside it was changed in the database")
            }
            Self::EntryDiffers { sequence, segment } => {
                write!(f, "entry {sequence} was changed in the database; {segment} holds what was shipped")
            }
            Self::EntriesDropped { from, last } => {
                write!(f, "{} shipped to the archive and gone from the database", entries(*from, *last))
            }
            Self::SegmentsMissing { from, last } => {
                write!(f, "{} shipped and gone from the archive", entries(*from, *last))
            }
            Self::ObjectUnreadable { key, why } => write!(f, "{key} cannot be used: {why}"),
            Self::ObjectTouched { key } => {
                write!(f, "{key} was overwritten or deleted by somebody; its oldest version is what counts")
            }
            Self::CheckpointForged { key } => write!(f, "{key} is not signed by the ledger's key"),
            Self::CheckpointDiffers { key, size } => {
                write!(f, "{key}: the first {size} entries are not those that were signed; they were changed since")
            }
            Self::CheckpointBeyond { key, size, here } => {
                write!(f, "{key} was signed over {size} entries, the database has {here}")
            }
            Self::KeyNotAnnounced { sequence } => {
                write!(f, "entry {sequence} brings a key that the one before did not sign for")
            }
            Self::KeyUnknown { fingerprint } => {
                write!(
                    f,
                    "no key of this ledger has the fingerprint {fingerprint}: it is another ledger, or a forged one"
                )
            }
            Self::KeyNotVouched { fingerprint, signer } => write!(
                f,
                "the last checkpoint is signed by the key {signer}, which the key {fingerprint} never announced"
            ),
            Self::NoCheckpoint => {
                f.write_str("the archive has no checkpoint that the fingerprint could be compared with")
            }
        }
    }
}

fn entries(from: u64, last: u64) -> String {
    if from == last { format!("entry {from} is") } else { format!("entries {from} to {last} are") }
}
