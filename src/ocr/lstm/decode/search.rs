//! The search itself: every partial reading is continued with the codes of the next step of time.

use super::super::charset::{CharacterId, Charset, SPACE};
use super::super::codes::{Follower, Prefix, ROOT};
use super::super::dictionary::Dictionary;
use super::super::forward::Probabilities;
use super::beam::{Beams, CONTINUATIONS, Continuation, Origin, Reading};
use super::context::{Context, Round};
use super::dawg::Walks;
use super::others::others;
use super::{LEAST, LineWord, WITHOUT_DICTIONARY, WORST_IN_DICTIONARY, path};
use Continuation::{Any, NotAgain, OnlyAgain};

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
    /// The codes that end a character, while they are tried.
    finals: Vec<(u16, usize, CharacterId)>,
    /// The best space after which a word of the dictionary may start, by its continuation.
    fresh: [Option<Reading>; 3],
}

/// A reading of the step before.
#[derive(Clone, Copy)]
struct Place {
    /// Index of its beam.
    beam: usize,
    in_dictionary: bool,
    continuation: Continuation,
    /// Where it is kept.
    kept: u32,
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
    /// What it leaves of a character that is not whole yet.
    prefix: Prefix,
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
            beams: Beams::new(charset.tree().longest()),
            finals: Vec::new(),
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
        let mut last = Beams::new(self.charset.tree().longest());
        let mut places: Vec<Place> = Vec::new();
        for (time, step) in probabilities.steps().enumerate() {
            self.fresh = [None; 3];
            self.beams.clear();
            self.context.begin(step, self.charset);
            if time == 0 {
                for in_dictionary in [false, true] {
                    self.go_on(None, in_dictionary, Any, Round::Best);
                }
            } else {
                self.step(&places, step);
            }
            places.clear();
            for (place, (in_dictionary, continuation, beam)) in self.beams.kinds().enumerate() {
                for reading in beam.readings() {
                    let kept = self.kept.len() as u32;
                    places.push(Place { beam: place, in_dictionary, continuation, kept });
                    self.kept.push(*reading);
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
    fn step(&mut self, places: &[Place], probabilities: &[f32]) {
        for round in [Round::Best, Round::NextBest, Round::Rest] {
            if round != Round::Best {
                self.context.widen(round, probabilities, self.charset);
            }
            let mut rest = places;
            while let Some(first) = rest.first() {
                let same = rest.iter().take_while(|place| place.beam == first.beam).count();
                for place in rest[..same].iter().rev() {
                    let reading = self.kept[place.kept as usize];
                    self.go_on(Some((place.kept, &reading)), place.in_dictionary, place.continuation, round);
                }
                rest = &rest[same..];
            }
            if self.beams.kinds().any(|(_, continuation, beam)| continuation == Any && !beam.is_empty()) {
                break;
            }
        }
        for continuation in CONTINUATIONS {
            if let Some(reading) = self.fresh[continuation as usize] {
                self.beams.of_mut(true, continuation, 0).push(reading);
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
            let (code, character, prefix) = (last.code, last.character, last.prefix);
            if may != NotAgain {
                let certainty = self.context.alone[code];
                let next = Next { code, character, certainty, continuation: Any, prefix };
                self.extend(next, in_dictionary, previous, true);
            }
            if may == Any && best && code != null {
                let certainty = self.context.or_nothing[code];
                let next = Next { code, character, certainty, continuation: NotAgain, prefix };
                self.extend(next, in_dictionary, previous, true);
            }
        }
        if may == OnlyAgain {
            return;
        }
        let prefix = previous.map_or(ROOT, |(_, last)| last.prefix);
        let charset = self.charset;
        let tree = charset.tree();
        // Between the codes of a character nothing may stand too, though it is none of them.
        if prefix != ROOT && previous.is_some_and(|(_, last)| last.code != null) && self.context.tries(null) {
            let certainty = self.context.alone[null];
            let next = Next { code: null, character: None, certainty, continuation: Any, prefix };
            self.extend(next, in_dictionary, previous, false);
        }
        let mut finals = std::mem::take(&mut self.finals);
        self.follow(previous, |code| tree.last(prefix, code), &mut finals);
        for (_, code, character) in finals.drain(..) {
            let nothing = prefix == ROOT && code == null;
            let certainty = self.context.alone[code];
            if certainty < LEAST && code != null {
                continue;
            }
            let character = (!nothing).then_some(character);
            self.add(Next { code, character, certainty, continuation: Any, prefix: ROOT }, in_dictionary, previous);
            if best && code != null {
                let certainty = self.or_nothing(code, may, previous);
                let next = Next { code, character, certainty, continuation: OnlyAgain, prefix: ROOT };
                self.add(next, in_dictionary, previous);
            }
        }
        self.finals = finals;
        let mut longer = Vec::new();
        self.follow(previous, |code| tree.next(prefix, code), &mut longer);
        for (_, code, prefix) in longer {
            let certainty = self.context.alone[code];
            let next = Next { code, character: None, certainty, continuation: Any, prefix };
            self.extend(next, in_dictionary, previous, false);
            if best && code != null {
                let certainty = self.or_nothing(code, may, previous);
                self.extend(Next { certainty, continuation: OnlyAgain, ..next }, in_dictionary, previous, false);
            }
        }
    }

    /// Collects the codes of the round that lead on, in the order in which they are tried, but not the last one again.
    fn follow<T: Copy>(
        &self,
        previous: Previous<'_>,
        leads_to: impl Fn(usize) -> Option<Follower<T>>,
        found: &mut Vec<(u16, usize, T)>,
    ) {
        let last = previous.map(|(_, last)| last.code);
        let codes = self.context.codes.iter().copied().filter(|code| Some(*code) != last);
        found.extend(codes.filter_map(|code| leads_to(code).map(|follower| (follower.rank, code, follower.target))));
        found.sort_by_key(|(rank, ..)| *rank);
    }

    /// Returns the certainty of a code or nothing; where it is one of the best two and the other came before, of all three.
    fn or_nothing(&self, code: usize, may: Continuation, previous: Previous<'_>) -> f32 {
        let (top, second) = (self.context.top, self.context.second);
        match previous {
            Some((_, last)) if may == Any && last.code != self.charset.null() => match (last.code, code) {
                pair if pair == (top, second) => self.context.of_both[1],
                pair if pair == (second, top) => self.context.of_both[0],
                _ => self.context.or_nothing[code],
            },
            _ => self.context.or_nothing[code],
        }
    }

    /// Adds a reading whose last code ends no character: it comes once more, is one of several, or stands for nothing between them.
    fn extend(&mut self, next: Next, in_dictionary: bool, previous: Previous<'_>, repeats: bool) {
        let certainty = if in_dictionary { next.certainty } else { next.certainty * WITHOUT_DICTIONARY };
        let taken = if in_dictionary {
            certainty > WORST_IN_DICTIONARY
        } else {
            certainty >= LEAST || next.code == self.charset.null()
        };
        if taken {
            let next = Next { certainty, ..next };
            let start = if in_dictionary { Origin::None } else { Origin::Free };
            let origin = previous.map_or(start, |(_, last)| last.origin);
            let reading = Reading { repeats, ..self.reading(next, origin, previous, repeats) };
            let length = self.charset.tree().length(next.prefix);
            self.beams.of_mut(in_dictionary, next.continuation, length).push(reading);
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
        self.beams.of_mut(false, next.continuation, 0).push(reading);
        if self.dictionaries.is_empty() {
            return;
        }
        // Words of the dictionary start behind spaces, and behind characters that need none.
        match next.character {
            Some(SPACE) if likely => self.start_afresh(next, Origin::None, false, false, previous),
            Some(character) if !self.charset.is_spaced_character(character) => {
                self.start_afresh(free, Origin::Free, false, false, previous);
            }
            _ => {}
        }
    }

    fn add_in_dictionary(&mut self, next: Next, previous: Previous<'_>) {
        let continuation = next.continuation;
        let Some(character) = next.character else {
            let reading = self.reading(next, Origin::None, previous, false);
            self.beams.of_mut(true, continuation, 0).push(reading);
            return;
        };
        let score = previous.map_or(next.certainty, |(_, last)| next.certainty + last.score);
        if !self.beams.of(true, continuation, 0).takes(score) && !self.beams.of(false, continuation, 0).takes(score) {
            return;
        }
        let mut last = previous.map(|(_, last)| last);
        while let Some(reading) = last.filter(|reading| reading.character.is_none() || reading.repeats) {
            last = reading.before.and_then(|place| self.kept.get(place as usize));
        }
        if character == SPACE {
            if let Some(origin) = last.filter(|reading| reading.ends_word).map(|reading| reading.origin) {
                self.start_afresh(next, origin, false, false, previous);
                let reading = self.reading(next, origin, previous, false);
                self.beams.of_mut(false, continuation, 0).push(reading);
            }
            return;
        }
        let (walk, starts_word) = match last {
            None => (Walks::START, true),
            // Between characters whose words spaces part, no word starts without one.
            Some(reading)
                if reading.starts_dictionary
                    && reading.character != Some(SPACE)
                    && reading.character.is_none_or(|last| self.charset.is_spaced_character(last))
                    && self.charset.is_spaced_character(character) =>
            {
                return;
            }
            Some(Reading { walk: Some(walk), starts_dictionary, .. }) => (*walk, *starts_dictionary),
            Some(_) => return,
        };
        if !self.beams.of(true, continuation, 0).takes(score) && self.charset.is_spaced() {
            return;
        }
        if let Some(step) = self.walks.follow(self.dictionaries, self.charset, walk, character) {
            let reading = self.reading(next, step.origin, previous, false);
            let reading = Reading { starts_word, ends_word: step.ends_word, ..reading };
            self.beams.of_mut(true, continuation, 0).push(Reading { walk: Some(step.walk), ..reading });
            if step.ends_word && !self.charset.is_spaced() {
                // The next word may start right away, inside of the dictionaries or not.
                self.start_afresh(next, step.origin, starts_word, true, previous);
                self.beams.of_mut(false, continuation, 0).push(reading);
            }
        }
    }

    /// Notes a character behind which a word of the dictionary may start.
    fn start_afresh(&mut self, next: Next, origin: Origin, starts_word: bool, ends_word: bool, previous: Previous<'_>) {
        let reading = self.reading(next, origin, previous, false);
        let reading = Reading { starts_dictionary: true, starts_word, ends_word, walk: Some(Walks::START), ..reading };
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
            prefix: next.prefix,
            hash,
        }
    }
}
