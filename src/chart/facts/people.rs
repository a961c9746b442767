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
    /// The person is called otherwise from now on.
    Renamed {
        /// Who.
        person: PersonId,
        /// Their name.
        name: String,
        /// Their name for signing in.
        login: Option<String>,
    },
    /// The person may do nothing any more. What they did stays theirs.
    Disabled {
        /// Who.
        person: PersonId,
    },
    /// An administrator gave out a code that the person, and nobody else, is to turn into a token. It is good for one
    /// token. Where another administrator can, they have to give out a second code, which it takes too.
    EnrolmentOffered {
        /// For whom.
        person: PersonId,
        /// SHA-256 of the code, which has 256 random bits and is kept nowhere.
        code: Digest,
        /// From when on it is worth nothing.
        expires_at: Timestamp,
    },
    /// Another administrator gave out the second code: the first one cannot use theirs without it.
    EnrolmentSeconded {
        /// For whom.
        person: PersonId,
        /// SHA-256 of the first code.
        code: Digest,
        /// SHA-256 of the second one.
        second: Digest,
    },
    /// The entry's person turned what they were given into a token.
    Enrolled {
        /// SHA-256 of the code.
        code: Digest,
        /// SHA-256 of the second one, where it took one.
        second: Option<Digest>,
        /// SHA-256 of the token.
        token: Digest,
        /// From when on it is worth nothing.
        expires_at: Timestamp,
    },
    /// The entry's person signed in with what they were given, once.
    CodeUsed {
        /// SHA-256 of the code.
        code: Digest,
        /// SHA-256 of the second one, where it took one.
        second: Option<Digest>,
    },
    /// The entry's person made a token for themselves; it stands for them where the operating system does not know them.
    TokenIssued {
        /// Whose: the entry's person.
        person: PersonId,
        /// SHA-256 of the token, which has 256 random bits and is kept nowhere.
        token: Digest,
        /// From when on it is worth nothing.
        expires_at: Timestamp,
        /// What the person calls it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// What it is good for; none: for everything that the person may do.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        scopes: Option<Vec<String>>,
    },
    /// One token was made worthless by its person.
    TokenRevoked {
        /// SHA-256 of the token.
        token: Digest,
    },
    /// Every token of the person was made worthless.
    TokensRevoked {
        /// Whose.
        person: PersonId,
    },
}
