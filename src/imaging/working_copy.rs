//! A reduced copy of a page, on which everything is measured: paper level, ink and noise.
//!
//! Measuring on the full page would cost more than a tenth of its recognition; some two million pixels show as much.

use image::GrayImage;

use super::mask::Mask;

/// Length in pixels that the longer side is reduced to, about 150 pixels per inch of a letter page.
const LONG_SIDE: u32 = 1700;
/// Side of the tiles in which paper and ink are measured: larger than letters, smaller than shading.
const TILE: usize = 24;
/// Dark pixels in a tile that may be specks.
const SPECKS: u16 = 12;
/// Ink darker than the paper by this share of the strongest ink nearby.
const INK_SHARE: f32 = 0.4;
/// Difference from the paper below which nothing is ink, in gray levels.
const LEAST_CONTRAST: f32 = 18.0;
/// Multiple of the noise that ink must exceed.
const NOISE_MULTIPLE: f32 = 5.0;

/// The reduced copy.
#[derive(Debug, Clone)]
pub struct WorkingCopy {
    /// How many pixels of the page one pixel here stands for, in each direction.
    pub factor: u32,
    /// Mean gray.
    pub gray: GrayImage,
    /// How much darker than the paper around it each pixel is, row by row.
    pub contrast: Vec<u8>,
    /// Where the ink is.
    pub ink: Mask,
    /// Gray level of the paper.
    pub paper: u8,
    /// Standard deviation of the noise of `gray`, in gray levels.
    pub noise: f32,
}

impl WorkingCopy {
    /// Reduces `page` and measures paper, noise and ink.
    pub fn of(page: &GrayImage) -> Self {
        let factor = page.width().max(page.height()).div_ceil(LONG_SIDE).clamp(1, 64);
        let factor = if factor > 1 && page.width().max(page.height()) / (factor - 1) <= LONG_SIDE * 7 / 5 {
            factor - 1
        } else {
            factor
        };
        let gray = reduced(page, factor);
        let paper = paper_level(&gray);
        let noise = noise_level(&gray);
        let (contrast, ink) = ink(&gray, paper, noise);
        Self { factor, gray, contrast, ink, paper, noise }
    }
}

/// Averages squares of `factor` pixels; a rest narrower than that at the right and at the bottom is left out.
fn reduced(page: &GrayImage, factor: u32) -> GrayImage {
    let factor = factor.min(page.width()).min(page.height()).max(1);
    if factor == 1 {
        return page.clone();
    }
    let (width, height) = (page.width() / factor, page.height() / factor);
    let (side, columns) = (factor as usize, width as usize);
    let stride = page.width() as usize;
    let mut out = Vec::with_capacity(columns * height as usize);
    let mut sums = vec![0u16; columns * side];
    let count = (side * side) as u32;
    for rows in page.as_raw().chunks_exact(stride * side).take(height as usize) {
        sums.fill(0);
        for row in rows.chunks_exact(stride) {
            for (sum, pixel) in sums.iter_mut().zip(row) {
                // At most 64 rows of 255 are added, which fits.
                *sum = sum.wrapping_add(u16::from(*pixel));
            }
        }
        out.extend(
            sums.chunks_exact(side).map(|run| (run.iter().map(|sum| u32::from(*sum)).sum::<u32>() / count) as u8),
        );
    }
    GrayImage::from_raw(width, height, out).unwrap_or_default()
}

/// Returns the most frequent light level; of a page that is mostly dark, the light part counts if there is one.
fn paper_level(gray: &GrayImage) -> u8 {
    let mut histogram = [0usize; 256];
    for pixel in gray.iter() {
        histogram[usize::from(*pixel)] += 1;
    }
    let light: usize = histogram[100..].iter().sum();
    let from = if light * 10 >= gray.len() { 100 } else { 0 };
    let around = |level: usize| histogram[level.saturating_sub(3)..=(level + 3).min(255)].iter().sum::<usize>();
    let best = (from..256).max_by_key(|level| around(*level) + histogram[*level]).unwrap_or(255);
    best as u8
}

/// Estimates the noise from differences of neighbours, most of which lie on paper.
fn noise_level(gray: &GrayImage) -> f32 {
    let mut histogram = [0usize; 256];
    let mut count = 0usize;
    for row in gray.as_raw().chunks_exact(gray.width().max(1) as usize).step_by(3) {
        for pair in row.windows(2) {
            histogram[usize::from(pair[0].abs_diff(pair[1]))] += 1;
            count += 1;
        }
    }
    let mut below = 0;
    for (difference, times) in histogram.iter().enumerate() {
        if *times > 0 && (below + times) * 2 >= count {
            let part = (count as f32 / 2.0 - below as f32) / *times as f32;
            return ((difference as f32 - 0.5 + part).max(0.0)) / 0.954;
        }
        below += times;
    }
    0.0
}

/// Separates ink from paper, with the paper level taken tile by tile, so that shadows and coloured boxes do no harm.
fn ink(gray: &GrayImage, paper: u8, noise: f32) -> (Vec<u8>, Mask) {
    let (width, height) = (gray.width() as usize, gray.height() as usize);
    let mut contrast = vec![0u8; width * height];
    let mut mask = Mask::new(gray.width(), gray.height());
    if width == 0 || height == 0 {
        return (contrast, mask);
    }
    let (across, down) = (width.div_ceil(TILE), height.div_ceil(TILE));
    let floor = f32::from(paper) * 0.6;
    let levels = tile_values(across, down, |column, row| {
        let mut histogram = [0u16; 256];
        let mut count = 0u32;
        for_tile(gray, column, row, |pixel| {
            histogram[usize::from(pixel)] += 1;
            count += 1;
        });
        quantile(&histogram, count, 0.75).max(floor)
    });
    let levels = neighbourhood(&levels, across, down, |values| {
        values.sort_by(f32::total_cmp);
        values[values.len() / 2]
    });
    let mut row_levels = vec![0f32; across];
    for (y, (pixels, differences)) in
        gray.as_raw().chunks_exact(width).zip(contrast.chunks_exact_mut(width)).enumerate()
    {
        interpolate_row(&levels, across, down, y, &mut row_levels);
        for (tile, (pixels, differences)) in pixels.chunks(TILE).zip(differences.chunks_mut(TILE)).enumerate() {
            let (before, here, after) =
                (row_levels[tile.saturating_sub(1)], row_levels[tile], row_levels[(tile + 1).min(across - 1)]);
            for (x, (pixel, difference)) in pixels.iter().zip(differences.iter_mut()).enumerate() {
                let place = (x as f32 + 0.5) / TILE as f32 - 0.5;
                let level = if place < 0.0 { here + (here - before) * place } else { here + (after - here) * place };
                *difference = (level - f32::from(*pixel)).clamp(0.0, 255.0) as u8;
            }
        }
    }
    let strongest = tile_values(across, down, |column, row| {
        let mut histogram = [0u16; 256];
        for y in row * TILE..((row + 1) * TILE).min(height) {
            for difference in &contrast[y * width + column * TILE..y * width + ((column + 1) * TILE).min(width)] {
                histogram[usize::from(*difference)] += 1;
            }
        }
        // A few dark specks do not make faint writing beside them paper.
        let mut above = 0;
        let darker = |times: &u16| {
            above += times;
            above >= SPECKS
        };
        histogram.iter().rev().position(darker).map_or(0.0, |from_top| 255.0 - from_top as f32)
    });
    let strongest = neighbourhood(&strongest, across, down, |values| values.iter().copied().fold(0.0, f32::max));
    let least = LEAST_CONTRAST.max(NOISE_MULTIPLE * noise);
    for (y, differences) in contrast.chunks_exact(width).enumerate() {
        let row = mask.row_mut(y);
        for (tile, (differences, marks)) in differences.chunks(TILE).zip(row.chunks_mut(TILE)).enumerate() {
            let threshold = (strongest[(y / TILE) * across + tile] * INK_SHARE).max(least) as u8;
            for (difference, mark) in differences.iter().zip(marks) {
                *mark = u8::from(*difference > threshold);
            }
        }
    }
    (contrast, mask)
}

fn for_tile(gray: &GrayImage, column: usize, row: usize, mut each: impl FnMut(u8)) {
    let (width, height) = (gray.width() as usize, gray.height() as usize);
    for y in row * TILE..((row + 1) * TILE).min(height) {
        for pixel in &gray.as_raw()[y * width + column * TILE..y * width + ((column + 1) * TILE).min(width)] {
            each(*pixel);
        }
    }
}

fn tile_values(across: usize, down: usize, value: impl Fn(usize, usize) -> f32) -> Vec<f32> {
    (0..down)
        .flat_map(|row| (0..across).map(move |column| (column, row)))
        .map(|(column, row)| value(column, row))
        .collect()
}

fn quantile(histogram: &[u16; 256], count: u32, share: f32) -> f32 {
    let target = (count as f32 * share) as u32;
    let mut below = 0u32;
    for (level, times) in histogram.iter().enumerate() {
        below += u32::from(*times);
        if below > target {
            return level as f32;
        }
    }
    255.0
}

fn neighbourhood(values: &[f32], across: usize, down: usize, combine: impl Fn(&mut Vec<f32>) -> f32) -> Vec<f32> {
    let mut near = Vec::with_capacity(9);
    let mut out = Vec::with_capacity(values.len());
    for row in 0..down {
        for column in 0..across {
            near.clear();
            for y in row.saturating_sub(1)..=(row + 1).min(down - 1) {
                near.extend_from_slice(
                    &values[y * across + column.saturating_sub(1)..=y * across + (column + 1).min(across - 1)],
                );
            }
            out.push(combine(&mut near));
        }
    }
    out
}

fn interpolate_row(levels: &[f32], across: usize, down: usize, y: usize, out: &mut [f32]) {
    let tile = (y / TILE).min(down - 1);
    let place = ((y % TILE) as f32 + 0.5) / TILE as f32 - 0.5;
    let other = if place < 0.0 { tile.saturating_sub(1) } else { (tile + 1).min(down - 1) };
    for (column, value) in out.iter_mut().enumerate() {
        let here = levels[tile * across + column];
        *value = here + (levels[other * across + column] - here) * place.abs();
    }
}

#[cfg(test)]
mod tests {
    use image::Luma;

    use super::*;

    #[test]
    fn finds_faint_ink_on_a_shaded_page_and_none_in_the_shade() {
        let mut page = GrayImage::from_fn(600, 800, |x, _| Luma([(250 - x / 6) as u8]));
        for x in 300..340 {
            for y in 400..404 {
                page.put_pixel(x, y, Luma([page.get_pixel(x, y).0[0] - 50]));
            }
        }
        let copy = WorkingCopy::of(&page);
        assert_eq!(copy.ink.count(), 160);
        assert!(copy.ink.get(310, 401));
    }

    #[test]
    fn reduces_large_pages_and_survives_tiny_ones() {
        let copy = WorkingCopy::of(&GrayImage::from_pixel(2550, 3300, Luma([240])));
        assert_eq!((copy.factor, copy.gray.width(), copy.gray.height()), (2, 1275, 1650));
        assert_eq!((copy.paper, copy.ink.count()), (240, 0));
        for (width, height) in [(0, 0), (1, 1), (1, 5000), (40_000, 3)] {
            WorkingCopy::of(&GrayImage::new(width, height));
        }
    }
}
