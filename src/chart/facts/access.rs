//! Access: who signed in, and who saw, searched, exported or printed what. There is no patient text in it, and no words that
//! were searched for: those may name a patient.

use std::net::IpAddr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::chart::{BatchId, DocumentId, PatientId, PersonId, RecordId, RequestId};

/// Who signed in, and who saw what. The entry's person is the one who did; the program itself where nobody is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AccessFact {
    /// The person signed in.
    SignedIn {
        /// With what: `password`, `link` or `oidc`.
        method: String,
        /// From where.
        address: IpAddr,
    },
    /// Somebody tried to sign in and did not.
    SignInFailed {
        /// As whom, where there is such a person.
        person: Option<PersonId>,
        /// From where.
        address: IpAddr,
        /// Why: `wrong`, `blocked`, `link` or `provider`.
        why: String,
    },
    /// The person signed out.
    SignedOut,
    /// The person set a password.
    PasswordSet,
    /// The person set up a second factor.
    SecondFactorSet,
    /// The person's second factor was taken away.
    SecondFactorRemoved {
        /// Whose.
        person: PersonId,
    },
    /// The person was refused something that another permission is needed for.
    Refused {
        /// The permission.
        permission: String,
    },
    /// The person saw a document, or one page of it.
    Viewed {
        /// The document.
        document: DocumentId,
        /// Position of the page; none: the document as a whole.
        page: Option<u32>,
    },
    /// The person saw a record with its versions.
    RecordViewed {
        /// The record.
        record: RecordId,
    },
    /// The person saw the list of a patient's records.
    ChartViewed {
        /// The patient.
        patient: PatientId,
    },
    /// The person saw a request for records with everything about it.
    RequestViewed {
        /// The request.
        request: RequestId,
    },
    /// The person saw to whom a patient's records were given out.
    DisclosuresViewed {
        /// The patient.
        patient: PatientId,
    },
    /// The person asked who had read what.
    AccessReported {
        /// About this patient only.
        patient: Option<PatientId>,
        /// About this record only.
        record: Option<RecordId>,
        /// About what this person read only.
        person: Option<PersonId>,
    },
    /// The person searched.
    Searched {
        /// In this batch only.
        batch: Option<BatchId>,
        /// In this patient's chart only.
        patient: Option<PatientId>,
        /// How many pages were found within the person's rights.
        found: u64,
    },
    /// The person took documents out of the archive.
    Exported {
        /// Which.
        documents: Vec<DocumentId>,
        /// In which form.
        format: String,
        /// What for, in the person's words.
        reason: String,
    },
    /// The person printed a document.
    Printed {
        /// Which.
        document: DocumentId,
        /// What for, in the person's words.
        reason: String,
    },
    /// The person opened one patient's chart in an emergency, without a grant. An administrator has to look at it.
    EmergencyOpened {
        /// The patient.
        patient: PatientId,
        /// Why, in the person's words.
        reason: String,
        /// Until when.
        until: Timestamp,
        /// By when somebody has to have looked at it.
        review_by: Timestamp,
    },
    /// Somebody else looked at an emergency.
    EmergencyReviewed {
        /// The number of the ledger's entry that opened it.
        opened: u64,
        /// Whether it was right to open it.
        justified: bool,
        /// What was found.
        note: String,
    },
}
