//! The recognisers that a reading child holds, and which of them a definition gets.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::native::Native;
use crate::ocr::lstm::{Model, Reader};
use crate::ocr::models::Models;
use crate::ocr::tesseract::{self, Tesseract};
use crate::ocr::user_words::UserWords;
use crate::ocr::{RecognizeError, Recognizer};

/// Number of our own recogniser, counted up whenever it may read differently.
const REVISION: u32 = 2;

/// Who reads the lines of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Engine {
    /// libtesseract.
    Tesseract,
    /// Our own network, with the same models.
    #[default]
    Native,
}

/// Recognisers with their models loaded.
pub struct Engines {
    tesseract: Tesseract,
    native: Result<(Vec<Reader>, String), String>,
}

impl Engines {
    /// Loads the models of `languages`. All files are read now, so that the process may be locked away from the file system.
    ///
    /// # Errors
    /// A model is missing or damaged. One that only libtesseract reads is no error: see [`Engines::why_not_native`].
    pub fn load(models: &Models, languages: &[String]) -> Result<Self, RecognizeError> {
        Self::load_with(models, languages, &UserWords::default())
    }

    /// Loads the models of `languages`, and gives our own network a site's words.
    ///
    /// # Errors
    /// As [`Engines::load`].
    pub fn load_with(models: &Models, languages: &[String], words: &UserWords) -> Result<Self, RecognizeError> {
        let tesseract = Tesseract::load(models, languages)?;
        let native = native_readers(models, languages, words).map(|readers| {
            let mut engine =
                format!("native {REVISION}, layout tesseract {}, {}", tesseract::version(), languages.join("+"));
            engine.extend(words.stamp().map(|stamp| format!(", {stamp}")));
            (readers, engine)
        });
        Ok(Self { tesseract, native })
    }

    /// Says why libtesseract reads even where a definition asks for our own network; `None` where it need not.
    pub fn why_not_native(&self) -> Option<&str> {
        self.native.as_ref().err().map(String::as_str)
    }

    /// Returns the recogniser for a definition.
    pub fn recognizer(&mut self, engine: Engine) -> Box<dyn Recognizer + '_> {
        match (engine, &self.native) {
            (Engine::Native, Ok((readers, engine))) => {
                Box::new(Native { layout: &mut self.tesseract, readers, engine })
            }
            _ => Box::new(&mut self.tesseract),
        }
    }
}

/// Says why libtesseract will read with these models (`languages` joined by `+`) even where a definition asks for our own
/// network; `None` where it need not. Models that are missing or damaged are no reason: the child will say so.
pub fn why_not_native(folder: Option<&Path>, languages: &str) -> Option<String> {
    let models = Models::find(folder).ok()?;
    let languages: Vec<String> = languages.split('+').map(str::to_owned).collect();
    languages.iter().try_for_each(|language| models.check(language)).ok()?;
    native_readers(&models, &languages, &UserWords::default()).err()
}

/// Loads the models into our own network, one for each language.
///
/// # Errors
/// Why it cannot read them; libtesseract may.
fn native_readers(models: &Models, languages: &[String], words: &UserWords) -> Result<Vec<Reader>, String> {
    let reader = |language: &String| {
        let data = models.read(language).map_err(|cause| cause.to_string())?;
        let mut model = Model::parse(&data)
            .map_err(|cause| format!("the model {language} is read by libtesseract only: {cause}"))?;
        model.add_words(&words.words, &words.patterns);
        Ok(Reader::new(model))
    };
    languages.iter().map(reader).collect()
}
