//! Images that are hard on a reader: valid files, nothing to do with paper.

use std::path::Path;

use image::{GrayImage, Luma, Rgb, RgbImage};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// Writes a page full of strokes that look like letters and are none: recognition looks at each of them for long.
///
/// It takes a processor core some twenty seconds.
pub fn scribble(path: &Path) {
    let (width, height) = (2_500, 3_300);
    let mut random = ChaCha8Rng::seed_from_u64(5);
    let mut page = GrayImage::from_pixel(width, height, Luma([255]));
    for top in (40..height.saturating_sub(60)).step_by(27) {
        for left in (40..width.saturating_sub(60)).step_by(14) {
            // About every sixth place is a gap, so that there are words.
            if random.next_u32() % 6 == 0 {
                continue;
            }
            for _ in 0..4 {
                let (x, y) = (random.next_u32() % 9, random.next_u32() % 16);
                let (across, down) = if random.next_u32() % 2 == 0 { (8, 3) } else { (3, 10) };
                for (dx, dy) in (0..across).flat_map(|dx| (0..down).map(move |dy| (dx, dy))) {
                    page.put_pixel(left + (x + dx) % 12, top + (y + dy) % 22, Luma([0]));
                }
            }
        }
    }
    page.save(path).unwrap();
}

/// Writes a page without writing whose coloured pixels take 290 MB of memory and hardly any on disk.
pub fn wide_gamut(path: &Path) {
    let page = RgbImage::from_fn(9_000, 10_800, |x, _| {
        let shade = u8::try_from(x / 180).unwrap();
        Rgb([200 + shade, 255 - shade, 220])
    });
    page.save(path).unwrap();
}
