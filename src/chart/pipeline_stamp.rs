//! Which pipeline made a result.

use serde::{Deserialize, Serialize};

use super::Digest;

/// Name, revision and digest of the pipeline definition that made a result; carried by every result.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PipelineStamp {
    /// Name of the definition, for example `chart-standard`.
    pub name: String,
    /// Revision of the definition, counted up by its author.
    pub revision: u32,
    /// Digest of the definition's canonical form, so that an unannounced change is noticed.
    pub digest: Digest,
}
