//! People: who may do what, since when.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::chart::{Digest, PersonId, Role};

/// People: who may do what, since when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PeopleFact {
    /// A person was added. They have no role yet.
    Added {
        /// Who.
        person: PersonId,
        /// Name of the person, a member of staff.
        name: String,
        /// Name by which the operating system knows them, if it does.
        login: Option<String>,
    },
    /// A role was granted.
    Granted {
        /// To whom.
        person: PersonId,
        /// Which.
        role: Role,
    },
    /// A role was taken back.
    Revoked {
        /// From whom.
        person: PersonId,
        /// Which.
        role: Role,
    },
    /// The person may do nothing any more. What they did stays theirs.
    Disabled {
        /// Who.
        person: PersonId,
    },
    /// A token was made for the person; it stands for them where the operating system does not know them.
    TokenIssued {
        /// For whom.
        person: PersonId,
        /// SHA-256 of the token, which has 256 random bits and is kept nowhere.
        token: Digest,
        /// From when on it is worth nothing.
        expires_at: Timestamp,
    },
    /// Every token of the person was made worthless.
    TokensRevoked {
        /// Whose.
        person: PersonId,
    },
}
