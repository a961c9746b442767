//! What patients are found by while somebody types, or by what was read on a page: each lookup is a range of an index.

use super::engine::{Store, Transaction};
use super::error::StoreError;
use super::patients;
use super::values::{Row, Value, values};
use crate::chart::{BirthDate, PatientRef, folded, folded_number, folded_words};

/// Longest number of which every spelling with a sign left out is kept.
const LONGEST_NEAR: usize = 20;
/// Patients that one lookup of what was read looks at.
const MOST_ALIKE: u32 = 50;
/// Patients whose keys are made in one transaction.
const MADE_AT_ONCE: u32 = 500;

/// One part of what somebody types to find a patient.
#[derive(Clone, PartialEq, Eq)]
pub enum PatientTerm {
    /// The beginning of a name or a number.
    Prefix(String),
    /// A birth date, in every way that it can be read.
    Born(Vec<BirthDate>),
}

impl Store {
    /// Returns up to `limit` patients that fit every term, by name.
    pub async fn find_patients(&self, terms: &[PatientTerm], limit: u32) -> Result<Vec<PatientRef>, StoreError> {
        let mut conditions = Vec::new();
        let mut bound: Vec<Value> = Vec::new();
        let place = |bound: &mut Vec<Value>, text: String| {
            bound.push(text.into());
            format!("${}", bound.len())
        };
        for term in terms {
            match term {
                PatientTerm::Prefix(prefix) => {
                    let first = folded(prefix);
                    if first.is_empty() {
                        continue;
                    }
                    // Follows every text that begins so.
                    let end = format!("{first}\u{10ffff}");
                    let (from, to) = (place(&mut bound, first), place(&mut bound, end));
                    conditions.push(format!(
                        "id IN (SELECT patient FROM patient_keys WHERE kind = 'name' AND word >= {from} AND word < {to}
                            UNION SELECT patient FROM patient_keys WHERE kind = 'number' AND word >= {from} AND word < {to})"
                    ));
                }
                PatientTerm::Born(dates) => {
                    let dates: Vec<String> = dates.iter().map(|date| place(&mut bound, date.text())).collect();
                    conditions.push(format!(
                        "id IN (SELECT patient FROM patient_keys WHERE kind = 'born' AND word IN ({}))",
                        dates.join(", ")
                    ));
                }
            }
        }
        if conditions.is_empty() {
            return Ok(Vec::new());
        }
        bound.push(limit.into());
        let sql = format!(
            "SELECT id, number, authority, name, born FROM patients WHERE {} ORDER BY name, number, id LIMIT ${}",
            conditions.join(" AND "),
            bound.len()
        );
        self.rows(sqlx::AssertSqlSafe(sql), bound).await?.iter().map(patients::read).collect()
    }

    /// Returns patients who may be meant by what was read: by the number, even with a wrong, missing or additional sign,
    /// by the birth date, or by all words of the name.
    pub async fn patients_alike(
        &self,
        numbers: &[String],
        dates: &[BirthDate],
        names: &[String],
    ) -> Result<Vec<PatientRef>, StoreError> {
        let mut found: Vec<PatientRef> = Vec::new();
        for number in numbers {
            let exact = folded_number(number);
            for (kind, words) in [("exact", vec![exact.clone()]), ("near", near(&exact))] {
                self.add_with(kind, &words, &mut found).await?;
            }
        }
        let dates: Vec<String> = dates.iter().map(|date| date.text()).collect();
        self.add_with("born", &dates, &mut found).await?;
        for name in names {
            // All words: a family name alone is of too many.
            let terms: Vec<PatientTerm> = folded_words(name)
                .into_iter()
                .filter(|word| word.chars().count() > 2)
                .map(PatientTerm::Prefix)
                .collect();
            for patient in self.find_patients(&terms, MOST_ALIKE).await? {
                if !found.iter().any(|other| other.id == patient.id) {
                    found.push(patient);
                }
            }
        }
        Ok(found)
    }

    /// Makes the keys of patients that have none, such as those of an older version of the program. Returns how many.
    pub async fn make_patient_keys(&self) -> Result<u64, StoreError> {
        let mut made = 0;
        loop {
            let mut transaction = self.begin().await?;
            let sql = "SELECT id, number, authority, name, born FROM patients
                 WHERE NOT EXISTS (SELECT 1 FROM patient_keys WHERE patient_keys.patient = patients.id)
                 ORDER BY id LIMIT $1";
            let rows = transaction.rows(sql, values![MADE_AT_ONCE]).await?;
            for row in &rows {
                write(&mut transaction, &patients::read(row)?).await?;
                made += 1;
            }
            transaction.commit().await?;
            if rows.is_empty() {
                return Ok(made);
            }
        }
    }

    async fn add_with(&self, kind: &str, words: &[String], found: &mut Vec<PatientRef>) -> Result<(), StoreError> {
        if words.is_empty() {
            return Ok(());
        }
        let mut bound = values![kind, MOST_ALIKE];
        let mut places = Vec::with_capacity(words.len());
        for word in words {
            bound.push(word.as_str().into());
            places.push(format!("${}", bound.len()));
        }
        let sql = format!(
            "SELECT id, number, authority, name, born FROM patients
             WHERE id IN (SELECT patient FROM patient_keys WHERE kind = $1 AND word IN ({})) ORDER BY id LIMIT $2",
            places.join(", ")
        );
        let rows: Vec<Row> = self.rows(sqlx::AssertSqlSafe(sql), bound).await?;
        for row in &rows {
            let patient = patients::read(row)?;
            if !found.iter().any(|other| other.id == patient.id) {
                found.push(patient);
            }
        }
        Ok(())
    }
}

/// Writes the keys of a patient anew.
pub(super) async fn write(transaction: &mut Transaction, patient: &PatientRef) -> Result<(), StoreError> {
    transaction.execute("DELETE FROM patient_keys WHERE patient = $1", values![patient.id]).await?;
    let exact = folded_number(&patient.number);
    let mut keys: Vec<(&str, String)> = folded_words(&patient.name).into_iter().map(|word| ("name", word)).collect();
    keys.push(("number", folded(&patient.number)));
    keys.extend(near(&exact).into_iter().map(|word| ("near", word)));
    keys.push(("exact", exact));
    if patient.born != BirthDate::Unknown {
        keys.push(("born", patient.born.text()));
    }
    keys.sort_unstable();
    keys.dedup();
    for (kind, word) in keys {
        let sql = "INSERT INTO patient_keys (kind, word, patient) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
        transaction.execute(sql, values![kind, word, patient.id]).await?;
    }
    Ok(())
}

/// Returns a number with each of its signs left out in turn: two numbers that differ in one sign share one of these.
fn near(number: &str) -> Vec<String> {
    let signs: Vec<char> = number.chars().collect();
    if !(4..=LONGEST_NEAR).contains(&signs.len()) {
        return Vec::new();
    }
    let mut near: Vec<String> = (0..signs.len())
        .map(|left_out| signs.iter().enumerate().filter(|(at, _)| *at != left_out).map(|(_, sign)| sign).collect())
        .collect();
    // One sign too many on the page: the number itself is among those of the longer one.
    near.push(number.to_owned());
    near.sort_unstable();
    near.dedup();
    near
}
