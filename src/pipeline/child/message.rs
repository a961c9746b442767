//! What a reading child is asked and what it answers. Files travel beside a message as open descriptors, never as paths.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::chart::{Cut, Digest, PageId, PageNumber, PageText, QuarterTurns, Rect, Reject, Secret, Size};
use crate::pipeline::definition::Definition;

/// What a child is told at its start, before it locks itself down.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Setup {
    /// Tesseract languages, joined by `+`; `None` for a child that only draws and writes.
    pub languages: Option<String>,
    /// Folder of the traineddata files; the system's when `None`.
    pub tessdata: Option<PathBuf>,
    /// File with a site's own words.
    pub user_words: Option<PathBuf>,
    /// Limits for every file.
    pub limits: FileLimits,
}

/// Limits for one file.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct FileLimits {
    /// Largest file, in bytes.
    pub max_file_bytes: u64,
    /// Most pages in a file.
    pub max_pages: u32,
    /// Most pixels of one page.
    pub max_pixels: u64,
}

/// One thing to do. The first descriptor is the scan file unless said otherwise.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Request {
    /// Lists the pages of a file; passwords are tried in turn.
    Inspect {
        /// The scan file.
        scan: Digest,
        /// Passwords given for this run; they are kept nowhere.
        passwords: Vec<Secret>,
    },
    /// Writes a copy of an encrypted PDF without its encryption to the second descriptor.
    Decrypt {
        /// The scan file.
        scan: Digest,
        /// Passwords given for this run.
        passwords: Vec<Secret>,
    },
    /// Reads one page.
    Read {
        /// The page.
        page: PageId,
        /// What to do with it.
        definition: Box<Definition>,
        /// Which drawing of it.
        drawing: Drawing,
    },
    /// Draws one page as PNG.
    Draw {
        /// The scan file, so that an opened one is used again.
        scan: Digest,
        /// The page.
        number: PageNumber,
        /// Longest side of the drawing in pixels; smaller pages stay as they are.
        longest_side: u32,
        /// Clockwise turn for view.
        turn: QuarterTurns,
        /// Boxes to draw.
        marks: Vec<Mark>,
        /// Size of the page image that the boxes refer to; the page's own when `None`. A page may be drawn at another
        /// resolution than it was read at.
        marked: Option<Size>,
        /// Which drawing of it.
        drawing: Drawing,
    },
    /// Makes pieces of a page for a viewer.
    Pieces {
        /// The scan file, so that an opened one is used again.
        scan: Digest,
        /// The page.
        number: PageNumber,
        /// Size of the page image before the turn, that the pieces refer to.
        size: Size,
        /// Clockwise turn for view.
        turn: QuarterTurns,
        /// Which pieces.
        levels: Vec<Level>,
        /// Which drawing of it.
        drawing: Drawing,
    },
    /// Cuts pages out of the file and writes them as a file of their own to the second descriptor.
    Cut {
        /// The scan file.
        scan: Digest,
        /// The pages, in the order of the cut.
        pages: Vec<PageNumber>,
        /// Keeps the pixels of one page, where its file's own coding cannot be cut.
        lossless: bool,
    },
    /// Begins a searchable PDF; the first descriptor is the file to write.
    BeginPdf {
        /// Title; never a patient's name.
        title: String,
        /// When it is made, RFC 3339.
        made_at: jiff::Timestamp,
    },
    /// Adds a page to the searchable PDF that was begun.
    AddPdfPage {
        /// The page.
        page: PageId,
        /// Clockwise turn for view.
        turn: QuarterTurns,
        /// What was read on it.
        text: Option<Box<PageText>>,
        /// Which drawing of it.
        drawing: Drawing,
    },
    /// Ends the searchable PDF.
    EndPdf,
}

/// Which drawing of a page is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Drawing {
    /// The child's own.
    Own,
    /// Another renderer's: the first descriptor is the page as it was drawn, as an image file.
    Elsewhere,
    /// The child's own, although it lacks something: no other renderer could draw the page.
    AsIs,
}

/// The pieces of a page at one scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Level {
    /// Pixels of the page to a side of one pixel here.
    pub reduction: u32,
    /// Whether the whole page is a piece.
    pub whole: bool,
    /// Longest side of the tiles that the page is cut into, if it is.
    pub tile: Option<u32>,
}

/// A box to draw on a page.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Mark {
    /// Where, in pixels of the page image that was marked.
    pub rect: Rect,
    /// How the word was found.
    pub how: MarkKind,
}

/// How a marked word was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum MarkKind {
    /// As it was asked for.
    Exact,
    /// By a synonym.
    Synonym,
    /// By tolerance for misread letters.
    Tolerant,
}

/// The answer to a [`Request`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Response {
    /// The file can be read.
    Inspected(Inspection),
    /// The page was read.
    Read(Box<PageText>),
    /// The page's drawing seems empty although the page is not: another renderer should draw it.
    DrawElsewhere,
    /// The page was drawn; the PNG is the attachment.
    Drawn(Size),
    /// The pieces were made; the attachment is their JPEG files in a row, of so many bytes each.
    Pieces(Vec<u32>),
    /// The page was added to the PDF.
    PageAdded {
        /// Whether its text had to be left out, because it was read from an image of other proportions.
        text_left_out: bool,
    },
    /// The pages were cut out, and show the same pixels.
    Cut(CutFile),
    /// What was asked is done.
    Done,
    /// The file, or the page, cannot be read, and another try would not help.
    Rejected(Reject),
    /// It could not be done this time.
    Failed(String),
}

/// A file of pages that were cut out of another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CutFile {
    /// Name of its format.
    pub format: String,
    /// What was done.
    pub cut: Cut,
}

/// What a file holds.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Inspection {
    /// Name of the format, for example `tiff`.
    pub format: String,
    /// Whether a password was needed: pages are then read from a decrypted copy.
    pub encrypted: bool,
    /// Whether the file breaks its format's rules.
    pub damaged: bool,
    /// Its pages, in order.
    pub pages: Vec<InspectedPage>,
}

/// What is known of a page before it is decoded.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct InspectedPage {
    /// Size of the page image, in pixels.
    pub size: Size,
    /// Pixels per inch, where the file tells.
    pub dpi: Option<(f32, f32)>,
}
