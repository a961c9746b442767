//! Results: which pipeline made what of a page. One is current; a newer one waits as a candidate until it is accepted.

use jiff::Timestamp;

use super::batches::read_pipeline;
use super::engine::{Store, Transaction};
use super::error::StoreError;
use super::pages::{findings_text, read_findings};
use super::values::{Row, stored_names, values};
use crate::chart::{Confidence, Finding, FindingKind, PageId, PageText, PipelineStamp, QuarterTurns};

/// What a result counts for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is shown, exported and searched.
    Current,
    /// It is newer than the current one and waits to be accepted.
    Candidate,
    /// It was current once, or was not accepted; kept.
    Superseded,
}

/// A result as recorded; the text itself is in the object store.
#[derive(Debug, Clone, PartialEq)]
pub struct ResultRecord {
    /// Pipeline that made it.
    pub pipeline: PipelineStamp,
    /// What it counts for.
    pub standing: Standing,
    /// Key in the object store.
    pub object_key: String,
    /// Program and model that read the page.
    pub engine: String,
    /// Number of words.
    pub words: u32,
    /// Mean confidence of the words, if there are any.
    pub mean_confidence: Option<Confidence>,
    /// Whether the page is blank.
    pub blank: bool,
    /// Whether the page should be hidden.
    pub hidden: bool,
    /// Clockwise turn that makes the page upright.
    pub upright: QuarterTurns,
    /// Whether a search over it can be trusted.
    pub reliable: bool,
    /// Findings.
    pub findings: Vec<Finding>,
    /// When it was recorded.
    pub made_at: Timestamp,
}

stored_names!(Standing {
    Current = "current",
    Candidate = "candidate",
    Superseded = "superseded",
});

impl Store {
    /// Returns every result of a page: the current one first, then the candidate, then the older ones.
    pub async fn results_of(&self, page: PageId) -> Result<Vec<ResultRecord>, StoreError> {
        let rows = self
            .rows(
                "SELECT results.*, pipelines.name AS pipeline_name, pipelines.revision AS pipeline_revision,
                    pipelines.digest AS pipeline_digest
                 FROM results JOIN pipelines ON pipelines.digest = results.pipeline
                 WHERE scan = $1 AND number = $2
                 ORDER BY CASE standing WHEN 'current' THEN 0 WHEN 'candidate' THEN 1 ELSE 2 END, made_at DESC",
                values![page.scan, page.number],
            )
            .await?;
        rows.iter().map(read).collect()
    }
}

/// Records a result: the first one of a page is current, a later one is a candidate in the place of an earlier
/// candidate.
pub(super) async fn keep(
    transaction: &mut Transaction,
    text: &PageText,
    object_key: &str,
    now: Timestamp,
) -> Result<Standing, StoreError> {
    let page = text.page;
    let standing = if has(transaction, page, Standing::Current).await? {
        supersede(transaction, page, Standing::Candidate).await?;
        Standing::Candidate
    } else {
        Standing::Current
    };
    transaction
        .execute(
            "INSERT INTO results (scan, number, pipeline, standing, object_key, engine, words, mean_confidence, blank,
                hidden, turn, reliable, findings, made_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
            values![
                page.scan,
                page.number,
                text.pipeline.digest,
                standing.name(),
                object_key,
                text.engine.as_str(),
                i64::try_from(text.words().count()).unwrap_or(i64::MAX),
                text.mean_confidence().map(Confidence::value),
                text.has(FindingKind::Blank),
                text.hidden,
                i64::from(text.upright.degrees()),
                text.is_reliable(),
                findings_text(&text.findings)?,
                now
            ],
        )
        .await?;
    Ok(standing)
}

/// Makes the current result of a page what the page and its documents show.
pub(super) async fn show(transaction: &mut Transaction, page: PageId) -> Result<(), StoreError> {
    let row = transaction
        .row(
            "SELECT blank, hidden, turn, reliable, findings FROM results
             WHERE scan = $1 AND number = $2 AND standing = 'current'",
            values![page.scan, page.number],
        )
        .await?
        .ok_or_else(|| StoreError::NotFound { what: format!("current result of page {page}") })?;
    transaction
        .execute(
            "UPDATE pages SET blank = $3, reliable = $4, findings = $5, failure = NULL WHERE scan = $1 AND number = $2",
            values![page.scan, page.number, row.flag("blank")?, row.flag("reliable")?, row.text("findings")?],
        )
        .await?;
    transaction
        .execute(
            "UPDATE document_pages SET hidden = $3, turn = $4 WHERE scan = $1 AND number = $2",
            values![page.scan, page.number, row.flag("hidden")?, row.integer("turn")?],
        )
        .await?;
    Ok(())
}

/// Moves the result of a page that stands at `from` to the superseded ones.
pub(super) async fn supersede(transaction: &mut Transaction, page: PageId, from: Standing) -> Result<(), StoreError> {
    let sql = "UPDATE results SET standing = 'superseded' WHERE scan = $1 AND number = $2 AND standing = $3";
    transaction.execute(sql, values![page.scan, page.number, from.name()]).await?;
    Ok(())
}

/// Says whether a page has a result that stands at `standing`.
pub(super) async fn has(transaction: &mut Transaction, page: PageId, standing: Standing) -> Result<bool, StoreError> {
    let sql = "SELECT scan FROM results WHERE scan = $1 AND number = $2 AND standing = $3";
    Ok(transaction.row(sql, values![page.scan, page.number, standing.name()]).await?.is_some())
}

/// Reads a result from the columns of `results` and its pipeline's.
pub(super) fn read(row: &Row) -> Result<ResultRecord, StoreError> {
    let turn = i32::try_from(row.integer("turn")?).ok().and_then(QuarterTurns::from_degrees);
    Ok(ResultRecord {
        pipeline: read_pipeline(row)?,
        standing: row.parsed("standing")?,
        object_key: row.text("object_key")?,
        engine: row.text("engine")?,
        words: row.count("words")?,
        mean_confidence: row.optional_real("mean_confidence")?.map(|value| Confidence::clamped(value as f32)),
        blank: row.flag("blank")?,
        hidden: row.flag("hidden")?,
        upright: turn.ok_or_else(|| StoreError::unreadable("turn"))?,
        reliable: row.flag("reliable")?,
        findings: read_findings(row)?,
        made_at: row.time("made_at")?,
    })
}
