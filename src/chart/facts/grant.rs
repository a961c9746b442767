//! Grants: who may read what besides what their roles give, why, and until when.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::chart::{BatchId, GrantId, PatientId, PersonId, RecordId};

/// Grants: who may read what besides what their roles give.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GrantFact {
    /// Somebody may read something until a time.
    Granted {
        /// The grant.
        grant: GrantId,
        /// Who may.
        person: PersonId,
        /// How it came about.
        kind: GrantKind,
        /// What they may read.
        scope: GrantScope,
        /// Why, in words that name no patient.
        reason: String,
        /// From when on not any more.
        until: Timestamp,
    },
    /// A grant ends before its time.
    Revoked {
        /// Which.
        grant: GrantId,
    },
    /// A batch became the work of a person; of those who are assigned, and no others.
    Assigned {
        /// The batch.
        batch: BatchId,
        /// The person.
        person: PersonId,
    },
    /// A batch is not the work of a person any more.
    Unassigned {
        /// The batch.
        batch: BatchId,
        /// The person.
        person: PersonId,
    },
}

/// How a grant came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GrantKind {
    /// An administrator gave it to somebody else.
    Given,
    /// It is part of an auditor's case.
    Case,
    /// An administrator said why they read themselves.
    Declared,
}

/// What a grant is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GrantScope {
    /// Every record of a patient.
    Patient(PatientId),
    /// One record.
    Record(RecordId),
    /// Everything.
    Everything,
}
