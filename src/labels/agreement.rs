//! How well suggestions agree with what people confirmed: counted field by field, without a word of a patient.

use std::collections::BTreeMap;

use serde::Serialize;

use super::field::{Field, FieldName, Level};
use super::patient_match::same_name;
use super::suggest::Suggestions;
use crate::chart::{DocumentType, PatientRef, folded_number};

/// Ranges of confidence whose share of right suggestions is compared with it.
const RANGES: usize = 10;
/// The fields that a record keeps.
const FIELDS: [FieldName; 4] =
    [FieldName::PatientNumber, FieldName::PatientName, FieldName::BirthDate, FieldName::Kind];

/// Counts of all documents so far.
#[derive(Debug, Clone, Default)]
pub struct Agreement {
    documents: u64,
    fields: BTreeMap<FieldName, Counts>,
    mistaken: BTreeMap<(DocumentType, String), u64>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    confirmed: u64,
    suggested: u64,
    right: u64,
    confident: u64,
    confident_wrong: u64,
    ranges: [Range; RANGES],
}

#[derive(Debug, Clone, Copy, Default)]
struct Range {
    suggested: u64,
    right: u64,
    confidence: f64,
}

/// What the counts come to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AgreementReport {
    /// Documents that were compared.
    pub documents: u64,
    /// A line for each field.
    pub fields: Vec<FieldAgreement>,
    /// Types that were taken for others, the most frequent first.
    pub mistaken: Vec<Mistaken>,
}

/// One field.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FieldAgreement {
    /// Which.
    pub field: FieldName,
    /// Documents of which people confirmed a value.
    pub confirmed: u64,
    /// Of these, documents with one suggestion.
    pub suggested: u64,
    /// Suggestions that are what was confirmed.
    pub right: u64,
    /// Share of the suggestions that are right, 0 to 1; `None` without a suggestion.
    pub precision: Option<f64>,
    /// Share of the confirmed values that were suggested, 0 to 1.
    pub recall: Option<f64>,
    /// Mean difference between confidence and share of right suggestions, over ten ranges of confidence, weighted by their
    /// suggestions (expected calibration error), 0 to 1.
    pub calibration_error: Option<f64>,
    /// Suggestions that need no look.
    pub confident: u64,
    /// Of these, the wrong ones.
    pub confident_wrong: u64,
}

/// A type that was taken for another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mistaken {
    /// What people confirmed.
    pub confirmed: DocumentType,
    /// What was suggested.
    pub suggested: String,
    /// How often.
    pub times: u64,
}

impl Agreement {
    /// Counts one document: what is suggested for it, and whom and what people said that it is.
    pub fn count(&mut self, suggestions: &Suggestions, patient: &PatientRef, kind: &DocumentType) {
        self.documents += 1;
        for name in FIELDS {
            let confirmed = match name {
                FieldName::PatientNumber => patient.number.clone(),
                FieldName::PatientName => patient.name.clone(),
                FieldName::BirthDate => patient.born.text(),
                _ => kind.to_string(),
            };
            if confirmed.is_empty() {
                continue;
            }
            let counts = self.fields.entry(name).or_default();
            counts.confirmed += 1;
            let Some(field) = suggestions.field(name).filter(|field| !field.value.is_empty()) else { continue };
            let right = match name {
                FieldName::PatientNumber => folded_number(&field.value) == folded_number(&confirmed),
                FieldName::PatientName => same_name(&field.value, &confirmed),
                _ => field.value == confirmed,
            };
            counts.add(field, right);
            if !right && name == FieldName::Kind {
                *self.mistaken.entry((kind.clone(), field.value.clone())).or_default() += 1;
            }
        }
    }

    /// Returns what the counts come to.
    pub fn report(&self) -> AgreementReport {
        let fields = self.fields.iter().map(|(field, counts)| counts.report(*field)).collect();
        let mistaken = self.mistaken.iter().map(|((confirmed, suggested), times)| Mistaken {
            confirmed: confirmed.clone(),
            suggested: suggested.clone(),
            times: *times,
        });
        let mut mistaken: Vec<Mistaken> = mistaken.collect();
        mistaken.sort_by_key(|one| std::cmp::Reverse(one.times));
        AgreementReport { documents: self.documents, fields, mistaken }
    }
}

impl Counts {
    fn add(&mut self, field: &Field, right: bool) {
        let one = u64::from(right);
        self.suggested += 1;
        self.right += one;
        if field.level == Level::Confident {
            self.confident += 1;
            self.confident_wrong += 1 - one;
        }
        let range = &mut self.ranges[((field.confidence * RANGES as f32) as usize).min(RANGES - 1)];
        range.suggested += 1;
        range.right += one;
        range.confidence += f64::from(field.confidence);
    }

    fn report(&self, field: FieldName) -> FieldAgreement {
        let share = |part: f64, of: u64| (of > 0).then(|| part / of as f64);
        let apart: f64 = self.ranges.iter().map(|range| (range.right as f64 - range.confidence).abs()).sum();
        FieldAgreement {
            field,
            confirmed: self.confirmed,
            suggested: self.suggested,
            right: self.right,
            precision: share(self.right as f64, self.suggested),
            recall: share(self.right as f64, self.confirmed),
            calibration_error: share(apart, self.suggested),
            confident: self.confident,
            confident_wrong: self.confident_wrong,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(suggested: &[(f32, bool)]) -> FieldAgreement {
        let mut counts = Counts { confirmed: suggested.len() as u64 + 1, ..Counts::default() };
        for (confidence, right) in suggested {
            let field =
                Field { confidence: *confidence, level: Level::of(*confidence), ..Field::missing(FieldName::Kind) };
            counts.add(&field, *right);
        }
        counts.report(FieldName::Kind)
    }

    #[test]
    fn shares_are_of_what_was_suggested_and_of_what_was_confirmed() {
        let told = counted(&[(0.95, true), (0.95, true), (0.95, false), (0.5, true)]);
        assert_eq!((told.confirmed, told.suggested, told.right), (5, 4, 3));
        assert_eq!((told.precision, told.recall), (Some(0.75), Some(0.6)));
        assert_eq!((told.confident, told.confident_wrong), (3, 1));
        // Three said 0.95, two were right: 0.85 too much; one said 0.5 and was right: 0.5 too little.
        assert!((told.calibration_error.expect("suggestions") - (0.85 + 0.5) / 4.0).abs() < 1e-6);
    }

    #[test]
    fn who_is_right_as_often_as_said_has_no_error_and_nothing_has_no_share() {
        let told = counted(&[(0.75, true), (0.75, true), (0.75, true), (0.75, false)]);
        assert!(told.calibration_error.expect("suggestions") < 1e-6);
        let nothing = counted(&[]);
        assert_eq!((nothing.precision, nothing.recall, nothing.calibration_error), (None, Some(0.0), None));
    }
}
