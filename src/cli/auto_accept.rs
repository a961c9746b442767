//! `muniment auto-accept`: rules under which the program accepts documents by itself.

use std::path::PathBuf;

use jiff::Timestamp;
use serde::Serialize;

use super::exit::{CommandError, Ended};
use super::output::Output;
use super::start::Place;
use crate::access::Permission;
use crate::chart::PersonId;
use crate::store::AcceptanceRuleRow;

/// Accepts documents under named rules, such as the reports of a laboratory whose file names say whom they are about.
///
/// A rule is a TOML file that one administrator drafts and another approves. It accepts only what leaves no doubt: the patient
/// is known, two identifiers stand on every page, every page was read well. Everything else is left to a person, and what it
/// accepts can be undone, reviewed and sampled like what a person accepted.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Lists every rule with what became of it
    List,
    /// Shows the text of a rule
    Show {
        /// Name of the rule, or NAME@DIGEST
        rule: String,
    },
    /// Drafts a rule; a second person approves it
    Draft {
        /// File of the rule
        file: PathBuf,
        /// Why there is to be such a rule
        #[arg(long)]
        reason: String,
    },
    /// Approves a rule of somebody else: it comes into force
    Approve {
        /// Name of the rule, or NAME@DIGEST
        rule: String,
    },
    /// Ends a rule: nothing is accepted under it any more
    Withdraw {
        /// Name of the rule, or NAME@DIGEST
        rule: String,
    },
    /// Accepts what the rules in force are about and nothing stands against
    Run {
        /// Says what would be accepted, and accepts nothing
        #[arg(long)]
        dry_run: bool,
    },
}

#[derive(Serialize)]
struct Line {
    rule: String,
    state: &'static str,
    reason: String,
    author: PersonId,
    drafted_at: Timestamp,
    approver: Option<PersonId>,
    approved_at: Option<Timestamp>,
    ended_at: Option<Timestamp>,
}

/// Does it.
pub async fn run(args: &Args, place: &Place<'_>, output: Output) -> Result<Ended, CommandError> {
    let app = place.open().await?;
    match &args.action {
        Action::List => {
            let rules: Vec<Line> = app.store.acceptance_rules().await?.into_iter().map(line).collect();
            output.value(&rules, |rules| match rules.is_empty() {
                true => "There are no rules: people accept every document.".to_owned(),
                false => rules.iter().map(text).collect::<Vec<_>>().join("\n"),
            });
        }
        Action::Show { rule } => {
            let row = app.acceptance_rule(rule).await?;
            let body = row.body.clone();
            let rule = line(row);
            output.value(&serde_json::json!({ "rule": rule, "text": body }), |_| format!("{}\n\n{body}", text(&rule)));
        }
        Action::Draft { file, reason } => {
            let rule = app.draft_acceptance_rule(file, reason).await?;
            output.value(&serde_json::json!({ "rule": rule.to_string() }), |_| {
                format!("Drafted {rule}. Another administrator approves it with `muniment auto-accept approve`.")
            });
        }
        Action::Approve { rule } => {
            let row = app.acceptance_rule(rule).await?;
            app.approve_acceptance_rule(&row).await?;
            output.value(&line(app.acceptance_rule(&row.rule.to_string()).await?), text);
        }
        Action::Withdraw { rule } => {
            let row = app.acceptance_rule(rule).await?;
            app.withdraw_acceptance_rule(&row).await?;
            output.value(&line(app.acceptance_rule(&row.rule.to_string()).await?), text);
        }
        Action::Run { dry_run } => {
            app.actor(Permission::Label, &[]).await?;
            let considered = app.auto_accept(*dry_run).await?;
            let clear = considered.iter().filter(|one| one.doubts.is_empty()).count();
            let left = considered.len() - clear;
            output.value(&considered, |considered| {
                let verb = if *dry_run { "would be accepted" } else { "accepted" };
                let mut lines = vec![format!("{clear} {verb}, {left} left to a person.")];
                for one in considered.iter().filter(|one| !one.doubts.is_empty()) {
                    let doubts: Vec<String> = one.doubts.iter().map(|doubt| doubt.to_string()).collect();
                    lines.push(format!("  {}  {}", one.document, doubts.join(", ")));
                }
                lines.join("\n")
            });
        }
    }
    Ok(Ended::Well)
}

fn line(row: AcceptanceRuleRow) -> Line {
    let state = match (row.approved.is_some(), row.ended_at.is_some()) {
        (true, false) => "in force",
        (true, true) => "ended",
        (false, false) => "draft",
        (false, true) => "withdrawn",
    };
    let (approver, approved_at) = row.approved.unzip();
    Line {
        rule: row.rule.to_string(),
        state,
        reason: row.reason,
        author: row.author,
        drafted_at: row.drafted_at,
        approver,
        approved_at,
        ended_at: row.ended_at,
    }
}

fn text(line: &Line) -> String {
    format!("{}  {}: {}", line.rule, line.state, line.reason)
}
