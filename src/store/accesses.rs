//! Who read what: picked out of the ledger's entries into a table, so that it can be asked by person and by record.
//!
//! The ledger stays what counts. The table follows it whenever somebody asks, and could be thrown away.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;

use super::engine::{Store, Transaction};
use super::error::StoreError;
use super::values::{Row, Value, values};
use crate::chart::facts::{AccessFact, RequestFact};
use crate::chart::{Actor, DocumentId, Fact, LedgerEntry, PatientId, PersonId, RecordId};

/// Setting that says up to which entry the ledger was gone through.
const READ_TO: &str = "accesses.read";
/// Entries that are gone through in one transaction.
const AT_ONCE: u32 = 1000;

/// Which accesses are asked for; every condition counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccessFilter {
    /// To the charts of these patients, who were found to be one; none: of everybody.
    pub patients: Vec<PatientId>,
    /// To this record, or the document that it was made of.
    pub record: Option<RecordId>,
    /// To this document.
    pub document: Option<DocumentId>,
    /// By this person.
    pub person: Option<PersonId>,
    /// From this instant on.
    pub from: Option<Timestamp>,
    /// Before this instant.
    pub until: Option<Timestamp>,
}

/// Where an access stands: what a list goes on after.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct AccessPlace {
    /// Number of the ledger's entry.
    pub sequence: u64,
    /// Place among what that entry names, from 0.
    pub place: u32,
}

/// One access.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessRow {
    /// Where it stands.
    pub place: AccessPlace,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub person: PersonId,
    /// Their name.
    pub name: String,
    /// What they did: `viewed`, `record-viewed`, `chart-viewed`, `searched`, `exported`, `printed`, `released`,
    /// `disclosures-viewed` or `emergency-opened`.
    pub action: String,
    /// The document.
    pub document: Option<DocumentId>,
    /// Position of the page in it.
    pub page: Option<u32>,
    /// The record, or the one that the document became.
    pub record: Option<RecordId>,
    /// The patient, or the one whom that record is about now.
    pub patient: Option<PatientId>,
}

/// What an entry says was read.
#[derive(Default)]
struct Touched {
    document: Option<DocumentId>,
    page: Option<u32>,
    record: Option<RecordId>,
    patient: Option<PatientId>,
}

impl fmt::Display for AccessPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.sequence, self.place)
    }
}

impl FromStr for AccessPlace {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (sequence, place) = text.split_once('.').ok_or(())?;
        Ok(Self { sequence: sequence.parse().map_err(|_| ())?, place: place.parse().map_err(|_| ())? })
    }
}

impl Store {
    /// Goes through the entries of the ledger that were not gone through yet, and keeps what they say was read.
    pub async fn follow_accesses(&self) -> Result<(), StoreError> {
        loop {
            let from: u64 = match self.setting(READ_TO).await? {
                Some(text) => text.parse().map_err(|_| StoreError::unreadable(READ_TO))?,
                None => 0,
            };
            let entries = self.ledger_entries(from, AT_ONCE).await?;
            let Some(last) = entries.last() else { return Ok(()) };
            let mut transaction = self.begin().await?;
            for stored in &entries {
                let entry: LedgerEntry =
                    serde_json::from_str(&stored.text).map_err(|_| StoreError::unreadable("entry"))?;
                keep(&mut transaction, &entry).await?;
            }
            let sql = "INSERT INTO settings (name, value) VALUES ($1, $2)
                 ON CONFLICT (name) DO UPDATE SET value = excluded.value";
            transaction.execute(sql, values![READ_TO, (last.sequence + 1).to_string()]).await?;
            transaction.commit().await?;
        }
    }

    /// Returns up to `limit` accesses after `after`, the newest first.
    pub async fn accesses(
        &self,
        filter: &AccessFilter,
        after: Option<AccessPlace>,
        limit: u32,
    ) -> Result<Vec<AccessRow>, StoreError> {
        let (mut wheres, mut values) = (vec!["a.sequence >= 0".to_owned()], Vec::new());
        let mut put = |value: Value| {
            values.push(value);
            format!("${}", values.len())
        };
        if !filter.patients.is_empty() {
            let list: Vec<String> = filter.patients.iter().map(|patient| put(Value::from(*patient))).collect();
            let list = list.join(", ");
            // Every version counts: a record that was filed with the wrong patient was read as theirs.
            let records = format!("SELECT record FROM record_versions WHERE patient IN ({list})");
            wheres.push(format!(
                "(a.patient IN ({list}) OR a.record IN ({records})
                    OR a.document IN (SELECT document FROM records WHERE id IN ({records})))"
            ));
        }
        if let Some(record) = filter.record {
            let record = put(Value::from(record));
            wheres.push(format!(
                "(a.record = {record} OR a.document IN (SELECT document FROM records WHERE id = {record}))"
            ));
        }
        if let Some(document) = filter.document {
            wheres.push(format!("a.document = {}", put(Value::from(document))));
        }
        if let Some(person) = filter.person {
            wheres.push(format!("a.person = {}", put(Value::from(person))));
        }
        if let Some(from) = filter.from {
            wheres.push(format!("a.at >= {}", put(Value::from(from))));
        }
        if let Some(until) = filter.until {
            wheres.push(format!("a.at < {}", put(Value::from(until))));
        }
        if let Some(after) = after {
            let sequence = i64::try_from(after.sequence).unwrap_or(i64::MAX);
            let (sequence, place) = (put(Value::from(sequence)), put(Value::from(i64::from(after.place))));
            wheres.push(format!("(a.sequence, a.place) < ({sequence}, {place})"));
        }
        let limit = put(Value::from(limit));
        let sql = format!(
            "SELECT a.sequence, a.place, a.at, a.person, COALESCE(people.name, '') AS name, a.action, a.document, a.page,
                COALESCE(a.record, records.id) AS record, COALESCE(a.patient, records.patient) AS patient
             FROM accesses a LEFT JOIN people ON people.id = a.person
                LEFT JOIN records ON records.id = COALESCE(a.record,
                    (SELECT max(made.id) FROM records made WHERE made.document = a.document AND made.state <> 'withdrawn'))
             WHERE {} ORDER BY a.sequence DESC, a.place DESC LIMIT {limit}",
            wheres.join(" AND ")
        );
        self.rows(sqlx::AssertSqlSafe(sql), values).await?.iter().map(read).collect()
    }
}

async fn keep(transaction: &mut Transaction, entry: &LedgerEntry) -> Result<(), StoreError> {
    let Actor::Person(person) = entry.actor else { return Ok(()) };
    let Some((action, touched)) = said(&entry.fact) else { return Ok(()) };
    let sequence = i64::try_from(entry.sequence).map_err(|_| StoreError::unreadable("sequence"))?;
    let sql = "INSERT INTO accesses (sequence, place, at, person, action, document, page, record, patient)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (sequence, place) DO NOTHING";
    for (place, touched) in (0_i64..).zip(touched) {
        let Touched { document, page, record, patient } = touched;
        let document = document.map(|id| id.to_string());
        let (record, patient) = (record.map(|id| id.to_string()), patient.map(|id| id.to_string()));
        let values = values![sequence, place, entry.at, person, action, document, page, record, patient];
        transaction.execute(sql, values).await?;
    }
    Ok(())
}

/// Returns what a fact says was read, and how; nothing for what reads nothing.
fn said(fact: &Fact) -> Option<(&'static str, Vec<Touched>)> {
    let document = |id: &DocumentId| Touched { document: Some(*id), ..Touched::default() };
    let record = |id: &RecordId| Touched { record: Some(*id), ..Touched::default() };
    let patient = |id: &PatientId| Touched { patient: Some(*id), ..Touched::default() };
    Some(match fact {
        Fact::Access(AccessFact::Viewed { document: id, page }) => {
            ("viewed", vec![Touched { page: *page, ..document(id) }])
        }
        Fact::Access(AccessFact::RecordViewed { record: id }) => ("record-viewed", vec![record(id)]),
        Fact::Access(AccessFact::ChartViewed { patient: id }) => ("chart-viewed", vec![patient(id)]),
        Fact::Access(AccessFact::DisclosuresViewed { patient: id }) => ("disclosures-viewed", vec![patient(id)]),
        Fact::Access(AccessFact::EmergencyOpened { patient: id, .. }) => ("emergency-opened", vec![patient(id)]),
        Fact::Access(AccessFact::Searched { patient: id, .. }) => {
            ("searched", vec![Touched { patient: *id, ..Touched::default() }])
        }
        Fact::Access(AccessFact::Exported { documents, .. }) => ("exported", documents.iter().map(document).collect()),
        Fact::Access(AccessFact::Printed { document: id, .. }) => ("printed", vec![document(id)]),
        Fact::Request(RequestFact::Released { records, .. }) => {
            ("released", records.iter().map(|released| record(&released.record)).collect())
        }
        _ => return None,
    })
}

fn read(row: &Row) -> Result<AccessRow, StoreError> {
    Ok(AccessRow {
        place: AccessPlace { sequence: row.size("sequence")?, place: row.count("place")? },
        at: row.time("at")?,
        person: row.parsed("person")?,
        name: row.text("name")?,
        action: row.text("action")?,
        document: row.optional_parsed("document")?,
        page: match row.optional_integer("page")? {
            Some(page) => Some(u32::try_from(page).map_err(|_| StoreError::unreadable("page"))?),
            None => None,
        },
        record: row.optional_parsed("record")?,
        patient: row.optional_parsed("patient")?,
    })
}
