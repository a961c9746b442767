//! Several languages on one page: which of two readings of a piece counts, word by word.

use super::words::sureness;
use crate::ocr::lstm::{LineReading, LineWord};

/// Confidence of a dictionary's word from which no other language is asked.
const SETTLED: f32 = 0.85;
/// How much surer of a word the language must be that is less sure of the whole, as a mean certainty of characters.
const BETTER_BY: f32 = 0.02;

/// Says whether a reading leaves nothing for another language to say: all its words are in the dictionary, and sure.
pub fn is_settled(reading: &LineReading, confidence: impl Fn(&LineWord) -> f32) -> bool {
    reading.words.iter().all(|word| {
        let lettered = word.characters.iter().any(|character| character.text.contains(char::is_alphabetic));
        confidence(word) >= SETTLED && (word.in_dictionary || !lettered)
    })
}

/// Least share of the shorter one that two words have in common which are readings of the same.
const LEAST_OVERLAP: f32 = 0.3;

/// Takes from `other` the words of which it is surer. Places of `other` are multiplied by `factor` to be comparable.
pub fn merge(first: &mut LineReading, mut other: LineReading, factor: f32) {
    let scaled = |step: usize| (step as f32 * factor).round() as usize;
    for character in other.words.iter_mut().flat_map(|word| &mut word.characters) {
        character.steps = (scaled(character.steps.0), scaled(character.steps.1));
    }
    // Most pieces are of one language; it counts where the other is not clearly surer.
    let margin = if sureness(&other.words) > sureness(&first.words) { -BETTER_BY } else { BETTER_BY };
    let mut merged = Vec::with_capacity(first.words.len());
    let (mut ours, mut theirs) =
        (std::mem::take(&mut first.words).into_iter().peekable(), other.words.into_iter().peekable());
    // Words that lie over each other, in either reading, are decided together.
    loop {
        let (mut own, mut foreign): (Vec<LineWord>, Vec<LineWord>) = (Vec::new(), Vec::new());
        let start = |word: Option<&LineWord>| word.map_or(usize::MAX, |word| word.steps().0);
        let mut last: Option<(usize, usize)> = None;
        loop {
            let (one, two) = (start(ours.peek()), start(theirs.peek()));
            let word = if one <= two {
                ours.next_if(|word| lie_over(last, word))
            } else {
                theirs.next_if(|word| lie_over(last, word))
            };
            let Some(word) = word else { break };
            let steps = word.steps();
            last = Some(last.filter(|last| last.1 > steps.1).unwrap_or(steps));
            if one <= two { own.push(word) } else { foreign.push(word) }
        }
        if own.is_empty() && foreign.is_empty() {
            break;
        }
        let better = !foreign.is_empty() && sureness(&foreign) > sureness(&own) + margin;
        merged.extend(if better { foreign } else { own });
    }
    first.words = merged;
}

/// Says whether a word lies over the steps of the one before it, by more than neighbours do; with none before it, it does.
fn lie_over(last: Option<(usize, usize)>, word: &LineWord) -> bool {
    last.is_none_or(|last| {
        let steps = word.steps();
        let shorter = (last.1 - last.0).min(steps.1 - steps.0);
        last.1.saturating_sub(steps.0) as f32 > shorter as f32 * LEAST_OVERLAP
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ocr::lstm::LineCharacter;

    fn reading(words: &[(&str, (usize, usize), f32)]) -> LineReading {
        let word = |(text, steps, certainty): &(&str, (usize, usize), f32)| LineWord {
            characters: vec![LineCharacter { text: (*text).to_owned(), certainty: *certainty, steps: *steps }],
            certainty: *certainty,
            space_certainty: 0.0,
            in_dictionary: true,
            after_space: true,
            probability: 1.0,
            others: Vec::new(),
        };
        LineReading { words: words.iter().map(word).collect(), inverted: false }
    }

    fn texts(reading: &LineReading) -> Vec<String> {
        reading.words.iter().map(LineWord::text).collect()
    }

    #[test]
    fn each_word_comes_from_the_language_that_is_surer() {
        let mut first = reading(&[("pain", (0, 40), -0.1), ("nifio", (45, 80), -2.0), ("mg", (90, 100), -0.1)]);
        let other = reading(&[("pan", (0, 20), -1.0), ("niño", (22, 40), -0.2), ("mg", (45, 50), -0.11)]);
        merge(&mut first, other, 2.0);
        assert_eq!(texts(&first), ["pain", "niño", "mg"]);
    }

    #[test]
    fn words_that_lie_over_each_other_are_decided_together() {
        let mut first = reading(&[("a", (0, 10), -3.0), ("b", (10, 20), -3.0), ("c", (40, 60), -0.1)]);
        merge(&mut first, reading(&[("ab", (0, 20), -0.2)]), 1.0);
        assert_eq!(texts(&first), ["ab", "c"]);
        let mut nothing = reading(&[]);
        merge(&mut nothing, reading(&[("x", (0, 5), -0.2)]), 1.0);
        assert_eq!(texts(&nothing), ["x"]);
    }

    #[test]
    fn only_sure_words_of_the_dictionary_are_settled() {
        let mut sure = reading(&[("pain", (0, 40), -0.1)]);
        assert!(is_settled(&sure, |_| 0.9) && !is_settled(&sure, |_| 0.5));
        sure.words[0].in_dictionary = false;
        assert!(!is_settled(&sure, |_| 0.9));
    }
}
