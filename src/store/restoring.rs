//! Rows that are made again out of the archive: documents, pages, results, patients, descriptions. What the ledger tells is
//! replayed from there ([`Store::replay`](super::Store::replay)).

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::engine::{Store, Transaction};
use super::error::StoreError;
use super::page_progress;
use super::values::values;
use super::{patients, results, review};
use crate::chart::{Digest, DocumentState, PageId, PageText, PipelineStamp, RecordDescription, RecordDraft, RecordId};

/// One version of a record as the archive keeps it.
#[derive(Debug, Clone, Copy)]
pub struct ArchivedVersion<'a> {
    /// `record.json`.
    pub description: &'a RecordDescription,
    /// The text of each page that has one, with the key that its result is kept under.
    pub texts: &'a [(PageText, String)],
    /// Bytes of each scan file that its pages are from, where that is known.
    pub scan_sizes: &'a BTreeMap<Digest, u64>,
    /// The pipeline that is written where none was archived.
    pub pipeline: &'a PipelineStamp,
}

/// A version that the ledger tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct UndepositedVersion {
    /// The record.
    pub record: RecordId,
    /// The version.
    pub version: u32,
}

impl Store {
    /// Says whether nothing was ever recorded here: no batch, no fact, no setting.
    pub async fn is_untouched(&self) -> Result<bool, StoreError> {
        is_untouched(&mut self.begin_reading().await?).await
    }

    /// Says whether a version was restored.
    pub async fn is_restored(&self, record: RecordId, version: u32) -> Result<bool, StoreError> {
        let sql = "SELECT 1 AS found FROM descriptions WHERE record = $1 AND version = $2";
        Ok(self.row(sql, values![record, version]).await?.is_some())
    }

    /// Makes the rows of one version again, all or none; the versions of a record must come in their order. A version
    /// whose deposit the ledger does not tell of is put back into the waiting room, where it is found deposited.
    ///
    /// # Errors
    /// The database failed, or what was archived contradicts what is here.
    pub async fn restore(&self, version: ArchivedVersion<'_>) -> Result<(), StoreError> {
        let draft = &version.description.draft;
        let at = version.description.verification.at;
        let received = version.description.originals.iter().map(|original| original.received_at).min().unwrap_or(at);
        let mut transaction = self.begin().await?;
        keep_pipelines(&mut transaction, &version).await?;
        keep_batch_and_scans(&mut transaction, &version, received).await?;
        for (text, key) in version.texts {
            keep_page(&mut transaction, text, at).await?;
            keep_result(&mut transaction, text, key, at).await?;
        }
        let failed = keep_failed_pages(&mut transaction, &version, at).await?;
        keep_document(&mut transaction, draft, failed, received, at).await?;
        patients::keep(&mut transaction, &draft.patient, at).await?;
        review::describe(&mut transaction, draft).await?;
        transaction.commit().await
    }

    /// Returns the versions that were accepted but are not in the archive: what they were made of is not there either.
    pub async fn undeposited(&self) -> Result<Vec<UndepositedVersion>, StoreError> {
        let sql = "SELECT record, version FROM record_versions WHERE state = 'waiting'
             AND NOT EXISTS (SELECT 1 FROM descriptions WHERE descriptions.record = record_versions.record
                 AND descriptions.version = record_versions.version) ORDER BY record, version";
        let rows = self.rows(sql, values![]).await?;
        rows.iter()
            .map(|row| Ok(UndepositedVersion { record: row.parsed("record")?, version: row.count("version")? }))
            .collect()
    }
}

/// Says whether nothing was ever recorded.
pub(super) async fn is_untouched(transaction: &mut Transaction) -> Result<bool, StoreError> {
    for table in ["batches", "scans", "ledger", "settings", "patients"] {
        let sql = format!("SELECT 1 AS found FROM {table} LIMIT 1");
        if transaction.row(sqlx::AssertSqlSafe(sql), values![]).await?.is_some() {
            return Ok(false);
        }
    }
    Ok(true)
}

async fn keep_pipelines(transaction: &mut Transaction, version: &ArchivedVersion<'_>) -> Result<(), StoreError> {
    let stamps = version.texts.iter().map(|(text, _)| &text.pipeline).chain([version.pipeline]);
    for stamp in stamps {
        let sql = "INSERT INTO pipelines (digest, name, revision) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
        transaction.execute(sql, values![stamp.digest, stamp.name.as_str(), stamp.revision]).await?;
    }
    Ok(())
}

async fn keep_batch_and_scans(
    transaction: &mut Transaction,
    version: &ArchivedVersion<'_>,
    received: Timestamp,
) -> Result<(), StoreError> {
    let draft = &version.description.draft;
    let pipeline = version.texts.first().map_or(version.pipeline, |(text, _)| &text.pipeline);
    let sql = "INSERT INTO batches (id, name, pipeline, expected_sheets, opened_at) VALUES ($1, $2, $3, NULL, $4)
         ON CONFLICT (id) DO NOTHING";
    transaction.execute(sql, values![draft.batch, draft.batch_name.as_str(), pipeline.digest, received]).await?;
    let mut formats = BTreeMap::new();
    for original in &version.description.originals {
        formats.entry(original.scan).or_insert_with(|| original.format.clone());
    }
    for page in &draft.pages {
        let scan = page.page.scan;
        let size = version.scan_sizes.get(&scan).copied().unwrap_or(0);
        let size = i64::try_from(size).map_err(|_| StoreError::unreadable("size"))?;
        let sql = "INSERT INTO scans (digest, size, batch, state, format, page_count, priority, queued_at, due_at)
             VALUES ($1, $2, $3, 'opened', $4, $5, 0, $6, $6)
             ON CONFLICT (digest) DO UPDATE SET state = 'opened', format = excluded.format
                WHERE scans.state IN ('waiting', 'claimed', 'needs-password')";
        let number = page.page.number.get();
        let format = formats.get(&scan).cloned();
        transaction.execute(sql, values![scan, size, draft.batch, format, number, received]).await?;
        let sql = "UPDATE scans SET page_count = $2 WHERE digest = $1 AND COALESCE(page_count, 0) < $2";
        transaction.execute(sql, values![scan, number]).await?;
    }
    Ok(())
}

async fn keep_page(transaction: &mut Transaction, text: &PageText, at: Timestamp) -> Result<(), StoreError> {
    let image = &text.image;
    let sql =
        "INSERT INTO pages (scan, number, width, height, dpi_x, dpi_y, pipeline, work, priority, queued_at, due_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 'done', 0, $8, $8)
         ON CONFLICT (scan, number) DO UPDATE SET work = 'done', failure = NULL
            WHERE pages.work IN ('waiting', 'claimed', 'failed')";
    let values = values![
        text.page.scan,
        text.page.number,
        image.width,
        image.height,
        image.dpi.0,
        image.dpi.1,
        text.pipeline.digest,
        at
    ];
    transaction.execute(sql, values).await.map(drop)
}

async fn keep_result(
    transaction: &mut Transaction,
    text: &PageText,
    key: &str,
    at: Timestamp,
) -> Result<(), StoreError> {
    let sql = "SELECT standing FROM results WHERE scan = $1 AND number = $2 AND pipeline = $3";
    let page = text.page;
    if transaction.row(sql, values![page.scan, page.number, text.pipeline.digest]).await?.is_some() {
        return Ok(());
    }
    // A later version was accepted with a newer result.
    results::supersede(transaction, page, results::Standing::Current).await?;
    results::keep(transaction, text, key, at).await?;
    let sql = "UPDATE pages SET pipeline = $3, blank = results.blank, reliable = results.reliable,
            findings = results.findings
         FROM results WHERE results.scan = $1 AND results.number = $2 AND results.standing = 'current'
            AND pages.scan = $1 AND pages.number = $2";
    transaction.execute(sql, values![page.scan, page.number, text.pipeline.digest]).await.map(drop)
}

/// Keeps the pages that could not be read; returns how many.
async fn keep_failed_pages(
    transaction: &mut Transaction,
    version: &ArchivedVersion<'_>,
    at: Timestamp,
) -> Result<u32, StoreError> {
    let mut failed = 0;
    let read: BTreeSet<PageId> = version.texts.iter().map(|(text, _)| text.page).collect();
    for page in version.description.draft.pages.iter().map(|page| page.page) {
        if read.contains(&page) {
            continue;
        }
        failed += 1;
        let sql = "INSERT INTO pages (scan, number, width, height, pipeline, work, priority, queued_at, due_at)
             VALUES ($1, $2, 0, 0, $3, 'failed', 0, $4, $4) ON CONFLICT DO NOTHING";
        transaction.execute(sql, values![page.scan, page.number, version.pipeline.digest, at]).await?;
    }
    Ok(failed)
}

async fn keep_document(
    transaction: &mut Transaction,
    draft: &RecordDraft,
    pages_failed: u32,
    received: Timestamp,
    at: Timestamp,
) -> Result<(), StoreError> {
    let Some(PageId { scan, .. }) = draft.pages.first().map(|page| page.page) else { return Ok(()) };
    let document = draft.document;
    // Where a backup knew the document already, it has its delivery.
    if transaction.row("SELECT 1 AS found FROM documents WHERE id = $1", values![document]).await?.is_none() {
        // The delivery's own id was not archived; the document's serves, so that another try makes the same row.
        let sql = "INSERT INTO deliveries (id, batch, scan, source_key, source_name, received_at)
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
        let id = document.to_string();
        let source_key = Digest::of(format!("restored {id}").as_bytes());
        let name = draft.source_name.as_str();
        transaction.execute(sql, values![id.as_str(), draft.batch, scan, source_key, name, received]).await?;
        let sql = "INSERT INTO documents (id, batch, delivery, state, pages_left, pages_failed, opened_at, changed_at)
             VALUES ($1, $2, $3, 'read', 0, $4, $5, $6) ON CONFLICT (id) DO NOTHING";
        transaction.execute(sql, values![document, draft.batch, id.as_str(), pages_failed, received, at]).await?;
    }
    let sql = "SELECT state FROM record_versions WHERE record = $1 AND version = $2";
    let row = transaction.row(sql, values![draft.record, draft.version]).await?;
    let waits = row.map(|row| row.text("state")).transpose()?.is_some_and(|state| state == "waiting");
    let state = if waits && draft.version == 1 {
        DocumentState::Verified { record: draft.record, pages_failed }
    } else {
        DocumentState::Archived { record: draft.record, pages_failed }
    };
    page_progress::write(transaction, document, &state).await?;
    if waits {
        let sql = "INSERT INTO deposits (record, version, state, released, reviewed, due_at, queued_at)
             VALUES ($1, $2, 'waiting', TRUE, TRUE, $3, $3) ON CONFLICT DO NOTHING";
        transaction.execute(sql, values![draft.record, draft.version, at]).await?;
    }
    transaction.execute("DELETE FROM document_pages WHERE document = $1", values![document]).await?;
    for (position, page) in (1_u32..).zip(&draft.pages) {
        let sql = "INSERT INTO document_pages (document, position, scan, number, hidden, turn)
             VALUES ($1, $2, $3, $4, $5, $6)";
        let turn = i64::from(page.turn.degrees());
        let PageId { scan, number } = page.page;
        transaction.execute(sql, values![document, position, scan, number, page.hidden, turn]).await?;
    }
    Ok(())
}
