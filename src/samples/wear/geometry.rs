//! Turning and leaning: pixels move, and the boxes of words move with them.

use image::{GrayImage, Luma, imageops};

use crate::chart::{QuarterTurns, Rect, Size};
use crate::samples::sheet::Sheet;

/// Turns the page clockwise.
pub(super) fn turn(sheet: &mut Sheet, turn: QuarterTurns) {
    if turn == QuarterTurns::None {
        return;
    }
    let size = sheet.size();
    for plane in &mut sheet.planes {
        *plane = match turn {
            QuarterTurns::None => continue,
            QuarterTurns::One => imageops::rotate90(plane),
            QuarterTurns::Two => imageops::rotate180(plane),
            QuarterTurns::Three => imageops::rotate270(plane),
        };
    }
    for word in &mut sheet.words {
        word.rect = turn.turned_rect(word.rect, size);
    }
}

/// Leans the page clockwise by `degrees` around its middle; `outside` fills what was not on the glass.
pub(super) fn lean(sheet: &mut Sheet, degrees: f32, outside: u8) {
    let size = sheet.size();
    let (sine, cosine) = sine_cosine(f64::from(degrees));
    for plane in &mut sheet.planes {
        *plane = leaned(plane, sine, cosine, outside);
    }
    for word in &mut sheet.words {
        word.rect = leaned_rect(word.rect, size, sine, cosine);
    }
}

/// Computes sine and cosine of up to 45 degrees either way by their series, so that every machine gets the same bits.
pub(super) fn sine_cosine(degrees: f64) -> (f64, f64) {
    let x = degrees * std::f64::consts::PI / 180.0;
    let (mut sine, mut cosine, mut term) = (0.0, 0.0, 1.0);
    for power in 0..18u32 {
        let sign = if power % 4 < 2 { 1.0 } else { -1.0 };
        if power % 2 == 0 {
            cosine += sign * term;
        } else {
            sine += sign * term;
        }
        term *= x / f64::from(power + 1);
    }
    (sine, cosine)
}

fn leaned(plane: &GrayImage, sine: f64, cosine: f64, outside: u8) -> GrayImage {
    let (width, height) = plane.dimensions();
    let (middle_x, middle_y) = (f64::from(width) / 2.0, f64::from(height) / 2.0);
    let fixed = |value: f64| (value * 65536.0).round() as i64;
    let (step_x, step_y) = (fixed(cosine), fixed(-sine));
    let mut leaned = GrayImage::from_pixel(width, height, Luma([outside]));
    let source = plane.as_raw();
    let stride = width as usize;
    for (row, pixels) in leaned.chunks_exact_mut(stride).enumerate() {
        let (x, y) = (0.5 - middle_x, row as f64 + 0.5 - middle_y);
        let mut from_x = fixed(x * cosine + y * sine + middle_x - 0.5);
        let mut from_y = fixed(-x * sine + y * cosine + middle_y - 0.5);
        for pixel in pixels {
            let (column, line) = (from_x >> 16, from_y >> 16);
            if column >= 0 && line >= 0 && column + 1 < i64::from(width) && line + 1 < i64::from(height) {
                let at = line as usize * stride + column as usize;
                let (right, down) = ((from_x & 0xFFFF) as u32 >> 8, (from_y & 0xFFFF) as u32 >> 8);
                let above = u32::from(source[at]) * (256 - right) + u32::from(source[at + 1]) * right;
                let below = u32::from(source[at + stride]) * (256 - right) + u32::from(source[at + stride + 1]) * right;
                *pixel = ((above * (256 - down) + below * down + 32768) >> 16) as u8;
            }
            from_x += step_x;
            from_y += step_y;
        }
    }
    leaned
}

fn leaned_rect(rect: Rect, size: Size, sine: f64, cosine: f64) -> Rect {
    let (middle_x, middle_y) = (f64::from(size.width) / 2.0, f64::from(size.height) / 2.0);
    let (mut left, mut top, mut right, mut bottom) = (f64::MAX, f64::MAX, f64::MIN, f64::MIN);
    for (column, row) in
        [(rect.left, rect.top), (rect.right(), rect.top), (rect.left, rect.bottom()), (rect.right(), rect.bottom())]
    {
        let (x, y) = (f64::from(column) - middle_x, f64::from(row) - middle_y);
        let (x, y) = (x * cosine - y * sine + middle_x, x * sine + y * cosine + middle_y);
        (left, right) = (left.min(x), right.max(x));
        (top, bottom) = (top.min(y), bottom.max(y));
    }
    let (left, top) = (left.floor().max(0.0) as u32, top.floor().max(0.0) as u32);
    let (right, bottom) = (right.ceil().max(0.0) as u32, bottom.ceil().max(0.0) as u32);
    Rect::new(left, top, right.saturating_sub(left), bottom.saturating_sub(top)).clipped(size)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::sheet::PlacedWord;

    #[test]
    fn the_series_agree_with_the_standard_library() {
        for tenths in -450..=450 {
            let degrees = f64::from(tenths) / 10.0;
            let (sine, cosine) = sine_cosine(degrees);
            assert!((sine - degrees.to_radians().sin()).abs() < 1e-12);
            assert!((cosine - degrees.to_radians().cos()).abs() < 1e-12);
        }
    }

    #[test]
    fn a_leaning_box_covers_its_ink() {
        let mut plane = GrayImage::from_pixel(400, 500, Luma([255]));
        let rect = Rect::new(60, 80, 50, 12);
        for y in rect.top..rect.bottom() {
            for x in rect.left..rect.right() {
                plane.put_pixel(x, y, Luma([0]));
            }
        }
        let words = vec![PlacedWord { text: "x".into(), rect, line: 1 }];
        let mut sheet = Sheet { planes: vec![plane], words, dpi: 100 };
        lean(&mut sheet, 4.0, 255);
        let covered = sheet.words[0].rect;
        // Clockwise: what is left of the middle rises.
        assert!(covered.top < rect.top);
        let mut ink = 0;
        for (x, y, pixel) in sheet.planes[0].enumerate_pixels() {
            if pixel[0] < 128 {
                ink += 1;
                assert!((covered.left..covered.right()).contains(&x) && (covered.top..covered.bottom()).contains(&y));
            }
        }
        assert!((500..700).contains(&ink), "{ink}");
    }
}
