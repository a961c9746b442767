//! How long a record is kept, and why: rule sets, policies, the last day of a record, what holds it, what may be done.
//!
//! Everything here is pure: facts and a day go in, dates and reasons in words come out. [`compute()`] finds the last day on
//! which a record must be kept; [`plan()`] says whether it is kept or may be proposed for destruction. Three principles
//! decide every doubtful case:
//!
//! - **The longest and the strictest win**, over all rules, encounters, merged patients and versions of the policy that bind.
//! - **What lengthens counts at once; what shortens counts after approval**: a correction of an event stands beside what
//!   it corrects until a second person confirms it, and an older policy binds until two people have approved that a newer
//!   one keeps shorter.
//! - **What is not known is never guessed in favour of destruction**: no trigger means no end; a doubt means a review.
//!
//! Nothing here is legal advice, and [`NOT_LEGAL_ADVICE`] says so wherever a date is shown.

mod compute;
mod doubt;
mod forecast;
mod hold_scope;
mod lock_check;
mod period;
mod plan;
mod policy;
mod record_facts;
mod rule_date;
mod rule_set;
mod shelf;
mod violation;

#[cfg(test)]
mod edge_cases;
#[cfg(test)]
mod fixture;
#[cfg(test)]
mod golden;
#[cfg(test)]
mod properties;

pub use compute::{Computation, Input, Notice, compute};
pub use doubt::Doubt;
pub use forecast::{Forecast, YearCount, forecast};
pub use hold_scope::{Coverage, coverage, holds_of};
pub use lock_check::{
    ActualLock, Difference, ExpectedLock, Mismatch, compare, expected_lock, first_end, look_again, renewal,
};
pub use period::{LeapDay, Period, birthday};
pub use plan::{Decision, Plan, Reason, plan};
pub use policy::{Policy, PolicyVersion, binding, in_force};
pub use record_facts::{Exception, RecordFacts, Today};
pub use rule_set::{Action, Combine, Knowledge, MinorRule, Rule, RuleSet, ShorterAfter};
pub use shelf::{load, names};
pub use violation::{RuleSetError, Violation};

/// What is said wherever a date is shown.
pub const NOT_LEGAL_ADVICE: &str = "Computed from the site's approved policy; not legal advice.";
