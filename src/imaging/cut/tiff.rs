//! Pages of a TIFF file as a TIFF file of their own: strips and tiles are copied byte for byte, of the tags those that say
//! how to decode and show them. Descriptions, dates, names, thumbnails and private tags stay behind.

use crate::chart::PageNumber;

/// Tags that are needed to decode and show a page (TIFF 6.0; technical notes 1 and 2; ICC profile).
const KEPT: [u16; 39] = [
    254, 256, 257, 258, 259, 262, 263, 264, 265, 266, 274, 277, 278, 280, 281, 282, 283, 284, 290, 291, 292, 293, 296,
    301, 317, 318, 319, 320, 321, 322, 323, 332, 338, 339, 340, 341, 347, 34675, 530,
];
/// Further tags of the colour coding.
const KEPT_COLOR: [u16; 3] = [529, 531, 532];
/// Places of strips or tiles, with their lengths.
const PIECES: [(u16, u16); 2] = [(273, 279), (324, 325)];
/// Tags of the old way to keep JPEG in TIFF, whose pieces lie wherever they like.
const OLD_JPEG: std::ops::RangeInclusive<u16> = 512..=521;
const COMPRESSION: u16 = 259;
const MAX_DIRECTORIES: u32 = 100_000;
const MAX_ENTRIES: u64 = 4096;
const MAX_PIECES: u64 = 1_000_000;

/// A tag with its values, as bytes in the order of the file.
struct Tag {
    tag: u16,
    kind: u16,
    count: u64,
    values: Vec<u8>,
}

/// A page: its tags, and its strips or tiles with the tags of their places and lengths.
struct Page<'a> {
    tags: Vec<Tag>,
    pieces: Vec<&'a [u8]>,
    piece_tags: (u16, u16),
}

/// Returns a TIFF file of these pages, in this order. `None` for what cannot be cut without decoding it: old-style JPEG,
/// a page that breaks the rules, more than 4 GiB.
pub fn tiff(data: &[u8], pages: &[PageNumber]) -> Option<Vec<u8>> {
    let file = File::open(data)?;
    let pages: Vec<Page<'_>> =
        pages.iter().map(|number| file.page(file.directory(number.index())?)).collect::<Option<_>>()?;
    write(&pages, file.little)
}

/// A TIFF file whose header was read.
#[derive(Clone, Copy)]
struct File<'a> {
    data: &'a [u8],
    little: bool,
    big: bool,
}

impl<'a> File<'a> {
    fn open(data: &'a [u8]) -> Option<Self> {
        let little = match data.get(..2)? {
            b"II" => true,
            b"MM" => false,
            _ => return None,
        };
        let mut file = Self { data, little, big: false };
        file.big = match file.number(2, 2)? {
            42 => false,
            43 => true,
            _ => return None,
        };
        Some(file)
    }

    fn directory(self, index: u32) -> Option<u64> {
        let mut at = if self.big { self.number(8, 8)? } else { self.number(4, 4)? };
        for _ in 0..index.min(MAX_DIRECTORIES) {
            let (count, first, entry) = self.shape(at)?;
            at = self.number(first.checked_add(count.checked_mul(entry)?)?, self.offset_bytes())?;
        }
        (at != 0).then_some(at)
    }

    /// Returns the number of entries of a directory, where they begin, and the bytes of each.
    fn shape(self, at: u64) -> Option<(u64, u64, u64)> {
        let (count_bytes, entry) = if self.big { (8, 20) } else { (2, 12) };
        let count = self.number(at, count_bytes)?;
        (count <= MAX_ENTRIES).then_some((count, at.checked_add(count_bytes)?, entry))
    }

    fn page(self, at: u64) -> Option<Page<'a>> {
        let (count, first, entry) = self.shape(at)?;
        let mut tags: Vec<Tag> = Vec::new();
        let mut found: Vec<(u16, Vec<u64>)> = Vec::new();
        for index in 0..count {
            let at = first.checked_add(index.checked_mul(entry)?)?;
            let (tag, kind) = (self.number(at, 2)? as u16, self.number(at + 2, 2)? as u16);
            let values = self.number(at + 4, self.offset_bytes())?;
            if OLD_JPEG.contains(&tag) {
                return None;
            }
            let is_piece = PIECES.iter().any(|(place, length)| tag == *place || tag == *length);
            if !(is_piece || KEPT.contains(&tag) || KEPT_COLOR.contains(&tag)) || values > MAX_PIECES {
                continue;
            }
            let inline = at.checked_add(4 + self.offset_bytes())?;
            let length = values.checked_mul(width(kind)?)?;
            let place = if length <= self.offset_bytes() { inline } else { self.number(inline, self.offset_bytes())? };
            let bytes = self.slice(place, length)?;
            if is_piece {
                let step = usize::try_from(width(kind)?).ok()?;
                found.push((tag, bytes.chunks_exact(step).map(|bytes| self.join(bytes)).collect()));
            } else {
                tags.push(Tag { tag, kind, count: values, values: bytes.to_vec() });
            }
        }
        let values = |tag: u16| found.iter().find(|(found, _)| *found == tag).map(|(_, values)| values);
        let piece_tags = PIECES.into_iter().find(|(place, _)| values(*place).is_some())?;
        let (places, lengths) = (values(piece_tags.0)?, values(piece_tags.1)?);
        if places.is_empty() || places.len() != lengths.len() || !tags.iter().any(|tag| tag.tag == COMPRESSION) {
            return None;
        }
        let pieces =
            places.iter().zip(lengths).map(|(place, length)| self.slice(*place, *length)).collect::<Option<_>>()?;
        Some(Page { tags, pieces, piece_tags })
    }

    const fn offset_bytes(self) -> u64 {
        if self.big { 8 } else { 4 }
    }

    fn slice(self, at: u64, length: u64) -> Option<&'a [u8]> {
        let start = usize::try_from(at).ok()?;
        self.data.get(start..start.checked_add(usize::try_from(length).ok()?)?)
    }

    fn number(self, at: u64, bytes: u64) -> Option<u64> {
        Some(self.join(self.slice(at, bytes)?))
    }

    fn join(self, bytes: &[u8]) -> u64 {
        let join = |number: u64, byte: &u8| (number << 8) | u64::from(*byte);
        if self.little { bytes.iter().rev().fold(0, join) } else { bytes.iter().fold(0, join) }
    }
}

/// Writes pages as a classic TIFF file in the byte order of the one that they come from.
fn write(pages: &[Page<'_>], little: bool) -> Option<Vec<u8>> {
    let two = |number: u16| if little { number.to_le_bytes() } else { number.to_be_bytes() };
    let four = |number: u32| if little { number.to_le_bytes() } else { number.to_be_bytes() };
    let mut out = if little { b"II".to_vec() } else { b"MM".to_vec() };
    out.extend(two(42));
    out.extend(four(0));
    let mut link = 4;
    for page in pages {
        let mut places = Vec::with_capacity(page.pieces.len() * 4);
        let mut lengths = Vec::with_capacity(page.pieces.len() * 4);
        for piece in &page.pieces {
            places.extend(four(u32::try_from(out.len()).ok()?));
            lengths.extend(four(u32::try_from(piece.len()).ok()?));
            out.extend_from_slice(piece);
            pad(&mut out);
        }
        let count = page.pieces.len() as u64;
        let long = 4;
        let pieces = [(page.piece_tags.0, places), (page.piece_tags.1, lengths)];
        let pieces = pieces.map(|(tag, values)| Tag { tag, kind: long, count, values });
        let mut tags: Vec<&Tag> = page.tags.iter().chain(&pieces).collect();
        tags.sort_by_key(|tag| tag.tag);
        tags.dedup_by_key(|tag| tag.tag);
        let mut entries = Vec::with_capacity(tags.len() * 12);
        for tag in &tags {
            // A classic file has no 64-bit numbers; none of the kept tags needs them.
            if matches!(tag.kind, 16..=18) {
                return None;
            }
            entries.extend(two(tag.tag));
            entries.extend(two(tag.kind));
            entries.extend(four(u32::try_from(tag.count).ok()?));
            if tag.values.len() <= 4 {
                entries.extend_from_slice(&tag.values);
                entries.resize(entries.len() + 4 - tag.values.len(), 0);
            } else {
                entries.extend(four(u32::try_from(out.len()).ok()?));
                out.extend_from_slice(&tag.values);
                pad(&mut out);
            }
        }
        let place = four(u32::try_from(out.len()).ok()?);
        out.get_mut(link..link + 4)?.copy_from_slice(&place);
        out.extend(two(u16::try_from(tags.len()).ok()?));
        out.extend(entries);
        link = out.len();
        out.extend(four(0));
    }
    Some(out)
}

/// Begins the next part at an even place (TIFF 6.0, section 2).
fn pad(out: &mut Vec<u8>) {
    if !out.len().is_multiple_of(2) {
        out.push(0);
    }
}

/// Bytes of a value of each type; `None` for an unknown type.
const fn width(kind: u16) -> Option<u64> {
    Some(match kind {
        1 | 2 | 6 | 7 => 1,
        3 | 8 => 2,
        4 | 9 | 11 | 13 => 4,
        5 | 10 | 12 | 16 | 17 | 18 => 8,
        _ => return None,
    })
}
