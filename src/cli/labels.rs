//! `muniment labels`: what documents can be labelled with.

use serde_json::json;

use super::exit::{CommandError, Ended};
use super::output::Output;
use super::start::Place;
use crate::labels::DocumentKinds;

/// What documents can be labelled with.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Lists the types of documents that this site knows: those of the program, and its own
    Types,
}

/// Runs the action.
pub fn run(args: &Args, place: &Place<'_>, output: Output) -> Result<Ended, CommandError> {
    match args.action {
        Action::Types => types(place, output),
    }
}

fn types(place: &Place<'_>, output: Output) -> Result<Ended, CommandError> {
    let kinds = DocumentKinds::load(place.load()?.document_types().as_deref())?;
    let values: Vec<_> = kinds
        .all()
        .iter()
        .map(|kind| json!({ "name": kind.name, "title": kind.title, "loinc": kind.loinc, "class": kind.class }))
        .collect();
    output.value(&values, |_| {
        let row = |name: &str, loinc: &str, class: &str, title: &str| format!("{name:36} {loinc:8} {class:20} {title}");
        let mut lines = vec![row("type", "LOINC", "class", "title")];
        lines.extend(kinds.all().iter().map(|kind| {
            row(kind.name.as_str(), kind.loinc.as_deref().unwrap_or("-"), kind.class.as_str(), &kind.title)
        }));
        lines.join("\n")
    });
    Ok(Ended::Well)
}
