//! What the program asks of a recogniser.

use std::time::Duration;

use image::GrayImage;

use crate::chart::{Block, QuarterTurns};

/// Reads text from prepared images. One recogniser serves one page at a time.
pub trait Recognizer {
    /// Names program, version and models, for example `tesseract 5.3.0 eng`; kept with every result.
    fn engine(&self) -> String;

    /// Looks for the turn that makes `image` upright; `None` where the recogniser cannot tell.
    ///
    /// # Errors
    /// The engine failed.
    fn orientation(&mut self, image: &GrayImage, dpi: u32) -> Result<Option<Orientation>, RecognizeError>;

    /// Reads an upright image of `dpi` pixels per inch. Rectangles are pixels of `image`.
    ///
    /// # Errors
    /// `deadline` passed, or the engine failed.
    fn recognise(&mut self, image: &GrayImage, dpi: u32, deadline: Duration) -> Result<Vec<Block>, RecognizeError>;
}

impl<R: Recognizer + ?Sized> Recognizer for &mut R {
    fn engine(&self) -> String {
        (**self).engine()
    }

    fn orientation(&mut self, image: &GrayImage, dpi: u32) -> Result<Option<Orientation>, RecognizeError> {
        (**self).orientation(image, dpi)
    }

    fn recognise(&mut self, image: &GrayImage, dpi: u32, deadline: Duration) -> Result<Vec<Block>, RecognizeError> {
        (**self).recognise(image, dpi, deadline)
    }
}

/// A recogniser's opinion on which way up a page is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Orientation {
    /// Clockwise turn that makes the image upright.
    pub upright: QuarterTurns,
    /// How sure, from 0; the engine's own measure. Tesseract is rarely wrong above 2.
    pub confidence: f32,
}

/// Why nothing could be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecognizeError {
    /// A model file is missing or cannot be used.
    #[error("{0}")]
    Models(String),
    /// The page took longer than allowed.
    #[error("recognition took longer than the {} s allowed per page", .0.as_secs_f32())]
    Deadline(Duration),
    /// The image has a side that the engine cannot handle.
    #[error("an image of {width} x {height} pixels cannot be recognised: sides are 1 to {most} pixels")]
    Size {
        /// Columns.
        width: u32,
        /// Rows.
        height: u32,
        /// Longest side.
        most: u32,
    },
    /// The engine gave up without saying why.
    #[error("the recogniser failed at {0}")]
    Engine(&'static str),
}

impl RecognizeError {
    /// Says whether another attempt may succeed.
    pub const fn can_try_again(&self) -> bool {
        matches!(self, Self::Deadline(_) | Self::Engine(_))
    }
}
