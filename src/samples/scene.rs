//! A page before it is drawn: marks in points (1/72 inch), origin at the top left. Independent of the resolution.

use super::lettering::{Face, Lettering};

/// US letter paper, upright, in points.
pub(super) const LETTER: (f32, f32) = (612.0, 792.0);

/// A colour of ink: red, green, blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ink(pub(super) [u8; 3]);

impl Ink {
    pub(super) const BLACK: Self = Self([18, 18, 20]);
    pub(super) const SHADE: Self = Self([226, 226, 226]);
    pub(super) const PEN: Self = Self([28, 44, 130]);
    pub(super) const GRID: Self = Self([236, 190, 186]);
    pub(super) const GRID_STRONG: Self = Self([216, 140, 136]);
}

/// One thing on a page.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Mark {
    /// Printed text on one line.
    Text { x: f32, baseline: f32, size: f32, face: Face, ink: Ink, text: String, line: u32 },
    /// A filled rectangle; thin ones are rules.
    Fill { x: f32, y: f32, width: f32, height: f32, ink: Ink },
    /// A pen stroke through points.
    Stroke { points: Vec<(f32, f32)>, width: f32, ink: Ink },
}

/// The marks of one page and its size.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Scene {
    pub(super) width: f32,
    pub(super) height: f32,
    pub(super) marks: Vec<Mark>,
    lines: u32,
}

impl Scene {
    /// Makes an empty page.
    pub(super) fn new((width, height): (f32, f32)) -> Self {
        Self { width, height, marks: Vec::new(), lines: 0 }
    }

    /// Begins a new line of text in reading order and returns its number.
    pub(super) fn new_line(&mut self) -> u32 {
        self.lines += 1;
        self.lines
    }

    /// Puts text on a line of its own.
    pub(super) fn text(&mut self, x: f32, baseline: f32, face: Face, size: f32, text: &str) {
        let line = self.new_line();
        self.text_on(line, x, baseline, face, size, text);
    }

    /// Puts text on the line that [`Self::new_line`] began.
    pub(super) fn text_on(&mut self, line: u32, x: f32, baseline: f32, face: Face, size: f32, text: &str) {
        if !text.trim().is_empty() {
            self.marks.push(Mark::Text { x, baseline, size, face, ink: Ink::BLACK, text: text.to_owned(), line });
        }
    }

    /// Puts text around the middle `x` on a line of its own.
    pub(super) fn centred(&mut self, x: f32, baseline: f32, face: Face, size: f32, text: &str) {
        self.text(x - Lettering::width(face, size, text) / 2.0, baseline, face, size, text);
    }

    /// Puts text that ends at `x` on the line `line`.
    pub(super) fn right_on(&mut self, line: u32, x: f32, baseline: f32, face: Face, size: f32, text: &str) {
        self.text_on(line, x - Lettering::width(face, size, text), baseline, face, size, text);
    }

    /// Fills a rectangle.
    pub(super) fn fill(&mut self, x: f32, y: f32, width: f32, height: f32, ink: Ink) {
        self.marks.push(Mark::Fill { x, y, width, height, ink });
    }

    /// Draws a rule from left to right.
    pub(super) fn across(&mut self, x: f32, y: f32, length: f32, thickness: f32) {
        self.fill(x, y - thickness / 2.0, length, thickness, Ink::BLACK);
    }

    /// Draws a rule from top to bottom.
    pub(super) fn down(&mut self, x: f32, y: f32, length: f32, thickness: f32) {
        self.fill(x - thickness / 2.0, y, thickness, length, Ink::BLACK);
    }

    /// Draws the outline of a box.
    pub(super) fn frame(&mut self, x: f32, y: f32, width: f32, height: f32, thickness: f32) {
        self.across(x, y, width, thickness);
        self.across(x, y + height, width, thickness);
        self.down(x, y, height, thickness);
        self.down(x + width, y, height, thickness);
    }

    /// Draws a pen stroke.
    pub(super) fn stroke(&mut self, points: Vec<(f32, f32)>, width: f32, ink: Ink) {
        self.marks.push(Mark::Stroke { points, width, ink });
    }

    /// Returns the text as it is read, for tests: words parted by spaces, one line of text per line.
    #[cfg(test)]
    pub(super) fn plain(&self) -> String {
        let mut lines: Vec<(u32, Vec<&str>)> = Vec::new();
        for mark in &self.marks {
            if let Mark::Text { text, line, .. } = mark {
                match lines.iter_mut().rev().find(|(number, _)| number == line) {
                    Some((_, words)) => words.extend(text.split_whitespace()),
                    None => lines.push((*line, text.split_whitespace().collect())),
                }
            }
        }
        lines.sort_by_key(|(number, _)| *number);
        lines.into_iter().map(|(_, words)| words.join(" ") + "\n").collect()
    }
}
