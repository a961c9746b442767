//! Requests for records as the server tells them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::requests::{Known, Recipient, RequestSeen, RequestedRecord};
use crate::chart::{InScope, PersonId, RequestScope};
use crate::server::view::{PatientView, PersonName};

/// A request for records.
#[derive(Serialize, ToSchema)]
pub struct RequestView {
    /// Id.
    pub id: String,
    /// Id of the patient.
    pub patient_id: String,
    /// The patient, for those who ask and answer.
    pub patient: Option<PatientView>,
    /// Which records.
    pub scope: ScopeView,
    /// What for.
    pub purpose: String,
    /// What it rests on.
    pub authority: String,
    /// Who receives them.
    pub recipient: RecipientView,
    /// `open`, `extended`, `released`, `refused` or `withdrawn`.
    pub state: String,
    /// The day on which it came.
    pub received: String,
    /// The last day on which it is answered in time.
    pub due: String,
    /// Whether that day is over, and it waits.
    pub overdue: bool,
    /// Who made it.
    pub opened_by: PersonName,
    /// When.
    pub opened_at: String,
    /// Who is to answer it.
    pub assigned_to: Option<PersonName>,
    /// When the answer was put off.
    pub extended_on: Option<String>,
    /// Why.
    pub extension_reason: Option<String>,
    /// Who answered or withdrew it.
    pub closed_by: Option<PersonName>,
    /// When.
    pub closed_at: Option<String>,
    /// Why it was refused.
    pub refusal: Option<String>,
    /// The same in words.
    pub refusal_note: Option<String>,
    /// What was given out.
    pub releases: Vec<ReleaseView>,
    /// Whether whoever asks may answer it.
    pub may_answer: bool,
    /// Whether they may withdraw it.
    pub may_withdraw: bool,
}

/// Which records are asked for.
#[derive(Serialize, ToSchema)]
pub struct ScopeView {
    /// `everything`, `encounter`, `dates` or `records`.
    pub kind: String,
    /// First day of the encounter, or of the days.
    pub from: Option<String>,
    /// Last of the days.
    pub to: Option<String>,
    /// Ids of the records.
    pub records: Vec<String>,
}

/// Who receives records.
#[derive(Serialize, ToSchema)]
pub struct RecipientView {
    /// Name.
    pub name: Option<String>,
    /// Address.
    pub address: Option<String>,
    /// What the request rests on, in particular.
    pub reference: Option<String>,
    /// Why they are not told: `lost` or `altered`.
    pub missing: Option<String>,
}

/// Who receives records, as somebody says it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewRecipient)]
pub struct RecipientGiven {
    /// Name of the person or the organisation.
    pub name: String,
    /// Address.
    #[serde(default)]
    pub address: String,
    /// What the request rests on, in particular: the number of an order, the day of an authorisation.
    #[serde(default)]
    pub reference: String,
}

/// What was given out at once.
#[derive(Serialize, ToSchema)]
pub struct ReleaseView {
    /// Number of the entry in the audit log.
    pub entry: u64,
    /// Id of the person who gave it out.
    pub released_by: String,
    /// When.
    pub released_at: String,
    /// `pdf` or `original`.
    pub format: String,
    /// SHA-256 of the manifest.
    pub manifest: String,
    /// Ids of the records.
    pub records: Vec<String>,
}

/// A record that could be given out.
#[derive(Serialize, ToSchema)]
pub struct RequestedView {
    /// Id.
    pub id: String,
    /// Type of the document.
    pub kind: String,
    /// First days of its encounters.
    pub encounters: Vec<String>,
    /// Its newest version.
    pub version: u32,
    /// `yes`, `unclear` (it says nothing of encounters: look, and choose it) or `no`.
    pub in_scope: String,
}

impl RequestView {
    /// Describes a request.
    pub fn of(seen: &RequestSeen) -> Self {
        let row = &seen.row;
        let (refusal, refusal_note) = row.refusal.clone().unzip();
        Self {
            id: row.id.to_string(),
            patient_id: row.patient.to_string(),
            patient: seen.patient.as_ref().map(PatientView::of),
            scope: ScopeView::of(&row.scope),
            purpose: row.purpose.name().to_owned(),
            authority: row.authority.name().to_owned(),
            recipient: RecipientView::of(&seen.recipient),
            state: row.state.name().to_owned(),
            received: row.received.to_string(),
            due: row.due.to_string(),
            overdue: seen.overdue,
            opened_by: named(seen, row.opened_by),
            opened_at: row.opened_at.to_string(),
            assigned_to: row.assigned_to.map(|person| named(seen, person)),
            extended_on: row.extended.as_ref().map(|(on, ..)| on.to_string()),
            extension_reason: row.extended.as_ref().map(|(.., reason)| reason.clone()),
            closed_by: row.closed.map(|(person, _)| named(seen, person)),
            closed_at: row.closed.map(|(_, at)| at.to_string()),
            refusal: refusal.map(|reason| reason.name().to_owned()),
            refusal_note,
            releases: seen.releases.iter().map(ReleaseView::of).collect(),
            may_answer: seen.may_answer,
            may_withdraw: seen.may_withdraw,
        }
    }
}

fn named(seen: &RequestSeen, person: PersonId) -> PersonName {
    PersonName { id: person.to_string(), name: seen.names.get(&person).cloned().unwrap_or_default() }
}

impl ScopeView {
    fn of(scope: &RequestScope) -> Self {
        let view = |kind: &str| Self { kind: kind.to_owned(), from: None, to: None, records: Vec::new() };
        match scope {
            RequestScope::Everything => view("everything"),
            RequestScope::Encounter { from } => Self { from: Some(from.to_string()), ..view("encounter") },
            RequestScope::Dates { from, to } => {
                Self { from: Some(from.to_string()), to: Some(to.to_string()), ..view("dates") }
            }
            RequestScope::Records(records) => {
                Self { records: records.iter().map(ToString::to_string).collect(), ..view("records") }
            }
        }
    }
}

impl RecipientView {
    /// Describes what is known of a recipient.
    pub fn of(known: &Known) -> Self {
        let missing = |why: &str| Self { name: None, address: None, reference: None, missing: Some(why.to_owned()) };
        match known {
            Known::AsRecorded(Recipient { name, address, reference }) => Self {
                name: Some(name.clone()),
                address: Some(address.clone()),
                reference: Some(reference.clone()),
                missing: None,
            },
            Known::Lost => missing("lost"),
            Known::Altered => missing("altered"),
        }
    }
}

impl ReleaseView {
    fn of(release: &crate::store::ReleaseRow) -> Self {
        Self {
            entry: release.sequence,
            released_by: release.released_by.to_string(),
            released_at: release.released_at.to_string(),
            format: release.format.clone(),
            manifest: release.manifest.to_string(),
            records: release.records.iter().map(|(released, _)| released.record.to_string()).collect(),
        }
    }
}

impl RequestedView {
    /// Describes a record that could be given out.
    pub fn of(requested: &RequestedRecord) -> Self {
        let record = &requested.record;
        let in_scope = match requested.in_scope {
            InScope::Yes => "yes",
            InScope::Unclear => "unclear",
            InScope::No => "no",
        };
        Self {
            id: record.id.to_string(),
            kind: record.kind.to_string(),
            encounters: record.encounters.iter().map(|encounter| encounter.from.to_string()).collect(),
            version: record.version,
            in_scope: in_scope.to_owned(),
        }
    }
}
