//! The codes that a network puts out for characters: one for each in most scripts, a row of several in those with thousands of
//! characters.
//!
//! The codes make a tree: what came so far of a character leads to what may come next. Source: Tesseract,
//! `ccutil/unicharcompress.cpp` (`SetupDecoder`); the order in which codes are tried is its order, on which equal scores depend.

use super::bytes::Bytes;
use super::charset::CharacterId;
use super::error::ModelError;

/// Most codes of one character.
pub const LONGEST_CODE: usize = 9;
/// Most codes of a model.
const MOST_CODES: usize = 65_000;

/// Place in the tree: what came so far of a character.
pub type Prefix = u32;
/// Nothing of a character.
pub const ROOT: Prefix = 0;

/// All codes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeTree {
    nodes: Vec<Node>,
    codes: usize,
    longest: usize,
}

/// What may follow a prefix; both lists are sorted by code.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Node {
    length: u8,
    finals: Vec<(u16, Follower<CharacterId>)>,
    nexts: Vec<(u16, Follower<Prefix>)>,
}

/// What a code leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Follower<T> {
    /// Its place in the order in which codes are tried.
    pub rank: u16,
    /// The character that it ends, or the longer prefix.
    pub target: T,
}

impl CodeTree {
    /// Reads the codes of `characters` characters.
    ///
    /// # Errors
    /// The part is damaged.
    pub fn read(bytes: &mut Bytes<'_>, characters: usize) -> Result<Self, ModelError> {
        let count = bytes.count(MOST_CODES, "characters with codes")?;
        if count != characters {
            return Err(bytes.damaged(format!("{count} characters have codes, but there are {characters}")));
        }
        let mut tree = Self { nodes: vec![Node::default()], codes: 0, longest: 1 };
        let mut row = Vec::with_capacity(LONGEST_CODE);
        for character in 0..count {
            let _self_normalised = bytes.byte()?;
            let length = bytes.count(LONGEST_CODE, "codes of a character")?;
            row.clear();
            for _ in 0..length {
                row.push(bytes.count(MOST_CODES, "as a code")? as u16);
            }
            if row.is_empty() {
                return Err(bytes.damaged(format!("character {character} has no code")));
            }
            tree.add(character as CharacterId, &row);
        }
        Ok(tree)
    }

    /// Lets a code be tried by itself, where no character has it.
    pub fn add_if_free(&mut self, code: usize) {
        if self.last(ROOT, code).is_none()
            && let Ok(code) = u16::try_from(code)
        {
            self.add(0, &[code]);
        }
    }

    fn add(&mut self, character: CharacterId, row: &[u16]) {
        let Some((last, before)) = row.split_last() else { return };
        let mut place = ROOT as usize;
        for code in before {
            let nexts = &self.nodes[place].nexts;
            place = match nexts.binary_search_by_key(code, |next| next.0) {
                Ok(found) => nexts[found].1.target as usize,
                Err(hole) => {
                    let target = self.nodes.len();
                    let (rank, length) = (nexts.len() as u16, self.nodes[place].length + 1);
                    self.nodes.push(Node { length, ..Node::default() });
                    self.nodes[place].nexts.insert(hole, (*code, Follower { rank, target: target as Prefix }));
                    target
                }
            };
        }
        let finals = &mut self.nodes[place].finals;
        match finals.binary_search_by_key(last, |last| last.0) {
            // Of several characters with the same codes the last one counts, at the place of the first.
            Ok(found) => finals[found].1.target = character,
            Err(hole) => {
                let rank = finals.len() as u16;
                finals.insert(hole, (*last, Follower { rank, target: character }));
            }
        }
        self.codes = self.codes.max(row.iter().map(|code| usize::from(*code) + 1).max().unwrap_or(0));
        self.longest = self.longest.max(row.len());
    }

    /// Returns how many codes there are.
    pub const fn codes(&self) -> usize {
        self.codes
    }

    /// Returns the most codes of a character.
    pub const fn longest(&self) -> usize {
        self.longest
    }

    /// Returns how many codes a prefix has.
    pub fn length(&self, prefix: Prefix) -> usize {
        self.node(prefix).map_or(0, |node| usize::from(node.length))
    }

    /// Returns the character that a code ends.
    pub fn last(&self, prefix: Prefix, code: usize) -> Option<Follower<CharacterId>> {
        find(&self.node(prefix)?.finals, code)
    }

    /// Returns the longer prefix that a code makes.
    pub fn next(&self, prefix: Prefix, code: usize) -> Option<Follower<Prefix>> {
        find(&self.node(prefix)?.nexts, code)
    }

    /// Returns all codes: those that are a character by themselves in their order, then the others.
    pub fn order(&self) -> Vec<usize> {
        let mut codes: Vec<usize> = (0..self.codes).collect();
        codes.sort_by_key(|code| self.last(ROOT, *code).map_or(u16::MAX, |last| last.rank));
        codes
    }

    fn node(&self, prefix: Prefix) -> Option<&Node> {
        self.nodes.get(prefix as usize)
    }
}

fn find<T: Copy>(list: &[(u16, Follower<T>)], code: usize) -> Option<Follower<T>> {
    let place = list.binary_search_by(|known| usize::from(known.0).cmp(&code)).ok()?;
    list.get(place).map(|known| known.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(rows: &[&[i32]]) -> Result<CodeTree, ModelError> {
        let mut bytes = (rows.len() as i32).to_le_bytes().to_vec();
        for row in rows {
            bytes.push(1);
            bytes.extend((row.len() as i32).to_le_bytes());
            row.iter().for_each(|code| bytes.extend(code.to_le_bytes()));
        }
        CodeTree::read(&mut Bytes::new(&bytes, "codes"), rows.len())
    }

    #[test]
    fn characters_are_found_code_by_code() {
        let tree = tree(&[&[0], &[5], &[5], &[1, 2], &[1, 3, 2], &[1, 3, 4]]).expect("a tree");
        assert_eq!((tree.codes(), tree.longest()), (6, 3));
        assert_eq!(tree.last(ROOT, 5).map(|last| (last.rank, last.target)), Some((1, 2)), "the last of two");
        let one = tree.next(ROOT, 1).expect("a prefix").target;
        assert_eq!((tree.length(one), tree.last(one, 2).map(|last| last.target)), (1, Some(3)));
        let two = tree.next(one, 3).expect("a prefix").target;
        assert_eq!((tree.length(two), tree.last(two, 4).map(|last| (last.rank, last.target))), (2, Some((1, 5))));
        assert!(tree.last(two, 3).is_none() && tree.next(two, 2).is_none() && tree.last(99, 0).is_none());
        assert_eq!(tree.order(), [0, 5, 1, 2, 3, 4]);
    }

    #[test]
    fn damage_is_named() {
        for rows in [&[&[][..]][..], &[&[-1]], &[&[70_000]], &[&[1; 10]]] {
            assert!(matches!(tree(rows), Err(ModelError::Damaged { .. })), "{rows:?}");
        }
    }
}
