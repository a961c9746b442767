//! What is written reads back with decoders that are not ours, pixel for pixel where nothing may be lost.

use std::path::Path;

use ::tiff::decoder::{Decoder, DecodingResult};
use ::tiff::tags::Tag;
use hayro_ccitt::{DecoderContext, EncodingMode};
use image::{GrayImage, Luma};
use lopdf::Object;

use super::bilevel::Bilevel;
use super::*;
use crate::samples::case::Case;
use crate::samples::dice::Dice;
use crate::samples::forms::DocumentKind;
use crate::samples::furniture::Style;
use crate::samples::lettering::Lettering;

/// Collects rows as bytes, 1 for black.
struct Rows {
    width: u32,
    pixels: Vec<u8>,
}

impl hayro_ccitt::Decoder for Rows {
    fn push_row(&mut self, changes: &[u32]) {
        let row = self.pixels.len();
        self.pixels.resize(row + self.width as usize, 0);
        for pair in changes.chunks(2) {
            let end = pair.get(1).copied().unwrap_or(self.width);
            self.pixels[row + pair[0] as usize..row + end as usize].fill(1);
        }
    }
}

impl hayro_jbig2::Decoder for Rows {
    fn push_pixel(&mut self, black: bool) {
        self.pixels.push(u8::from(black));
    }
    fn push_pixel_chunk(&mut self, black: bool, chunk_count: u32) {
        self.pixels.extend(std::iter::repeat_n(u8::from(black), chunk_count as usize * 8));
    }
    fn next_line(&mut self) {}
}

fn ccitt(data: &[u8], page: &Bilevel, encoding: EncodingMode) -> Vec<u8> {
    let settings = hayro_ccitt::DecodeSettings {
        columns: page.width,
        rows: page.height,
        end_of_block: true,
        end_of_line: encoding != EncodingMode::Group4,
        rows_are_byte_aligned: false,
        encoding,
        strict: true,
    };
    let mut rows = Rows { width: page.width, pixels: Vec::new() };
    hayro_ccitt::decode(data, &mut rows, &mut DecoderContext::new(settings)).unwrap();
    rows.pixels
}

/// A page of text, a dense grid, a page with runs longer than any code, and a blank one.
fn pages(coloured: bool) -> Vec<Sheet> {
    let mut dice = Dice::new(3, [3; 3]);
    let case = Case::invent(&mut dice);
    let style = Style::choose(&mut dice);
    let mut lettering = Lettering::default();
    let mut sheets: Vec<Sheet> = [DocumentKind::Consent, DocumentKind::Electrocardiogram]
        .map(|kind| Sheet::draw(&kind.write(&case, style, &mut dice)[0], 100, coloured, &mut lettering))
        .into();
    for tone in [0, 255] {
        let plane = GrayImage::from_fn(6001, 40, |x, y| Luma([if y < 30 && x > 20 { tone } else { 255 }]));
        sheets.push(Sheet { planes: vec![plane; if coloured { 3 } else { 1 }], words: Vec::new(), dpi: 300 });
    }
    sheets
}

fn write(name: &Path, container: Container, sheets: &[Sheet]) {
    let mut file = FileWriter::create(name, container).unwrap();
    for sheet in sheets {
        file.add(sheet).unwrap();
    }
    file.finish().unwrap();
}

#[test]
fn bilevel_encodings_lose_no_pixel() {
    for sheet in pages(false) {
        let page = Bilevel::threshold(&sheet.planes[0]);
        assert!(ccitt(&page.group4(), &page, EncodingMode::Group4) == page.pixels);
        assert!(ccitt(&page.group3(), &page, EncodingMode::Group3_1D) == page.pixels);
        let data = page.jbig2().unwrap();
        let decoded =
            hayro_jbig2::Page::new_embedded(&data, None, &hayro_jbig2::DecodeSettings { strict: true }).unwrap();
        let mut rows = Rows { width: page.width, pixels: Vec::new() };
        decoded.decode(&mut rows).unwrap();
        assert!(rows.pixels == page.pixels, "JBIG2");
    }
}

#[test]
fn tiffs_hold_every_page_with_its_size_and_resolution() {
    let folder = tempfile::tempdir().unwrap();
    for (container, coloured) in [
        (Container::TiffG4, false),
        (Container::TiffLzw, false),
        (Container::TiffLzw, true),
        (Container::TiffJpeg, false),
        (Container::TiffJpeg, true),
    ] {
        let name = folder.path().join("pages.tif");
        let sheets = pages(coloured);
        write(&name, container, &sheets);
        let mut decoder = Decoder::new(std::fs::File::open(&name).unwrap()).unwrap();
        for (index, sheet) in sheets.iter().enumerate() {
            let size = sheet.size();
            assert_eq!(decoder.dimensions().unwrap(), (size.width, size.height));
            assert_eq!(decoder.get_tag_u32(Tag::ResolutionUnit).unwrap(), 2);
            if container == Container::TiffJpeg {
                // The strip is a whole JPEG; the decoder of TIFF would leave its colours as YCbCr.
                let tag = |decoder: &mut Decoder<_>, tag| decoder.get_tag_u32(tag).unwrap() as usize;
                let start = tag(&mut decoder, Tag::StripOffsets);
                let length = tag(&mut decoder, Tag::StripByteCounts);
                let strip = &std::fs::read(&name).unwrap()[start..start + length];
                assert_near(image::load_from_memory(strip).unwrap().as_bytes(), sheet);
            }
            let DecodingResult::U8(pixels) = decoder.read_image().unwrap() else { panic!("bytes expected") };
            match container {
                Container::TiffLzw => assert!(pixels == photo::interleaved(sheet)),
                Container::TiffJpeg => assert_eq!(pixels.len(), photo::interleaved(sheet).len()),
                _ => {
                    let black: u32 = pixels.iter().map(|byte| byte.count_zeros()).sum();
                    let page = Bilevel::threshold(&sheet.planes[0]);
                    let expected = page.pixels.iter().filter(|&&pixel| pixel == 1).count() as u32;
                    let padding = (8 - size.width % 8) % 8 * size.height;
                    assert!(black.abs_diff(expected) <= padding, "{black} {expected}");
                }
            }
            assert_eq!(decoder.more_images(), index + 1 < sheets.len());
            if decoder.more_images() {
                decoder.next_image().unwrap();
            }
        }
    }
}

#[test]
fn pdfs_hold_every_page_as_one_image_of_the_right_kind() {
    let folder = tempfile::tempdir().unwrap();
    for (container, filter) in [
        (Container::PdfCcitt, "CCITTFaxDecode"),
        (Container::PdfJbig2, "JBIG2Decode"),
        (Container::PdfJpeg, "DCTDecode"),
    ] {
        let name = folder.path().join("pages.pdf");
        let sheets = pages(container == Container::PdfJpeg);
        write(&name, container, &sheets);
        let document = lopdf::Document::load(&name).unwrap();
        let ids = document.get_pages();
        assert_eq!(ids.len(), sheets.len());
        for (id, sheet) in ids.values().zip(&sheets) {
            let images = document.get_page_images(*id).unwrap();
            assert_eq!(images.len(), 1);
            assert_eq!(
                (images[0].width, images[0].height),
                (i64::from(sheet.size().width), i64::from(sheet.size().height))
            );
            assert_eq!(images[0].filters.as_deref(), Some(&[filter.to_owned()][..]));
            let page = document.get_dictionary(*id).unwrap();
            let points = page.get(b"MediaBox").and_then(Object::as_array).unwrap()[2].as_float().unwrap();
            assert!((points - sheet.size().width as f32 * 72.0 / sheet.dpi as f32).abs() < 0.01);
            if container == Container::PdfCcitt {
                let page = Bilevel::threshold(&sheet.planes[0]);
                assert!(ccitt(images[0].content, &page, EncodingMode::Group4) == page.pixels);
            }
        }
        let shown = hayro_syntax::Pdf::new(std::fs::read(&name).unwrap()).unwrap();
        assert_eq!(shown.pages().len(), sheets.len());
    }
}

#[test]
fn single_pictures_read_back() {
    let folder = tempfile::tempdir().unwrap();
    for coloured in [false, true] {
        for sheet in pages(coloured) {
            let png = folder.path().join("page.png");
            write(&png, Container::Png, std::slice::from_ref(&sheet));
            let read = image::load_from_memory(&std::fs::read(&png).unwrap()).unwrap();
            assert_eq!(read.color().has_color(), coloured);
            assert!(read.as_bytes() == photo::interleaved(&sheet));
            let jpeg = folder.path().join("page.jpg");
            write(&jpeg, Container::Jpeg, std::slice::from_ref(&sheet));
            assert_near(image::load_from_memory(&std::fs::read(&jpeg).unwrap()).unwrap().as_bytes(), &sheet);
        }
    }
}

/// Asserts that JPEG changed little: on average few grey levels, and more where thin coloured lines are.
fn assert_near(read: &[u8], sheet: &Sheet) {
    let written = photo::interleaved(sheet);
    assert_eq!(read.len(), written.len());
    let sum: u64 = read.iter().zip(&written).map(|(read, written)| u64::from(read.abs_diff(*written))).sum();
    let most = if sheet.planes.len() == 3 { 8 } else { 5 };
    assert!(sum < written.len() as u64 * most, "{sum} of {}", written.len());
}
