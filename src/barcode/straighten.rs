//! Laying bars upright: the angle at which a patch leans, by the directions in which it changes.

use image::{GrayImage, Luma};

/// Share of the change that must run along one direction; of writing, squares and pictures it runs along several.
const LEAST_AGREEMENT: f32 = 0.55;

/// Returns the clockwise angle in degrees, from -90 to 90, by which bars lean away from upright; `None` where there is no
/// one direction.
pub(super) fn lean(patch: &GrayImage) -> Option<f32> {
    let (width, height) = (patch.width() as usize, patch.height() as usize);
    let (mut across, mut down, mut both) = (0.0_f64, 0.0_f64, 0.0_f64);
    let pixels = patch.as_raw();
    for y in (1..height.saturating_sub(1)).step_by(2) {
        for x in 1..width.saturating_sub(1) {
            let at = y * width + x;
            let dx = i32::from(pixels[at + 1]) - i32::from(pixels[at - 1]);
            let dy = i32::from(pixels[at + width]) - i32::from(pixels[at - width]);
            across += f64::from(dx * dx);
            down += f64::from(dy * dy);
            both += f64::from(dx * dy);
        }
    }
    let strength = (across - down).hypot(2.0 * both);
    let agreement = strength / (across + down).max(1.0);
    (agreement >= f64::from(LEAST_AGREEMENT)).then(|| (0.5 * (2.0 * both).atan2(across - down)).to_degrees() as f32)
}

/// Turns a patch counter-clockwise by `degrees` on a larger piece of paper, and returns it with what leads from its pixels
/// back to those of the patch.
pub(super) fn turned(patch: &GrayImage, degrees: f32) -> (GrayImage, impl Fn(f32, f32) -> (f32, f32)) {
    let (sin, cos) = degrees.to_radians().sin_cos();
    let (width, height) = (patch.width() as f32, patch.height() as f32);
    let out_width = (width * cos.abs() + height * sin.abs()).ceil();
    let out_height = (width * sin.abs() + height * cos.abs()).ceil();
    let back = move |x: f32, y: f32| {
        let (x, y) = (x - out_width / 2.0, y - out_height / 2.0);
        (x * cos - y * sin + width / 2.0, x * sin + y * cos + height / 2.0)
    };
    let pixel = |x: i64, y: i64| match (u32::try_from(x), u32::try_from(y)) {
        (Ok(x), Ok(y)) if x < patch.width() && y < patch.height() => f32::from(patch.get_pixel(x, y).0[0]),
        _ => 255.0,
    };
    let image = GrayImage::from_fn(out_width as u32, out_height as u32, |x, y| {
        let (x, y) = back(x as f32 + 0.5, y as f32 + 0.5);
        let (x, y) = (x - 0.5, y - 0.5);
        let (left, top) = (x.floor(), y.floor());
        let (right_share, lower_share) = (x - left, y - top);
        let (left, top) = (left as i64, top as i64);
        let upper = pixel(left, top) * (1.0 - right_share) + pixel(left + 1, top) * right_share;
        let lower = pixel(left, top + 1) * (1.0 - right_share) + pixel(left + 1, top + 1) * right_share;
        Luma([(upper * (1.0 - lower_share) + lower * lower_share) as u8])
    });
    (image, back)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bars that lean clockwise by `degrees`.
    fn bars(degrees: f32) -> GrayImage {
        let (sin, cos) = degrees.to_radians().sin_cos();
        GrayImage::from_fn(300, 200, |x, y| {
            let along = x as f32 * cos + y as f32 * sin;
            Luma([(130.0 + 110.0 * (along * std::f32::consts::TAU / 16.0).sin()) as u8])
        })
    }

    #[test]
    fn the_lean_of_bars_is_found_and_taken_off() {
        for degrees in [-80.0, -37.0, -12.0, 0.0, 5.0, 15.0, 60.0_f32] {
            let leaning = bars(degrees);
            let found = lean(&leaning).expect("bars have a direction");
            assert!((found - degrees).abs() < 2.0, "{degrees}: {found}");
            let (upright, _) = turned(&leaning, found);
            let middle =
                image::imageops::crop_imm(&upright, upright.width() / 2 - 50, upright.height() / 2 - 50, 100, 100);
            let left = lean(&middle.to_image()).expect("bars have a direction");
            assert!(left.abs() < 2.0, "{degrees}: {left} is left");
        }
        assert_eq!(lean(&GrayImage::from_pixel(50, 50, Luma([200]))), None);
    }
}
