//! The sections of a pipeline definition: fields, defaults and allowed ranges, each in one line.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::engines::Engine;
use super::violation::Violation;
use crate::chart::{SheetKind, Symbology};

/// Declares one section: its fields, their defaults and their allowed ranges.
macro_rules! section {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty = $default:expr, $range:expr;)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields, default)]
        pub struct $name {
            $($(#[$field_doc])* pub $field: $type,)*
        }

        impl Default for $name {
            fn default() -> Self {
                Self { $($field: $default,)* }
            }
        }

        impl $name {
            pub(super) fn check(&self, section: &str, violations: &mut Vec<Violation>) {
                $(check(&self.$field, $range, section, stringify!($field), violations);)*
            }
        }
    };
}

/// A field of any value is allowed.
const ANY: std::ops::RangeInclusive<f64> = f64::NEG_INFINITY..=f64::INFINITY;
/// A share.
const SHARE: std::ops::RangeInclusive<f64> = 0.0..=1.0;

section! {
    /// Which way up a page is.
    Turn {
        /// Share of letters whose nearest neighbour must lie along the row.
        rows: f32 = 0.65, 0.5..=1.0;
        /// Standard deviations by which uneven ends of letters must differ from even ones.
        strength: f32 = 5.0, 1.0..=100.0;
        /// Mean confidence of words below which another turn is tried.
        poor_confidence: f32 = 0.68, SHARE;
        /// The recogniser's own measure below which its opinion is not tried.
        engine_confidence: f32 = 0.8, 0.0..=100.0;
    }
}

section! {
    /// Straightening.
    Deskew {
        /// A page that leans less, in degrees, is left alone.
        least_degrees: f32 = 0.5, 0.05..=12.0;
        /// A page that seems to lean more, in degrees, is left alone.
        most_degrees: f32 = 12.0, 0.05..=12.0;
        /// Confidence below which the angle is not believed.
        confidence: f32 = 0.25, SHARE;
    }
}

section! {
    /// Dark edges of the scanner.
    DarkEdge {
        /// Whether they are painted over.
        enabled: bool = true, ANY;
        /// Deepest reach into the page, as a share of its sides.
        deepest: f32 = 0.2, 0.01..=0.45;
    }
}

section! {
    /// Size of the copy that is recognised.
    Resize {
        /// Height of small letters in pixels below which the copy is enlarged.
        least_x_height: f32 = 17.0, 0.0..=60.0;
        /// Height above which the copy is made smaller: it is read as well, and faster.
        most_x_height: f32 = 40.0, 24.0..=1000.0;
        /// Height that they are brought to.
        x_height: f32 = 20.0, 8.0..=60.0;
        /// Largest enlargement.
        most_factor: f32 = 3.0, 1.0..=6.0;
        /// Most pixels of the copy.
        most_pixels: u64 = 60_000_000, 100_000.0..=400_000_000.0;
    }
}

section! {
    /// Blank pages.
    Blank {
        /// Contrast, as a share of the paper level, below which a mark is show-through.
        least_contrast: f32 = 0.11, 0.02..=0.5;
        /// Most marks on a nearly blank page.
        nearly_blank_marks: u32 = 24, 0.0..=1000.0;
    }
}

section! {
    /// Recognition.
    Recognise {
        /// Who reads the lines.
        engine: Engine = Engine::default(), ANY;
        /// Names of the language models.
        languages: Vec<String> = vec!["eng".to_owned()], 1.0..=8.0;
        /// Longest time per page, in seconds.
        deadline_seconds: f32 = 120.0, 0.1..=3600.0;
        /// Mean confidence of words below which a person should look.
        low_confidence: f32 = 0.7, SHARE;
    }
}

section! {
    /// Quality of the scan.
    Quality {
        /// Pixels per inch below which the resolution is called low.
        least_dpi: f32 = 180.0, 30.0..=1200.0;
        /// Difference between ink and paper, as a share of the paper level, below which the page is called faded.
        least_contrast: f32 = 0.45, SHARE;
        /// Blur, as a share of the height of small letters, above which the page is called blurred.
        most_blur: f32 = 0.09, 0.01..=2.0;
        /// Letters at the border from which writing is called cut off.
        cut_letters: u32 = 2, 1.0..=1000.0;
    }
}

section! {
    /// Text that a program wrote into the file.
    BornDigital {
        /// Whether it is used instead of recognition.
        enabled: bool = true, ANY;
        /// Largest share of replacement, private-use and control characters.
        most_unreadable: f32 = 0.1, SHARE;
        /// Least share of letters and digits.
        least_letters: f32 = 0.3, SHARE;
        /// Largest share of words of one letter.
        most_single_letters: f32 = 0.6, SHARE;
    }
}

section! {
    /// Codes and separator sheets.
    Codes {
        /// Whether codes are read.
        enabled: bool = true, ANY;
        /// What a site's own labels mean.
        labels: Vec<CodeLabel> = vec![CodeLabel::patch_t()], 0.0..=100.0;
    }
}

/// What a site's existing label means.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodeLabel {
    /// Regular expression that the whole text of the code has to fit; its first group is the value.
    pub pattern: String,
    /// Kind of code; any where it is left out.
    #[serde(default)]
    pub symbology: Option<Symbology>,
    /// What begins or ends where it stands.
    pub means: SheetKind,
    /// The value, in place of the first group: the name of a document type, for instance.
    #[serde(default)]
    pub value: Option<String>,
    /// Whether it stands on a sheet that carries nothing else and is hidden; else on the first page of a document.
    #[serde(default)]
    pub sheet: bool,
}

impl CodeLabel {
    /// The separator of most capture programs, as a patch code and as bars beside it: it ends a document.
    fn patch_t() -> Self {
        Self { pattern: "PATCH ?T".into(), symbology: None, means: SheetKind::End, value: None, sheet: true }
    }

    /// Returns the expression for the whole text.
    pub fn whole_pattern(&self) -> String {
        format!("^(?:{})$", self.pattern)
    }

    /// Says what is wrong with the expression.
    pub(super) fn fault(&self) -> Option<String> {
        // The bound keeps a pattern from taking memory without end.
        let compiled = regex::RegexBuilder::new(&self.whole_pattern()).size_limit(1 << 18).build();
        compiled.err().map(|cause| format!("{:?} is no regular expression: {cause}", self.pattern))
    }
}

impl Recognise {
    /// Returns the longest time per page.
    pub fn deadline(&self) -> Duration {
        Duration::from_secs_f32(self.deadline_seconds.clamp(0.1, 3600.0))
    }
}

/// What a range can be checked on: numbers by value, lists by length.
trait Measure {
    fn measure(&self) -> f64;
}

impl Measure for f32 {
    fn measure(&self) -> f64 {
        f64::from(*self)
    }
}

impl Measure for u32 {
    fn measure(&self) -> f64 {
        f64::from(*self)
    }
}

impl Measure for u64 {
    fn measure(&self) -> f64 {
        *self as f64
    }
}

impl Measure for bool {
    fn measure(&self) -> f64 {
        f64::from(u8::from(*self))
    }
}

impl Measure for Engine {
    fn measure(&self) -> f64 {
        0.0
    }
}

impl Measure for Vec<CodeLabel> {
    fn measure(&self) -> f64 {
        self.len() as f64
    }
}

impl Measure for Vec<String> {
    fn measure(&self) -> f64 {
        self.len() as f64
    }
}

fn check(
    value: &impl Measure,
    range: std::ops::RangeInclusive<f64>,
    section: &str,
    field: &str,
    violations: &mut Vec<Violation>,
) {
    let measure = value.measure();
    if !range.contains(&measure) {
        let (least, most) = (range.start(), range.end());
        violations
            .push(Violation::new(format!("{section}.{field}"), format!("is {measure}; allowed is {least} to {most}")));
    }
}
