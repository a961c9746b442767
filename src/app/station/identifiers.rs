//! Identifiers on the pages against whom was chosen: what disagrees stops an acceptance until a person has typed it again.

use std::collections::BTreeMap;

use crate::chart::{BirthDate, PatientId, PatientRef, folded};
use crate::labels::{Disagreement, FieldName, PatientCandidate, Suggestions, disagreements, readings_of};

/// Returns whom the pages are about as far as is known: the first candidate where they fit, else whoever the fields tell.
pub(super) fn suggested_patient(suggestions: &Suggestions, candidates: &[PatientCandidate]) -> Option<PatientRef> {
    let value = |name: FieldName| suggestions.field(name).map(|field| field.value.clone()).unwrap_or_default();
    let number = value(FieldName::PatientNumber);
    let known = candidates.iter().find(|candidate| folded(&candidate.patient.number) == folded(&number));
    if let Some(known) = known {
        return Some(known.patient.clone());
    }
    (!number.is_empty()).then(|| PatientRef {
        id: PatientId::from_uuid(uuid::Uuid::nil()),
        number,
        authority: String::new(),
        name: value(FieldName::PatientName),
        born: value(FieldName::BirthDate).parse().unwrap_or(BirthDate::Unknown),
    })
}

/// Returns the name of a field on one page.
pub(super) fn name_on_page(against: &Disagreement) -> String {
    format!("{}@{}", against.name.name(), against.place.page)
}

/// Returns the fields that stand against accepting for `patient`: identifiers on pages that are another's, and that no person
/// has typed again and confirmed.
pub(super) fn standing_against(
    suggestions: &Suggestions,
    patient: &PatientRef,
    typed: &BTreeMap<String, String>,
    confirmed: &[String],
) -> Vec<String> {
    let mut against: Vec<String> = Vec::new();
    for one in disagreements(&suggestions.seen, patient) {
        let own_place = suggestions.field(one.name).and_then(|field| field.place) == Some(one.place);
        let on_page = name_on_page(&one);
        let mut names = vec![on_page.clone()];
        if own_place {
            names.push(one.name.name().to_owned());
        }
        let settled = names.iter().any(|name| {
            confirmed.contains(name) && typed.get(name).is_some_and(|value| is_of(one.name, value, patient))
        });
        let name = if own_place { one.name.name().to_owned() } else { on_page };
        if !settled && !against.contains(&name) {
            against.push(name);
        }
    }
    against
}

/// Says whether a value that a person typed is the patient's.
pub(super) fn is_of(name: FieldName, value: &str, patient: &PatientRef) -> bool {
    match name {
        FieldName::PatientNumber => folded(value) == folded(&patient.number),
        FieldName::BirthDate => born_of(value).is_some_and(|born| born == patient.born),
        // Names change; whoever looked at the page and confirmed it has decided.
        FieldName::PatientName => true,
        FieldName::Kind | FieldName::DocumentDate | FieldName::Author => true,
    }
}

/// Reads a birth date as people type it; nothing where it can be read in two ways.
pub(super) fn born_of(text: &str) -> Option<BirthDate> {
    let text = text.trim();
    if let Ok(born) = text.parse::<BirthDate>() {
        return Some(born);
    }
    match readings_of(text).as_slice() {
        [only] => Some(BirthDate::Day(*only)),
        _ => None,
    }
}
