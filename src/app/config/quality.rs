//! How what was accepted is sampled.

use serde::Deserialize;

use crate::quality::Plan;

/// How lots are sampled.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QualityConfig {
    /// Whether documents wait for the release of their lot, and how much of it is checked.
    #[serde(deserialize_with = "plan")]
    pub lots: Plan,
    /// Until so many of a person's documents in a row were without a defect, all of them are checked.
    pub new_staff_documents: u32,
}

fn plan<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Plan, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map_err(|cause| serde::de::Error::custom(format!("quality.lots = {text:?}: {cause}")))
}
