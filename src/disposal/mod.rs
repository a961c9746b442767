//! Destruction of records that need not be kept any longer: every version, derived file, index entry, cache and replica.
//!
//! 1. A proposal is made, reviewed and approved by two others; its rules are the ledger's (`store/facts/disposal.rs`).
//! 2. After the period of grace, [`destroy()`] takes one record after the other. Before each deletion, clock, last day and
//!    holds are checked and an intent is committed; after it, the result. A crash at any point leaves what the next run
//!    goes on with.
//! 3. A [`tombstone`] outside of the record's folder says that it was destroyed; [`replay`] destroys again what a restored
//!    backup brought back.
//! 4. When the index and the database have given up the text as well, a [`Certificate`] is made and signed, as JSON and as
//!    PDF. Anybody verifies either offline ([`verify()`]).

mod certificate;
mod clock_check;
mod destroy;
mod error;
mod make_certificate;
mod pdf_certificate;
mod place;
pub mod tombstone;
mod verify;

pub use certificate::{
    Approval, CERTIFICATE_SCHEMA, Certificate, DestroyedRecord, RecordOutcome, RemovedVersion, SignedCertificate,
};
pub use destroy::{Destruction, Outcome, Ready, Standing, destroy};
pub use error::DisposalError;
pub use make_certificate::{Issued, issue, json_key, pdf_key};
pub use place::Place;
pub use tombstone::replay;
pub use verify::{CertificateError, Verified, verify};
