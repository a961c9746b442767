//! `muniment retention event`: what happened, that periods run from.

use std::fmt::Write as _;

use jiff::civil::Date;
use serde::Serialize;

use crate::app::App;
use crate::app::retention::EventSaid;
use crate::chart::{EventId, EventSubject, PersonId, TriggerEvent, TriggerKind, Withdrawal};
use crate::cli::exit::{CommandError, Ended, error};
use crate::cli::output::Output;
use crate::cli::private::Private;

/// What to do with events.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Lists the events that were recorded about a record and its patient
    List {
        /// The record, by the beginning of its id
        record: String,
    },
    /// Records what happened to a record, or to every record of a patient
    Add {
        /// The record, by the beginning of its id
        #[arg(required_unless_present = "patient", conflicts_with = "patient")]
        record: Option<String>,
        /// The patient, by id or record number
        #[arg(long)]
        patient: Option<Private>,
        /// What: discharge, encounter, examination, further-examination, report, death, employment-end, exposure, late-filing
        #[arg(long)]
        kind: TriggerKind,
        /// When, as a day at the facility
        #[arg(long, value_name = "DAY")]
        date: Date,
        /// Where it is known from, for example "admissions register"; never a patient's name
        #[arg(long)]
        source: String,
        /// The event that it corrects; both count until a second person confirms
        #[arg(long, value_name = "EVENT")]
        corrects: Option<EventId>,
    },
    /// Confirms what somebody else recorded, corrected or withdrew
    Confirm {
        /// Id of the event
        event: EventId,
    },
    /// Says that an event did not happen; it counts until a second person confirms that
    Withdraw {
        /// Id of the event
        event: EventId,
        /// Why
        #[arg(long)]
        reason: String,
    },
}

#[derive(Serialize)]
struct Line {
    #[serde(flatten)]
    event: TriggerEvent,
    recorder: Option<PersonId>,
}

/// Does it.
pub async fn run(args: &Args, app: &App, output: Output) -> Result<Ended, CommandError> {
    match &args.action {
        Action::List { record } => {
            let record = app.record(record).await?.id;
            let events = app.events_of(record).await?.into_iter();
            let lines: Vec<Line> = events.map(|row| Line { event: row.event, recorder: row.recorder }).collect();
            output.value(&lines, |lines| describe(lines));
        }
        Action::Add { record, patient, kind, date, source, corrects } => {
            let subject = match (record, patient) {
                (Some(record), None) => EventSubject::Record(app.record(record).await?.id),
                (None, Some(patient)) => EventSubject::Patient(app.patient_named(patient.reveal()).await?),
                _ => return Err(error("name a record, or a patient with --patient")),
            };
            let said = EventSaid { subject, kind: *kind, date: *date, source: source.clone(), corrects: *corrects };
            let event = app.record_event(said).await?;
            output.value(&serde_json::json!({ "event": event }), |_| match corrects {
                None => format!("Recorded event {event}."),
                Some(_) => format!(
                    "Recorded event {event}. What it corrects counts as well until a second person confirms: \
                     muniment retention event confirm {event}"
                ),
            });
        }
        Action::Confirm { event } => {
            app.confirm_event(*event).await?;
            output.value(&serde_json::json!({ "event": event, "confirmed": true }), |_| {
                format!("Confirmed event {event}.")
            });
        }
        Action::Withdraw { event, reason } => {
            app.withdraw_event(*event, reason).await?;
            output.value(&serde_json::json!({ "event": event, "withdrawn": true }), |_| {
                format!(
                    "Event {event} counts until a second person confirms that it did not happen: \
                     muniment retention event confirm {event}"
                )
            });
        }
    }
    Ok(Ended::Well)
}

fn describe(lines: &[Line]) -> String {
    if lines.is_empty() {
        return "No event is recorded; the ends of the record's own encounters count all the same.".to_owned();
    }
    let mut text = String::new();
    for Line { event, .. } in lines {
        let state = match (event.withdrawal, event.confirmed) {
            (Withdrawal::Confirmed, _) => ", withdrawn",
            (Withdrawal::Proposed, _) => ", withdrawal waits for a second person",
            (Withdrawal::None, true) => ", confirmed",
            (Withdrawal::None, false) => "",
        };
        let whose = match event.subject {
            EventSubject::Record(_) => "record",
            EventSubject::Patient(_) => "patient",
        };
        let corrects = event.supersedes.map(|id| format!(", corrects {id}")).unwrap_or_default();
        // Writing into a String cannot fail.
        let _ = writeln!(
            text,
            "{}  {} {:<20} of the {whose} ({}){corrects}{state}",
            event.id,
            event.date,
            event.kind.as_str(),
            event.source
        );
    }
    text
}
