//! Roles of people. What each may do is data of `access`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The role of a person. One person may have several; conflicts are looked for per person, not per role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Scans, labels and verifies.
    Technician,
    /// Reviews the work of others.
    Reviewer,
    /// Runs policies, holds, disposal, people.
    Administrator,
    /// Asks for charts: a clinician, a department, a patient's representative.
    Requester,
    /// Reads the audit log and whatever a case needs.
    Auditor,
    /// Runs the machines; sees no chart.
    ItSupport,
}

/// A text that names no role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a role is technician, reviewer, administrator, requester, auditor or it-support")]
pub struct RoleParseError;

impl Role {
    /// Every role.
    pub const ALL: [Self; 6] =
        [Self::Technician, Self::Reviewer, Self::Administrator, Self::Requester, Self::Auditor, Self::ItSupport];

    /// Returns the name as it is stored and printed.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Technician => "technician",
            Self::Reviewer => "reviewer",
            Self::Administrator => "administrator",
            Self::Requester => "requester",
            Self::Auditor => "auditor",
            Self::ItSupport => "it-support",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Role {
    type Err = RoleParseError;

    fn from_str(name: &str) -> Result<Self, RoleParseError> {
        Self::ALL.into_iter().find(|role| role.name() == name).ok_or(RoleParseError)
    }
}
