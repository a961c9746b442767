//! Rules under which the program accepts documents by itself: drafted, approved by a second person, withdrawn.

use serde::{Deserialize, Serialize};

use crate::chart::AutoAcceptRule;

/// Rules under which the program accepts documents by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RuleFact {
    /// A rule was drafted. It does nothing yet.
    Drafted {
        /// Its name, and the digest of its text.
        rule: AutoAcceptRule,
        /// The text, TOML.
        body: String,
        /// Why there is to be such a rule.
        reason: String,
    },
    /// A second person approved it: it is in force, and any other of its name no more.
    Approved {
        /// The rule.
        rule: AutoAcceptRule,
    },
    /// It is not in force any more, or will never be.
    Withdrawn {
        /// The rule.
        rule: AutoAcceptRule,
    },
}
