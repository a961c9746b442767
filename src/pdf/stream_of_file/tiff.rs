//! TIFF pages whose coding PDF knows too: fax rows and JPEG.

use image::metadata::Orientation;

use super::jpeg;
use super::tiff_directory::Directory;
use crate::chart::{PageNumber, Size};
use crate::pdf::group4::{Group4Encoder, decode};
use crate::pdf::image_stream::{ImageStream, PlacedImage, StreamFilter};

/// Most pixels of a page that is decoded to check it.
const MAX_PIXELS: u64 = 400_000_000;

mod tag {
    pub(super) const WIDTH: u16 = 256;
    pub(super) const LENGTH: u16 = 257;
    pub(super) const BITS: u16 = 258;
    pub(super) const COMPRESSION: u16 = 259;
    pub(super) const PHOTOMETRIC: u16 = 262;
    pub(super) const FILL_ORDER: u16 = 266;
    pub(super) const STRIP_OFFSETS: u16 = 273;
    pub(super) const ORIENTATION: u16 = 274;
    pub(super) const SAMPLES: u16 = 277;
    pub(super) const ROWS_PER_STRIP: u16 = 278;
    pub(super) const STRIP_LENGTHS: u16 = 279;
    pub(super) const GROUP3_OPTIONS: u16 = 292;
    pub(super) const TILE_WIDTH: u16 = 322;
    pub(super) const JPEG_TABLES: u16 = 347;
}

/// Returns a page of a TIFF file, with its orientation.
pub(super) fn placed(data: &[u8], page: PageNumber) -> Option<PlacedImage> {
    let directory = Directory::read(data, page.index())?;
    let size = Size {
        width: u32::try_from(directory.value(tag::WIDTH)?).ok()?,
        height: u32::try_from(directory.value(tag::LENGTH)?).ok()?,
    };
    if size.pixels() == 0 || size.pixels() > MAX_PIXELS || directory.value(tag::TILE_WIDTH).is_some() {
        return None;
    }
    let strips = strips(&directory)?;
    let stream = match directory.value(tag::COMPRESSION)? {
        compression @ 2..=4 => fax(&directory, compression, size, &strips)?,
        7 => match strips.as_slice() {
            [strip] => jpeg_strip(&directory, size, strip)?,
            _ => return None,
        },
        _ => return None,
    };
    let orientation = directory
        .value(tag::ORIENTATION)
        .and_then(|value| Orientation::from_exif(u8::try_from(value).ok()?))
        .unwrap_or(Orientation::NoTransforms);
    Some(PlacedImage { stream, orientation })
}

fn strips<'a>(directory: &Directory<'a>) -> Option<Vec<&'a [u8]>> {
    let offsets = directory.values(tag::STRIP_OFFSETS)?;
    let lengths = directory.values(tag::STRIP_LENGTHS)?;
    if offsets.is_empty() || offsets.len() != lengths.len() {
        return None;
    }
    offsets.into_iter().zip(lengths).map(|(offset, length)| directory.slice(offset, length)).collect()
}

fn fax(directory: &Directory<'_>, compression: u64, size: Size, strips: &[&[u8]]) -> Option<ImageStream> {
    let one_bit = directory.value(tag::BITS).unwrap_or(1) == 1 && directory.value(tag::SAMPLES).unwrap_or(1) == 1;
    let options = directory.value(tag::GROUP3_OPTIONS).unwrap_or(0);
    // Bit 1: uncompressed mode, which PDF has not.
    if !one_bit || (compression == 3 && options & 2 != 0) {
        return None;
    }
    // 0: a white run is white. 1: the scanner's white run means black.
    let decode_inverted = match directory.value(tag::PHOTOMETRIC)? {
        0 => false,
        1 => true,
        _ => return None,
    };
    let reversed = directory.value(tag::FILL_ORDER) == Some(2);
    let strip_data = |strip: &[u8]| -> Vec<u8> {
        if reversed { strip.iter().map(|byte| byte.reverse_bits()).collect() } else { strip.to_vec() }
    };
    let filter = |rows: u32, data: &[u8]| StreamFilter::Ccitt {
        k: match compression {
            4 => -1,
            3 if options & 1 != 0 => 4,
            _ => 0,
        },
        columns: size.width,
        rows,
        black_is_1: false,
        byte_align: compression == 2,
        end_of_line: compression == 3,
        end_of_block: compression == 4 && ends_block(data),
    };
    if let [strip] = strips {
        let data = strip_data(strip);
        let filter = filter(size.height, &data);
        decode(&data, &filter, |_| ())?;
        return Some(ImageStream {
            filter,
            size,
            bits_per_component: 1,
            color: crate::pdf::ColorSpace::Gray,
            data,
            decode_inverted,
        });
    }
    let rows_per_strip = u32::try_from(directory.value(tag::ROWS_PER_STRIP)?).ok()?;
    let mut encoder = Group4Encoder::new(size.width)?;
    let mut rows_left = size.height;
    for strip in strips {
        let rows = rows_left.min(rows_per_strip);
        if rows == 0 {
            return None;
        }
        let data = strip_data(strip);
        decode(&data, &filter(rows, &data), |changes| encoder.push(changes))?;
        rows_left -= rows;
    }
    let mut stream = encoder.finish().filter(|stream| stream.size == size)?;
    stream.decode_inverted = decode_inverted;
    Some(stream)
}

/// Says whether Group 4 data end with the end-of-block code: twice eleven zeros and a one, then zeros to the byte's end.
fn ends_block(data: &[u8]) -> bool {
    let tail = data.iter().rev().skip_while(|byte| **byte == 0).take(5).enumerate();
    let bits = tail.fold(0_u64, |bits, (index, byte)| bits | (u64::from(*byte) << (8 * index)));
    bits != 0 && (bits >> bits.trailing_zeros()) & 0xFF_FFFF == 0x00_1001
}

/// Puts the shared tables back before the strip: both are JPEG streams of their own (TIFF Technical Note 2).
fn jpeg_strip(directory: &Directory<'_>, size: Size, strip: &[u8]) -> Option<ImageStream> {
    let rgb = match directory.value(tag::PHOTOMETRIC)? {
        2 => Some(true),
        6 => Some(false),
        0 => return None,
        _ => None,
    };
    let data = match directory.bytes(tag::JPEG_TABLES) {
        Some([0xFF, 0xD8, tables @ .., 0xFF, 0xD9]) => {
            let rest = strip.strip_prefix(&[0xFF, 0xD8])?;
            [&[0xFF, 0xD8], tables, rest].concat()
        }
        Some(_) => return None,
        None => strip.to_vec(),
    };
    jpeg::stream(data, rgb).filter(|stream| stream.size == size)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A little-endian file of one page with short or long tags and one strip for each of `strips`.
    fn tiff(tags: &[(u16, u32)], strips: &[&[u8]]) -> Vec<u8> {
        let mut file = b"II*\0\0\0\0\0".to_vec();
        let mut offsets = Vec::new();
        for strip in strips {
            offsets.push(file.len() as u32);
            file.extend_from_slice(strip);
        }
        let list = |values: Vec<u32>, file: &mut Vec<u8>| match values.as_slice() {
            [one] => *one,
            _ => {
                let place = file.len() as u32;
                file.extend(values.iter().flat_map(|value| value.to_le_bytes()));
                place
            }
        };
        let count = strips.len() as u32;
        let offsets = list(offsets, &mut file);
        let lengths = list(strips.iter().map(|strip| strip.len() as u32).collect(), &mut file);
        let mut entries: Vec<(u16, u32, u32)> = tags.iter().map(|&(tag, value)| (tag, 1, value)).collect();
        entries.extend([(tag::STRIP_OFFSETS, count, offsets), (tag::STRIP_LENGTHS, count, lengths)]);
        let start = file.len() as u32;
        file[4..8].copy_from_slice(&start.to_le_bytes());
        file.extend_from_slice(&(entries.len() as u16).to_le_bytes());
        for (tag, count, value) in entries {
            file.extend_from_slice(&tag.to_le_bytes());
            file.extend_from_slice(&4_u16.to_le_bytes());
            file.extend_from_slice(&count.to_le_bytes());
            file.extend_from_slice(&value.to_le_bytes());
        }
        file.extend_from_slice(&[0; 4]);
        file
    }

    fn rows() -> Vec<Vec<u32>> {
        (0..12).map(|row| vec![row, row + 5, 20 + 2 * row, 50]).collect()
    }

    fn coded(rows: &[Vec<u32>]) -> Vec<u8> {
        let mut encoder = Group4Encoder::new(60).expect("narrow");
        rows.iter().for_each(|row| encoder.push(row));
        encoder.finish().expect("equal").data
    }

    fn decoded(stream: &ImageStream) -> Vec<Vec<u32>> {
        let mut rows = Vec::new();
        decode(&stream.data, &stream.filter, |row| rows.push(row.to_vec())).expect("whole");
        rows
    }

    const TAGS: [(u16, u32); 4] = [(tag::WIDTH, 60), (tag::LENGTH, 12), (tag::COMPRESSION, 4), (tag::PHOTOMETRIC, 0)];

    #[test]
    fn one_strip_goes_through_unchanged_and_reversed_bits_are_turned_back() {
        let strip = coded(&rows());
        let placed_strip = placed(&tiff(&TAGS, &[&strip]), PageNumber::FIRST).expect("carried");
        assert_eq!(placed_strip.stream.data, strip);
        let reversed: Vec<u8> = strip.iter().map(|byte| byte.reverse_bits()).collect();
        let tags = [TAGS.as_slice(), &[(tag::FILL_ORDER, 2)]].concat();
        assert_eq!(placed(&tiff(&tags, &[&reversed]), PageNumber::FIRST), Some(placed_strip));
    }

    #[test]
    fn several_strips_become_one_image_with_the_same_rows() {
        let rows = rows();
        let strips: Vec<Vec<u8>> = rows.chunks(5).map(coded).collect();
        let strips: Vec<&[u8]> = strips.iter().map(Vec::as_slice).collect();
        let tags = [TAGS.as_slice(), &[(tag::ROWS_PER_STRIP, 5), (tag::ORIENTATION, 6)]].concat();
        let image = placed(&tiff(&tags, &strips), PageNumber::FIRST).expect("carried");
        assert_eq!(decoded(&image.stream), rows);
        assert_eq!(image.orientation, Orientation::Rotate90);
        assert_eq!(image.shown_size(), Size { width: 12, height: 60 });
    }

    #[test]
    fn cut_off_files_are_refused() {
        let file = tiff(&TAGS, &[&coded(&rows())]);
        assert!(placed(&file, PageNumber::from_index(1)).is_none());
        for length in 0..file.len() - 4 {
            assert_eq!(placed(&file[..length], PageNumber::FIRST), None);
        }
        let short = tiff(&TAGS, &[&coded(&rows()[..11])]);
        assert_eq!(placed(&short, PageNumber::FIRST), None);
    }

    #[test]
    fn the_end_of_block_is_found_at_any_bit() {
        for shift in 0..8 {
            let bits = 0xAB00_1001_u64 << shift;
            assert!(ends_block(&bits.to_be_bytes()), "{shift}");
        }
        assert!(!ends_block(&[0xAB, 0xCD, 0xEF]));
    }
}
