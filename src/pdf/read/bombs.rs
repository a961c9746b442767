//! Finds streams that unpack to far more than a page can need, before the interpreter unpacks them whole.

use std::io::Read;

use flate2::read::ZlibDecoder;
use hayro_syntax::Filter;
use hayro_syntax::object::{Array, Dict, Stream};
use hayro_syntax::page::Page;

/// The most bytes that the contents of a page, or a form on it, may unpack to.
const CONTENT_BYTES: u64 = 128 << 20;
/// The most bytes beyond its own pixels that an image may unpack to: rounding, a predictor's row marks, some excess.
const EXCESS_BYTES: u64 = 16 << 20;
/// The part of a stream from which the rate of packing is judged.
const SAMPLE_BYTES: u64 = 64 << 10;
/// Streams packed more tightly than this are counted to their end.
const SUSPICIOUS_RATE: u64 = 60;
/// Images and forms of one page that are looked at.
const MAX_OBJECTS: usize = 4_000;

/// Returns how many bytes a stream of the page may unpack to, when one of them passes that bound.
pub(super) fn oversized_stream(page: &Page<'_>) -> Option<u64> {
    let dict = page.raw();
    let contents = match dict.get::<Stream<'_>>(b"Contents") {
        Some(stream) => vec![stream],
        None => dict
            .get::<Array<'_>>(b"Contents")
            .map(|array| array.iter::<Stream<'_>>().take(MAX_OBJECTS).collect())
            .unwrap_or_default(),
    };
    let objects = &page.resources().x_objects;
    let painted = objects.keys().take(MAX_OBJECTS).filter_map(|name| objects.get::<Stream<'_>>(&name));
    contents.into_iter().chain(painted).find_map(|stream| {
        let bound = bound(stream.dict());
        unpacks_beyond(&stream, bound).then_some(bound)
    })
}

/// Returns the bytes that a stream of this kind may have.
fn bound(dict: &Dict<'_>) -> u64 {
    let (Some(width), Some(height)) = (dict.get::<u32>(b"Width"), dict.get::<u32>(b"Height")) else {
        return CONTENT_BYTES;
    };
    // Four components of two bytes are the most that an image has.
    u64::from(width).saturating_mul(u64::from(height)).saturating_mul(8).saturating_add(EXCESS_BYTES)
}

fn unpacks_beyond(stream: &Stream<'_>, bound: u64) -> bool {
    if stream.filters().first() != Some(&Filter::FlateDecode) {
        return false;
    }
    let data = stream.raw_data();
    let packed = data.len() as u64;
    // Deflate packs no more than 1032 to 1.
    if packed.saturating_mul(1032) <= bound {
        return false;
    }
    let sample = SAMPLE_BYTES.min(packed);
    if count(&data[..sample as usize], bound) <= sample.saturating_mul(SUSPICIOUS_RATE) {
        return false;
    }
    count(&data, bound) > bound
}

/// Counts the bytes that `data` unpacks to, up to one more than `bound`.
fn count(data: &[u8], bound: u64) -> u64 {
    let mut unpacked = ZlibDecoder::new(data).take(bound.saturating_add(1));
    let mut buffer = vec![0; 64 << 10];
    let mut total = 0;
    while let Ok(read @ 1..) = unpacked.read(&mut buffer) {
        total += read as u64;
    }
    total
}
