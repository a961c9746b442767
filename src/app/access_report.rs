//! Who read what: by record, by chart, by person, within days. Made of the ledger, where everything that is read is noted.

use std::io::Write;

use jiff::civil::Date;

use super::{App, AppError};
use crate::access::Permission;
use crate::chart::facts::AccessFact;
use crate::chart::{DocumentId, PatientId, PersonId, RecordId};
use crate::store::{AccessFilter, AccessPlace, AccessRow};

/// Accesses that are read from the database at a time.
const ROWS: u32 = 1000;

/// What somebody asks about; every condition counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccessAsked {
    /// The chart of this patient.
    pub patient: Option<PatientId>,
    /// This record.
    pub record: Option<RecordId>,
    /// This document.
    pub document: Option<DocumentId>,
    /// What this person read.
    pub person: Option<PersonId>,
    /// From this day on, at the facility.
    pub from: Option<Date>,
    /// To the end of this day.
    pub to: Option<Date>,
}

impl App {
    /// Returns up to `limit` accesses after `after`, the newest first. That somebody asked is noted too.
    ///
    /// # Errors
    /// The person who asks may not know; a day is not one; the database failed.
    pub async fn access_report(
        &self,
        asked: &AccessAsked,
        after: Option<AccessPlace>,
        limit: u32,
    ) -> Result<Vec<AccessRow>, AppError> {
        let filter = self.access_filter(asked, after.is_none()).await?;
        Ok(self.store.accesses(&filter, after, limit).await?)
    }

    /// Writes every access that is asked for as CSV (RFC 4180), the newest first. Returns how many.
    ///
    /// # Errors
    /// As for [`App::access_report`]; `out` cannot be written.
    pub async fn write_access_report(&self, asked: &AccessAsked, out: &mut impl Write) -> Result<u64, AppError> {
        let failed = |cause| AppError::Write { what: "the access report".into(), cause };
        let filter = self.access_filter(asked, true).await?;
        let (mut after, mut count) = (None, 0);
        write!(out, "at,person,name,action,patient,record,document,page,entry\r\n").map_err(failed)?;
        loop {
            let rows = self.store.accesses(&filter, after, ROWS).await?;
            let Some(last) = rows.last() else { break };
            after = Some(last.place);
            for row in &rows {
                write!(out, "{}\r\n", line(row)).map_err(failed)?;
                count += 1;
            }
        }
        out.flush().map_err(failed)?;
        Ok(count)
    }

    /// Returns what to look for in what the ledger says up to now.
    async fn access_filter(&self, asked: &AccessAsked, noted: bool) -> Result<AccessFilter, AppError> {
        let auditor = self.actor(Permission::ReportAccess, &[]).await?.person;
        let AccessAsked { patient, record, document, person, from, to } = asked.clone();
        if from.zip(to).is_some_and(|(from, to)| from > to) {
            return Err(AppError::Unfit("the first day is after the last: exchange them".into()));
        }
        if noted {
            self.note(auditor, AccessFact::AccessReported { patient, record, person }).await?;
        }
        self.store.follow_accesses().await?;
        let patients = match patient {
            Some(patient) => self.store.merged_patients(patient).await?.into_iter().collect(),
            None => Vec::new(),
        };
        let unfit = || AppError::Unfit("this day is out of reach: give one such as 2026-03-15".into());
        let start = |day: Date| Ok::<_, AppError>(day.to_zoned(self.zone()).map_err(|_| unfit())?.timestamp());
        let from = from.map(start).transpose()?;
        let until = to.map(|day| start(day.tomorrow().map_err(|_| unfit())?)).transpose()?;
        Ok(AccessFilter { patients, record, document, person, from, until })
    }
}

fn line(row: &AccessRow) -> String {
    let text = |value: Option<String>| value.unwrap_or_default();
    let cells = [
        row.at.to_string(),
        row.person.to_string(),
        cell(&row.name),
        row.action.clone(),
        text(row.patient.map(|id| id.to_string())),
        text(row.record.map(|id| id.to_string())),
        text(row.document.map(|id| id.to_string())),
        text(row.page.map(|page| page.to_string())),
        row.place.to_string(),
    ];
    cells.join(",")
}

/// Writes a text as a cell that no spreadsheet takes for a formula.
fn cell(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_cell_and_no_formula() {
        assert_eq!(cell("Ann \"A\" Example"), "\"Ann \"\"A\"\" Example\"");
        assert_eq!(cell("=1+1"), "\"'=1+1\"");
    }
}
