//! Reads the codes of a page, and says which of them part documents: our own sheets, and a site's labels.

use image::DynamicImage;
use regex::Regex;

use super::finding;
use crate::barcode::{self, Sheet};
use crate::chart::{Code, Finding, FindingKind, Separator, Severity, SheetKind};
use crate::pipeline::sections::{CodeLabel, Codes};

/// What the codes of a page are and say.
#[derive(Debug, Clone, Default)]
pub struct ReadCodes {
    /// The codes, from the top down.
    pub codes: Vec<Code>,
    /// What they say about documents.
    pub separators: Vec<Separator>,
}

/// Reads the codes of a page, where the settings want that.
pub fn codes(page: &DynamicImage, settings: Option<&Codes>) -> ReadCodes {
    let Some(settings) = settings.filter(|settings| settings.enabled) else { return ReadCodes::default() };
    let codes = barcode::read(page);
    let separators = meant(&codes, &settings.labels);
    ReadCodes { codes, separators }
}

/// Returns what codes say, each thing once.
pub fn meant(codes: &[Code], labels: &[CodeLabel]) -> Vec<Separator> {
    let mut separators: Vec<Separator> = Vec::new();
    for code in codes {
        let own = Sheet::parse(&code.text).map(|sheet| Separator {
            kind: sheet.kind(),
            value: sheet.value().to_owned(),
            sheet: true,
            corners: code.corners,
        });
        let meaning = own.or_else(|| labels.iter().find_map(|label| labelled(code, label)));
        if let Some(meaning) = meaning
            && !separators.iter().any(|other| other.kind == meaning.kind && other.value == meaning.value)
        {
            separators.push(meaning);
        }
    }
    separators
}

fn labelled(code: &Code, label: &CodeLabel) -> Option<Separator> {
    if label.symbology.is_some_and(|symbology| symbology != code.symbology) {
        return None;
    }
    // Patterns were checked when the definition was read.
    let found = Regex::new(&label.whole_pattern()).ok()?.captures(&code.text)?;
    let value = match (&label.value, found.get(1)) {
        _ if label.means == SheetKind::End => String::new(),
        (Some(value), _) => value.clone(),
        (None, Some(group)) => group.as_str().to_owned(),
        (None, None) => code.text.clone(),
    };
    Some(Separator { kind: label.means, value, sheet: label.sheet, corners: code.corners })
}

impl ReadCodes {
    /// Says whether the page is a separator sheet: it carries nothing else, and is hidden.
    pub fn is_sheet(&self) -> bool {
        self.separators.iter().any(|separator| separator.sheet)
    }

    /// Reports what the codes say, without their values.
    pub fn report(&self) -> Vec<Finding> {
        let kept = if self.is_sheet() { " The sheet is hidden, not dropped." } else { "" };
        let report = |separator: &Separator| {
            let (kind, what) = match separator.kind {
                SheetKind::Batch => (FindingKind::BatchBegins, "a batch begins"),
                SheetKind::Chart => (FindingKind::ChartBegins, "a patient's chart begins"),
                SheetKind::Type => (FindingKind::DocumentBegins, "a document begins"),
                SheetKind::End => (FindingKind::DocumentEnds, "a document ends"),
            };
            finding("codes", kind, Severity::Note, 1.0, format!("A code says that {what} here.{kept}"))
        };
        self.separators.iter().map(report).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::Symbology;

    fn code(text: &str) -> Code {
        Code { symbology: Symbology::Code128, text: text.into(), corners: [[0, 0]; 4] }
    }

    #[test]
    fn our_own_sheets_and_a_sites_labels_say_what_begins() {
        let label = |pattern: &str, means, value: Option<&str>, sheet| CodeLabel {
            pattern: pattern.into(),
            symbology: None,
            means,
            value: value.map(str::to_owned),
            sheet,
        };
        let labels = [
            label("PT-([0-9]+)", SheetKind::Chart, None, false),
            label("FORM 17|FORM 18", SheetKind::Type, Some("consent"), true),
            label("STOP.*", SheetKind::End, None, true),
        ];
        let own = Sheet::new(SheetKind::Chart, "4711").expect("a sheet").payload();
        let codes = [&own, &own, "PT-99", "XPT-99", "FORM 18", "FORM 181", "STOP HERE"].map(code);
        let said: Vec<_> = meant(&codes, &labels).into_iter().map(|one| (one.kind, one.value, one.sheet)).collect();
        assert_eq!(
            said,
            [
                (SheetKind::Chart, "4711".to_owned(), true),
                (SheetKind::Chart, "99".to_owned(), false),
                (SheetKind::Type, "consent".to_owned(), true),
                (SheetKind::End, String::new(), true),
            ]
        );
        let read = ReadCodes { separators: meant(&codes, &labels), codes: codes.to_vec() };
        assert!(read.is_sheet() && read.report().iter().all(|finding| !finding.message.contains("4711")));
        assert!(!format!("{read:?}").contains("4711"));
    }

    #[test]
    fn nothing_is_read_where_it_is_switched_off() {
        let page = DynamicImage::ImageLuma8(image::GrayImage::from_pixel(100, 100, image::Luma([255])));
        let off = Codes { enabled: false, ..Codes::default() };
        assert!(codes(&page, Some(&off)).codes.is_empty() && codes(&page, None).codes.is_empty());
    }
}
