//! Which way up a page is, from the shapes of its rows alone: no recognition, some milliseconds.
//!
//! Letters stand closer to their neighbours on the row than to those of the next row; that gives the direction of the rows.
//! In Latin script more letters rise above the middle band (b d f h k l t, capitals, digits) than hang below it (g j p q
//! y): in an upright page the upper ends are the uneven ones.

use super::letters::Letters;
use crate::chart::QuarterTurns;

/// Least letters in rows before anything is said.
const LEAST_LETTERS: usize = 40;
/// Letters whose ends are compared with each other: a stretch short enough to be straight.
const STRETCH: usize = 12;

/// What the shapes say about the turn that makes a page upright.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OrientationEvidence {
    /// Share of letters whose nearest neighbour lies beside rather than above or below them, 0 to 1.
    pub level_rows: f32,
    /// Letters that were asked for it.
    pub letters: usize,
    /// Unevenness of the upper minus that of the lower ends over their sum, -1 to 1, once rows are level; positive is
    /// upright.
    pub rising: f32,
    /// How many standard deviations `rising` is away from chance.
    pub strength: f32,
    /// The clockwise turn that makes rows level: none or one.
    pub level: QuarterTurns,
}

impl OrientationEvidence {
    /// Measures the letters of a page.
    pub fn of(letters: &Letters) -> Self {
        let beside = letters.next_to_the_right();
        // A quarter turn anticlockwise makes "below" into "to the right".
        let sideways = letters.turned(QuarterTurns::Three);
        let below = sideways.next_to_the_right();
        let (mut level, mut upended) = (0usize, 0usize);
        for (beside, below) in beside.iter().zip(&below) {
            match (beside, below) {
                (Some((_, across)), Some((_, down))) if across != down => {
                    if across < down {
                        level += 1;
                    } else {
                        upended += 1;
                    }
                }
                (Some(_), None) => level += 1,
                (None, Some(_)) => upended += 1,
                _ => {}
            }
        }
        let total = level + upended;
        let level_rows = if total == 0 { 0.5 } else { level as f32 / total as f32 };
        let turn = if level >= upended { QuarterTurns::None } else { QuarterTurns::One };
        let (rising, strength) = if total >= LEAST_LETTERS { rising(&letters.turned(turn)) } else { (0.0, 0.0) };
        Self { level_rows, letters: total, rising, strength, level: turn }
    }

    /// Returns the clockwise turn that makes the page upright, where the evidence is at least `share` of level (or upended)
    /// rows, and `strength` standard deviations for up and down; `None` where it is not.
    pub fn upright(&self, share: f32, strength: f32) -> Option<QuarterTurns> {
        let sure_of_rows = self.letters >= LEAST_LETTERS && self.level_rows.max(1.0 - self.level_rows) >= share;
        let sure_of_top = self.strength.abs() >= strength && self.rising.abs() >= 0.1;
        match (sure_of_rows && sure_of_top, self.rising >= 0.0) {
            (false, _) => None,
            (true, true) => Some(self.level),
            (true, false) => Some(self.level.then(QuarterTurns::Two)),
        }
    }
}

fn rising(letters: &Letters) -> (f32, f32) {
    let (mut upper, mut lower) = (0f32, 0f32);
    for row in letters.rows() {
        for stretch in row.chunks(STRETCH).filter(|stretch| stretch.len() >= 4) {
            let parts: Vec<_> = stretch.iter().map(|index| &letters.boxes[*index]).collect();
            let height = median(parts.iter().map(|part| part.height() as f32));
            // The row may lean: ends are compared after the lean of the stretch's own middles is taken off.
            let lean = lean(&parts.iter().map(|part| (part.left as f32, part.bottom as f32)).collect::<Vec<_>>());
            let whole: Vec<_> =
                parts.iter().filter(|part| (0.5..=2.2).contains(&(part.height() as f32 / height))).collect();
            let tops: Vec<f32> = whole.iter().map(|part| part.top as f32 - lean * part.left as f32).collect();
            let bottoms: Vec<f32> = whole.iter().map(|part| part.bottom as f32 - lean * part.left as f32).collect();
            upper += unevenness(&tops, height);
            lower += unevenness(&bottoms, height);
        }
    }
    let sum = upper + lower;
    if sum <= 0.0 { (0.0, 0.0) } else { ((upper - lower) / sum, (upper - lower) / sum.sqrt()) }
}

/// Sums how far `ends` are from their median, in parts of `height`; what rounding makes of level ends does not count.
fn unevenness(ends: &[f32], height: f32) -> f32 {
    let middle = median(ends.iter().copied());
    let slack = 1.0f32.max(0.12 * height);
    ends.iter().map(|end| ((end - middle).abs() - slack).clamp(0.0, 0.5 * height) / (0.3 * height).max(1.0)).sum()
}

/// Returns the median slope between points.
pub(super) fn lean(points: &[(f32, f32)]) -> f32 {
    let half = points.len() / 2;
    median(
        points
            .iter()
            .zip(&points[half..])
            .filter(|(from, to)| to.0 - from.0 > 1.0)
            .map(|(from, to)| (to.1 - from.1) / (to.0 - from.0)),
    )
}

/// Returns the median, 0 of nothing.
pub(super) fn median(values: impl Iterator<Item = f32>) -> f32 {
    let mut values: Vec<f32> = values.collect();
    if values.is_empty() {
        return 0.0;
    }
    let middle = values.len() / 2;
    *values.select_nth_unstable_by(middle, f32::total_cmp).1
}

#[cfg(test)]
mod tests {
    use super::super::mask::Component;
    use super::*;
    use crate::chart::Size;

    /// Rows of letters of which every third rises and every ninth hangs.
    fn page() -> Letters {
        let mut boxes = Vec::new();
        for row in 0..20 {
            for column in 0..50 {
                let (left, base) = (60 + column * 12, 80 + row * 30);
                let (up, down) = (if column % 3 == 0 { 16 } else { 10 }, if column % 9 == 1 { 5 } else { 0 });
                boxes.push(Component { left, top: base - up, right: left + 9, bottom: base + down, area: 60 });
            }
        }
        Letters::among(&boxes, Size { width: 800, height: 800 })
    }

    #[test]
    fn every_turn_is_seen_and_undone() {
        for turn in [QuarterTurns::None, QuarterTurns::One, QuarterTurns::Two, QuarterTurns::Three] {
            let evidence = OrientationEvidence::of(&page().turned(turn));
            assert_eq!(evidence.upright(0.7, 5.0), Some(turn.inverse()), "{turn:?} {evidence:?}");
        }
    }

    #[test]
    fn capitals_alone_say_nothing_about_the_top() {
        let mut capitals = page();
        for part in &mut capitals.boxes {
            part.bottom = part.bottom / 30 * 30 + 20;
            part.top = part.bottom - 14;
        }
        assert_eq!(OrientationEvidence::of(&capitals).upright(0.7, 5.0), None);
    }
}
