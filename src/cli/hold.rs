//! `muniment hold`: records that a case forbids to destroy.

use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

use super::exit::{CommandError, Ended, error};
use super::output::{Output, counted, warn};
use super::private::Private;
use super::start::Place;
use crate::access::Permission;
use crate::app::App;
use crate::app::holds::{HoldSaid, ScopeSaid};
use crate::chart::{HoldId, HoldScope, PersonId, RecordId};
use crate::store::HoldRow;

/// Forbids to destroy records that a case needs.
///
/// A hold covers what its scope finds today and what comes later. It is placed by one person and released by two.
/// Matter and reason are kept in the ledger for good: give the case's number, never a person's name.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Places a hold: what it covers is not destroyed until two people have released it
    #[command(
        override_usage = "muniment hold place [OPTIONS] --matter <MATTER> --reason <REASON> --custodian <CUSTODIAN> \
         <SCOPE>\n       SCOPE: --patient, --from with --to, --record, or --query"
    )]
    Place(Box<PlaceArgs>),
    /// Lists the holds that are in force
    List {
        /// Lists those that are released too
        #[arg(long)]
        released: bool,
    },
    /// Shows a hold with its members
    Show {
        /// Matter of the hold, or the beginning of its id
        hold: String,
    },
    /// Adds the records that came since to the holds that cover them
    Match,
    /// Gives a hold by search its query back after a rebuild: the ledger has its digest only
    Query {
        /// Matter of the hold, or the beginning of its id
        hold: String,
        /// The query, letter by letter as the hold was placed
        query: Private,
    },
    /// Proposes the release of a hold; a second person confirms it
    Release {
        /// Matter of the hold, or the beginning of its id
        hold: String,
        /// Why it may be released
        #[arg(long, required_unless_present_any = ["confirm", "decline"], conflicts_with_all = ["confirm", "decline"])]
        reason: Option<String>,
        /// Confirms the release that somebody else proposed
        #[arg(long, conflicts_with = "decline")]
        confirm: bool,
        /// Declines the release that is proposed, or takes it back
        #[arg(long)]
        decline: bool,
    },
}

#[derive(Debug, clap::Args)]
#[command(group(clap::ArgGroup::new("scope").required(true).args(["patient", "from", "records", "query"])))]
struct PlaceArgs {
    /// The case, by its number
    #[arg(long)]
    matter: String,
    /// Why, without a word on a patient
    #[arg(long)]
    reason: String,
    /// Who answers for it
    #[arg(long)]
    custodian: String,
    /// Every record of this patient, by id or record number
    #[arg(long)]
    patient: Option<Private>,
    /// Every record with an event from this day on, and every record without any date
    #[arg(long, value_name = "DAY", requires = "to")]
    from: Option<Date>,
    /// Last day of that range
    #[arg(long, value_name = "DAY", requires = "from")]
    to: Option<Date>,
    /// A record, by the beginning of its id; may be given again
    #[arg(long = "record", value_name = "RECORD")]
    records: Vec<String>,
    /// Every record that this query finds, as `muniment search` understands it
    #[arg(long)]
    query: Option<Private>,
}

#[derive(Serialize)]
struct Shown {
    id: HoldId,
    matter: String,
    reason: String,
    custodian: String,
    scope: HoldScope,
    placed_by: PersonId,
    placed_at: Timestamp,
    release_proposed_by: Option<PersonId>,
    release_reason: Option<String>,
    released_by: Option<PersonId>,
    released_at: Option<Timestamp>,
    members: Vec<RecordId>,
}

/// Does it.
pub async fn run(args: &Args, place: &Place<'_>, output: Output) -> Result<Ended, CommandError> {
    let app = place.open().await?;
    match &args.action {
        Action::Place(args) => return place_hold(args, &app, output).await,
        Action::List { released } => {
            app.actor(Permission::ViewRetention, &[]).await?;
            let holds: Vec<Shown> = app.store.holds(*released).await?.into_iter().map(shown).collect();
            output.value(&holds, |holds| match holds.is_empty() {
                true => "There are no holds.".to_owned(),
                false => holds.iter().map(line).collect::<Vec<_>>().join("\n"),
            });
        }
        Action::Show { hold } => {
            app.actor(Permission::ViewRetention, &[]).await?;
            output.value(&shown(app.hold_named(hold).await?), describe);
        }
        Action::Match => {
            app.actor(Permission::PlaceHold, &[]).await?;
            let matched = app.match_known_holds().await?;
            app.align_locks(None).await?;
            output.value(&matched, |matched| {
                let mut text = String::new();
                for (hold, count) in &matched.added {
                    // Writing into a String cannot fail.
                    let _ = writeln!(text, "Hold {hold}: {count} more records");
                }
                for hold in &matched.without_query {
                    let _ = writeln!(
                        text,
                        "Hold {hold}: its query is not here, so that it misses what came since. Give it again: \
                         muniment hold query {hold} QUERY"
                    );
                }
                if text.is_empty() { "Every hold has what it covers.".to_owned() } else { text }
            });
            return Ok(if matched.without_query.is_empty() { Ended::Well } else { Ended::NeedsAttention });
        }
        Action::Query { hold, query } => {
            let hold = app.hold_named(hold).await?.hold;
            app.give_hold_query(&hold, query.reveal()).await?;
            output.value(&serde_json::json!({ "hold": hold.id }), |_| {
                format!("Hold {} has its query back. Run muniment hold match.", hold.id)
            });
        }
        Action::Release { hold, reason, confirm, .. } => {
            let row = app.hold_named(hold).await?;
            match reason {
                Some(reason) => app.propose_release(row.hold.id, reason).await?,
                None => app.decide_release(&row, *confirm).await?,
            }
            // The store follows at once, and at the latest with the next `muniment retention locks`.
            let members: Vec<RecordId> = row.hold.members.iter().copied().collect();
            app.align_locks(Some(&members)).await?;
            let words = match (reason, confirm) {
                (Some(_), _) => {
                    "Proposed. It holds until a second person confirms: muniment hold release HOLD --confirm"
                }
                (None, true) => "Released. What no other hold covers follows the policy again.",
                (None, false) => "Declined: the hold stays.",
            };
            output.value(&shown(app.hold_named(&row.hold.id.to_string()).await?), |_| words.to_owned());
        }
    }
    Ok(Ended::Well)
}

async fn place_hold(args: &PlaceArgs, app: &App, output: Output) -> Result<Ended, CommandError> {
    let scope = match (&args.patient, args.from.zip(args.to), &args.query) {
        (Some(patient), _, _) => ScopeSaid::Plain(HoldScope::Patient(app.patient_named(patient.reveal()).await?)),
        (_, Some((from, to)), _) if to < from => return Err(error("the range ends before it begins")),
        (_, Some((from, to)), _) => ScopeSaid::Plain(HoldScope::Dates { from, to }),
        (_, _, Some(query)) => ScopeSaid::Query(query.reveal().to_owned()),
        _ => {
            let mut records = std::collections::BTreeSet::new();
            for record in &args.records {
                records.insert(app.record(record).await?.id);
            }
            ScopeSaid::Plain(HoldScope::Records(records))
        }
    };
    let said = HoldSaid { matter: args.matter.clone(), reason: args.reason.clone(), custodian: args.custodian.clone() };
    let (hold, matches) = app.place_hold(said, scope).await?;
    for (record, gone) in app.gone_before_hold(&matches.records).await? {
        warn(&format!(
            "muniment: record {record} was being destroyed: {gone} of its objects were gone before the hold; the rest stays"
        ));
    }
    let members: Vec<RecordId> = matches.records.iter().copied().collect();
    app.align_locks(Some(&members)).await?;
    let (records, unreadable) = (matches.records.len(), matches.unreadable_pages);
    let value = serde_json::json!({ "hold": hold, "records": &matches.records, "unreadable_pages": unreadable });
    output.value(&value, |_| {
        let mut text = format!("Hold {hold} covers {} today, and what comes later.", counted(records, "record"));
        if unreadable > 0 {
            // Writing into a String cannot fail.
            let _ = write!(
                text,
                "\n{} without reliable text: what stands there, no search can know. \
                 Place a hold by patient or by days as well.",
                counted(unreadable, "page")
            );
        }
        text
    });
    Ok(if unreadable > 0 { Ended::NeedsAttention } else { Ended::Well })
}

fn shown(row: HoldRow) -> Shown {
    let HoldRow { hold, reason, custodian, placed_by, placed_at, release_proposed, released } = row;
    let (release_proposed_by, release_reason) = release_proposed.unzip();
    let (released_by, released_at) = released.unzip();
    Shown {
        id: hold.id,
        matter: hold.matter,
        reason,
        custodian,
        scope: hold.scope,
        placed_by,
        placed_at,
        release_proposed_by,
        release_reason,
        released_by,
        released_at,
        members: hold.members.into_iter().collect(),
    }
}

fn line(hold: &Shown) -> String {
    let state = match (hold.released_at, hold.release_proposed_by) {
        (Some(at), _) => format!(", released {at}"),
        (None, Some(_)) => ", release proposed".to_owned(),
        (None, None) => String::new(),
    };
    let members = counted(hold.members.len(), "record");
    format!("{}  {}: {members}, custodian {}{state}", hold.id, hold.matter, hold.custodian)
}

fn describe(hold: &Shown) -> String {
    let scope = match &hold.scope {
        HoldScope::Patient(patient) => format!("every record of patient {patient}"),
        HoldScope::Dates { from, to } => format!("every record of {from} to {to}, and every record without a date"),
        HoldScope::Records(records) => format!("{} named records", records.len()),
        HoldScope::Query { .. } => "what its search finds".to_owned(),
    };
    let mut text = format!("{}\n  covers {scope}\n  {}\n", line(hold), hold.reason);
    for record in &hold.members {
        // Writing into a String cannot fail.
        let _ = writeln!(text, "  record {record}");
    }
    text
}
