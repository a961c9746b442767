//! `muniment disclosures`: the accounting of what was given out of a patient's records.

use serde_json::{Value, json};

use super::exit::{CommandError, Ended};
use super::output::Output;
use super::private::Private;
use super::start::Place;
use crate::app::requests::{Disclosure, Known};

/// Accounts for six years of what was given out of a patient's records (45 CFR 164.528).
///
/// What was for treatment, payment or operations, went to the patient or was authorised by the patient is left out, as the
/// rule says. It tells of what was released for requests; `muniment request` makes them.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The patient, by id or record number
    patient: Private,
}

/// Tells it.
pub async fn run(args: &Args, place: &Place<'_>, output: Output) -> Result<Ended, CommandError> {
    let app = place.open().await?;
    let accounting = app.disclosures(app.patient_named(args.patient.reveal()).await?).await?;
    let items: Vec<Value> = accounting.disclosures.iter().map(shown).collect();
    let value = json!({ "patient": accounting.patient, "from": accounting.from, "to": accounting.to, "items": items });
    output.value(&value, |_| {
        let mut lines = vec![format!("Disclosures from {} to {}:", accounting.from, accounting.to)];
        lines.extend(accounting.disclosures.iter().map(line));
        if accounting.disclosures.is_empty() {
            lines.push("none".to_owned());
        }
        lines.join("\n")
    });
    Ok(Ended::Well)
}

fn shown(disclosure: &Disclosure) -> Value {
    let (name, address) = match &disclosure.recipient {
        Known::AsRecorded(recipient) => (Some(&recipient.name), Some(&recipient.address)),
        Known::Lost | Known::Altered => (None, None),
    };
    json!({
        "day": disclosure.day, "recipient": name, "address": address, "description": disclosure.description,
        "purpose": disclosure.purpose, "authority": disclosure.authority, "request": disclosure.request,
        "manifest": disclosure.manifest,
    })
}

fn line(disclosure: &Disclosure) -> String {
    let to = match &disclosure.recipient {
        Known::AsRecorded(recipient) if recipient.address.is_empty() => recipient.name.clone(),
        Known::AsRecorded(recipient) => format!("{}, {}", recipient.name, recipient.address.replace('\n', ", ")),
        Known::Lost => "recipient lost: restore a backup".to_owned(),
        Known::Altered => "RECIPIENT CHANGED since it was recorded".to_owned(),
    };
    let Disclosure { day, description, purpose, authority, .. } = disclosure;
    format!("{day}  {to}: {description}; for {}, on {}", purpose.name(), authority.name())
}
