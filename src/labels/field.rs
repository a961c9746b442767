//! A suggested value, how sure it is, and where it stands.

use serde::Serialize;

use crate::chart::Rect;

/// Confidence from which a value needs no second look.
const CONFIDENT: f32 = 0.85;
/// Confidence from which a look is enough; below it a person has to confirm.
const CHECK: f32 = 0.6;

/// What is suggested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldName {
    /// The patient's record number.
    PatientNumber,
    /// The patient's name.
    PatientName,
    /// The patient's birth date.
    BirthDate,
    /// The type of the document.
    Kind,
    /// The day that the document is of.
    DocumentDate,
    /// Who wrote it.
    Author,
}

/// How much attention a value needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// A person has to confirm it before the document can be accepted.
    Verify,
    /// A person should look at it.
    Check,
    /// It can be taken as it is.
    Confident,
}

/// Where a value was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Place {
    /// Position of the page in the document, from 1.
    pub page: u32,
    /// The value's words, in pixels of the page image.
    pub rect: Rect,
}

/// Another value that was considered.
#[derive(Clone, PartialEq, Serialize)]
pub struct Candidate {
    /// The value.
    pub value: String,
    /// How sure it is, from 0 to 1.
    pub confidence: f32,
}

/// A suggested value. `Debug` is left out: it is patient data.
#[derive(Clone, PartialEq, Serialize)]
pub struct Field {
    /// What it is.
    pub name: FieldName,
    /// The value; empty where there is none, or more than one.
    pub value: String,
    /// How sure it is, from 0 to 1.
    pub confidence: f32,
    /// How much attention it needs.
    pub level: Level,
    /// Where it was read.
    pub place: Option<Place>,
    /// Why it needs attention, in words without the value.
    pub because: Option<String>,
    /// What else it may be, the likeliest first.
    pub candidates: Vec<Candidate>,
}

impl FieldName {
    /// Every field, in the order in which a person goes through them.
    pub const ALL: [Self; 6] =
        [Self::PatientNumber, Self::PatientName, Self::BirthDate, Self::Kind, Self::DocumentDate, Self::Author];

    /// Returns the name as the API writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PatientNumber => "patient_number",
            Self::PatientName => "patient_name",
            Self::BirthDate => "birth_date",
            Self::Kind => "kind",
            Self::DocumentDate => "document_date",
            Self::Author => "author",
        }
    }

    /// Returns what people call it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::PatientNumber => "Record number",
            Self::PatientName => "Patient",
            Self::BirthDate => "Birth date",
            Self::Kind => "Document type",
            Self::DocumentDate => "Document date",
            Self::Author => "Author",
        }
    }

    /// Says whether a document cannot be accepted without it.
    pub const fn is_needed(self) -> bool {
        matches!(self, Self::PatientNumber | Self::Kind)
    }
}

impl Level {
    /// Returns the level of a confidence.
    pub fn of(confidence: f32) -> Self {
        if confidence >= CONFIDENT {
            Self::Confident
        } else if confidence >= CHECK {
            Self::Check
        } else {
            Self::Verify
        }
    }

    /// Returns the name as the API writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Verify => "verify",
            Self::Check => "check",
            Self::Confident => "confident",
        }
    }
}

impl Field {
    /// A field of which nothing was found.
    pub(super) fn missing(name: FieldName) -> Self {
        let needed = name.is_needed();
        Self {
            name,
            value: String::new(),
            confidence: 0.0,
            level: if needed { Level::Verify } else { Level::Check },
            place: None,
            because: Some("it was not found on the pages".into()),
            candidates: Vec::new(),
        }
    }
}
