//! The encoded bytes of an image, taken out of the file so that they can be passed through unchanged.

use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use hayro_syntax::Filter;
use hayro_syntax::object::{Array, Dict, Object, Stream};

use super::color_space::color_space;
use crate::chart::Size;
use crate::pdf::{ColorSpace, ImageStream, StreamFilter};

/// How many bytes a transport encoding around an image codec may unpack to.
const WRAPPED_BYTES: usize = 512 << 20;

/// Returns the image as it is stored; `None` where a PDF/A file could not hold it as it is.
///
/// `decoded_gray` says whether the pixels came out grey; it decides the colour space of a JPEG 2000 image that leaves it
/// to its own header.
pub(super) fn image_stream(stream: &Stream<'_>, is_stencil: bool, decoded_gray: bool) -> Option<ImageStream> {
    let dict = stream.dict();
    let size = Size { width: number(dict, b"Width", b"W")?, height: number(dict, b"Height", b"H")? };
    let filters = stream.filters();
    let codec = filters.last().copied();
    let inverted = inverted(dict)?;
    let color = if is_stencil {
        ColorSpace::Gray
    } else if let Some(color) = color_space(dict) {
        color
    } else if codec == Some(Filter::JpxDecode) && !dict.contains_key(b"ColorSpace") {
        if decoded_gray { ColorSpace::Gray } else { ColorSpace::Rgb }
    } else {
        return None;
    };
    let params = last_params(dict, filters.len());
    let declared_bits = number(dict, b"BitsPerComponent", b"BPC").and_then(|bits| u8::try_from(bits).ok());
    let (filter, bits) = match codec {
        Some(Filter::DctDecode) if !params.contains_key(b"ColorTransform") => (StreamFilter::Jpeg, 8),
        Some(Filter::JpxDecode) => (StreamFilter::Jpx, declared_bits.unwrap_or(8)),
        Some(Filter::CcittFaxDecode) => (ccitt(&params, size)?, 1),
        Some(Filter::Jbig2Decode) => {
            let globals = match params.get::<Stream<'_>>(b"JBIG2Globals") {
                Some(globals) => Some(globals.decoded_data().ok()?.into_owned()),
                None => None,
            };
            (StreamFilter::Jbig2 { globals }, 1)
        }
        Some(Filter::DctDecode) => return None,
        _ => (StreamFilter::Flate, if is_stencil { 1 } else { declared_bits? }),
    };
    // [1 0] swaps the colours of a palette of two; of a larger one it makes nothing that can be said here.
    let swaps_palette = inverted && matches!(color, ColorSpace::Palette { .. }) && bits != 1;
    if swaps_palette || !matches!(bits, 1 | 2 | 4 | 8 | 16) {
        return None;
    }
    let data = match filter {
        StreamFilter::Flate => samples(stream, size, bits, &color)?,
        _ => unwrapped(stream, &filters[..filters.len().saturating_sub(1)])?,
    };
    Some(ImageStream { filter, size, bits_per_component: bits, color, data, decode_inverted: inverted })
}

fn number(dict: &Dict<'_>, key: &[u8], short: &[u8]) -> Option<u32> {
    dict.get::<u32>(key).or_else(|| dict.get::<u32>(short))
}

/// Says whether the samples are inverted; `None` for a `/Decode` array that does anything else.
fn inverted(dict: &Dict<'_>) -> Option<bool> {
    let Some(decode) = dict.get::<Array<'_>>(b"Decode").or_else(|| dict.get::<Array<'_>>(b"D")) else {
        return Some(false);
    };
    let values: Vec<f32> = decode.iter::<f32>().take(16).collect();
    let (pairs, rest) = values.as_chunks::<2>();
    if pairs.is_empty() || !rest.is_empty() {
        return None;
    }
    if pairs.iter().all(|pair| pair[0] == 0.0 && pair[1] > 0.0) {
        // [0 255] and the like is what an indexed space has by default.
        let plain = pairs.iter().all(|pair| pair[1] == 1.0) || pairs.len() == 1;
        return plain.then_some(false);
    }
    pairs.iter().all(|pair| *pair == [1.0, 0.0]).then_some(true)
}

fn last_params<'a>(dict: &Dict<'a>, filters: usize) -> Dict<'a> {
    let params = dict.get::<Object<'_>>(b"DecodeParms").or_else(|| dict.get::<Object<'_>>(b"DP"));
    match params {
        Some(Object::Dict(params)) => params,
        Some(Object::Array(array)) => {
            array.iter::<Object<'_>>().nth(filters.saturating_sub(1)).and_then(Object::into_dict).unwrap_or_default()
        }
        _ => Dict::default(),
    }
}

fn ccitt(params: &Dict<'_>, size: Size) -> Option<StreamFilter> {
    let flag = |key: &[u8], default| params.get::<bool>(key).unwrap_or(default);
    let columns = params.get::<u32>(b"Columns").unwrap_or(1728);
    (columns == size.width).then(|| StreamFilter::Ccitt {
        k: params.get::<i32>(b"K").unwrap_or(0),
        columns,
        rows: params.get::<u32>(b"Rows").unwrap_or(0),
        black_is_1: flag(b"BlackIs1", false),
        byte_align: flag(b"EncodedByteAlign", false),
        end_of_line: flag(b"EndOfLine", false),
        end_of_block: flag(b"EndOfBlock", true),
    })
}

/// Returns the bytes of the image codec, with transport encodings around it (text armour, deflate) taken off.
fn unwrapped(stream: &Stream<'_>, wrapping: &[Filter]) -> Option<Vec<u8>> {
    let mut data = stream.raw_data().into_owned();
    for filter in wrapping {
        let name: &[u8] = match filter {
            Filter::AsciiHexDecode => b"ASCIIHexDecode",
            Filter::Ascii85Decode => b"ASCII85Decode",
            Filter::LzwDecode => b"LZWDecode",
            Filter::FlateDecode => b"FlateDecode",
            Filter::RunLengthDecode => b"RunLengthDecode",
            Filter::Crypt => continue,
            _ => return None,
        };
        let mut dict = lopdf::Dictionary::new();
        dict.set("Filter", lopdf::Object::Name(name.to_vec()));
        data = lopdf::Stream::new(dict, data).decompressed_content_with_limit(WRAPPED_BYTES).ok()?;
    }
    Some(data)
}

/// Returns the raw samples, deflated afresh; they lose a predictor or another lossless packing on the way, nothing else.
fn samples(stream: &Stream<'_>, size: Size, bits: u8, color: &ColorSpace) -> Option<Vec<u8>> {
    let components = match color {
        ColorSpace::Gray | ColorSpace::Palette { .. } => 1,
        ColorSpace::Rgb => 3,
        ColorSpace::Cmyk { .. } => 4,
        ColorSpace::Icc { components, .. } => usize::from(*components),
    };
    let row = (size.width as usize).checked_mul(components)?.checked_mul(usize::from(bits))?.div_ceil(8);
    let expected = row.checked_mul(size.height as usize)?;
    let raw = stream.decoded_data().ok()?;
    let raw = raw.get(..expected)?;
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(raw).ok()?;
    encoder.finish().ok()
}
