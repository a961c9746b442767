//! What is poor about a page. A finding goes to a person; it is never an error and never stops the page.

use serde::{Deserialize, Serialize};

use super::Confidence;

/// One observation about a page, made by one stage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// What was seen.
    pub kind: FindingKind,
    /// How much it matters.
    pub severity: Severity,
    /// How sure the stage is.
    pub confidence: Confidence,
    /// The stage that saw it, for example `deskew`.
    pub stage: String,
    /// One sentence for a person: numbers and advice, never text of the page.
    pub message: String,
}

/// The kinds of findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FindingKind {
    /// No writing on the page; it is hidden, never dropped.
    Blank,
    /// Very little on the page: blank in all likelihood, but a person should look.
    NearlyBlank,
    /// The page was upside down or sideways.
    Turned,
    /// The page was crooked.
    Skew,
    /// The image is out of focus.
    Blur,
    /// Faded writing or a grey background.
    LowContrast,
    /// Fewer than the pixels per inch that recognition needs.
    LowResolution,
    /// Writing runs into the edge of the image.
    CutOff,
    /// A dark edge left by the scanner.
    DarkEdge,
    /// The recogniser is unsure of most words.
    LowConfidence,
    /// There is writing, but no text could be read.
    NoText,
    /// The file's own text was unusable, so that the page was recognised from its image.
    UnusableTextLayer,
    /// The page was recognised on a copy made smaller, since the image passes the pixel limit.
    Reduced,
    /// The file is damaged; what could be read of the page was read.
    Damaged,
    /// A batch begins here: a separator sheet or a label says so.
    BatchBegins,
    /// A patient's chart begins here.
    ChartBegins,
    /// A document of a type begins here.
    DocumentBegins,
    /// A document ends here.
    DocumentEnds,
    /// Recognition failed on every attempt; a person has to read the page.
    RecognitionFailed,
}

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// A person should look.
    Check,
    /// The page is of no use until a person has acted.
    Serious,
}
