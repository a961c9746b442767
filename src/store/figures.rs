//! Figures for whoever steers the work: what waits, since when, how fast it goes, what failed.

use jiff::{SignedDuration, Timestamp};

use super::engine::Store;
use super::error::StoreError;
use super::pages::{PageWork, read_findings, read_page_id};
use super::values::{Row, values};
use crate::chart::{BatchId, DocumentId, Finding, PageId, RecordId};

/// Microseconds of an hour.
const HOUR: i64 = 3_600_000_000;

/// The figures of one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figures {
    /// Documents that wait for a person.
    pub documents_to_verify: u64,
    /// When the oldest of them was made.
    pub oldest_to_verify: Option<Timestamp>,
    /// Documents whose pages are being read.
    pub documents_reading: u64,
    /// Files not yet opened.
    pub files_waiting: u64,
    /// Files that cannot be read, or need a password.
    pub files_rejected: u64,
    /// Pages not yet read.
    pub pages_waiting: u64,
    /// Pages on which every attempt failed.
    pub pages_failed: u64,
    /// Pages that cannot be read.
    pub pages_rejected: u64,
    /// Accepted versions that wait for their deposit.
    pub deposits_waiting: u64,
    /// Deposits that failed.
    pub deposits_failed: u64,
    /// Documents accepted in the last hour.
    pub accepted_last_hour: u64,
    /// Documents accepted in the last 24 hours.
    pub accepted_last_day: u64,
    /// Pages read in each of the last 24 hours, by the hour's beginning; hours without any are left out.
    pub pages_by_hour: Vec<(Timestamp, u64)>,
}

/// A page that needs a person.
#[derive(Debug, Clone, PartialEq)]
pub struct FailedPage {
    /// The page.
    pub page: PageId,
    /// Failed, or rejected.
    pub work: PageWork,
    /// Attempts that failed.
    pub attempts: u32,
    /// Why.
    pub findings: Vec<Finding>,
    /// A document that it stands in, with its batch.
    pub document: Option<(DocumentId, BatchId)>,
}

/// A deposit that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedDeposit {
    /// The record.
    pub record: RecordId,
    /// Its version.
    pub version: u32,
    /// Attempts.
    pub attempts: u32,
    /// Why.
    pub failure: String,
}

impl Store {
    /// Returns the figures at `now`.
    pub async fn figures(&self, now: Timestamp) -> Result<Figures, StoreError> {
        let missing = || StoreError::unreadable("figures");
        let before = |hours| now.saturating_sub(SignedDuration::from_hours(hours)).unwrap_or(Timestamp::MIN);
        let documents = "SELECT count(*) FILTER (WHERE state = 'read') AS to_verify,
                count(*) FILTER (WHERE state = 'reading') AS reading,
                min(CASE WHEN state = 'read' THEN opened_at END) AS oldest
             FROM documents WHERE state IN ('read', 'reading')";
        let documents = self.row(documents, values![]).await?.ok_or_else(missing)?;
        let scans = "SELECT count(*) FILTER (WHERE state IN ('waiting', 'claimed')) AS waiting,
                count(*) FILTER (WHERE state IN ('rejected', 'needs-password')) AS rejected
             FROM scans WHERE state <> 'opened'";
        let scans = self.row(scans, values![]).await?.ok_or_else(missing)?;
        let pages = "SELECT count(*) FILTER (WHERE work IN ('waiting', 'claimed')) AS waiting,
                count(*) FILTER (WHERE work = 'failed') AS failed, count(*) FILTER (WHERE work = 'rejected') AS rejected
             FROM pages WHERE work <> 'done'";
        let pages = self.row(pages, values![]).await?.ok_or_else(missing)?;
        let deposits = "SELECT count(*) FILTER (WHERE state IN ('waiting', 'claimed')) AS waiting,
                count(*) FILTER (WHERE state = 'failed') AS failed FROM deposits WHERE state <> 'done'";
        let deposits = self.row(deposits, values![]).await?.ok_or_else(missing)?;
        let accepted = "SELECT count(*) FILTER (WHERE accepted_at > $1) AS hour, count(*) AS day
             FROM record_versions WHERE accepted_at > $2 AND state <> 'withdrawn'";
        let accepted = self.row(accepted, values![before(1), before(24)]).await?.ok_or_else(missing)?;
        let hours = "SELECT made_at / 3600000000 AS hour, count(*) AS pages FROM results WHERE made_at > $1
             GROUP BY made_at / 3600000000 ORDER BY made_at / 3600000000";
        let hours = self.rows(hours, values![before(24)]).await?;
        Ok(Figures {
            documents_to_verify: documents.size("to_verify")?,
            oldest_to_verify: documents.optional_time("oldest")?,
            documents_reading: documents.size("reading")?,
            files_waiting: scans.size("waiting")?,
            files_rejected: scans.size("rejected")?,
            pages_waiting: pages.size("waiting")?,
            pages_failed: pages.size("failed")?,
            pages_rejected: pages.size("rejected")?,
            deposits_waiting: deposits.size("waiting")?,
            deposits_failed: deposits.size("failed")?,
            accepted_last_hour: accepted.size("hour")?,
            accepted_last_day: accepted.size("day")?,
            pages_by_hour: hours.iter().map(hour).collect::<Result<_, _>>()?,
        })
    }

    /// Returns the next `limit` pages that need a person, after `after`, in the order of their ids.
    pub async fn failed_pages(&self, after: Option<PageId>, limit: u32) -> Result<Vec<FailedPage>, StoreError> {
        let sql =
            "SELECT pages.scan, pages.number, pages.work, pages.attempts, pages.findings, documents.id AS document,
                documents.batch
             FROM pages LEFT JOIN document_pages
                ON document_pages.scan = pages.scan AND document_pages.number = pages.number
             LEFT JOIN documents ON documents.id = document_pages.document
             WHERE pages.work IN ('failed', 'rejected') AND (pages.scan, pages.number) > ($1, $2)
             ORDER BY pages.scan, pages.number LIMIT $3";
        let (scan, number) = after.map_or((String::new(), 0), |page| (page.scan.to_string(), page.number.get()));
        self.rows(sql, values![scan, number, limit]).await?.iter().map(failed_page).collect()
    }

    /// Returns up to `limit` deposits that failed.
    pub async fn failed_deposits(&self, limit: u32) -> Result<Vec<FailedDeposit>, StoreError> {
        let sql = "SELECT record, version, attempts, failure FROM deposits WHERE state = 'failed'
             ORDER BY record, version LIMIT $1";
        let rows = self.rows(sql, values![limit]).await?;
        let read = |row: &Row| {
            Ok(FailedDeposit {
                record: row.parsed("record")?,
                version: row.count("version")?,
                attempts: row.count("attempts")?,
                failure: row.optional_text("failure")?.unwrap_or_default(),
            })
        };
        rows.iter().map(read).collect()
    }
}

fn hour(row: &Row) -> Result<(Timestamp, u64), StoreError> {
    let begins = row.integer("hour")?.checked_mul(HOUR).ok_or_else(|| StoreError::unreadable("hour"))?;
    let at = Timestamp::from_microsecond(begins).map_err(|_| StoreError::unreadable("hour"))?;
    Ok((at, row.size("pages")?))
}

fn failed_page(row: &Row) -> Result<FailedPage, StoreError> {
    Ok(FailedPage {
        page: read_page_id(row)?,
        work: row.parsed("work")?,
        attempts: row.count("attempts")?,
        findings: read_findings(row)?,
        document: row.optional_parsed("document")?.zip(row.optional_parsed("batch")?),
    })
}
