//! Images that are hard on a reader: valid files, nothing to do with paper.

use std::path::Path;

use image::{GrayImage, Luma};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// Writes a page full of strokes that look like letters and are none: recognition looks at each of them for long.
pub fn scribble(path: &Path, width: u32, height: u32) {
    let mut random = ChaCha8Rng::seed_from_u64(5);
    let mut page = GrayImage::from_pixel(width, height, Luma([255]));
    for top in (40..height.saturating_sub(60)).step_by(34) {
        for left in (40..width.saturating_sub(60)).step_by(16) {
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

/// Writes a page of grey grain: little memory on disk per pixel, and nothing that can be left out when it is decoded.
pub fn grain(path: &Path, width: u32, height: u32) {
    GrayImage::from_fn(width, height, |x, y| Luma([if (x / 40 + y / 56) % 3 == 0 { 30 } else { 235 }]))
        .save(path)
        .unwrap();
}
