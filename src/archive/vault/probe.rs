//! What a location really enforces, found out with throw-away objects: servers accept headers and ignore them.

use serde::Serialize;

use super::VaultKind;

/// Who sees to it that a rule is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "by", content = "why")]
pub enum Enforcement {
    /// The store refused what it must refuse.
    Store,
    /// The store does not; the program does.
    Program(String),
    /// Nobody does.
    Nobody(String),
    /// It could not be found out.
    Unknown(String),
}

impl Enforcement {
    /// Says whether the store itself enforces the rule.
    pub const fn is_by_store(&self) -> bool {
        matches!(self, Self::Store)
    }
}

/// What a location really enforces.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Probe {
    /// What the location is.
    pub kind: VaultKind,
    /// Where it is, for people.
    pub location: String,
    /// Whether overwriting keeps what was there.
    pub versioning: Enforcement,
    /// Whether a locked version cannot be deleted.
    pub lock: Enforcement,
    /// Whether locks in governance mode stand against these credentials.
    pub bypass: Enforcement,
    /// Whether a held version cannot be deleted.
    pub hold: Enforcement,
    /// Whether a second create of the same key is refused.
    pub conditional_put: Enforcement,
    /// Whether bytes that do not match their announced MD5 are refused.
    pub checksum: Enforcement,
    /// Whether bytes that do not match their announced SHA-256 are refused.
    pub sha256: Enforcement,
    /// How far the store's clock is from the program's, in seconds; positive when it is ahead.
    pub clock_difference: i64,
}

impl Probe {
    /// Returns each rule with who sees to it, for people.
    pub fn findings(&self) -> [(&'static str, &Enforcement); 7] {
        [
            ("versions are kept", &self.versioning),
            ("locked versions stay", &self.lock),
            ("governance locks stay", &self.bypass),
            ("held versions stay", &self.hold),
            ("a key is created once", &self.conditional_put),
            ("MD5 is checked", &self.checksum),
            ("SHA-256 is checked", &self.sha256),
        ]
    }
}
