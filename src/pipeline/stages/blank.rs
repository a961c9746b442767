//! Decides whether a page is blank.

use super::finding;
use crate::chart::{Finding, FindingKind, Severity};
use crate::imaging::blankness::Marks;
use crate::pipeline::sections::Blank;

/// What a page holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// Nothing that can be writing.
    Blank,
    /// Very few marks that may be writing.
    NearlyBlank,
    /// Writing.
    Written,
}

/// Judges the marks on a page.
pub fn blank(marks: &Marks, settings: &Blank) -> Content {
    match marks.writing {
        0 => Content::Blank,
        few if few <= settings.nearly_blank_marks as usize => Content::NearlyBlank,
        _ => Content::Written,
    }
}

/// Reports a blank or nearly blank page.
pub fn report(content: Content, marks: &Marks) -> Option<Finding> {
    match content {
        Content::Written => None,
        Content::Blank => {
            // Show-through is the one thing that may be taken for nothing and be something.
            let confidence = if marks.faint > 0 { 0.9 } else { 0.99 };
            let faint = if marks.faint > 0 {
                format!(" ({} faint marks, as of writing on the other side)", marks.faint)
            } else {
                String::new()
            };
            let message = format!("No writing{faint}. The page is hidden, not dropped.");
            Some(finding("blank", FindingKind::Blank, Severity::Note, confidence, message))
        }
        Content::NearlyBlank => {
            let message = format!("Only {} marks that may be writing; look whether the page is blank.", marks.writing);
            Some(finding("blank", FindingKind::NearlyBlank, Severity::Check, 0.7, message))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_single_mark_keeps_a_page_from_being_blank() {
        let settings = Blank::default();
        let marks = |writing| Marks { writing, faint: 40, lines: 2, holes: 3 };
        assert_eq!(blank(&marks(0), &settings), Content::Blank);
        assert_eq!(blank(&marks(1), &settings), Content::NearlyBlank);
        assert_eq!(blank(&marks(500), &settings), Content::Written);
        assert!(report(Content::Blank, &marks(0)).is_some_and(|finding| finding.message.contains("40 faint")));
        assert_eq!(report(Content::Written, &marks(500)), None);
    }
}
