//! Codes on pages: bars and squares that a machine wrote for a machine, and the separator sheets that are made of them.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Longest text of a code, in bytes; a QR code of the largest size holds some 4,300 letters.
pub const MOST_CODE_BYTES: usize = 4_400;
/// Most codes of a page.
pub const MOST_CODES: usize = 32;

/// The kinds of codes that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Symbology {
    /// Code 128 (ISO/IEC 15417).
    Code128,
    /// Code 39 (ISO/IEC 16388).
    Code39,
    /// QR code (ISO/IEC 18004).
    QrCode,
    /// Data Matrix (ISO/IEC 16022).
    DataMatrix,
    /// PDF417 (ISO/IEC 15438).
    Pdf417,
    /// Patch code (Kodak A-61599); its text is `PATCH` and one of `1`, `2`, `3`, `4`, `6`, `T`.
    PatchCode,
}

/// One code as it was read. Its text may be a patient's number: `Debug` leaves it out.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Code {
    /// Its kind.
    pub symbology: Symbology,
    /// What it says.
    pub text: String,
    /// Its corners, in page-image pixels across and down: upper left, upper right, lower right, lower left, as the code lies.
    pub corners: [[u32; 2]; 4],
}

/// What a separator sheet announces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SheetKind {
    /// A batch begins.
    Batch,
    /// A patient's chart begins.
    Chart,
    /// A document of a type begins.
    Type,
    /// The document before ends.
    End,
}

/// One thing that the codes of a page say about the document that they begin or end. The value may be a patient's number:
/// `Debug` leaves it out.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Separator {
    /// What it announces.
    pub kind: SheetKind,
    /// Name of the batch, number of the patient, name of the document type; empty where there is none.
    pub value: String,
    /// Whether the page is a sheet that carries nothing else, and is hidden; else the label stands on a page of the document.
    pub sheet: bool,
    /// Corners of the code that says so, as in [`Code`].
    pub corners: [[u32; 2]; 4],
}

impl Symbology {
    /// Every kind.
    pub const ALL: [Self; 6] =
        [Self::Code128, Self::Code39, Self::QrCode, Self::DataMatrix, Self::Pdf417, Self::PatchCode];
}

impl SheetKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Batch, Self::Chart, Self::Type, Self::End];

    /// Returns the name that is stored and printed.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Batch => "batch",
            Self::Chart => "chart",
            Self::Type => "type",
            Self::End => "end",
        }
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Code")
            .field("symbology", &self.symbology)
            .field("corners", &self.corners)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Separator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Separator").field("kind", &self.kind).field("sheet", &self.sheet).finish_non_exhaustive()
    }
}
