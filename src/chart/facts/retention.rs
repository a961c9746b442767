//! Retention: policies and their approval, trigger events, merges of patients.

use serde::{Deserialize, Serialize};

/// Retention: policies and their approval, trigger events, merges of patients.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RetentionFact {}
