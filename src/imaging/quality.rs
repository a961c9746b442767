//! How good the image of the writing is: contrast, sharpness, and whether letters run into the edge.

use image::GrayImage;

use super::letters::Letters;
use super::mask::Component;
use super::orientation::median;
use super::working_copy::WorkingCopy;

/// Most letters that are measured.
const SAMPLE: usize = 400;
/// Least letters before anything is said.
const LEAST_LETTERS: usize = 20;

/// What was measured on the letters of a page.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sharpness {
    /// Difference between paper and the ink of the median letter, as a share of the paper level.
    pub contrast: f32,
    /// Width of the blur (the standard deviation of the spread of an edge) in pixels of the page.
    pub blur: f32,
}

impl Sharpness {
    /// Measures the letters on the page at full size; `None` with too few letters.
    pub fn of(page: &GrayImage, copy: &WorkingCopy, letters: &Letters) -> Option<Self> {
        if letters.boxes.len() < LEAST_LETTERS {
            return None;
        }
        let step = letters.boxes.len().div_ceil(SAMPLE);
        let (mut contrasts, mut blurs) = (Vec::new(), Vec::new());
        for part in letters.boxes.iter().step_by(step) {
            if let Some((range, slope)) = edges(page, part, copy.factor) {
                contrasts.push(range / f32::from(copy.paper.max(1)));
                // The steepest place of an edge blurred by a Gaussian rises by range / (sigma * sqrt(2 pi)) per pixel.
                blurs.push(range / (slope.max(0.5) * 2.507));
            }
        }
        let measured = Self { contrast: median(contrasts.iter().copied()), blur: median(blurs.iter().copied()) };
        (contrasts.len() >= LEAST_LETTERS).then_some(measured)
    }
}

/// Counts letters in rows that touch the border of the page: their other halves are missing.
pub fn cut_letters(letters: &Letters) -> usize {
    let touches = |part: &Component| {
        part.left == 0 || part.top == 0 || part.right >= letters.size.width || part.bottom >= letters.size.height
    };
    let rows = letters.rows();
    let in_rows = rows.iter().filter(|row| row.len() >= 3).flatten();
    in_rows.filter(|index| touches(&letters.boxes[**index])).count()
}

/// Returns the difference between the lightest and darkest pixel in a letter's box, and the steepest step to a neighbour.
fn edges(page: &GrayImage, part: &Component, factor: u32) -> Option<(f32, f32)> {
    let left = (part.left * factor).saturating_sub(factor) as usize;
    let right = ((part.right + 1) * factor).min(page.width()) as usize;
    let bottom = (part.bottom * factor).min(page.height()) as usize;
    let width = page.width() as usize;
    let (mut least, mut most, mut slope) = (255u8, 0u8, 0f32);
    for y in (part.top * factor) as usize..bottom {
        let line = page.as_raw().get(y * width + left..y * width + right)?;
        for near in line.windows(3) {
            least = least.min(near[1]);
            most = most.max(near[0]).max(near[2]);
            slope = slope.max(f32::from(near[0].abs_diff(near[2])) / 2.0);
        }
    }
    (most > least).then(|| (f32::from(most - least), slope))
}

#[cfg(test)]
mod tests {
    use image::{Luma, imageops};

    use super::*;
    use crate::chart::Size;

    fn page(ink: u8) -> GrayImage {
        GrayImage::from_fn(800, 600, |x, y| {
            let letter = (100..700).contains(&x) && (100..500).contains(&y) && x % 20 < 5 && y % 40 < 16;
            Luma([if letter { ink } else { 245 }])
        })
    }

    fn measured(page: &GrayImage) -> Sharpness {
        let copy = WorkingCopy::of(page);
        let size = Size { width: copy.gray.width(), height: copy.gray.height() };
        let letters = Letters::among(&copy.ink.components(), size);
        Sharpness::of(page, &copy, &letters)
            .unwrap_or_else(|| panic!("{} letters, {}", letters.boxes.len(), copy.ink.count()))
    }

    #[test]
    fn blur_and_fading_are_measured_apart() {
        let (sharp, faded) = (measured(&page(20)), measured(&page(160)));
        let blurred = measured(&imageops::blur(&page(20), 2.5));
        assert!(sharp.contrast > 0.85 && (0.3..0.4).contains(&faded.contrast));
        assert!(sharp.blur < 1.0 && faded.blur < 1.0, "{sharp:?} {faded:?}");
        assert!(blurred.blur > 1.6, "{blurred:?}");
    }

    #[test]
    fn letters_at_the_border_are_counted() {
        let part = |left: u32| Component { left, top: 50, right: left + 8, bottom: 62, area: 50 };
        let cut = Letters::among(&[part(0), part(10), part(20), part(30)], Size { width: 300, height: 100 });
        let whole = Letters::among(&[part(10), part(20), part(30)], Size { width: 300, height: 100 });
        assert_eq!((cut_letters(&cut), cut_letters(&whole)), (1, 0));
    }
}
