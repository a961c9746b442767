//! Which records a hold covers.

use crate::chart::{Hold, HoldScope};

use super::record_facts::RecordFacts;

/// Whether a hold's scope covers a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coverage {
    /// It does.
    Covered,
    /// It does not.
    NotCovered,
    /// Only the search can tell: ask it with the hold's query.
    AskSearch,
}

/// Says whether a scope covers a record, whenever the record came.
pub fn coverage(scope: &HoldScope, facts: &RecordFacts) -> Coverage {
    let covered = match scope {
        HoldScope::Patient(patient) => facts.patients.contains(patient),
        HoldScope::Records(records) => records.contains(&facts.record),
        HoldScope::Dates { from, to } => {
            // A record without any date may be of any day.
            facts.events.is_empty() || facts.events.iter().any(|event| (*from..=*to).contains(&event.date))
        }
        HoldScope::Query { .. } => return Coverage::AskSearch,
    };
    if covered { Coverage::Covered } else { Coverage::NotCovered }
}

/// Returns the holds that forbid to destroy a record: those that have it as a member, and those whose scope covers it.
pub fn holds_of<'a>(facts: &RecordFacts, holds: &'a [Hold]) -> Vec<&'a Hold> {
    let holds_it = |hold: &&Hold| {
        !hold.released && (hold.members.contains(&facts.record) || coverage(&hold.scope, facts) == Coverage::Covered)
    };
    holds.iter().filter(holds_it).collect()
}
