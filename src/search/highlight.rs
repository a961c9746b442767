//! Marking the words of a page that a query found: boxes and passages.
//!
//! The page is taken apart by the analyser that made its index entry, so what was found is what is marked.

use std::collections::HashMap;

use super::analyser::{Analyser, BROKEN, Token};
use super::answer::{MatchBox, Passage, Piece};
use super::confusions::Confusions;
use super::leaf::Looked;
use super::plan::{How, Leaf, Matcher};
use crate::chart::{PageText, Word};

/// Words shown before and after a match.
const CONTEXT: usize = 8;
/// Passages of one hit.
const MOST_PASSAGES: usize = 3;
/// Boxes of one hit.
const MOST_BOXES: usize = 1000;

/// A match: first and last word, counted in reading order.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Mark {
    first: usize,
    last: usize,
    how: How,
}

/// Returns the passages and boxes of `page` for the leaves of a query.
pub(super) fn highlight(
    page: &PageText,
    leaves: &[(Leaf, Looked)],
    analyser: &mut Analyser,
    confusions: &Confusions,
) -> (Vec<Passage>, Vec<MatchBox>) {
    let tokens = analyser.page(page);
    let words: Vec<(usize, &Word)> = page
        .lines()
        .enumerate()
        .flat_map(|(line, content)| content.words.iter().map(move |word| (line, word)))
        .collect();
    let marks = marks(&tokens, &analyser.other_readings(page), leaves, confusions);
    (passages(&words, &marks), boxes(&words, &marks))
}

fn marks(tokens: &[Token], others: &[(u32, String)], leaves: &[(Leaf, Looked)], confusions: &Confusions) -> Vec<Mark> {
    let matchers = || leaves.iter().flat_map(|(leaf, _)| &leaf.ways).flat_map(|way| &way.matchers);
    let mut by_text: HashMap<&str, Vec<&Token>> = HashMap::new();
    for matcher in matchers() {
        match matcher {
            Matcher::Token(token) => by_text.extend([(token.as_str(), Vec::new())]),
            Matcher::Phrase(parts) => by_text.extend(parts.iter().map(|part| (part.as_str(), Vec::new()))),
            Matcher::Prefix(_) | Matcher::Other(_) | Matcher::Shape(_) | Matcher::Near { .. } => {}
        }
    }
    for token in tokens {
        if let Some(tokens) = by_text.get_mut(token.text.trim_end_matches(BROKEN)) {
            tokens.push(token);
        }
    }
    let needs_shapes = matchers().any(|matcher| matches!(matcher, Matcher::Shape(_)));
    let unsure: Vec<(&Token, &str, String)> = tokens
        .iter()
        .filter(|token| needs_shapes && token.unsure)
        .map(|token| (token, token.text.trim_end_matches(BROKEN)))
        .map(|(token, text)| (token, text, confusions.shape(text)))
        .collect();
    let mut found = Vec::new();
    for (leaf, looked) in leaves {
        for way in &leaf.ways {
            let mut mark = |(first, last): (u32, u32)| {
                found.push(Mark { first: first as usize, last: last as usize, how: way.how.clone() });
            };
            for matcher in &way.matchers {
                match matcher {
                    Matcher::Token(token) => {
                        by_text.get(token.as_str()).into_iter().flatten().for_each(|token| mark(token.words));
                    }
                    Matcher::Prefix(start) => {
                        tokens.iter().filter(|token| token.text.starts_with(start)).for_each(|token| mark(token.words));
                    }
                    Matcher::Phrase(parts) => phrases(&by_text, parts).into_iter().for_each(&mut mark),
                    Matcher::Other(token) => {
                        let same = others.iter().filter(|(_, text)| text == token);
                        same.for_each(|(word, _)| mark((*word, *word)));
                    }
                    Matcher::Shape(shape) => {
                        let alike = unsure.iter().filter(|(.., known)| known == shape);
                        alike.for_each(|(token, ..)| mark(token.words));
                    }
                    Matcher::Near { .. } => {
                        let near = unsure.iter().filter(|(_, text, _)| looked.near.contains(*text));
                        near.for_each(|(token, ..)| mark(token.words));
                    }
                }
            }
        }
    }
    distinct(found)
}

/// Returns how many positions a token takes: two when it was joined over the end of a line.
fn width(token: &Token) -> u32 {
    1 + u32::from(token.text.ends_with(BROKEN))
}

/// Returns the first and last word of every place where `parts` stand side by side.
fn phrases(by_text: &HashMap<&str, Vec<&Token>>, parts: &[String]) -> Vec<(u32, u32)> {
    // Runs that fit so far: first word, last word, next position.
    let mut runs: Vec<(u32, u32, u32)> = Vec::new();
    for (place, part) in parts.iter().enumerate() {
        let tokens = by_text.get(part.as_str()).into_iter().flatten();
        runs = if place == 0 {
            tokens.map(|token| (token.words.0, token.words.1, token.position + width(token))).collect()
        } else {
            let next: HashMap<u32, &Token> = tokens.map(|token| (token.position, *token)).collect();
            let follow = |(first, last, position): (u32, u32, u32)| {
                let token = next.get(&position)?;
                Some((first, last.max(token.words.1), position + width(token)))
            };
            runs.into_iter().filter_map(follow).collect()
        };
    }
    runs.into_iter().map(|(first, last, _)| (first, last)).collect()
}

/// Drops marks whose words are all marked already in a surer way or by a longer mark; orders by place.
fn distinct(mut marks: Vec<Mark>) -> Vec<Mark> {
    marks.sort_by(|one, other| {
        let length = |mark: &Mark| mark.last - mark.first;
        one.how.cmp(&other.how).then(length(other).cmp(&length(one))).then(one.first.cmp(&other.first))
    });
    let mut taken = std::collections::HashSet::new();
    marks.retain(|mark| {
        // Every word is taken, also after the first new one.
        let new = (mark.first..=mark.last).filter(|word| taken.insert(*word)).count();
        new > 0
    });
    marks.truncate(MOST_BOXES);
    marks.sort_by_key(|mark| (mark.first, mark.last));
    marks
}

fn boxes(words: &[(usize, &Word)], marks: &[Mark]) -> Vec<MatchBox> {
    let mut boxes: Vec<MatchBox> = Vec::new();
    for mark in marks {
        let mut line_of_box = None;
        for (line, word) in words.iter().take(mark.last + 1).skip(mark.first) {
            match boxes.last_mut().filter(|_| line_of_box == Some(*line)) {
                Some(last) => {
                    last.rect = last.rect.union(&word.rect);
                    last.text.push(' ');
                    last.text.push_str(&word.text);
                }
                None => boxes.push(MatchBox { rect: word.rect, text: word.text.clone(), how: mark.how.clone() }),
            }
            line_of_box = Some(*line);
        }
    }
    boxes
}

fn passages(words: &[(usize, &Word)], marks: &[Mark]) -> Vec<Passage> {
    let mut windows: Vec<(usize, usize)> = Vec::new();
    for mark in marks {
        let (from, to) = (mark.first.saturating_sub(CONTEXT), (mark.last + CONTEXT + 1).min(words.len()));
        match windows.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(to),
            _ => windows.push((from, to)),
        }
    }
    let mut how: Vec<Option<&Mark>> = vec![None; words.len()];
    for mark in marks {
        how.iter_mut().take(mark.last + 1).skip(mark.first).for_each(|slot| {
            slot.get_or_insert(mark);
        });
    }
    let piece = |(from, to): (usize, usize)| {
        // A dense page would be one long window; three contexts of it are enough.
        let to = to.min(from + 6 * CONTEXT);
        let mut pieces: Vec<(Option<&Mark>, Vec<&str>)> = Vec::new();
        for (index, (_, word)) in words.iter().enumerate().take(to).skip(from) {
            match pieces.last_mut() {
                Some((mark, texts)) if *mark == how[index] => texts.push(&word.text),
                _ => pieces.push((how[index], vec![&word.text])),
            }
        }
        let pieces = pieces
            .into_iter()
            .map(|(mark, texts)| Piece { text: texts.join(" "), how: mark.map(|mark| mark.how.clone()) });
        Passage { pieces: pieces.collect() }
    };
    windows.into_iter().take(MOST_PASSAGES).map(piece).collect()
}
