//! Decides the size of the copy that is recognised.

use super::finding;
use crate::chart::{Finding, FindingKind, Severity, Size};
use crate::imaging::resolution::{DPI_PER_X_HEIGHT, from_size};
use crate::pipeline::sections::Resize;

/// Longest side of a copy; recognisers count in 16 bits.
const LONGEST_SIDE: f32 = 32_000.0;
/// Enlargements below this change nothing that a recogniser would notice.
const LEAST_FACTOR: f32 = 1.2;
/// Large writing is brought to this multiple of the usual height.
const LARGE_KEPT: f32 = 1.2;
/// Resolution that recognisers are trained on.
const USUAL_DPI: f32 = 300.0;

/// The size of the copy that is recognised.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    /// Enlargement; below 1 the copy is made smaller.
    pub factor: f32,
    /// Resolution of the page before it, stated or estimated, in pixels per inch.
    pub dpi: f32,
    /// Whether the copy had to be made smaller since the page passes the pixel limit.
    pub reduced: bool,
}

/// Chooses the enlargement from the height of small letters in pixels of the page, or where that is not known from the
/// resolution.
pub fn scale(size: Size, stated_dpi: Option<f32>, x_height: Option<f32>, settings: &Resize) -> Scale {
    let dpi = match (stated_dpi, x_height) {
        // What the writing shows corrects a statement that cannot be: print of 4 or of 40 points all over the page.
        (Some(stated), Some(height)) if (0.35..=3.5).contains(&(height * DPI_PER_X_HEIGHT / stated)) => stated,
        (_, Some(height)) => (height * DPI_PER_X_HEIGHT).clamp(50.0, 1200.0),
        (Some(stated), None) => stated,
        (None, None) => from_size(size.width, size.height),
    };
    let wanted = match x_height {
        Some(height) if height < settings.least_x_height => settings.x_height / height.max(1.0),
        Some(height) if height > settings.most_x_height => settings.x_height * LARGE_KEPT / height,
        Some(_) => 1.0,
        None if dpi * settings.least_x_height > 0.0 && dpi < settings.least_x_height * DPI_PER_X_HEIGHT => {
            USUAL_DPI / dpi
        }
        None => 1.0,
    };
    let pixels = size.pixels().max(1) as f32;
    let fits =
        (settings.most_pixels as f32 / pixels).sqrt().min(LONGEST_SIDE / size.width.max(size.height).max(1) as f32);
    let wanted = wanted.min(settings.most_factor);
    let wanted = if wanted > 1.0 && wanted < LEAST_FACTOR { 1.0 } else { wanted };
    Scale { factor: wanted.min(fits), dpi, reduced: fits < 1.0 }
}

/// Reports a low resolution, and a copy that had to be made smaller.
pub fn report(scale: &Scale, least_dpi: f32) -> Vec<Finding> {
    let mut findings = Vec::new();
    if scale.dpi < least_dpi {
        let severity = if scale.dpi < least_dpi * 0.6 { Severity::Check } else { Severity::Note };
        let message = format!("About {:.0} pixels per inch; scan with 300 for reliable text.", scale.dpi);
        findings.push(finding("resize", FindingKind::LowResolution, severity, 0.8, message));
    }
    if scale.reduced {
        let message = format!("The page is so large that it was read at {:.0} % of its size.", scale.factor * 100.0);
        findings.push(finding("resize", FindingKind::Reduced, Severity::Note, 1.0, message));
    }
    findings
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LETTER: Size = Size { width: 2550, height: 3300 };

    #[test]
    fn small_writing_is_enlarged_and_ordinary_writing_is_not() {
        let settings = Resize::default();
        assert_eq!(scale(LETTER, Some(300.0), Some(21.0), &settings).factor, 1.0);
        let small = scale(Size { width: 754, height: 1000 }, None, Some(7.0), &settings);
        assert!(small.factor > 2.0 && (80.0..130.0).contains(&small.dpi), "{small:?}");
        let lie = scale(LETTER, Some(72.0), Some(21.0), &settings);
        assert!((lie.dpi - 294.0).abs() < 1.0 && lie.factor == 1.0);
        assert!(report(&small, 180.0).iter().any(|finding| finding.kind == FindingKind::LowResolution));
    }

    #[test]
    fn a_huge_page_is_read_on_a_smaller_copy() {
        let scale = scale(Size { width: 20_000, height: 20_000 }, Some(1200.0), Some(80.0), &Resize::default());
        assert!(scale.reduced && scale.factor < 0.4);
        assert!(report(&scale, 180.0).iter().any(|finding| finding.kind == FindingKind::Reduced));
    }

    proptest! {
        #[test]
        fn copies_stay_within_limits(
            width in 1u32..60_000, height in 1u32..60_000, dpi in proptest::option::of(30f32..2400.0),
            x_height in proptest::option::of(1f32..200.0),
        ) {
            let settings = Resize::default();
            let factor = scale(Size { width, height }, dpi, x_height, &settings).factor;
            let (across, down) = (width as f32 * factor, height as f32 * factor);
            prop_assert!(factor > 0.0 && factor <= settings.most_factor);
            prop_assert!(across * down <= settings.most_pixels as f32 * 1.001 && across.max(down) <= LONGEST_SIDE * 1.001);
        }
    }
}
