//! Patch codes: four bars, two of them wide, that scanners and capture programs have used as separators for decades.
//!
//! A wide bar is 0.20 inches, a narrow bar and a space 0.08, the whole 0.80, the bars at least 0.75 inches long (Kodak,
//! Patch Code Information, A-61599). Codes 1 and 6, and 3 and T, are mirror images of each other: like the sensors of
//! scanners, the reader goes from the edge of the page inwards, so that a sheet means the same at any turn.

use std::ops::RangeInclusive;

use image::GrayImage;

use super::dense::reduced;
use crate::chart::{Code, Symbology};

/// Least pixels of the shorter side of the copy that is looked at: a narrow bar has five and more.
const SHORTER_SIDE: u32 = 600;
/// Widths in units of a tenth of the whole, which is what a narrow bar has.
const NARROW: RangeInclusive<f32> = 0.5..=1.6;
const WIDE: RangeInclusive<f32> = 1.9..=3.1;
/// Paper beside the code; there is less within other codes, which have the same bars somewhere.
const QUIET: f32 = 2.5;
/// Least pixels of the shorter side of a page, 0.80 inches of which can be told: less is a cut-out.
const LEAST_SIDE: u32 = 480;
/// The whole as a share of the shorter side of the page: 0.80 inches on paper of 5.5 to 11.7 inches.
const WHOLE: RangeInclusive<f32> = 0.055..=0.16;
/// Length of the bars as a share of the whole.
const LEAST_LENGTH: f32 = 0.85;
/// Share of the lines across the bars that have to tell the same code.
const LEAST_AGREEMENT: f32 = 0.75;
/// Most lines that a fold or a stamp may hide at one place.
const MOST_HIDDEN: u32 = 4;
/// Most pixels that bars may move from one line to the next: a lean of 19 degrees.
const DRIFT: f32 = 0.35;
/// Share of the page around its middle where neither edge is nearer.
const MIDDLE: f32 = 0.03;
/// Ink is darker than this share of the paper: first as it is printed, then as it fades.
const INK: [f32; 2] = [0.5, 0.8];
/// Most rows of bars that are followed at a time.
const MOST_TRACKS: usize = 64;

/// The codes by their bars from the edge of the page inwards; `true` is wide.
const CODES: [([bool; 4], &str); 6] = [
    ([true, true, false, false], "PATCH1"),
    ([true, false, false, true], "PATCH2"),
    ([true, false, true, false], "PATCH3"),
    ([false, true, true, false], "PATCH4"),
    ([false, false, true, true], "PATCH6"),
    ([false, true, false, true], "PATCHT"),
];

/// Where the bars of a code cross one line of the page.
#[derive(Debug, Clone, Copy)]
struct Crossing {
    line: u32,
    start: u32,
    end: u32,
    bars: [bool; 4],
}

/// Crossings of lines beside each other.
#[derive(Debug)]
struct Track {
    first: Crossing,
    last: Crossing,
    hits: u32,
}

/// Reads the patch codes of a page, whose bars may lean by up to 15 degrees; corners are pixels of `page`.
pub(super) fn patch_codes(page: &GrayImage) -> Vec<Code> {
    let side = page.width().min(page.height());
    if side < LEAST_SIDE {
        return Vec::new();
    }
    let factor = (side / SHORTER_SIDE).max(1);
    let small = reduced(page, factor);
    let paper = f32::from(paper_level(&small));
    INK.into_iter()
        .map(|share| {
            let ink = (paper * share) as u8;
            let mut codes = across(&small, ink, factor, Direction::Rows);
            codes.extend(across(&small, ink, factor, Direction::Columns));
            codes
        })
        .find(|codes| !codes.is_empty())
        .unwrap_or_default()
}

/// Which lines of pixels are followed: bars stand upright on rows, and lie on columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Direction {
    Rows,
    Columns,
}

fn across(page: &GrayImage, ink: u8, factor: u32, direction: Direction) -> Vec<Code> {
    let (lines, length) = match direction {
        Direction::Rows => (page.height(), page.width()),
        Direction::Columns => (page.width(), page.height()),
    };
    let shorter = lines.min(length) as f32;
    let mut open: Vec<Track> = Vec::new();
    let mut done: Vec<Track> = Vec::new();
    let mut edges = Vec::new();
    for line in 0..lines {
        let dark = |at: u32| match direction {
            Direction::Rows => page.get_pixel(at, line).0[0] < ink,
            Direction::Columns => page.get_pixel(line, at).0[0] < ink,
        };
        find_edges(&mut edges, length, dark);
        for crossing in crossings(&edges, line, length, shorter) {
            if let Some(track) = open.iter_mut().find(|track| track.last.goes_on(crossing)) {
                (track.last, track.hits) = (crossing, track.hits + 1);
            } else if open.len() < MOST_TRACKS {
                open.push(Track { first: crossing, last: crossing, hits: 1 });
            }
        }
        done.extend(open.extract_if(.., |track| line - track.last.line > MOST_HIDDEN));
    }
    done.extend(open);
    done.iter().filter_map(|track| track.code(length, factor, direction)).collect()
}

/// Finds where runs of paper and of ink begin, the first and the last of them paper, and the end of the line.
fn find_edges(edges: &mut Vec<u32>, length: u32, dark: impl Fn(u32) -> bool) {
    edges.clear();
    edges.push(0);
    let mut last = false;
    for at in 0..length {
        if dark(at) != last {
            last = !last;
            edges.push(at);
        }
    }
    edges.extend(last.then_some(length));
    edges.push(length);
}

/// Finds seven runs, beginning and ending with ink, whose widths are those of a code.
fn crossings(edges: &[u32], line: u32, length: u32, shorter: f32) -> impl Iterator<Item = Crossing> {
    edges.windows(10).step_by(2).filter_map(move |edges| {
        let width = |run: usize| (edges[run + 1] - edges[run]) as f32;
        let (start, end) = (edges[1], edges[8]);
        let whole = (end - start) as f32;
        let unit = whole / 10.0;
        let spaces = [2, 4, 6].into_iter().all(|run| NARROW.contains(&(width(run) / unit)));
        let bars = [1, 3, 5, 7].map(|run| width(run) / unit);
        let told = bars.iter().all(|bar| NARROW.contains(bar) || WIDE.contains(bar));
        // A code may lie at the border of the image.
        let quiet = (edges[0] == 0 || width(0) >= QUIET * unit) && (edges[9] == length || width(8) >= QUIET * unit);
        let found = WHOLE.contains(&(whole / shorter)) && spaces && told && quiet;
        let bars = bars.map(|bar| WIDE.contains(&bar));
        (found && bars.iter().filter(|wide| **wide).count() == 2).then_some(Crossing { line, start, end, bars })
    })
}

impl Crossing {
    /// Says whether the bars of this line go on in the other, a few lines further.
    fn goes_on(self, other: Self) -> bool {
        let lines = other.line.saturating_sub(self.line);
        let near = |one: u32, other: u32| one.abs_diff(other) as f32 <= 2.0 + DRIFT * lines as f32;
        lines > 0 && self.bars == other.bars && near(self.start, other.start) && near(self.end, other.end)
    }

    fn whole(self) -> f32 {
        (self.end - self.start) as f32
    }
}

impl Track {
    /// Returns the code, if the bars are long enough and tell which it is.
    fn code(&self, length: u32, factor: u32, direction: Direction) -> Option<Code> {
        let lines = (self.last.line - self.first.line + 1) as f32;
        if lines < LEAST_LENGTH * self.first.whole() || (self.hits as f32) < LEAST_AGREEMENT * lines {
            return None;
        }
        let ends = [self.first.start, self.first.end, self.last.start, self.last.end];
        let middle = ends.into_iter().sum::<u32>() as f32 / 4.0 / length.max(1) as f32 - 0.5;
        let mut bars = self.first.bars;
        bars.reverse();
        let same_both_ways = bars == self.first.bars;
        if middle < 0.0 {
            bars = self.first.bars;
        }
        if middle.abs() < MIDDLE && !same_both_ways {
            return None;
        }
        let (_, text) = CODES.iter().find(|(known, _)| *known == bars)?;
        let (first, last) = (self.first, self.last);
        let corners =
            [(first.start, first.line), (first.end, first.line), (last.end, last.line), (last.start, last.line)];
        let corners = corners.map(|(at, line)| match direction {
            Direction::Rows => [at * factor, line * factor],
            Direction::Columns => [line * factor, at * factor],
        });
        // On columns the first line is the left one: the corners go round the other way.
        let [one, two, three, four] = corners;
        let corners = if direction == Direction::Rows { corners } else { [one, four, three, two] };
        Some(Code { symbology: Symbology::PatchCode, text: (*text).to_owned(), corners })
    }
}

/// Returns the gray level that three quarters of the page do not exceed: that of the paper.
fn paper_level(page: &GrayImage) -> u8 {
    let mut counts = [0_u32; 256];
    page.as_raw().iter().for_each(|pixel| counts[usize::from(*pixel)] += 1);
    let mut left = (page.as_raw().len() as u32).div_ceil(4);
    (0..=255_u8)
        .rev()
        .find(|level| {
            left = left.saturating_sub(counts[usize::from(*level)]);
            left == 0
        })
        .unwrap_or(255)
}

#[cfg(test)]
mod tests {
    use image::{Luma, imageops};

    use super::*;

    const DPI: f32 = 150.0;

    /// A page of US letter paper with the bars of a code upright at its left edge, `inches` from it.
    fn page(bars: [bool; 4], inches: f32, length: f32) -> GrayImage {
        let mut page = GrayImage::from_pixel((8.5 * DPI) as u32, (11.0 * DPI) as u32, Luma([235]));
        let mut left = inches;
        for wide in bars {
            let width = if wide { 0.2 } else { 0.08 };
            for x in (left * DPI) as u32..((left + width) * DPI) as u32 {
                for y in (2.0 * DPI) as u32..((2.0 + length) * DPI) as u32 {
                    page.put_pixel(x, y, Luma([20]));
                }
            }
            left += width + 0.08;
        }
        page
    }

    fn read(page: &GrayImage) -> Vec<String> {
        patch_codes(page).into_iter().map(|code| code.text).collect()
    }

    #[test]
    fn each_code_is_told_at_every_turn() {
        for (bars, name) in CODES {
            let page = page(bars, 0.5, 2.0);
            for turned in
                [page.clone(), imageops::rotate90(&page), imageops::rotate180(&page), imageops::rotate270(&page)]
            {
                assert_eq!(read(&turned), [name]);
            }
        }
    }

    #[test]
    fn corners_are_where_the_bars_are() {
        let page = page(CODES[5].0, 0.5, 2.0);
        let near = |found: [u32; 2], inches: [f32; 2]| {
            let [x, y] = inches.map(|inches| inches * DPI);
            assert!((found[0] as f32 - x).abs() < 6.0 && (found[1] as f32 - y).abs() < 6.0, "{found:?} {inches:?}");
        };
        let corners = patch_codes(&page).remove(0).corners;
        for (corner, inches) in corners.into_iter().zip([[0.5, 2.0], [1.3, 2.0], [1.3, 4.0], [0.5, 4.0]]) {
            near(corner, inches);
        }
        let corners = patch_codes(&imageops::rotate90(&page)).remove(0).corners;
        for (corner, inches) in corners.into_iter().zip([[7.0, 0.5], [9.0, 0.5], [9.0, 1.3], [7.0, 1.3]]) {
            near(corner, inches);
        }
    }

    #[test]
    fn what_is_too_short_too_large_or_in_doubt_is_no_code() {
        let code = CODES[5].0;
        assert_eq!(read(&page(code, 0.5, 0.5)), [""; 0], "the bars are too short");
        assert_eq!(
            read(&page(code, 3.85, 2.0)),
            [""; 0],
            "neither edge is nearer, and the mirror image is another code"
        );
        assert_eq!(read(&page(CODES[1].0, 3.85, 2.0)), ["PATCH2"], "it has no mirror image");
        let large = imageops::crop_imm(&page(code, 0.5, 2.0), 0, 200, 500, 500).to_image();
        assert_eq!(read(&large), [""; 0], "it fills the page");
        let mut beside = page(code, 0.5, 2.0);
        let bar = GrayImage::from_pixel((0.08 * DPI) as u32, (2.0 * DPI) as u32, Luma([20]));
        imageops::replace(&mut beside, &bar, (1.38 * DPI) as i64, (2.0 * DPI) as i64);
        assert_eq!(read(&beside), [""; 0], "a fifth bar");
        let uneven = [true, true, true, false];
        assert_eq!(read(&page(uneven, 0.5, 2.0)), [""; 0], "three wide bars");
        assert_eq!(read(&GrayImage::new(0, 0)), [""; 0]);
        assert_eq!(read(&GrayImage::from_pixel(3, 2000, Luma([0]))), [""; 0]);
    }
}
