//! Candidate results beside the current ones, for whoever compares them.

use super::batches::read_pipeline;
use super::engine::Store;
use super::error::StoreError;
use super::pages::{PageSelection, read_page_id};
use super::values::{Row, values};
use crate::chart::{DocumentId, PageId, PipelineStamp};

/// A page with a result that waits to be accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CandidateRecord {
    /// The page.
    pub page: PageId,
    /// Document that it stands in.
    pub document: DocumentId,
    /// Place in the document, from 1.
    pub position: u32,
    /// Key of the result that counts.
    pub current_key: String,
    /// Key of the result that waits.
    pub candidate_key: String,
    /// Pipeline that made the one that waits.
    pub pipeline: PipelineStamp,
}

impl Store {
    /// Returns the next `limit` pages of `selection` with a candidate, after the document and place of `after`, in the
    /// order of documents and their pages.
    pub async fn candidates(
        &self,
        selection: PageSelection,
        after: Option<(DocumentId, u32)>,
        limit: u32,
    ) -> Result<Vec<CandidateRecord>, StoreError> {
        let (chosen, value, number) = selection.condition();
        let sql = format!(
            "SELECT pages.scan, pages.number, document_pages.document, document_pages.position,
                current.object_key AS current_key, candidate.object_key AS candidate_key,
                pipelines.name AS pipeline_name, pipelines.revision AS pipeline_revision,
                pipelines.digest AS pipeline_digest
             FROM pages
             JOIN document_pages ON document_pages.scan = pages.scan AND document_pages.number = pages.number
             JOIN results AS candidate ON candidate.scan = pages.scan AND candidate.number = pages.number
                AND candidate.standing = 'candidate'
             JOIN results AS current ON current.scan = pages.scan AND current.number = pages.number
                AND current.standing = 'current'
             JOIN pipelines ON pipelines.digest = candidate.pipeline
             WHERE {chosen} AND (document_pages.document, document_pages.position) > ($3, $4)
             ORDER BY document_pages.document, document_pages.position LIMIT $5"
        );
        let (document, position) = after.map_or((String::new(), 0), |(id, position)| (id.to_string(), position));
        let mut bound = vec![value, number];
        bound.extend(values![document, position, limit]);
        self.rows(sqlx::AssertSqlSafe(sql), bound).await?.iter().map(read).collect()
    }
}

fn read(row: &Row) -> Result<CandidateRecord, StoreError> {
    Ok(CandidateRecord {
        page: read_page_id(row)?,
        document: row.parsed("document")?,
        position: row.count("position")?,
        current_key: row.text("current_key")?,
        candidate_key: row.text("candidate_key")?,
        pipeline: read_pipeline(row)?,
    })
}
