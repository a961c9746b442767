//! `muniment disposal`: destroys records whose retention is over, after a review and two approvals.

use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;
use serde_json::json;

use super::exit::{CommandError, Ended, error};
use super::output::{Output, counted, minute, warn};
use super::start::Place;
use crate::access::Permission;
use crate::app::App;
use crate::chart::PersonId;
use crate::chart::facts::KeptBack;
use crate::disposal::{Outcome, json_key, pdf_key};
use crate::store::{DisposalRecordRow, DisposalRecordState, DisposalRow, DisposalState};

/// Destroys records whose retention is over: proposal, review, two approvals, a period of grace, a certificate.
///
/// It takes three administrators: nobody reviews or approves their own proposal, and nobody approves twice. A hold that is
/// placed at any time stops it before the next object. Reasons are kept in the ledger for good: name no patient.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    Propose(ProposeArgs),
    /// Lists the proposals, the newest first
    List,
    /// Shows a proposal with its records
    Show {
        /// Beginning of its id
        disposal: String,
    },
    /// Reviews somebody else's proposal; records may be kept back
    Review {
        /// Beginning of its id
        disposal: String,
        /// A record to keep after all, with the reason; may be given again
        #[arg(long, value_name = "RECORD=REASON")]
        keep: Vec<String>,
    },
    /// Approves somebody else's proposal that was reviewed; the second approval starts the period of grace
    Approve {
        /// Beginning of its id
        disposal: String,
    },
    /// Cancels a proposal of which nothing was destroyed yet
    Cancel {
        /// Beginning of its id
        disposal: String,
        /// Why
        #[arg(long)]
        reason: String,
    },
    CarryOut(CarryOutArgs),
}

/// Proposes to destroy records whose retention is over.
#[derive(Debug, clap::Args)]
struct ProposeArgs {
    /// Records, by the beginnings of their ids
    #[arg(required_unless_present = "eligible", conflicts_with = "eligible")]
    records: Vec<String>,
    /// Every record that may be destroyed today and is in no proposal
    #[arg(long)]
    eligible: bool,
    /// With --eligible: at most so many
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=4000))]
    most: u32,
    /// Why, without a word on a patient
    #[arg(long)]
    reason: String,
}

/// Destroys the records of an approved proposal whose period of grace is over, and issues the certificate.
///
/// Deletes every version of every object in the archive, what recognition had left, and what index and database knew.
/// Stopped or interrupted, the same command goes on. Certificates are kept in the archive, as JSON and as PDF.
#[derive(Debug, clap::Args)]
struct CarryOutArgs {
    /// Beginning of the proposal's id
    disposal: String,
}

/// A proposal, as it is printed.
#[derive(Serialize)]
struct Shown {
    id: String,
    state: &'static str,
    reason: String,
    proposed_by: String,
    proposed_at: Timestamp,
    reviewed_by: Option<String>,
    approved_by: Vec<String>,
    grace_days: u32,
    destroy_from: Option<Timestamp>,
    ended_at: Option<Timestamp>,
    ended_why: Option<String>,
    certificate: Option<String>,
    records: Vec<ShownRecord>,
}

#[derive(Serialize)]
struct ShownRecord {
    record: String,
    state: &'static str,
    last_day: String,
    policy: String,
    why: Option<String>,
    ended_at: Option<String>,
}

/// Runs the action.
pub async fn run(args: &Args, place: &Place<'_>, output: Output) -> Result<Ended, CommandError> {
    let app = place.open().await?;
    match &args.action {
        Action::Propose(propose) => run_propose(&app, propose, output).await,
        Action::List => run_list(&app, output).await,
        Action::Show { disposal } => {
            app.actor(Permission::ViewRetention, &[]).await?;
            print(&app, disposal, output).await
        }
        Action::Review { disposal, keep } => {
            let mut kept = Vec::new();
            for back in keep {
                let (record, reason) =
                    back.split_once('=').ok_or_else(|| error(format!("--keep {back}: give RECORD=REASON")))?;
                kept.push(KeptBack { record: app.record(record).await?.id, reason: reason.to_owned() });
            }
            app.review_disposal(&app.disposal_named(disposal).await?, kept).await?;
            print(&app, disposal, output).await
        }
        Action::Approve { disposal } => {
            app.approve_disposal(&app.disposal_named(disposal).await?).await?;
            print(&app, disposal, output).await
        }
        Action::Cancel { disposal, reason } => {
            app.cancel_disposal(&app.disposal_named(disposal).await?, reason).await?;
            print(&app, disposal, output).await
        }
        Action::CarryOut(carry_out) => run_carry_out(&app, &carry_out.disposal, output).await,
    }
}

async fn run_propose(app: &App, args: &ProposeArgs, output: Output) -> Result<Ended, CommandError> {
    let mut records = Vec::new();
    if args.eligible {
        records = app.eligible_records(args.most as usize).await?;
        if records.is_empty() {
            output.value(&json!({ "records": [] }), |_| "No record may be destroyed today.".into());
            return Ok(Ended::NeedsAttention);
        }
    }
    for record in &args.records {
        records.push(app.record(record).await?.id);
    }
    let id = app.propose_disposal(&args.reason, &records).await?;
    print(app, &id.to_string(), output).await
}

async fn run_list(app: &App, output: Output) -> Result<Ended, CommandError> {
    let mut shown = Vec::new();
    for row in app.list_disposals().await? {
        shown.push(show(app, row).await?);
    }
    let readiness = app.disposal_readiness().await?;
    if readiness.people < readiness.needed {
        warn(&format!(
            "muniment: destruction is disabled: it takes {} administrators, and there are {}",
            readiness.needed, readiness.people
        ));
    }
    output.value(&shown, |shown| {
        if shown.is_empty() {
            return "There are no proposals.".into();
        }
        let line =
            |one: &Shown| format!("{}  {:<9}  {:>5} records  {}", one.id, one.state, one.records.len(), one.reason);
        shown.iter().map(line).collect::<Vec<_>>().join("\n")
    });
    Ok(Ended::Well)
}

async fn run_carry_out(app: &App, disposal: &str, output: Output) -> Result<Ended, CommandError> {
    let row = app.disposal_named(disposal).await?;
    let done = app
        .carry_out_disposal(&row, |ready| {
            let said = match &ready.outcome {
                Outcome::Destroyed => "destroyed".to_owned(),
                Outcome::Stopped(why) => format!("stopped: {why}"),
                Outcome::Locked { until: Some(until) } => format!("locked in the archive until {until}"),
                Outcome::Locked { until: None } => "under a legal hold in the archive".to_owned(),
            };
            output.line(format!("{}  {said}", ready.record));
        })
        .await?;
    let count = |state: fn(&Outcome) -> bool| done.records.iter().filter(|ready| state(&ready.outcome)).count();
    let destroyed = count(|outcome| matches!(outcome, Outcome::Destroyed));
    let stopped = count(|outcome| matches!(outcome, Outcome::Stopped(_)));
    let locked = count(|outcome| matches!(outcome, Outcome::Locked { .. }));
    let certificate = done.issued.as_ref().map(|issued| issued.digest.to_string());
    let value = json!({ "disposal": row.id, "destroyed": destroyed, "stopped": stopped, "locked": locked,
        "certificate": certificate, "keys": done.issued.as_ref().map(|_| [json_key(row.id), pdf_key(row.id)]) });
    output.value(&value, |_| match &certificate {
        Some(digest) => format!(
            "{} destroyed, {stopped} stopped. The certificate {digest} is issued:\n  \
             muniment certificate fetch {} -o certificate.pdf",
            counted(destroyed, "record"),
            row.id
        ),
        None => format!(
            "{} destroyed, {stopped} stopped, {locked} still locked in the archive. Run this again when \
             their locks have ended; the certificate comes then.",
            counted(destroyed, "record")
        ),
    });
    Ok(if stopped + locked > 0 { Ended::NeedsAttention } else { Ended::Well })
}

async fn print(app: &App, disposal: &str, output: Output) -> Result<Ended, CommandError> {
    let shown = show(app, app.disposal_named(disposal).await?).await?;
    let zone = app.zone();
    output.value(&shown, |shown| describe(shown, &zone));
    Ok(Ended::Well)
}

async fn show(app: &App, row: DisposalRow) -> Result<Shown, CommandError> {
    let mut approved_by = Vec::new();
    for (person, _) in &row.approvals {
        approved_by.push(name(app, *person).await?);
    }
    let reviewed_by = match row.reviewed {
        Some((person, _)) => Some(name(app, person).await?),
        None => None,
    };
    let record = |row: DisposalRecordRow| ShownRecord {
        record: row.record.to_string(),
        state: row.state.name(),
        last_day: row.last_day.to_string(),
        policy: row.policy,
        why: row.why,
        ended_at: row.ended_at.map(|at| at.to_string()),
    };
    Ok(Shown {
        id: row.id.to_string(),
        state: row.state.name(),
        reason: row.reason,
        proposed_by: name(app, row.proposed.0).await?,
        proposed_at: row.proposed.1,
        reviewed_by,
        approved_by,
        grace_days: row.grace_days,
        destroy_from: row.destroy_from,
        ended_at: row.ended_at,
        ended_why: row.ended_why,
        certificate: row.certificate.map(|digest| digest.to_string()),
        records: app.store.disposal_records(row.id).await?.into_iter().map(record).collect(),
    })
}

async fn name(app: &App, person: PersonId) -> Result<String, CommandError> {
    Ok(app.store.person(person).await?.map_or_else(|| person.to_string(), |record| record.name))
}

fn describe(shown: &Shown, zone: &TimeZone) -> String {
    let mut text = format!("Proposal {}: {}\n", shown.id, shown.state);
    let _ = writeln!(text, "Reason: {}", shown.reason);
    let _ = writeln!(text, "Proposed by {} at {}", shown.proposed_by, minute(shown.proposed_at, zone));
    let next = match shown.state {
        state if state == DisposalState::Proposed.name() => {
            format!("Next: somebody else reviews it: muniment disposal review {}", shown.id)
        }
        state if state == DisposalState::Reviewed.name() => {
            format!("Next: two others approve it, each with: muniment disposal approve {}", shown.id)
        }
        state if state == DisposalState::Approved.name() => format!("Next: muniment disposal carry-out {}", shown.id),
        _ => String::new(),
    };
    if let Some(reviewer) = &shown.reviewed_by {
        let _ = writeln!(text, "Reviewed by {reviewer}");
    }
    if !shown.approved_by.is_empty() {
        let _ = writeln!(text, "Approved by {}", shown.approved_by.join(" and "));
    }
    if let Some(from) = shown.destroy_from {
        let _ = writeln!(text, "May be carried out from {} on", minute(from, zone));
    }
    if let (Some(at), Some(why)) = (shown.ended_at, &shown.ended_why) {
        let _ = writeln!(text, "Cancelled at {}: {why}", minute(at, zone));
    }
    if let Some(certificate) = &shown.certificate {
        let _ = writeln!(text, "Certificate {certificate}");
    }
    for record in &shown.records {
        let why = record.why.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
        let kept = DisposalRecordState::Proposed.name() == record.state;
        let state = if kept { "" } else { record.state };
        let _ =
            writeln!(text, "  {}  kept through {}  {}  {state}{why}", record.record, record.last_day, record.policy);
    }
    text + &next
}
