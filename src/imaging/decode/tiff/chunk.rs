//! Decompresses one strip or tile, never to more bytes than its rows need.

use std::borrow::Cow;
use std::io::Read;

use flate2::read::ZlibDecoder;
use weezl::{BitOrder, LzwStatus};

use super::ccitt::{self, Coding};
use super::layout::{CCITT_G3, CCITT_G4, CCITT_RLE, Layout};

/// The packed samples of a strip or tile: whole rows, as many as could be decoded.
#[derive(Debug, Default)]
pub(super) struct Decoded {
    pub(super) bytes: Vec<u8>,
    /// Whether all of it was decoded.
    pub(super) complete: bool,
}

/// Decompresses `data` to at most `rows` rows of `row_bytes` bytes; `None` when the compression is none of those known
/// here.
pub(super) fn decompress(data: &[u8], layout: &Layout, row_bytes: usize, rows: usize) -> Option<Decoded> {
    let wanted = row_bytes * rows;
    let data = if layout.lowest_bit_first {
        Cow::Owned(data.iter().map(|byte| byte.reverse_bits()).collect())
    } else {
        Cow::Borrowed(data)
    };
    let mut decoded = match layout.compression {
        1 => Decoded { bytes: data[..data.len().min(wanted)].to_vec(), complete: data.len() >= wanted },
        CCITT_RLE | CCITT_G3 | CCITT_G4 if layout.bits == 1 && layout.chunk_samples() == 1 => {
            let coding = Coding { compression: layout.compression, t4_options: layout.t4_options };
            ccitt::decode(&data, coding, layout.chunk.width, rows as u32)
        }
        5 => lzw(&data, wanted),
        8 | 32946 => deflate(&data, wanted),
        32773 => pack_bits(&data, wanted),
        _ => return None,
    };
    decoded.bytes.truncate(decoded.bytes.len() / row_bytes.max(1) * row_bytes);
    Some(decoded)
}

fn lzw(data: &[u8], wanted: usize) -> Decoded {
    // Writers before TIFF 6.0 filled bytes from the lowest bit; their clear code shows it.
    let old = matches!(data, [0, second, ..] if second & 1 == 1);
    let mut decoder = if old {
        weezl::decode::Decoder::new(BitOrder::Lsb, 8)
    } else {
        weezl::decode::Decoder::with_tiff_size_switch(BitOrder::Msb, 8)
    };
    let mut bytes = vec![0; wanted];
    let (mut read, mut written) = (0, 0);
    // Each turn consumes or produces something, or ends.
    while written < wanted {
        let turn = decoder.decode_bytes(&data[read..], &mut bytes[written..]);
        read += turn.consumed_in;
        written += turn.consumed_out;
        let stuck = turn.consumed_in == 0 && turn.consumed_out == 0;
        if stuck || !matches!(turn.status, Ok(LzwStatus::Ok)) {
            break;
        }
    }
    bytes.truncate(written);
    Decoded { complete: written == wanted, bytes }
}

fn deflate(data: &[u8], wanted: usize) -> Decoded {
    let mut bytes = vec![0; wanted];
    let mut decoder = ZlibDecoder::new(data);
    let mut written = 0;
    while written < wanted {
        match decoder.read(&mut bytes[written..]) {
            Ok(0) | Err(_) => break,
            Ok(count) => written += count,
        }
    }
    bytes.truncate(written);
    Decoded { complete: written == wanted, bytes }
}

fn pack_bits(mut data: &[u8], wanted: usize) -> Decoded {
    let mut bytes = Vec::with_capacity(wanted);
    while bytes.len() < wanted {
        let Some((&head, rest)) = data.split_first() else { break };
        let left = wanted - bytes.len();
        match head as i8 {
            -128 => data = rest,
            repeat @ ..0 => {
                let Some((&value, rest)) = rest.split_first() else { break };
                let count = 1 + usize::from(repeat.unsigned_abs());
                bytes.resize(bytes.len() + count.min(left), value);
                data = rest;
            }
            literal => {
                let count = (literal as usize + 1).min(rest.len());
                bytes.extend_from_slice(&rest[..count.min(left)]);
                data = &rest[count..];
            }
        }
    }
    Decoded { complete: bytes.len() == wanted, bytes }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pack_bits_expands_the_example_of_the_specification() {
        let packed = [0xFE, 0xAA, 0x02, 0x80, 0x00, 0x2A, 0xFD, 0xAA, 0x03, 0x80, 0x00, 0x2A, 0x22, 0xF7, 0xAA];
        let mut expected = vec![0xAA, 0xAA, 0xAA, 0x80, 0x00, 0x2A, 0xAA, 0xAA, 0xAA, 0xAA, 0x80, 0x00, 0x2A, 0x22];
        expected.extend([0xAA; 10]);
        let decoded = pack_bits(&packed, 24);
        assert!(decoded.complete);
        assert_eq!(decoded.bytes, expected);
        assert!(!pack_bits(&packed, 25).complete);
        assert_eq!(pack_bits(&packed, 5).bytes.len(), 5);
    }

    #[test]
    fn decompression_stops_at_the_size_of_the_rows() {
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
        std::io::Write::write_all(&mut encoder, &vec![7; 1 << 20]).unwrap();
        let bomb = encoder.finish().unwrap();
        assert_eq!(deflate(&bomb, 100).bytes, [7; 100]);
        let short = deflate(&bomb, 2 << 20);
        assert_eq!((short.bytes.len(), short.complete), (1 << 20, false));
    }
}
