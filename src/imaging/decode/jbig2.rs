//! JBIG2 files (sequential and random-access), one or many pages.

use hayro_jbig2::{DecodeSettings, Decoder, File};

use super::{FileInfo, FilePage, Format, check_size, color, damaged, no_such_page};
use crate::chart::{PageNumber, Reject, RejectReason, Size};
use crate::imaging::{Limits, Raster};

/// Lists the pages.
pub(super) fn inspect(data: &[u8], limits: &Limits) -> Result<FileInfo, Reject> {
    let (file, complete) = open(data)?;
    if file.page_count() > limits.max_pages as usize {
        return Err(Reject::file(
            RejectReason::TooManyPages,
            format!(
                "The JBIG2 file has {} pages, more than the limit of {}: split it.",
                file.page_count(),
                limits.max_pages
            ),
        ));
    }
    let pages: Vec<_> = file
        .pages()
        .map(|page| FilePage { size: Size { width: page.width(), height: page.height() }, dpi: None })
        .collect();
    if pages.is_empty() {
        return Err(Reject::file(
            RejectReason::NoPages,
            "The JBIG2 file has no page: export it again from its source.",
        ));
    }
    Ok(FileInfo { format: Format::Jbig2, pages, damaged: !complete })
}

/// Decodes one page.
pub(super) fn page(data: &[u8], number: PageNumber, limits: &Limits) -> Result<Raster, Reject> {
    let mut last = no_such_page(Format::Jbig2, number, 0);
    for strict in [true, false] {
        let file = match File::new(data, &DecodeSettings { strict }) {
            Ok(file) => file,
            Err(error) => {
                last = damaged(Format::Jbig2, error);
                continue;
            }
        };
        let Some(page) = file.page(number.index() as usize) else {
            last = no_such_page(Format::Jbig2, number, file.page_count());
            continue;
        };
        let size = Size { width: page.width(), height: page.height() };
        check_size(Format::Jbig2, size, limits)?;
        let mut pixels = Pixels(Vec::with_capacity(size.pixels() as usize));
        if let Err(error) = page.decode(&mut pixels) {
            last = damaged(Format::Jbig2, error);
            continue;
        }
        match color::image(size, 1, pixels.0) {
            Some(image) => return Ok(Raster { image, dpi: None, bilevel: true, damaged: !strict }),
            None => last = damaged(Format::Jbig2, "its size contradicts its segments"),
        }
    }
    Err(last)
}

/// Opens strictly; if that fails, as far as possible. Says whether it was strictly.
fn open(data: &[u8]) -> Result<(File<'_>, bool), Reject> {
    if let Ok(file) = File::new(data, &DecodeSettings { strict: true }) {
        return Ok((file, true));
    }
    let file = File::new(data, &DecodeSettings { strict: false }).map_err(|error| damaged(Format::Jbig2, error))?;
    Ok((file, false))
}

struct Pixels(Vec<u8>);

impl Decoder for Pixels {
    fn push_pixel(&mut self, black: bool) {
        self.0.push(if black { 0 } else { 255 });
    }

    fn push_pixel_chunk(&mut self, black: bool, chunk_count: u32) {
        self.0.resize(self.0.len() + 8 * chunk_count as usize, if black { 0 } else { 255 });
    }

    fn next_line(&mut self) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_generic_region_is_read_bit_for_bit() {
        let bits: Vec<u8> = (0..37 * 21u32).map(|at| u8::from(at % 7 < 3 || at % 37 == 36)).collect();
        let data = jbig2enc_rust::encode_single_image_lossless(&bits, 37, 21, false).unwrap().page_data;
        let raster = page(&data, PageNumber::FIRST, &Limits::default()).unwrap();
        assert!(raster.bilevel && !raster.damaged);
        let expected: Vec<u8> = bits.iter().map(|bit| 255 * (1 - bit)).collect();
        assert_eq!(raster.image.as_luma8().unwrap().as_raw(), &expected);
        let limits = Limits { max_pixels: 100, ..Limits::default() };
        assert_eq!(page(&data, PageNumber::FIRST, &limits).unwrap_err().reason, RejectReason::TooManyPixels);
    }
}
