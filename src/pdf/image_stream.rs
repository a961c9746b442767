//! An encoded image as PDF carries it: what a page is drawn from, without decoding it.

use image::metadata::Orientation;

use crate::chart::{QuarterTurns, Size};

/// The encoded bytes of one image with all that a PDF viewer has to know to decode them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageStream {
    /// How the bytes are encoded.
    pub filter: StreamFilter,
    /// Columns and rows as stored, before any turn for viewing.
    pub size: Size,
    /// Bits of each colour component: 1, 2, 4, 8 or 16.
    pub bits_per_component: u8,
    /// What the components mean.
    pub color: ColorSpace,
    /// The bytes, still encoded.
    pub data: Vec<u8>,
    /// Whether every component is stored upside down (`/Decode [1 0 ..]`).
    pub decode_inverted: bool,
}

/// The encodings that PDF/A-2 allows for images.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StreamFilter {
    /// A whole JPEG file: baseline, extended or progressive, 8 bits.
    Jpeg,
    /// A JP2 file.
    Jpx,
    /// ITU-T T.4 or T.6 rows, with the parameters of PDF's `CCITTFaxDecode`.
    Ccitt {
        /// Negative: Group 4; zero: Group 3, one-dimensional; positive: Group 3, mixed.
        k: i32,
        /// Pixels in a row.
        columns: u32,
        /// Rows; 0 when the data alone says so.
        rows: u32,
        /// Whether a set bit means black in the decoded rows; PDF's default is that it means white.
        black_is_1: bool,
        /// Whether each row begins on a byte boundary.
        byte_align: bool,
        /// Whether end-of-line codes stand between the rows.
        end_of_line: bool,
        /// Whether an end-of-block code ends the data.
        end_of_block: bool,
    },
    /// Segments of one JBIG2 page in the embedded organisation.
    Jbig2 {
        /// Segments that pages share.
        globals: Option<Vec<u8>>,
    },
    /// Raw rows, deflated.
    Flate,
    /// Rows with a PNG filter type before each, deflated. Only for 8 bits per component.
    FlatePng,
}

/// What the components of an image mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ColorSpace {
    /// One component, 0 is black.
    Gray,
    /// Red, green and blue, taken as sRGB.
    Rgb,
    /// Cyan, magenta, yellow and black.
    Cmyk {
        /// Whether 0 means full ink, as Adobe's JPEG files have it.
        inverted: bool,
    },
    /// One component that counts into a table.
    Palette {
        /// The table, at most 256 entries.
        rgb: Vec<[u8; 3]>,
    },
    /// Defined by an ICC profile.
    Icc {
        /// The profile.
        profile: Vec<u8>,
        /// Its components: 1, 3 or 4.
        components: u8,
    },
}

/// An [`ImageStream`] with the turn or mirroring that shows it as a viewer would.
///
/// The page image, to which all rectangles refer, is the stored image *after* this.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacedImage {
    /// The stored image.
    pub stream: ImageStream,
    /// What a viewer does to the stored image before it shows it.
    pub orientation: Orientation,
}

impl ColorSpace {
    /// Returns the number of components.
    pub const fn components(&self) -> u8 {
        match self {
            Self::Gray | Self::Palette { .. } => 1,
            Self::Rgb => 3,
            Self::Cmyk { .. } => 4,
            Self::Icc { components, .. } => *components,
        }
    }
}

impl PlacedImage {
    /// Places an image that is stored as it is shown.
    pub const fn upright(stream: ImageStream) -> Self {
        Self { stream, orientation: Orientation::NoTransforms }
    }

    /// Places an image that is shown after a clockwise `turn`.
    pub const fn turned(stream: ImageStream, turn: QuarterTurns) -> Self {
        let orientation = match turn {
            QuarterTurns::None => Orientation::NoTransforms,
            QuarterTurns::One => Orientation::Rotate90,
            QuarterTurns::Two => Orientation::Rotate180,
            QuarterTurns::Three => Orientation::Rotate270,
        };
        Self { stream, orientation }
    }

    /// Returns the size of the page image.
    pub const fn shown_size(&self) -> Size {
        let Size { width, height } = self.stream.size;
        match self.orientation {
            Orientation::NoTransforms
            | Orientation::Rotate180
            | Orientation::FlipHorizontal
            | Orientation::FlipVertical => Size { width, height },
            Orientation::Rotate90
            | Orientation::Rotate270
            | Orientation::Rotate90FlipH
            | Orientation::Rotate270FlipH => Size { width: height, height: width },
        }
    }
}
