//! Multi-page TIFF: Group 4, Group 3, LZW and JPEG, one strip per page.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use tiff::TiffError;
use tiff::encoder::colortype::{Gray8, RGB8};
use tiff::encoder::{Compression, Rational, TiffEncoder};
use tiff::tags::{ResolutionUnit, Tag};

use super::bilevel::Bilevel;
use super::photo;
use crate::samples::options::{Container, SampleError};
use crate::samples::sheet::Sheet;

/// A TIFF being written.
pub(in crate::samples) struct TiffFile {
    path: PathBuf,
    container: Container,
    encoder: TiffEncoder<BufWriter<File>>,
    flush: File,
}

/// The tags of an encoded strip.
struct Strip {
    data: Vec<u8>,
    compression: u16,
    photometric: u16,
    bits: Vec<u16>,
    extra: Vec<(Tag, u32)>,
}

impl TiffFile {
    /// Creates the file.
    pub(super) fn create(path: &Path, container: Container) -> Result<Self, SampleError> {
        let file = File::create(path).map_err(SampleError::write(path))?;
        let flush = file.try_clone().map_err(SampleError::write(path))?;
        let encoder = TiffEncoder::new(BufWriter::new(file)).map_err(|error| failed(path, error))?;
        Ok(Self { path: path.to_owned(), container, encoder: encoder.with_compression(Compression::Lzw), flush })
    }

    /// Writes a page.
    pub(super) fn add(&mut self, sheet: &Sheet) -> Result<(), SampleError> {
        let strip = match self.container {
            Container::TiffLzw => return self.lzw(sheet).map_err(|error| failed(&self.path, error)),
            Container::TiffJpeg => jpeg_strip(sheet)?,
            Container::TiffG3 => {
                let data = Bilevel::threshold(&sheet.planes[0]).group3();
                Strip { data, compression: 3, photometric: 0, bits: vec![1], extra: vec![(Tag::Unknown(292), 0)] }
            }
            _ => {
                let data = Bilevel::threshold(&sheet.planes[0]).group4();
                Strip { data, compression: 4, photometric: 0, bits: vec![1], extra: vec![(Tag::Unknown(293), 0)] }
            }
        };
        self.strip(sheet, &strip).map_err(|error| failed(&self.path, error))
    }

    /// Ends the file.
    pub(super) fn finish(mut self) -> Result<(), SampleError> {
        drop(self.encoder);
        self.flush.flush().map_err(SampleError::write(&self.path))
    }

    fn lzw(&mut self, sheet: &Sheet) -> Result<(), TiffError> {
        let (size, dpi) = (sheet.size(), Rational { n: sheet.dpi, d: 1 });
        let pixels = photo::interleaved(sheet);
        if sheet.planes.len() == 3 {
            let mut image = self.encoder.new_image::<RGB8>(size.width, size.height)?;
            image.resolution(ResolutionUnit::Inch, dpi);
            image.write_data(&pixels)
        } else {
            let mut image = self.encoder.new_image::<Gray8>(size.width, size.height)?;
            image.resolution(ResolutionUnit::Inch, dpi);
            image.write_data(&pixels)
        }
    }

    fn strip(&mut self, sheet: &Sheet, strip: &Strip) -> Result<(), TiffError> {
        let size = sheet.size();
        let mut page = self.encoder.image_directory()?;
        let offset = page.write_data(&strip.data[..])?;
        let too_large = |_| TiffError::LimitsExceeded;
        page.write_tag(Tag::StripOffsets, u32::try_from(offset).map_err(too_large)?)?;
        page.write_tag(Tag::StripByteCounts, u32::try_from(strip.data.len()).map_err(too_large)?)?;
        page.write_tag(Tag::RowsPerStrip, size.height)?;
        page.write_tag(Tag::ImageWidth, size.width)?;
        page.write_tag(Tag::ImageLength, size.height)?;
        page.write_tag(Tag::BitsPerSample, &strip.bits[..])?;
        page.write_tag(Tag::SamplesPerPixel, strip.bits.len() as u16)?;
        page.write_tag(Tag::Compression, strip.compression)?;
        page.write_tag(Tag::PhotometricInterpretation, strip.photometric)?;
        page.write_tag(Tag::XResolution, Rational { n: sheet.dpi, d: 1 })?;
        page.write_tag(Tag::YResolution, Rational { n: sheet.dpi, d: 1 })?;
        page.write_tag(Tag::ResolutionUnit, 2u16)?;
        for &(tag, value) in &strip.extra {
            page.write_tag(tag, value)?;
        }
        if strip.photometric == 6 {
            // The encoder keeps colour at full resolution.
            page.write_tag(Tag::Unknown(530), &[1u16, 1][..])?;
        }
        page.finish()
    }
}

fn jpeg_strip(sheet: &Sheet) -> Result<Strip, SampleError> {
    let data = photo::jpeg(sheet)?;
    let (photometric, bits) = if sheet.planes.len() == 3 { (6, vec![8, 8, 8]) } else { (1, vec![8]) };
    Ok(Strip { data, compression: 7, photometric, bits, extra: Vec::new() })
}

fn failed(path: &Path, error: TiffError) -> SampleError {
    match error {
        TiffError::IoError(source) => SampleError::Write { path: path.to_owned(), source },
        error => SampleError::encode("TIFF")(error.to_string()),
    }
}
