//! What is done with one page, one file per stage. Stages return findings; none of them stops a page.

pub mod blank;
pub mod codes;
pub mod dark_edge;
pub mod deskew;
pub mod doubt;
pub mod mixed;
pub mod prepare;
pub mod quality;
pub mod recognise;
pub mod resize;
pub mod turn;

use crate::chart::{Confidence, Finding, FindingKind, Severity};

/// Makes the finding of a stage.
pub(super) fn finding(stage: &str, kind: FindingKind, severity: Severity, confidence: f32, message: String) -> Finding {
    Finding { kind, severity, confidence: Confidence::clamped(confidence), stage: stage.to_owned(), message }
}
