//! Holds: placed, extended to further records, released.

use serde::{Deserialize, Serialize};

/// Holds: placed, extended to further records, released.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HoldFact {}
