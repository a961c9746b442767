//! People: who may do what, since when.

use serde::{Deserialize, Serialize};

/// People: who may do what, since when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PeopleFact {}
