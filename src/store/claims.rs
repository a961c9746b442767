//! Claims: the right of one worker to one piece of work until its lease runs out.
//!
//! A claim is good as long as nobody else has been given the work since. Each claim has a number; what a worker brings
//! back is taken only with the number of the last claim, so that a worker that was thought dead cannot write over
//! another's result.

use std::time::Duration;

use jiff::Timestamp;

use crate::chart::{BatchId, Digest, PageId, PipelineStamp, Size, WorkerId};

/// Failed attempts after which a scan is rejected, and a page is left to a person.
pub const MAX_ATTEMPTS: u32 = 3;

/// Leases that may run out on one piece of work before it is given up.
///
/// More than [`MAX_ATTEMPTS`]: a lost lease says that the worker's machine was stopped, and only seldom that this piece
/// of work stopped it.
pub const MAX_LOST_LEASES: u32 = 12;

/// The claim on a scan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScanClaim {
    /// The scan.
    pub scan: Digest,
    /// Who has it.
    pub worker: WorkerId,
    pub(super) number: i64,
}

/// The claim on a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageClaim {
    /// The page.
    pub page: PageId,
    /// Who has it.
    pub worker: WorkerId,
    pub(super) number: i64,
}

/// A scan to look into.
#[derive(Debug, Clone)]
pub struct ClaimedScan {
    /// The right to it.
    pub claim: ScanClaim,
    /// Bytes.
    pub size: u64,
    /// Attempts that failed before.
    pub attempts: u32,
    /// Batch that brought it first.
    pub batch: BatchId,
    /// Pipeline that its pages will go through.
    pub pipeline: PipelineStamp,
}

/// A page to recognise.
#[derive(Debug, Clone)]
pub struct ClaimedPage {
    /// The right to it.
    pub claim: PageClaim,
    /// Size of the page image as it was found when the scan was opened.
    pub size: Size,
    /// Attempts that failed before.
    pub attempts: u32,
    /// Bytes of the scan.
    pub scan_size: u64,
    /// Format of the scan, as it was given to `open_scan`.
    pub format: String,
    /// Key of the scan's copy without encryption, when there is one.
    pub decrypted_key: Option<String>,
    /// Pipeline to use.
    pub pipeline: PipelineStamp,
}

/// What became of work after a failed attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attempt {
    /// It will be tried again, not before the back-off is over.
    AgainLater {
        /// Attempts that failed so far.
        failed: u32,
    },
    /// It was the last one: the scan is rejected, the page waits for a person.
    GivenUp,
}

/// Returns the moment `after` from `now`; the end of time when that is past it.
pub(super) fn later(now: Timestamp, after: Duration) -> Timestamp {
    now.saturating_add(jiff::SignedDuration::try_from(after).unwrap_or(jiff::SignedDuration::MAX))
        .unwrap_or(Timestamp::MAX)
}
