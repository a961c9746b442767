//! Files of pages as scanners write them. A writer holds one page at a time.

mod bilevel;
mod pdf;
mod photo;
mod tiff;

#[cfg(test)]
mod tests;

use std::path::Path;

use super::options::{Container, SampleError};
use super::sheet::Sheet;

/// A file being written.
pub(super) enum FileWriter {
    Tiff(tiff::TiffFile),
    Pdf(pdf::PdfFile),
    Single { path: std::path::PathBuf, container: Container },
}

impl FileWriter {
    /// Creates the file; `container` is one of [`Container::SINGLE`].
    pub(super) fn create(path: &Path, container: Container) -> Result<Self, SampleError> {
        Ok(match container {
            Container::TiffG4 | Container::TiffG3 | Container::TiffLzw | Container::TiffJpeg => {
                Self::Tiff(tiff::TiffFile::create(path, container)?)
            }
            Container::PdfCcitt | Container::PdfJbig2 | Container::PdfJpeg => {
                Self::Pdf(pdf::PdfFile::create(path, container)?)
            }
            Container::Jpeg | Container::Png | Container::Mixed => Self::Single { path: path.to_owned(), container },
        })
    }

    /// Writes a page.
    pub(super) fn add(&mut self, sheet: &Sheet) -> Result<(), SampleError> {
        match self {
            Self::Tiff(file) => file.add(sheet),
            Self::Pdf(file) => file.add(sheet),
            Self::Single { path, container: Container::Jpeg } => {
                std::fs::write(&*path, photo::jpeg(sheet)?).map_err(SampleError::write(path))
            }
            Self::Single { path, .. } => std::fs::write(&*path, photo::png(sheet)?).map_err(SampleError::write(path)),
        }
    }

    /// Ends the file.
    pub(super) fn finish(self) -> Result<(), SampleError> {
        match self {
            Self::Tiff(file) => file.finish(),
            Self::Pdf(file) => file.finish(),
            Self::Single { .. } => Ok(()),
        }
    }
}
