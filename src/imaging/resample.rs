//! Turning, enlarging and straightening copies of a page.

use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};
use image::{GrayImage, imageops};

use super::placement::straightening;
use crate::chart::{QuarterTurns, Size};

/// Positions between two pixels for which weights are computed beforehand.
const PHASES: usize = 256;

/// Returns `image` turned clockwise.
pub fn turned(image: GrayImage, turn: QuarterTurns) -> GrayImage {
    match turn {
        QuarterTurns::None => image,
        QuarterTurns::One => imageops::rotate90(&image),
        QuarterTurns::Two => imageops::rotate180(&image),
        QuarterTurns::Three => imageops::rotate270(&image),
    }
}

/// Returns `image` stretched to `size` with a Lanczos filter; unchanged where one of the sizes is empty.
pub fn scaled(image: GrayImage, size: Size) -> GrayImage {
    if image.dimensions() == (size.width, size.height) || size.pixels() == 0 || image.is_empty() {
        return image;
    }
    let mut out = GrayImage::new(size.width, size.height);
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3)).use_alpha(false);
    match Resizer::new().resize(&image, &mut out, &options) {
        Ok(()) => out,
        // Neither size nor pixel type can be refused here; the plain way gives the same picture more slowly.
        Err(_) => imageops::resize(&image, size.width, size.height, imageops::FilterType::Lanczos3),
    }
}

/// Returns `image`, which leans clockwise by `degrees`, rotated about its centre so that it stands straight; `paper` fills
/// what comes from outside. Interpolates between 16 pixels (Catmull-Rom).
pub fn straightened(image: &GrayImage, degrees: f64, paper: u8) -> GrayImage {
    let (width, height) = image.dimensions();
    let [a, b, c, d, e, f] = straightening(Size { width, height }, degrees);
    let weights = catmull_rom();
    let mut out = GrayImage::from_pixel(width, height, image::Luma([paper]));
    let (columns, pixels) = (width as usize, image.as_raw());
    let (last_x, last_y) = (i64::from(width) - 3, i64::from(height) - 3);
    if last_x < 1 || last_y < 1 {
        return image.clone();
    }
    let fixed = |value: f64| (value * 65_536.0).round() as i64;
    let (step_x, step_y) = (fixed(a), fixed(d));
    for (row, line) in out.chunks_exact_mut(columns).enumerate() {
        let y = row as f64 + 0.5;
        // Half a pixel back, from continuous places to the grid of samples.
        let mut from_x = fixed(a * 0.5 + b * y + c - 0.5);
        let mut from_y = fixed(d * 0.5 + e * y + f - 0.5);
        for pixel in line {
            let (x, y) = (from_x >> 16, from_y >> 16);
            if x >= 1 && y >= 1 && x <= last_x && y <= last_y {
                let across = &weights[(from_x as usize >> 8) & (PHASES - 1)];
                let down = &weights[(from_y as usize >> 8) & (PHASES - 1)];
                let start = (y as usize - 1) * columns + x as usize - 1;
                let mut mixed = [0f32; 4];
                for (line, weight) in down.iter().enumerate() {
                    let near = &pixels[start + line * columns..start + line * columns + 4];
                    for (mixed, near) in mixed.iter_mut().zip(near) {
                        *mixed += f32::from(*near) * weight;
                    }
                }
                let value: f32 = mixed.iter().zip(across).map(|(mixed, weight)| mixed * weight).sum();
                *pixel = (value + 0.5) as u8;
            } else if x >= 0 && y >= 0 && x <= last_x + 2 && y <= last_y + 2 {
                *pixel = pixels[y as usize * columns + x as usize];
            }
            from_x += step_x;
            from_y += step_y;
        }
    }
    out
}

/// Weights of four neighbours for each phase; each row sums to 1.
fn catmull_rom() -> [[f32; 4]; PHASES] {
    let mut table = [[0.0; 4]; PHASES];
    for (phase, weights) in table.iter_mut().enumerate() {
        let t = phase as f32 / PHASES as f32;
        *weights = [
            t * (-0.5 + t * (1.0 - 0.5 * t)),
            1.0 + t * t * (-2.5 + 1.5 * t),
            t * (0.5 + t * (2.0 - 1.5 * t)),
            t * t * (-0.5 + 0.5 * t),
        ];
    }
    table
}

#[cfg(test)]
mod tests {
    use image::Luma;

    use super::super::placement::Placement;
    use super::*;

    #[test]
    fn a_dot_goes_where_the_placement_says() {
        let mut page = GrayImage::from_pixel(400, 300, Luma([255]));
        for (x, y) in [(100, 80), (101, 80), (100, 81), (101, 81)] {
            page.put_pixel(x, y, Luma([0]));
        }
        let size = Size { width: 400, height: 300 };
        for degrees in [-9.0, -2.5, 0.7, 6.0] {
            let placement = Placement::identity(size).straightened(degrees);
            let straight = straightened(&page, degrees, 255);
            let (x, y) = placement.point_on_copy(101.0, 81.0);
            let (mut sum, mut sum_x, mut sum_y) = (0.0, 0.0, 0.0);
            for (column, row, pixel) in straight.enumerate_pixels() {
                let ink = 255.0 - f64::from(pixel.0[0]);
                sum += ink;
                sum_x += ink * (f64::from(column) + 0.5);
                sum_y += ink * (f64::from(row) + 0.5);
            }
            assert!((sum_x / sum - x).abs() < 0.1 && (sum_y / sum - y).abs() < 0.1, "{degrees}");
            assert!((sum / 1020.0 - 1.0).abs() < 0.15, "ink is neither lost nor made: {sum}");
        }
    }

    #[test]
    fn paper_stays_paper_and_the_outside_becomes_paper() {
        let straight = straightened(&GrayImage::from_pixel(200, 100, Luma([231])), 8.0, 231);
        assert!(straight.iter().all(|pixel| *pixel == 231));
    }

    #[test]
    fn tiny_images_pass_through() {
        for (width, height) in [(0, 0), (1, 1), (3, 2), (1, 50)] {
            let image = GrayImage::new(width, height);
            assert_eq!(straightened(&image, 3.0, 255).dimensions(), (width, height));
            scaled(image, Size { width: 5, height: 5 });
        }
    }
}
