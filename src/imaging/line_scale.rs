//! Bringing the strip of a line to the height that a recogniser takes.
//!
//! Networks are sensitive to how their training lines were scaled. So this is the scaling of leptonica (`pixScale`), which
//! Tesseract was trained with: strong reductions average areas, others interpolate between four pixels, in steps of a
//! sixteenth of a pixel; then the picture is sharpened, unless it was enlarged much.

use image::GrayImage;

/// Parts of a pixel that are told apart.
const PARTS: u32 = 16;
/// Scale below which areas are averaged.
const AVERAGED_BELOW: f32 = 0.7;
/// Scales between which the result is sharpened.
const SHARPENED: std::ops::Range<f32> = 0.2..1.4;
/// Widest result; a strip that would be wider is no line of writing.
const WIDEST: u32 = 20_000;

/// Returns `strip` with `height` rows; none where it is empty or would become too wide.
pub fn scaled_strip(strip: &GrayImage, height: u32) -> Option<GrayImage> {
    let (columns, rows) = strip.dimensions();
    if columns == 0 || rows == 0 || height == 0 {
        return None;
    }
    let scale = height as f32 / rows as f32;
    let width = (scale * columns as f32 + 0.5) as u32;
    if !(1..=WIDEST).contains(&width) {
        return None;
    }
    if rows == height {
        return Some(strip.clone());
    }
    let (scaled, radius, amount) = if scale < AVERAGED_BELOW {
        (averaged(strip, width, height), 1, 0.2)
    } else {
        (interpolated(strip, width, height), 2, 0.4)
    };
    Some(if SHARPENED.contains(&scale) { sharpened(&scaled, radius, amount) } else { scaled })
}

fn step(from: u32, to: u32) -> f32 {
    PARTS as f32 * from as f32 / to as f32
}

/// The pixels of the source, in one direction, under a pixel of the result.
struct Span {
    first: usize,
    last: usize,
    /// Parts of the first and of the last pixel that count; those between count whole.
    of_first: u32,
    of_last: u32,
    parts: u32,
}

impl Span {
    fn of(place: u32, step: f32) -> Self {
        let (from, to) = ((step * place as f32) as u32, (step * (place as f32 + 1.0)) as u32);
        let (first, last) = ((from / PARTS) as usize, (to / PARTS) as usize);
        let (of_first, of_last) = if first == last { (to - from, 0) } else { (PARTS - from % PARTS, to % PARTS) };
        Self { first, last, of_first, of_last, parts: to - from }
    }

    /// Says whether it lies inside of `length` pixels, with one to spare.
    const fn is_inside(&self, length: usize) -> bool {
        self.last + 2 <= length
    }
}

/// Averages the area of the source under each pixel. At the right and lower edges single pixels are taken.
fn averaged(source: &GrayImage, width: u32, height: u32) -> GrayImage {
    let (columns, rows) = (source.width() as usize, source.height() as usize);
    let step_y = step(source.height(), height);
    let across: Vec<Span> = (0..width).map(|x| Span::of(x, step(source.width(), width))).collect();
    let row_of = |row: usize| &source.as_raw()[row * columns..][..columns];
    let mut sums = vec![0u32; columns];
    let mut out = GrayImage::new(width, height);
    for (y, line) in (0u32..).zip(out.chunks_exact_mut(width as usize)) {
        let down = Span::of(y, step_y);
        let nearest = row_of(down.first.min(rows - 1));
        if !down.is_inside(rows) {
            for (pixel, span) in line.iter_mut().zip(&across) {
                *pixel = nearest[span.first.min(columns - 1)];
            }
            continue;
        }
        let mut add = |row: usize, parts: u32, fresh: bool| {
            for (sum, pixel) in sums.iter_mut().zip(row_of(row)) {
                *sum = if fresh { 0 } else { *sum } + parts * u32::from(*pixel);
            }
        };
        add(down.first, down.of_first, true);
        (down.first + 1..down.last).for_each(|row| add(row, PARTS, false));
        if down.of_last > 0 {
            add(down.last, down.of_last, false);
        }
        for (pixel, span) in line.iter_mut().zip(&across) {
            if !span.is_inside(columns) {
                *pixel = nearest[span.first.min(columns - 1)];
                continue;
            }
            let between: u32 = sums[span.first..span.last].iter().skip(1).sum();
            let ends = span.of_first * sums[span.first] + span.of_last * sums[span.last];
            *pixel = ((ends + PARTS * between + 128) / (span.parts * down.parts).max(1)).min(255) as u8;
        }
    }
    out
}

/// Interpolates between the four pixels around each place.
fn interpolated(source: &GrayImage, width: u32, height: u32) -> GrayImage {
    let (columns, rows) = source.dimensions();
    let (step_x, step_y) = (step(columns, width), step(rows, height));
    let stride = columns as usize;
    let place = |at: u32, step: f32, most: u32| {
        let place = (step * at as f32 + 0.5) as u32;
        let first = (place / PARTS).min(most - 1);
        (first as usize, (first + 1).min(most - 1) as usize, place % PARTS)
    };
    let across: Vec<(usize, usize, u32)> = (0..width).map(|x| place(x, step_x, columns)).collect();
    let mut out = GrayImage::new(width, height);
    for (y, line) in (0u32..).zip(out.chunks_exact_mut(width as usize)) {
        let (above, below, down) = place(y, step_y, rows);
        let above = &source.as_raw()[above * stride..][..stride];
        let below = &source.as_raw()[below * stride..][..stride];
        for (pixel, (left, right, right_part)) in line.iter_mut().zip(&across) {
            let mixed = |row: &[u8]| (PARTS - right_part) * u32::from(row[*left]) + right_part * u32::from(row[*right]);
            *pixel = (((PARTS - down) * mixed(above) + down * mixed(below) + 128) / (PARTS * PARTS)) as u8;
        }
    }
    out
}

/// Moves every pixel away from the mean of the square around it; the edges stay as they are.
fn sharpened(source: &GrayImage, radius: usize, amount: f32) -> GrayImage {
    let (columns, rows) = (source.width() as usize, source.height() as usize);
    let side = 2 * radius + 1;
    let mut out = source.clone();
    if columns < side || rows < side {
        return out;
    }
    let share = 1.0 / (side * side) as f32;
    let pixels = source.as_raw();
    let sharpened: &mut [u8] = &mut out;
    let mut columns_of = vec![0u32; columns];
    for y in radius..rows - radius {
        columns_of.fill(0);
        for row in y - radius..=y + radius {
            for (sum, pixel) in columns_of.iter_mut().zip(&pixels[row * columns..][..columns]) {
                *sum += u32::from(*pixel);
            }
        }
        let inner = y * columns + radius..(y + 1) * columns - radius;
        let squares = columns_of.windows(side).map(|columns| columns.iter().sum::<u32>());
        for ((new, pixel), sum) in sharpened[inner.clone()].iter_mut().zip(&pixels[inner]).zip(squares) {
            let pixel = f32::from(*pixel);
            let value = pixel + amount * (pixel - sum as f32 * share) + 0.5;
            *new = value.clamp(0.0, 255.0) as u8;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use image::Luma;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn paper_stays_paper_and_edges_become_steeper() {
        for (width, height) in [(400, 60), (400, 40), (100, 20), (30, 36)] {
            let flat = scaled_strip(&GrayImage::from_pixel(width, height, Luma([231])), 36).expect("a strip");
            assert_eq!(flat.height(), 36);
            assert!(flat.iter().all(|gray| *gray == 231), "{width} x {height}");
        }
        let edge = GrayImage::from_fn(120, 60, |x, _| Luma([if x < 60 { 60 } else { 200 }]));
        let scaled = scaled_strip(&edge, 36).expect("a strip");
        assert!(scaled.get_pixel(35, 18).0[0] < 60 && scaled.get_pixel(36, 18).0[0] > 200);
    }

    #[test]
    fn a_reduction_to_a_third_averages_nine_pixels() {
        let source = GrayImage::from_fn(90, 90, |x, y| Luma([((x / 3 + y / 3) * 4) as u8]));
        let small = averaged(&source, 30, 30);
        assert!((0..28).all(|at| small.get_pixel(at, 5).0[0] == ((at + 5) * 4) as u8));
    }

    proptest! {
        #[test]
        fn any_size_is_scaled_or_refused(width in 0u32..90, height in 0u32..90, target in 0u32..60, gray in 0u8..) {
            let strip = GrayImage::from_pixel(width, height, Luma([gray]));
            if let Some(scaled) = scaled_strip(&strip, target) {
                prop_assert!(scaled.height() == target && scaled.iter().all(|pixel| *pixel == gray));
            }
        }
    }
}
