//! The invisible text of a page: every word stretched over its box, along the line that it stands on.
//!
//! The words of a line share one size and one baseline, as printed text does. Viewers put words into lines by those two;
//! boxes that each had their own height would be read back in a scattered order. Boxes are exact along the line, and
//! across it to within the difference between a line with tall letters and one without.
//!
//! Where the page leans, its lines climb past each other, and readers lose track of which word is on which line. Then the
//! text is levelled about the middle of the page just as far as they need, and never so far that a word leaves its place
//! by more than a hundredth of the page.

use std::fmt::Write as _;

use super::font::InvisibleFont;
use super::objects::number;
use super::truetype;
use super::visual_order::visual_order;
use crate::chart::{Line, PageText, QuarterTurns, Rect, Word};

/// Beyond this a lean is not one of a sheet in a scanner, and boxes of leaning words cannot be told from upright ones.
const MAX_LEAN: f64 = 20.0;
/// The least gap between words, in parts of the line's height, that readers still take for a space.
const LEAST_GAP: f64 = 0.16;
/// The part of its length that a word keeps where the next one stands over it.
const LEAST_LENGTH: f64 = 0.2;
/// How far a word may climb from its first letter to its last, in points. Readers that go by the baseline (Poppler) take
/// a letter further off for the start of another word; such a word is laid along the edge of the page, at its place.
const MOST_CLIMB: f64 = 0.4;
/// How far a line may climb from its first word to its last, in parts of its height, for readers to still see one line.
const MOST_LINE_CLIMB: f64 = 0.4;
/// How far the edges of a word may lie off the line's, in parts of its height, to still belong to its print.
const MOST_OFF: f64 = 0.7;
/// Heights, in parts of the page's middling one, that are taken for the same size of print.
const EVEN: std::ops::Range<f64> = 0.7..1.35;
/// How far levelling may move a word, in parts of the page.
const MOST_MOVE: f64 = 0.009;
/// The least height of a line in points.
const LEAST_HEIGHT: f64 = 0.5;

/// The direction of text on the page, in points from the top left corner.
#[derive(Clone, Copy)]
struct Frame {
    /// Points in a pixel, across and down.
    scale: (f64, f64),
    /// Where text runs to.
    along: (f64, f64),
    /// The same without the lean.
    edge: (f64, f64),
    /// Sine and cosine of the lean.
    lean: (f64, f64),
    /// Whether text runs along the height of the page.
    upended: bool,
    /// Size of the page.
    size: (f64, f64),
    /// How much of the lean's sine is taken away, in the direction of the lean.
    level: f64,
}

/// A word in the frame: where it starts and ends along the line, and its edges across.
struct Span {
    start: f64,
    end: f64,
    top: f64,
    bottom: f64,
}

/// Returns the operators that show the text of a page of `size` points (without any turn), or nothing for no words.
pub(super) fn operators(text: &PageText, size: (f64, f64), font: &mut InvisibleFont) -> String {
    let mut frame = Frame::of(text, size);
    frame.level = frame.levelling(text);
    let mut operators = String::new();
    let mut lines: Vec<PlacedLine<'_>> = text.lines().filter_map(|line| PlacedLine::of(line, &frame)).collect();
    even_out(&mut lines);
    for line in &lines {
        line.show(&frame, font, &mut operators);
    }
    if operators.is_empty() { operators } else { format!("BT\n3 Tr\n{operators}ET\n") }
}

impl Frame {
    fn of(text: &PageText, size: (f64, f64)) -> Self {
        let scale = (size.0 / f64::from(text.image.width.max(1)), size.1 / f64::from(text.image.height.max(1)));
        let degrees = f64::from(text.skew_degrees);
        let degrees = if degrees.is_finite() && degrees.abs() <= MAX_LEAN { degrees } else { 0.0 };
        let (sine, cosine) = degrees.to_radians().sin_cos();
        // From the upright page back to the page as it lies: the turn undone.
        let lay = |(x, y): (f64, f64)| match text.upright {
            QuarterTurns::None => (x, y),
            QuarterTurns::One => (y, -x),
            QuarterTurns::Two => (-x, -y),
            QuarterTurns::Three => (-y, x),
        };
        let edge = lay((1.0, 0.0));
        let along = lay((cosine, sine));
        let along = (along.0 * scale.0, along.1 * scale.1);
        let length = along.0.hypot(along.1).max(f64::MIN_POSITIVE);
        let along = (along.0 / length, along.1 / length);
        let lean = ((edge.0 * along.1 - edge.1 * along.0).abs(), edge.0 * along.0 + edge.1 * along.1);
        let upended = matches!(text.upright, QuarterTurns::One | QuarterTurns::Three);
        Self { scale, along, edge, lean, upended, size, level: 0.0 }
    }

    /// Finds the leaning rectangle that a box was drawn around.
    fn span(&self, rect: &Rect) -> Span {
        let (left, top) = (f64::from(rect.left) * self.scale.0, f64::from(rect.top) * self.scale.1);
        let (across, down) = (f64::from(rect.width) * self.scale.0, f64::from(rect.height) * self.scale.1);
        let centre = (left + across / 2.0, top + down / 2.0);
        let (wide, high) = if self.upended { (down, across) } else { (across, down) };
        let (sine, cosine) = self.lean;
        // Half a right angle, which only pixels of very odd shape could make of a lean, has no answer.
        let shrink = (cosine * cosine - sine * sine).max(0.05);
        let width = ((wide * cosine - high * sine) / shrink).clamp(wide * 0.3, wide);
        let height = ((high * cosine - wide * sine) / shrink).clamp(high * 0.3, high);
        let u = centre.0 * self.along.0 + centre.1 * self.along.1;
        let v = centre.1 * self.along.0 - centre.0 * self.along.1;
        Span { start: u - width / 2.0, end: u + width / 2.0, top: v - height / 2.0, bottom: v + height / 2.0 }
    }

    /// Finds how much of the lean has to go for the longest lines to be read as lines, as far as words may be moved.
    fn levelling(&self, text: &PageText) -> f64 {
        let lean = self.along.1 * self.edge.0 - self.along.0 * self.edge.1;
        let bearable = text
            .lines()
            .filter_map(|line| PlacedLine::of(line, self))
            .map(|line| MOST_LINE_CLIMB * line.size() / line.length().max(f64::MIN_POSITIVE))
            .fold(f64::INFINITY, f64::min);
        let (across, down) = if self.upended { (self.size.1, self.size.0) } else { self.size };
        let most = MOST_MOVE * down / (across / 2.0);
        (lean.abs() - bearable).clamp(0.0, most) * lean.signum()
    }

    /// Returns the matrix that puts text at `u` along and `v` across.
    fn matrix(&self, u: f64, v: f64) -> String {
        self.matrix_along(self.along, self.point(u, v))
    }

    /// Returns the matrix that puts text of length `length` along the edge of the page, so that its middle is where it
    /// would be if it leant.
    fn matrix_along_edge(&self, u: f64, v: f64, length: f64) -> String {
        let (x, y) = self.point(u + length / 2.0, v);
        let (along_x, along_y) = self.edge;
        self.matrix_along(self.edge, (x - along_x * length / 2.0, y - along_y * length / 2.0))
    }

    fn matrix_along(&self, (cosine, sine): (f64, f64), (x, y): (f64, f64)) -> String {
        let [a, b, c, d] = [cosine, -sine, sine, cosine].map(number);
        format!("{a} {b} {c} {d} {} {} Tm", number(x), number(self.size.1 - y))
    }

    fn point(&self, u: f64, v: f64) -> (f64, f64) {
        let (cosine, sine) = self.along;
        let (x, y) = (u * cosine - v * sine, u * sine + v * cosine);
        let (edge_x, edge_y) = self.edge;
        let from_middle = (x - self.size.0 / 2.0) * edge_x + (y - self.size.1 / 2.0) * edge_y;
        let rise = self.level * from_middle;
        (x + edge_y * rise, y - edge_x * rise)
    }
}

/// The words of a line that have something to show, with their places.
struct PlacedLine<'a> {
    words: Vec<(&'a Word, Span)>,
    top: f64,
    bottom: f64,
}

impl<'a> PlacedLine<'a> {
    fn of(line: &'a Line, frame: &Frame) -> Option<Self> {
        let words: Vec<(&Word, Span)> = line
            .words
            .iter()
            .filter(|word| word.text.chars().any(is_shown))
            .map(|word| (word, frame.span(&word.rect)))
            .collect();
        // A smudge read as a letter, or a stroke through two lines, must not stretch the line over its neighbours: only
        // words about as high and as low as the line's middling ones count.
        let (middle_top, middle_bottom) =
            (weighted_median(&words, |span| span.top)?, weighted_median(&words, |span| span.bottom)?);
        let reach = MOST_OFF * (middle_bottom - middle_top).abs();
        let ordinary = || {
            words
                .iter()
                .map(|(_, span)| span)
                .filter(|span| (span.top - middle_top).abs() <= reach && (span.bottom - middle_bottom).abs() <= reach)
        };
        let top = ordinary().map(|span| span.top).fold(middle_top, f64::min);
        let bottom = ordinary().map(|span| span.bottom).fold(middle_bottom, f64::max);
        Some(Self { words, top, bottom })
    }

    fn size(&self) -> f64 {
        (self.bottom - self.top).max(LEAST_HEIGHT)
    }

    fn length(&self) -> f64 {
        let start = self.words.iter().map(|(_, span)| span.start).fold(f64::INFINITY, f64::min);
        let end = self.words.iter().map(|(_, span)| span.end).fold(f64::NEG_INFINITY, f64::max);
        end - start
    }

    fn show(&self, frame: &Frame, font: &mut InvisibleFont, out: &mut String) {
        let size = self.size();
        let _ = writeln!(out, "/F {} Tf", number(size));
        for (index, (word, span)) in self.words.iter().enumerate() {
            let length = span.end - span.start;
            let next = self.words.get(index + 1).map(|(_, next)| next.start).filter(|start| *start > span.start);
            let end = match next {
                Some(next) => span.end.min((next - LEAST_GAP * size).max(span.start + length * LEAST_LENGTH)),
                None => span.end,
            };
            let matrix = if length * frame.lean.0 > MOST_CLIMB {
                frame.matrix_along_edge(span.start, self.bottom, length)
            } else {
                frame.matrix(span.start, self.bottom)
            };
            let _ = writeln!(out, "{matrix}");
            show(visual_order(&word.text).into_iter().filter(|&c| is_shown(c)), end - span.start, size, font, out);
            if index + 1 < self.words.len() {
                let gap = next.map_or(0.0, |next| next - end).max(LEAST_GAP * size);
                show(std::iter::once(' '), gap, size, font, out);
            }
        }
    }
}

/// Gives lines of nearly the same height the same.
///
/// The ink of a line is lower where no letter goes up or down. Readers take that for another size of print and read the
/// page in pieces; with even lines Poppler keeps far more words of forms and tables in order.
fn even_out(lines: &mut [PlacedLine<'_>]) {
    let mut sizes: Vec<f64> = lines.iter().map(PlacedLine::size).collect();
    sizes.sort_by(f64::total_cmp);
    let Some(&middle) = sizes.get(sizes.len() / 2) else { return };
    for line in lines {
        if EVEN.contains(&(line.size() / middle)) {
            line.top = line.bottom - middle;
        }
    }
}

/// Returns the value that half of the words, by their width, do not exceed.
fn weighted_median(words: &[(&Word, Span)], value: fn(&Span) -> f64) -> Option<f64> {
    let mut values: Vec<(f64, f64)> = words.iter().map(|(_, span)| (value(span), span.end - span.start)).collect();
    values.sort_by(|a, b| a.0.total_cmp(&b.0));
    let half = values.iter().map(|(_, weight)| weight).sum::<f64>() / 2.0;
    let mut passed = 0.0;
    values.iter().find_map(|(value, weight)| {
        passed += weight;
        (passed >= half).then_some(*value)
    })
}

/// Shows characters, stretched to `width` points.
fn show(characters: impl Iterator<Item = char>, width: f64, size: f64, font: &mut InvisibleFont, out: &mut String) {
    let codes: Vec<u16> = characters.map(|character| font.code(character)).collect();
    let natural = codes.len() as f64 * size * f64::from(truetype::ADVANCE) / f64::from(truetype::UNITS_PER_EM);
    let percent = (100.0 * width / natural.max(f64::MIN_POSITIVE)).clamp(0.01, 100_000.0);
    let _ = write!(out, "{} Tz <", number(percent));
    for code in codes {
        let _ = write!(out, "{code:04X}");
    }
    out.push_str("> Tj\n");
}

fn is_shown(character: char) -> bool {
    !character.is_control() && !character.is_whitespace()
}
