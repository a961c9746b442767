//! From what was read on a piece of a line to words with places and confidences.

use super::pieces::Piece;
use crate::chart::{Confidence, MOST_OTHER_READINGS, OtherReading, ReadingDoubt, Rect, Size, Word};
use crate::ocr::direction;
use crate::ocr::lstm::{LineReading, LineWord};

/// Makes certainties comparable to those of Tesseract's older recogniser, on which its confidences are based.
const CERTAINTY_SCALE: f32 = 7.0;
/// What a certainty of -1 takes from the confidence.
const CONFIDENCE_PER_CERTAINTY: f32 = 0.05;

/// Probability from which a word is in no doubt.
const CERTAIN: f32 = 0.97;
/// The same, for a word in whose place nothing else has a noticeable probability.
const RATHER_CERTAIN: f32 = 0.8;

/// Returns the words of a piece. `step` is the width of a step of time in pixels of the page of `size`.
pub fn words(piece: &Piece, reading: &LineReading, step: f32, size: Size) -> Vec<Word> {
    let spans: Vec<(f32, f32)> = reading
        .words
        .iter()
        .map(|word| {
            let (first, end) = word.steps();
            let left = piece.rect.left as f32;
            (left + (first as f32 * step).floor(), left + (end as f32 * step).ceil())
        })
        .collect();
    let mut words = Vec::new();
    for (index, word) in reading.words.iter().enumerate() {
        // Marks between two words belong to the nearer one.
        let before = index.checked_sub(1).and_then(|before| spans.get(before));
        let left = before.map_or(0.0, |before| (before.1 + spans[index].0) / 2.0);
        let right = spans.get(index + 1).map_or(f32::MAX, |next| (spans[index].1 + next.0) / 2.0);
        let rect = rect(piece, spans[index], (left, right));
        let turned = piece.upright.turned_size(size);
        let rect = piece.upright.inverse().turned_rect(rect, turned);
        let confidence = confidence(word);
        let text = word.text();
        let mut parts = text.split_whitespace().map(|text| Word::new(text.to_owned(), rect, confidence));
        if let Some(mut first) = parts.next() {
            // A text of several words is none that others could stand for.
            first.doubt = (first.text == text).then(|| doubt(word)).flatten();
            words.push(first);
            words.extend(parts);
        }
    }
    words.retain(|word| !word.rect.is_empty());
    words
}

/// Puts the words of a line, which stand from left to right, in the order in which they are read.
pub fn put_in_reading_order(words: &mut Vec<Word>) {
    let texts: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    let order = direction::order(&texts);
    if order.is_sorted() {
        let rightward = words.iter().all(|word| direction::word(&word.text) == word.text);
        if rightward {
            return;
        }
    }
    let mut ordered: Vec<Word> = order.into_iter().map(|place| words[place].clone()).collect();
    for word in &mut ordered {
        word.text = direction::word(&word.text);
        if let Some(doubt) = &mut word.doubt {
            doubt.others.iter_mut().for_each(|other| other.text = direction::word(&other.text));
        }
    }
    *words = ordered;
}

/// Returns the confidence of a word between 0 and 1.
pub fn confidence_of(word: &LineWord) -> f32 {
    confidence(word).value()
}

/// Returns the least confidence of the words that were read; 1 without words.
pub fn least_confidence(reading: &LineReading) -> f32 {
    reading.words.iter().map(|word| confidence(word).value()).fold(1.0, f32::min)
}

/// Returns the mean certainty of the characters that were read: 0 at best, and hopeless without any.
pub fn sureness(words: &[LineWord]) -> f32 {
    let characters = || words.iter().flat_map(|word| &word.characters);
    let count = characters().count();
    if count == 0 { f32::MIN } else { characters().map(|character| character.certainty).sum::<f32>() / count as f32 }
}

/// Returns the confidence of a word, as Tesseract gives it.
fn confidence(word: &LineWord) -> Confidence {
    let certainty = word.certainty.min(word.space_certainty) * CERTAINTY_SCALE;
    Confidence::clamped(1.0 + CONFIDENCE_PER_CERTAINTY * certainty)
}

/// Returns what is in doubt about a word, if anything is.
fn doubt(word: &LineWord) -> Option<Box<ReadingDoubt>> {
    if word.probability >= CERTAIN || word.others.is_empty() && word.probability >= RATHER_CERTAIN {
        return None;
    }
    let others = word
        .others
        .iter()
        .take(MOST_OTHER_READINGS)
        .map(|other| OtherReading { text: other.text.clone(), probability: other.probability })
        .collect();
    Some(Box::new(ReadingDoubt { probability: word.probability, others, risk: None }))
}

/// Returns what a word covers: the marks that lie mostly between its limits; without any, the height of the piece.
fn rect(piece: &Piece, span: (f32, f32), limits: (f32, f32)) -> Rect {
    let own = |mark: &Rect| {
        let (left, right) = (mark.left as f32, mark.right() as f32);
        let overlap = right.min(limits.1) - left.max(limits.0);
        let least = (right - left).min(span.1 - span.0) / 2.0;
        (overlap > 0.0 && overlap >= least).then(|| {
            let left = mark.left.max(limits.0 as u32);
            let right = if limits.1 < right { limits.1 as u32 } else { mark.right() };
            Rect::new(left, mark.top, right.saturating_sub(left), mark.height)
        })
    };
    let marks = piece.marks.iter().filter_map(own).filter(|mark| !mark.is_empty());
    marks.reduce(|one, other| one.union(&other)).unwrap_or_else(|| {
        let left = (span.0 as u32).max(piece.rect.left);
        let right = (span.1 as u32).min(piece.rect.right()).max(left + 1);
        Rect::new(left, piece.ink.top, right - left, piece.ink.height)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::QuarterTurns;
    use crate::ocr::lstm::LineCharacter;

    fn word(text: &str, steps: (usize, usize), certainty: f32) -> LineWord {
        let characters = vec![LineCharacter { text: text.to_owned(), certainty, steps }];
        LineWord {
            characters,
            certainty,
            space_certainty: 0.0,
            in_dictionary: true,
            after_space: true,
            probability: 1.0,
            others: Vec::new(),
        }
    }

    #[test]
    fn words_cover_their_marks_and_nothing_else() {
        let piece = Piece {
            block: 0,
            line: 0,
            upright: QuarterTurns::None,
            rect: Rect::new(96, 46, 208, 48),
            ink: Rect::new(100, 50, 200, 40),
            marks: vec![Rect::new(100, 55, 30, 25), Rect::new(135, 50, 25, 30), Rect::new(200, 52, 40, 28)],
        };
        let reading = LineReading {
            words: vec![word("mg", (0, 17), -0.1), word("daily", (25, 38), -2.0), word("?", (45, 52), -9.0)],
            inverted: false,
        };
        let words = words(&piece, &reading, 4.0, Size { width: 400, height: 100 });
        assert_eq!(words[0].rect, Rect::new(100, 50, 60, 30));
        assert_eq!(words[1].rect, Rect::new(200, 52, 40, 28));
        assert_eq!(words[2].rect, Rect::new(276, 50, 28, 40));
        assert!((words[0].confidence.value() - 0.965).abs() < 1e-6);
        assert!((words[1].confidence.value() - 0.3).abs() < 1e-6);
        assert_eq!(words[2].confidence.value(), 0.0);
    }
}
