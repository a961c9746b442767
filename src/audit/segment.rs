//! How the ledger lies in the object store: runs of entries as JSON Lines, and checkpoints, under numbers that sort.
//!
//! A segment never crosses a multiple of [`LENGTH`], so that whole ones can be told from those that were shipped early.
//! Segments may overlap: two runs of the program may ship the same entries, which are the same bytes.

/// Prefix of segments.
pub const SEGMENTS: &str = "ledger/segments/";
/// Prefix of checkpoints.
pub const CHECKPOINTS: &str = "ledger/checkpoints/";
/// Most entries of a segment.
pub const LENGTH: u64 = 1024;
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

    /// Returns the segment that begins with entry `from` in a ledger of `size` entries, as long as it may be.
    pub fn next(from: u64, size: u64) -> Option<Self> {
        (from < size).then(|| Self { from, to: size.min((from / LENGTH + 1) * LENGTH) })
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
        assert_eq!(Segment::next(5, 2000), Some(Segment { from: 5, to: 1024 }));
        assert_eq!(Segment::next(5, 5), None);
    }
}
