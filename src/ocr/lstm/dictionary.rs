//! Words and patterns as graphs of letters (DAWG: directed acyclic word graph).
//!
//! Form: a magic number, the size of the character set, the number of edges, then the edges of 8 bytes: from the lowest bits
//! the letter, three flags (last edge of its node, backward, end of a word), the place of the next node's first edge.
//! Source: Tesseract, `dict/dawg.h`. The search follows edges only forward, so a damaged graph ends a search early at worst.

use std::collections::BTreeMap;

use super::bytes::Bytes;
use super::charset::CharacterId;
use super::error::ModelError;

/// Number at the beginning.
const MAGIC: i16 = 42;
/// Most edges; the largest published dictionary has under a million.
const MOST_EDGES: usize = 16 << 20;
/// Edges behind which a node must have ended.
const MOST_OF_NODE: usize = 70_000;

/// What a dictionary holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Patterns of punctuation around a word.
    Punctuation,
    /// Words.
    Words,
    /// Patterns of numbers, in which 0 stands for every digit.
    Numbers,
}

/// Place of an edge.
pub type Edge = u32;

/// One graph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dictionary {
    /// What it holds.
    pub kind: Kind,
    edges: Vec<u64>,
    /// Bits of a letter.
    letter_bits: u32,
    /// Edges of the first node, which are sorted by letter.
    first_node: usize,
}

impl Dictionary {
    /// Reads a graph.
    ///
    /// # Errors
    /// It is cut short or no graph.
    pub fn read(bytes: &mut Bytes<'_>, kind: Kind) -> Result<Self, ModelError> {
        if bytes.i16()? != MAGIC {
            return Err(bytes.damaged("does not begin with 42"));
        }
        let characters = bytes.count(1 << 24, "characters")?;
        let count = bytes.count(MOST_EDGES, "edges")?;
        let edges: Vec<u64> = bytes.numbers::<8>(count)?.iter().map(|edge| u64::from_le_bytes(*edge)).collect();
        if edges.is_empty() {
            return Err(bytes.damaged("has no edges"));
        }
        let letter_bits = bits_of(characters);
        let mut dictionary = Self { kind, edges, letter_bits, first_node: 0 };
        let first = (0..count as Edge).find(|edge| dictionary.flag(*edge, 0));
        dictionary.first_node = first.ok_or_else(|| bytes.damaged("the first node has no end"))? as usize + 1;
        Ok(dictionary)
    }

    /// Makes a graph of `words`, for a character set of `characters`; `None` without words.
    pub fn of_words(words: &[Vec<CharacterId>], characters: usize, kind: Kind) -> Option<Self> {
        let mut nodes: Vec<BTreeMap<CharacterId, (bool, usize)>> = vec![BTreeMap::new()];
        for word in words {
            let mut node = 0;
            for (place, letter) in word.iter().enumerate() {
                let next = nodes.len();
                let (ends, target) = nodes[node].entry(*letter).or_insert((false, next));
                *ends |= place + 1 == word.len();
                node = *target;
                if node == next {
                    nodes.push(BTreeMap::new());
                }
            }
        }
        let starts: Vec<usize> = nodes
            .iter()
            .scan(0, |start, node| {
                let here = *start;
                *start += node.len();
                Some(here)
            })
            .collect();
        let letter_bits = bits_of(characters);
        let mut edges = Vec::new();
        for node in &nodes {
            for (place, (letter, (ends, target))) in node.iter().enumerate() {
                let last = u64::from(place + 1 == node.len());
                let next = if nodes[*target].is_empty() { 0 } else { starts[*target] as u64 };
                let flags = last | u64::from(*ends) << 2;
                edges.push(u64::from(*letter) | flags << letter_bits | next << (letter_bits + 3));
            }
        }
        let first_node = nodes[0].len();
        (first_node > 0 && edges.len() <= MOST_EDGES).then_some(Self { kind, edges, letter_bits, first_node })
    }

    /// Returns the edge for `letter` out of the node behind `edge`, or out of the first node.
    pub fn follow(&self, edge: Option<Edge>, letter: CharacterId) -> Option<Edge> {
        let letter = u64::from(letter);
        let Some(edge) = edge else {
            return self.edges[..self.first_node]
                .binary_search_by(|edge| self.letter(*edge).cmp(&letter))
                .ok()
                .map(|place| place as Edge);
        };
        let node = self.edges.get(edge as usize)? >> (self.letter_bits + 3);
        // Nothing leads back to the first node: 0 means that nothing follows.
        let node = usize::try_from(node).ok().filter(|node| *node != 0)?;
        let rest = self.edges.get(node..)?;
        if rest.first().is_some_and(|edge| *edge == u64::MAX << (self.letter_bits + 3)) {
            return None;
        }
        for (place, edge) in rest.iter().take(MOST_OF_NODE).enumerate() {
            if self.letter(*edge) == letter {
                return Edge::try_from(node + place).ok();
            }
            if edge >> self.letter_bits & 1 != 0 {
                return None;
            }
        }
        None
    }

    /// Says whether a word may end with `edge`.
    pub fn ends_word(&self, edge: Edge) -> bool {
        self.flag(edge, 2)
    }

    fn letter(&self, edge: u64) -> u64 {
        edge & ((1 << self.letter_bits) - 1)
    }

    fn flag(&self, edge: Edge, flag: u32) -> bool {
        self.edges.get(edge as usize).is_some_and(|edge| edge >> (self.letter_bits + flag) & 1 != 0)
    }
}

/// Returns as many bits as the numbers 0..=characters need.
fn bits_of(characters: usize) -> u32 {
    (characters as u64 + 1).next_power_of_two().trailing_zeros().max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_graph_of_words_holds_these_words() {
        let words = [vec![3, 1, 2], vec![3, 1], vec![5], vec![3, 4, 4]];
        let made = Dictionary::of_words(&words, 9, Kind::Words).expect("a graph");
        let ends = |word: &[CharacterId]| {
            let mut edge = None;
            for letter in word {
                edge = Some(made.follow(edge, *letter)?);
            }
            edge.map(|edge| made.ends_word(edge))
        };
        assert!(words.iter().all(|word| ends(word) == Some(true)));
        assert_eq!([ends(&[3]), ends(&[3, 4]), ends(&[5, 1]), ends(&[4])], [Some(false), Some(false), None, None]);
        assert!(Dictionary::of_words(&[], 9, Kind::Words).is_none());
    }

    /// Letter, whether last of its node, whether a word ends, the next node; 7 characters, so 3 bits for a letter.
    fn graph(edges: &[(u64, bool, bool, u64)]) -> Vec<u8> {
        let mut bytes = MAGIC.to_le_bytes().to_vec();
        bytes.extend(7i32.to_le_bytes());
        bytes.extend((edges.len() as i32).to_le_bytes());
        for (letter, last, end, next) in edges {
            bytes.extend((letter | u64::from(*last) << 3 | u64::from(*end) << 5 | next << 6).to_le_bytes());
        }
        bytes
    }

    #[test]
    fn words_are_followed_letter_by_letter() {
        // 1 2, 1 3 and 4.
        let bytes = graph(&[(1, false, false, 2), (4, true, true, 0), (2, false, true, 0), (3, true, true, 0)]);
        let dictionary = Dictionary::read(&mut Bytes::new(&bytes, "words"), Kind::Words).expect("a dictionary");
        let one = dictionary.follow(None, 1).expect("an edge");
        assert!(!dictionary.ends_word(one));
        assert_eq!(dictionary.follow(Some(one), 3), Some(3));
        assert_eq!(dictionary.follow(Some(one), 4), None);
        assert!(dictionary.follow(None, 4).is_some_and(|edge| dictionary.ends_word(edge)));
        assert_eq!((dictionary.follow(None, 2), dictionary.follow(Some(1), 1)), (None, None));
    }

    #[test]
    fn damaged_graphs_are_refused_or_end_the_search() {
        for bytes in [vec![], vec![42, 0], graph(&[]), graph(&[(1, false, false, 0)]), vec![0xff; 40]] {
            assert!(Dictionary::read(&mut Bytes::new(&bytes, "words"), Kind::Words).is_err());
        }
        let bytes = graph(&[(1, true, false, 999), (2, false, false, 1)]);
        let dictionary = Dictionary::read(&mut Bytes::new(&bytes, "words"), Kind::Words).expect("a dictionary");
        assert_eq!((dictionary.follow(Some(0), 1), dictionary.follow(Some(1), 5)), (None, None));
    }
}
