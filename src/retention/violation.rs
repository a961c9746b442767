//! What is wrong with a rule set or a policy, with file, key and what to write instead.

use std::fmt;

/// One value that breaks a rule of the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Where.
    pub key: String,
    /// What is wrong, and what to write.
    pub text: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.key, self.text)
    }
}

/// Why a rule set cannot be used.
#[derive(Debug, Clone, thiserror::Error)]
pub enum RuleSetError {
    /// No TOML, an unknown key, or a value of the wrong form.
    #[error("{origin}: {cause}")]
    Form {
        /// The file.
        origin: String,
        /// Line, key, and what was expected.
        cause: String,
    },
    /// Values that break rules.
    #[error("{origin}:{}", listed(.violations))]
    Invalid {
        /// The file.
        origin: String,
        /// Every violation.
        violations: Vec<Violation>,
    },
    /// The file cannot be read.
    #[error("the rule set {origin} cannot be read: {cause}")]
    Unreadable {
        /// The file.
        origin: String,
        /// Why.
        cause: String,
    },
    /// There is none of that name.
    #[error("there is no rule set {name:?}; there are {}", .known.join(", "))]
    Unknown {
        /// What was asked for.
        name: String,
        /// What there is.
        known: Vec<String>,
    },
}

fn listed(violations: &[Violation]) -> String {
    violations.iter().map(|violation| format!("\n  {violation}")).collect()
}
