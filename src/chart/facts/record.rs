//! Records: accepted, rejected, deposited, corrected, entered in error.

use serde::{Deserialize, Serialize};

/// Records: accepted, rejected, deposited, corrected, entered in error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RecordFact {}
