//! From the bytes of a raster file to the pixels of its pages. The format is told by the content, never by the name.
//!
//! [`inspect`] lists the pages without decoding them; [`page`] decodes one. Both check [`Limits`] before they allocate.
//! A page
//! that is decoded in part is returned with [`Raster::damaged`] set; a page of which nothing is left is an error.
//! PDF is recognised here ([`Format::Pdf`]) and read elsewhere.

mod bmp;
mod color;
mod density;
mod exif_data;
mod gif;
mod jbig2;
mod jpeg;
mod jpeg2000;
mod leptonica;
mod png;
mod sniff;
mod tiff;
mod webp;

use std::panic::{AssertUnwindSafe, catch_unwind};

use image::DynamicImage;
use image::metadata::Orientation;

use super::{Limits, Raster};
use crate::chart::{PageNumber, Reject, RejectReason, Size};

pub use sniff::{Format, sniff};

/// What a raster file contains.
#[derive(Debug, Clone, PartialEq)]
pub struct FileInfo {
    /// The format, as its content tells.
    pub format: Format,
    /// The pages in file order.
    pub pages: Vec<FilePage>,
    /// Whether the list of pages is damaged: it ends early or runs in a circle.
    pub damaged: bool,
}

/// What the header of a page states.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FilePage {
    /// Size as a viewer shows the page; 0 x 0 when the header of this page is unreadable ([`page`] then says why).
    pub size: Size,
    /// Dots per inch across and down, where the file states something believable.
    pub dpi: Option<(f32, f32)>,
}

/// Lists the pages of a raster file without decoding them.
///
/// Errors: the file is empty, too large, of a format that is not read here (the message names it), has too many pages,
/// or
/// its structure is unreadable. Page sizes are not checked here, so that one huge page does not cost its neighbours.
pub fn inspect(data: &[u8], limits: &Limits) -> Result<FileInfo, Reject> {
    let format = recognise(data, limits)?;
    contain(None, format, || match format {
        Format::Tiff => tiff::inspect(data, limits),
        Format::Jbig2 => jbig2::inspect(data, limits),
        Format::Jpeg => jpeg::inspect(data).map(|page| single(format, page)),
        Format::Png => png::inspect(data).map(|page| single(format, page)),
        Format::WebP => webp::inspect(data).map(|page| single(format, page)),
        Format::Jpeg2000 => jpeg2000::inspect(data).map(|page| single(format, page)),
        Format::Bmp => bmp::inspect(data).map(|page| single(format, page)),
        Format::Gif => gif::inspect(data).map(|page| single(format, page)),
        other => Err(other.refusal()),
    })
}

/// Decodes one page of a raster file.
///
/// Errors: as [`inspect`]; the page does not exist, has too many pixels, uses a feature that is not read, or nothing of
/// it
/// can be decoded.
pub fn page(data: &[u8], number: PageNumber, limits: &Limits) -> Result<Raster, Reject> {
    let format = recognise(data, limits)?;
    let raster = contain(Some(number), format, || match format {
        Format::Tiff => tiff::page(data, number, limits),
        Format::Jbig2 => jbig2::page(data, number, limits),
        _ if format.is_decoded() && number != PageNumber::FIRST => Err(no_such_page(format, number, 1)),
        Format::Jpeg => jpeg::page(data, limits),
        Format::Png => png::page(data, limits),
        Format::WebP => webp::page(data, limits),
        Format::Jpeg2000 => jpeg2000::page(data, limits),
        Format::Bmp => bmp::page(data, limits),
        Format::Gif => gif::page(data, limits),
        other => Err(other.refusal()),
    })
    .map_err(|reject| Reject { page: Some(number), ..reject })?;
    if raster.damaged && is_empty(format, &raster.image) {
        let mut reject = damaged(format, "nothing of the picture is left");
        reject.page = Some(number);
        return Err(reject);
    }
    Ok(raster)
}

fn recognise(data: &[u8], limits: &Limits) -> Result<Format, Reject> {
    if data.is_empty() {
        return Err(Reject::file(RejectReason::Empty, "The file is empty: scan or copy it again."));
    }
    if data.len() as u64 > limits.max_file_bytes {
        return Err(Reject::file(
            RejectReason::FileTooLarge,
            format!(
                "The file has {} bytes, more than the limit of {}: split it, or raise the limit.",
                data.len(),
                limits.max_file_bytes
            ),
        ));
    }
    sniff(data).ok_or_else(|| {
        Reject::file(
            RejectReason::UnsupportedFormat,
            "The content is of no known format (or its beginning is damaged): export it again as PDF, TIFF, PNG or JPEG.",
        )
    })
}

/// Turns a fault in a decoder into an error: the file is damaged in a way that its author did not foresee.
fn contain<T>(
    page: Option<PageNumber>,
    format: Format,
    decode: impl FnOnce() -> Result<T, Reject>,
) -> Result<T, Reject> {
    catch_unwind(AssertUnwindSafe(decode)).unwrap_or_else(|_| {
        let mut reject = damaged(format, "its content makes the decoder fail");
        reject.page = page;
        Err(reject)
    })
}

fn single(format: Format, page: FilePage) -> FileInfo {
    FileInfo { format, pages: vec![page], damaged: false }
}

/// The error for content that cannot be decoded. `what` completes "The TIFF file is damaged: ".
fn damaged(format: Format, what: impl std::fmt::Display) -> Reject {
    Reject::file(
        RejectReason::Damaged,
        format!("The {format} file is damaged: {what}. Scan the page again, or export it again from its source."),
    )
}

/// The error for a kind of a format that is not read. `what` completes "The TIFF file uses ".
fn unsupported(format: Format, what: impl std::fmt::Display) -> Reject {
    Reject::file(
        RejectReason::UnsupportedFeature,
        format!(
            "The {format} file uses {what}, which is not read: export it again as PDF, TIFF (G4 or LZW), PNG or JPEG."
        ),
    )
}

fn no_such_page(format: Format, number: PageNumber, pages: usize) -> Reject {
    Reject::page(
        number,
        RejectReason::NoPages,
        format!("The {format} file has no page {number}: it has {pages} readable page(s)."),
    )
}

/// Checks the size of a page before anything is allocated for it.
fn check_size(format: Format, size: Size, limits: &Limits) -> Result<(), Reject> {
    if size.width == 0 || size.height == 0 {
        return Err(damaged(format, format_args!("it states a size of {} x {} pixels", size.width, size.height)));
    }
    if size.pixels() > limits.max_pixels {
        return Err(Reject::file(
            RejectReason::TooManyPixels,
            format!(
                "The page of the {format} file is {} x {} pixels, more than the limit of {} pixels: scan it at a lower \
                 resolution, or raise the limit.",
                size.width, size.height, limits.max_pixels
            ),
        ));
    }
    Ok(())
}

/// The size of an image of `size` once `orientation` is applied.
fn oriented_size(size: Size, orientation: Orientation) -> Size {
    if swaps_axes(orientation) { Size { width: size.height, height: size.width } } else { size }
}

fn oriented_dpi(dpi: Option<(f32, f32)>, orientation: Orientation) -> Option<(f32, f32)> {
    if swaps_axes(orientation) { dpi.map(|(across, down)| (down, across)) } else { dpi }
}

fn swaps_axes(orientation: Orientation) -> bool {
    matches!(
        orientation,
        Orientation::Rotate90 | Orientation::Rotate270 | Orientation::Rotate90FlipH | Orientation::Rotate270FlipH
    )
}

/// Says whether a damaged picture shows nothing that came out of the file. Undecoded JPEG and JPEG 2000 is grey,
/// undecoded
/// JBIG2 is white; the other decoders count what they decode, and a blank sheet with a damaged end is still a page.
fn is_empty(format: Format, image: &DynamicImage) -> bool {
    let first = image.as_bytes().first().copied().unwrap_or(0);
    match format {
        Format::Jpeg | Format::Jpeg2000 => first < 200 && is_uniform(image),
        Format::Jbig2 => is_uniform(image),
        _ => false,
    }
}

fn is_uniform(image: &DynamicImage) -> bool {
    fn all_same(samples: &[u8], channels: usize) -> bool {
        samples.get(..channels).is_none_or(|first| samples.chunks_exact(channels).all(|pixel| pixel == first))
    }
    match image {
        DynamicImage::ImageLuma8(image) => all_same(image, 1),
        DynamicImage::ImageRgb8(image) => all_same(image, 3),
        _ => false,
    }
}
