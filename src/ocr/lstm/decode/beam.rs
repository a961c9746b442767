//! Partial readings, and the best few of a kind.

use super::super::charset::CharacterId;
use super::super::codes::Prefix;

/// Partial readings of a kind that are kept, by how many codes of a character that is not whole yet they end with.
pub const WIDTHS: [usize; 3] = [5, 10, 16];

/// How sure a dictionary makes a partial reading; a later one is preferred.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// Nothing yet.
    None,
    /// Punctuation alone.
    Punctuation,
    /// Outside of the dictionaries.
    Free,
    /// A number's pattern.
    Number,
    /// A word.
    Word,
}

/// A partial reading: its last code, and where it came from.
#[derive(Debug, Clone, Copy)]
pub struct Reading {
    /// Last code.
    pub code: usize,
    /// Its character; none where it stands for nothing.
    pub character: Option<CharacterId>,
    /// Who vouches for it.
    pub origin: Origin,
    /// A space, or the beginning, from which a word of the dictionary starts.
    pub starts_dictionary: bool,
    /// The first character of a word.
    pub starts_word: bool,
    /// A word of the dictionary may end here.
    pub ends_word: bool,
    /// The last code is that of the step before, once more.
    pub repeats: bool,
    /// Certainty of the last code.
    pub certainty: f32,
    /// Sum of all certainties.
    pub score: f32,
    /// Place of the reading without its last code, among all of the line.
    pub before: Option<u32>,
    /// Where the dictionaries are: a place in the list of walks.
    pub walk: Option<u32>,
    /// What it ends with of a character that is not whole yet.
    pub prefix: Prefix,
    /// Tells texts apart.
    pub hash: u64,
}

/// The best partial readings of a kind: a heap with the worst on top. Equal scores keep libtesseract's order.
#[derive(Debug, Clone)]
pub struct Beam {
    readings: Vec<Reading>,
    width: usize,
}

impl Beam {
    /// Makes a beam that keeps this many readings.
    pub const fn of_width(width: usize) -> Self {
        Self { readings: Vec::new(), width }
    }

    /// Returns the readings.
    pub fn readings(&self) -> &[Reading] {
        &self.readings
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.readings.clear();
    }

    /// Says whether nothing is kept.
    pub fn is_empty(&self) -> bool {
        self.readings.is_empty()
    }

    /// Says whether a reading of this score would be kept.
    pub fn takes(&self, score: f32) -> bool {
        self.readings.len() < self.width || score > self.readings[0].score
    }

    /// Adds a reading; of two that say the same, the better one stays.
    pub fn push(&mut self, reading: Reading) {
        if !self.takes(reading.score) {
            return;
        }
        let same = |other: &Reading| {
            other.code == reading.code
                && other.hash == reading.hash
                && other.origin == reading.origin
                && other.starts_dictionary == reading.starts_dictionary
        };
        if let Some(place) = self.readings.iter().position(same) {
            if reading.score > self.readings[place].score {
                let place = self.sink(place, reading.score);
                let place = self.rise(place, reading.score);
                self.readings[place] = reading;
            }
            return;
        }
        self.readings.push(reading);
        let place = self.rise(self.readings.len() - 1, reading.score);
        self.readings[place] = reading;
        if self.readings.len() > self.width
            && let Some(last) = self.readings.pop()
        {
            let place = self.sink(0, last.score);
            self.readings[place] = last;
        }
    }

    /// Makes room for a score above `hole`, and returns where.
    fn rise(&mut self, mut hole: usize, score: f32) -> usize {
        while hole > 0 {
            let parent = hole.div_ceil(2) - 1;
            if score >= self.readings[parent].score {
                break;
            }
            self.readings[hole] = self.readings[parent];
            hole = parent;
        }
        hole
    }

    /// Makes room for a score below `hole`, and returns where.
    fn sink(&mut self, mut hole: usize, score: f32) -> usize {
        loop {
            let mut child = 2 * hole + 1;
            let Some(first) = self.readings.get(child) else { return hole };
            let mut least = first.score;
            if let Some(second) = self.readings.get(child + 1)
                && second.score < least
            {
                (child, least) = (child + 1, second.score);
            }
            if least >= score {
                return hole;
            }
            self.readings[hole] = self.readings[child];
            hole = child;
        }
    }
}

/// What may follow a partial reading's last code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Continuation {
    /// Anything.
    Any,
    /// Only the same code again.
    OnlyAgain,
    /// Anything but the same code.
    NotAgain,
}

/// All of them, in the order of libtesseract.
pub const CONTINUATIONS: [Continuation; 3] = [Continuation::Any, Continuation::OnlyAgain, Continuation::NotAgain];

/// Readings kept at one step of time: free ones, then those inside of the dictionaries; of each by what may follow, and then by
/// how many codes of a character that is not whole yet they end with.
#[derive(Debug)]
pub struct Beams {
    beams: Vec<Beam>,
    lengths: usize,
}

impl Beams {
    /// Makes beams for a model whose characters have up to `lengths` codes.
    pub fn new(lengths: usize) -> Self {
        let width = |place: usize| WIDTHS[(place % lengths).min(WIDTHS.len() - 1)];
        Self { beams: (0..6 * lengths).map(|place| Beam::of_width(width(place))).collect(), lengths }
    }

    /// Returns a beam.
    pub fn of(&self, in_dictionary: bool, continuation: Continuation, length: usize) -> &Beam {
        &self.beams[self.place(in_dictionary, continuation, length)]
    }

    /// Returns a beam to add to.
    pub fn of_mut(&mut self, in_dictionary: bool, continuation: Continuation, length: usize) -> &mut Beam {
        let place = self.place(in_dictionary, continuation, length);
        &mut self.beams[place]
    }

    fn place(&self, in_dictionary: bool, continuation: Continuation, length: usize) -> usize {
        (usize::from(in_dictionary) * 3 + continuation as usize) * self.lengths + length.min(self.lengths - 1)
    }

    /// Forgets all readings.
    pub fn clear(&mut self) {
        self.beams.iter_mut().for_each(Beam::clear);
    }

    /// Returns all beams with their kinds, in the order of libtesseract.
    pub fn kinds(&self) -> impl Iterator<Item = (bool, Continuation, &Beam)> {
        let kind = |place: usize| (place / self.lengths >= 3, CONTINUATIONS[place / self.lengths % 3]);
        self.beams.iter().enumerate().map(move |(place, beam)| (kind(place).0, kind(place).1, beam))
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::codes::ROOT;
    use super::*;

    fn reading(hash: u64, score: f32) -> Reading {
        Reading {
            code: 1,
            character: Some(1),
            origin: Origin::Free,
            starts_dictionary: false,
            starts_word: false,
            ends_word: false,
            repeats: false,
            certainty: 0.0,
            score,
            before: None,
            walk: None,
            prefix: ROOT,
            hash,
        }
    }

    #[test]
    fn the_best_stay_each_text_once() {
        let mut beam = Beam::of_width(WIDTHS[0]);
        for (hash, score) in [(1, -9.0), (2, -3.0), (3, -5.0), (4, -7.0), (5, -1.0), (2, -2.0), (6, -8.0), (7, -20.0)] {
            beam.push(reading(hash, score));
        }
        let mut kept: Vec<(u64, f32)> = beam.readings().iter().map(|reading| (reading.hash, reading.score)).collect();
        kept.sort_by(|one, other| other.1.total_cmp(&one.1));
        assert_eq!(kept, [(5, -1.0), (2, -2.0), (3, -5.0), (4, -7.0), (6, -8.0)]);
        assert!(beam.takes(-7.5) && !beam.takes(-8.5));
    }
}
