//! The directories of a TIFF file: classic and BigTIFF, both byte orders. Foreign offsets and counts are never trusted.

use std::collections::HashSet;

/// More directory entries than any writer makes; the rest of a longer directory is ignored.
const MAX_ENTRIES: u64 = 4096;

/// A TIFF file whose header was read.
#[derive(Debug, Clone, Copy)]
pub(super) struct File<'a> {
    data: &'a [u8],
    big_endian: bool,
    big_tiff: bool,
}

/// The entries of one directory (one page).
#[derive(Debug, Clone)]
pub(super) struct Directory<'a> {
    file: File<'a>,
    entries: Vec<Entry>,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    tag: u16,
    kind: u16,
    count: u64,
    /// Where the values begin.
    position: u64,
}

/// The places of the directories of a file.
#[derive(Debug)]
pub(super) struct Chain {
    /// Where each directory begins, in file order.
    pub(super) positions: Vec<u64>,
    /// Whether the chain ends outside of the file, runs in a circle or is longer than was asked for.
    pub(super) end: ChainEnd,
}

/// How the chain of directories ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ChainEnd {
    /// As it should.
    Proper,
    /// It leads out of the file or back to a directory before.
    Broken,
    /// There are more directories than were asked for.
    More,
}

impl<'a> File<'a> {
    /// Reads the header; `None` when it is too short.
    pub(super) fn open(data: &'a [u8]) -> Option<Self> {
        let big_endian = data.first()? == &b'M';
        let mut file = Self { data, big_endian, big_tiff: false };
        file.big_tiff = file.u16(2)? == 43;
        (data.len() >= if file.big_tiff { 16 } else { 8 }).then_some(file)
    }

    /// Follows the chain of directories, at most `limit` of them. Only their lengths are read.
    pub(super) fn chain(&self, limit: usize) -> Chain {
        let mut chain = Chain { positions: Vec::new(), end: ChainEnd::Proper };
        let mut seen = HashSet::new();
        let mut next = if self.big_tiff { self.u64(8) } else { self.u32(4).map(u64::from) };
        loop {
            match next {
                Some(0) => break,
                Some(position) if self.entry_count(position).is_some() && seen.insert(position) => {
                    if chain.positions.len() == limit {
                        chain.end = ChainEnd::More;
                        break;
                    }
                    chain.positions.push(position);
                    next = self.next_directory(position);
                }
                _ => {
                    chain.end = ChainEnd::Broken;
                    break;
                }
            }
        }
        chain
    }

    /// Reads the entries of the directory at `position`; those that lie outside of the file are left out.
    pub(super) fn directory(&self, position: u64) -> Directory<'a> {
        let (count_bytes, entry_bytes, inline) = if self.big_tiff { (8, 20, 8) } else { (2, 12, 4) };
        let count = self.entry_count(position).unwrap_or(0).min(MAX_ENTRIES);
        let entries = (0..count)
            .map_while(|index| {
                let at = position.checked_add(count_bytes + index * entry_bytes)?;
                let tag = self.u16(at)?;
                let kind = self.u16(at.checked_add(2)?)?;
                let count = self.word(at.checked_add(4)?)?;
                let value_at = at.checked_add(if self.big_tiff { 12 } else { 8 })?;
                let bytes = kind_bytes(kind).and_then(|each| count.checked_mul(each));
                let position = match bytes {
                    Some(bytes) if bytes <= inline => value_at,
                    _ => self.word(value_at)?,
                };
                Some(Entry { tag, kind, count, position })
            })
            .collect();
        Directory { file: *self, entries }
    }

    /// Returns `length` bytes from `offset`, or as many as the file has.
    pub(super) fn bytes(&self, offset: u64, length: u64) -> &'a [u8] {
        let end = offset.saturating_add(length).min(self.data.len() as u64);
        let start = offset.min(end);
        // Both are at most the length of the data in memory.
        &self.data[start as usize..end as usize]
    }

    /// Says whether samples of several bytes have their most significant byte first.
    pub(super) fn is_big_endian(&self) -> bool {
        self.big_endian
    }

    /// Returns the length of the file in bytes.
    pub(super) fn len(&self) -> u64 {
        self.data.len() as u64
    }

    fn entry_count(&self, position: u64) -> Option<u64> {
        let count = if self.big_tiff { self.u64(position) } else { self.u16(position).map(u64::from) }?;
        (count > 0).then_some(count)
    }

    fn next_directory(&self, position: u64) -> Option<u64> {
        let (count_bytes, entry_bytes) = if self.big_tiff { (8, 20) } else { (2, 12) };
        let length = self.entry_count(position)?.checked_mul(entry_bytes)?.checked_add(count_bytes)?;
        self.word(position.checked_add(length)?)
    }

    /// An offset or count: 32 bits, in BigTIFF 64.
    fn word(&self, at: u64) -> Option<u64> {
        if self.big_tiff { self.u64(at) } else { self.u32(at).map(u64::from) }
    }

    fn array<const N: usize>(&self, at: u64) -> Option<[u8; N]> {
        let start = usize::try_from(at).ok()?;
        self.data.get(start..start.checked_add(N)?)?.try_into().ok()
    }

    fn u16(&self, at: u64) -> Option<u16> {
        self.array(at).map(|bytes| if self.big_endian { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
    }

    fn u32(&self, at: u64) -> Option<u32> {
        self.array(at).map(|bytes| if self.big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
    }

    fn u64(&self, at: u64) -> Option<u64> {
        self.array(at).map(|bytes| if self.big_endian { u64::from_be_bytes(bytes) } else { u64::from_le_bytes(bytes) })
    }
}

impl<'a> Directory<'a> {
    /// Returns the first value of an unsigned whole-number entry.
    pub(super) fn number(&self, tag: u16) -> Option<u64> {
        self.value(self.entry(tag)?, 0)
    }

    /// Returns the first value of an entry as a 16-bit number; larger ones are no value.
    pub(super) fn short(&self, tag: u16) -> Option<u16> {
        self.number(tag).and_then(|value| value.try_into().ok())
    }

    /// Returns at most `limit` values of a whole-number entry; fewer when the file ends before.
    pub(super) fn numbers(&self, tag: u16, limit: u64) -> Vec<u64> {
        let Some(entry) = self.entry(tag) else { return Vec::new() };
        (0..entry.count.min(limit)).map_while(|index| self.value(entry, index)).collect()
    }

    /// Returns the first value of a fraction.
    pub(super) fn fraction(&self, tag: u16) -> Option<f64> {
        let entry = self.entry(tag)?;
        let file = &self.file;
        match entry.kind {
            5 => {
                let numerator = file.u32(entry.position)?;
                let denominator = file.u32(entry.position.checked_add(4)?)?;
                Some(f64::from(numerator) / f64::from(denominator))
            }
            11 => file.u32(entry.position).map(|bits| f64::from(f32::from_bits(bits))),
            12 => file.u64(entry.position).map(f64::from_bits),
            _ => self.value(entry, 0).map(|value| value as f64),
        }
    }

    /// Returns the bytes of an entry of bytes.
    pub(super) fn bytes(&self, tag: u16) -> Option<&'a [u8]> {
        let entry = self.entry(tag)?;
        matches!(entry.kind, 1 | 2 | 6 | 7).then(|| self.file.bytes(entry.position, entry.count))
    }

    fn entry(&self, tag: u16) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.tag == tag && entry.count > 0)
    }

    fn value(&self, entry: &Entry, index: u64) -> Option<u64> {
        let at = entry.position.checked_add(index.checked_mul(kind_bytes(entry.kind)?)?)?;
        let file = &self.file;
        match entry.kind {
            1 | 6 | 7 => file.array::<1>(at).map(|[byte]| u64::from(byte)),
            3 | 8 => file.u16(at).map(u64::from),
            4 | 9 | 13 => file.u32(at).map(u64::from),
            16..=18 => file.u64(at),
            _ => None,
        }
    }
}

/// The bytes of one value of a field type.
fn kind_bytes(kind: u16) -> Option<u64> {
    match kind {
        1 | 2 | 6 | 7 => Some(1),
        3 | 8 => Some(2),
        4 | 9 | 11 | 13 => Some(4),
        5 | 10 | 12 | 16..=18 => Some(8),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn short_entry(tag: u16, value: u16) -> Vec<u8> {
        [&tag.to_le_bytes()[..], &3u16.to_le_bytes(), &1u32.to_le_bytes(), &value.to_le_bytes(), &[0, 0]].concat()
    }

    #[test]
    fn a_chain_that_runs_in_a_circle_ends() {
        let mut data = b"II\x2a\0\x08\0\0\0\x01\0".to_vec();
        data.extend(short_entry(256, 7));
        data.extend(8u32.to_le_bytes());
        let file = File::open(&data).unwrap();
        let chain = file.chain(100);
        assert_eq!((chain.positions.as_slice(), chain.end), (&[8][..], ChainEnd::Broken));
        assert_eq!(file.directory(8).number(256), Some(7));
        assert_eq!(file.directory(8).number(257), None);
        assert_eq!(file.chain(0).end, ChainEnd::More);
    }

    #[test]
    fn counts_and_offsets_outside_of_the_file_give_nothing() {
        let mut data = b"II\x2a\0\x08\0\0\0\x02\0".to_vec();
        data.extend([17, 1, 4, 0, 255, 255, 255, 255, 240, 255, 255, 255]);
        data.extend([18, 1, 99, 0, 1, 0, 0, 0, 1, 0, 0, 0]);
        data.extend([0; 4]);
        let file = File::open(&data).unwrap();
        let directory = file.directory(8);
        assert!(directory.numbers(273, u64::MAX).is_empty());
        assert_eq!(directory.number(274), None);
        assert!(file.bytes(u64::MAX, u64::MAX).is_empty());
    }
}
