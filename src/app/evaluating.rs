//! How well suggestions agree with what people confirmed, over the documents that they verified.

use super::{App, AppError};
use crate::access::Permission;
use crate::labels::{Agreement, AgreementReport, DocumentKinds};
use crate::store::{RecordRow, RecordState};

/// Records that are read from the database at a time.
const ROWS: u32 = 200;

impl App {
    /// Suggests anew for up to `most` documents that a person verified, with the types `kinds`, and compares with what they
    /// said. Known patients are left out of it: they would tell what was typed before.
    ///
    /// # Errors
    /// The person may not oversee the work; a result cannot be read; the database failed.
    pub async fn evaluate_suggestions(&self, kinds: &DocumentKinds, most: u64) -> Result<AgreementReport, AppError> {
        self.actor(Permission::SeeWork, &[]).await?;
        let mut agreement = Agreement::default();
        let (mut after, mut compared) = (None, 0);
        loop {
            let rows = self.store.archive_records(after, ROWS).await?;
            let Some(last) = rows.last() else { break };
            after = Some(last.id);
            for row in rows {
                if compared == most {
                    return Ok(agreement.report());
                }
                compared += u64::from(self.compare_suggestions(&row, kinds, &mut agreement).await?);
            }
        }
        Ok(agreement.report())
    }

    /// Compares one record, if a person verified it and its pages are there; says whether it did.
    async fn compare_suggestions(
        &self,
        row: &RecordRow,
        kinds: &DocumentKinds,
        agreement: &mut Agreement,
    ) -> Result<bool, AppError> {
        if !matches!(row.state, RecordState::Waiting | RecordState::Archived) {
            return Ok(false);
        }
        let versions = self.store.record_versions(row.id).await?;
        let by_person = versions.iter().any(|version| version.version == row.version && version.accepted_by.is_some());
        let description = self.store.description(row.id, row.version).await?;
        let document = self.store.document(row.document).await?;
        let (true, Some(description), Some(document)) = (by_person, description, document) else { return Ok(false) };
        let pages = self.shown_pages(document.id).await?;
        let suggestions = self.read_off(&document, &pages, kinds).await?;
        agreement.count(&suggestions, &description.patient, &description.kind);
        Ok(true)
    }
}
