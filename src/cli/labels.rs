//! `muniment labels`: what documents can be labelled with.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::exit::{CommandError, Ended};
use super::output::{Output, counted};
use super::start::{Place, block_on};
use crate::labels::{AgreementReport, DocumentKinds};

/// Types taken for others that are listed.
const MOST_MISTAKEN: usize = 20;

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
    /// Says how well suggestions agree with what people confirmed, over the documents that they verified
    ///
    /// For each document the suggestions are made anew from the words of its pages, without the patients that are known by
    /// now, and compared with its record. Nothing of a patient is shown.
    Evaluate {
        /// Folder with document types to try, in place of the site's own
        #[arg(long, value_name = "FOLDER")]
        types: Option<PathBuf>,
        /// Most documents
        #[arg(long, value_name = "N", default_value_t = 10_000)]
        most: u64,
    },
}

/// Runs the action.
pub fn run(args: &Args, place: &Place<'_>, output: Output) -> Result<Ended, CommandError> {
    match &args.action {
        Action::Types => types(place, output),
        Action::Evaluate { types, most } => block_on(evaluate(types.as_deref(), *most, place, output)),
    }
}

async fn evaluate(types: Option<&Path>, most: u64, place: &Place<'_>, output: Output) -> Result<Ended, CommandError> {
    let app = place.open().await?;
    let own = app.config.document_types();
    let kinds = DocumentKinds::load(types.or(own.as_deref()))?;
    let report = app.evaluate_suggestions(&kinds, most).await?;
    output.value(&report, table);
    Ok(Ended::Well)
}

fn table(report: &AgreementReport) -> String {
    if report.documents == 0 {
        return "No document that a person verified has its text here. Accept some, then ask again.".into();
    }
    let percent = |share: Option<f64>| share.map_or("-".to_owned(), |share| format!("{:.1} %", share * 100.0));
    let mut lines = vec![
        format!("{}, suggestions made anew:", counted(report.documents as usize, "verified document")),
        format!(
            "{:16}{:>10}{:>10}{:>11}{:>9}{:>13}{:>17}",
            "", "confirmed", "suggested", "precision", "recall", "calibration", "confident, wrong"
        ),
    ];
    lines.extend(report.fields.iter().map(|field| {
        format!(
            "{:16}{:>10}{:>10}{:>11}{:>9}{:>13}{:>17}",
            field.field.label(),
            field.confirmed,
            field.suggested,
            percent(field.precision),
            percent(field.recall),
            percent(field.calibration_error),
            format!("{}, {}", field.confident, field.confident_wrong)
        )
    }));
    lines.extend(report.mistaken.iter().take(MOST_MISTAKEN).map(|one| {
        format!("  {} was taken for {}, {}", one.confirmed, one.suggested, counted(one.times as usize, "time"))
    }));
    lines.join("\n")
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
