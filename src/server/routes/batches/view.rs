//! A batch with its account, as it is answered.

use serde::Serialize;
use utoipa::ToSchema;

use super::paper::PaperView;
use crate::app::batch_report::{BatchReport, FileReport, Outcome};
use crate::chart::{BatchCounts, PersonId, Reject, Sheets};

/// A batch with its account.
#[derive(Serialize, ToSchema)]
pub struct BatchView {
    /// Id.
    id: String,
    /// Name.
    name: String,
    /// Pipeline that its pages go through.
    pipeline: String,
    /// Sheets that were counted before scanning.
    expected_sheets: Option<u32>,
    /// When it was opened.
    opened_at: String,
    /// Where its files and pages stand.
    counts: BatchCountsView,
    /// Whether every page is accounted for.
    adds_up: bool,
    /// Pages dealt with whose text cannot be relied on.
    unreliable_pages: u64,
    /// What the number of sheets says.
    sheets: SheetsView,
    /// How it was prepared, what was found of it, and its closing.
    paper: PaperView,
    /// Whose work it is; nobody: that of all technicians and reviewers.
    staff: Vec<String>,
    /// Files of it that need a person; only where one batch is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    files: Option<Vec<FileToCheckView>>,
}

/// Where the deliveries and pages of a batch stand.
#[derive(Serialize, ToSchema)]
pub struct BatchCountsView {
    /// Files delivered, repeated ones included.
    deliveries: u64,
    /// Deliveries whose bytes had been delivered before.
    repeated: u64,
    /// Files not yet looked into.
    files_waiting: u64,
    /// Files rejected whole, or in need of a password.
    files_rejected: u64,
    /// Pages found in files that could be opened.
    pages: u64,
    /// Pages waiting for recognition or being recognised.
    pages_waiting: u64,
    /// Pages with a result, blank ones included.
    pages_done: u64,
    /// Pages hidden because they are blank.
    pages_blank: u64,
    /// Pages hidden because they are separator sheets.
    separators: u64,
    /// Sheets of paper that the separators are when both sides were scanned.
    separator_sheets: u64,
    /// Pages that could not be recognised and wait for a person.
    pages_failed: u64,
    /// Pages rejected.
    pages_rejected: u64,
}

/// What the expected sheets say.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SheetsView {
    /// Nobody counted.
    NotCounted,
    /// Files are still to be opened or pages to be read.
    NotYet,
    /// The pages can be the sides of so many sheets; nobody said whether one or both were scanned.
    Plausible,
    /// As many were found as were prepared.
    Agree,
    /// So many sheets, or a side of them, are missing.
    Missing(u64),
    /// So many sheets, or a side of them, are too many.
    TooMany(u64),
}

/// A delivered file that needs a person.
#[derive(Serialize, ToSchema)]
pub struct FileToCheckView {
    /// The delivery.
    delivery: String,
    /// Name of the source file; empty for whoever may not work on the batch.
    source: String,
    /// Digest of its bytes.
    sha256: String,
    /// Bytes.
    size: u64,
    /// `waiting`, `ok`, `reject` or `needs-password`.
    #[schema(value_type = String)]
    outcome: Outcome,
    /// Its pages, once it was opened.
    pages: u32,
    /// Pages of it on which every attempt failed.
    pages_failed: u32,
    /// The document made of it.
    document: Option<String>,
    /// The delivery that brought the same bytes before.
    repeats: Option<String>,
    /// Rejections: of the file, or of pages of it.
    rejects: Vec<RejectView>,
}

/// A file, or one page of it, that cannot be read.
#[derive(Serialize, ToSchema)]
pub struct RejectView {
    /// The page; nothing when the whole file is rejected.
    page: Option<u32>,
    /// The kind of reason.
    reason: String,
    /// What was wrong, and what to do.
    message: String,
}

impl BatchView {
    /// Puts the account of a batch into an answer.
    pub fn of(report: BatchReport, paper: PaperView, staff: &[PersonId], files: Option<Vec<FileReport>>) -> Self {
        let BatchReport { batch, counts, adds_up, unreliable_pages, sheets, .. } = report;
        Self {
            id: batch.id.to_string(),
            name: batch.name,
            pipeline: batch.pipeline.name,
            expected_sheets: batch.expected_sheets,
            opened_at: batch.opened_at.to_string(),
            counts: BatchCountsView::of(counts),
            adds_up,
            unreliable_pages,
            sheets: SheetsView::of(sheets),
            paper,
            staff: staff.iter().map(ToString::to_string).collect(),
            files: files.map(|files| files.into_iter().map(FileToCheckView::of).collect()),
        }
    }
}

impl BatchCountsView {
    const fn of(counts: BatchCounts) -> Self {
        Self {
            deliveries: counts.deliveries,
            repeated: counts.repeated,
            files_waiting: counts.files_waiting,
            files_rejected: counts.files_rejected,
            pages: counts.pages,
            pages_waiting: counts.pages_waiting,
            pages_done: counts.pages_done,
            pages_blank: counts.pages_blank,
            separators: counts.separators,
            separator_sheets: counts.separator_sheets,
            pages_failed: counts.pages_failed,
            pages_rejected: counts.pages_rejected,
        }
    }
}

impl SheetsView {
    const fn of(sheets: Sheets) -> Self {
        match sheets {
            Sheets::NotCounted => Self::NotCounted,
            Sheets::NotYet => Self::NotYet,
            Sheets::Plausible => Self::Plausible,
            Sheets::Agree => Self::Agree,
            Sheets::Missing(count) => Self::Missing(count),
            Sheets::TooMany(count) => Self::TooMany(count),
        }
    }
}

impl FileToCheckView {
    fn of(report: FileReport) -> Self {
        Self {
            delivery: report.delivery.to_string(),
            source: report.source,
            sha256: report.sha256.to_string(),
            size: report.size,
            outcome: report.outcome,
            pages: report.pages,
            pages_failed: report.pages_failed,
            document: report.document.map(|document| document.to_string()),
            repeats: report.repeats.map(|delivery| delivery.to_string()),
            rejects: report.rejects.into_iter().map(RejectView::of).collect(),
        }
    }
}

impl RejectView {
    fn of(reject: Reject) -> Self {
        Self {
            page: reject.page.map(|page| page.get()),
            reason: reject.reason.name().to_owned(),
            message: reject.message,
        }
    }
}
