//! `muniment retention policy`: versions of the policy, from the draft to what binds on a day.

use std::fmt::Write as _;

use jiff::civil::Date;
use serde::Serialize;

use super::rules;
use crate::access::Permission;
use crate::app::App;
use crate::chart::PersonId;
use crate::cli::exit::{CommandError, Ended, error};
use crate::cli::output::Output;
use crate::retention::{LeapDay, Policy, in_force};
use crate::store::PolicyRow;

/// What to do with the policy.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Lists every version
    List,
    /// Shows the version in force, that of another day, or one by its number
    Show {
        /// Day to show the version of
        #[arg(long, value_name = "DAY", conflicts_with = "version")]
        on: Option<Date>,
        /// Number of the version
        #[arg(long, value_name = "N")]
        version: Option<u32>,
    },
    /// Drafts the next version out of rule sets; a second person approves it
    Draft {
        /// Rule sets, separated by commas; where several are for a record, the longest wins
        #[arg(long, value_name = "NAMES", required = true, value_delimiter = ',')]
        rules: Vec<String>,
        /// First day on which it is to be in force
        #[arg(long, value_name = "DAY")]
        effective: Date,
        /// Why it is made
        #[arg(long)]
        reason: String,
        /// What it is called
        #[arg(long, default_value = "Retention of patient records")]
        title: String,
        /// What an anniversary of 29 February is in other years
        #[arg(long, value_enum, default_value_t = Anniversary::March1)]
        leap_day: Anniversary,
    },
    /// Approves a draft of somebody else
    Approve {
        /// Number of the version
        version: u32,
    },
    /// Approves that the version in force keeps records shorter than those before it; counts once two people have
    Shorten {
        /// Number of the version
        version: u32,
        /// What was reviewed
        #[arg(long)]
        review: String,
    },
    /// Gives up a draft; an approved version stays for good
    Withdraw {
        /// Number of the version
        version: u32,
    },
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Anniversary {
    /// The day after
    #[value(name = "march-1")]
    March1,
    /// The day before
    #[value(name = "february-28")]
    February28,
}

#[derive(Serialize)]
struct Line {
    version: u32,
    state: &'static str,
    title: String,
    rule_sets: Vec<String>,
    effective_from: Date,
    in_force_from: Option<Date>,
    author: PersonId,
    approver: Option<PersonId>,
    shortening_approvers: Vec<PersonId>,
    may_shorten_from: Option<Date>,
    reason: String,
}

/// Does it.
pub async fn run(args: &Args, app: &App, output: Output) -> Result<Ended, CommandError> {
    match &args.action {
        Action::List => {
            app.actor(Permission::ViewRetention, &[]).await?;
            let lines = lines(app).await?;
            output.value(&lines, |lines| match lines.is_empty() {
                true => {
                    "There is no policy yet: nothing may be destroyed. Begin with muniment retention rules".to_owned()
                }
                false => lines.iter().map(line).collect::<Vec<_>>().join("\n"),
            });
        }
        Action::Show { on, version } => return show(app, *on, *version, output).await,
        Action::Draft { rules, effective, reason, title, leap_day } => {
            let leap_day = match leap_day {
                Anniversary::March1 => LeapDay::March1,
                Anniversary::February28 => LeapDay::February28,
            };
            let version = app.draft_policy(title, rules, leap_day, *effective, reason).await?;
            output.value(&serde_json::json!({ "version": version }), |_| {
                format!("Drafted version {version}. A second person puts it into force: muniment retention policy approve {version}")
            });
        }
        Action::Approve { version } => {
            let from = app.approve_policy(*version).await?;
            output.value(&serde_json::json!({ "version": version, "in_force_from": from }), |_| {
                let from = from.map_or_else(String::new, |from| format!("; in force from {from}"));
                format!("Approved version {version}{from}. What it keeps longer is kept longer from then on.")
            });
        }
        Action::Shorten { version, review } => {
            let approvers = app.approve_shortening(*version, review).await?;
            output.value(&serde_json::json!({ "version": version, "approvers": &approvers }), |_| {
                match approvers.len() {
                    1 => format!(
                        "One of two approvals that version {version} keeps shorter; the versions before it still bind."
                    ),
                    _ => format!("Two people have approved it: version {version} binds alone."),
                }
            });
        }
        Action::Withdraw { version } => {
            app.withdraw_policy(*version).await?;
            output.value(&serde_json::json!({ "version": version, "withdrawn": true }), |_| {
                format!("Gave up the draft of version {version}.")
            });
        }
    }
    Ok(Ended::Well)
}

async fn show(app: &App, on: Option<Date>, version: Option<u32>, output: Output) -> Result<Ended, CommandError> {
    app.actor(Permission::ViewRetention, &[]).await?;
    let day = app.today(on).date;
    let number = match version {
        Some(version) => version,
        None => match in_force(&app.policy_versions().await?, day) {
            Some(version) => version.number,
            None => {
                return Err(error(format!(
                    "no policy is in force on {day}; `muniment retention policy list` shows drafts"
                )));
            }
        },
    };
    let policy = Policy::parse(&app.policy_row(number).await?.policy)?;
    let found = lines(app).await?.into_iter().find(|line| line.version == number);
    output.value(&serde_json::json!({ "day": day, "version": found, "policy": &policy }), |_| {
        let mut text = found.as_ref().map(line).unwrap_or_default();
        for set in &policy.rule_sets {
            // Writing into a String cannot fail.
            let _ = write!(text, "\n\n{}", rules::describe(set));
        }
        text
    });
    Ok(Ended::Well)
}

/// Describes every version as of today.
async fn lines(app: &App) -> Result<Vec<Line>, CommandError> {
    let today = app.today(None).date;
    let current = in_force(&app.policy_versions().await?, today).map(|version| version.number);
    let mut lines = Vec::new();
    for row in app.store.policies().await? {
        let policy = Policy::parse(&row.policy)?;
        let state = state(&row, current, today);
        lines.push(Line {
            version: row.version,
            state,
            title: policy.title,
            rule_sets: policy.rule_sets.into_iter().map(|set| set.name).collect(),
            effective_from: row.effective_from,
            in_force_from: row.in_force_from(),
            author: row.author,
            approver: row.approver,
            shortening_approvers: row.shortening_approvers,
            may_shorten_from: row.may_shorten_from,
            reason: row.reason,
        });
    }
    Ok(lines)
}

fn state(row: &PolicyRow, current: Option<u32>, today: Date) -> &'static str {
    match row.in_force_from() {
        None if row.withdrawn_at.is_some() => "withdrawn",
        None => "draft",
        Some(from) if from > today => "approved",
        Some(_) if current == Some(row.version) => "in force",
        Some(_) => "superseded",
    }
}

fn line(line: &Line) -> String {
    let from = line.in_force_from.unwrap_or(line.effective_from);
    let mut text = format!(
        "Version {}, {} (from {from}): {}, of {}",
        line.version,
        line.state,
        line.title,
        line.rule_sets.join(", ")
    );
    if line.shortening_approvers.len() == 1 {
        text.push_str("\n  one of two approvals that it keeps shorter");
    }
    // Writing into a String cannot fail.
    let _ = write!(text, "\n  {}", line.reason);
    text
}
