//! What is typed on a command line and may be patient data: a debug print of the command does not show it.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

/// A text that may be patient data.
#[derive(Clone)]
pub struct Private(String);

impl Private {
    /// Returns the text.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl FromStr for Private {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Debug for Private {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Private(..)")
    }
}
