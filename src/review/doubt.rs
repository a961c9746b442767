//! What keeps a rule from accepting a document: whatever a person would have to look at.

use serde::Serialize;

use super::acceptance_rule::AcceptanceRule;
use crate::chart::{BirthDate, PatientRef, Severity};

/// A page, as far as a rule looks at it. `Debug` is left out: it holds patient text.
#[derive(Clone)]
pub struct SeenPage {
    /// Whether it was read.
    pub read: bool,
    /// Whether its text can be trusted.
    pub reliable: bool,
    /// Whether it is blank.
    pub blank: bool,
    /// The gravest finding.
    pub worst: Option<Severity>,
    /// Whether another result waits for a person to choose.
    pub candidate: bool,
    /// Mean confidence of its words, from 0 to 1.
    pub confidence: Option<f32>,
    /// Its words.
    pub words: Vec<String>,
}

/// Why a document is left to a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Doubt {
    /// A page was not read, or could not be.
    PageUnread,
    /// A page has no reliable text.
    PageUnreliable,
    /// A stage found something that a person should look at.
    PageFinding,
    /// A page was read twice, with different results.
    ResultsDiffer,
    /// A page was read with less confidence than the rule asks for.
    LowConfidence,
    /// It has more pages than the rule allows.
    TooManyPages,
    /// Every page of it is blank.
    Blank,
    /// The file holds other documents too.
    SharedFile,
    /// Somebody decided about it before, and took that back or got it returned.
    DecidedBefore,
    /// No patient is known by the number in the file's name.
    UnknownPatient,
    /// The patient was merged with another, or the birth date is not known to the day.
    PatientInDoubt,
    /// The birth date in the file's name is not the patient's.
    BirthDateDiffers,
    /// A page does not show two of the patient's number, birth date and name.
    NotIdentified,
}

impl std::fmt::Display for Doubt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::PageUnread => "a page was not read",
            Self::PageUnreliable => "a page has no reliable text",
            Self::PageFinding => "a page has a finding to look at",
            Self::ResultsDiffer => "a page was read again and nobody chose",
            Self::LowConfidence => "a page was read with little confidence",
            Self::TooManyPages => "it has more pages than the rule allows",
            Self::Blank => "it is blank",
            Self::SharedFile => "its file holds other documents too",
            Self::DecidedBefore => "somebody decided about it before",
            Self::UnknownPatient => "the patient is not known",
            Self::PatientInDoubt => "the patient was merged, or their birth date is not known to the day",
            Self::BirthDateDiffers => "the birth date in the file's name is another",
            Self::NotIdentified => "a page does not show two identifiers of the patient",
        })
    }
}

/// Returns what stands against accepting a document under a rule, each doubt once; nothing if nothing does.
///
/// At least two identifiers of the patient have to be on every page that is not blank.
pub fn doubts(rule: &AcceptanceRule, pages: &[SeenPage], patient: &PatientRef) -> Vec<Doubt> {
    let mut doubts = Vec::new();
    if u32::try_from(pages.len()).unwrap_or(u32::MAX) > rule.most_pages {
        doubts.push(Doubt::TooManyPages);
    }
    if pages.iter().all(|page| page.blank) {
        doubts.push(Doubt::Blank);
    }
    for page in pages {
        if !page.read {
            doubts.push(Doubt::PageUnread);
        }
        if page.worst.is_some_and(|worst| worst > Severity::Note) {
            doubts.push(Doubt::PageFinding);
        }
        if page.candidate {
            doubts.push(Doubt::ResultsDiffer);
        }
        if page.blank {
            continue;
        }
        if !page.reliable {
            doubts.push(Doubt::PageUnreliable);
        }
        if page.confidence.is_none_or(|confidence| confidence < rule.least_confidence) {
            doubts.push(Doubt::LowConfidence);
        }
        if identifiers(&page.words, patient) < 2 {
            doubts.push(Doubt::NotIdentified);
        }
    }
    doubts.sort_unstable();
    doubts.dedup();
    doubts
}

/// Counts which of number, birth date and name stand among the words.
fn identifiers(words: &[String], patient: &PatientRef) -> usize {
    let words: Vec<String> = words.iter().map(|word| plain(word)).filter(|word| !word.is_empty()).collect();
    let has = |wanted: &str| words.iter().any(|word| word == wanted);
    let number = plain(&patient.number);
    let born = match patient.born {
        BirthDate::Day(day) => {
            let (year, month, day) = (day.year(), day.month(), day.day());
            [
                format!("{year:04}{month:02}{day:02}"),
                format!("{month:02}{day:02}{year:04}"),
                format!("{day:02}{month:02}{year:04}"),
            ]
            .iter()
            .any(|form| has(form))
        }
        _ => false,
    };
    let mut names =
        patient.name.split(|letter: char| !letter.is_alphanumeric()).map(plain).filter(|name| name.len() > 1);
    // A single name is no full name.
    let named = names.clone().count() > 1 && names.all(|name| has(&name));
    usize::from(number.len() > 1 && has(&number)) + usize::from(born) + usize::from(named)
}

/// Returns the letters and digits of a word, in capitals.
fn plain(word: &str) -> String {
    word.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_uppercase).collect()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::super::acceptance_rule::tests::RULE;
    use super::*;
    use crate::chart::PatientId;

    fn patient() -> PatientRef {
        PatientRef {
            id: PatientId::from_uuid(Uuid::from_u128(1)),
            number: "ZZ-7".into(),
            authority: String::new(),
            name: "Adams, Ann".into(),
            born: "1950-12-31".parse().unwrap(),
        }
    }

    fn page(text: &str) -> SeenPage {
        SeenPage {
            read: true,
            reliable: true,
            blank: false,
            worst: Some(Severity::Note),
            candidate: false,
            confidence: Some(0.95),
            words: text.split_whitespace().map(str::to_owned).collect(),
        }
    }

    #[test]
    fn two_identifiers_have_to_be_on_every_page() {
        let rule = AcceptanceRule::parse(RULE).unwrap();
        let seen = |texts: &[&str]| doubts(&rule, &texts.iter().map(|text| page(text)).collect::<Vec<_>>(), &patient());
        for text in ["No. ZZ-7, born 12/31/1950", "ADAMS, ANN 31.12.1950", "(zz7) Ann Adams"] {
            assert_eq!(seen(&[text]), [], "{text}");
        }
        for text in ["ZZ-7", "ZZ-7 Adams", "ZZ-77 Adams Ann", "12/31/1951 ZZ-7", "nothing"] {
            assert_eq!(seen(&[text]), [Doubt::NotIdentified], "{text}");
        }
        assert_eq!(seen(&["ZZ-7 Adams Ann", "ZZ-8 Adams Ann 12/13/1950"]), [Doubt::NotIdentified]);
        let no_name = PatientRef { name: String::new(), born: BirthDate::Year(1950), ..patient() };
        assert_eq!(doubts(&rule, &[page("ZZ-7 Adams Ann 12/31/1950")], &no_name), [Doubt::NotIdentified]);
    }

    #[test]
    fn whatever_a_person_would_look_at_stands_against_it() {
        let rule = AcceptanceRule::parse(RULE).unwrap();
        let good = page("ZZ-7 Adams Ann");
        let seen = |page: SeenPage| doubts(&rule, &[page], &patient());
        assert_eq!(seen(good.clone()), []);
        assert_eq!(seen(SeenPage { read: false, ..good.clone() }), [Doubt::PageUnread]);
        assert_eq!(seen(SeenPage { reliable: false, ..good.clone() }), [Doubt::PageUnreliable]);
        assert_eq!(seen(SeenPage { worst: Some(Severity::Check), ..good.clone() }), [Doubt::PageFinding]);
        assert_eq!(seen(SeenPage { candidate: true, ..good.clone() }), [Doubt::ResultsDiffer]);
        assert_eq!(seen(SeenPage { confidence: Some(0.89), ..good.clone() }), [Doubt::LowConfidence]);
        assert_eq!(seen(SeenPage { confidence: None, ..good.clone() }), [Doubt::LowConfidence]);
        assert_eq!(seen(SeenPage { blank: true, ..good.clone() }), [Doubt::Blank]);
        assert_eq!(
            doubts(&rule, &[&good, &good, &good, &good, &good].map(Clone::clone), &patient()),
            [Doubt::TooManyPages]
        );
    }
}
