//! Records as OCFL 1.1 objects below the storage root `records/`: they can be read, and checked, without this program.
//!
//! One record is one object. A version brings its content, then its inventory, and last the root inventory, which alone
//! is ever replaced. So the inventories of the versions are the truth, and a root inventory that was half written when
//! the machine stopped is written again from them.

mod deposit;
mod error;
mod fingerprint;
mod form;
mod inventory;
mod layout;
mod names;
mod object;
mod problem;
mod repair;
mod replicate;
mod root;
mod validate;

pub use deposit::{Deposited, Original, RecordVersion};
pub use error::OcflError;
pub use fingerprint::{Fingerprint, Fingerprinter, Sha512, Sha512ParseError};
pub use inventory::{Author, Content, Inventory, InventoryError, Version};
pub use layout::{object_folder, object_id};
pub use names::{ContentPath, LogicalPath, NameError, VersionNumber};
pub use object::{ArchivedFile, Object};
pub use problem::{Problem, ProblemKind};
pub use repair::Repaired;
pub use replicate::Replicated;
pub use root::Root;
pub use validate::{Depth, Validated};
