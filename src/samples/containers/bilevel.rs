//! Black and white pages: the threshold of a scanner, and CCITT and JBIG2 encoding.

use fax::encoder::Encoder;
use fax::maps::{EOL, black, white};
use fax::{BitWriter as _, Color, VecWriter};
use image::GrayImage;

use crate::samples::options::SampleError;

/// A black and white page: 1 is black, one byte per pixel.
pub(super) struct Bilevel {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) pixels: Vec<u8>,
}

impl Bilevel {
    /// Decides between ink and paper halfway between the two, as scanners with an automatic threshold do.
    pub(super) fn threshold(plane: &GrayImage) -> Self {
        let mut counts = [0u32; 256];
        for &pixel in plane.as_raw() {
            counts[usize::from(pixel)] += 1;
        }
        let total: u32 = counts.iter().sum();
        let paper = (128..=255).max_by_key(|&tone| counts[tone]).unwrap_or(255);
        let mut darkest = 0;
        let ink = counts.iter().position(|count| {
            darkest += count;
            u64::from(darkest) * 200 >= u64::from(total)
        });
        // A page without ink must not turn its grain into ink.
        let ink = ink.unwrap_or(0).min(paper.saturating_sub(90));
        let limit = ((paper * 11 + ink * 9) / 20) as u8;
        let pixels = plane.as_raw().iter().map(|&pixel| u8::from(pixel < limit)).collect();
        Self { width: plane.width(), height: plane.height(), pixels }
    }

    /// Encodes as CCITT Group 4 (T.6).
    pub(super) fn group4(&self) -> Vec<u8> {
        let mut encoder = Encoder::new(VecWriter::new());
        for row in self.rows() {
            let colors = row.iter().map(|&pixel| if pixel == 1 { Color::Black } else { Color::White });
            let Ok(()) = encoder.encode_line(colors, self.width);
        }
        let Ok(writer) = encoder.finish();
        writer.finish()
    }

    /// Encodes as CCITT Group 3, one-dimensional (T.4), an end-of-line code before each row.
    pub(super) fn group3(&self) -> Vec<u8> {
        let mut writer = VecWriter::new();
        for row in self.rows() {
            let Ok(()) = writer.write(EOL);
            let mut is_black = false;
            let mut start = 0;
            while start < row.len() {
                let run = row[start..].iter().take_while(|&&pixel| (pixel == 1) == is_black).count();
                write_run(&mut writer, is_black, run);
                start += run;
                is_black = !is_black;
            }
        }
        writer.finish()
    }

    /// Encodes as a JBIG2 stream for PDF: one generic region, without symbols, which loses nothing.
    pub(super) fn jbig2(&self) -> Result<Vec<u8>, SampleError> {
        let encoded = jbig2enc_rust::encode_single_image_lossless(&self.pixels, self.width, self.height, true);
        let encoded = encoded.map_err(|error| SampleError::encode("JBIG2")(error.to_string()))?;
        match encoded.global_data {
            None => Ok(encoded.page_data),
            Some(_) => Err(SampleError::encode("JBIG2")("the encoder used shared symbols".to_owned())),
        }
    }

    fn rows(&self) -> impl Iterator<Item = &[u8]> {
        self.pixels.chunks_exact(self.width.max(1) as usize)
    }
}

/// Writes a run: make-up codes for the multiples of 64, then one terminating code.
fn write_run(writer: &mut VecWriter, is_black: bool, mut run: usize) {
    let table = if is_black { &black::ENTRIES } else { &white::ENTRIES };
    while run >= 2560 {
        let Ok(()) = writer.write(table[63 + 2560 / 64].1);
        run -= 2560;
    }
    if run >= 64 {
        let Ok(()) = writer.write(table[63 + run / 64].1);
        run %= 64;
    }
    let Ok(()) = writer.write(table[run].1);
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    #[test]
    fn the_threshold_lies_between_ink_and_paper_and_keeps_blank_pages_blank() {
        let mut page = GrayImage::from_pixel(100, 100, Luma([230]));
        for x in 0..50 {
            page.put_pixel(x, 20, Luma([195]));
        }
        assert_eq!(Bilevel::threshold(&page).pixels.iter().filter(|&&pixel| pixel == 1).count(), 0);
        for y in 20..30 {
            for x in 0..50 {
                page.put_pixel(x, y, Luma([100]));
            }
        }
        assert_eq!(Bilevel::threshold(&page).pixels.iter().filter(|&&pixel| pixel == 1).count(), 500);
        let grainy = GrayImage::from_fn(100, 100, |x, y| Luma([240 - (x * 31 + y * 17) as u8 % 25]));
        assert!(Bilevel::threshold(&grainy).pixels.iter().all(|&pixel| pixel == 0));
    }
}
