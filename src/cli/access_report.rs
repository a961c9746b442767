//! `muniment audit access`: who read what.

use std::fs::File;
use std::io::BufWriter;
use std::path::PathBuf;

use jiff::civil::Date;
use serde_json::{Value, json};

use super::exit::{CommandError, Ended, error};
use super::output::{Output, counted, minute};
use super::private::Private;
use crate::app::App;
use crate::app::access_report::AccessAsked;
use crate::store::{AccessPlace, AccessRow};

/// Most accesses that are listed at once.
const MOST: u32 = 1000;

/// Lists who read what, the newest first: a chart, a record, a document, or everything that a person read.
///
/// Only auditors and administrators may ask, and that they did is noted too. Conditions narrow each other.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The chart of this patient, by id or record number
    #[arg(long)]
    patient: Option<Private>,
    /// This record, by the beginning of its id
    #[arg(long)]
    record: Option<String>,
    /// This document, by the beginning of its id
    #[arg(long)]
    document: Option<String>,
    /// What this person read: login, name or id
    #[arg(long)]
    person: Option<String>,
    /// From this day on
    #[arg(long, value_name = "DAY")]
    from: Option<Date>,
    /// To the end of this day
    #[arg(long, value_name = "DAY")]
    to: Option<Date>,
    /// Accesses that are listed at most
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST)))]
    limit: u32,
    /// Goes on after the access of this id, the last of the list before
    #[arg(long, value_name = "ID", value_parser = place)]
    after: Option<AccessPlace>,
    /// Writes all of them to this file as CSV, which must not exist
    #[arg(long, value_name = "FILE", conflicts_with_all = ["limit", "after"])]
    csv: Option<PathBuf>,
}

/// Lists them.
pub async fn run(app: &App, args: &Args, output: Output) -> Result<Ended, CommandError> {
    let mut asked = AccessAsked { from: args.from, to: args.to, ..AccessAsked::default() };
    if let Some(patient) = &args.patient {
        asked.patient = Some(app.patient_named(patient.reveal()).await?);
    }
    if let Some(record) = &args.record {
        asked.record = Some(app.record(record).await?.id);
    }
    if let Some(document) = &args.document {
        asked.document = Some(app.document(document).await?.id);
    }
    if let Some(person) = &args.person {
        asked.person = Some(app.person_named(person).await?.id);
    }
    if let Some(path) = &args.csv {
        let cannot = |cause| error(format!("{} cannot be written: {cause}; name another file", path.display()));
        let mut out = BufWriter::new(File::create_new(path).map_err(cannot)?);
        let count = app.write_access_report(&asked, &mut out).await?;
        let value = json!({ "accesses": count, "file": path });
        output.value(&value, |_| format!("Wrote {} to {}.", counted(count, "line"), path.display()));
        app.ship_at_the_end().await;
        return Ok(Ended::Well);
    }
    let rows = app.access_report(&asked, args.after, args.limit).await?;
    let next = (rows.len() >= args.limit as usize).then(|| rows.last().map(|row| row.place.to_string())).flatten();
    let value = json!({ "items": rows.iter().map(shown).collect::<Vec<_>>(), "next": next });
    output.value(&value, |_| {
        let mut lines: Vec<String> = rows.iter().map(|row| line(app, row)).collect();
        if rows.is_empty() {
            lines.push("Nobody.".to_owned());
        }
        lines.extend(next.as_ref().map(|next| format!("There may be more: --after {next}")));
        lines.join("\n")
    });
    app.ship_at_the_end().await;
    Ok(Ended::Well)
}

fn place(text: &str) -> Result<AccessPlace, String> {
    text.parse().map_err(|()| "an id such as 4711.0, as an earlier list gave it".to_owned())
}

fn shown(row: &AccessRow) -> Value {
    json!({
        "id": row.place.to_string(), "at": row.at, "person": row.person, "name": row.name, "action": row.action,
        "patient": row.patient, "record": row.record, "document": row.document, "page": row.page,
    })
}

fn line(app: &App, row: &AccessRow) -> String {
    let what = match (row.document, row.page, row.record, row.patient) {
        (Some(document), Some(page), ..) => format!("page {page} of document {document}"),
        (Some(document), None, ..) => format!("document {document}"),
        (None, _, Some(record), _) => format!("record {record}"),
        (None, _, None, Some(patient)) => format!("patient {patient}"),
        (None, _, None, None) => "everything that they may see".to_owned(),
    };
    format!("{}  {}  {}: {what}", minute(row.at, &app.zone()), row.name, row.action)
}
