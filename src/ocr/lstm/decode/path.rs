//! The best reading of a line, taken apart into words.

use super::super::charset::{CharacterId, Charset, SPACE};
use super::beam::{Beams, Continuation, Origin, Reading};
use super::{LineCharacter, LineWord};

/// Returns the best reading at the end of a line that is a whole one: inside of the dictionaries, a word must end there.
pub(super) fn best(beams: &Beams, kept: &[Reading]) -> Option<Reading> {
    let mut best: Option<Reading> = None;
    // Readings that only the same code may follow are not whole.
    for continuation in [Continuation::Any, Continuation::NotAgain] {
        for in_dictionary in [false, true] {
            for reading in beams.of(in_dictionary, continuation, 0).readings() {
                let mut last = Some(reading);
                while let Some(reading) = last.filter(|reading| reading.character.is_none() || reading.repeats) {
                    last = reading.before.and_then(|place| kept.get(place as usize));
                }
                let whole = last.is_some_and(|last| last.ends_word || last.character == Some(SPACE));
                if (!in_dictionary || whole) && best.is_none_or(|best| reading.score > best.score) {
                    best = Some(*reading);
                }
            }
        }
    }
    best
}

/// Returns all readings that led to `last`, one for each step of time.
pub(super) fn of(last: Option<Reading>, kept: &[Reading]) -> Vec<Reading> {
    let mut path = Vec::new();
    let mut next = last;
    while let Some(reading) = next {
        path.push(reading);
        next = reading.before.and_then(|place| kept.get(place as usize)).copied();
    }
    path.reverse();
    path
}

/// A character of the line, spaces included.
struct Found {
    character: CharacterId,
    certainty: f32,
    /// Its first step of time.
    start: usize,
    /// The step behind its last one.
    end: usize,
}

/// Splits a path at spaces, where a word of the dictionary begins without one, and outside of the dictionaries around every
/// character of a script without spaces.
pub(super) fn words(path: &[Reading], charset: &Charset) -> Vec<LineWord> {
    let found = characters(path);
    let limits = limits(&found, path.len());
    let (mut words, mut start, mut space_before) = (Vec::new(), 0, 0f32);
    while start < found.len() {
        let more = found[start..].windows(2).take_while(|pair| {
            let unspaced = pair.iter().any(|one| !charset.is_spaced_character(one.character));
            let next = &path[pair[1].start];
            pair[1].character != SPACE && !next.starts_word && !(unspaced && next.origin == Origin::Free)
        });
        let end = start + 1 + more.count();
        let space = found.get(end).filter(|next| next.character == SPACE);
        let space_behind = space.map_or(0.0, |space| space.certainty);
        let characters: Vec<LineCharacter> = (start..end)
            .map(|place| LineCharacter {
                text: charset.text(found[place].character).to_owned(),
                certainty: found[place].certainty,
                steps: (limits[place], limits[place + 1]),
            })
            .collect();
        words.push(LineWord {
            certainty: characters.iter().map(|character| character.certainty).fold(f32::MAX, f32::min),
            characters,
            space_certainty: space_behind.min(space_before),
            in_dictionary: matches!(path[found[end - 1].start].origin, Origin::Word | Origin::Number),
            after_space: start > 0 && found[start - 1].character == SPACE,
            probability: 1.0,
            others: Vec::new(),
        });
        space_before = space_behind;
        start = if space.is_some() { end + 1 } else { end };
    }
    words
}

/// Collects the characters of a path. What stands for nothing lowers the certainty of the character behind it, or of the
/// one before it at the end and before spaces.
fn characters(path: &[Reading]) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    let mut time = 0;
    let lower = |found: &mut Vec<Found>, certainty: f64| {
        if let Some(last) = found.last_mut()
            && certainty < f64::from(last.certainty)
        {
            last.certainty = certainty as f32;
        }
    };
    while time < path.len() {
        let mut certainty = 0f64;
        while time < path.len() && path[time].character.is_none() {
            certainty = certainty.min(f64::from(path[time].certainty));
            time += 1;
        }
        let Some(Reading { character: Some(character), origin, .. }) = path.get(time).copied() else {
            lower(&mut found, certainty);
            break;
        };
        if character == SPACE && !found.is_empty() && origin != Origin::None {
            lower(&mut found, certainty);
            certainty = 0.0;
        }
        let start = time;
        loop {
            let here = f64::from(path[time].certainty);
            if here < certainty || (character == SPACE && path[time].origin == Origin::None) {
                certainty = here;
            }
            time += 1;
            if !path.get(time).is_some_and(|reading| reading.repeats) {
                break;
            }
        }
        found.push(Found { character, certainty: certainty as f32, start, end: time });
    }
    found
}

/// Returns the steps at which characters meet: half-way between the end of one and the start of the next.
fn limits(found: &[Found], steps: usize) -> Vec<usize> {
    let mut limits = vec![0];
    limits.extend(found.windows(2).map(|pair| pair[0].end + (pair[1].start - pair[0].end) / 2));
    limits.push(steps);
    limits
}
