//! Which documents of a lot are checked: drawn by a recorded seed, so that anybody can draw them again.

use crate::chart::{Digest, RecordId};

/// Draws `size` of `records`: those whose SHA-256 of the seed's 64 digits and the record's id is smallest. Nobody who knows
/// the records before the seed is made can know which ones it will draw. Returns them in the order of their ids.
pub fn draw(records: &[RecordId], size: u32, seed: Digest) -> Vec<RecordId> {
    let mut ranked: Vec<(Digest, RecordId)> =
        records.iter().map(|record| (Digest::of(format!("{seed}{record}").as_bytes()), *record)).collect();
    ranked.sort_unstable();
    ranked.truncate(usize::try_from(size).unwrap_or(usize::MAX));
    let mut drawn: Vec<RecordId> = ranked.into_iter().map(|(_, record)| record).collect();
    drawn.sort_unstable();
    drawn
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_draw_can_be_repeated_and_is_fair() {
        let records: Vec<RecordId> = (0..100).map(|number| RecordId::from_uuid(Uuid::from_u128(number))).collect();
        let seed = Digest::of(b"a seed");
        let first = draw(&records, 13, seed);
        let reversed: Vec<RecordId> = records.iter().rev().copied().collect();
        assert_eq!(first, draw(&reversed, 13, seed), "the order in which the records come does not matter");
        assert_eq!(first.len(), 13);
        assert_ne!(first, draw(&records, 13, Digest::of(b"another")));
        assert_eq!(draw(&records, 200, seed).len(), 100);
        // Each record is drawn in about 13 of 100 draws.
        let mut times = [0_u32; 100];
        for number in 0..1_000 {
            for record in draw(&records, 13, Digest::of(format!("{number}").as_bytes())) {
                times[records.iter().position(|one| *one == record).unwrap()] += 1;
            }
        }
        assert!(times.iter().all(|count| (80..=185).contains(count)), "{times:?}");
    }
}
