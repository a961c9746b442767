//! `muniment retention`: the policy, what happened, how long records are kept, and why.

mod event;
mod forecast;
mod merge;
mod policy;
mod rules;

use std::fmt::Write as _;

use jiff::civil::Date;

use super::exit::{CommandError, Ended};
use super::output::{Output, counted};
use super::start::Place;
use crate::access::Permission;
use crate::app::locks::Verification;
use crate::chart::LastDay;
use crate::retention::{Decision, NOT_LEGAL_ADVICE, Plan};

/// Says how long records are kept, and why.
///
/// A policy is drafted by one person and approved by another. What lengthens a period counts at once; what shortens it
/// counts after a second person has confirmed it. Sources and reasons are kept in the ledger for good: name no patient in them.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Lists the rule sets there are, or shows one with its sources
    Rules(rules::Args),
    /// Drafts, approves, shows and withdraws versions of the policy
    Policy(policy::Args),
    /// Records, confirms and withdraws the events that periods run from
    Event(event::Args),
    /// Merges two patients who are one, or takes that back
    Merge(merge::Args),
    /// Confirms a correction that somebody else accepted: what it corrects no longer counts for retention
    Confirm {
        /// The record, by the beginning of its id
        record: String,
        /// The version that corrects it
        version: u32,
    },
    /// Keeps a record longer than the rules ask
    Keep {
        /// The record, by the beginning of its id
        record: String,
        /// Last day; without end when it is left out
        #[arg(long, value_name = "DAY")]
        until: Option<Date>,
        /// Why, without a word on a patient
        #[arg(long)]
        reason: String,
    },
    /// Says until when a record is kept, and why
    Explain {
        /// The record, by the beginning of its id
        record: String,
        /// Rehearses another day
        #[arg(long, value_name = "DAY")]
        as_of: Option<Date>,
    },
    /// Counts the records that become eligible for destruction, year by year
    Forecast(forecast::Args),
    /// Makes the store's locks follow policy and holds: extends what runs out, sets and takes away holds
    Locks,
    /// Compares policy, holds and the store's actual locks for every record, and lists each difference
    Verify,
}

/// Runs the action.
pub async fn run(args: &Args, place: &Place<'_>, output: Output) -> Result<Ended, CommandError> {
    let app = place.open().await?;
    match &args.action {
        Action::Rules(args) => rules::run(args, &app, output),
        Action::Policy(args) => policy::run(args, &app, output).await,
        Action::Event(args) => event::run(args, &app, output).await,
        Action::Merge(args) => merge::run(args, &app, output).await,
        Action::Confirm { record, version } => {
            let record = app.record(record).await?.id;
            app.confirm_correction(record, *version).await?;
            output.value(&serde_json::json!({ "record": record, "version": version, "confirmed": true }), |_| {
                format!("Version {version} of record {record} counts alone from now on.")
            });
            Ok(Ended::Well)
        }
        Action::Keep { record, until, reason } => {
            let record = app.record(record).await?.id;
            let until = until.map_or(LastDay::Indefinite, LastDay::On);
            app.grant_exception(record, until, reason).await?;
            output.value(&serde_json::json!({ "record": record, "until": until, "reason": reason }), |_| {
                format!("Record {record} is kept at least through: {until}.")
            });
            Ok(Ended::Well)
        }
        Action::Explain { record, as_of } => {
            let record = app.record(record).await?.id;
            let plan = app.explain(record, *as_of).await?;
            output.value(&plan, describe);
            Ok(if plan.computation.doubts.is_empty() { Ended::Well } else { Ended::NeedsAttention })
        }
        Action::Forecast(args) => forecast::run(args, &app, output).await,
        Action::Locks => {
            app.actor(Permission::PlaceHold, &[]).await?;
            app.match_known_holds().await?;
            output.value(&app.align_locks(None).await?, |done| {
                format!(
                    "{}: {} extended, {} held, {} released from hold",
                    counted(done.records, "record"),
                    counted(done.extended, "lock"),
                    counted(done.held, "version"),
                    done.released
                )
            });
            Ok(Ended::Well)
        }
        Action::Verify => {
            let found = app.verify_retention().await?;
            output.value(&found, compared);
            Ok(if found.differences.is_empty() { Ended::Well } else { Ended::NeedsAttention })
        }
    }
}

/// Says what a comparison found.
fn compared(found: &Verification) -> String {
    let mut text =
        format!("{} with {} compared: ", counted(found.records, "record"), counted(found.versions, "version"));
    text.push_str(&match found.differences.len() {
        0 => "policy, holds and locks agree.".to_owned(),
        count => format!("{}. `muniment retention locks` mends what can be mended.", counted(count, "difference")),
    });
    for difference in &found.differences {
        // Writing into a String cannot fail.
        let _ = write!(text, "\n  {difference}");
    }
    if !found.enforced_by_the_store {
        text.push_str("\nThe archive is a local folder: only the program keeps these locks, not the store.");
    }
    text
}

/// Says what a plan says.
fn describe(plan: &Plan) -> String {
    let computation = &plan.computation;
    let decision = match plan.decision {
        Decision::Keep => "keep".to_owned(),
        Decision::Eligible { since } => format!("eligible for destruction since {since}"),
    };
    let mut text = format!("Record {} on {}: {decision}\n", plan.record, computation.on);
    // Writing into a String cannot fail.
    for reason in &plan.reasons {
        let _ = writeln!(text, "  because: {reason}");
    }
    let _ = writeln!(text, "Last day: {} ({})", computation.last_day, computation.zone);
    text.push_str("From:\n");
    for input in &computation.inputs {
        let _ = writeln!(text, "  {:<20} {}  ({})", input.name, input.value, input.source);
    }
    text.push_str("Why:\n");
    for sentence in &computation.explanation {
        let _ = writeln!(text, "  {sentence}");
    }
    text.push_str(NOT_LEGAL_ADVICE);
    text
}
