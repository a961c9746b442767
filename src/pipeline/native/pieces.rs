//! Which words are read together: most lines whole, but not across wide gaps, nor together with what is much too tall.
//!
//! The measures are libtesseract's (`ccstruct/pageres.cpp`, ROW_RES): a network reads a line better than words, but a strip
//! that is as high as a letter over two lines makes all others small.

use crate::chart::{QuarterTurns, Rect, Size};
use crate::imaging::line_strip::Strip;
use crate::ocr::tesseract::{LayoutBlock, LayoutLine, LayoutWord};

/// Most height of a word, as a multiple of the height from ascender to descender, to be read with others.
const TALLEST: f32 = 1.25;
/// Widest gap inside of a piece, as a multiple of the same height.
const WIDEST_GAP: f32 = 2.0;
/// Rows added above and below for another look. Those that brought most on pages whose text is known.
const MARGINS: [(i32, i32); 4] = [(4, 4), (-1, 2), (1, 3), (3, 1)];
/// Most distance of a baseline's point from a straight line, in pixels; half a pixel is rounding.
const WORST_OF_FIT: f32 = 0.8;

/// A part of a line that is read at once.
#[derive(Debug, Clone, PartialEq)]
pub struct Piece {
    /// Index of its block.
    pub block: usize,
    /// Index of its line in the block.
    pub line: usize,
    /// Clockwise turn that makes it level.
    pub upright: QuarterTurns,
    /// What is cut out, on the page turned by `upright`.
    pub rect: Rect,
    /// Covers its words, on the turned page.
    pub ink: Rect,
    /// The marks of its words, on the turned page.
    pub marks: Vec<Rect>,
}

impl Piece {
    /// Returns the piece with other margins above and below, for a page of `size`.
    pub fn with_margins(&self, size: Size) -> impl Iterator<Item = Self> {
        let height = self.upright.turned_size(size).height;
        MARGINS.iter().filter_map(move |(above, below)| {
            let top = self.rect.top.saturating_add_signed(-above);
            let bottom = self.rect.bottom().saturating_add_signed(*below).min(height);
            let rect = Rect::new(self.rect.left, top, self.rect.width, bottom.checked_sub(top)?);
            (!rect.is_empty() && rect != self.rect).then(|| Self { rect, ..self.clone() })
        })
    }
}

/// Returns the pieces of a page of `size`, in reading order.
pub fn pieces(blocks: &[LayoutBlock], size: Size) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for (block_index, block) in blocks.iter().enumerate() {
        let turned = block.upright.turned_size(size);
        for (line_index, line) in block.lines.iter().enumerate() {
            let baseline = Baseline::of(&line.words, block.upright, size);
            for group in groups(line, block.upright, size) {
                let words = &line.words[group];
                let turn = |rect: Rect| block.upright.turned_rect(rect, size);
                let Some(ink) = words.iter().map(|word| turn(word.rect)).reduce(|one, other| one.union(&other)) else {
                    continue;
                };
                let middle = ink.left as f32 + ink.width as f32 / 2.0;
                let baseline = baseline.at(words, middle, block.upright, size).unwrap_or(ink.bottom() as f32);
                let strip = Strip {
                    rect: ink,
                    baseline,
                    x_height: line.x_height,
                    ascender: line.ascender,
                    descender: line.descender,
                };
                let marks = words.iter().flat_map(|word| &word.marks).map(|mark| turn(*mark)).collect();
                let rect = strip.reach(turned);
                let piece = Piece { block: block_index, line: line_index, upright: block.upright, rect, ink, marks };
                pieces.push(piece);
            }
        }
    }
    pieces
}

/// The baseline of a line, as a straight line where that fits. The layout gives whole pixels only; many words give parts.
struct Baseline(Option<Fit>);

/// Rows as a function of columns.
#[derive(Clone, Copy)]
struct Fit {
    middle: f32,
    row: f32,
    slope: f32,
}

impl Baseline {
    fn of(words: &[LayoutWord], upright: QuarterTurns, size: Size) -> Self {
        let fit = Fit::of(words, upright, size);
        let straight =
            fit.filter(|fit| points(words, upright, size).all(|(x, y)| (fit.at(x) - y).abs() <= WORST_OF_FIT));
        Self(straight)
    }

    fn at(&self, words: &[LayoutWord], column: f32, upright: QuarterTurns, size: Size) -> Option<f32> {
        self.0.or_else(|| Fit::of(words, upright, size)).map(|fit| fit.at(column))
    }
}

impl Fit {
    /// Fits by least squares.
    fn of(words: &[LayoutWord], upright: QuarterTurns, size: Size) -> Option<Self> {
        let count = 2.0 * words.len() as f32;
        let sum = |value: &dyn Fn(f32, f32) -> f32| points(words, upright, size).map(|(x, y)| value(x, y)).sum::<f32>();
        let (middle, row) = (sum(&|x, _| x) / count, sum(&|_, y| y) / count);
        let spread = sum(&|x, _| (x - middle) * (x - middle));
        let slope = if spread > 0.0 { sum(&|x, y| (x - middle) * (y - row)) / spread } else { 0.0 };
        (!words.is_empty()).then_some(Self { middle, row, slope })
    }

    fn at(&self, column: f32) -> f32 {
        self.row + self.slope * (column - self.middle)
    }
}

/// Returns the points of the baseline after the turn.
fn points(words: &[LayoutWord], upright: QuarterTurns, size: Size) -> impl Iterator<Item = (f32, f32)> {
    let (width, height) = (size.width as f32, size.height as f32);
    words.iter().flat_map(|word| word.baseline).map(move |(x, y)| match upright {
        QuarterTurns::None => (x, y),
        QuarterTurns::One => (height - y, x),
        QuarterTurns::Two => (width - x, height - y),
        QuarterTurns::Three => (y, width - x),
    })
}

/// Returns which words of a line are read together.
fn groups(line: &LayoutLine, upright: QuarterTurns, size: Size) -> Vec<std::ops::Range<usize>> {
    let height = line.x_height + line.ascender - line.descender;
    let rects: Vec<Rect> = line.words.iter().map(|word| upright.turned_rect(word.rect, size)).collect();
    let fits = |rect: &Rect| rect.height as f32 <= height * TALLEST;
    let mut groups: Vec<std::ops::Range<usize>> = Vec::new();
    let mut joined: Option<Rect> = None;
    for (index, rect) in rects.iter().enumerate() {
        let union = joined.filter(|joined| {
            let gap = f64::from(rect.left) - f64::from(joined.right());
            fits(rect) && fits(&joined.union(rect)) && gap <= f64::from(height * WIDEST_GAP)
        });
        match (union, groups.last_mut()) {
            (Some(union), Some(group)) => {
                group.end = index + 1;
                joined = Some(union.union(rect));
            }
            _ => {
                groups.push(index..index + 1);
                joined = fits(rect).then_some(*rect);
            }
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(words: &[(u32, u32, u32, u32)]) -> LayoutLine {
        let word = |(left, top, width, height): &(u32, u32, u32, u32)| LayoutWord {
            rect: Rect::new(*left, *top, *width, *height),
            baseline: [(0.0, 130.0), (9.0, 130.0)],
            marks: vec![Rect::new(*left, *top, *width, *height)],
        };
        LayoutLine { x_height: 20.0, ascender: 10.0, descender: -10.0, words: words.iter().map(word).collect() }
    }

    #[test]
    fn lines_are_split_at_wide_gaps_and_at_tall_words() {
        let size = Size { width: 2000, height: 1000 };
        let line =
            line(&[(10, 100, 100, 30), (130, 104, 60, 26), (300, 100, 50, 40), (360, 80, 20, 90), (400, 100, 9, 30)]);
        assert_eq!(groups(&line, QuarterTurns::None, size), [0..2, 2..3, 3..4, 4..5]);
        let block = LayoutBlock { upright: QuarterTurns::None, lines: vec![line] };
        let pieces = pieces(&[block], size);
        assert_eq!(pieces.len(), 4);
        assert_eq!(pieces[0].rect, Rect::new(6, 96, 188, 48));
        assert_eq!(pieces[0].marks.len(), 2);
    }
}
