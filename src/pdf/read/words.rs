//! Glyphs to words: what stands close together on one base line, in the order in which it was painted.

use std::collections::HashMap;

use hayro_interpret::kurbo::{Point, Rect, Vec2};

use super::glyphs::Glyph;

/// A gap wider than this part of the em parts two words where the file has no space.
const WORD_GAP: f64 = 0.1;
/// A step back further than this part of the em begins a new word.
const STEP_BACK: f64 = 0.45;
/// How far a glyph may stand off the base line (exponents, indices) and belong to the word.
const OFF_LINE: f64 = 0.45;
/// Two equal glyphs closer than this part of the em are one, printed twice to look bold.
const SAME_PLACE: f64 = 0.12;
/// Above and below the base line, in parts of the em, that a word's box covers.
const ABOVE: f64 = 0.76;
const BELOW: f64 = 0.21;
/// Cosine of the angle between two glyphs of one word.
const SAME_DIRECTION: f64 = 0.99;
/// Glyphs compared for being printed twice in one place; more than that is no text.
const MOST_AT_ONE_PLACE: usize = 24;

/// A word, placed on the page in points.
#[derive(Debug, Clone)]
pub(super) struct PlacedWord {
    /// The letters, without white space.
    pub(super) text: String,
    /// Start on the base line.
    pub(super) start: Point,
    /// End on the base line.
    pub(super) end: Point,
    /// Direction of reading, length 1.
    pub(super) direction: Vec2,
    /// Height of the em.
    pub(super) em: f64,
    /// Whether white space stands before the word in the file.
    pub(super) spaced: bool,
}

impl PlacedWord {
    /// Returns the upright rectangle around the word.
    pub(super) fn rect(&self) -> Rect {
        let up = Vec2::new(self.direction.y, -self.direction.x) * self.em;
        let corners = [self.start + up * ABOVE, self.start - up * BELOW, self.end + up * ABOVE, self.end - up * BELOW];
        corners.iter().skip(1).fold(Rect::from_points(corners[0], corners[0]), |rect, corner| rect.union_pt(*corner))
    }
}

/// Puts glyphs together to words.
pub(super) fn words<'g>(glyphs: impl Iterator<Item = &'g Glyph>) -> Vec<PlacedWord> {
    let mut builder = Builder::default();
    for glyph in glyphs {
        builder.add(glyph);
    }
    builder.finish()
}

/// A glyph that was painted, and where.
type Printed = (Point, Box<str>);

#[derive(Default)]
struct Builder {
    words: Vec<PlacedWord>,
    open: Option<PlacedWord>,
    /// The letters of the open word, glyph by glyph, and whether the glyphs were painted from right to left.
    pieces: Vec<String>,
    backwards: bool,
    spaced: bool,
    printed: HashMap<(i64, i64), Vec<Printed>>,
}

impl Builder {
    fn add(&mut self, glyph: &Glyph) {
        let em = glyph.up.hypot();
        if em <= 0.0 || !em.is_finite() {
            return;
        }
        if glyph.text.chars().all(char::is_whitespace) && !glyph.text.is_empty() {
            self.close();
            self.spaced = true;
            return;
        }
        if self.is_reprint(glyph, em) {
            return;
        }
        let text = plain_letters(&glyph.text);
        let direction = match glyph.advance.hypot() {
            length if length > em * 1e-3 => glyph.advance / length,
            _ => self.open.as_ref().map_or(Vec2::new(-glyph.up.y, glyph.up.x) / em, |word| word.direction),
        };
        let end = glyph.origin + glyph.advance;
        let continues = self.open.as_ref().is_some_and(|word| follows(word, glyph.origin, direction, em));
        let precedes = !continues
            && text.chars().any(is_right_to_left)
            && self.open.as_ref().is_some_and(|word| precedes(word, end, direction, em));
        if glyph.text.starts_with(char::is_whitespace) || !(continues || precedes) {
            self.close();
        }
        self.pieces.push(text);
        match &mut self.open {
            Some(word) if precedes => {
                word.em = word.em.max(em);
                word.start = glyph.origin;
                self.backwards = true;
            }
            Some(word) => {
                word.em = word.em.max(em);
                // The end moves along the word's own base line, so that an exponent does not tilt it.
                let along = (end - word.start).dot(word.direction).max((word.end - word.start).dot(word.direction));
                word.end = word.start + word.direction * along;
            }
            None => {
                let spaced = std::mem::take(&mut self.spaced);
                self.open = Some(PlacedWord { text: String::new(), start: glyph.origin, end, direction, em, spaced });
            }
        }
        if glyph.text.ends_with(char::is_whitespace) {
            self.close();
            self.spaced = true;
        }
    }

    /// Says whether the same letters stand in the same place already, and remembers them.
    fn is_reprint(&mut self, glyph: &Glyph, em: f64) -> bool {
        if glyph.text.is_empty() {
            return false;
        }
        let cell = |value: f64| (value / 4.0).floor() as i64;
        let (column, row) = (cell(glyph.origin.x), cell(glyph.origin.y));
        let near = |place: &(Point, Box<str>)| {
            place.1 == glyph.text && place.0.distance(glyph.origin) < (em * SAME_PLACE).min(3.0)
        };
        let reprint = (-1..=1).any(|dx| {
            (-1..=1).any(|dy| {
                let key = (column.saturating_add(dx), row.saturating_add(dy));
                self.printed.get(&key).is_some_and(|places| places.iter().any(near))
            })
        });
        if !reprint {
            let places = self.printed.entry((column, row)).or_default();
            if places.len() < MOST_AT_ONE_PLACE {
                places.push((glyph.origin, glyph.text.clone()));
            }
        }
        reprint
    }

    fn close(&mut self) {
        let backwards = std::mem::take(&mut self.backwards);
        let mut pieces = std::mem::take(&mut self.pieces);
        let Some(mut word) = self.open.take() else { return };
        // Right-to-left letters painted from left to right stand in the order of sight, not of reading.
        if !backwards && pieces.iter().any(|piece| piece.chars().any(is_right_to_left)) {
            pieces.reverse();
        }
        word.text = pieces.concat();
        if !word.text.is_empty() {
            self.words.push(word);
        }
    }

    fn finish(mut self) -> Vec<PlacedWord> {
        self.close();
        self.words
    }
}

fn follows(word: &PlacedWord, origin: Point, direction: Vec2, em: f64) -> bool {
    let step = origin - word.end;
    let along = step.dot(word.direction);
    let across = step.cross(word.direction).abs();
    let (smaller, larger) = (em.min(word.em), em.max(word.em));
    word.direction.dot(direction) > SAME_DIRECTION
        && across < OFF_LINE * larger
        && along < WORD_GAP * larger
        && along > -STEP_BACK * smaller.max(larger * 0.5)
}

/// Says whether a glyph that ends at `end` stands just before the word: right-to-left text painted as it is read.
fn precedes(word: &PlacedWord, end: Point, direction: Vec2, em: f64) -> bool {
    let step = word.start - end;
    let across = step.cross(word.direction).abs();
    let larger = em.max(word.em);
    word.direction.dot(direction) > SAME_DIRECTION
        && across < OFF_LINE * larger
        && step.dot(word.direction).abs() < WORD_GAP * larger
}

/// Says whether a letter belongs to a script that runs from right to left: Hebrew, Arabic and their neighbours.
pub(super) const fn is_right_to_left(letter: char) -> bool {
    matches!(letter, '\u{590}'..='\u{8FF}' | '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFE}')
}

/// Returns the letters as a person types them: without white space and control characters, ligatures taken apart.
fn plain_letters(text: &str) -> String {
    let mut letters = String::with_capacity(text.len());
    for letter in text.chars().filter(|letter| !letter.is_whitespace() && !letter.is_control()) {
        match letter {
            '\u{FB00}' => letters.push_str("ff"),
            '\u{FB01}' => letters.push_str("fi"),
            '\u{FB02}' => letters.push_str("fl"),
            '\u{FB03}' => letters.push_str("ffi"),
            '\u{FB04}' => letters.push_str("ffl"),
            '\u{FB05}' | '\u{FB06}' => letters.push_str("st"),
            // Width-less marks that split or join what a person sees as one word.
            '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}' => {}
            '\u{AD}' => letters.push('-'),
            _ => letters.push(letter),
        }
    }
    letters
}

#[cfg(test)]
mod tests {
    use super::*;

    fn glyph(text: &str, x: f64, y: f64) -> Glyph {
        Glyph {
            order: 0,
            text: text.into(),
            origin: Point::new(x, y),
            advance: Vec2::new(5.0, 0.0),
            up: Vec2::new(0.0, -10.0),
            hidden: false,
        }
    }

    fn texts(glyphs: &[Glyph]) -> Vec<String> {
        words(glyphs.iter()).into_iter().map(|word| word.text).collect()
    }

    #[test]
    fn gaps_spaces_and_new_lines_part_words() {
        let glyphs = [
            glyph("a", 0.0, 0.0),
            glyph("b", 5.0, 0.0),
            glyph("c", 12.0, 0.0),
            glyph(" ", 17.0, 0.0),
            glyph("d", 17.0, 0.0),
            glyph("\u{FB01}", 0.0, 12.0),
        ];
        assert_eq!(texts(&glyphs), ["ab", "c", "d", "fi"]);
    }

    #[test]
    fn letters_printed_twice_to_look_bold_count_once() {
        let glyphs = [glyph("a", 0.0, 0.0), glyph("b", 5.0, 0.0), glyph("a", 0.3, 0.1), glyph("b", 5.3, 0.1)];
        assert_eq!(texts(&glyphs), ["ab"]);
    }

    #[test]
    fn right_to_left_words_are_in_the_order_of_reading_however_they_were_painted() {
        let sight = [glyph("\u{5D2}", 0.0, 0.0), glyph("\u{5D1}", 5.0, 0.0), glyph("\u{5D0}", 10.0, 0.0)];
        assert_eq!(texts(&sight), ["\u{5D0}\u{5D1}\u{5D2}"]);
        let reading = [glyph("\u{5D0}", 10.0, 0.0), glyph("\u{5D1}", 5.0, 0.0), glyph("\u{5D2}", 0.0, 0.0)];
        assert_eq!(texts(&reading), ["\u{5D0}\u{5D1}\u{5D2}"]);
    }

    #[test]
    fn a_word_running_upwards_has_an_upright_box() {
        let up =
            |text: &str, y| Glyph { advance: Vec2::new(0.0, -5.0), up: Vec2::new(-10.0, 0.0), ..glyph(text, 50.0, y) };
        let words = words([up("a", 100.0), up("b", 95.0)].iter());
        assert_eq!(words.len(), 1);
        let rect = words[0].rect();
        assert!((rect.height() - 10.0).abs() < 1e-6 && (rect.x0 - 42.4).abs() < 1e-6, "{rect:?}");
    }
}
