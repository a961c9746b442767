//! `muniment box`: boxes of paper, where they are, and who moved them.

use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::exit::{CommandError, Ended};
use super::output::{Output, minute};
use super::start::Place;
use crate::app::App;
use crate::chart::{BatchId, BoxLabel, CustodyStep, PersonId};
use crate::store::{BoxMove, BoxRow};

/// Keeps track of boxes of paper: where each is, and who took it there.
///
/// A box is known by its label, such as BX-0004. The label and the places are kept in the ledger for good: they name shelves
/// and rooms, never a patient.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Makes a box known that came in
    Add {
        /// Label of the box, such as BX-0004; never a patient's name
        label: BoxLabel,
        /// Where it is, such as "receiving room"
        #[arg(long = "at", value_name = "PLACE")]
        place: String,
    },
    /// Records that you took a box elsewhere
    Move {
        /// Label of the box
        label: BoxLabel,
        /// What for: received (again), to-preparation, to-scanning, to-shelf or returned
        step: CustodyStep,
        /// Where it is now
        #[arg(long = "at", value_name = "PLACE")]
        place: String,
    },
    /// Shows a box with every move and the batches that were made of it
    Show {
        /// Label of the box
        label: BoxLabel,
    },
    /// Lists the boxes by their labels
    List,
}

#[derive(Serialize)]
struct Line {
    #[serde(rename = "box")]
    label: BoxLabel,
    #[serde(flatten)]
    last: MoveLine,
    batches: u64,
    batches_closed: u64,
}

#[derive(Serialize)]
struct MoveLine {
    step: CustodyStep,
    place: String,
    by: PersonId,
    by_name: String,
    at: Timestamp,
}

#[derive(Serialize)]
struct BatchLine {
    id: BatchId,
    name: String,
}

#[derive(Serialize)]
struct History {
    #[serde(flatten)]
    line: Line,
    moves: Vec<MoveLine>,
    made_of_it: Vec<BatchLine>,
}

/// Does it.
pub async fn run(args: &Args, place: &Place<'_>, output: Output) -> Result<Ended, CommandError> {
    let app = place.open().await?;
    match &args.action {
        Action::Add { label, place } => {
            app.add_box(label.clone(), place).await?;
            show(&app, label, output).await?;
        }
        Action::Move { label, step, place } => {
            app.move_box(label.clone(), *step, place).await?;
            show(&app, label, output).await?;
        }
        Action::Show { label } => show(&app, label, output).await?,
        Action::List => {
            let boxes: Vec<Line> = app.boxes().await?.into_iter().map(line).collect();
            output.value(&boxes, |boxes| match boxes.is_empty() {
                true => "There are no boxes. `muniment box add LABEL --at PLACE` makes one known.".to_owned(),
                false => boxes.iter().map(|line| describe(line, &app.zone())).collect::<Vec<_>>().join("\n"),
            });
        }
    }
    Ok(Ended::Well)
}

async fn show(app: &App, label: &BoxLabel, output: Output) -> Result<(), CommandError> {
    let found = app.box_history(label).await?;
    let history = History {
        line: line(found.row),
        moves: found.moves.into_iter().map(moved).collect(),
        made_of_it: found.batches.into_iter().map(|batch| BatchLine { id: batch.id, name: batch.name }).collect(),
    };
    output.value(&history, |history| {
        let mut text = describe(&history.line, &app.zone());
        for step in &history.moves {
            // Writing into a String cannot fail.
            let _ = write!(text, "\n  {}", describe_move(step, &app.zone()));
        }
        for batch in &history.made_of_it {
            let _ = write!(text, "\n  batch {}", super::batch::printable(&batch.name));
        }
        text
    });
    Ok(())
}

fn line(row: BoxRow) -> Line {
    let BoxRow { label, last, batches, batches_closed } = row;
    Line { label, last: moved(last), batches, batches_closed }
}

fn moved(step: BoxMove) -> MoveLine {
    let BoxMove { step, place, by: (by, by_name), at } = step;
    MoveLine { step, place, by, by_name, at }
}

fn describe(line: &Line, zone: &TimeZone) -> String {
    format!(
        "{:<16} {:<30} {} of {} closed  ({} {})",
        line.label.as_str(),
        line.last.place,
        line.batches_closed,
        if line.batches == 1 { "1 batch".to_owned() } else { format!("{} batches", line.batches) },
        line.last.step.name(),
        minute(line.last.at, zone)
    )
}

fn describe_move(step: &MoveLine, zone: &TimeZone) -> String {
    format!("{}  {:<14} {}, by {}", minute(step.at, zone), step.step.name(), step.place, step.by_name)
}
