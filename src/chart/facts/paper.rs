//! Paper: boxes and where they go, batches that were prepared, and their closing.

use serde::{Deserialize, Serialize};

use crate::chart::{BatchId, BoxLabel, CustodyStep, Preparation, Reconciliation};

/// Paper: boxes and where they go, batches that were prepared, and their closing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PaperFact {
    /// A box of paper came in.
    BoxReceived {
        /// Its label.
        label: BoxLabel,
        /// Where it is, without a word on a patient.
        place: String,
    },
    /// A box was taken elsewhere.
    BoxMoved {
        /// Its label.
        label: BoxLabel,
        /// What for.
        step: CustodyStep,
        /// Where it is now.
        place: String,
    },
    /// The sheets of a batch were counted, before any of them was scanned.
    BatchPrepared {
        /// The batch.
        batch: BatchId,
        /// What was counted, and how it is scanned.
        preparation: Preparation,
    },
    /// A batch of which the counts agree was closed: it takes in no more files.
    BatchClosed {
        /// The batch.
        batch: BatchId,
        /// The counts.
        account: Reconciliation,
    },
    /// Somebody gave a reason to close a batch although its counts differ.
    DifferenceExplained {
        /// The batch.
        batch: BatchId,
        /// The counts.
        account: Reconciliation,
        /// Why, without a word on a patient.
        reason: String,
    },
    /// A second person confirmed that difference: the batch is closed.
    DifferenceConfirmed {
        /// The batch.
        batch: BatchId,
        /// The counts, which are those that the reason was given for.
        account: Reconciliation,
    },
}
