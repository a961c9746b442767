//! Decides by how much a page is straightened.

use super::finding;
use crate::chart::{Finding, FindingKind, Severity};
use crate::imaging::letters::Letters;
use crate::imaging::skew::skew;
use crate::pipeline::sections::Deskew;

/// Lean from which a person may want to know, in degrees.
const WORTH_A_NOTE: f32 = 1.0;
/// Lean from which boxes on the page image overlap, in degrees.
const WORTH_A_LOOK: f32 = 6.0;

/// Returns the clockwise lean in degrees that is to be taken off; 0 where the page is straight or shows no clear rows.
/// `letters` are those of the upright page.
pub fn deskew(letters: &Letters, settings: &Deskew) -> f32 {
    match skew(letters) {
        Some(estimate)
            if estimate.confidence >= settings.confidence
                && (settings.least_degrees..=settings.most_degrees).contains(&estimate.degrees.abs()) =>
        {
            estimate.degrees
        }
        _ => 0.0,
    }
}

/// Reports a lean that was taken off.
pub fn report(degrees: f32) -> Option<Finding> {
    if degrees.abs() < WORTH_A_NOTE {
        return None;
    }
    let severity = if degrees.abs() >= WORTH_A_LOOK { Severity::Check } else { Severity::Note };
    let side = if degrees > 0.0 { "clockwise" } else { "anticlockwise" };
    let message = format!("The page leans by {:.1} degrees {side}.", degrees.abs());
    Some(finding("deskew", FindingKind::Skew, severity, 0.9, message))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::Size;
    use crate::imaging::mask::Component;

    fn letters(slope: f32) -> Letters {
        let boxes: Vec<_> = (0..1200u32)
            .map(|index| (60 + index % 60 * 14, 200 + index / 60 * 34))
            .map(|(left, base)| (left, (base as f32 + left as f32 * slope) as u32))
            .map(|(left, base)| Component { left, top: base - 11, right: left + 9, bottom: base, area: 60 })
            .collect();
        Letters::among(&boxes, Size { width: 1000, height: 1400 })
    }

    #[test]
    fn a_straight_page_is_left_alone_and_a_crooked_one_is_not() {
        let settings = Deskew::default();
        assert_eq!(deskew(&letters(0.0), &settings), 0.0);
        assert_eq!(deskew(&letters(0.003), &settings), 0.0);
        assert!((deskew(&letters(-0.0524), &settings) + 3.0).abs() < 0.15);
        assert_eq!(report(0.4), None);
        assert!(report(-3.0).is_some_and(|finding| finding.message.contains("anticlockwise")));
    }
}
