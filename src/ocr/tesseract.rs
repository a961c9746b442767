//! libtesseract as a recogniser: raw pixels in, words out, one API per process.
#![expect(unsafe_code, reason = "libtesseract is a C library; this file and its folder are the only ones that call it")]

mod api;
mod layout;

use std::ffi::CStr;
use std::time::Duration;

use image::GrayImage;
use tesseract_sys as sys;

use super::models::Models;
use super::recognizer::{Orientation, RecognizeError, Recognizer};
use crate::chart::{Block, Size};
use api::Api;
pub use layout::{LayoutBlock, LayoutLine, LayoutWord};

/// Longest side of an image, a limit of libtesseract's 16-bit coordinates.
pub const LONGEST_SIDE: u32 = 32_000;

/// One loaded Tesseract.
pub struct Tesseract {
    reader: Api,
    orientation: Option<Api>,
    engine: String,
}

impl Tesseract {
    /// Loads the models of `languages` (and the one for orientation, where it is there). All files are read now, so that
    /// the process may be locked away from the file system afterwards.
    ///
    /// # Errors
    /// A model is missing or damaged; the message says which, where it was expected and what to install.
    pub fn load(models: &Models, languages: &[String]) -> Result<Self, RecognizeError> {
        if languages.is_empty() {
            return Err(RecognizeError::Models("no language to recognise is named, for example eng".to_owned()));
        }
        languages.iter().try_for_each(|language| models.check(language))?;
        let names = languages.join("+");
        let reader = Api::load(models, &names)?;
        let orientation = match models.check("osd") {
            Ok(()) => Some(Api::load(models, "osd")?),
            Err(_) => None,
        };
        let engine = format!("tesseract {} {names}", version());
        Ok(Self { reader, orientation, engine })
    }
}

/// Returns the version of libtesseract, for example `5.3.0`.
pub fn version() -> String {
    // SAFETY: TessVersion returns a static, NUL-terminated string.
    unsafe { CStr::from_ptr(sys::TessVersion()) }.to_string_lossy().into_owned()
}

impl Recognizer for Tesseract {
    fn engine(&self) -> String {
        self.engine.clone()
    }

    fn orientation(&mut self, image: &GrayImage, dpi: u32) -> Result<Option<Orientation>, RecognizeError> {
        let Some(api) = &mut self.orientation else { return Ok(None) };
        api.set_image(image, dpi)?;
        let found = api.orientation();
        api.forget_page();
        Ok(found)
    }

    fn recognise(&mut self, image: &GrayImage, dpi: u32, deadline: Duration) -> Result<Vec<Block>, RecognizeError> {
        self.reader.set_image(image, dpi)?;
        let blocks = self
            .reader
            .recognise(deadline)
            .map(|()| self.reader.blocks(Size { width: image.width(), height: image.height() }));
        self.reader.forget_page();
        blocks
    }
}
