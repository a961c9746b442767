//! The search itself: every partial reading is continued with the codes of the next step of time.

use super::super::charset::{CharacterId, Charset, SPACE};
use super::super::dictionary::Dictionary;
use super::super::forward::Probabilities;
use super::beam::{Beam, Origin, Reading};
use super::context::{Context, Round};
use super::dawg::Walks;
use super::others::others;
use super::{LEAST, LineWord, WITHOUT_DICTIONARY, WORST_IN_DICTIONARY, path};

/// What may follow a partial reading's last code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Continuation {
    /// Anything.
    Any,
    /// Only the same code again.
    OnlyAgain,
    /// Anything but the same code.
    NotAgain,
}

use Continuation::{Any, NotAgain, OnlyAgain};

const CONTINUATIONS: [Continuation; 3] = [Any, OnlyAgain, NotAgain];

/// Readings kept at one step of time: free ones, then those inside of the dictionaries.
pub(super) type Beams = [[Beam; 3]; 2];

/// Finds the words of lines. It keeps its tables and lists from line to line.
#[derive(Debug)]
pub struct Decoder<'model> {
    charset: &'model Charset,
    dictionaries: &'model [Dictionary],
    context: Context,
    walks: Walks,
    /// All readings that were kept at any step of the line.
    kept: Vec<Reading>,
    beams: Beams,
    /// The best space after which a word of the dictionary may start, by its continuation.
    fresh: [Option<Reading>; 3],
}

/// The reading that is continued, and where it is kept; none at the beginning.
type Previous<'a> = Option<(u32, &'a Reading)>;

/// A code to continue with.
#[derive(Clone, Copy)]
struct Next {
    code: usize,
    character: Option<CharacterId>,
    certainty: f32,
    continuation: Continuation,
}

impl<'model> Decoder<'model> {
    /// Prepares for a model; without dictionaries the search is free only.
    pub fn new(charset: &'model Charset, dictionaries: &'model [Dictionary]) -> Self {
        Self {
            charset,
            dictionaries,
            context: Context::new(charset),
            walks: Walks::new(),
            kept: Vec::new(),
            beams: Beams::default(),
            fresh: [None; 3],
        }
    }

    /// Returns the words of a line.
    pub fn decode(&mut self, probabilities: &Probabilities) -> Vec<LineWord> {
        if probabilities.codes != self.charset.codes() {
            return Vec::new();
        }
        self.kept.clear();
        self.walks.clear();
        let mut last = Beams::default();
        let mut places: Vec<(bool, Continuation, u32)> = Vec::new();
        for (time, step) in probabilities.steps().enumerate() {
            self.fresh = [None; 3];
            self.beams.iter_mut().flatten().for_each(Beam::clear);
            self.context.begin(step, self.charset);
            if time == 0 {
                for in_dictionary in [false, true] {
                    self.go_on(None, in_dictionary, Any, Round::Best);
                }
            } else {
                self.step(&places, step);
            }
            places.clear();
            for (kind, in_dictionary) in [false, true].into_iter().enumerate() {
                for (continuation, beam) in CONTINUATIONS.into_iter().zip(&self.beams[kind]) {
                    for reading in beam.readings() {
                        places.push((in_dictionary, continuation, self.kept.len() as u32));
                        self.kept.push(*reading);
                    }
                }
            }
            std::mem::swap(&mut last, &mut self.beams);
        }
        let best = path::best(&last, &self.kept);
        let mut words = path::words(&path::of(best, &self.kept), self.charset);
        for word in &mut words {
            let (first, end) = word.steps();
            (word.probability, word.others) = others(probabilities, first..end, self.charset, &word.text());
        }
        words
    }

    /// Continues all readings of the step before, with more and more codes until something is found.
    fn step(&mut self, places: &[(bool, Continuation, u32)], probabilities: &[f32]) {
        for round in [Round::Best, Round::NextBest, Round::Rest] {
            if round != Round::Best {
                self.context.widen(round, probabilities, self.charset);
            }
            let mut rest = places;
            while let Some((in_dictionary, continuation, _)) = rest.first().copied() {
                let same = rest.iter().take_while(|place| (place.0, place.1) == (in_dictionary, continuation)).count();
                for (_, _, place) in rest[..same].iter().rev() {
                    let reading = self.kept[*place as usize];
                    self.go_on(Some((*place, &reading)), in_dictionary, continuation, round);
                }
                rest = &rest[same..];
            }
            if !self.beams[0][0].is_empty() || !self.beams[1][0].is_empty() {
                break;
            }
        }
        for continuation in CONTINUATIONS {
            if let Some(reading) = self.fresh[continuation as usize] {
                self.beams[1][continuation as usize].push(reading);
            }
        }
    }

    /// Continues one reading with all codes of the round.
    fn go_on(&mut self, previous: Previous<'_>, in_dictionary: bool, may: Continuation, round: Round) {
        let null = self.charset.null();
        let best = round == Round::Best;
        if let Some((_, last)) = previous
            && self.context.tries(last.code)
        {
            let (code, character) = (last.code, last.character);
            if may != NotAgain {
                let certainty = self.context.alone[code];
                self.repeat(Next { code, character, certainty, continuation: Any }, in_dictionary, previous);
            }
            if may == Any && best && code != null {
                let certainty = self.context.or_nothing[code];
                self.repeat(Next { code, character, certainty, continuation: NotAgain }, in_dictionary, previous);
            }
        }
        if may == OnlyAgain {
            return;
        }
        for index in 0..self.context.codes.len() {
            let code = self.context.codes[index];
            if previous.is_some_and(|(_, last)| last.code == code) {
                continue;
            }
            let certainty = self.context.alone[code];
            if certainty < LEAST && code != null {
                continue;
            }
            let character = self.charset.of_code(code);
            self.add(Next { code, character, certainty, continuation: Any }, in_dictionary, previous);
            if !best || code == null {
                continue;
            }
            let mut certainty = self.context.or_nothing[code];
            if let Some((_, last)) = previous
                && may == Any
                && last.code != null
            {
                let (top, second) = (self.context.top, self.context.second);
                if (last.code, code) == (top, second) {
                    certainty = self.context.of_both[1];
                } else if (last.code, code) == (second, top) {
                    certainty = self.context.of_both[0];
                }
            }
            self.add(Next { code, character, certainty, continuation: OnlyAgain }, in_dictionary, previous);
        }
    }

    /// Adds a reading whose last code comes once more.
    fn repeat(&mut self, next: Next, in_dictionary: bool, previous: Previous<'_>) {
        let Some((_, last)) = previous else { return };
        let certainty = if in_dictionary { next.certainty } else { next.certainty * WITHOUT_DICTIONARY };
        let taken = if in_dictionary {
            certainty > WORST_IN_DICTIONARY
        } else {
            certainty >= LEAST || next.code == self.charset.null()
        };
        if taken {
            let next = Next { certainty, ..next };
            let reading = Reading { repeats: true, ..self.reading(next, last.origin, previous, true) };
            self.beams[usize::from(in_dictionary)][next.continuation as usize].push(reading);
        }
    }

    /// Adds a reading with a new last code.
    fn add(&mut self, next: Next, in_dictionary: bool, previous: Previous<'_>) {
        let likely = next.certainty > WORST_IN_DICTIONARY;
        if in_dictionary {
            if likely && !self.dictionaries.is_empty() {
                self.add_in_dictionary(next, previous);
            }
            return;
        }
        let free = Next { certainty: next.certainty * WITHOUT_DICTIONARY, ..next };
        let reading = self.reading(free, Origin::Free, previous, false);
        self.beams[0][next.continuation as usize].push(reading);
        if likely && next.character == Some(SPACE) && !self.dictionaries.is_empty() {
            self.start_afresh(next, Origin::None, previous);
        }
    }

    fn add_in_dictionary(&mut self, next: Next, previous: Previous<'_>) {
        let continuation = next.continuation as usize;
        let Some(character) = next.character else {
            let reading = self.reading(next, Origin::None, previous, false);
            self.beams[1][continuation].push(reading);
            return;
        };
        let score = previous.map_or(next.certainty, |(_, last)| next.certainty + last.score);
        if !self.beams[1][continuation].takes(score) && !self.beams[0][continuation].takes(score) {
            return;
        }
        let mut last = previous.map(|(_, last)| last);
        while let Some(reading) = last.filter(|reading| reading.character.is_none() || reading.repeats) {
            last = reading.before.and_then(|place| self.kept.get(place as usize));
        }
        if character == SPACE {
            if let Some(origin) = last.filter(|reading| reading.ends_word).map(|reading| reading.origin) {
                self.start_afresh(next, origin, previous);
                let reading = self.reading(next, origin, previous, false);
                self.beams[0][continuation].push(reading);
            }
            return;
        }
        let (walk, starts_word) = match last {
            None => (Walks::START, true),
            Some(reading) if reading.starts_dictionary && reading.character != Some(SPACE) => return,
            Some(Reading { walk: Some(walk), starts_dictionary, .. }) => (*walk, *starts_dictionary),
            Some(_) => return,
        };
        if !self.beams[1][continuation].takes(score) {
            return;
        }
        if let Some(step) = self.walks.follow(self.dictionaries, self.charset, walk, character) {
            let reading = self.reading(next, step.origin, previous, false);
            let reading = Reading { starts_word, ends_word: step.ends_word, walk: Some(step.walk), ..reading };
            self.beams[1][continuation].push(reading);
        }
    }

    /// Notes a space behind which a word of the dictionary may start.
    fn start_afresh(&mut self, next: Next, origin: Origin, previous: Previous<'_>) {
        let reading = self.reading(next, origin, previous, false);
        let reading = Reading { starts_dictionary: true, walk: Some(Walks::START), ..reading };
        let best = &mut self.fresh[next.continuation as usize];
        if best.is_none_or(|best| reading.score > best.score) {
            *best = Some(reading);
        }
    }

    fn reading(&self, next: Next, origin: Origin, previous: Previous<'_>, again: bool) -> Reading {
        let mut hash = previous.map_or(0, |(_, last)| last.hash);
        if !again && next.code != self.charset.null() {
            let codes = self.charset.codes() as u64;
            let carry = ((hash >> 32) * codes) >> 32;
            hash = hash.wrapping_mul(codes).wrapping_add(carry).wrapping_add(next.code as u64);
        }
        Reading {
            code: next.code,
            character: next.character,
            origin,
            starts_dictionary: false,
            starts_word: false,
            ends_word: false,
            repeats: false,
            certainty: next.certainty,
            score: previous.map_or(next.certainty, |(_, last)| next.certainty + last.score),
            before: previous.map(|(place, _)| place),
            walk: None,
            hash,
        }
    }
}
