//! Lots: what a second person may find wrong with a sampled document, how much it matters, how strictly a lot is sampled.

use serde::{Deserialize, Serialize};

/// How much a defect matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DefectClass {
    /// Noted; the document stays as it is.
    Minor,
    /// The document is returned; so many of the sample are tolerated as the plan says.
    Major,
    /// The document is returned, and one is enough to hold the lot back.
    Critical,
}

macro_rules! defects {
    ($($(#[$doc:meta])* $kind:ident = $name:literal, $class:ident;)*) => {
        /// The kinds of defects, sorted into classes by what they do to whoever trusts the archive.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum Defect {
            $($(#[$doc])* $kind,)*
        }

        impl Defect {
            /// Every kind, the critical ones first.
            pub const ALL: &[Self] = &[$(Self::$kind),*];

            /// Returns the name as it is stored and printed.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$kind => $name),* }
            }

            /// Returns how much it matters.
            pub const fn class(self) -> DefectClass {
                match self { $(Self::$kind => DefectClass::$class),* }
            }
        }
    };
}

defects! {
    /// It is filed with another patient.
    WrongPatient = "wrong-patient", Critical;
    /// A page of the paper is not there.
    MissingPage = "missing-page", Critical;
    /// Pages of several patients are in it.
    MixedPatients = "mixed-patients", Critical;
    /// It cannot be read.
    Unreadable = "unreadable", Critical;
    /// It falls under a hold that nobody noticed.
    MissedHold = "missed-hold", Critical;
    /// It is sensitive and not labelled so.
    MissedSensitivity = "missed-sensitivity", Critical;
    /// Its type is wrong.
    WrongType = "wrong-type", Major;
    /// Its encounter is wrong.
    WrongEncounter = "wrong-encounter", Major;
    /// A date is wrong.
    WrongDate = "wrong-date", Major;
    /// Its pages are in the wrong order.
    WrongOrder = "wrong-order", Major;
    /// The same paper is there twice.
    Duplicate = "duplicate", Major;
    /// The image ends before the paper does.
    Cropped = "cropped", Major;
    /// The back of a sheet is not there.
    MissingBackSide = "missing-back-side", Major;
    /// A page is crooked.
    Skew = "skew", Minor;
    /// A page lies on its side or head.
    Rotation = "rotation", Minor;
    /// Specks.
    Speckle = "speckle", Minor;
    /// A blank page is shown.
    BlankRetained = "blank-retained", Minor;
}

/// A text that names no kind of defect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a defect is wrong-patient, missing-page, mixed-patients, unreadable, missed-hold, missed-sensitivity (critical); \
     wrong-type, wrong-encounter, wrong-date, wrong-order, duplicate, cropped, missing-back-side (major); skew, rotation, \
     speckle or blank-retained (minor)"
)]
pub struct DefectParseError;

impl std::str::FromStr for Defect {
    type Err = DefectParseError;

    fn from_str(name: &str) -> Result<Self, DefectParseError> {
        Self::ALL.iter().copied().find(|defect| defect.name() == name).ok_or(DefectParseError)
    }
}

/// How strictly a lot is sampled, going by how the lots before it came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stringency {
    /// As the plan says.
    Normal,
    /// As the plan of the next lower limit says: lots were held back.
    Tightened,
    /// Every document is checked: too many lots were held back, or this lot was.
    All,
}

impl Stringency {
    /// Returns the name as it is stored and printed.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Tightened => "tightened",
            Self::All => "all",
        }
    }
}

impl std::str::FromStr for Stringency {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        [Self::Normal, Self::Tightened, Self::All].into_iter().find(|one| one.name() == name).ok_or(())
    }
}

/// How a document came to be checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sampled {
    /// It was not.
    No,
    /// The seed drew it: what is found in it counts against the plan.
    Drawn,
    /// It was added: whoever accepted it is new, and all of their documents are checked.
    Added,
}

impl Sampled {
    /// Returns the name as it is stored and printed.
    pub const fn name(self) -> &'static str {
        match self {
            Self::No => "no",
            Self::Drawn => "drawn",
            Self::Added => "added",
        }
    }
}

impl std::str::FromStr for Sampled {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        [Self::No, Self::Drawn, Self::Added].into_iter().find(|one| one.name() == name).ok_or(())
    }
}
