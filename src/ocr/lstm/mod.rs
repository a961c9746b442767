//! A reader of our own for Tesseract's LSTM models: pictures of lines in, words out.
//!
//! It gives the text, certainties and places that libtesseract 5.3 gives, at a small part of the cost: all lines of a page run
//! through the network together, so that every weight is loaded once for many lines, and the arithmetic is written for the
//! processor's widest instructions.
//!
//! - [`Model`] is a `.traineddata` file, read and checked: `container`, `layers`, `charset`, `codes`, `dictionary`.
//! - [`Reader`] is a model ready to run: `input` (pictures), `forward` (the network), `kernels` (its arithmetic), `decode`
//!   (from probabilities to words).

mod bytes;
mod charset;
mod codes;
mod container;
mod convolution;
mod decode;
mod dictionary;
mod error;
#[cfg(test)]
mod fixture;
mod forward;
mod input;
mod kernels;
mod layers;
mod model;
mod panels;
mod reader;
mod tables;

pub use decode::{LineCharacter, LineWord, OtherReading, text_of};
pub use error::ModelError;
pub use kernels::Instructions;
pub use model::Model;
pub use reader::{LineImage, LineReading, Reader};
