//! A proof that one entry is in the ledger, complete enough to be checked years later by somebody with no access to it.

use serde::{Deserialize, Serialize};

use super::checkpoint::{Checkpoint, CheckpointError};
use super::key_chain::{ChainError, KeyChain};
use super::proof::verify_inclusion;
use crate::chart::{Digest, merkle};

/// Number of the file's form.
pub const ENTRY_PROOF_SCHEMA: u32 = 1;

/// An entry, the way from it to a signed root, and the keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntryProof {
    /// Number of this form.
    pub schema: u32,
    /// The entry's canonical bytes, as text.
    pub entry: String,
    /// Its number.
    pub sequence: u64,
    /// The digests beside the way from it to the root (RFC 6962, section 2.1.1).
    pub path: Vec<Digest>,
    /// The signed checkpoint, as text.
    pub checkpoint: String,
    /// The keys up to the one that signed.
    pub keys: KeyChain,
}

/// Why a proof does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// It was written by a newer version.
    #[error("the proof has schema {0}, this version reads schema {ENTRY_PROOF_SCHEMA}; use the newer version")]
    Schema(u32),
    /// The keys do not lead to the signer.
    #[error("the proof does not hold: {0}")]
    Keys(#[from] ChainError),
    /// The checkpoint is not signed by the key.
    #[error("the proof does not hold: the checkpoint in it: {0}")]
    Checkpoint(#[from] CheckpointError),
    /// The entry is not in the tree.
    #[error("the proof does not hold: entry {0} is not what was signed")]
    Entry(u64),
}

impl EntryProof {
    /// Checks the proof against the fingerprint that somebody kept. Returns the checkpoint that vouches for the entry.
    ///
    /// # Errors
    /// It does not hold.
    pub fn verify(&self, pinned: Digest) -> Result<Checkpoint, ProofError> {
        if self.schema != ENTRY_PROOF_SCHEMA {
            return Err(ProofError::Schema(self.schema));
        }
        let signer = self.keys.signer(pinned)?;
        let checkpoint = Checkpoint::verify(self.checkpoint.as_bytes(), &signer)?;
        let leaf = merkle::leaf(self.entry.as_bytes());
        let fits = checkpoint.origin == self.keys.origin
            && verify_inclusion(leaf, self.sequence, checkpoint.size, &self.path, checkpoint.root);
        if fits { Ok(checkpoint) } else { Err(ProofError::Entry(self.sequence)) }
    }
}
