//! Lots: drawn, checked, released or held back.

use serde::{Deserialize, Serialize};

use crate::chart::{BatchId, Defect, Digest, LotId, RecordId, Stringency};

/// Lots: drawn, checked, released or held back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LotFact {
    /// Accepted documents of a batch became a lot, and its sample was drawn.
    Drawn(LotDraw),
    /// A document of the lot was compared with its image by somebody who did not accept it. A critical or major defect
    /// returns it: that acceptance is withdrawn.
    Checked {
        /// The lot.
        lot: LotId,
        /// The record.
        record: RecordId,
        /// What was found; nothing if it is right.
        defects: Vec<Defect>,
    },
    /// The lot goes on to its deposits.
    Released {
        /// The lot.
        lot: LotId,
    },
    /// The lot does not: its documents are drawn again, and every one of them is checked.
    HeldBack {
        /// The lot.
        lot: LotId,
        /// Why.
        reason: String,
    },
}

/// A lot and its sample. Anybody can draw the sample again out of the seed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LotDraw {
    /// The lot.
    pub lot: LotId,
    /// The batch that its documents came with.
    pub batch: BatchId,
    /// The plan: `off`, `all`, or the acceptance quality limit.
    pub plan: String,
    /// How strictly.
    pub stringency: Stringency,
    /// 256 random bits.
    pub seed: Digest,
    /// Documents of the drawn sample that may have a major defect.
    pub accepts: u32,
    /// Every record of the lot.
    pub records: Vec<RecordId>,
    /// Those that the seed drew.
    pub drawn: Vec<RecordId>,
    /// Those that are checked besides: whoever accepted them is new.
    pub added: Vec<RecordId>,
}
