//! Second review as blind re-keying: another person types record number and birth date anew, without seeing what was
//! accepted. Where both differ, a third person decides.

use super::super::{App, AppError, new_id};
use super::identifiers::born_of;
use super::{ClaimedStation, LEASE};
use crate::access::{Denied, Permission};
use crate::chart::{BirthDate, DocumentId, DocumentState, PersonId, RecordDraft, RecordId, folded};
use crate::store::{DeskClaim, DocumentRecord, RekeyOutcome, RekeyingRow};

/// Differences that are shown at a time.
const ROWS: u32 = 50;
/// Longest value that is typed, in characters.
const LONGEST: usize = 200;

/// What a re-keying came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rekeyed {
    /// Both typed the same: approved.
    Agreed,
    /// They did not; a third person decides.
    Differs,
}

/// A difference between two people. `Debug` is left out: it is patient data.
#[derive(Clone)]
pub struct Difference {
    /// The record.
    pub record: RecordId,
    /// Its document.
    pub document: DocumentId,
    /// Record number and birth date as the first person accepted them.
    pub first: (String, String),
    /// As the second one typed them.
    pub second: (String, String),
}

/// How a third person settles a difference.
#[derive(Clone)]
pub enum Settlement {
    /// What was accepted is right: approved.
    First,
    /// It is not: the document goes back, with what is right.
    Returned {
        /// The right record number.
        number: String,
        /// The right birth date.
        born: String,
    },
}

impl App {
    /// Gives the person the next accepted document that they are to type again; `None` when there is none.
    ///
    /// # Errors
    /// The person may not; the database failed.
    pub async fn next_review(&self) -> Result<Option<ClaimedStation>, AppError> {
        let person = self.actor(Permission::ReviewOthers, &[]).await?.person;
        let token = new_id().to_string();
        let Some(lease) = self.store.claim_next_review(person, &token, self.clock.now(), LEASE).await? else {
            return Ok(None);
        };
        self.claimed(lease, person).await.map(Some)
    }

    /// Takes what a second person typed.
    ///
    /// # Errors
    /// The claim is lost; it is their own work; nothing was typed, or the birth date can be read in two ways.
    pub async fn rekey(
        &self,
        document: DocumentId,
        lease: &str,
        (number, born): (&str, &str),
    ) -> Result<Rekeyed, AppError> {
        let (document, record, said) = self.waiting(document).await?;
        let person = self.actor(Permission::ReviewOthers, &self.accepted_by(record).await?).await?.person;
        let number = checked(number)?;
        let born = typed_born(born)?;
        let agreed = folded(&number) == folded(&said.patient.number) && born == said.patient.born;
        let claim = DeskClaim { document: document.id, person, token: lease.to_owned(), revision: None };
        let now = self.clock.now();
        self.store.rekey(&claim, record, (&number, &born.text()), agreed, now).await?;
        if !agreed {
            return Ok(Rekeyed::Differs);
        }
        self.store.review(person, now, record, None).await?;
        Ok(Rekeyed::Agreed)
    }

    /// Returns differences that the person, as a third one, may settle.
    ///
    /// # Errors
    /// The person may not; the database failed.
    pub async fn differences(&self) -> Result<Vec<Difference>, AppError> {
        let person = self.actor(Permission::ReviewOthers, &[]).await?.person;
        let mut found = Vec::new();
        let mut after = None;
        loop {
            let rows = self.store.rekeyed_otherwise(after, ROWS).await?;
            let Some(last) = rows.last() else { return Ok(found) };
            after = Some(last.record);
            for row in rows {
                // What was taken back meanwhile is no difference any more.
                let Ok((_, _, said)) = self.waiting(row.document).await else { continue };
                let theirs = row.person == person || self.accepted_by(row.record).await?.contains(&person);
                if said.record == row.record && !theirs {
                    found.push(difference(&row, &said));
                }
                if found.len() >= ROWS as usize {
                    return Ok(found);
                }
            }
        }
    }

    /// Settles a difference as a third person. What was accepted wrongly goes back to whoever accepts it next, with what is
    /// right typed already.
    ///
    /// # Errors
    /// The person may not, or is one of the two; there is no such difference.
    pub async fn settle_difference(&self, record: RecordId, settlement: &Settlement) -> Result<(), AppError> {
        let missing = || AppError::NotFound("there is no such difference for you".into());
        let row = self.store.rekeying(record).await?.filter(|row| row.outcome == RekeyOutcome::Differs);
        let row = row.ok_or_else(missing)?;
        let mut done_by = self.accepted_by(record).await?;
        done_by.push(row.person);
        let person = match self.actor(Permission::ReviewOthers, &done_by).await {
            Err(AppError::Denied(Denied::OwnWork { .. })) => {
                return Err(AppError::Unfit("you are one of the two who differ: a third person settles it".into()));
            }
            other => other?.person,
        };
        let now = self.clock.now();
        match settlement {
            Settlement::First => self.store.review(person, now, record, None).await?,
            Settlement::Returned { number, born } => {
                let (number, born) = (checked(number)?, typed_born(born)?);
                let note = format!("record number {number}, born {}: settled by a third person", born.text());
                self.store.review(person, now, record, Some(&note)).await?;
            }
        }
        Ok(self.store.settle_rekeying(record, person, now).await?)
    }

    /// Returns a document whose record waits for a second person, with what was accepted.
    async fn waiting(&self, document: DocumentId) -> Result<(DocumentRecord, RecordId, RecordDraft), AppError> {
        let missing = || AppError::NotFound("there is no such document that waits for a second person".into());
        let row = self.store.document(document).await?.ok_or_else(missing)?;
        let DocumentState::Verified { record, .. } = row.state else { return Err(missing()) };
        let said = self.store.description(record, 1).await?.ok_or_else(missing)?;
        Ok((row, record, said))
    }

    async fn accepted_by(&self, record: RecordId) -> Result<Vec<PersonId>, AppError> {
        let versions = self.store.record_versions(record).await?;
        Ok(versions.last().and_then(|version| version.accepted_by).into_iter().collect())
    }
}

fn difference(row: &RekeyingRow, said: &RecordDraft) -> Difference {
    Difference {
        record: row.record,
        document: row.document,
        first: (said.patient.number.clone(), said.patient.born.text()),
        second: (row.number.clone(), row.born.clone()),
    }
}

fn checked(number: &str) -> Result<String, AppError> {
    let number = number.trim();
    if number.is_empty() || number.chars().count() > LONGEST || number.chars().any(char::is_control) {
        return Err(AppError::Unfit("type the record number as it stands on the page".into()));
    }
    Ok(number.to_owned())
}

fn typed_born(text: &str) -> Result<BirthDate, AppError> {
    born_of(text).ok_or_else(|| {
        AppError::Unfit("type the birth date as 1950-12-31; this one is none, or can be read in two ways".into())
    })
}
