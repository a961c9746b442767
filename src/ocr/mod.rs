//! Recognition: the recogniser trait, libtesseract behind it, and the measures of accuracy.

pub mod accuracy;
pub mod calibration;
pub mod direction;
pub mod lstm;
pub mod models;
pub mod recognizer;
pub mod risk;
pub mod tesseract;
pub mod user_words;

pub use recognizer::{Orientation, RecognizeError, Recognizer};
