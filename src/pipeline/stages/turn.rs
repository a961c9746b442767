//! Decides which way up a page is.

use super::finding;
use crate::chart::{Finding, FindingKind, QuarterTurns, Severity};
use crate::imaging::orientation::OrientationEvidence;
use crate::pipeline::sections::Turn;

/// Returns the clockwise turn that the shapes of the rows ask for: none unless they are clear.
///
/// Where rows clearly run from top to bottom but the tops of the letters are not clear, a quarter turn is made all the same;
/// the recogniser's confidence then tells whether a half turn is missing.
pub fn turn(evidence: &OrientationEvidence, settings: &Turn) -> QuarterTurns {
    match evidence.upright(settings.rows, settings.strength) {
        Some(turn) => turn,
        None if evidence.letters >= 200 && 1.0 - evidence.level_rows >= (settings.rows + 0.1).min(0.95) => {
            evidence.level
        }
        None => QuarterTurns::None,
    }
}

/// Reports a turn that was made.
pub fn report(turn: QuarterTurns) -> Option<Finding> {
    let message = match turn {
        QuarterTurns::None => return None,
        QuarterTurns::Two => "The page is upside down.".to_owned(),
        turn => format!("The page lies on its side; a turn of {} degrees clockwise makes it upright.", turn.degrees()),
    };
    Some(finding("turn", FindingKind::Turned, Severity::Note, 0.95, message))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evidence(level_rows: f32, letters: usize, rising: f32, strength: f32) -> OrientationEvidence {
        let level = if level_rows >= 0.5 { QuarterTurns::None } else { QuarterTurns::One };
        OrientationEvidence { level_rows, letters, rising, strength, level }
    }

    #[test]
    fn only_clear_shapes_turn_a_page() {
        let settings = Turn::default();
        assert_eq!(turn(&evidence(0.9, 900, 0.5, 12.0), &settings), QuarterTurns::None);
        assert_eq!(turn(&evidence(0.9, 900, -0.5, -12.0), &settings), QuarterTurns::Two);
        assert_eq!(turn(&evidence(0.9, 900, -0.2, -2.0), &settings), QuarterTurns::None);
        assert_eq!(turn(&evidence(0.1, 900, -0.5, -12.0), &settings), QuarterTurns::Three);
        assert_eq!(turn(&evidence(0.1, 900, 0.0, 0.0), &settings), QuarterTurns::One);
        assert_eq!(turn(&evidence(0.45, 900, 0.5, 12.0), &settings), QuarterTurns::None);
        assert_eq!(turn(&evidence(0.0, 12, 0.0, 0.0), &settings), QuarterTurns::None);
    }

    #[test]
    fn a_turn_is_reported() {
        assert_eq!(report(QuarterTurns::None), None);
        assert_eq!(report(QuarterTurns::Two).map(|finding| finding.kind), Some(FindingKind::Turned));
    }
}
