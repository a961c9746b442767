//! `muniment accept`: a document becomes a record, and waits for its deposit.

use jiff::civil::Date;

use super::exit::{CommandError, Ended, error};
use super::output::{Output, minute};
use super::start::Place;
use crate::app::App;
use crate::app::review::{Accepted, Labels, PatientSaid};
use crate::chart::{BirthDate, DocumentType, Encounter, Label, RecordClass};

/// Accepts a document as a patient's record.
///
/// The deposit in the archive waits until the time to undo is over, and for a second person's approval where one is due.
#[derive(clap::Args)]
pub struct Args {
    /// Id of the document, or its beginning
    document: String,
    #[command(flatten)]
    patient: PatientArgs,
    /// Type of the document, for example discharge-summary; `muniment labels types` lists them
    #[arg(long = "type", value_name = "TYPE")]
    kind: DocumentType,
    /// Class that retention goes by [default: that of the type]
    #[arg(long, value_name = "CLASS")]
    class: Option<RecordClass>,
    /// A label, for example cardiology; may be given again
    #[arg(long = "label", value_name = "LABEL")]
    labels: Vec<Label>,
    /// Days in care that it belongs to: FROM..TO, FROM.. while it goes on, or one day; may be given again
    #[arg(long = "encounter", value_name = "FROM..TO", value_parser = encounter)]
    encounters: Vec<Encounter>,
    /// A remark for other staff
    #[arg(long)]
    note: Option<String>,
}

/// Whom a document is about.
#[derive(clap::Args)]
pub struct PatientArgs {
    /// The patient's record number
    #[arg(long, value_name = "NUMBER")]
    patient: String,
    /// Who gave out the number [default: this facility]
    #[arg(long, default_value = "", hide_default_value = true)]
    authority: String,
    /// The patient's name as the chart files it
    #[arg(long)]
    name: Option<String>,
    /// The patient's birth date: 1950-06-01, or 1950-06 or 1950 where no more is known
    #[arg(long, value_name = "DATE")]
    born: Option<BirthDate>,
}

impl PatientArgs {
    /// Returns what was said.
    pub fn said(&self) -> PatientSaid {
        PatientSaid {
            number: self.patient.clone(),
            authority: self.authority.clone(),
            name: self.name.clone(),
            born: self.born,
        }
    }
}

// What was typed is patient data: a debug print of the command must not show it.
impl std::fmt::Debug for Args {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Args").field("document", &self.document).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for PatientArgs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PatientArgs").finish_non_exhaustive()
    }
}

/// Accepts it.
pub async fn run(args: &Args, place: &Place<'_>, output: Output) -> Result<Ended, CommandError> {
    let app = place.open().await?;
    let document = app.document(&args.document).await?;
    let labels = Labels {
        patient: args.patient.said(),
        kind: args.kind.clone(),
        class: args.class.clone(),
        labels: args.labels.clone(),
        encounters: args.encounters.clone(),
        note: args.note.clone(),
    };
    let accepted = app.accept(&document, &labels).await?;
    print(&accepted, &app, output);
    Ok(Ended::Well)
}

/// Says what became of an acceptance.
pub fn print(accepted: &Accepted, app: &App, output: Output) {
    let value = serde_json::json!({
        "record": accepted.record,
        "version": accepted.version,
        "final_at": accepted.final_at,
        "second_review": accepted.second_review,
        "birth_date_in_part": accepted.birth_date_in_part,
    });
    output.value(&value, |_| {
        let mut text = format!("Record {} version {}.\n", accepted.record, accepted.version);
        text.push_str(&if accepted.final_at > app.clock.now() {
            format!("  It can be undone until {}; then it is archived", minute(accepted.final_at, &app.zone()))
        } else {
            "  It cannot be undone; it is archived with the next deposit".to_owned()
        });
        text.push_str(if accepted.second_review { ", once a second person has approved it.\n" } else { ".\n" });
        if accepted.birth_date_in_part {
            text.push_str("  The birth date is not known to the day: retention takes the latest possible one.\n");
        }
        text
    });
}

/// Reads `FROM..TO`, `FROM..` or one day.
pub fn encounter(text: &str) -> Result<Encounter, CommandError> {
    let day = |text: &str| -> Result<Date, CommandError> {
        text.parse().map_err(|_| error("days are written 2024-03-15, an encounter 2024-03-01..2024-03-15"))
    };
    match text.split_once("..") {
        Some((from, "")) => Ok(Encounter { from: day(from)?, to: None }),
        Some((from, to)) => Ok(Encounter { from: day(from)?, to: Some(day(to)?) }),
        None => Ok(Encounter { from: day(text)?, to: Some(day(text)?) }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encounters_have_a_first_and_a_last_day() {
        let read = |text: &str| encounter(text).map(|read| (read.from.to_string(), read.to.map(|day| day.to_string())));
        assert_eq!(read("2024-03-01..2024-03-15").unwrap(), ("2024-03-01".into(), Some("2024-03-15".into())));
        assert_eq!(read("2024-03-01..").unwrap(), ("2024-03-01".into(), None));
        assert_eq!(read("2024-03-01").unwrap(), ("2024-03-01".into(), Some("2024-03-01".into())));
        assert!(read("yesterday").is_err() && read("..2024-03-01").is_err());
    }
}
