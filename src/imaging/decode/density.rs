//! Resolutions as files state them: believable ones only.

/// Returns the resolution in dots per inch, or `None` when it cannot be meant: programs write 0, 1 and garbage.
pub(super) fn believable(across: f64, down: f64) -> Option<(f32, f32)> {
    let plausible = |dpi: f64| dpi.is_finite() && (10.0..=20_000.0).contains(&dpi);
    (plausible(across) && plausible(down)).then_some((across as f32, down as f32))
}

/// As [`believable`], from dots per metre.
pub(super) fn per_metre(across: f64, down: f64) -> Option<(f32, f32)> {
    believable(across * 0.0254, down * 0.0254).map(|(across, down)| (tidy(across), tidy(down)))
}

/// As [`believable`], from dots per centimetre.
pub(super) fn per_centimetre(across: f64, down: f64) -> Option<(f32, f32)> {
    believable(across * 2.54, down * 2.54)
}

/// Whole dots per metre cannot state 300 dpi exactly (11811 is 299.9994): returns the whole number that was meant.
fn tidy(dpi: f32) -> f32 {
    if (dpi - dpi.round()).abs() < 0.02 { dpi.round() } else { dpi }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resolutions_that_cannot_be_meant_are_none() {
        assert_eq!(believable(300.0, 300.0), Some((300.0, 300.0)));
        assert_eq!(believable(1.0, 1.0), None);
        assert_eq!(believable(f64::NAN, 300.0), None);
        assert_eq!(per_metre(11811.0, 7874.0), Some((300.0, 200.0)));
        assert_eq!(per_centimetre(118.11, 118.11).map(|dpi| dpi.0.round()), Some(300.0));
    }
}
