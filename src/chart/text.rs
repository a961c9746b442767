//! What was read on a page: words with boxes and confidence. This is the schema of the stored and exported JSON.

use serde::{Deserialize, Serialize};

use super::{
    Code, Confidence, Finding, FindingKind, OtherReading, PageId, PipelineStamp, QuarterTurns, ReadingDoubt, Rect,
    Separator,
};

/// Number of the JSON schema that [`PageText`] is written in. It is raised when a property changes its meaning or goes away;
/// one that is added may be absent, as it is in results from before.
pub const PAGE_TEXT_SCHEMA: u32 = 1;

/// The result of one pipeline on one page.
///
/// All rectangles are pixels of the *page image*: the page as a viewer shows it (after the EXIF orientation or the PDF's
/// `/Rotate`), at its own resolution, before any turning or straightening for recognition.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PageText {
    /// Schema number, [`PAGE_TEXT_SCHEMA`].
    pub schema: u32,
    /// The page.
    pub page: PageId,
    /// The pipeline that made this result.
    pub pipeline: PipelineStamp,
    /// Program and model that read the page, for example `tesseract 5.3.0 eng`.
    pub engine: String,
    /// Where the text comes from.
    pub source: TextSource,
    /// The page image that rectangles refer to.
    pub image: PageImage,
    /// The clockwise turn that makes the page upright.
    pub upright: QuarterTurns,
    /// The clockwise angle in degrees by which the upright page leans; text lines run at this angle.
    pub skew_degrees: f32,
    /// Whether the page is hidden from view and from export, because it is blank or a separator sheet. It is kept all the
    /// same.
    pub hidden: bool,
    /// Codes that a machine wrote for a machine, from the top down.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub codes: Vec<Code>,
    /// What these codes say about the documents that begin or end here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub separators: Vec<Separator>,
    /// Blocks in reading order.
    pub blocks: Vec<Block>,
    /// What is poor about the page.
    pub findings: Vec<Finding>,
}

/// The image that rectangles refer to.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PageImage {
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Pixels per inch, horizontally and vertically; estimated from the size where the file does not say.
    pub dpi: (f32, f32),
}

/// Where the text of a page comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TextSource {
    /// Recognised from the image.
    Recognised,
    /// Written into the file by the program that made it.
    BornDigital,
    /// There is none: the page is blank, or could not be recognised (see the findings).
    None,
}

/// Lines that belong together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Block {
    /// Covers all lines.
    pub rect: Rect,
    /// Lines in reading order.
    pub lines: Vec<Line>,
}

/// Words on one line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Covers all words.
    pub rect: Rect,
    /// Words in reading order.
    pub words: Vec<Word>,
}

/// One word.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Word {
    /// The word as read; never empty, no white space.
    pub text: String,
    /// Where it stands.
    pub rect: Rect,
    /// How sure the reading is.
    pub confidence: Confidence,
    /// What else it may say, where the recogniser was in doubt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doubt: Option<Box<ReadingDoubt>>,
}

impl Word {
    /// Makes a word about which nothing is in doubt.
    pub const fn new(text: String, rect: Rect, confidence: Confidence) -> Self {
        Self { text, rect, confidence, doubt: None }
    }

    /// Returns what it may say instead, the most probable first.
    pub fn other_readings(&self) -> &[OtherReading] {
        self.doubt.as_ref().map_or(&[], |doubt| &doubt.others)
    }
}

impl PageText {
    /// Returns all lines in reading order.
    pub fn lines(&self) -> impl Iterator<Item = &Line> {
        self.blocks.iter().flat_map(|block| &block.lines)
    }

    /// Returns all words in reading order.
    pub fn words(&self) -> impl Iterator<Item = &Word> {
        self.lines().flat_map(|line| &line.words)
    }

    /// Returns the text: words parted by spaces, lines by line ends, blocks by empty lines.
    pub fn plain(&self) -> String {
        let mut text = String::new();
        for (index, block) in self.blocks.iter().enumerate() {
            if index > 0 {
                text.push('\n');
            }
            for line in &block.lines {
                for (index, word) in line.words.iter().enumerate() {
                    if index > 0 {
                        text.push(' ');
                    }
                    text.push_str(&word.text);
                }
                text.push('\n');
            }
        }
        text
    }

    /// Says whether the page has a finding of `kind`.
    pub fn has(&self, kind: FindingKind) -> bool {
        self.findings.iter().any(|finding| finding.kind == kind)
    }

    /// Says whether a search over this page can be trusted: it is blank, or has text that the recogniser was sure of.
    pub fn is_reliable(&self) -> bool {
        use FindingKind::{LowConfidence, NearlyBlank, NoText, RecognitionFailed};
        !self
            .findings
            .iter()
            .any(|finding| matches!(finding.kind, LowConfidence | NearlyBlank | NoText | RecognitionFailed))
    }

    /// Returns the mean confidence of the words, weighted by length; `None` without words.
    pub fn mean_confidence(&self) -> Option<Confidence> {
        let (sum, letters) = self.words().fold((0.0, 0usize), |(sum, letters), word| {
            let length = word.text.chars().count();
            (sum + word.confidence.value() * length as f32, letters + length)
        });
        (letters > 0).then(|| Confidence::clamped(sum / letters as f32))
    }
}
