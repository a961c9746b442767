//! The keys that sign the ledger's checkpoints and its certificates.

use serde::{Deserialize, Serialize};

use crate::chart::{Digest, PublicKey, Signature};

/// The keys that sign the ledger's checkpoints and its certificates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum KeyFact {
    /// The first key. Nothing vouches for it but the fingerprint that somebody keeps elsewhere.
    Introduced {
        /// Name of this ledger in its checkpoints, for good.
        origin: String,
        /// The key.
        public_key: PublicKey,
    },
    /// A new key takes the place of the one before, which signed for it.
    Rotated {
        /// The new key.
        public_key: PublicKey,
        /// The old key's signature of [`rotation_statement`].
        signature: Signature,
    },
    /// A new key takes the place of a lost one. Nothing vouches for it, and whoever verifies is told so.
    Replaced {
        /// The new key.
        public_key: PublicKey,
        /// Why, in the words of whoever did it.
        reason: String,
    },
}

impl KeyFact {
    /// Returns the key that signs from here on.
    pub const fn public_key(&self) -> &PublicKey {
        match self {
            Self::Introduced { public_key, .. }
            | Self::Rotated { public_key, .. }
            | Self::Replaced { public_key, .. } => public_key,
        }
    }
}

/// Returns what an old key signs to announce the new one.
pub fn rotation_statement(origin: &str, old: Digest, new: &PublicKey) -> String {
    format!("muniment ledger key rotation\n{origin}\n{old}\n{new}\n")
}
