//! The areas of the object store, opened together.

use super::{CopyArea, IntakeArea, Location, ResultArea};

/// The areas of one object store.
#[derive(Debug, Clone)]
pub struct Areas {
    /// Scan files, bit for bit.
    pub intake: IntakeArea,
    /// Copies of encrypted files without their encryption.
    pub copies: CopyArea,
    /// Page results.
    pub results: ResultArea,
}

impl Areas {
    /// Uses the areas at `location`.
    pub fn new(location: &Location) -> Self {
        Self {
            intake: IntakeArea::new(location.clone()),
            copies: CopyArea::new(location.clone()),
            results: ResultArea::new(location.clone()),
        }
    }
}
