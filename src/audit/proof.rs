//! Proofs over the tree: that an entry is in it, and that a later tree only adds to an earlier one.

use crate::chart::Digest;
use crate::chart::merkle::{Subtree, cover, fold, node};

/// What a root or a proof is made of: for each of its digests, the row of whole subtrees that fold into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    parts: Vec<Vec<Subtree>>,
}

impl Plan {
    /// Plans the root of a tree of `size` leaves.
    pub fn root(size: u64) -> Self {
        Self { parts: vec![cover(0, size)] }
    }

    /// Plans the proof that leaf `index` is in a tree of `size` leaves (RFC 6962, section 2.1.1); none if it cannot be.
    pub fn inclusion(index: u64, size: u64) -> Option<Self> {
        if index >= size {
            return None;
        }
        let mut parts = Vec::new();
        let (mut from, mut to) = (0, size);
        while to - from > 1 {
            let middle = from + split(to - from);
            let other = if index < middle { (middle, to) } else { (from, middle) };
            parts.push(cover(other.0, other.1));
            (from, to) = if index < middle { (from, middle) } else { (middle, to) };
        }
        parts.reverse();
        Some(Self { parts })
    }

    /// Plans the proof that a tree of `new` leaves begins with the one of `old` leaves (RFC 6962, section 2.1.2); none if
    /// it is the smaller one. Nothing has to be proved about an empty tree or the same one.
    pub fn consistency(old: u64, new: u64) -> Option<Self> {
        if old > new {
            return None;
        }
        let mut parts = Vec::new();
        if old == 0 || old == new {
            return Some(Self { parts });
        }
        let (mut from, mut to) = (0, new);
        // Whether the old tree's root, which whoever checks has already, is the node under which we stand.
        let mut known = true;
        while old != to {
            let middle = from + split(to - from);
            if old <= middle {
                parts.push(cover(middle, to));
                to = middle;
            } else {
                parts.push(cover(from, middle));
                from = middle;
                known = false;
            }
        }
        if !known {
            parts.push(cover(from, to));
        }
        parts.reverse();
        Some(Self { parts })
    }

    /// Lists every subtree whose digest is needed, in the order that [`Plan::fold`] takes them.
    pub fn subtrees(&self) -> Vec<Subtree> {
        self.parts.iter().flatten().copied().collect()
    }

    /// Makes the proof's digests out of those of [`Plan::subtrees`]; none if their number is wrong.
    pub fn fold(&self, digests: &[Digest]) -> Option<Vec<Digest>> {
        let mut rest = digests;
        let mut folded = Vec::with_capacity(self.parts.len());
        for part in &self.parts {
            let (these, others) = rest.split_at_checked(part.len())?;
            folded.push(fold(these));
            rest = others;
        }
        rest.is_empty().then_some(folded)
    }
}

/// Says whether `proof` shows that `leaf` is number `index` of the tree of `size` leaves with this root (RFC 9162, section
/// 2.1.3.2).
pub fn verify_inclusion(leaf: Digest, index: u64, size: u64, proof: &[Digest], root: Digest) -> bool {
    if index >= size {
        return false;
    }
    let (mut index, mut last, mut digest) = (index, size - 1, leaf);
    for &sibling in proof {
        if last == 0 {
            return false;
        }
        if index & 1 == 1 || index == last {
            digest = node(sibling, digest);
            while index & 1 == 0 && index != 0 {
                index >>= 1;
                last >>= 1;
            }
        } else {
            digest = node(digest, sibling);
        }
        index >>= 1;
        last >>= 1;
    }
    last == 0 && digest == root
}

/// Says whether `proof` shows that the tree of `new` leaves begins with the tree of `old` leaves (RFC 9162, section
/// 2.1.4.2). An empty tree begins every tree.
pub fn verify_consistency(old: u64, old_root: Digest, new: u64, new_root: Digest, proof: &[Digest]) -> bool {
    if old == 0 || old == new {
        let same = old != new || old_root == new_root;
        return old <= new && same && proof.is_empty();
    }
    if old > new {
        return false;
    }
    // The old tree is a whole subtree of the new one: its root is where the proof begins, and is not repeated in it.
    let mut path = if old.is_power_of_two() { vec![old_root] } else { Vec::new() };
    path.extend_from_slice(proof);
    let Some((&first, path)) = path.split_first() else { return false };
    let (mut old_last, mut new_last) = (old - 1, new - 1);
    while old_last & 1 == 1 {
        old_last >>= 1;
        new_last >>= 1;
    }
    let (mut old_digest, mut new_digest) = (first, first);
    for &sibling in path {
        if new_last == 0 {
            return false;
        }
        if old_last & 1 == 1 || old_last == new_last {
            old_digest = node(sibling, old_digest);
            new_digest = node(sibling, new_digest);
            while old_last & 1 == 0 && old_last != 0 {
                old_last >>= 1;
                new_last >>= 1;
            }
        } else {
            new_digest = node(new_digest, sibling);
        }
        old_last >>= 1;
        new_last >>= 1;
    }
    new_last == 0 && old_digest == old_root && new_digest == new_root
}

/// Returns the largest power of two below `leaves`, which must be at least 2.
const fn split(leaves: u64) -> u64 {
    1 << (leaves - 1).ilog2()
}

#[cfg(test)]
mod tests {
    use ct_merkle::mem_backed_tree::MemoryBackedTree;
    use proptest::prelude::*;
    use sha2::Sha256;

    use super::*;
    use crate::chart::merkle::{Edge, leaf};

    /// Digests of whole subtrees, as the ledger keeps them.
    struct Kept(Vec<Vec<Digest>>);

    impl Kept {
        fn of(size: u64) -> Self {
            let mut edge = Edge::default();
            Self((0..size).map(|number| edge.push(leaf(&number.to_be_bytes()))).collect())
        }

        fn make(&self, plan: &Plan) -> Vec<Digest> {
            let trees = plan.subtrees();
            let digests = trees.iter().map(|tree| self.0[tree.last_leaf() as usize][tree.level as usize]);
            plan.fold(&digests.collect::<Vec<_>>()).unwrap()
        }
    }

    fn other_tree(size: u64) -> MemoryBackedTree<Sha256, Vec<u8>> {
        let mut tree = MemoryBackedTree::new();
        (0..size).for_each(|number| tree.push(number.to_be_bytes().to_vec()));
        tree
    }

    fn digests(bytes: &[u8]) -> Vec<Digest> {
        bytes.chunks(32).map(|digest| Digest::from_bytes(digest.try_into().unwrap())).collect()
    }

    fn root(bytes: &[u8]) -> Digest {
        Digest::from_bytes(bytes.try_into().unwrap())
    }

    proptest! {
        #[test]
        fn another_implementation_makes_the_same_roots_and_proofs(size in 1_u64..300, at in 0_u64..300, old in 0_u64..300) {
            let (index, old) = (at % size, 1 + old % size);
            let (kept, other) = (Kept::of(size), other_tree(size));
            let whole = root(other.root().as_bytes());
            prop_assert_eq!(kept.make(&Plan::root(size)), vec![whole]);
            let proof = kept.make(&Plan::inclusion(index, size).unwrap());
            prop_assert_eq!(&proof, &digests(other.prove_inclusion(index as usize).as_bytes()));
            prop_assert!(verify_inclusion(leaf(&index.to_be_bytes()), index, size, &proof, whole));
            let proof = kept.make(&Plan::consistency(old, size).unwrap());
            if old < size {
                prop_assert_eq!(&proof, &digests(other.prove_consistency((size - old) as usize).as_bytes()));
            }
            let before = root(other_tree(old).root().as_bytes());
            prop_assert!(verify_consistency(old, before, size, whole, &proof));
        }

        #[test]
        fn a_changed_proof_or_another_place_is_refused(size in 2_u64..200, at in 0_u64..200, bit in 0_usize..256, part in 0_usize..8) {
            let index = at % size;
            let kept = Kept::of(size);
            let whole = kept.make(&Plan::root(size))[0];
            let own = leaf(&index.to_be_bytes());
            let mut proof = kept.make(&Plan::inclusion(index, size).unwrap());
            prop_assert!(!verify_inclusion(own, (index + 1) % size, size, &proof, whole));
            prop_assert!(!verify_inclusion(own, index, size, &proof[1..], whole));
            let part = part % proof.len();
            let mut bytes = *proof[part].as_bytes();
            bytes[bit / 8] ^= 1 << (bit % 8);
            proof[part] = Digest::from_bytes(bytes);
            prop_assert!(!verify_inclusion(own, index, size, &proof, whole));
        }

        #[test]
        fn a_forked_tree_is_not_consistent(size in 3_u64..200, old in 2_u64..200, changed in 0_u64..200) {
            let old = 2 + old % (size - 2);
            let changed = changed % old;
            let mut edge = Edge::default();
            let mut before = None;
            let mut forked = Vec::new();
            for number in 0..size {
                let bytes = if number == changed { u64::MAX } else { number }.to_be_bytes();
                forked.push(edge.push(leaf(&bytes)));
                before = before.or((number + 1 == old).then(|| edge.root()));
            }
            prop_assert!(before.is_some());
            let forked = Kept(forked);
            let honest = Kept::of(old).make(&Plan::root(old))[0];
            let proof = forked.make(&Plan::consistency(old, size).unwrap());
            prop_assert!(!verify_consistency(old, honest, size, edge.root(), &proof));
        }
    }

    #[test]
    fn the_published_proofs_come_out() {
        // RFC 6962, section 2.1.3: the tree of seven leaves, with its nodes named a to l.
        let kept = Kept::of(7);
        let at = |level: usize, last: usize| kept.0[last][level];
        let (b, c, f, j) = (at(0, 1), at(0, 2), at(0, 5), at(0, 6));
        let (d, g, h, i) = (at(0, 3), at(1, 1), at(1, 3), at(1, 5));
        let (k, l) = (at(2, 3), node(i, j));
        assert_eq!(kept.make(&Plan::inclusion(0, 7).unwrap()), [b, h, l]);
        assert_eq!(kept.make(&Plan::inclusion(3, 7).unwrap()), [c, g, l]);
        assert_eq!(kept.make(&Plan::inclusion(4, 7).unwrap()), [f, j, k]);
        assert_eq!(kept.make(&Plan::inclusion(6, 7).unwrap()), [i, k]);
        assert_eq!(kept.make(&Plan::consistency(3, 7).unwrap()), [c, d, g, l]);
        assert_eq!(kept.make(&Plan::consistency(4, 7).unwrap()), [l]);
        assert_eq!(kept.make(&Plan::consistency(6, 7).unwrap()), [i, j, k]);
    }
}
