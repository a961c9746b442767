//! One entry of the ledger, and the bytes that stand for it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Digest, Fact, Hasher, PersonId};

/// Number of the entry's form.
pub const LEDGER_ENTRY_SCHEMA: u32 = 1;

/// Prefix of a leaf in the tree of RFC 6962, section 2.1: no leaf can pass for an inner node.
const LEAF: [u8; 1] = [0];

/// Who did it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Actor {
    /// A person.
    Person(PersonId),
    /// The program by itself, following a rule that a person has set.
    Program,
}

/// One entry of the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LedgerEntry {
    /// Number of this form.
    pub schema: u32,
    /// Place in the ledger, from 0, without gaps.
    pub sequence: u64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: Actor,
    /// What.
    pub fact: Fact,
}

impl LedgerEntry {
    /// Returns the entry's canonical bytes (RFC 8785): the same entry always gives the same ones.
    ///
    /// # Errors
    /// A number in it has no canonical form.
    pub fn canonical(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json_canonicalizer::to_vec(self)
    }

    /// Returns the leaf that stands for canonical bytes in the Merkle tree (RFC 6962, section 2.1).
    pub fn leaf(canonical: &[u8]) -> Digest {
        let mut hasher = Hasher::new();
        hasher.update(&LEAF);
        hasher.update(canonical);
        hasher.finish()
    }
}
