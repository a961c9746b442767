//! Suggests what a person would type about a document: whom it is about, what it is, and of which day.
//!
//! Everything comes from the words of the pages with their places, so that each suggestion shows the snippet it was read
//! from. What can be read in two ways is never guessed: it is left to the person, with both readings.

mod agreement;
mod dates;
mod field;
mod in_codes;
mod kinds;
mod matching;
mod patient_match;
mod sighting;
mod suggest;

pub use agreement::{Agreement, AgreementReport, FieldAgreement, Mistaken};
pub use dates::{DateOrder, readings_of};
pub use field::{Candidate, Field, FieldName, Level, Place};
pub use kinds::{DocumentKind, DocumentKinds, KindError, UnknownKind};
pub use patient_match::{Disagreement, PatientCandidate, disagreements, rank, same_name};
pub use sighting::{ReadPage, Sighting, sightings};
pub use suggest::{Suggestions, suggest};
