//! The audit of the ledger: proofs over its Merkle tree, the keys that sign its checkpoints, and the check of it all.
//!
//! - [`Plan`] says which subtrees a root or a proof takes; [`verify_inclusion`] and [`verify_consistency`] check proofs
//!   (RFC 6962; the checks are those of RFC 9162, section 2.1).
//! - [`SigningKey`] signs; it lives in a file of its own, made once.
//! - [`Checkpoint`] is a signed statement of size and root, a [`Note`] in the form of C2SP (`tlog-checkpoint`,
//!   `signed-note`) that other people's tools read.
//! - [`segment`] is how entries and checkpoints are laid out in the object store.
//! - [`Auditor`] is fed everything and says what does not fit.
//!
//! No I/O but the key's file: whoever calls brings the entries.

mod auditor;
mod checkpoint;
mod finding;
mod key;
mod key_chain;
mod note;
mod proof;
mod proof_file;
pub mod segment;

pub use auditor::{Auditor, Verdict};
pub use checkpoint::{Checkpoint, CheckpointError};
pub use finding::AuditFinding;
pub use key::{KeyError, SigningKey, is_signed};
pub use key_chain::{ChainError, KeyChain, KeyLink};
pub use note::{Note, NoteError, verifier_key};
pub use proof::{Plan, verify_consistency, verify_inclusion};
pub use proof_file::{ENTRY_PROOF_SCHEMA, EntryProof, ProofError};
