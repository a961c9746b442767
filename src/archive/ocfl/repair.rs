//! Repair: what is damaged or missing is brought back from a replica, where that is sound.

use std::collections::BTreeSet;

use serde::Serialize;

use super::error::OcflError;
use super::problem::{Problem, ProblemKind};
use super::root::Root;
use super::validate::{Depth, Validated};
use crate::archive::{Body, Lock};

/// What became of the problems of a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Repaired {
    /// Keys that have the right bytes again.
    pub healed: Vec<String>,
    /// The record as it is now.
    pub now: Validated,
    /// Why something could not be brought back.
    pub failures: Vec<String>,
}

impl Root {
    /// Brings back what a validation found wrong with a record: from `replica`, where that has the file and the whole of it
    /// is sound, and what an interrupted deposit left out by itself. The record is validated once more afterwards.
    ///
    /// # Errors
    /// A location cannot be listed.
    pub async fn repair(
        &self,
        found: &Validated,
        replica: Option<&Self>,
        lock: Option<&Lock>,
    ) -> Result<Repaired, OcflError> {
        let mut failures = Vec::new();
        let damaged: BTreeSet<&str> =
            found.problems.iter().filter(|problem| is_damage(problem)).map(|problem| problem.key.as_str()).collect();
        match replica {
            Some(replica) if !damaged.is_empty() => {
                let theirs = replica.validate(found.record, Depth::Digests).await?;
                let unsound: BTreeSet<&str> = theirs.problems.iter().map(|problem| problem.key.as_str()).collect();
                for key in &damaged {
                    if theirs.versions == 0 || unsound.contains(key) {
                        failures.push(format!("{key}: the replica has no sound copy"));
                    } else if let Err(cause) = self.bring_back(replica, key, lock).await {
                        failures.push(format!("{key}: {cause}"));
                    }
                }
            }
            None if !damaged.is_empty() => failures.push("no replica is configured".to_owned()),
            _ => {}
        }
        if found.problems.iter().any(|problem| problem.kind == ProblemKind::RootBehind)
            && let Err(cause) = self.mend(found.record, lock).await
        {
            failures.push(cause.to_string());
        }
        let now = self.validate(found.record, Depth::Digests).await?;
        let still: BTreeSet<&str> = now.problems.iter().map(|problem| problem.key.as_str()).collect();
        let healed = found.problems.iter().map(|problem| problem.key.clone());
        let healed: BTreeSet<String> = healed.filter(|key| !still.contains(key.as_str())).collect();
        Ok(Repaired { healed: healed.into_iter().collect(), now, failures })
    }

    async fn bring_back(&self, replica: &Self, key: &str, lock: Option<&Lock>) -> Result<(), OcflError> {
        let (file, _) = replica.spooled(key).await?;
        Ok(self.vault().heal(key, Body::File(&file), lock).await?)
    }
}

/// Says whether a problem is one that another copy can mend.
fn is_damage(problem: &Problem) -> bool {
    matches!(
        problem.kind,
        ProblemKind::MissingFile
            | ProblemKind::WrongDigest
            | ProblemKind::Unreadable
            | ProblemKind::WrongText
            | ProblemKind::BadInventory
            | ProblemKind::BadSidecar
    )
}
