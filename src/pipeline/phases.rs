//! The phases of a page. Each is a type of its own, so that recognising an unprepared page does not compile.

use image::GrayImage;

use super::born_digital::OwnText;
use crate::chart::{Block, Finding, QuarterTurns};
use crate::imaging::Raster;
use crate::imaging::placement::Placement;

/// A page as it came out of its file.
#[derive(Debug, Clone)]
pub struct ScannedPage {
    /// The page image.
    pub raster: Raster,
    /// The text that the program which made the file wrote into it, in page-image pixels.
    pub own_text: OwnText,
}

impl From<Raster> for ScannedPage {
    fn from(raster: Raster) -> Self {
        Self { raster, own_text: OwnText::None }
    }
}

/// A copy of a page that is ready for recognition. The page itself is untouched.
#[derive(Debug, Clone)]
pub struct PreparedPage {
    /// The copy: upright, straight, without dark edges, with writing of the right size.
    pub image: GrayImage,
    /// Pixels per inch of the copy.
    pub dpi: u32,
    /// Where the copy lies on the page.
    pub placement: Placement,
    /// The clockwise turn that was made.
    pub upright: QuarterTurns,
    /// The clockwise lean in degrees that was taken off.
    pub skew_degrees: f32,
    /// What was found on the way.
    pub findings: Vec<Finding>,
}

/// What was read on a prepared copy, with boxes on the page image.
#[derive(Debug, Clone)]
pub struct RecognizedPage {
    /// Blocks in reading order, in page-image pixels.
    pub blocks: Vec<Block>,
    /// The turn of the copy that was read.
    pub upright: QuarterTurns,
    /// The lean that was taken off the copy that was read.
    pub skew_degrees: f32,
    /// What was found on the way.
    pub findings: Vec<Finding>,
}
