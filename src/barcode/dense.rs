//! Where on a page codes may be: patches that are too dark, all over, to be writing.
//!
//! Codes are looked for there only: most pages have no such patch, and looking through a whole page costs half a second.

use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};
use image::GrayImage;

/// Pixels of the shorter side of the reduced copy, about: 75 pixels per inch of a letter, whatever it was scanned at.
const SHORTER_SIDE: u32 = 620;
/// Most page pixels to a side of one pixel of the reduced copy.
const MOST_REDUCTION: u32 = 4;
/// Pixels of the reduced copy to a side of a tile: 2.7 mm at 300 pixels per inch.
const TILE: u32 = 8;
/// Difference between paper and ink below which there is no ink, in gray levels.
const LEAST_CONTRAST: u8 = 24;
/// Share of ink from which squares of two and of three tiles a side are dense. Writing has a fifth at the most; wide bars
/// have whole tiles of paper between them, and small codes are no larger than two tiles.
const DENSE: [(u32, f32); 2] = [(2, 0.34), (3, 0.27)];
/// Share of ink from which a square is solid: the edge that a scanner leaves, or a picture.
const SOLID: f32 = 0.92;
/// Tiles that are joined across a gap of this many.
const GAP: u32 = 1;
/// Least tiles to a side of a patch, and in all.
const LEAST_SIDE: u32 = 2;
const LEAST_TILES: u32 = 4;
/// Most patches of a page.
const MOST_PATCHES: usize = 16;

/// A part of the page, in page pixels, with a margin that codes need around them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Patch {
    pub(super) left: u32,
    pub(super) top: u32,
    pub(super) width: u32,
    pub(super) height: u32,
}

/// The tiles of a page, and which of them are dense.
struct Tiles {
    across: u32,
    down: u32,
    dense: Vec<bool>,
    /// Share of ink of each.
    ink: Vec<f32>,
}

/// Finds the patches, those first whose share of ink is nearest to that of codes, which is a half.
pub(super) fn patches(page: &GrayImage) -> Vec<Patch> {
    let factor = ((page.width().min(page.height()) + SHORTER_SIDE / 2) / SHORTER_SIDE).clamp(1, MOST_REDUCTION);
    let tiles = Tiles::of(&reduced(page, factor));
    let side = TILE * factor;
    let mut found: Vec<(f32, Patch)> = tiles
        .joined()
        .into_iter()
        .map(|(ink, [left, top, right, bottom])| {
            // The thin bars at the ends of a code may not be dense: the longer a patch, the more is looked at beyond it.
            let margin = side + side / 2 + side * (right - left).max(bottom - top) / 8;
            let (left, top) = ((left * side).saturating_sub(margin), (top * side).saturating_sub(margin));
            let right = (right * side + margin).min(page.width());
            let bottom = (bottom * side + margin).min(page.height());
            ((ink - 0.5).abs(), Patch { left, top, width: right - left, height: bottom - top })
        })
        .collect();
    found.sort_by(|one, other| one.0.total_cmp(&other.0));
    found.truncate(MOST_PATCHES);
    found.into_iter().map(|(_, patch)| patch).collect()
}

/// Averages squares of `factor` pixels; a rest narrower than that at the right and at the bottom is left out.
pub(super) fn reduced(page: &GrayImage, factor: u32) -> GrayImage {
    let mut out = GrayImage::new(page.width() / factor, page.height() / factor);
    let (width, height) = (f64::from(out.width() * factor), f64::from(out.height() * factor));
    let options = ResizeOptions::new()
        .crop(0.0, 0.0, width, height)
        .resize_alg(ResizeAlg::Convolution(FilterType::Box))
        .use_alpha(false);
    // Only an image without pixels is refused, and stays empty.
    let _ = Resizer::new().resize(page, &mut out, &options);
    out
}

impl Tiles {
    fn of(copy: &GrayImage) -> Self {
        let (across, down) = (copy.width() / TILE, copy.height() / TILE);
        let count = across as usize * down as usize;
        let (mut darkest, mut lightest, mut sums) = (vec![u8::MAX; count], vec![0_u8; count], vec![0_u32; count]);
        for (y, row) in copy.as_raw().chunks_exact(copy.width().max(1) as usize).enumerate() {
            let line = y / TILE as usize;
            if line >= down as usize {
                break;
            }
            for (x, pixels) in row.chunks_exact(TILE as usize).enumerate() {
                let at = line * across as usize + x;
                for &pixel in pixels {
                    darkest[at] = darkest[at].min(pixel);
                    lightest[at] = lightest[at].max(pixel);
                    sums[at] += u32::from(pixel);
                }
            }
        }
        let mut tiles = Self { across, down, dense: vec![false; count], ink: vec![0.0; count] };
        for y in 0..down {
            for x in 0..across {
                let around = tiles.around(x, y, 2);
                let paper = around.iter().map(|&at| lightest[at]).max().unwrap_or(255);
                let ink = around.iter().map(|&at| darkest[at]).min().unwrap_or(0);
                if paper.saturating_sub(ink) >= LEAST_CONTRAST {
                    let at = (y * across + x) as usize;
                    let mean = sums[at] as f32 / (TILE * TILE) as f32;
                    tiles.ink[at] = (f32::from(paper) - mean) / f32::from(paper - ink);
                }
            }
        }
        for (side, share) in DENSE {
            for y in 0..(down + 1).saturating_sub(side) {
                for x in 0..(across + 1).saturating_sub(side) {
                    let places = || (y..y + side).flat_map(|y| (x..x + side).map(move |x| (y * across + x) as usize));
                    let ink = places().map(|at| tiles.ink[at]).sum::<f32>() / (side * side) as f32;
                    if (share..=SOLID).contains(&ink) {
                        places().for_each(|at| tiles.dense[at] = true);
                    }
                }
            }
        }
        tiles
    }

    /// Returns the places of the tiles at most `reach` away.
    fn around(&self, x: u32, y: u32, reach: u32) -> Vec<usize> {
        let rows = y.saturating_sub(reach)..=(y + reach).min(self.down - 1);
        let columns = x.saturating_sub(reach)..=(x + reach).min(self.across - 1);
        rows.flat_map(|y| columns.clone().map(move |x| (y * self.across + x) as usize)).collect()
    }

    /// Joins dense tiles that lie near each other: their share of ink and their bounds, right and bottom excluded.
    fn joined(&self) -> Vec<(f32, [u32; 4])> {
        let mut kept = self.dense.clone();
        let mut found = Vec::new();
        for start in 0..kept.len() {
            if !std::mem::take(&mut kept[start]) {
                continue;
            }
            let mut waiting = vec![start as u32];
            let (mut count, mut ink, mut bounds) = (0, 0.0, [u32::MAX, u32::MAX, 0, 0]);
            while let Some(at) = waiting.pop() {
                let (x, y) = (at % self.across, at / self.across);
                count += 1;
                ink += self.ink[at as usize];
                bounds = [bounds[0].min(x), bounds[1].min(y), bounds[2].max(x + 1), bounds[3].max(y + 1)];
                for near in self.around(x, y, 1 + GAP) {
                    if std::mem::take(&mut kept[near]) {
                        waiting.push(near as u32);
                    }
                }
            }
            let [left, top, right, bottom] = bounds;
            if count >= LEAST_TILES && right - left >= LEAST_SIDE && bottom - top >= LEAST_SIDE {
                found.push((ink / count as f32, bounds));
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use image::Luma;

    use super::*;

    #[test]
    fn a_patch_of_bars_is_found_and_lines_of_writing_are_not() {
        let mut page = GrayImage::from_pixel(1200, 900, Luma([240]));
        // Writing: every line 9 pixels high, 30 pixels apart, half of it ink.
        for y in (40..880).filter(|y| y % 30 < 9) {
            (40..560).filter(|x| x % 6 < 3).for_each(|x| page.put_pixel(x, y, Luma([20])));
        }
        assert_eq!(patches(&page), []);
        for y in 200..330 {
            (700..1100).filter(|x| x % 8 < 4).for_each(|x| page.put_pixel(x, y, Luma([20])));
        }
        let [patch] = patches(&page)[..] else { panic!("one patch, not {:?}", patches(&page)) };
        assert!(patch.left <= 700 && patch.left + patch.width >= 1100, "{patch:?}");
        assert!(patch.top <= 200 && patch.top + patch.height >= 330, "{patch:?}");
    }

    #[test]
    fn images_of_any_size_are_looked_at() {
        for (width, height) in [(0, 0), (1, 1), (7, 300), (33, 32)] {
            assert_eq!(patches(&GrayImage::from_pixel(width, height, Luma([0]))), []);
        }
    }
}
