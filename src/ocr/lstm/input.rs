//! The picture of a line as a network takes it.
//!
//! Grays become bytes so that the ink of the line is about -127 and its paper 127. Both are measured on the middle row: a
//! quarter of the way up its dark extremes, three quarters of the way up its light ones. Source: Tesseract,
//! `lstm/networkio.cpp` (FromPix), `ccstruct/statistc.cpp` (STATS::ile).

/// A picture of one line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Picture {
    /// Columns.
    pub width: usize,
    /// Row by row.
    pub pixels: Vec<i8>,
}

impl Picture {
    /// Makes a picture of grays, row by row; none where they are no whole rows.
    pub fn of_grays(grays: &[u8], width: usize) -> Self {
        if width == 0 || !grays.len().is_multiple_of(width) {
            return Self::default();
        }
        let middle = &grays[grays.len() / width / 2 * width..];
        let (black, white) = contrast(middle.get(..width).unwrap_or_default());
        let half = (white - black) / 2.0;
        let half = if half <= 0.0 { 1.0 } else { half };
        let levels: [i8; 256] = std::array::from_fn(|gray| {
            let value = 128.0 * ((gray as f32 - black) / half - 1.0);
            ((value + 0.5f32.copysign(value)) as i32).clamp(-127, 127) as i8
        });
        Self { width, pixels: grays.iter().map(|gray| levels[usize::from(*gray)]).collect() }
    }
}

/// Returns the levels of ink and paper in a row.
fn contrast(row: &[u8]) -> (f32, f32) {
    let (mut dark, mut light) = ([0u32; 256], [0u32; 256]);
    for near in row.windows(3) {
        let [before, here, after] = [near[0], near[1], near[2]];
        if (here < before && here <= after) || (here <= before && here < after) {
            dark[usize::from(here)] += 1;
        }
        if (here > before && here >= after) || (here >= before && here > after) {
            light[usize::from(here)] += 1;
        }
    }
    if dark.iter().all(|times| *times == 0) {
        dark[0] = 1;
    }
    if light.iter().all(|times| *times == 0) {
        light[255] = 1;
    }
    (quantile(&dark, 0.25), quantile(&light, 0.75))
}

/// Returns the level below which a share of the counts lies, interpolated inside of a level.
fn quantile(counts: &[u32; 256], share: f64) -> f32 {
    let total: u32 = counts.iter().sum();
    let target = (share * f64::from(total)).clamp(1.0, f64::from(total));
    let mut sum = 0u32;
    for (level, count) in counts.iter().enumerate() {
        sum += count;
        if f64::from(sum) >= target {
            return ((level + 1) as f64 - (f64::from(sum) - target) / f64::from(*count)) as f32;
        }
    }
    256.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ink_and_paper_are_stretched_to_the_range() {
        let row = [200, 200, 60, 200, 60, 60, 200, 210, 200];
        let picture = Picture::of_grays(&[row, row, row].concat(), 9);
        assert_eq!((picture.width, picture.pixels.len()), (9, 27));
        assert!(picture.pixels[2] <= -120 && picture.pixels[7] >= 120);
    }

    #[test]
    fn flat_and_tiny_pictures_are_no_error() {
        assert_eq!(Picture::of_grays(&[], 0), Picture::default());
        assert_eq!(Picture::of_grays(&[1, 2, 3], 2), Picture::default());
        assert_eq!(Picture::of_grays(&[9; 12], 3).pixels.len(), 12);
        assert_eq!(Picture::of_grays(&[9; 2], 2).pixels.len(), 2);
    }
}
