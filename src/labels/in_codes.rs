//! What the codes of separator sheets say about the documents behind them.

use super::field::{FieldName, Place};
use super::sighting::{ReadPage, Sighting};
use crate::chart::{Rect, Separator, SheetKind};

/// Returns the patients' numbers on the chart sheets of a page.
pub(super) fn patient_numbers(page: &ReadPage) -> impl Iterator<Item = Sighting> {
    page.separators.iter().filter(|one| one.kind == SheetKind::Chart).map(|one| in_code(page.position, one))
}

/// Takes the patient's number out of a code: its check digits leave no doubt about the reading.
fn in_code(position: u32, separator: &Separator) -> Sighting {
    Sighting {
        name: FieldName::PatientNumber,
        value: separator.value.clone(),
        readings: Vec::new(),
        place: Place { page: position, rect: rect_of_corners(&separator.corners) },
        confidence: 0.99,
        labelled: true,
        order: None,
    }
}

/// Covers a code.
pub(super) fn rect_of_corners(corners: &[[u32; 2]; 4]) -> Rect {
    let (mut across, mut down) = (corners.map(|corner| corner[0]), corners.map(|corner| corner[1]));
    across.sort_unstable();
    down.sort_unstable();
    Rect::new(across[0], down[0], across[3] - across[0], down[3] - down[0])
}
