//! The case behind a chart: who is ill with what, who treats, which medicines, on which days.

use jiff::civil::Date;

use super::conditions::{ACUTE, CHRONIC, Condition};
use super::dice::Dice;
use super::operations::{OPERATIONS, Operation};
use super::people::{Facility, Patient, date, nurse, physician};
use super::phrase::{Facts, expand};

/// Everything that the documents of one chart agree on.
#[derive(Debug, Clone)]
pub(super) struct Case {
    pub(super) patient: Patient,
    pub(super) facility: Facility,
    pub(super) attending: String,
    pub(super) resident: String,
    pub(super) nurses: Vec<String>,
    pub(super) referrer: String,
    pub(super) admitted: Date,
    pub(super) days: i32,
    pub(super) primary: &'static Condition,
    pub(super) others: Vec<&'static Condition>,
    pub(super) operation: &'static Operation,
    pub(super) drugs: Vec<String>,
    pub(super) allergies: String,
    pub(super) room: String,
    pub(super) facts: Facts,
}

impl Case {
    /// Invents a case.
    pub(super) fn invent(dice: &mut Dice) -> Self {
        let year = dice.between(2009, 2023) as i16;
        let admitted = date(year, dice.between(1, 12), dice.between(1, 28));
        let patient = Patient::invent(dice, year);
        let primary = if dice.chance(65) { dice.index(ACUTE.len()) } else { ACUTE.len() + dice.index(CHRONIC.len()) };
        let primary = ACUTE.iter().chain(CHRONIC).nth(primary).unwrap_or(&ACUTE[0]);
        let count = dice.between(2, 5) as usize;
        let mut others = dice.some(CHRONIC, count);
        if dice.chance(30) {
            others.push(&ACUTE[dice.index(ACUTE.len())]);
        }
        others.retain(|other| other.name != primary.name);
        dice.shuffle(&mut others);
        let days = dice.between(2, 8);
        let mut case = Self {
            facility: Facility::invent(dice),
            attending: physician(dice),
            resident: physician(dice),
            nurses: (0..4).map(|_| nurse(dice)).collect(),
            referrer: physician(dice),
            primary,
            others,
            operation: &OPERATIONS[dice.index(OPERATIONS.len())],
            drugs: Vec::new(),
            allergies: expand(
                "[No known drug allergies|No known drug allergies|Penicillin (hives)|Sulfa (rash)|Codeine (nausea)|Latex; shellfish|Iodinated contrast (itching)|Morphine (pruritus)]",
                dice,
                &Facts::new(),
            ),
            room: format!("{}{:02}-{}", dice.between(2, 7), dice.between(1, 48), dice.pick(&["A", "B", "1", "2"])),
            facts: Facts::new(),
            patient,
            admitted,
            days,
        };
        case.facts = case.gather_facts(dice);
        for condition in std::iter::once(case.primary).chain(case.others.iter().copied()) {
            let count = dice.between(1, 2) as usize;
            for drug in dice.some(condition.drugs, count) {
                let drug = expand(drug, dice, &case.facts);
                let name = drug.split(' ').next().unwrap_or_default().to_owned();
                if !case.drugs.iter().any(|known| known.starts_with(&name)) {
                    case.drugs.push(drug);
                }
            }
        }
        case
    }

    /// Returns the day `days` after the admission.
    pub(super) fn day(&self, days: i32) -> Date {
        self.admitted.checked_add(jiff::Span::new().days(days)).unwrap_or(self.admitted)
    }

    /// Returns all conditions, the reason for the admission first.
    pub(super) fn conditions(&self) -> impl Iterator<Item = &'static Condition> {
        std::iter::once(self.primary).chain(self.others.iter().copied())
    }

    /// Writes a phrase out with this case's facts.
    pub(super) fn say(&self, phrase: &str, dice: &mut Dice) -> String {
        expand(phrase, dice, &self.facts)
    }

    fn gather_facts(&self, dice: &mut Dice) -> Facts {
        let pronouns = if self.patient.female { ("She", "she", "her", "woman") } else { ("He", "he", "his", "man") };
        Facts::from([
            ("age", self.patient.age_on(self.admitted).to_string()),
            ("He", pronouns.0.to_owned()),
            ("he", pronouns.1.to_owned()),
            ("his", pronouns.2.to_owned()),
            ("man", pronouns.3.to_owned()),
            ("name", self.patient.title_name()),
            ("date", us_date(self.day(dice.between(1, 9)))),
            ("doctor", self.attending.clone()),
            ("referrer", self.referrer.clone()),
            ("complaint", expand(self.primary.complaint, dice, &Facts::new())),
            ("primary", self.primary.name.to_lowercase()),
            ("operation", self.operation.name.to_lowercase()),
            ("facility", self.facility.name.to_owned()),
        ])
    }
}

/// Writes a date as US charts do: 03/28/2016.
pub(super) fn us_date(day: Date) -> String {
    format!("{:02}/{:02}/{:04}", day.month(), day.day(), day.year())
}

/// Writes a date in words: March 28, 2016.
pub(super) fn long_date(day: Date) -> String {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    format!(
        "{} {}, {}",
        MONTHS[usize::from(day.month().unsigned_abs().saturating_sub(1)).min(11)],
        day.day(),
        day.year()
    )
}

/// Draws a time of day: 07:45.
pub(super) fn time(dice: &mut Dice, from: i32, to: i32) -> String {
    format!("{:02}:{:02}", dice.between(from, to), dice.between(0, 11) * 5)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every phrase of the vocabulary is written out without anything left to fill in.
    #[test]
    fn no_phrase_keeps_a_bracket() {
        for seed in 0..60 {
            let mut dice = Dice::new(seed, [0; 3]);
            let case = Case::invent(&mut dice);
            for condition in ACUTE.iter().chain(CHRONIC) {
                let parts = [
                    condition.story,
                    condition.drugs,
                    condition.plan,
                    &[condition.complaint, condition.findings, condition.course],
                ];
                for phrase in parts.concat() {
                    let text = case.say(phrase, &mut dice);
                    assert!(!text.contains(['[', ']', '{', '}', '|']) && text.is_ascii(), "{text}");
                }
            }
            for operation in OPERATIONS {
                for phrase in [operation.steps, &[operation.before, operation.specimen, operation.risks]].concat() {
                    let text = case.say(phrase, &mut dice);
                    assert!(!text.contains(['[', ']', '{', '}', '|']), "{text}");
                }
            }
            assert!(case.patient.record.starts_with("ZZ"));
            assert!((24..=92).contains(&case.patient.age_on(case.admitted)));
        }
    }
}
