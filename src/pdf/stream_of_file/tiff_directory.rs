//! The directories of a TIFF file (TIFF 6.0, section 2, and BigTIFF): the tags of one page.

use std::collections::BTreeMap;

/// Most directories that are walked through.
const MAX_DIRECTORIES: u32 = 100_000;
/// Most entries of a directory, and most values of an entry that are read.
const MAX_ENTRIES: u64 = 4096;
const MAX_VALUES: u64 = 1_000_000;

/// The tags of one page.
pub(super) struct Directory<'a> {
    data: &'a [u8],
    order: Order,
    /// By tag: type, count and place of the values.
    entries: BTreeMap<u16, (u16, u64, usize)>,
}

#[derive(Clone, Copy)]
struct Order {
    little: bool,
    big_tiff: bool,
}

impl<'a> Directory<'a> {
    /// Reads the directory of the page at `index`; `None` when there is none or the file breaks the rules.
    pub(super) fn read(data: &'a [u8], index: u32) -> Option<Self> {
        let little = data.first()? == &b'I';
        let mut order = Order { little, big_tiff: false };
        let mut at = match order.number(data, 2, 2)? {
            42 => order.number(data, 4, 4)?,
            43 => {
                order.big_tiff = true;
                order.number(data, 8, 8)?
            }
            _ => return None,
        };
        let (count_bytes, entry_bytes) = if order.big_tiff { (8, 20) } else { (2, 12) };
        for _ in 0..index.min(MAX_DIRECTORIES) {
            let start = usize::try_from(at).ok()?;
            let count = order.number(data, start, count_bytes)?.min(MAX_ENTRIES) as usize;
            at = order.number(data, start.checked_add(count_bytes + count * entry_bytes)?, order.offset_bytes())?;
            if at == 0 {
                return None;
            }
        }
        let start = usize::try_from(at).ok()?;
        let count = order.number(data, start, count_bytes)?.min(MAX_ENTRIES) as usize;
        let mut entries = BTreeMap::new();
        for entry in 0..count {
            let at = start.checked_add(count_bytes + entry * entry_bytes)?;
            let tag = order.number(data, at, 2)? as u16;
            let kind = order.number(data, at + 2, 2)? as u16;
            let values = order.number(data, at + 4, order.offset_bytes())?;
            let inline = at + 4 + order.offset_bytes();
            let fits = values.checked_mul(width(kind) as u64)? <= order.offset_bytes() as u64;
            let place =
                if fits { inline } else { usize::try_from(order.number(data, inline, order.offset_bytes())?).ok()? };
            entries.insert(tag, (kind, values, place));
        }
        Some(Self { data, order, entries })
    }

    /// Returns the values of an integer tag; `None` when it is missing or unreadable.
    pub(super) fn values(&self, tag: u16) -> Option<Vec<u64>> {
        let (kind, count, place) = *self.entries.get(&tag)?;
        let width = width(kind);
        if !matches!(kind, 1 | 3 | 4 | 13 | 16) || count > MAX_VALUES {
            return None;
        }
        (0..count as usize)
            .map(|index| self.order.number(self.data, place.checked_add(index * width)?, width))
            .collect()
    }

    /// Returns the first value of an integer tag.
    pub(super) fn value(&self, tag: u16) -> Option<u64> {
        self.values(tag)?.first().copied()
    }

    /// Returns the bytes of a tag of bytes.
    pub(super) fn bytes(&self, tag: u16) -> Option<&'a [u8]> {
        let (kind, count, place) = *self.entries.get(&tag)?;
        let end = place.checked_add(usize::try_from(count).ok()?)?;
        matches!(kind, 1 | 7).then(|| self.data.get(place..end)).flatten()
    }

    /// Returns the bytes that stand at `offset` in the file.
    pub(super) fn slice(&self, offset: u64, length: u64) -> Option<&'a [u8]> {
        let start = usize::try_from(offset).ok()?;
        self.data.get(start..start.checked_add(usize::try_from(length).ok()?)?)
    }
}

impl Order {
    const fn offset_bytes(self) -> usize {
        if self.big_tiff { 8 } else { 4 }
    }

    fn number(self, data: &[u8], at: usize, bytes: usize) -> Option<u64> {
        let bytes = data.get(at..at.checked_add(bytes)?)?;
        let join = |number: u64, byte: &u8| (number << 8) | u64::from(*byte);
        Some(if self.little { bytes.iter().rev().fold(0, join) } else { bytes.iter().fold(0, join) })
    }
}

/// Bytes of a value of each type.
const fn width(kind: u16) -> usize {
    match kind {
        3 | 8 => 2,
        4 | 9 | 11 | 13 => 4,
        5 | 10 | 12 | 16 | 17 | 18 => 8,
        _ => 1,
    }
}
