//! The object store: where it is, the intake area with the scan files, the stored page results, and the vault that records
//! are archived in ([`vault`]).
//!
//! Everything here is written create-only, flushed with its folders, and never replaced: an object is there whole or
//! not at all, whatever moment the machine stops at. Keys are made of digests and numbers, never of names.

mod areas;
mod copies;
mod deposit;
mod error;
mod intake_area;
mod leftovers;
mod location;
pub mod ocfl;
mod originals;
mod pace;
mod removal;
mod renewal;
mod results;
pub mod vault;
mod working;
mod writing;

pub use areas::Areas;
pub use copies::CopyArea;
pub use deposit::{ACCESS_PDF, ORIGINALS, RECORD_JSON, RecordFiles, TEXT_JSON, deposit};
pub use error::ArchiveError;
pub use intake_area::IntakeArea;
pub use leftovers::sweep_leftovers;
pub use location::{Location, make_folder};
pub use originals::{ArchivedOriginal, decrypted_path, describe, originals};
pub use pace::Pace;
pub use renewal::{Renewal, Renewed, renew_locks};
pub use results::{KeptResult, ResultArea};
pub use vault::{Body, Lock, LockMode, LockState, Vault, VaultKind, Version};
pub use writing::Put;
