//! The angle at which rows of letters run.

use super::letters::Letters;
use super::orientation::{lean, median};

/// Largest angle that is looked for, in degrees; a page that leans more was not scanned but photographed.
pub const LARGEST: f32 = 12.0;
/// Step of the first pass, in degrees.
const COARSE: f32 = 0.25;
/// Step of the second pass, in degrees.
const FINE: f32 = 0.04;
/// Most that the two ways of measuring may differ, in degrees.
const AGREEMENT: f32 = 0.7;
/// Least letters in rows before anything is said.
const LEAST_LETTERS: usize = 60;

/// An estimate of the skew of a page.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SkewEstimate {
    /// Clockwise angle in degrees at which rows run.
    pub degrees: f32,
    /// How sure that is, 0 to 1.
    pub confidence: f32,
}

/// Estimates the skew of a page whose rows are level but for it; `None` without enough rows.
///
/// Two ways must agree: the angle under which upper and lower ends of letters gather in the fewest levels over the whole
/// page, and the median lean of single rows.
pub fn skew(letters: &Letters) -> Option<SkewEstimate> {
    let mut leans = Vec::new();
    let mut ends = Vec::new();
    for row in letters.rows().iter().filter(|row| row.len() >= 5) {
        let points: Vec<(f32, f32)> = row
            .iter()
            .map(|index| &letters.boxes[*index])
            .map(|part| ((part.left + part.right) as f32 / 2.0, part.bottom as f32))
            .collect();
        let length = points[points.len() - 1].0 - points[0].0;
        if length >= 6.0 * letters.typical {
            leans.push((lean(&points).atan().to_degrees(), length));
        }
        for index in row {
            let part = &letters.boxes[*index];
            let middle = (part.left + part.right) as f32 / 2.0;
            ends.push((middle, part.bottom as f32));
            ends.push((middle, part.top as f32 + 100_000.0));
        }
    }
    if ends.len() < 2 * LEAST_LETTERS || leans.len() < 3 {
        return None;
    }
    let by_rows = longest_agree(&mut leans);
    let bin = (letters.typical / 8.0).clamp(1.0, 4.0);
    let mut bins = Vec::new();
    let mut scores: Vec<(f32, f32)> = Vec::new();
    let steps = (LARGEST / COARSE) as i32;
    for step in -steps..=steps {
        let degrees = step as f32 * COARSE;
        scores.push((degrees, gathering(&ends, degrees, bin, &mut bins)));
    }
    let usual = median(scores.iter().map(|(_, score)| *score)).max(1.0);
    let (rough, _) = best(&scores)?;
    let steps = (COARSE / FINE).ceil() as i32;
    let fine: Vec<(f32, f32)> = (-steps..=steps)
        .map(|step| rough + step as f32 * FINE)
        .map(|degrees| (degrees, gathering(&ends, degrees, bin, &mut bins)))
        .collect();
    let (degrees, score) = best(&fine)?;
    if (degrees - by_rows).abs() > AGREEMENT || degrees.abs() > LARGEST {
        return None;
    }
    Some(SkewEstimate { degrees, confidence: ((score / usual - 1.0) / 1.5).clamp(0.0, 1.0) })
}

/// Returns the lean below which half of the summed lengths lies.
fn longest_agree(leans: &mut [(f32, f32)]) -> f32 {
    leans.sort_by(|one, other| one.0.total_cmp(&other.0));
    let half = leans.iter().map(|(_, length)| length).sum::<f32>() / 2.0;
    let mut sum = 0.0;
    for (lean, length) in leans.iter() {
        sum += length;
        if sum >= half {
            return *lean;
        }
    }
    0.0
}

/// Sums the squares of how many ends share a level when the page is seen under an angle.
fn gathering(ends: &[(f32, f32)], degrees: f32, bin: f32, bins: &mut Vec<(i64, u32)>) -> f32 {
    let slope = degrees.to_radians().tan();
    bins.clear();
    bins.extend(ends.iter().map(|(x, y)| (((y - x * slope) / bin).floor() as i64, 1)));
    bins.sort_unstable();
    bins.dedup_by(|next, kept| {
        let same = next.0 == kept.0;
        kept.1 += if same { next.1 } else { 0 };
        same
    });
    bins.iter().map(|(_, times)| (*times as f32).powi(2)).sum()
}

/// Returns the middle of the best scores.
fn best(scores: &[(f32, f32)]) -> Option<(f32, f32)> {
    let most = scores.iter().map(|(_, score)| *score).fold(0.0, f32::max);
    let near: Vec<f32> =
        scores.iter().filter(|(_, score)| *score >= 0.97 * most).map(|(degrees, _)| *degrees).collect();
    let at_most = scores.iter().find(|(_, score)| *score >= most)?.0;
    let close: Vec<f32> = near.into_iter().filter(|degrees| (degrees - at_most).abs() <= 0.3).collect();
    Some((close.iter().sum::<f32>() / close.len().max(1) as f32, most))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::mask::Component;
    use super::*;
    use crate::chart::Size;

    fn leaning(degrees: f32, rows: u32, columns: u32) -> Letters {
        let slope = degrees.to_radians().tan();
        let mut boxes = Vec::new();
        for row in 0..rows {
            for column in 0..columns {
                let left = 60 + column * 13 + row % 3;
                let base = (300.0 + row as f32 * 31.0 + left as f32 * slope) as u32;
                let up = if (column + row) % 3 == 0 { 16 } else { 10 };
                boxes.push(Component { left, top: base - up, right: left + 9, bottom: base, area: 60 });
            }
        }
        Letters::among(&boxes, Size { width: 1300, height: 1700 })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn any_lean_is_measured_within_a_tenth_of_a_degree(degrees in -11.5f32..11.5) {
            let estimate = skew(&leaning(degrees, 30, 80)).expect("rows");
            prop_assert!((estimate.degrees - degrees).abs() < 0.1, "{degrees} {estimate:?}");
            prop_assert!(estimate.confidence > 0.5);
        }
    }

    #[test]
    fn a_few_letters_or_scattered_ones_say_nothing() {
        assert_eq!(skew(&leaning(3.0, 2, 6)), None);
        let scattered: Vec<_> = (0..900u32)
            .map(|index| (index * 7919 % 1200, index * 104_729 % 1600))
            .map(|(left, top)| Component { left, top, right: left + 9, bottom: top + 11, area: 60 })
            .collect();
        let estimate = skew(&Letters::among(&scattered, Size { width: 1300, height: 1700 }));
        assert!(estimate.is_none_or(|estimate| estimate.confidence < 0.3), "{estimate:?}");
    }
}
