//! Finding patients and labels while somebody types.

use super::super::{App, AppError};
use crate::access::Permission;
use crate::chart::{BirthDate, PatientRef};
use crate::labels::readings_of;
use crate::store::PatientTerm;

/// Patients and labels that are shown.
const MOST: u32 = 20;
/// Longest text that is looked for, in characters; and most words of it.
const LONGEST: usize = 100;
const MOST_WORDS: usize = 6;

impl App {
    /// Returns patients whose name, number or birth date begin so, by name.
    ///
    /// # Errors
    /// The person may not; the database failed.
    pub async fn find_patients(&self, typed: &str) -> Result<Vec<PatientRef>, AppError> {
        self.actor(Permission::Label, &[]).await?;
        self.document_kinds().await?;
        let typed: String = typed.chars().take(LONGEST).collect();
        let terms = terms(&typed);
        Ok(self.store.find_patients(&terms, MOST).await?)
    }

    /// Returns labels that were used before and begin so, the most usual first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn find_labels(&self, typed: &str) -> Result<Vec<String>, AppError> {
        let typed: String = typed.trim().to_lowercase().chars().take(LONGEST).collect();
        Ok(self.store.labels_like(&typed, MOST).await?)
    }
}

/// Parts what was typed into dates and beginnings of names and numbers.
fn terms(typed: &str) -> Vec<PatientTerm> {
    let words: Vec<&str> = typed.split_whitespace().take(MOST_WORDS).collect();
    let mut terms = Vec::new();
    let mut at = 0;
    while at < words.len() {
        // March 15, 1950 is three words.
        let date = (1..=3).rev().filter(|taken| at + taken <= words.len()).find_map(|taken| {
            let dates = readings_of(&words[at..at + taken].join(" "));
            (!dates.is_empty()).then_some((taken, dates))
        });
        match date {
            Some((taken, dates)) => {
                terms.push(PatientTerm::Born(dates.into_iter().map(BirthDate::Day).collect()));
                at += taken;
            }
            None => {
                // "Example,Ann" is two beginnings.
                let parts = words[at].split([',', ';']).filter(|part| !part.is_empty());
                terms.extend(parts.map(|part| PatientTerm::Prefix(part.to_owned())));
                at += 1;
            }
        }
    }
    terms
}
