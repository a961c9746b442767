//! `muniment correct`: a further version of a record in the archive.

use super::accept::{self, encounter};
use super::exit::{CommandError, Ended, error};
use super::output::Output;
use super::start::Place;
use crate::app::correction::Changes;
use crate::app::review::PatientSaid;
use crate::chart::{BirthDate, CorrectionReason, DocumentType, Encounter, Label, QuarterTurns, RecordClass};

/// Makes a further version of a record, for a recorded reason. What was archived before stays as it is.
///
/// A technician's correction waits for a reviewer. After wrong-patient and misfiled-pages the version before is "entered in
/// error": only auditors see it.
#[derive(clap::Args)]
pub struct Args {
    /// Id of the record, or its beginning
    record: String,
    /// Why
    #[arg(long, value_enum)]
    reason: Reason,
    /// Type of the document
    #[arg(long = "type", value_name = "TYPE")]
    kind: Option<DocumentType>,
    /// Class that retention goes by
    #[arg(long, value_name = "CLASS")]
    class: Option<RecordClass>,
    /// A label in the place of all that there are; may be given again
    #[arg(long = "label", value_name = "LABEL")]
    labels: Vec<Label>,
    /// Takes every label away
    #[arg(long, conflicts_with = "labels")]
    no_labels: bool,
    /// Days in care in the place of all that there are: FROM..TO; may be given again
    #[arg(long = "encounter", value_name = "FROM..TO", value_parser = encounter)]
    encounters: Vec<Encounter>,
    /// Record number: another one is another patient
    #[arg(long, value_name = "NUMBER")]
    patient: Option<String>,
    /// Who gave out the number [default: this facility]
    #[arg(long, default_value = "", hide_default_value = true, requires = "patient")]
    authority: String,
    /// The patient's name
    #[arg(long, requires = "patient")]
    name: Option<String>,
    /// The patient's birth date
    #[arg(long, value_name = "DATE", requires = "patient")]
    born: Option<BirthDate>,
    /// Pages to hide, for example 2,5
    #[arg(long, value_name = "PAGES", value_delimiter = ',')]
    hide: Vec<u32>,
    /// Pages to show again
    #[arg(long, value_name = "PAGES", value_delimiter = ',')]
    show: Vec<u32>,
    /// A page and its clockwise turn in degrees, for example 3:90; may be given again
    #[arg(long, value_name = "PAGE:TURN", value_parser = turn)]
    turn: Vec<(u32, QuarterTurns)>,
    /// Pages that belong to another record
    #[arg(long, value_name = "PAGES", value_delimiter = ',', requires = "to")]
    move_pages: Vec<u32>,
    /// The record that they belong to
    #[arg(long, value_name = "RECORD", requires = "move_pages")]
    to: Option<String>,
    /// Takes the correction back instead, as long as it is not final
    #[arg(long, conflicts_with_all = ["move_pages", "patient"])]
    undo: bool,
    /// A remark for other staff
    #[arg(long)]
    note: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Reason {
    /// Type, class, labels or encounters were wrong
    Labels,
    /// The patient's name or birth date was wrong; the patient was the right one
    PatientParticulars,
    /// The record was filed with the wrong patient
    WrongPatient,
    /// Pages of another record were among its pages
    MisfiledPages,
    /// Pages were turned, hidden or shown wrongly
    View,
}

impl From<Reason> for CorrectionReason {
    fn from(reason: Reason) -> Self {
        match reason {
            Reason::Labels => Self::Labels,
            Reason::PatientParticulars => Self::PatientParticulars,
            Reason::WrongPatient => Self::WrongPatient,
            Reason::MisfiledPages => Self::MisfiledPages,
            Reason::View => Self::View,
        }
    }
}

// What was typed may be patient data: a debug print of the command must not show it.
impl std::fmt::Debug for Args {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Args").field("record", &self.record).field("reason", &self.reason).finish_non_exhaustive()
    }
}

/// Accepts the correction.
pub async fn run(args: &Args, place: &Place<'_>, output: Output) -> Result<Ended, CommandError> {
    let app = place.open().await?;
    let record = app.record(&args.record).await?;
    let note = args.note.as_deref();
    if args.undo {
        app.undo_correction(&record).await?;
        output.value(&serde_json::json!({ "record": record.id, "undone": true }), |_| {
            format!("The correction of record {} is taken back.", record.id)
        });
        return Ok(Ended::Well);
    }
    if let Some(to) = &args.to {
        if args.reason != Reason::MisfiledPages {
            return Err(error("pages are moved with --reason misfiled-pages"));
        }
        let right = app.record(to).await?;
        let [right, wrong] = app.move_pages(&record, &args.move_pages, &right, note).await?;
        let value = serde_json::json!({
            "right": { "record": right.record, "version": right.version },
            "wrong": { "record": wrong.record, "version": wrong.version },
            "final_at": right.final_at,
            "second_review": right.second_review,
        });
        output.value(&value, |_| {
            format!(
                "Record {} gets the pages as version {}; then record {} version {} goes without them.",
                right.record, right.version, wrong.record, wrong.version
            )
        });
        return Ok(Ended::Well);
    }
    let labels = if args.no_labels { Some(Vec::new()) } else { given(&args.labels) };
    let changes = Changes {
        kind: args.kind.clone(),
        class: args.class.clone(),
        labels,
        encounters: given(&args.encounters),
        patient: args.patient.as_ref().map(|number| PatientSaid {
            number: number.clone(),
            authority: args.authority.clone(),
            name: args.name.clone(),
            born: args.born,
        }),
        hide: args.hide.clone(),
        show: args.show.clone(),
        turn: args.turn.clone(),
    };
    let accepted = app.correct(&record, args.reason.into(), note, &changes).await?;
    accept::print(&accepted, &app, output);
    Ok(Ended::Well)
}

/// Returns a list that was given; nothing given changes nothing.
fn given<T: Clone>(values: &[T]) -> Option<Vec<T>> {
    (!values.is_empty()).then(|| values.to_vec())
}

fn turn(text: &str) -> Result<(u32, QuarterTurns), CommandError> {
    let read = text
        .split_once(':')
        .and_then(|(page, degrees)| Some((page.parse().ok()?, QuarterTurns::from_degrees(degrees.parse().ok()?)?)));
    read.ok_or_else(|| error("a turn is written PAGE:DEGREES, for example 3:90; degrees are 0, 90, 180 or 270"))
}
