//! The documents of a chart, one file per kind.

mod consent;
mod discharge;
mod ecg;
mod flow_sheet;
mod history;
mod laboratory;
mod medication;
mod operative;
mod progress;
mod referral;

use serde::{Deserialize, Serialize};

use super::case::Case;
use super::dice::Dice;
use super::furniture::Style;
use super::scene::Scene;

/// What a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DocumentKind {
    /// History and physical examination.
    HistoryAndPhysical,
    /// Progress notes of the ward.
    ProgressNotes,
    /// Discharge summary.
    DischargeSummary,
    /// Operative note.
    OperativeNote,
    /// Laboratory results in tables.
    LaboratoryReport,
    /// Medication administration grid.
    MedicationAdministration,
    /// Consent with check boxes and signatures.
    Consent,
    /// Referral letter.
    ReferralLetter,
    /// Nursing flow sheet.
    NursingFlowSheet,
    /// Electrocardiogram: traces and little text.
    Electrocardiogram,
}

impl DocumentKind {
    /// All kinds, in the order of a chart.
    pub const ALL: [Self; 10] = [
        Self::ReferralLetter,
        Self::HistoryAndPhysical,
        Self::Electrocardiogram,
        Self::LaboratoryReport,
        Self::Consent,
        Self::OperativeNote,
        Self::ProgressNotes,
        Self::MedicationAdministration,
        Self::NursingFlowSheet,
        Self::DischargeSummary,
    ];

    /// Writes a document of this kind and returns its pages.
    pub(super) fn write(self, case: &Case, style: Style, dice: &mut Dice) -> Vec<Scene> {
        match self {
            Self::HistoryAndPhysical => history::write(case, style, dice),
            Self::ProgressNotes => progress::write(case, style, dice),
            Self::DischargeSummary => discharge::write(case, style, dice),
            Self::OperativeNote => operative::write(case, style, dice),
            Self::LaboratoryReport => laboratory::write(case, style, dice),
            Self::MedicationAdministration => medication::write(case, style, dice),
            Self::Consent => consent::write(case, style, dice),
            Self::ReferralLetter => referral::write(case, style, dice),
            Self::NursingFlowSheet => flow_sheet::write(case, style, dice),
            Self::Electrocardiogram => ecg::write(case, style, dice),
        }
    }
}

/// Draws vital signs as a note quotes them.
fn vitals(dice: &mut Dice) -> String {
    super::phrase::expand(
        "T {97.2-101.4} F, BP {98-178}/{54-96}, HR {56-118}, RR {12-26}, SpO2 {89-99} percent on [room air|{1-4} L nasal cannula]",
        dice,
        &super::phrase::Facts::new(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every kind gives pages whose text stays on the paper, names the patient, and has nothing left to fill in.
    #[test]
    fn every_kind_is_whole_and_stays_on_the_paper() {
        use super::super::lettering::Lettering;
        use super::super::scene::Mark;
        for seed in 0..12 {
            let mut dice = Dice::new(seed, [9; 3]);
            let case = Case::invent(&mut dice);
            for kind in DocumentKind::ALL {
                let style = Style::choose(&mut dice);
                let pages = kind.write(&case, style, &mut dice);
                assert!(!pages.is_empty() && pages.len() <= 6, "{kind:?} {}", pages.len());
                for page in &pages {
                    let text = page.plain();
                    assert!(text.contains(&case.patient.record), "{kind:?}");
                    assert!(!text.contains(['[', ']', '{', '}', '|']), "{kind:?}: {text}");
                    for mark in &page.marks {
                        if let Mark::Text { x, baseline, size, face, text, .. } = mark {
                            let right = x + Lettering::width(*face, *size, text);
                            assert!(*x >= 18.0 && right <= page.width - 14.0, "{kind:?}: {text} {x} {right}");
                            assert!(*baseline > 18.0 && *baseline < page.height - 14.0, "{kind:?}: {text}");
                        }
                    }
                }
            }
        }
    }
}
