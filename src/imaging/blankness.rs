//! Whether there is any writing on a page.
//!
//! A page is blank only when nothing on it can be writing: show-through, punch holes, dark edges, streaks and speckle are
//! told apart by contrast, place and shape. One mark of the size of a letter makes the page nearly blank at most.

use super::dark_edge::DarkEdge;
use super::mask::Component;
use super::working_copy::WorkingCopy;

/// Longer side of an ordinary sheet in millimetres, from which sizes on the working copy follow.
const SHEET: f32 = 280.0;
/// Its shorter side.
const SHEET_SHORT: f32 = 200.0;
/// Marks smaller than this many millimetres are speckle.
const LEAST_MARK: f32 = 1.3;
/// Smaller marks than letters of an ordinary sheet, in millimetres: the letters of a sheet that is larger than ordinary.
const LEAST_SMALL_MARK: f32 = 0.6;
/// So many small marks are no speckle but small letters.
const MANY_SMALL_MARKS: usize = 300;
/// Diameters of punch holes in millimetres.
const HOLES: std::ops::RangeInclusive<f32> = 3.8..=11.0;
/// Share of the page's side within which holes are punched.
const HOLE_MARGIN: f32 = 0.12;

/// What was counted on a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Marks {
    /// Marks that may be writing.
    pub writing: usize,
    /// Marks of the size of letters that are too faint to be anything but show-through.
    pub faint: usize,
    /// Long straight lines: rules, folds, scanner streaks.
    pub lines: usize,
    /// Punch holes.
    pub holes: usize,
}

impl Marks {
    /// Counts the marks among `components` of the working copy; marks whose darker pixels are less than `least_contrast`
    /// (a share of the paper level) darker than the paper are faint.
    pub fn of(copy: &WorkingCopy, components: &[Component], edge: Option<&DarkEdge>, least_contrast: f32) -> Self {
        let (width, height) = copy.gray.dimensions();
        // A long strip is as wide as a sheet at most, and its writing no larger.
        let millimetre = (width.max(height) as f32 / SHEET).min(width.min(height) as f32 / SHEET_SHORT);
        let least = f32::from(copy.paper) * least_contrast;
        let mut marks = Self::default();
        let mut small = 0;
        for part in components {
            let (long, short) = (part.width().max(part.height()) as f32, part.width().min(part.height()) as f32);
            if long < (LEAST_MARK * millimetre).max(3.0) || on_edge(part, edge) {
                let is_small = long >= (LEAST_SMALL_MARK * millimetre).max(3.0);
                small += usize::from(is_small && darkest(copy, part) >= least && !on_edge(part, edge));
                continue;
            }
            if is_line(part, width, height, millimetre) {
                marks.lines += 1;
            } else if is_hole(part, width, height, millimetre) {
                marks.holes += 1;
            } else if touches_border(part, width, height) && short < 1.5 * millimetre && long > 4.0 * short {
                marks.lines += 1;
            } else if darkest(copy, part) < least {
                marks.faint += 1;
            } else {
                marks.writing += 1;
            }
        }
        if small >= MANY_SMALL_MARKS {
            marks.writing += small;
        }
        marks
    }
}

/// Says whether most of the ink in a part is dark edge.
fn on_edge(part: &Component, edge: Option<&DarkEdge>) -> bool {
    let Some(edge) = edge else { return false };
    let (step_x, step_y) = ((part.width() / 64).max(1) as usize, (part.height() / 64).max(1) as usize);
    let (mut on, mut all) = (0u64, 0u64);
    for y in (part.top..part.bottom).step_by(step_y) {
        for x in (part.left..part.right).step_by(step_x) {
            on += u64::from(edge.covers(x, y));
            all += 1;
        }
    }
    // A wedge fills half of its box, and what is left of it is fringe.
    let covered = on as f32 * (step_x * step_y) as f32;
    covered >= 0.5 * part.area as f32 || on * 2 >= all
}

fn is_line(part: &Component, width: u32, height: u32, millimetre: f32) -> bool {
    let across = part.width() as f32 >= 0.15 * width as f32 && part.height() as f32 <= (1.2 * millimetre).max(4.0);
    let down = part.height() as f32 >= 0.15 * height as f32 && part.width() as f32 <= (1.2 * millimetre).max(4.0);
    // A fold or a scratch that is broken into pieces.
    let (long, short) = (part.width().max(part.height()), part.width().min(part.height()));
    let piece = short as f32 <= (0.3 * millimetre).max(1.0) && long >= 5 * short && part.fill() >= 0.7;
    across || down || piece
}

fn is_hole(part: &Component, width: u32, height: u32, millimetre: f32) -> bool {
    let (across, down) = (part.width() as f32, part.height() as f32);
    let round = (0.72..=1.38).contains(&(across / down)) && part.fill() >= 0.65;
    let beside = part.left.min(width - part.right) as f32 <= HOLE_MARGIN * width as f32;
    let above = part.top.min(height - part.bottom) as f32 <= HOLE_MARGIN * height as f32;
    round && (beside || above) && HOLES.contains(&(across.max(down) / millimetre))
}

fn touches_border(part: &Component, width: u32, height: u32) -> bool {
    part.left <= 1 || part.top <= 1 || part.right + 1 >= width || part.bottom + 1 >= height
}

/// Returns the contrast that a third of the part's pixels, but at least three, reach, less the noise.
fn darkest(copy: &WorkingCopy, part: &Component) -> f32 {
    let width = copy.gray.width() as usize;
    let mut histogram = [0u32; 256];
    for y in part.top..part.bottom {
        let from = y as usize * width;
        for contrast in &copy.contrast[from + part.left as usize..from + part.right as usize] {
            histogram[usize::from(*contrast)] += 1;
        }
    }
    let target = (part.area / 3).max(3);
    let mut above = 0;
    for (contrast, times) in histogram.iter().enumerate().rev() {
        above += times;
        if above >= target {
            return contrast as f32 - copy.noise;
        }
    }
    0.0
}

#[cfg(test)]
mod tests {
    use image::{GrayImage, Luma};
    use rand::{RngExt as _, SeedableRng as _};

    use super::*;

    fn marks(page: &GrayImage) -> Marks {
        let copy = WorkingCopy::of(page);
        let edge = DarkEdge::of(&copy, 0.2);
        Marks::of(&copy, &copy.ink.components(), edge.as_ref(), 0.11)
    }

    /// Paper with noise, speckle, two punch holes, a dark edge and a fold.
    fn worn_blank() -> GrayImage {
        let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(7);
        let mut page = GrayImage::from_fn(1700, 2200, |x, y| {
            let hole = |cx: i64, cy: i64| (i64::from(x) - cx).pow(2) + (i64::from(y) - cy).pow(2) < 24 * 24;
            if x < 35 + y / 60 || hole(100, 700) || hole(100, 1500) {
                Luma([25])
            } else if y == 1100 {
                Luma([215])
            } else {
                Luma([238 + random.random_range(0..12)])
            }
        });
        for _ in 0..800 {
            let (x, y) = (random.random_range(0..1699), random.random_range(0..2199));
            page.put_pixel(x, y, Luma([40]));
            page.put_pixel(x + 1, y, Luma([60]));
        }
        page
    }

    #[test]
    fn wear_alone_leaves_a_page_blank() {
        let marks = marks(&worn_blank());
        assert_eq!((marks.writing, marks.holes), (0, 2), "{marks:?}");
    }

    #[test]
    fn one_faint_digit_is_writing() {
        let mut page = worn_blank();
        for y in 2000..2024 {
            for x in 850..854 {
                page.put_pixel(x, y, Luma([190]));
            }
        }
        assert_eq!(marks(&page).writing, 1);
    }

    #[test]
    fn a_thin_signature_is_writing() {
        let mut page = worn_blank();
        for x in 900..1300u32 {
            let y = (1700.0 + 40.0 * (f64::from(x) / 25.0).sin()) as u32;
            for row in y..y + 6 {
                page.put_pixel(x, row, Luma([110]));
            }
        }
        assert!(marks(&page).writing >= 1);
    }

    #[test]
    fn show_through_is_faint() {
        let mut page = worn_blank();
        for row in 0..20 {
            for letter in 0..60 {
                for y in 0..14 {
                    for x in 0..9 {
                        let (x, y) = (300 + letter * 16 + x, 300 + row * 60 + y);
                        page.put_pixel(x, y, Luma([page.get_pixel(x, y).0[0].saturating_sub(20)]));
                    }
                }
            }
        }
        assert_eq!(marks(&page).writing, 0, "{:?}", marks(&page));
    }
}
