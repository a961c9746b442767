//! The plan of a chart: which documents, where the blank backs are, which page stands on its head, who slipped in.

use super::case::Case;
use super::dice::Dice;
use super::forms::DocumentKind;
use super::furniture::Style;
use super::scene::Scene;
use super::truth::{DocumentTruth, PatientTruth};

/// A chart before it is drawn.
pub(super) struct Chart {
    pub(super) patient: PatientTruth,
    pub(super) pages: Vec<PlannedPage>,
}

/// A page before it is drawn.
pub(super) struct PlannedPage {
    pub(super) scene: Scene,
    pub(super) document: DocumentTruth,
    pub(super) blank: bool,
    pub(super) upside_down: bool,
    pub(super) foreign: Option<PatientTruth>,
}

/// Purposes that choices are drawn for, so that one does not move the others.
const STORY: u64 = 1;
const STRANGER: u64 = 2;

impl Chart {
    /// Plans chart `number` (from 1) of `seed`. The first chart has a document of every kind, blank backs, a page on its
    /// head and a page of another patient; the others have what chance gives them, but at least one blank back.
    pub(super) fn plan(seed: u64, number: u32) -> Self {
        let mut dice = Dice::new(seed, [u64::from(number), STORY, 0]);
        let complete = number == 1;
        let case = Case::invent(&mut dice);
        let style = Style::choose(&mut dice);
        let mut pages: Vec<PlannedPage> = Vec::new();
        let mut documents = 0;
        for kind in DocumentKind::ALL {
            let wanted = dice.chance(70);
            if !(complete || wanted || kind == DocumentKind::HistoryAndPhysical) {
                continue;
            }
            // Some departments have forms of their own style.
            let own = Style::choose(&mut dice);
            let style = if dice.chance(35) { own } else { style };
            documents += 1;
            for (index, scene) in kind.write(&case, style, &mut dice).into_iter().enumerate() {
                let document = DocumentTruth { number: documents, kind, page: index as u32 + 1 };
                pages.push(PlannedPage { scene, document, blank: false, upside_down: false, foreign: None });
            }
            if dice.chance(22) || (complete && kind == DocumentKind::Consent) {
                pages.push(blank_back(&pages[pages.len() - 1]));
            }
        }
        if !pages.iter().any(|page| page.blank) {
            let front = dice.index(pages.len());
            pages.insert(front + 1, blank_back(&pages[front]));
        }
        if complete || dice.chance(50) {
            let place = 1 + dice.index(pages.len() - 1);
            pages.insert(place, stranger(seed, number, documents + 1));
        }
        if complete || dice.chance(60) {
            let printed: Vec<usize> = (0..pages.len()).filter(|&index| !pages[index].blank).collect();
            let index = dice.pick(&printed);
            pages[index].upside_down = true;
        }
        Self { patient: label(&case), pages }
    }
}

fn blank_back(front: &PlannedPage) -> PlannedPage {
    let scene = Scene::new((front.scene.width, front.scene.height));
    PlannedPage { scene, document: front.document, blank: true, upside_down: false, foreign: None }
}

/// Makes a page of somebody else's chart.
fn stranger(seed: u64, chart: u32, document: u32) -> PlannedPage {
    let mut dice = Dice::new(seed, [u64::from(chart), STRANGER, 0]);
    let case = Case::invent(&mut dice);
    let style = Style::choose(&mut dice);
    let kind =
        dice.pick(&[DocumentKind::ProgressNotes, DocumentKind::LaboratoryReport, DocumentKind::DischargeSummary]);
    let scene = kind.write(&case, style, &mut dice).swap_remove(0);
    let document = DocumentTruth { number: document, kind, page: 1 };
    PlannedPage { scene, document, blank: false, upside_down: false, foreign: Some(label(&case)) }
}

fn label(case: &Case) -> PatientTruth {
    let patient = &case.patient;
    PatientTruth {
        name: patient.filed_name(),
        record_number: patient.record.clone(),
        birth_date: patient.born.to_string(),
    }
}
