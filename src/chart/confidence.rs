//! How sure a reading is.

use serde::{Deserialize, Serialize};

/// The probability that a reading is right, 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f32", into = "f32")]
pub struct Confidence(f32);

/// A number outside of 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("a confidence lies between 0 and 1, not at {0}")]
pub struct OutOfRange(f32);

impl Confidence {
    /// Certain: text that was not recognised but written by a program.
    pub const CERTAIN: Self = Self(1.0);
    /// No trust at all.
    pub const NONE: Self = Self(0.0);

    /// Wraps `value`, or refuses it outside of 0 to 1 (NaN included).
    pub fn new(value: f32) -> Result<Self, OutOfRange> {
        if (0.0..=1.0).contains(&value) { Ok(Self(value)) } else { Err(OutOfRange(value)) }
    }

    /// Wraps `value`, moved into 0 to 1; NaN becomes 0.
    pub fn clamped(value: f32) -> Self {
        if value.is_nan() { Self::NONE } else { Self(value.clamp(0.0, 1.0)) }
    }

    /// Returns the number, 0 to 1.
    pub const fn value(self) -> f32 {
        self.0
    }
}

impl TryFrom<f32> for Confidence {
    type Error = OutOfRange;

    fn try_from(value: f32) -> Result<Self, Self::Error> {
        Self::new(value)
    }
}

impl From<Confidence> for f32 {
    fn from(confidence: Confidence) -> Self {
        confidence.0
    }
}
