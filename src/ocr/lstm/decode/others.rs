//! What else a word may say: the most probable texts of its steps of time, whatever a dictionary thinks of them.
//!
//! A network of this kind (connectionist temporal classification; Graves and others, ICML 2006) gives a text the sum of the
//! probabilities of all ways to spread its codes over the steps, with nothing or repetitions between them. A beam over
//! beginnings of texts sums them up as it goes; the probabilities of all texts together are at most 1.

use std::collections::HashMap;
use std::ops::Range;

use super::super::charset::Charset;
use super::super::forward::Probabilities;
use super::OtherReading;

/// Beginnings that are kept at each step.
const WIDTH: usize = 12;
/// Least probability of a code at a step to be tried.
const LEAST_CODE: f32 = 0.003;
/// Least probability of another reading that is worth keeping.
const LEAST_READING: f32 = 0.01;
/// Most other readings of a word.
const MOST_READINGS: usize = 2;
/// Most steps of a word that is looked at.
const MOST_STEPS: usize = 1_000;

/// A beginning of a text.
#[derive(Debug, Clone, Default)]
struct Beginning {
    codes: Vec<u16>,
    /// Probability of the ways that end with nothing.
    ends_empty: f64,
    /// Probability of the ways that end with the last code.
    ends_full: f64,
}

impl Beginning {
    const fn probability(&self) -> f64 {
        self.ends_empty + self.ends_full
    }
}

/// Returns the probability of `word` in its steps, and the most probable other words there.
pub(super) fn others(
    probabilities: &Probabilities,
    steps: Range<usize>,
    charset: &Charset,
    word: &str,
) -> (f32, Vec<OtherReading>) {
    if steps.len() > MOST_STEPS {
        return (0.0, Vec::new());
    }
    // Spaces at the ends belong to the words beside it.
    let mut texts: HashMap<String, f64> = HashMap::new();
    for beginning in search(probabilities, steps, charset.null()) {
        if let Some(text) = charset.text_of_codes(&beginning.codes) {
            *texts.entry(text.trim().to_owned()).or_default() += beginning.probability();
        }
    }
    let own = texts.remove(word).unwrap_or(0.0);
    let mut others: Vec<OtherReading> = texts
        .into_iter()
        .map(|(text, probability)| OtherReading { text, probability: probability.min(1.0) as f32 })
        .filter(|other| other.probability >= LEAST_READING)
        .filter(|other| !other.text.is_empty() && !other.text.contains(char::is_whitespace))
        .collect();
    others.sort_by(|one, other| other.probability.total_cmp(&one.probability).then_with(|| one.text.cmp(&other.text)));
    others.truncate(MOST_READINGS);
    (own.min(1.0) as f32, others)
}

fn search(probabilities: &Probabilities, steps: Range<usize>, null: usize) -> Vec<Beginning> {
    let mut kept = vec![Beginning { ends_empty: 1.0, ..Beginning::default() }];
    for step in probabilities.steps().take(steps.end).skip(steps.start) {
        let codes: Vec<u16> = step
            .iter()
            .enumerate()
            .filter(|(code, probability)| *code != null && **probability >= LEAST_CODE)
            .filter_map(|(code, _)| u16::try_from(code).ok())
            .collect();
        let nothing = f64::from(step.get(null).copied().unwrap_or(0.0));
        let mut next: Vec<Beginning> = Vec::with_capacity(kept.len() * (codes.len() + 1));
        let mut places: HashMap<Vec<u16>, usize> = HashMap::new();
        let mut at = |codes: &[u16], next: &mut Vec<Beginning>| {
            *places.entry(codes.to_vec()).or_insert_with(|| {
                next.push(Beginning { codes: codes.to_vec(), ..Beginning::default() });
                next.len() - 1
            })
        };
        for beginning in &kept {
            let last = beginning.codes.last().copied();
            let place = at(&beginning.codes, &mut next);
            next[place].ends_empty += beginning.probability() * nothing;
            if let Some(last) = last {
                next[place].ends_full += beginning.ends_full * f64::from(step[usize::from(last)]);
            }
            for code in &codes {
                let share = f64::from(step[usize::from(*code)]);
                // The same code again is a second one only after nothing.
                let before = if last == Some(*code) { beginning.ends_empty } else { beginning.probability() };
                if before > 0.0 {
                    let mut longer = beginning.codes.clone();
                    longer.push(*code);
                    let place = at(&longer, &mut next);
                    next[place].ends_full += before * share;
                }
            }
        }
        next.sort_by(|one, other| other.probability().total_cmp(&one.probability()));
        next.truncate(WIDTH);
        kept = next;
    }
    kept
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Sums over all ways to spread codes over the steps.
    fn by_hand(values: &[[f32; 3]], null: usize) -> HashMap<Vec<u16>, f64> {
        let mut sums = HashMap::new();
        for way in 0..3usize.pow(values.len() as u32) {
            let path: Vec<usize> = (0..values.len()).map(|step| way / 3usize.pow(step as u32) % 3).collect();
            let probability: f64 = path.iter().zip(values).map(|(code, step)| f64::from(step[*code])).product();
            let mut codes = path.clone();
            codes.dedup();
            let codes: Vec<u16> = codes.into_iter().filter(|code| *code != null).map(|code| code as u16).collect();
            *sums.entry(codes).or_insert(0.0) += probability;
        }
        sums
    }

    proptest! {
        #[test]
        fn the_beam_sums_all_ways(steps in proptest::collection::vec((0.01f32..1.0, 0.01f32..1.0, 0.01f32..1.0), 1..4)) {
            let values: Vec<[f32; 3]> = steps
                .iter()
                .map(|(one, two, three)| [one, two, three].map(|value| value / (one + two + three)))
                .collect();
            let probabilities = Probabilities { codes: 3, values: values.concat() };
            let expected = by_hand(&values, 2);
            // Three steps of two codes have few enough texts that none is dropped before the last.
            for found in search(&probabilities, 0..values.len(), 2) {
                prop_assert!((found.probability() - expected[&found.codes]).abs() < 1e-6, "{:?}", found.codes);
            }
        }
    }
}
