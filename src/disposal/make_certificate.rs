//! Makes the certificate of a proposal that was carried out, keeps it in the archive, and records it.

use std::collections::BTreeSet;

use bytes::Bytes;
use jiff::Timestamp;

use super::certificate::{
    Approval, CERTIFICATE_SCHEMA, Certificate, DestroyedRecord, RecordOutcome, RemovedVersion, SignedCertificate,
};
use super::error::DisposalError;
use super::place::Place;
use super::{pdf_certificate, verify};
use crate::archive::{ArchiveError, Body, Lock, Vault};
use crate::audit::{KeyChain, SigningKey};
use crate::chart::facts::DisposalFact;
use crate::chart::{Actor, Digest, DisposalId, Fact, PersonId};
use crate::store::{DisposalRecordRow, DisposalRecordState, DisposalRow, Store, StoreError};

/// Longest certificate, in bytes.
const LONGEST: u64 = 256 << 20;

/// A certificate that was issued.
#[derive(Debug, Clone)]
pub struct Issued {
    /// The file as JSON.
    pub json: Bytes,
    /// The file as PDF.
    pub pdf: Bytes,
    /// SHA-256 of the file as JSON.
    pub digest: Digest,
}

/// Returns where a certificate is kept as JSON.
pub fn json_key(disposal: DisposalId) -> String {
    format!("certificates/{disposal}.json")
}

/// Returns where a certificate is kept as PDF.
pub fn pdf_key(disposal: DisposalId) -> String {
    format!("certificates/{disposal}.pdf")
}

/// Issues the certificate: index and database must have given up the text already, as `method` says. A run that was cut short
/// goes on with the certificate that it left. `lock` is how it is locked.
///
/// # Errors
/// A record is not destroyed yet, the database or the archive failed.
pub async fn issue(
    store: &Store,
    places: &[Place],
    (key, keys): (&SigningKey, &KeyChain),
    disposal: DisposalId,
    (actor, now): (Actor, Timestamp),
    method: &[String],
    lock: Option<&Lock>,
) -> Result<Issued, DisposalError> {
    let archive = places.first().ok_or_else(|| DisposalError::UnknownPlace("archive".into()))?;
    let json = match kept(&archive.vault, disposal, key).await? {
        Some(json) => json,
        None => {
            let certificate = draw_up(store, disposal, keys, now, method).await?;
            let form = |cause: serde_json::Error| DisposalError::Certificate(cause.to_string());
            let signature = key.sign(&SignedCertificate::message(&certificate, keys).map_err(form)?);
            let signed = SignedCertificate { certificate, keys: keys.clone(), signature };
            Bytes::from(signed.bytes().map_err(form)?)
        }
    };
    let signed: SignedCertificate =
        serde_json::from_slice(&json).map_err(|cause| DisposalError::Certificate(cause.to_string()))?;
    let pdf = Bytes::from(pdf_certificate::write(&signed, &json, key)?);
    for place in places {
        place.vault.create(&json_key(disposal), Body::Bytes(json.clone()), lock).await?;
        place.vault.create(&pdf_key(disposal), Body::Bytes(pdf.clone()), lock).await?;
    }
    let digest = Digest::of(&json);
    let fact = Fact::Disposal(DisposalFact::Certified { disposal, certificate: digest });
    store.record(actor, now, &[fact]).await?;
    Ok(Issued { json, pdf, digest })
}

/// Reads the certificate that a run which was cut short left in the archive.
async fn kept(vault: &Vault, disposal: DisposalId, key: &SigningKey) -> Result<Option<Bytes>, DisposalError> {
    let place = json_key(disposal);
    match vault.read(&place, LONGEST).await {
        Err(ArchiveError::Missing { .. }) => Ok(None),
        Err(cause) => Err(cause.into()),
        Ok(bytes) => match verify(&bytes, key.public().fingerprint()) {
            Ok(_) => Ok(Some(bytes)),
            Err(cause) => Err(ArchiveError::Damaged { key: place, what: cause.to_string() }.into()),
        },
    }
}

async fn draw_up(
    store: &Store,
    disposal: DisposalId,
    keys: &KeyChain,
    now: Timestamp,
    method: &[String],
) -> Result<Certificate, DisposalError> {
    let missing = || StoreError::NotFound { what: format!("proposal {disposal} that was carried out") };
    let row: DisposalRow = store.disposal(disposal).await?.ok_or_else(missing)?;
    let mut records = Vec::new();
    let (mut days, mut classes) = (BTreeSet::new(), BTreeSet::new());
    for record in store.disposal_records(disposal).await? {
        let described = describe(store, disposal, record).await?;
        if described.outcome == RecordOutcome::Destroyed
            && let Some(row) = store.archive_record(described.record).await?
        {
            days.extend(row.encounters.iter().flat_map(|stay| [stay.from, stay.to.unwrap_or(stay.from)]));
            classes.insert(row.class.to_string());
        }
        records.push(described);
    }
    let mut approvals = Vec::new();
    for (person, at) in &row.approvals {
        approvals.push(part(store, *person, *at).await?);
    }
    let (reviewer, reviewed_at) = row.reviewed.ok_or_else(missing)?;
    Ok(Certificate {
        schema: CERTIFICATE_SCHEMA,
        disposal,
        ledger: keys.origin.clone(),
        ledger_entries: store.ledger_size().await?,
        issued_at: now,
        reason: row.reason,
        proposed: part(store, row.proposed.0, row.proposed.1).await?,
        reviewed: part(store, reviewer, reviewed_at).await?,
        approvals,
        destroy_from: row.destroy_from.ok_or_else(missing)?,
        inclusive_dates: days.first().copied().zip(days.last().copied()),
        classes: classes.into_iter().collect(),
        records,
        method: method.to_vec(),
        statement:
            "The records listed as destroyed were destroyed in the normal course of business, under an approved \
                    retention policy, after their retention was over, and while no hold covered them."
                .to_owned(),
    })
}

async fn describe(
    store: &Store,
    disposal: DisposalId,
    row: DisposalRecordRow,
) -> Result<DestroyedRecord, DisposalError> {
    let outcome = match row.state {
        DisposalRecordState::Destroyed => RecordOutcome::Destroyed,
        DisposalRecordState::Stopped => RecordOutcome::Stopped,
        DisposalRecordState::Kept => RecordOutcome::Kept,
        DisposalRecordState::Proposed | DisposalRecordState::Begun => {
            let why = format!("record {} is not destroyed yet", row.record);
            return Err(StoreError::Refused { why }.into());
        }
    };
    let archived = store.record_versions(row.record).await?;
    let version =
        |row: crate::store::VersionRow| RemovedVersion { version: row.version, inventory_sha512: row.inventory };
    Ok(DestroyedRecord {
        record: row.record,
        outcome,
        why: row.why,
        last_day: row.last_day,
        policy: row.policy,
        computation: row.computation,
        begun_at: row.begun.map(|(at, _)| at),
        ended_at: row.ended_at,
        hold_checked_at: row.hold_checked_at,
        versions: archived.into_iter().map(version).collect(),
        removed: store.removed_objects(disposal, row.record).await?,
        scans_left: row.scans_left,
    })
}

async fn part(store: &Store, person: PersonId, at: Timestamp) -> Result<Approval, DisposalError> {
    let name = store.person(person).await?.map(|record| record.name).unwrap_or_default();
    Ok(Approval { person, name, at })
}
