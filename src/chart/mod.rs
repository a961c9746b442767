//! The words of the domain: identities, pages, text, findings and states. No I/O, no clock, no pixels.
//!
//! Everything above speaks in these types; nothing here knows about anything above.

mod batch;
mod clock;
mod confidence;
mod digest;
mod document;
mod finding;
mod geometry;
mod ids;
mod page;
mod pipeline_stamp;
mod reject;
mod text;

pub use batch::{Batch, BatchCounts};
pub use clock::Clock;
pub use confidence::{Confidence, OutOfRange};
pub use digest::{Digest, DigestParseError, Hasher};
pub use document::{DocumentState, PageView, TransitionError};
pub use finding::{Finding, FindingKind, Severity};
pub use geometry::{QuarterTurns, Rect, Size};
pub use ids::{BatchId, DeliveryId, DocumentId, IdParseError, WorkerId};
pub use page::{PageId, PageIdParseError, PageNumber};
pub use pipeline_stamp::PipelineStamp;
pub use reject::{Reject, RejectReason};
pub use text::{Block, Line, PAGE_TEXT_SCHEMA, PageImage, PageText, TextSource, Word};
