//! What can be chosen about a set of samples, what comes back, and what can go wrong.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// What to generate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Number of charts; the first charts of a larger set are the same.
    pub charts: u32,
    /// The same seed gives the same bytes.
    pub seed: u64,
    /// How worn the pages are.
    pub degrade: Profile,
    /// Pixels per inch, 72 to 600; scanners write 100, 150, 200 or 300.
    pub dpi: u32,
    /// Which kinds of files are written.
    pub containers: Container,
}

impl Default for Options {
    fn default() -> Self {
        Self { charts: 1, seed: 1, degrade: Profile::Office, dpi: 300, containers: Container::Mixed }
    }
}

/// How pages are worn.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize, clap::ValueEnum,
)]
#[serde(rename_all = "kebab-case")]
pub enum Profile {
    /// As printed.
    Clean,
    /// Leaning by up to 5 degrees.
    Skew,
    /// Grain, and black and white specks.
    Noise,
    /// Pale, uneven ink on grey paper.
    Faded,
    /// Holes of a ring binder, with their shadows.
    Punched,
    /// Dark strips where the lid was open.
    Edge,
    /// A rubber stamp across the text.
    Stamp,
    /// The back side shines through.
    ShowThrough,
    /// Turned by 90, 180 or 270 degrees.
    Rotated,
    /// Sent by fax: 200 by 100 pixels per inch, two tones, with a header line and streaks.
    Fax,
    /// 100 pixels per inch.
    Low,
    /// Several kinds of wear on each page, strongly.
    Mixed,
    /// What an office scanner gives: a little of everything, mostly mild.
    #[default]
    Office,
}

/// What files are written.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize, clap::ValueEnum,
)]
#[serde(rename_all = "kebab-case")]
pub enum Container {
    /// TIFF of all pages, CCITT Group 4.
    TiffG4,
    /// TIFF of all pages, CCITT Group 3, one-dimensional.
    TiffG3,
    /// TIFF of all pages, LZW, grey or coloured.
    TiffLzw,
    /// TIFF of all pages, JPEG, grey or coloured.
    TiffJpeg,
    /// PDF of all pages, CCITT Group 4.
    PdfCcitt,
    /// PDF of all pages, JBIG2 without symbols, which loses nothing.
    PdfJbig2,
    /// PDF of all pages, JPEG, grey or coloured.
    PdfJpeg,
    /// A JPEG file per page.
    Jpeg,
    /// A PNG file per page.
    Png,
    /// Each chart in another of these.
    #[default]
    Mixed,
}

impl Container {
    /// All kinds that one chart can be written in.
    pub const SINGLE: [Self; 9] = [
        Self::TiffG4,
        Self::PdfJpeg,
        Self::PdfCcitt,
        Self::Jpeg,
        Self::TiffJpeg,
        Self::PdfJbig2,
        Self::Png,
        Self::TiffG3,
        Self::TiffLzw,
    ];

    /// Says whether pages are black and white only.
    pub(super) const fn is_bilevel(self) -> bool {
        matches!(self, Self::TiffG4 | Self::TiffG3 | Self::PdfCcitt | Self::PdfJbig2)
    }

    /// Returns the end of file names.
    pub(super) const fn extension(self) -> &'static str {
        match self {
            Self::TiffG4 | Self::TiffG3 | Self::TiffLzw | Self::TiffJpeg => "tif",
            Self::PdfCcitt | Self::PdfJbig2 | Self::PdfJpeg => "pdf",
            Self::Jpeg => "jpg",
            Self::Png | Self::Mixed => "png",
        }
    }

    /// Says whether every page is a file of its own.
    pub(super) const fn is_file_per_page(self) -> bool {
        matches!(self, Self::Jpeg | Self::Png)
    }
}

/// What was generated.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Charts.
    pub charts: u32,
    /// Files, without labels and texts.
    pub files: u32,
    /// Pages, blank ones included.
    pub pages: u32,
    /// Blank pages.
    pub blank: u32,
    /// Pages that stand on their head or on a side.
    pub turned: u32,
    /// Pages of another patient.
    pub foreign: u32,
    /// Words on all pages.
    pub words: u64,
    /// Bytes of all files, without labels and texts.
    pub bytes: u64,
}

/// Why samples could not be generated.
#[derive(Debug, thiserror::Error)]
pub enum SampleError {
    /// An option is out of its range.
    #[error("{0}")]
    Option(String),
    /// The folder already holds something.
    #[error("the folder {0} is not empty: samples of two runs must not mix; name a new folder or empty this one")]
    NotEmpty(PathBuf),
    /// A file could not be written.
    #[error("cannot write {path}: {source}")]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A page could not be encoded.
    #[error("cannot encode a page as {kind}: {message}")]
    Encode {
        /// The encoding.
        kind: &'static str,
        /// What the encoder said.
        message: String,
    },
}

impl SampleError {
    pub(super) fn write(path: &std::path::Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Write { path, source }
    }

    pub(super) fn encode(kind: &'static str) -> impl Fn(String) -> Self {
        move |message| Self::Encode { kind, message }
    }
}
