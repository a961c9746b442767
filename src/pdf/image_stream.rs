//! The image of a page as it is stored in a PDF: still encoded, so that it can be passed through unchanged.

use crate::chart::Size;

/// An image that is still encoded, with what a PDF has to say about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageStream {
    /// How `data` is encoded.
    pub filter: StreamFilter,
    /// Columns and rows of the image as stored.
    pub size: Size,
    /// Bits of one sample of one colour component: 1, 2, 4, 8 or 16.
    pub bits_per_component: u8,
    /// What the samples mean.
    pub color: ColorSpace,
    /// The encoded bytes.
    pub data: Vec<u8>,
    /// Whether the samples are stored inverted (`/Decode [1 0 ...]`).
    pub decode_inverted: bool,
}

/// The encoding of an image stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StreamFilter {
    /// `DCTDecode`.
    Jpeg,
    /// `JPXDecode`.
    Jpx,
    /// `CCITTFaxDecode`.
    Ccitt {
        /// Below 0: group 4; 0: group 3 in one dimension; above 0: group 3 in two dimensions.
        k: i32,
        /// Pixels of a row.
        columns: u32,
        /// Rows; 0 when unknown.
        rows: u32,
        /// Whether black pixels are 1 in the decoded data.
        black_is_1: bool,
        /// Whether each row begins at a byte.
        byte_align: bool,
        /// Whether each row is preceded by an end-of-line code.
        end_of_line: bool,
        /// Whether the data ends with an end-of-block code.
        end_of_block: bool,
    },
    /// `JBIG2Decode`.
    Jbig2 {
        /// The segments that several images share.
        globals: Option<Vec<u8>>,
    },
    /// Raw samples, rows padded to bytes, deflated (`FlateDecode` without a predictor).
    Flate,
}

/// The colour space of an image stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ColorSpace {
    /// One component; 0 is black.
    Gray,
    /// Three components.
    Rgb,
    /// Four components.
    Cmyk {
        /// Whether 0 is full ink, as Adobe's JPEG files have it.
        inverted: bool,
    },
    /// One component that chooses a colour.
    Palette {
        /// The colours.
        rgb: Vec<[u8; 3]>,
    },
    /// Components described by an ICC profile.
    Icc {
        /// The profile.
        profile: Vec<u8>,
        /// Number of components: 1, 3 or 4.
        components: u8,
    },
}
