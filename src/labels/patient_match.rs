//! Whom the words of the pages may be about, and what on the pages speaks against whom was chosen.

use jiff::civil::Date;

use super::field::{FieldName, Place};
use super::matching::likeness;
use super::sighting::Sighting;
use crate::chart::{BirthDate, PatientRef, folded, folded_number, folded_words};

/// Likeness from which a name is the same.
const SAME_NAME: f32 = 0.85;
/// Likeness below which it is another.
const OTHER_NAME: f32 = 0.6;
/// Confidence below which a reader may have got one sign wrong.
const SURE: f32 = 0.9;
/// Score from which a patient is worth showing.
const WORTH_SHOWING: f32 = 0.2;

/// A patient whom the document may be about. `Debug` is left out: it is patient data.
#[derive(Clone, PartialEq)]
pub struct PatientCandidate {
    /// Who.
    pub patient: PatientRef,
    /// How likely, from 0 to 1.
    pub score: f32,
    /// What of the pages is the patient's.
    pub matched: Vec<FieldName>,
}

/// Something on a page that is not the chosen patient's. `Debug` is left out: it is patient data.
#[derive(Clone, PartialEq)]
pub struct Disagreement {
    /// What.
    pub name: FieldName,
    /// What stands there.
    pub value: String,
    /// Where.
    pub place: Place,
    /// How surely it was read.
    pub confidence: f32,
}

/// Orders patients by how likely the pages are about them, with what matched.
pub fn rank(patients: Vec<PatientRef>, seen: &[Sighting]) -> Vec<PatientCandidate> {
    let mut ranked: Vec<PatientCandidate> = patients
        .into_iter()
        .map(|patient| {
            let parts = [
                (
                    FieldName::PatientNumber,
                    0.5,
                    best(seen, FieldName::PatientNumber, |one| number_score(one, &patient)),
                ),
                (FieldName::BirthDate, 0.25, best(seen, FieldName::BirthDate, |one| born_score(one, &patient))),
                (FieldName::PatientName, 0.25, best(seen, FieldName::PatientName, |one| name_score(one, &patient))),
            ];
            // What the pages do not show says nothing for or against; but one identifier alone is never enough.
            let shown = |name: FieldName| seen.iter().any(|one| one.name == name);
            let weights: f32 = parts.iter().filter(|(name, ..)| shown(*name)).map(|(_, weight, _)| weight).sum();
            let sum: f32 = parts.iter().map(|(_, weight, score)| weight * score).sum();
            let alone = parts.iter().filter(|(name, ..)| shown(*name)).count() < 2;
            let score = if weights > 0.0 { sum / weights * if alone { 0.7 } else { 1.0 } } else { 0.0 };
            let matched = parts.iter().filter(|(_, _, score)| *score >= SAME_NAME).map(|(name, ..)| *name).collect();
            PatientCandidate { patient, score, matched }
        })
        .filter(|candidate| candidate.score >= WORTH_SHOWING)
        .collect();
    ranked.sort_by(|one, other| other.score.total_cmp(&one.score).then_with(|| one.patient.id.cmp(&other.patient.id)));
    ranked
}

/// Returns what on the pages is not `patient`'s: a labelled number, birth date or name of another.
///
/// One sign that a reader was not sure of is forgiven where something else on the same page is the patient's for certain.
pub fn disagreements(seen: &[Sighting], patient: &PatientRef) -> Vec<Disagreement> {
    let mut against = Vec::new();
    for one in seen.iter().filter(|one| one.labelled) {
        let on_page = |name: FieldName, score: &dyn Fn(&Sighting) -> f32| {
            let same_page = seen.iter().filter(|other| other.place.page == one.place.page && other.name == name);
            same_page.map(score).fold(0.0, f32::max)
        };
        let number = || on_page(FieldName::PatientNumber, &|other| number_score(other, patient)) >= 0.95;
        let born = || on_page(FieldName::BirthDate, &|other| born_score(other, patient)) >= 1.0;
        let name = || on_page(FieldName::PatientName, &|other| name_score(other, patient)) >= SAME_NAME;
        let unsure = one.confidence < SURE;
        let agrees = match one.name {
            FieldName::PatientNumber => {
                let score = number_score(one, patient);
                score >= 0.95 || (score >= 0.7 && unsure && (born() || name()))
            }
            FieldName::BirthDate => {
                let score = born_score(one, patient);
                patient.born == BirthDate::Unknown || score >= 1.0 || (score >= 0.6 && unsure && number())
            }
            FieldName::PatientName => {
                patient.name.is_empty() || name_score(one, patient) >= OTHER_NAME || number() || born()
            }
            FieldName::Kind | FieldName::DocumentDate | FieldName::Author => true,
        };
        if !agrees {
            against.push(Disagreement {
                name: one.name,
                value: one.value.clone(),
                place: one.place,
                confidence: one.confidence,
            });
        }
    }
    against
}

/// Says whether a day can be a birth date that is known in part.
pub(super) fn is_of(day: Date, born: BirthDate) -> bool {
    match born {
        BirthDate::Unknown => false,
        BirthDate::Year(year) => day.year() == year,
        BirthDate::Month(year, month) => (day.year(), day.month()) == (year, month),
        BirthDate::Day(known) => day == known,
    }
}

fn best(seen: &[Sighting], name: FieldName, score: impl Fn(&Sighting) -> f32) -> f32 {
    seen.iter().filter(|one| one.name == name).map(score).fold(0.0, f32::max)
}

fn number_score(seen: &Sighting, patient: &PatientRef) -> f32 {
    if folded(&seen.value) == folded(&patient.number) {
        return 1.0;
    }
    let (read, known) = (folded_number(&seen.value), folded_number(&patient.number));
    match strsim::osa_distance(&read, &known) {
        0 => 0.95,
        1 if known.chars().count() >= 5 => 0.75,
        _ => 0.0,
    }
}

fn born_score(seen: &Sighting, patient: &PatientRef) -> f32 {
    if seen.readings.iter().any(|day| is_of(*day, patient.born)) {
        return 1.0;
    }
    let BirthDate::Day(known) = patient.born else { return 0.0 };
    let known = known.to_string();
    let near = |day: &Date| strsim::hamming(&day.to_string(), &known).is_ok_and(|different| different == 1);
    if seen.readings.iter().any(near) { 0.6 } else { 0.0 }
}

/// Says whether two texts name the same person: in whatever order, with or without initials.
pub fn same_name(one: &str, other: &str) -> bool {
    name_likeness(one, other) >= SAME_NAME
}

fn name_score(seen: &Sighting, patient: &PatientRef) -> f32 {
    name_likeness(&seen.value, &patient.name)
}

/// Compares names word by word, in whatever order; initials say little.
fn name_likeness(one: &str, other: &str) -> f32 {
    let words = |text: &str| -> Vec<String> {
        folded_words(text).into_iter().filter(|word| word.chars().count() > 1).collect()
    };
    let (read, known) = (words(one), words(other));
    if read.is_empty() || known.is_empty() {
        return 0.0;
    }
    let (fewer, more) = if read.len() <= known.len() { (&read, &known) } else { (&known, &read) };
    let alike = fewer.iter().map(|word| more.iter().map(|other| likeness(word, other)).fold(0.0, f32::max));
    let mean = alike.sum::<f32>() / fewer.len() as f32;
    // A single word that fits is a family name at best.
    if fewer.len() == 1 && more.len() > 1 { mean * 0.7 } else { mean }
}
