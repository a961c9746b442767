//! The keys from one that somebody pinned to the one that signed: what a proof brings along to be checked offline.

use serde::{Deserialize, Serialize};

use super::key::is_signed;
use crate::chart::facts::rotation_statement;
use crate::chart::{Digest, PublicKey, Signature};

/// Keys of one ledger in their order, each but the first signed for by the one before. The last one signs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyChain {
    /// Name of the ledger.
    pub origin: String,
    /// The keys.
    pub keys: Vec<KeyLink>,
}

/// One key of a chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyLink {
    /// The key.
    pub public_key: PublicKey,
    /// The signature of the key before it; none for a key that nobody vouched for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<Signature>,
}

/// Why a chain does not lead from the pinned key to the signer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ChainError {
    /// The pinned key is not in it.
    #[error("no key with the fingerprint {0} signed it, nor vouched for the key that did")]
    Unknown(Digest),
    /// A signature is missing or wrong.
    #[error("the key {0} was not announced by the one before it")]
    NotAnnounced(Digest),
}

impl KeyChain {
    /// Returns the key that signs, if it is the one with the fingerprint or follows from it.
    ///
    /// # Errors
    /// It does not.
    pub fn signer(&self, pinned: Digest) -> Result<PublicKey, ChainError> {
        let begin = self.keys.iter().rposition(|link| link.public_key.fingerprint() == pinned);
        let links = begin.and_then(|begin| self.keys.get(begin..)).ok_or(ChainError::Unknown(pinned))?;
        for (old, new) in links.iter().zip(links.iter().skip(1)) {
            let statement = rotation_statement(&self.origin, old.public_key.fingerprint(), &new.public_key);
            let fits = |signature| is_signed(&old.public_key, statement.as_bytes(), signature);
            if !new.signature.as_ref().is_some_and(fits) {
                return Err(ChainError::NotAnnounced(new.public_key.fingerprint()));
            }
        }
        links.last().map(|link| link.public_key).ok_or(ChainError::Unknown(pinned))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::SigningKey;

    #[test]
    fn a_chain_leads_from_any_of_its_keys_to_the_last() {
        let keys = [1, 2, 3].map(|seed| SigningKey::from_seed(&[seed; 32]));
        let link = |at: usize| {
            let statement =
                |old: &SigningKey| rotation_statement("muniment/x", old.public().fingerprint(), &keys[at].public());
            let signature = (at > 0).then(|| keys[at - 1].sign(statement(&keys[at - 1]).as_bytes()));
            KeyLink { public_key: keys[at].public(), signature }
        };
        let mut chain = KeyChain { origin: "muniment/x".into(), keys: (0..3).map(link).collect() };
        for key in &keys {
            assert_eq!(chain.signer(key.public().fingerprint()), Ok(keys[2].public()));
        }
        let other = Digest::of(b"another");
        assert_eq!(chain.signer(other), Err(ChainError::Unknown(other)));
        chain.origin = "muniment/y".into();
        let second = keys[1].public().fingerprint();
        assert_eq!(chain.signer(keys[0].public().fingerprint()), Err(ChainError::NotAnnounced(second)));
    }
}
