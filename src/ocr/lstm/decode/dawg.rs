//! Where a partial reading stands in the dictionaries: a word with punctuation before and behind it.

use super::super::charset::{CharacterId, Charset, SPACE};
use super::super::dictionary::{Dictionary, Edge, Kind};
use super::beam::Origin;

/// Index of the dictionary of punctuation.
const PUNCTUATION: usize = 0;

/// A place in a dictionary and in the pattern of punctuation around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Position {
    /// The dictionary; none while only punctuation was seen.
    dictionary: Option<usize>,
    /// Last edge in the dictionary.
    edge: Option<Edge>,
    /// Last edge in the pattern of punctuation.
    punctuation: Option<Edge>,
    /// Whether the word is over and only punctuation may follow.
    behind: bool,
}

/// All walks through the dictionaries that a line's readings are on. Each is a list of the positions that are possible.
#[derive(Debug)]
pub struct Walks {
    positions: Vec<Position>,
    /// Where the positions of each walk begin.
    starts: Vec<usize>,
}

/// What a letter leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// The best dictionary in which the letter leads on.
    pub origin: Origin,
    /// Whether a word may end with it.
    pub ends_word: bool,
    /// The walk from there.
    pub walk: u32,
}

impl Walks {
    /// The walk at the beginning of a word.
    pub const START: u32 = 0;

    /// Begins a line.
    pub fn new() -> Self {
        let start = Position { dictionary: None, edge: None, punctuation: None, behind: false };
        Self { positions: vec![start], starts: vec![0] }
    }

    /// Forgets all walks but the start.
    pub fn clear(&mut self) {
        self.positions.truncate(1);
        self.starts.truncate(1);
    }

    /// Follows a letter; none where no dictionary has it there.
    pub fn follow(
        &mut self,
        dictionaries: &[Dictionary],
        charset: &Charset,
        walk: u32,
        letter: CharacterId,
    ) -> Option<Step> {
        let start = *self.starts.get(walk as usize)?;
        let end = self.starts.get(walk as usize + 1).copied().unwrap_or(self.positions.len());
        let first = self.positions.len();
        let mut found = Found { positions: &mut self.positions, first, origin: Origin::None, ends_word: false };
        for place in start..end {
            let position = found.positions[place];
            match position.dictionary {
                None => begin(&mut found, dictionaries, charset, position, letter),
                Some(dictionary) => go_on(&mut found, dictionaries, charset, position, dictionary, letter),
            }
        }
        let Found { origin, ends_word, .. } = found;
        if origin == Origin::None {
            self.positions.truncate(first);
            return None;
        }
        let walk = u32::try_from(self.starts.len()).ok()?;
        self.starts.push(first);
        Some(Step { origin, ends_word, walk })
    }
}

/// What a letter has led to so far.
struct Found<'walks> {
    positions: &'walks mut Vec<Position>,
    first: usize,
    origin: Origin,
    ends_word: bool,
}

impl Found<'_> {
    fn add(&mut self, position: Position, origin: Origin, ends_word: bool) {
        if !self.positions[self.first..].contains(&position) {
            self.positions.push(position);
        }
        self.origin = self.origin.max(origin);
        self.ends_word |= ends_word;
    }
}

/// Follows a letter where only punctuation was seen: it begins a word, or is more punctuation.
fn begin(
    found: &mut Found<'_>,
    dictionaries: &[Dictionary],
    charset: &Charset,
    position: Position,
    letter: CharacterId,
) {
    let Some(punctuation) = dictionaries.get(PUNCTUATION) else { return };
    // In a pattern of punctuation the space stands for the word.
    if let Some(word) = punctuation.follow(position.punctuation, SPACE) {
        for (index, dictionary) in dictionaries.iter().enumerate().skip(PUNCTUATION + 1) {
            if let Some(edge) = dictionary.follow(None, letter_in(dictionary, charset, letter)) {
                let next =
                    Position { dictionary: Some(index), edge: Some(edge), punctuation: Some(word), behind: false };
                found.add(next, origin_of(dictionary), dictionary.ends_word(edge) && punctuation.ends_word(word));
            }
        }
    }
    if let Some(edge) = punctuation.follow(position.punctuation, letter) {
        let next = Position { dictionary: None, edge: None, punctuation: Some(edge), behind: false };
        found.add(next, Origin::Punctuation, punctuation.ends_word(edge));
    }
}

/// Follows a letter inside of a word or behind it.
fn go_on(
    found: &mut Found<'_>,
    dictionaries: &[Dictionary],
    charset: &Charset,
    position: Position,
    index: usize,
    letter: CharacterId,
) {
    let (Some(dictionary), Some(punctuation)) = (dictionaries.get(index), dictionaries.get(PUNCTUATION)) else {
        return;
    };
    let origin = origin_of(dictionary);
    if position.edge.is_some_and(|edge| dictionary.ends_word(edge))
        && let Some(edge) = punctuation.follow(position.punctuation, letter)
    {
        let next = Position { punctuation: Some(edge), behind: true, ..position };
        found.add(next, origin, punctuation.ends_word(edge));
    }
    if position.behind {
        return;
    }
    if let Some(edge) = dictionary.follow(position.edge, letter_in(dictionary, charset, letter)) {
        let closed = position.punctuation.is_none_or(|edge| punctuation.ends_word(edge));
        found.add(Position { edge: Some(edge), ..position }, origin, dictionary.ends_word(edge) && closed);
    }
}

/// Returns what stands for a letter in a dictionary: in patterns of numbers, 0 for every digit.
fn letter_in(dictionary: &Dictionary, charset: &Charset, letter: CharacterId) -> CharacterId {
    if dictionary.kind == Kind::Numbers && charset.is_digit(letter) { 0 } else { letter }
}

fn origin_of(dictionary: &Dictionary) -> Origin {
    match dictionary.kind {
        Kind::Punctuation => Origin::Punctuation,
        Kind::Numbers => Origin::Number,
        Kind::Words => Origin::Word,
    }
}
