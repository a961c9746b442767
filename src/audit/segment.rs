//! How the ledger lies in the object store: runs of entries as JSON Lines, and checkpoints, under numbers that sort.
//!
//! A segment never crosses a multiple of [`LENGTH`]. Entries are shipped at once, in small segments; as soon as [`BLOCK`] of
//! them are full, and again when [`LENGTH`] are, a longer segment repeats them and supersedes the small ones, so that a ledger is
//! read from few objects. Segments may overlap: the same entries are the same bytes.

use std::collections::{BTreeMap, BTreeSet};

/// Prefix of segments.
pub const SEGMENTS: &str = "ledger/segments/";
/// Prefix of checkpoints.
pub const CHECKPOINTS: &str = "ledger/checkpoints/";
/// Most entries of a segment.
pub const LENGTH: u64 = 1024;
/// Entries after which short segments are put together for the first time.
pub const BLOCK: u64 = 32;
/// Most bytes of a segment, unless a single entry is longer.
pub const LARGEST: usize = 4 << 20;
/// Most bytes that are read of a segment or a checkpoint.
pub const READ_LIMIT: u64 = 16 << 20;

/// A run of entries in one object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Segment {
    /// Number of its first entry.
    pub from: u64,
    /// Number after that of its last entry.
    pub to: u64,
}

impl Segment {
    /// Returns where it is kept: `ledger/segments/FIRST-LAST.jsonl`.
    pub fn key(self) -> String {
        format!("{SEGMENTS}{:012}-{:012}.jsonl", self.from, self.to.saturating_sub(1))
    }

    /// Reads a key; none if it is no segment's.
    pub fn of_key(key: &str) -> Option<Self> {
        let (from, last) = key.strip_prefix(SEGMENTS)?.strip_suffix(".jsonl")?.split_once('-')?;
        let segment = Self { from: number(from)?, to: number(last)?.checked_add(1)? };
        (segment.from < segment.to && segment.to - segment.from <= LENGTH).then_some(segment)
    }

    /// Returns the next run of entries to ship of a ledger of `size` entries, when those before `from` are shipped: a whole
    /// length or some whole blocks where they are full, from their beginning, else what there is.
    pub fn next(from: u64, size: u64) -> Option<Self> {
        if from >= size {
            return None;
        }
        let full = |unit: u64, end: u64| Some(Self { from: from / unit * unit, to: end }).filter(|_| end > from);
        let end = (from / LENGTH + 1) * LENGTH;
        if end <= size {
            return full(LENGTH, end);
        }
        full(BLOCK, size / BLOCK * BLOCK).or(Some(Self { from, to: size }))
    }

    /// Says whether it is in a part of the ledger that is full, when there are `size` entries: it stays for good, unless
    /// another one supersedes it.
    pub const fn is_settled(self, size: u64) -> bool {
        (self.from / LENGTH + 1) * LENGTH <= size
    }

    /// Says whether it has every entry of `other`.
    pub const fn covers(self, other: Self) -> bool {
        self.from <= other.from && self.to >= other.to
    }

    /// Writes entries, given as their canonical bytes, one a line. Returns the bytes, and the segment that holds as many
    /// of them as may be in one.
    pub fn write<'a>(from: u64, entries: impl IntoIterator<Item = &'a str>) -> (Self, Vec<u8>) {
        let mut bytes = Vec::new();
        let mut to = from;
        for entry in entries {
            if to > from && (to.is_multiple_of(LENGTH) || bytes.len() + entry.len() >= LARGEST) {
                break;
            }
            bytes.extend_from_slice(entry.as_bytes());
            bytes.push(b'\n');
            to += 1;
        }
        (Self { from, to }, bytes)
    }
}

/// Returns the entries of a segment's bytes, as their canonical bytes.
pub fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.strip_suffix(b"\n").unwrap_or(bytes).split(|byte| *byte == b'\n')
}

/// Returns where the checkpoint of a ledger of `size` entries is kept: `ledger/checkpoints/SIZE`.
pub fn checkpoint_key(size: u64) -> String {
    format!("{CHECKPOINTS}{size:012}")
}

/// Returns the size that a checkpoint's key names; none if it is no checkpoint's.
pub fn checkpoint_of_key(key: &str) -> Option<u64> {
    number(key.strip_prefix(CHECKPOINTS)?)
}

/// Returns what other objects say too: segments that another one covers, and of each length of the ledger all checkpoints but
/// the last.
pub fn superseded(segments: &BTreeSet<Segment>, checkpoints: &BTreeSet<u64>) -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    let mut reached = None::<Segment>;
    // The longest of those that begin together first.
    let mut ordered: Vec<Segment> = segments.iter().copied().collect();
    ordered.sort_unstable_by_key(|segment| (segment.from, std::cmp::Reverse(segment.to)));
    for segment in ordered {
        match reached {
            Some(before) if before.to >= segment.to => {
                keys.insert(segment.key());
            }
            _ => reached = Some(segment),
        }
    }
    let mut last: BTreeMap<u64, u64> = BTreeMap::new();
    for size in checkpoints {
        if let Some(before) = last.insert(size.saturating_sub(1) / LENGTH, *size) {
            keys.insert(checkpoint_key(before));
        }
    }
    keys
}

fn number(text: &str) -> Option<u64> {
    (text.len() == 12 && text.bytes().all(|digit| digit.is_ascii_digit())).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_read_themselves_back_and_nothing_else() {
        let segment = Segment { from: 1024, to: 1030 };
        assert_eq!(segment.key(), "ledger/segments/000000001024-000000001029.jsonl");
        assert_eq!(Segment::of_key(&segment.key()), Some(segment));
        assert_eq!(checkpoint_of_key(&checkpoint_key(7)), Some(7));
        for wrong in ["ledger/segments/000000000005-000000000004.jsonl", "ledger/segments/1-2.jsonl", "ledger/x"] {
            assert_eq!(Segment::of_key(wrong), None, "{wrong}");
        }
        assert_eq!(checkpoint_of_key("ledger/checkpoints/+00000000007"), None);
    }

    #[test]
    fn segments_end_at_their_borders_and_keep_their_lines() {
        let entry = "{}";
        let (segment, bytes) = Segment::write(1020, std::iter::repeat_n(entry, 10));
        assert_eq!(segment, Segment { from: 1020, to: 1024 });
        assert_eq!(lines(&bytes).collect::<Vec<_>>(), vec![b"{}"; 4]);
        let long = "x".repeat(LARGEST / 2);
        let (segment, _) = Segment::write(0, std::iter::repeat_n(long.as_str(), 10));
        assert_eq!(segment, Segment { from: 0, to: 1 });
    }

    /// Ships a ledger that grows by `step` entries; returns every segment and checkpoint.
    fn shipped(size: u64, step: usize) -> (BTreeSet<Segment>, BTreeSet<u64>) {
        let (mut segments, mut checkpoints, mut from) = (BTreeSet::new(), BTreeSet::new(), 0);
        for size in (1..=size).step_by(step) {
            while let Some(next) = Segment::next(from, size) {
                assert!(next.from <= from && next.to > from && next.to <= size, "{next:?} from {from} of {size}");
                from = next.to;
                segments.insert(next);
            }
            checkpoints.insert(size);
        }
        (segments, checkpoints)
    }

    #[test]
    fn full_runs_are_shipped_from_their_beginning() {
        let next = |from, size| Segment::next(from, size).map(|next| (next.from, next.to));
        assert_eq!(next(5, 2000), Some((0, 1024)));
        assert_eq!(next(1024, 2000), Some((1024, 1984)));
        assert_eq!(next(1984, 2000), Some((1984, 2000)));
        assert_eq!(next(5, 6), Some((5, 6)));
        assert_eq!(next(31, 32), Some((0, 32)));
        assert_eq!(next(5, 5), None);
    }

    #[test]
    fn a_day_of_an_entry_a_minute_is_read_from_few_objects() {
        let (segments, checkpoints) = shipped(1440, 1);
        let superseded = superseded(&segments, &checkpoints);
        let left: Vec<&Segment> = segments.iter().filter(|segment| !superseded.contains(&segment.key())).collect();
        // One whole length, and the blocks since.
        assert_eq!(left.len(), 1 + (1440 - 1024) / 32);
        assert_eq!(left[0], &Segment { from: 0, to: 1024 });
        assert!(left.windows(2).all(|pair| pair[0].to == pair[1].from), "nothing is missing");
        let kept = |size: &&u64| !superseded.contains(&checkpoint_key(**size));
        assert_eq!(checkpoints.iter().filter(kept).collect::<Vec<_>>(), [&1024, &1440]);
        // Right before a length is full there are most.
        let (segments, checkpoints) = shipped(1023, 1);
        assert_eq!(segments.len() + checkpoints.len() - super::superseded(&segments, &checkpoints).len(), 63);
    }

    #[test]
    fn nothing_is_superseded_that_nothing_covers() {
        for step in [1, 3, 7, 40, 1000, 1500] {
            let (segments, checkpoints) = shipped(5000, step);
            let superseded = superseded(&segments, &checkpoints);
            let mut reached = 0;
            for segment in segments.iter().filter(|segment| !superseded.contains(&segment.key())) {
                assert!(segment.from <= reached, "step {step}: {segment:?} after {reached}");
                reached = reached.max(segment.to);
            }
            assert_eq!(Some(reached), checkpoints.last().copied(), "step {step}");
            assert!(!superseded.contains(&checkpoint_key(reached)), "the newest checkpoint stays");
        }
    }
}
