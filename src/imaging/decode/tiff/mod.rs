//! TIFF: every kind that scanners and fax software write, strip by strip, so that a damaged file gives what is left of
//! it.
//!
//! Each directory is a page, in the order of the file, also where one calls itself a reduced picture of another: some
//! scanners
//! set that mark on real pages, and no page may be lost. Rare kinds (old JPEG, LZMA, ...) go to libtiff.

mod ccitt;
mod chroma;
mod chunk;
mod directory;
mod layout;
mod samples;

use self::chunk::Decoded;
use self::directory::{ChainEnd, Directory, File};
use self::layout::{Layout, Photometric};
use self::samples::Canvas;
use super::{FileInfo, FilePage, Format, check_size, color, damaged, jpeg, leptonica, no_such_page, oriented_dpi};
use super::{oriented_size, unsupported, webp};
use crate::chart::{PageNumber, Reject, RejectReason, Size};
use crate::imaging::{Limits, Raster};

/// Lists the pages: reads each directory, no picture.
pub(super) fn inspect(data: &[u8], limits: &Limits) -> Result<FileInfo, Reject> {
    let file = open(data)?;
    let chain = file.chain(limits.max_pages as usize);
    if chain.end == ChainEnd::More {
        return Err(Reject::file(
            RejectReason::TooManyPages,
            format!("The TIFF file has more pages than the limit of {}: split it.", limits.max_pages),
        ));
    }
    let pages: Vec<_> = chain
        .positions
        .iter()
        .map(|&position| {
            let directory = file.directory(position);
            let orientation = layout::orientation(&directory);
            FilePage {
                size: oriented_size(layout::stored_size(&directory), orientation),
                dpi: oriented_dpi(layout::dpi(&directory), orientation),
            }
        })
        .collect();
    if pages.iter().all(|page| page.size.pixels() == 0) {
        return Err(damaged(Format::Tiff, "none of its directories describes a picture"));
    }
    Ok(FileInfo { format: Format::Tiff, pages, damaged: chain.end == ChainEnd::Broken })
}

/// Decodes one page. The directories before it are passed over by their lengths.
pub(super) fn page(data: &[u8], number: PageNumber, limits: &Limits) -> Result<Raster, Reject> {
    let file = open(data)?;
    let wanted = number.get().min(limits.max_pages) as usize;
    let chain = file.chain(wanted);
    let Some(&position) = chain.positions.get(number.index() as usize) else {
        return Err(match chain.positions.len() {
            0 => damaged(Format::Tiff, "it has no readable directory"),
            pages => no_such_page(Format::Tiff, number, pages),
        });
    };
    let directory = file.directory(position);
    let size = layout::stored_size(&directory);
    check_size(Format::Tiff, size, limits)?;
    let reject = match decode(&file, &directory, limits) {
        Ok(raster) => return Ok(raster),
        Err(reject) => reject,
    };
    let decoded = leptonica::tiff(data, number, limits).ok_or(reject)?;
    // libtiff has applied the orientation already.
    let orientation = layout::orientation(&directory);
    Ok(Raster { dpi: oriented_dpi(layout::dpi(&directory), orientation), ..decoded })
}

fn open(data: &[u8]) -> Result<File<'_>, Reject> {
    File::open(data).ok_or_else(|| damaged(Format::Tiff, "it ends within its header"))
}

fn decode(file: &File<'_>, directory: &Directory<'_>, limits: &Limits) -> Result<Raster, Reject> {
    let layout = Layout::read(directory)?;
    let tiled = layout::is_tiled(directory);
    let bytes = layout.row_bytes() as u64 * u64::from(layout.chunk.height);
    if bytes > limits.max_pixels.saturating_mul(4) {
        return Err(Reject::file(
            RejectReason::TooManyPixels,
            format!(
                "A strip or tile of the TIFF file takes {bytes} bytes, more than 4 for each of the {} pixels allowed.",
                limits.max_pixels
            ),
        ));
    }
    let palette =
        if layout.photometric == Photometric::Palette { palette(directory, layout.bits)? } else { Vec::new() };
    let tables = directory.bytes(347).unwrap_or(&[]);
    let planes = if layout.planar { layout.samples } else { 1 };
    let per_plane = layout.across * layout.down;
    let places = layout::chunks(directory, file, per_plane.saturating_mul(planes));
    let mut canvas = Canvas::new(&layout, file.is_big_endian(), &palette);
    let (mut complete, mut rows_painted) = (places.len() == per_plane * planes, 0);
    for place in 0..per_plane.min(places.len()) {
        let (across, down) = (place % layout.across, place / layout.across);
        let rows = layout.rows_of(down, tiled);
        let mut decoded = Vec::with_capacity(planes);
        for plane in 0..planes {
            let chunk = match places.get(plane * per_plane + place) {
                Some(&(offset, length)) => decode_chunk(file.bytes(offset, length), tables, &layout, rows)?,
                None => Decoded::default(),
            };
            complete &= chunk.complete;
            decoded.push(chunk);
        }
        rows_painted += canvas.paint(across, down, &mut decoded);
    }
    if rows_painted == 0 {
        return Err(damaged(Format::Tiff, "no row of the picture can be decoded"));
    }
    let (bilevel, channels) = (canvas.is_bilevel(), canvas.channels);
    let orientation = layout::orientation(directory);
    let mut image = color::image(layout.size, channels, canvas.pixels)
        .ok_or_else(|| damaged(Format::Tiff, "its size contradicts its samples"))?;
    image.apply_orientation(orientation);
    Ok(Raster { image, dpi: oriented_dpi(layout::dpi(directory), orientation), bilevel, damaged: !complete })
}

fn decode_chunk(data: &[u8], tables: &[u8], layout: &Layout, rows: usize) -> Result<Decoded, Reject> {
    if layout.compression == layout::JPEG {
        return Ok(jpeg_chunk(data, tables, layout, rows));
    }
    if layout.compression == layout::WEBP {
        return Ok(webp_chunk(data, layout, rows));
    }
    let decoded = match layout.photometric {
        Photometric::YCbCr if layout.planar || layout.bits != 8 || layout.samples != 3 || layout.differences => {
            return Err(unsupported(Format::Tiff, "chrominance in planes, with alpha or not of 8 bits"));
        }
        Photometric::YCbCr => chroma::decompress(data, layout, rows),
        _ => chunk::decompress(data, layout, layout.row_bytes(), rows),
    };
    decoded.ok_or_else(|| unsupported(Format::Tiff, format_args!("compression {}", layout.compression)))
}

/// Decodes a JPEG strip or tile, whose tables may be stored once for the page.
fn jpeg_chunk(data: &[u8], tables: &[u8], layout: &Layout, rows: usize) -> Decoded {
    let channels = layout.chunk_samples();
    let limit = Size { width: layout.chunk.width.saturating_mul(2), height: layout.chunk.height.saturating_mul(2) };
    let coding = match layout.photometric {
        Photometric::YCbCr if !layout.planar => jpeg::Coding::YCbCr,
        _ => jpeg::Coding::Direct,
    };
    if layout.bits != 8 {
        return Decoded::default();
    }
    jpeg::abbreviated(data, tables, coding, limit)
        .filter(|frame| frame.channels == channels)
        .map(|frame| chunk_rows(&frame.samples, frame.size, frame.complete, layout, rows))
        .unwrap_or_default()
}

/// Decodes a WebP strip or tile.
fn webp_chunk(data: &[u8], layout: &Layout, rows: usize) -> Decoded {
    let fits =
        webp::size(data).is_some_and(|size| size.width <= layout.chunk.width && size.height <= layout.chunk.height);
    if layout.bits != 8 || !fits {
        return Decoded::default();
    }
    webp::samples(data, layout.chunk_samples())
        .map(|(size, samples)| chunk_rows(&samples, size, true, layout, rows))
        .unwrap_or_default()
}

/// Brings rows of 8-bit samples to the width of the strips or tiles.
fn chunk_rows(samples: &[u8], size: Size, complete: bool, layout: &Layout, rows: usize) -> Decoded {
    let (have, want) = (size.width as usize * layout.chunk_samples(), layout.row_bytes());
    let mut bytes = Vec::with_capacity(want * rows);
    for row in samples.chunks_exact(have).take(rows) {
        bytes.extend_from_slice(&row[..have.min(want)]);
        bytes.resize(bytes.len() + want.saturating_sub(have), 255);
    }
    Decoded { complete: complete && bytes.len() == want * rows && have >= want, bytes }
}

/// Reads the colours of a palette picture. Writers that stored 8-bit values in the 16-bit table are understood.
fn palette(directory: &Directory<'_>, bits: u8) -> Result<Vec<[u8; 3]>, Reject> {
    if bits > 16 {
        return Err(unsupported(Format::Tiff, format_args!("a palette of {bits} bits")));
    }
    let count = 1usize << bits;
    let values = directory.numbers(320, 3 * count as u64);
    if values.len() < 3 * count {
        return Err(damaged(Format::Tiff, format_args!("its palette has {} of {} values", values.len(), 3 * count)));
    }
    let shift = if values.iter().all(|value| *value < 256) { 0 } else { 8 };
    Ok((0..count).map(|index| [0, 1, 2].map(|channel| (values[channel * count + index] >> shift) as u8)).collect())
}
