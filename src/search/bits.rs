//! A fixed-length set of small numbers, for pages and documents of one snapshot.

use std::ops::Range;

/// A set of numbers below a length.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bits {
    blocks: Vec<u64>,
    length: usize,
}

impl Bits {
    /// Makes the empty set of numbers below `length`.
    pub(super) fn empty(length: usize) -> Self {
        Self { blocks: vec![0; length.div_ceil(64)], length }
    }

    /// Makes the set of all numbers below `length`.
    pub(super) fn full(length: usize) -> Self {
        let mut bits = Self { blocks: vec![u64::MAX; length.div_ceil(64)], length };
        bits.trim();
        bits
    }

    /// Adds a number.
    pub(super) fn insert(&mut self, number: u32) {
        self.blocks[number as usize / 64] |= 1 << (number % 64);
    }

    /// Removes all numbers of a range.
    pub(super) fn remove_all(&mut self, numbers: Range<u32>) {
        let (mut at, end) = (numbers.start as usize, numbers.end as usize);
        while at < end {
            // The part of the range that lies in one block.
            let next = (at / 64 * 64 + 64).min(end);
            let kept = if next - at == 64 { 0 } else { !(((1 << (next - at)) - 1) << (at % 64)) };
            self.blocks[at / 64] &= kept;
            at = next;
        }
    }

    /// Says whether a number is in the set.
    pub(super) fn contains(&self, number: u32) -> bool {
        self.blocks[number as usize / 64] & (1 << (number % 64)) != 0
    }

    /// Keeps what is in `other` too.
    pub(super) fn and(&mut self, other: &Self) {
        self.blocks.iter_mut().zip(&other.blocks).for_each(|(block, other)| *block &= other);
    }

    /// Adds what is in `other`.
    pub(super) fn or(&mut self, other: &Self) {
        self.blocks.iter_mut().zip(&other.blocks).for_each(|(block, other)| *block |= other);
    }

    /// Removes what is in `other`.
    pub(super) fn and_not(&mut self, other: &Self) {
        self.blocks.iter_mut().zip(&other.blocks).for_each(|(block, other)| *block &= !other);
    }

    /// Turns the set into everything that was not in it.
    pub(super) fn invert(&mut self) {
        self.blocks.iter_mut().for_each(|block| *block = !*block);
        self.trim();
    }

    /// Counts the numbers.
    pub(super) fn count(&self) -> u64 {
        self.blocks.iter().map(|block| u64::from(block.count_ones())).sum()
    }

    /// Returns the first number from `start` on.
    pub(super) fn next_from(&self, start: u32) -> Option<u32> {
        let first = start as usize / 64;
        let block = self.blocks.get(first)? & (u64::MAX << (start % 64));
        if block != 0 {
            return Some(start / 64 * 64 + block.trailing_zeros());
        }
        let (index, block) = self.blocks.iter().enumerate().skip(first + 1).find(|(_, block)| **block != 0)?;
        Some(index as u32 * 64 + block.trailing_zeros())
    }

    /// Returns the numbers from `start` on, rising.
    pub(super) fn iter_from(&self, start: usize) -> impl Iterator<Item = u32> + '_ {
        let first = start / 64;
        self.blocks.iter().enumerate().skip(first).flat_map(move |(index, block)| {
            let mut block = if index == first { block & (u64::MAX << (start % 64)) } else { *block };
            std::iter::from_fn(move || {
                (block != 0).then(|| {
                    let number = index as u32 * 64 + block.trailing_zeros();
                    block &= block - 1;
                    number
                })
            })
        })
    }

    /// Returns the numbers, rising.
    #[cfg(test)]
    pub(super) fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.iter_from(0)
    }

    /// Returns up to `limit` numbers after skipping `offset` of them.
    pub(super) fn window(&self, offset: u64, limit: usize) -> Vec<u32> {
        let mut skip = offset;
        for (index, block) in self.blocks.iter().enumerate() {
            let here = u64::from(block.count_ones());
            if skip < here {
                let skipped = usize::try_from(skip).unwrap_or(usize::MAX);
                return self.iter_from(index * 64).skip(skipped).take(limit).collect();
            }
            skip -= here;
        }
        Vec::new()
    }

    fn trim(&mut self) {
        if let Some(last) = self.blocks.last_mut()
            && !self.length.is_multiple_of(64)
        {
            *last &= u64::MAX >> (64 - self.length % 64);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn behaves_like_a_set(
            left in proptest::collection::btree_set(0u32..300, 0..80),
            right in proptest::collection::btree_set(0u32..300, 0..80),
            offset in 0u64..100,
            range in (0u32..300, 0u32..=300),
        ) {
            let make = |numbers: &BTreeSet<u32>| {
                let mut bits = Bits::empty(300);
                numbers.iter().for_each(|number| bits.insert(*number));
                bits
            };
            let (one, other) = (make(&left), make(&right));
            let mut both = one.clone();
            both.and(&other);
            prop_assert_eq!(both.iter().collect::<BTreeSet<_>>(), &left & &right);
            let mut either = one.clone();
            either.or(&other);
            prop_assert_eq!(either.iter().collect::<BTreeSet<_>>(), &left | &right);
            let mut without = one.clone();
            without.and_not(&other);
            prop_assert_eq!(without.iter().collect::<BTreeSet<_>>(), &left - &right);
            let mut rest = one.clone();
            rest.invert();
            prop_assert_eq!(rest.count() + one.count(), 300);
            let mut outside = one.clone();
            outside.remove_all(range.0..range.1);
            let expected: BTreeSet<u32> = left.iter().copied().filter(|number| !(range.0..range.1).contains(number)).collect();
            prop_assert_eq!(outside.iter().collect::<BTreeSet<_>>(), expected);
            prop_assert_eq!(one.next_from(range.1), left.range(range.1..).next().copied());
            let window: Vec<u32> = left.iter().copied().skip(offset as usize).take(7).collect();
            prop_assert_eq!(one.window(offset, 7), window);
        }
    }
}
