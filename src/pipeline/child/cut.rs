//! Cuts pages out of a scan file, and proves that they show the same pixels.

use std::sync::Arc;

use super::message::{CutFile, FileLimits};
use super::source::{Bytes, Source};
use crate::chart::{Cut, PageNumber, Reject, RejectReason};
use crate::imaging::decode::{Format, sniff};
use crate::{imaging, pdf};

/// Cuts out pages; with `lossless` the pixels of one page, however its file keeps them.
///
/// # Errors
/// The pages cannot be cut out, or what was cut out does not show what the scan file shows.
pub fn cut(
    source: &Source,
    pages: &[PageNumber],
    lossless: bool,
    limits: FileLimits,
) -> Result<(CutFile, Vec<u8>), Reject> {
    let (file, bytes) = if lossless { pixels(source, pages)? } else { streams(source, pages)? };
    let bytes: Arc<Vec<u8>> = Arc::new(bytes);
    let data: Bytes = Arc::clone(&bytes) as Bytes;
    let copy = Source::open(data, &[], limits).map_err(|reject| differs(&reject.message))?;
    for (index, number) in (0..).zip(pages) {
        let (original, copied) = (source.page(*number)?, copy.page(PageNumber::from_index(index))?);
        if original.raster.image != copied.raster.image {
            return Err(differs(&format!("page {number} would look different")));
        }
    }
    if copy.inspection().pages.len() != pages.len() {
        return Err(differs("it would have another number of pages"));
    }
    drop(copy);
    // Nobody else holds the bytes any more.
    Ok((file, Arc::try_unwrap(bytes).unwrap_or_else(|shared| (*shared).clone())))
}

fn streams(source: &Source, pages: &[PageNumber]) -> Result<(CutFile, Vec<u8>), Reject> {
    match sniff(source.bytes()) {
        Some(Format::Pdf) => {
            let cut = pdf::cut::cut(source.bytes(), pages).map_err(|cause| cannot(&cause.to_string()))?;
            let how = if cut.encoded_again { Cut::Lossless } else { Cut::Streams };
            Ok((CutFile { format: Format::Pdf.name().to_owned(), cut: how }, cut.bytes))
        }
        Some(Format::Tiff) => {
            let bytes = imaging::cut::tiff(source.bytes(), pages)
                .ok_or_else(|| cannot("its strips cannot be copied as they are"))?;
            Ok((CutFile { format: Format::Tiff.name().to_owned(), cut: Cut::Streams }, bytes))
        }
        _ => Err(cannot("its format has no pages that could be copied as they are")),
    }
}

fn pixels(source: &Source, pages: &[PageNumber]) -> Result<(CutFile, Vec<u8>), Reject> {
    // Drawing a PDF page would lose what it is made of: letters and lines that no pixel can bring back.
    if sniff(source.bytes()) == Some(Format::Pdf) {
        return Err(cannot("its drawing cannot be kept in place of the page"));
    }
    let [number] = pages else { return Err(cannot("pixels are kept one page at a time")) };
    let page = source.page(*number)?;
    let bytes = imaging::cut::png(&page.raster).ok_or_else(|| cannot("its pixels cannot be encoded"))?;
    Ok((CutFile { format: Format::Png.name().to_owned(), cut: Cut::Lossless }, bytes))
}

fn cannot(why: &str) -> Reject {
    Reject::file(
        RejectReason::UnsupportedFeature,
        format!("The pages cannot be cut out of their file: {why}. Scan them again as a file of their own."),
    )
}

fn differs(why: &str) -> Reject {
    cannot(&format!("the cut is not faithful, {why}"))
}
