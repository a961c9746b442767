//! Chance that repeats itself: every choice of the generator comes from a seeded ChaCha stream.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};

/// A stream of choices. Equal seeds and labels give equal choices on every machine: only whole numbers are drawn,
/// and fractions are made from them by exact division.
#[derive(Debug, Clone)]
pub(super) struct Dice(ChaCha8Rng);

impl Dice {
    /// Starts the stream of `seed` for the thing that `labels` name, independent of all other labels.
    pub(super) fn new(seed: u64, labels: [u64; 3]) -> Self {
        let mut key = [0; 32];
        for (bytes, number) in key.chunks_exact_mut(8).zip([seed, labels[0], labels[1], labels[2]]) {
            bytes.copy_from_slice(&number.to_le_bytes());
        }
        Self(ChaCha8Rng::from_seed(key))
    }

    /// Draws a number from 0 to `bound - 1`; 0 when `bound` is 0.
    pub(super) fn below(&mut self, bound: u32) -> u32 {
        ((u64::from(self.0.next_u32()) * u64::from(bound)) >> 32) as u32
    }

    /// Draws an index of something that holds `length` things.
    pub(super) fn index(&mut self, length: usize) -> usize {
        self.below(u32::try_from(length).unwrap_or(u32::MAX)) as usize
    }

    /// Draws a number from `low` to `high`, both included.
    pub(super) fn between(&mut self, low: i32, high: i32) -> i32 {
        low + self.below((high - low + 1).max(1) as u32) as i32
    }

    /// Says yes in `percent` of a hundred cases.
    pub(super) fn chance(&mut self, percent: u32) -> bool {
        self.below(100) < percent
    }

    /// Picks one of `things`, which must not be empty.
    pub(super) fn pick<T: Copy>(&mut self, things: &[T]) -> T {
        things[self.index(things.len())]
    }

    /// Picks `count` different things in their own order.
    pub(super) fn some<'a, T>(&mut self, things: &'a [T], count: usize) -> Vec<&'a T> {
        let mut order: Vec<usize> = (0..things.len()).collect();
        self.shuffle(&mut order);
        order.truncate(count);
        order.sort_unstable();
        order.into_iter().map(|index| &things[index]).collect()
    }

    /// Brings `things` into a random order.
    pub(super) fn shuffle<T>(&mut self, things: &mut [T]) {
        for last in (1..things.len()).rev() {
            things.swap(last, self.index(last + 1));
        }
    }

    /// Draws a fraction from `low` up to `high`.
    pub(super) fn fraction(&mut self, low: f32, high: f32) -> f32 {
        let unit = (self.0.next_u32() >> 8) as f32 / 16_777_216.0;
        low + (high - low) * unit
    }

    /// Fills `bytes` with random bytes.
    pub(super) fn fill(&mut self, bytes: &mut [u8]) {
        self.0.fill_bytes(bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_labels_give_equal_choices_and_others_differ() {
        let draw = |labels| {
            let mut dice = Dice::new(7, labels);
            (0..20).map(|_| dice.between(-3, 90)).collect::<Vec<_>>()
        };
        assert_eq!(draw([1, 2, 3]), draw([1, 2, 3]));
        assert_ne!(draw([1, 2, 3]), draw([1, 2, 4]));
        assert!(draw([0, 0, 0]).iter().all(|number| (-3..=90).contains(number)));
    }

    #[test]
    fn picks_different_things_in_their_order() {
        let picked = Dice::new(1, [0; 3]).some(&[1, 2, 3, 4, 5, 6, 7], 4).into_iter().copied().collect::<Vec<_>>();
        assert_eq!(picked.len(), 4);
        assert!(picked.is_sorted());
    }
}
