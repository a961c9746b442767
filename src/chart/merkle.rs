//! The Merkle tree of RFC 6962, section 2.1: leaves, inner nodes, and which subtrees make up a range of leaves.
//!
//! A subtree is *whole* when all its leaves are there; its digest never changes again. Every range that a root or a proof
//! needs is a row of whole subtrees, so that a ledger that keeps their digests answers in O(log n).

use super::{Digest, Hasher};

/// Prefix of a leaf: no leaf can pass for an inner node.
const LEAF: [u8; 1] = [0];
/// Prefix of an inner node.
const NODE: [u8; 1] = [1];

/// A whole subtree: 2^`level` leaves from number `position` x 2^`level` on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Subtree {
    /// Height; 0 is a leaf.
    pub level: u32,
    /// Place among the subtrees of its height, from 0.
    pub position: u64,
}

impl Subtree {
    /// Returns the number of its last leaf: the subtree is whole when that is there.
    pub const fn last_leaf(self) -> u64 {
        (self.position << self.level) + ((1 << self.level) - 1)
    }
}

/// Returns the digest of the leaf that stands for `bytes`.
pub fn leaf(bytes: &[u8]) -> Digest {
    let mut hasher = Hasher::new();
    hasher.update(&LEAF);
    hasher.update(bytes);
    hasher.finish()
}

/// Returns the digest of the node above two others.
pub fn node(left: Digest, right: Digest) -> Digest {
    let mut hasher = Hasher::new();
    hasher.update(&NODE);
    hasher.update(left.as_bytes());
    hasher.update(right.as_bytes());
    hasher.finish()
}

/// Returns the digest of the tree over whole subtrees that stand side by side, the largest first; of the empty tree if
/// there are none.
pub fn fold(subtrees: &[Digest]) -> Digest {
    let above = subtrees.iter().rev().copied().reduce(|right, left| node(left, right));
    above.unwrap_or_else(|| Digest::of(&[]))
}

/// Returns the whole subtrees that cover the leaves `from..to`, the largest first. `from` must be a multiple of the
/// smallest power of two that is not below `to - from`, as it is for every range that the tree has a node for.
pub fn cover(from: u64, to: u64) -> Vec<Subtree> {
    let mut subtrees = Vec::new();
    let mut at = from;
    while at < to {
        let level = (to - at).ilog2();
        subtrees.push(Subtree { level, position: at >> level });
        at += 1 << level;
    }
    subtrees
}

/// The right edge of a growing tree: the digests of the whole subtrees that cover it, O(log n) of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Edge {
    size: u64,
    subtrees: Vec<Digest>,
}

impl Edge {
    /// Takes the edge of a tree of `size` leaves from the digests of [`cover`]`(0, size)`; none if there are too many or
    /// too few.
    pub fn of(size: u64, subtrees: Vec<Digest>) -> Option<Self> {
        (subtrees.len() == size.count_ones() as usize).then_some(Self { size, subtrees })
    }

    /// Returns the number of leaves.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Returns the root of the tree.
    pub fn root(&self) -> Digest {
        fold(&self.subtrees)
    }

    /// Adds a leaf. Returns the digests of the subtrees that became whole with it, the smallest first: the leaf itself,
    /// then one for each level that it closes.
    pub fn push(&mut self, leaf: Digest) -> Vec<Digest> {
        let mut whole = vec![leaf];
        let mut top = leaf;
        for _ in 0..self.size.trailing_ones() {
            let Some(left) = self.subtrees.pop() else { break };
            top = node(left, top);
            whole.push(top);
        }
        self.subtrees.push(top);
        self.size += 1;
        whole
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The leaves and roots of the reference implementation of Certificate Transparency (its merkle_tree_test).
    const INPUTS: [&[u8]; 8] = [
        b"",
        b"\x00",
        b"\x10",
        b"\x20\x21",
        b"\x30\x31",
        b"\x40\x41\x42\x43",
        b"\x50\x51\x52\x53\x54\x55\x56\x57",
        b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
    ];
    const ROOTS: [&str; 8] = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    #[test]
    fn the_published_roots_come_out() {
        let mut edge = Edge::default();
        assert_eq!(edge.root().to_string(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        for (input, root) in INPUTS.iter().zip(ROOTS) {
            edge.push(leaf(input));
            assert_eq!(edge.root().to_string(), root);
        }
    }

    #[test]
    fn a_range_is_covered_without_gap_or_overlap() {
        for size in 1..200_u64 {
            let mut next = 0;
            for subtree in cover(0, size) {
                assert_eq!(subtree.position << subtree.level, next);
                next = subtree.last_leaf() + 1;
            }
            assert_eq!(next, size);
            assert_eq!(cover(0, size).len(), size.count_ones() as usize);
        }
    }
}
