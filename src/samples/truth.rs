//! The labels beside each file: what it truly shows. Boxes are pixels of the file's own page images.

use serde::{Deserialize, Serialize};

use crate::chart::{Digest, QuarterTurns, Rect};

use super::forms::DocumentKind;
use super::options::{Container, Options, Profile, Summary};

/// Number of the JSON schema of [`FileTruth`] and [`Manifest`].
pub const TRUTH_SCHEMA: u32 = 1;

/// What a file shows: `NAME.truth.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FileTruth {
    /// Schema number, [`TRUTH_SCHEMA`].
    pub schema: u32,
    /// Name of the file.
    pub file: String,
    /// Number of the chart, from 1.
    pub chart: u32,
    /// Whose chart it is; nobody real.
    pub patient: PatientTruth,
    /// How its pages were worn.
    pub profile: Profile,
    /// How its pages are stored.
    pub container: Container,
    /// Pages in the order of the file.
    pub pages: Vec<PageTruth>,
}

/// An invented patient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PatientTruth {
    /// Name as charts file it.
    pub name: String,
    /// Record number; begins with ZZ.
    pub record_number: String,
    /// Birth date, as 1950-12-31.
    pub birth_date: String,
}

/// What a page shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PageTruth {
    /// Number of the page in the file, from 1.
    pub page: u32,
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Pixels per inch.
    pub dpi: u32,
    /// The document that the page belongs to.
    pub document: DocumentTruth,
    /// Whether nothing is printed on it.
    pub blank: bool,
    /// Whether it stands on its head.
    pub upside_down: bool,
    /// The clockwise turn that makes the page upright.
    pub upright: QuarterTurns,
    /// The clockwise angle in degrees by which the upright page leans.
    pub skew_degrees: f32,
    /// The patient whom the page is about, when it is not the chart's.
    pub foreign_patient: Option<PatientTruth>,
    /// What was done to the page.
    pub wear: Vec<String>,
    /// Words in reading order.
    pub words: Vec<WordTruth>,
}

/// Which document a page belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentTruth {
    /// Number of the document in the chart, from 1.
    pub number: u32,
    /// Its kind.
    pub kind: DocumentKind,
    /// Number of the page in the document, from 1; a blank back side has its front's.
    pub page: u32,
}

/// A word and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WordTruth {
    /// The word as printed.
    pub text: String,
    /// The ink's box.
    pub rect: Rect,
    /// Number of its line; the words of a line have the same.
    pub line: u32,
}

impl PageTruth {
    /// Returns the exact text: words parted by spaces, lines by line ends; empty for a blank page.
    pub fn plain(&self) -> String {
        let lines = self.words.chunk_by(|before, after| before.line == after.line);
        lines.map(|words| words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ") + "\n").collect()
    }
}

/// What a set consists of: `manifest.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Schema number, [`TRUTH_SCHEMA`].
    pub schema: u32,
    /// Says that nobody here is real.
    pub note: String,
    /// Seed.
    pub seed: u64,
    /// Wear.
    pub profile: Profile,
    /// Pixels per inch that were asked for.
    pub dpi: u32,
    /// Files asked for.
    pub containers: Container,
    /// Totals.
    pub summary: Summary,
    /// Files in the order of their names.
    pub files: Vec<ManifestFile>,
}

/// A file of a set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestFile {
    /// Name inside of the folder.
    pub name: String,
    /// SHA-256.
    pub sha256: Digest,
    /// Bytes.
    pub bytes: u64,
    /// Pages.
    pub pages: u32,
    /// How its pages are stored.
    pub container: Container,
}

impl Manifest {
    /// Starts the manifest of a set.
    pub(super) fn new(options: &Options) -> Self {
        Self {
            schema: TRUTH_SCHEMA,
            note: "Synthetic charts. No person, hospital or record number in them exists.".to_owned(),
            seed: options.seed,
            profile: options.degrade,
            dpi: options.dpi,
            containers: options.containers,
            summary: Summary::default(),
            files: Vec::new(),
        }
    }
}
