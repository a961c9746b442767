//! How large the writing is in pixels, whatever the file says about its resolution.

use super::letters::Letters;

/// Pixels per inch at which ordinary print (10 to 12 points) has a middle band one pixel high.
pub const DPI_PER_X_HEIGHT: f32 = 14.0;
/// Least letters in rows before anything is said.
const LEAST_LETTERS: usize = 30;
/// Longer sides of sheets that are believed, in inches.
const BELIEVABLE_INCHES: std::ops::RangeInclusive<f32> = 1.5..=24.0;
/// Longer side of the sheet that is assumed where nothing is known, in inches.
const USUAL_INCHES: f32 = 11.0;

/// Returns the most frequent height of letters in rows (the middle band of small letters) in pixels of the working copy;
/// `None` without enough rows. Rows must be level.
pub fn x_height(letters: &Letters) -> Option<f32> {
    let mut heights = [0f32; 128];
    let mut count = 0;
    for row in letters.rows().iter().filter(|row| row.len() >= 3) {
        for index in row {
            heights[(letters.boxes[*index].height() as usize).min(127)] += 1.0;
            count += 1;
        }
    }
    if count < LEAST_LETTERS {
        return None;
    }
    let around =
        |height: usize| -> f32 { heights[height - 1] * 0.6 + heights[height] + heights[(height + 1).min(127)] * 0.6 };
    let mode = (3..127).max_by(|one, other| around(*one).total_cmp(&around(*other)))?;
    let near = mode - 1..=mode + 1;
    let weight: f32 = near.clone().map(|height| heights[height]).sum();
    Some(near.map(|height| height as f32 * heights[height]).sum::<f32>() / weight.max(1.0))
}

/// Returns the resolution that the file states, unless the sheet would then be absurdly small or large (72 or 96 are often
/// written without measuring).
pub fn believable(stated: Option<(f32, f32)>, width: u32, height: u32) -> Option<(f32, f32)> {
    let (across, down) = stated?;
    let sane = |dpi: f32| (30.0..=4800.0).contains(&dpi);
    if !sane(across) || !sane(down) || across / down > 4.0 || down / across > 4.0 {
        return None;
    }
    let longer = (width as f32 / across).max(height as f32 / down);
    BELIEVABLE_INCHES.contains(&longer).then_some((across, down))
}

/// Returns the resolution of a sheet of usual size with as many pixels.
pub fn from_size(width: u32, height: u32) -> f32 {
    (width.max(height) as f32 / USUAL_INCHES).clamp(72.0, 1200.0)
}

#[cfg(test)]
mod tests {
    use super::super::mask::Component;
    use super::*;
    use crate::chart::Size;

    #[test]
    fn the_middle_band_is_measured_among_taller_letters() {
        let boxes: Vec<Component> = (0..100)
            .map(|index| (20 + index % 50 * 14, 100 + index / 50 * 40, if index % 5 < 2 { 16 } else { 11 }))
            .map(|(left, base, up)| Component { left, top: base - up, right: left + 9, bottom: base, area: 50 })
            .collect();
        let height = x_height(&Letters::among(&boxes, Size { width: 800, height: 300 })).expect("rows");
        assert!((height - 11.0).abs() < 0.2, "{height}");
    }

    #[test]
    fn a_resolution_that_makes_a_poster_of_a_letter_is_not_believed() {
        assert_eq!(believable(Some((72.0, 72.0)), 2550, 3300), None);
        assert_eq!(believable(Some((0.0, f32::NAN)), 2550, 3300), None);
        assert_eq!(believable(Some((300.0, 300.0)), 2550, 3300), Some((300.0, 300.0)));
        assert_eq!(believable(Some((204.0, 98.0)), 1728, 1100), Some((204.0, 98.0)));
    }
}
