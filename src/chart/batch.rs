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
    /// Sheets of paper that were counted before scanning.
    pub expected_sheets: Option<u32>,
    /// When it was opened.
    pub opened_at: Timestamp,
}

/// Where the deliveries and pages of a batch stand. Pages in = pages done + pages rejected, once nothing waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct BatchCounts {
    /// Files delivered, repeated ones included.
    pub deliveries: u64,
    /// Deliveries whose bytes had been delivered before, in this batch or another.
    pub repeated: u64,
    /// Files not yet looked into.
    pub files_waiting: u64,
    /// Files rejected whole.
    pub files_rejected: u64,
    /// Pages found in files that could be opened.
    pub pages: u64,
    /// Pages waiting for recognition or being recognised.
    pub pages_waiting: u64,
    /// Pages with a result, blank ones included.
    pub pages_done: u64,
    /// Pages hidden because they are blank (part of the done ones).
    pub pages_blank: u64,
    /// Pages that could not be recognised and wait for a person.
    pub pages_failed: u64,
    /// Pages rejected.
    pub pages_rejected: u64,
}
