//! Which words are read together: most lines whole, but not across wide gaps, nor together with what is much too tall.
//!
//! The measures are libtesseract's (`ccstruct/pageres.cpp`, ROW_RES): a network reads a line better than words, but a strip
//! that is as high as a letter over two lines makes all others small.

use crate::chart::{QuarterTurns, Rect, Size};
use crate::imaging::line_strip::Strip;
use crate::ocr::tesseract::{LayoutBlock, LayoutLine};

/// Most height of a word, as a multiple of the height from ascender to descender, to be read with others.
const TALLEST: f32 = 1.25;
/// Widest gap inside of a piece, as a multiple of the same height.
const WIDEST_GAP: f32 = 2.0;

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

/// Returns the pieces of a page of `size`, in reading order.
pub fn pieces(blocks: &[LayoutBlock], size: Size) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for (block_index, block) in blocks.iter().enumerate() {
        let turned = block.upright.turned_size(size);
        for (line_index, line) in block.lines.iter().enumerate() {
            for group in groups(line, block.upright, size) {
                let words = &line.words[group];
                let turn = |rect: Rect| block.upright.turned_rect(rect, size);
                let Some(ink) = words.iter().map(|word| turn(word.rect)).reduce(|one, other| one.union(&other)) else {
                    continue;
                };
                let baselines = words.iter().map(|word| row(word.baseline, block.upright, size));
                let strip = Strip {
                    rect: ink,
                    baseline: baselines.sum::<f32>() / words.len() as f32,
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

/// Returns the row of a point of the page after its turn.
fn row((x, y): (f32, f32), upright: QuarterTurns, size: Size) -> f32 {
    match upright {
        QuarterTurns::None => y,
        QuarterTurns::One => x,
        QuarterTurns::Two => size.height as f32 - y,
        QuarterTurns::Three => size.width as f32 - x,
    }
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
    use crate::ocr::tesseract::LayoutWord;

    fn line(words: &[(u32, u32, u32, u32)]) -> LayoutLine {
        let word = |(left, top, width, height): &(u32, u32, u32, u32)| LayoutWord {
            rect: Rect::new(*left, *top, *width, *height),
            baseline: (0.0, 130.0),
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
