//! JPEG 2000 beyond the usual: headers of packets that are packed elsewhere, and main headers that are broken.

use super::*;

/// 40 x 30 grey pixels in four tiles, with marks before each packet and after each packet header (`opj_compress -SOP -EPH`).
const MARKED: &str = "\
    ff4fff5100290000000000280000001e0000000000000000000000180000001800000000000000000001070101ff52000c06000001000102 \
    020001ff5c00074040484850ff90000a0000000000300001ff93ff9100040000caf0ff921cd6089d91957ac4768ba32874d642ff91000400 \
    0180ff92ff90000a0001000000290001ff93ff9100040000e6a0ff9210db1113aa992a7cff910004000180ff92ff90000a00020000002c00 \
    01ff93ff9100040000cf16ff9215450e20e613b0c0f6a63dff910004000180ff92ff90000a00030000002a0001ff93ff9100040000e71388 \
    ff9208e2291a1545032fff910004000180ff92ffd9";

/// Where the main header ends.
const MAIN_HEADER: usize = 68;
const PPM: u8 = 0x60;
const PPT: u8 = 0x61;

fn marked() -> Vec<u8> {
    let digits: Vec<u8> = MARKED.bytes().filter(u8::is_ascii_hexdigit).collect();
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    digits.chunks(2).map(byte).collect()
}

/// A tile-part, taken apart: the headers of its packets, and its data without them.
struct TilePart {
    tile: u8,
    headers: Vec<u8>,
    data: Vec<u8>,
}

/// Takes the tile-parts of a codestream apart at the marks.
fn tile_parts(codestream: &[u8]) -> Vec<TilePart> {
    let mut parts = Vec::new();
    let mut at = MAIN_HEADER;
    while codestream[at..].starts_with(&[0xFF, 0x90]) {
        let length = u32::from_be_bytes(*codestream[at + 6..].first_chunk().unwrap()) as usize;
        let mut part = TilePart { tile: codestream[at + 5], headers: Vec::new(), data: Vec::new() };
        let mut rest = &codestream[at + 14..at + length];
        while !rest.is_empty() {
            assert!(rest.starts_with(&[0xFF, 0x91, 0, 4]), "a packet begins with its mark");
            let end = rest.windows(2).position(|pair| pair == [0xFF, 0x92]).unwrap() + 2;
            let next = rest[6..].windows(4).position(|mark| mark == [0xFF, 0x91, 0, 4]).map_or(rest.len(), |at| at + 6);
            part.data.extend(&rest[..6]);
            part.headers.extend(&rest[6..end]);
            part.data.extend(&rest[end..next]);
            rest = &rest[next..];
        }
        parts.push(part);
        at += length;
    }
    assert_eq!((parts.len(), &codestream[at..]), (4, &[0xFF, 0xD9][..]));
    parts
}

fn segment(marker: u8, index: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len() + 3).unwrap();
    [&[0xFF, marker][..], &length.to_be_bytes(), &[index], content].concat()
}

/// Puts a codestream together again with the headers of all packets in `main`, or in the header of each tile-part.
fn put_together(codestream: &[u8], main: bool) -> Vec<u8> {
    let parts = tile_parts(codestream);
    let mut whole = codestream[..MAIN_HEADER].to_vec();
    if main {
        let packed: Vec<u8> = parts
            .iter()
            .flat_map(|part| [&u32::try_from(part.headers.len()).unwrap().to_be_bytes()[..], &part.headers].concat())
            .collect();
        // In segments that end in the midst of a tile-part's headers.
        for (index, piece) in packed.chunks(7).enumerate() {
            whole.extend(segment(PPM, u8::try_from(index).unwrap(), piece));
        }
    }
    for part in parts {
        let of_part = if main { Vec::new() } else { segment(PPT, 0, &part.headers) };
        let length = u32::try_from(14 + of_part.len() + part.data.len()).unwrap();
        whole.extend([&[0xFF, 0x90, 0, 10, 0, part.tile][..], &length.to_be_bytes(), &[0, 1], &of_part].concat());
        whole.extend([&[0xFF, 0x93][..], &part.data].concat());
    }
    whole.extend([0xFF, 0xD9]);
    whole
}

#[test]
fn packed_packet_headers_give_the_same_picture() {
    let plain = marked();
    let expected = first(&plain).unwrap();
    let levels: std::collections::BTreeSet<&u8> = grey(&expected).iter().collect();
    assert!(levels.len() > 10 && !expected.damaged, "there is something to see");
    for main in [true, false] {
        let packed = put_together(&plain, main);
        assert_ne!(packed, plain);
        let raster = first(&packed).unwrap();
        assert_eq!((raster.damaged, grey(&raster)), (false, grey(&expected)), "main header: {main}");
    }
}

#[test]
fn a_broken_main_header_is_refused_with_the_place() {
    let sound = put_together(&marked(), true);
    let start_of_tile = sound.windows(2).position(|pair| pair == [0xFF, 0x90]).unwrap();
    // The marker of the first tile-part became another one, as one wrong byte makes it.
    let mut changed = sound.clone();
    changed[start_of_tile + 1] = PPM;
    let reject = first(&changed).unwrap_err();
    assert_eq!(reject.reason, RejectReason::Damaged);
    let place = format!("at byte {} its main header goes on with FF93", start_of_tile + 12);
    assert!(reject.message.contains(&place), "{}", reject.message);
    // Bytes that came in between.
    let mut shifted = sound.clone();
    shifted.splice(start_of_tile..start_of_tile, [0; 12]);
    let reject = first(&shifted).unwrap_err();
    let place = format!("at byte {start_of_tile} its main header goes on with 0000");
    assert!(reject.message.contains(&place), "{}", reject.message);
}
