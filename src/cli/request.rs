//! `muniment request`: somebody asks for records, somebody else answers.

use std::fs::File;
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use serde_json::{Value, json};

use super::exit::{CommandError, Ended, error};
use super::output::{Output, counted};
use super::private::Private;
use super::start::Place;
use crate::app::App;
use crate::app::requests::{
    Known, PatientSaid, Recipient, ReleaseFormat, RequestSaid, RequestSeen, RequestedRecord, scope_said,
};
use crate::chart::{BirthDate, InScope, RefusalReason, RequestAuthority, RequestPurpose, RequestScope};

/// Requests for records: asked for by one person, answered by another within thirty days.
///
/// The answer can be put off once, by thirty days. What is given out is a package with a manifest, whose digest the ledger
/// keeps; who receives it stands in the database and the archive, never in the ledger.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Lists the requests that wait for an answer, the most urgent first
    List {
        /// Lists those that were answered or withdrawn instead
        #[arg(long)]
        closed: bool,
    },
    /// Shows a request, and which records it asks for where you may answer it
    Show {
        /// Id of the request, or its beginning
        request: String,
    },
    Open(Box<OpenArgs>),
    /// Gives a request to a technician to answer
    Assign {
        /// Id of the request, or its beginning
        request: String,
        /// Login, name or id of the person
        person: String,
    },
    /// Puts the answer off by thirty days, once: whoever asked was told so in writing today
    Extend {
        /// Id of the request, or its beginning
        request: String,
        /// Why, without a word on a patient
        #[arg(long)]
        reason: String,
    },
    Release(ReleaseArgs),
    /// Refuses a request, for a reason that is recorded
    Refuse {
        /// Id of the request, or its beginning
        request: String,
        /// The kind of reason: not-authorised, not-identified, no-records, excepted or endangers
        #[arg(long)]
        reason: RefusalReason,
        /// The same in words, without a word on a patient
        #[arg(long)]
        note: String,
    },
    /// Withdraws a request that you made
    Withdraw {
        /// Id of the request, or its beginning
        request: String,
    },
}

/// Asks for records of a patient: for everything, or for one encounter, for days, or for records.
#[derive(Debug, clap::Args)]
#[command(
    override_usage = "muniment request open [OPTIONS] --patient <PATIENT> --recipient <RECIPIENT> <GROUND>\n       \
                      GROUND: --purpose and --authority"
)]
struct OpenArgs {
    /// The patient, by id or record number
    #[arg(long)]
    patient: Private,
    /// Their birth date, which whoever may not see them has to know
    #[arg(long, value_name = "DATE")]
    born: Option<Private>,
    /// First day of the encounter whose records are asked for
    #[arg(long, value_name = "DAY", conflicts_with_all = ["from", "to", "records"])]
    encounter: Option<Date>,
    /// First of the days whose encounters are asked for
    #[arg(long, value_name = "DAY", requires = "to", conflicts_with = "records")]
    from: Option<Date>,
    /// Last of those days
    #[arg(long, value_name = "DAY", requires = "from")]
    to: Option<Date>,
    /// A record, by the beginning of its id; may be given again
    #[arg(long = "record", value_name = "RECORD")]
    records: Vec<String>,
    /// What for: treatment, payment, operations, personal, public-health, oversight, judicial, law-enforcement, research,
    /// workers-compensation, coroner or other
    #[arg(long)]
    purpose: RequestPurpose,
    /// What it rests on: patient, authorization, care, court-order, subpoena, law or waiver
    #[arg(long)]
    authority: RequestAuthority,
    /// What that is in particular, such as the number of an order
    #[arg(long, default_value = "", hide_default_value = true)]
    reference: Private,
    /// Who receives the records
    #[arg(long)]
    recipient: Private,
    /// Their address
    #[arg(long, default_value = "", hide_default_value = true)]
    address: Private,
    /// The day on which the request came [default: today]
    #[arg(long, value_name = "DAY")]
    received: Option<Date>,
}

/// Gives out records as a ZIP archive with a manifest, and records that.
#[derive(Debug, clap::Args)]
struct ReleaseArgs {
    /// Id of the request, or its beginning
    request: String,
    /// A record to give out, by the beginning of its id; may be given again [default: those that are plainly asked for]
    #[arg(long = "record", value_name = "RECORD")]
    records: Vec<String>,
    /// The original bytes in the place of searchable PDF/A
    #[arg(long)]
    original: bool,
    /// File to write, which must not exist [default: the request's id with .zip]
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Does it.
pub async fn run(args: &Args, place: &Place<'_>, output: Output) -> Result<Ended, CommandError> {
    let app = place.open().await?;
    match &args.action {
        Action::List { closed } => return list(&app, *closed, output).await,
        Action::Show { request } => {
            let seen = app.see_request(app.request_named(request).await?).await?;
            let records = if seen.may_answer { app.requested_records(seen.row.id).await? } else { Vec::new() };
            let mut value = shown(&seen);
            if let Value::Object(members) = &mut value {
                members.insert("records".into(), records.iter().map(listed).collect());
            }
            output.value(&value, |_| describe(&seen, &records));
        }
        Action::Open(args) => open(args, &app, output).await?,
        Action::Assign { request, person } => {
            let (id, person) = (app.request_named(request).await?, app.person_named(person).await?);
            app.assign_request(id, person.id).await?;
            told(&app, id, output).await?;
        }
        Action::Extend { request, reason } => {
            let id = app.request_named(request).await?;
            app.extend_request(id, reason).await?;
            told(&app, id, output).await?;
        }
        Action::Release(args) => release(args, &app, output).await?,
        Action::Refuse { request, reason, note } => {
            let id = app.request_named(request).await?;
            app.refuse_request(id, *reason, note).await?;
            told(&app, id, output).await?;
        }
        Action::Withdraw { request } => {
            let id = app.request_named(request).await?;
            app.withdraw_request(id).await?;
            told(&app, id, output).await?;
        }
    }
    Ok(Ended::Well)
}

async fn list(app: &App, closed: bool, output: Output) -> Result<Ended, CommandError> {
    let mut all: Vec<RequestSeen> = Vec::new();
    loop {
        let mut part = app.requests(closed, all.last().map(|seen| seen.row.id), 200).await?;
        if part.is_empty() {
            break;
        }
        all.append(&mut part);
    }
    let late = all.iter().any(|seen| seen.overdue);
    let value: Vec<Value> = all.iter().map(shown).collect();
    output.value(&value, |_| match all.is_empty() {
        true => "There are no such requests.".to_owned(),
        false => all.iter().map(line).collect::<Vec<_>>().join("\n"),
    });
    Ok(if late { Ended::NeedsAttention } else { Ended::Well })
}

async fn open(args: &OpenArgs, app: &App, output: Output) -> Result<(), CommandError> {
    let patient = match &args.born {
        Some(born) => {
            let born: BirthDate = born.reveal().parse()?;
            PatientSaid::Identifiers { number: args.patient.reveal().to_owned(), born }
        }
        None => PatientSaid::Id(app.patient_named(args.patient.reveal()).await?),
    };
    let mut records = std::collections::BTreeSet::new();
    for record in &args.records {
        records.insert(app.record(record).await?.id);
    }
    let text = |private: &Private| private.reveal().to_owned();
    let said = RequestSaid {
        patient,
        scope: scope_said(args.encounter, (args.from, args.to), records)?,
        purpose: args.purpose,
        authority: args.authority,
        received: args.received,
        recipient: Recipient {
            name: text(&args.recipient),
            address: text(&args.address),
            reference: text(&args.reference),
        },
    };
    let id = app.request_records(said).await?;
    let seen = app.see_request(id).await?;
    output.value(&shown(&seen), |_| format!("Request {id} waits for its answer, which is due on {}.", seen.row.due));
    Ok(())
}

async fn release(args: &ReleaseArgs, app: &App, output: Output) -> Result<(), CommandError> {
    let id = app.request_named(&args.request).await?;
    let mut records = Vec::new();
    for record in &args.records {
        records.push(app.record(record).await?.id);
    }
    let path = args.output.clone().unwrap_or_else(|| format!("{id}.zip").into());
    let format = if args.original { ReleaseFormat::Original } else { ReleaseFormat::Pdf };
    // The place is taken first: what was recorded as given out must not fail for want of one.
    let mut file = create(&path)?;
    let released = app.release(id, &records, format).await.inspect_err(|_| {
        // Nothing was written to it; the error that is told is the other one.
        let _ = std::fs::remove_file(&path);
    })?;
    std::io::copy(&mut &released.file, &mut file)?;
    file.sync_all()?;
    let value = json!({
        "request": id,
        "file": &path,
        "manifest": released.manifest,
        "records": released.records.iter().map(|released| released.record).collect::<Vec<_>>(),
    });
    output.value(&value, |_| {
        let records = counted(released.records.len(), "record");
        format!("Wrote {records} to {}. SHA-256 of the manifest: {}", path.display(), released.manifest)
    });
    Ok(())
}

fn create(path: &Path) -> Result<File, CommandError> {
    use std::os::unix::fs::OpenOptionsExt as _;
    // It is a patient's: nobody else's to read.
    let file = File::options().write(true).create_new(true).mode(0o600).open(path);
    file.map_err(|cause| error(format!("{} cannot be written: {cause}; name another file", path.display())))
}

async fn told(app: &App, id: crate::chart::RequestId, output: Output) -> Result<(), CommandError> {
    let seen = app.see_request(id).await?;
    output.value(&shown(&seen), |_| line(&seen));
    Ok(())
}

fn shown(seen: &RequestSeen) -> Value {
    let row = &seen.row;
    let recipient = match &seen.recipient {
        Known::AsRecorded(known) => {
            json!({ "name": known.name, "address": known.address, "reference": known.reference })
        }
        Known::Lost => json!({ "missing": "lost" }),
        Known::Altered => json!({ "missing": "altered" }),
    };
    let release = |release: &crate::store::ReleaseRow| {
        let records: Vec<_> = release.records.iter().map(|(released, _)| released.record).collect();
        json!({ "entry": release.sequence, "by": release.released_by, "at": release.released_at,
            "format": release.format, "manifest": release.manifest, "records": records })
    };
    json!({
        "id": row.id, "patient": row.patient, "scope": row.scope, "purpose": row.purpose, "authority": row.authority,
        "recipient": recipient, "state": row.state.name(), "received": row.received, "due": row.due,
        "overdue": seen.overdue, "opened_by": row.opened_by, "assigned_to": row.assigned_to,
        "extended": row.extended.as_ref().map(|(on, by, reason)| json!({ "on": on, "by": by, "reason": reason })),
        "closed": row.closed.map(|(by, at)| json!({ "by": by, "at": at })),
        "refusal": row.refusal.as_ref().map(|(reason, note)| json!({ "reason": reason, "note": note })),
        "releases": seen.releases.iter().map(release).collect::<Vec<_>>(),
    })
}

fn listed(requested: &RequestedRecord) -> Value {
    let record = &requested.record;
    json!({ "record": record.id, "kind": record.kind, "encounters": record.encounters, "in_scope": judged(requested) })
}

const fn judged(requested: &RequestedRecord) -> &'static str {
    match requested.in_scope {
        InScope::Yes => "yes",
        InScope::Unclear => "unclear",
        InScope::No => "no",
    }
}

fn line(seen: &RequestSeen) -> String {
    let row = &seen.row;
    let late = if seen.overdue { "OVERDUE, " } else { "" };
    let when = match row.closed {
        Some(_) => String::new(),
        None => format!(", {late}due {}", row.due),
    };
    let (purpose, authority) = (row.purpose.name(), row.authority.name());
    format!("{}  {}: {purpose} on {authority}{when}", row.id, row.state.name())
}

fn describe(seen: &RequestSeen, records: &[RequestedRecord]) -> String {
    let scope = match &seen.row.scope {
        RequestScope::Everything => "every record".to_owned(),
        RequestScope::Encounter { from } => format!("the encounter of {from}"),
        RequestScope::Dates { from, to } => format!("encounters of {from} to {to}"),
        RequestScope::Records(records) => counted(records.len(), "named record"),
    };
    let recipient = match &seen.recipient {
        Known::AsRecorded(known) => format!("for {}\n  {}", known.name, known.address),
        Known::Lost => "the recipient is not here: restore it from a backup".to_owned(),
        Known::Altered => "THE RECIPIENT IS NOT WHAT WAS RECORDED: somebody changed the database".to_owned(),
    };
    let mut lines = vec![line(seen), format!("  asks for {scope} of patient {}", seen.row.patient)];
    lines.push(format!("  {recipient}"));
    if let Some((on, _, reason)) = &seen.row.extended {
        lines.push(format!("  put off on {on}: {reason}"));
    }
    if let Some((reason, note)) = &seen.row.refusal {
        lines.push(format!("  {}: {note}", reason.name()));
    }
    for release in &seen.releases {
        let records = counted(release.records.len(), "record");
        lines.push(format!("  {records} given out at {}, manifest {}", release.released_at, release.manifest));
    }
    for requested in records {
        let (record, kind) = (requested.record.id, &requested.record.kind);
        lines.push(format!("  record {record} {kind}: in scope: {}", judged(requested)));
    }
    lines.join("\n")
}
