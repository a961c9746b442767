//! Administrative facts: what was decided or happened, as the ledger keeps it for good.
//!
//! The tables of the database that hold people, records, policies, events, holds and disposals are nothing but the facts
//! of the ledger, applied in their order; replaying the ledger makes them again. So a fact carries everything that its
//! tables need, by ids and dates, and no text about a patient: whoever may audit need not be allowed to read charts.

mod access;
mod desk;
mod disposal;
mod grant;
mod hold;
mod key;
mod lot;
mod paper;
mod people;
mod record;
mod retention;
mod rule;

use serde::{Deserialize, Serialize};

pub use access::AccessFact;
pub use desk::{Arranged, ArrangementStep, DeskFact, TicketCategory};
pub use disposal::{Beginning, DisposalFact, KeptBack, Proposal, ProposedRecord, RemovedObject};
pub use grant::{GrantFact, GrantKind, GrantScope};
pub use hold::HoldFact;
pub use key::{KeyFact, rotation_statement};
pub use lot::{LotDraw, LotFact};
pub use paper::PaperFact;
pub use people::PeopleFact;
pub use record::{Acceptance, RecordFact};
pub use retention::RetentionFact;
pub use rule::RuleFact;

/// One administrative fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "about", content = "fact", rename_all = "kebab-case")]
pub enum Fact {
    /// People and their roles.
    People(PeopleFact),
    /// Records: acceptance, deposit, correction.
    Record(RecordFact),
    /// What happens at the verification station before a decision, and blind re-keying after it.
    Desk(DeskFact),
    /// Boxes of paper, and the batches that are made of them.
    Paper(PaperFact),
    /// Lots of documents and their samples.
    Lot(LotFact),
    /// Rules under which the program accepts documents.
    Rule(RuleFact),
    /// Policies, and the events that their periods run from.
    Retention(RetentionFact),
    /// Holds.
    Hold(HoldFact),
    /// Destruction, from the proposal to the certificate.
    Disposal(DisposalFact),
    /// The keys that sign.
    Key(KeyFact),
    /// Who may read what, and until when.
    Grant(GrantFact),
    /// Who signed in, and who saw what.
    Access(AccessFact),
}
