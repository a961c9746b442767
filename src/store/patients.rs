//! Patients as this archive knows them. This table and `record.json` hold patient data; facts and logs carry ids.

use jiff::Timestamp;

use super::engine::{Store, Transaction};
use super::error::StoreError;
use super::patient_keys;
use super::values::{Row, values};
use crate::chart::{PatientId, PatientRef};

impl Store {
    /// Returns the patient with this id.
    pub async fn patient(&self, id: PatientId) -> Result<Option<PatientRef>, StoreError> {
        let sql = "SELECT id, number, authority, name, born FROM patients WHERE id = $1";
        self.row(sql, values![id]).await?.as_ref().map(read).transpose()
    }

    /// Returns the patient with this record number of this authority.
    pub async fn patient_by_number(&self, authority: &str, number: &str) -> Result<Option<PatientRef>, StoreError> {
        let sql = "SELECT id, number, authority, name, born FROM patients WHERE authority = $1 AND number = $2";
        self.row(sql, values![authority, number]).await?.as_ref().map(read).transpose()
    }

    /// Returns the next `limit` patients after `after`, in the order of their ids.
    pub async fn patients(&self, after: Option<PatientId>, limit: u32) -> Result<Vec<PatientRef>, StoreError> {
        let after = after.map_or_else(String::new, |id| id.to_string());
        let sql = "SELECT id, number, authority, name, born FROM patients WHERE id > $1 ORDER BY id LIMIT $2";
        self.rows(sql, values![after, limit]).await?.iter().map(read).collect()
    }

    /// Keeps a patient as a record says, for a rebuild. What is here already stays.
    pub async fn keep_patient(&self, patient: &PatientRef, now: Timestamp) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        keep(&mut transaction, patient, now).await?;
        transaction.commit().await
    }
}

/// Keeps a patient. Of one that is here already, a name or birth date that was not known is filled in; nothing known
/// changes.
pub(super) async fn keep(
    transaction: &mut Transaction,
    patient: &PatientRef,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO patients (id, number, authority, name, born, noted_at) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT DO NOTHING";
    let PatientRef { id, number, authority, name, born } = patient;
    let values = values![*id, number.as_str(), authority.as_str(), name.as_str(), born.text(), now];
    transaction.execute(sql, values).await?;
    let sql = "UPDATE patients SET name = $2 WHERE id = $1 AND name = ''";
    transaction.execute(sql, values![*id, name.as_str()]).await?;
    let sql = "UPDATE patients SET born = $2 WHERE id = $1 AND born = ''";
    transaction.execute(sql, values![*id, born.text()]).await?;
    make_keys(transaction, *id).await
}

/// Makes what a patient is found by anew, of what the table says.
pub(super) async fn make_keys(transaction: &mut Transaction, patient: PatientId) -> Result<(), StoreError> {
    let sql = "SELECT id, number, authority, name, born FROM patients WHERE id = $1";
    match transaction.row(sql, values![patient]).await? {
        Some(row) => patient_keys::write(transaction, &read(&row)?).await,
        None => Ok(()),
    }
}

pub(super) fn read(row: &Row) -> Result<PatientRef, StoreError> {
    Ok(PatientRef {
        id: row.parsed("id")?,
        number: row.text("number")?,
        authority: row.text("authority")?,
        name: row.text("name")?,
        born: row.parsed("born")?,
    })
}
