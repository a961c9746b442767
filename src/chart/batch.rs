//! Batches: what was brought in together.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{BatchId, PipelineStamp};

/// A batch of deliveries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch {
    /// Identity.
    pub id: BatchId,
    /// Name given by the person who brought it in; unique.
    pub name: String,
    /// Pipeline that its pages go through.
    pub pipeline: PipelineStamp,
    /// Sheets of paper that were counted before scanning, separator sheets left out.
    pub expected_sheets: Option<u32>,
    /// When it was opened.
    pub opened_at: Timestamp,
}

/// Where the deliveries and pages of a batch stand. Pages in = pages done + pages failed + pages rejected, once nothing
/// waits.
///
/// A batch answers for everything that was delivered with it, also where an earlier batch was first to bring the same
/// bytes: their pages, rejects and unopened files count here too. What is counted besides deliveries is content, so that
/// a file delivered twice with one batch counts once (empty files, which have no content, count each).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct BatchCounts {
    /// Files delivered, repeated ones included.
    pub deliveries: u64,
    /// Deliveries whose bytes had been delivered before, in this batch or another.
    pub repeated: u64,
    /// Files not yet looked into, each distinct content once.
    pub files_waiting: u64,
    /// Files rejected whole, or in need of a password; each distinct content once.
    pub files_rejected: u64,
    /// Pages found in files that could be opened, each distinct page once.
    pub pages: u64,
    /// Pages waiting for recognition or being recognised.
    pub pages_waiting: u64,
    /// Pages with a result, blank ones included.
    pub pages_done: u64,
    /// Pages hidden because they are blank (part of the done ones).
    pub pages_blank: u64,
    /// Pages hidden because they are separator sheets (part of the done ones).
    pub separators: u64,
    /// Sheets of paper that the separators are when both sides were scanned: front and back are one.
    pub separator_sheets: u64,
    /// Pages that could not be recognised and wait for a person.
    pub pages_failed: u64,
    /// Pages rejected.
    pub pages_rejected: u64,
}
