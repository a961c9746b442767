//! Destruction: proposal, review, approvals, what was removed, the certificate.

use serde::{Deserialize, Serialize};

/// Destruction: proposal, review, approvals, what was removed, the certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DisposalFact {}
