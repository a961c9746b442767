//! One entry of the ledger, and the bytes that stand for it: a leaf of the tree in [`merkle`](super::merkle).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Fact, PersonId};

/// Number of the entry's form.
pub const LEDGER_ENTRY_SCHEMA: u32 = 1;

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
}
