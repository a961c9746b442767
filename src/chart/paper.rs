//! Paper: the boxes that it comes in, where they go, and how a batch of it was prepared for the scanner.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Longest label of a box, in characters.
const LONGEST_LABEL: usize = 40;

/// The label of a box of paper, such as `BX-0004`: what its sticker says, and never a patient's name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BoxLabel(String);

/// A text that is not the label of a box.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the label of a box is 1 to 40 letters (A-Z), digits, dashes, dots and underscores with a digit among them, such as \
     BX-0004; never a patient's name"
)]
pub struct BoxLabelError;

impl BoxLabel {
    /// Returns the label as it stands on the box.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for BoxLabel {
    type Err = BoxLabelError;

    /// Reads a label; small letters are those of the same box.
    fn from_str(text: &str) -> Result<Self, BoxLabelError> {
        let fits = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_'));
        // A digit keeps names out, and `.` and `..` from being an address.
        if !fits || text.len() > LONGEST_LABEL || !text.bytes().any(|byte| byte.is_ascii_digit()) {
            return Err(BoxLabelError);
        }
        Ok(Self(text.to_ascii_uppercase()))
    }
}

impl TryFrom<String> for BoxLabel {
    type Error = BoxLabelError;

    fn try_from(text: String) -> Result<Self, BoxLabelError> {
        text.parse()
    }
}

impl From<BoxLabel> for String {
    fn from(label: BoxLabel) -> Self {
        label.0
    }
}

impl fmt::Display for BoxLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text that is none of the words that are known here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected one of {0}")]
pub struct PaperWordError(&'static str);

/// A step of a box on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CustodyStep {
    /// It came in.
    Received,
    /// It went to be prepared: staples out, sheets counted.
    ToPreparation,
    /// It went to the scanner.
    ToScanning,
    /// It went to a shelf.
    ToShelf,
    /// It was given back to whoever sent it.
    Returned,
}

impl CustodyStep {
    /// Every step.
    pub const ALL: [Self; 5] = [Self::Received, Self::ToPreparation, Self::ToScanning, Self::ToShelf, Self::Returned];

    /// Returns the name as it is stored and printed.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::ToPreparation => "to-preparation",
            Self::ToScanning => "to-scanning",
            Self::ToShelf => "to-shelf",
            Self::Returned => "returned",
        }
    }
}

impl FromStr for CustodyStep {
    type Err = PaperWordError;

    fn from_str(name: &str) -> Result<Self, PaperWordError> {
        let known = Self::ALL.into_iter().find(|step| step.name() == name);
        known.ok_or(PaperWordError("received, to-preparation, to-scanning, to-shelf, returned"))
    }
}

/// Which sides of its sheets a batch is scanned from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sides {
    /// The front only: a sheet is one side.
    Simplex,
    /// Both: a sheet is two sides, also where one is blank.
    Duplex,
}

impl Sides {
    /// Returns the name as it is stored and printed.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Simplex => "simplex",
            Self::Duplex => "duplex",
        }
    }

    /// Returns how many sides of a sheet are scanned.
    pub const fn of_a_sheet(self) -> u64 {
        match self {
            Self::Simplex => 1,
            Self::Duplex => 2,
        }
    }
}

impl FromStr for Sides {
    type Err = PaperWordError;

    fn from_str(name: &str) -> Result<Self, PaperWordError> {
        let known = [Self::Simplex, Self::Duplex].into_iter().find(|sides| sides.name() == name);
        known.ok_or(PaperWordError("simplex, duplex"))
    }
}

/// How a batch was prepared, said before it is scanned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preparation {
    /// The box that its paper is from.
    #[serde(rename = "box", default, skip_serializing_if = "Option::is_none")]
    pub paper_box: Option<BoxLabel>,
    /// Sheets of charts that were counted, separator sheets left out.
    pub sheets: u32,
    /// Which sides are scanned.
    pub sides: Sides,
    /// Charts that were counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub charts: Option<u32>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_what_a_sticker_says_and_no_name() {
        for good in ["BX-0004", "7", "A_1.2", "2024-BOX-17"] {
            assert_eq!(good.parse::<BoxLabel>().unwrap().as_str(), good);
        }
        assert_eq!("bx-0004".parse::<BoxLabel>(), "BX-0004".parse());
        let long = "1".repeat(41);
        for bad in ["", "Smith", "John Smith 1950", "..", "BX/4", "BX-4\n", "Müller-1", &long] {
            assert_eq!(bad.parse::<BoxLabel>(), Err(BoxLabelError), "{bad:?}");
        }
        assert!(serde_json::from_str::<BoxLabel>("\"no digit\"").is_err());
    }

    #[test]
    fn words_are_read_as_they_are_written() {
        for step in CustodyStep::ALL {
            assert_eq!(step.name().parse(), Ok(step));
            assert_eq!(serde_json::to_string(&step).unwrap(), format!("\"{}\"", step.name()));
        }
        for sides in [Sides::Simplex, Sides::Duplex] {
            assert_eq!(sides.name().parse(), Ok(sides));
        }
        assert!("both".parse::<Sides>().unwrap_err().to_string().contains("duplex"));
    }
}
