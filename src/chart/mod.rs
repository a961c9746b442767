//! The words of the domain: identities, pages, text, findings and states. No I/O, no clock, no pixels.
//!
//! Everything above speaks in these types; nothing here knows about anything above.

mod batch;
mod clock;
mod code;
mod confidence;
mod digest;
mod document;
pub mod facts;
mod finding;
mod folding;
mod geometry;
mod hold;
mod ids;
mod ledger_entry;
mod lot;
pub mod merkle;
mod naming;
mod page;
mod paper;
mod patient;
mod pipeline_stamp;
mod reading_doubt;
mod reconciliation;
mod record;
mod reject;
mod retention;
mod role;
mod secret;
mod signing;
mod text;
mod text_form;

pub use batch::{Batch, BatchCounts};
pub use clock::Clock;
pub use code::{Code, MOST_CODE_BYTES, MOST_CODES, Separator, SheetKind, Symbology};
pub use confidence::{Confidence, OutOfRange};
pub use digest::{Digest, DigestParseError, Hasher};
pub use document::{DocumentState, PageView, RejectionReason, TransitionError};
pub use facts::Fact;
pub use finding::{Finding, FindingKind, Severity};
pub use folding::{folded, folded_number, folded_words};
pub use geometry::{QuarterTurns, Rect, Size};
pub use hold::{Hold, HoldScope};
pub use ids::{
    ArrangementId, BatchId, DeliveryId, DisposalId, DocumentId, EventId, GrantId, HoldId, IdParseError, LotId,
    PatientId, PersonId, RecordId, TicketId, WorkerId,
};
pub use ledger_entry::{Actor, LEDGER_ENTRY_SCHEMA, LedgerEntry};
pub use lot::{Defect, DefectClass, DefectParseError, Sampled, Stringency};
pub use naming::{AutoAcceptRule, DocumentType, Label, NameError, RecordClass, RuleName, RuleParseError, nearest};
pub use page::{PageId, PageIdParseError, PageNumber};
pub use paper::{BoxLabel, BoxLabelError, CustodyStep, PaperWordError, Preparation, Sides};
pub use patient::{BirthDate, PatientError, PatientRef};
pub use pipeline_stamp::PipelineStamp;
pub use reading_doubt::{MOST_OTHER_READINGS, OtherReading, ReadingDoubt, ReadingRisk};
pub use reconciliation::{Reconciliation, Sheets};
pub use record::{
    Correction, CorrectionReason, Cut, Encounter, OriginalFile, RECORD_SCHEMA, RecordDescription, RecordDraft,
    RecordPage, SecondReview, Verification, VerifiedRecord, Verifier,
};
pub use reject::{Reject, RejectReason};
pub use retention::{EventSubject, LastDay, TriggerEvent, TriggerKind, UnknownWord, Withdrawal};
pub use role::{Role, RoleParseError};
pub use secret::Secret;
pub use signing::{PublicKey, Signature, SigningParseError};
pub use text::{Block, Line, PAGE_TEXT_SCHEMA, PageImage, PageText, TextSource, Word};
pub(crate) use text_form::{as_text, parse_hexadecimal, write_hexadecimal};
