//! JBIG2 files (ITU-T T.88): the segments of one page, in the embedded organisation that PDF wants.

use hayro_jbig2::{DecodeSettings, Decoder, File, Globals, Page};

use super::u32_at;
use crate::chart::{Digest, Hasher, PageNumber, Size};
use crate::pdf::image_stream::{ColorSpace, ImageStream, StreamFilter};

/// Most segments in a file.
const MAX_SEGMENTS: usize = 65_536;
/// Most pixels that are decoded to compare.
const MAX_PIXELS: u64 = 400_000_000;

/// Returns a page, after decoding it from the file and from the stream and comparing both.
pub(super) fn page(data: &[u8], page: PageNumber) -> Option<ImageStream> {
    let mut segments = segments(data)?;
    segments.sort_by_key(|segment| segment.number);
    let file = File::new(data, &DecodeSettings::default()).ok()?;
    let original = file.page(page.index() as usize)?;
    let size = Size { width: original.width(), height: original.height() };
    if size.pixels() > MAX_PIXELS {
        return None;
    }
    let mut globals = Vec::new();
    let mut stream = Vec::new();
    for segment in &segments {
        match segment.page {
            0 if segment.kind != END_OF_FILE => segment.write(&mut globals, 0),
            number if number == original.number() && segment.kind != END_OF_PAGE => segment.write(&mut stream, 1),
            _ => {}
        }
    }
    let globals = (!globals.is_empty()).then_some(globals);
    let expected = digest(&original)?;
    let settings = DecodeSettings::default();
    let dictionaries = match &globals {
        Some(globals) => Some(Globals::new(globals, &settings).ok()?),
        None => None,
    };
    let embedded = Page::new_embedded(&stream, dictionaries.as_ref(), &settings).ok()?;
    (digest(&embedded)? == expected).then_some(ImageStream {
        filter: StreamFilter::Jbig2 { globals },
        size,
        bits_per_component: 1,
        color: ColorSpace::Gray,
        data: stream,
        decode_inverted: false,
    })
}

const END_OF_PAGE: u8 = 49;
const END_OF_FILE: u8 = 51;
/// The length of a segment that says its length only at its end.
const UNKNOWN_LENGTH: u32 = u32::MAX;

/// A segment: its header in parts (T.88, 7.2) and its data.
struct Segment<'a> {
    number: u32,
    kind: u8,
    /// Everything between the number and the page.
    middle: &'a [u8],
    page: u32,
    /// Whether the page is written in four bytes.
    long_page: bool,
    length: u32,
    data: &'a [u8],
}

impl Segment<'_> {
    fn write(&self, out: &mut Vec<u8>, page: u8) {
        out.extend_from_slice(&self.number.to_be_bytes());
        out.extend_from_slice(self.middle);
        if self.long_page {
            out.extend_from_slice(&[0, 0, 0]);
        }
        out.push(page);
        out.extend_from_slice(&self.length.to_be_bytes());
        out.extend_from_slice(self.data);
    }
}

/// Reads all segments of a file in sequential or random-access organisation.
///
/// `None` for a file that breaks the rules, and for segments of unknown length.
fn segments(data: &[u8]) -> Option<Vec<Segment<'_>>> {
    let flags = *data.get(8)?;
    let sequential = flags & 1 == 1;
    // The number of pages is there unless bit 1 says that it is unknown; bits above mean codings of later editions.
    if flags & 0b1111_1100 != 0 {
        return None;
    }
    let mut at = if flags & 2 == 0 { 13 } else { 9 };
    let mut segments = Vec::new();
    while at < data.len() && segments.len() < MAX_SEGMENTS {
        let (mut segment, next) = header(data, at)?;
        at = next;
        if sequential {
            at = next.checked_add(segment.length as usize)?;
            segment.data = data.get(next..at)?;
        }
        let last = segment.kind == END_OF_FILE;
        segments.push(segment);
        if last {
            break;
        }
    }
    if !sequential {
        for segment in &mut segments {
            let end = at.checked_add(segment.length as usize)?;
            segment.data = data.get(at..end)?;
            at = end;
        }
    }
    Some(segments)
}

fn header(data: &[u8], at: usize) -> Option<(Segment<'_>, usize)> {
    let number = u32_at(data, at)?;
    let flags = *data.get(at + 4)?;
    let count = *data.get(at + 5)?;
    let (references, count_bytes) = match count >> 5 {
        7 => {
            let references = (u32_at(data, at + 5)? & 0x1FFF_FFFF) as usize;
            (references, references.checked_add(8)? / 8 + 4)
        }
        short @ 0..=4 => (usize::from(short), 1),
        _ => return None,
    };
    let reference_bytes = match number {
        0..=256 => 1,
        257..=65_536 => 2,
        _ => 4,
    };
    let page_at = (at + 5).checked_add(count_bytes)?.checked_add(references.checked_mul(reference_bytes)?)?;
    let middle = data.get(at + 4..page_at)?;
    let long_page = flags & 0x40 != 0;
    let (page, length_at) =
        if long_page { (u32_at(data, page_at)?, page_at + 4) } else { (u32::from(*data.get(page_at)?), page_at + 1) };
    let length = u32_at(data, length_at)?;
    if length == UNKNOWN_LENGTH {
        return None;
    }
    Some((Segment { number, kind: flags & 0x3F, middle, page, long_page, length, data: &[] }, length_at + 4))
}

fn digest(page: &Page<'_>) -> Option<Digest> {
    let mut pixels = Pixels { hasher: Hasher::new(), row: Vec::new() };
    page.decode(&mut pixels).ok()?;
    Some(pixels.hasher.finish())
}

/// Takes decoded pixels into a digest, one row at a time.
struct Pixels {
    hasher: Hasher,
    row: Vec<u8>,
}

impl Decoder for Pixels {
    fn push_pixel(&mut self, black: bool) {
        self.row.push(black.into());
    }

    fn push_pixel_chunk(&mut self, black: bool, chunk_count: u32) {
        self.row.resize(self.row.len() + chunk_count as usize * 8, black.into());
    }

    fn next_line(&mut self) {
        self.hasher.update(&self.row);
        self.row.clear();
    }
}
