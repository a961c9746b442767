//! What one step of time says: which codes are worth trying, and how certain each is.

use super::super::charset::Charset;
use super::{LEAST, OFFSET};

/// Codes that are tried before the rest.
const NEXT_BEST: usize = 5;

/// How far from the best the codes of a round are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Round {
    /// The best two, and the one for nothing.
    Best,
    /// The others of the best five.
    NextBest,
    /// All others.
    Rest,
}

/// The certainties of one step of time.
#[derive(Debug)]
pub struct Context {
    /// The most probable code.
    pub top: usize,
    /// The one after it.
    pub second: usize,
    /// Codes of this round, in the order in which they are tried.
    pub codes: Vec<usize>,
    /// Certainty of each code of this round.
    pub alone: Vec<f32>,
    /// Certainty of each code or nothing.
    pub or_nothing: Vec<f32>,
    /// Certainty of top, nothing and second together, summed from the top and from the second.
    pub of_both: [f32; 2],
    is_tried: Vec<bool>,
    /// Place of each code in the order.
    rank: Vec<usize>,
    order: Vec<usize>,
    best: Vec<usize>,
}

impl Context {
    /// Prepares for a character set.
    pub fn new(charset: &Charset) -> Self {
        let codes = charset.codes();
        let mut rank = vec![0; codes];
        let order = charset.tree().order();
        for (place, code) in order.iter().enumerate() {
            rank[*code] = place;
        }
        Self {
            top: 0,
            second: 0,
            codes: Vec::new(),
            alone: vec![0.0; codes],
            or_nothing: vec![0.0; codes],
            of_both: [0.0; 2],
            is_tried: vec![false; codes],
            rank,
            order,
            best: Vec::new(),
        }
    }

    /// Takes the probabilities of a step, and its best codes.
    pub fn begin(&mut self, probabilities: &[f32], charset: &Charset) {
        let (mut top, mut second) = (0, None);
        for (code, probability) in probabilities.iter().enumerate().skip(1) {
            if *probability > probabilities[top] {
                second = Some(top);
                top = code;
            } else if second.is_none_or(|second| *probability > probabilities[second]) {
                second = Some(code);
            }
        }
        (self.top, self.second) = (top, second.unwrap_or(top));
        let null = charset.null();
        let mut best = vec![self.top, self.second, null];
        best.sort_by_key(|code| self.rank[*code]);
        best.dedup();
        self.best.clone_from(&best);
        self.take(best, probabilities, null);
        let (first, second) = (probabilities[self.top], probabilities[self.second]);
        let nothing = probabilities[null];
        self.of_both = [certainty(first + nothing + second), certainty(second + nothing + first)];
    }

    /// Takes the codes of a later round of the same step.
    pub fn widen(&mut self, round: Round, probabilities: &[f32], charset: &Charset) {
        let mut sorted: Vec<usize> = (0..probabilities.len()).collect();
        sorted.sort_by(|one, other| probabilities[*other].total_cmp(&probabilities[*one]));
        sorted.truncate(NEXT_BEST);
        let wanted = |code: &usize| !self.best.contains(code) && sorted.contains(code) == (round == Round::NextBest);
        let codes = self.order.iter().copied().filter(wanted).collect();
        self.take(codes, probabilities, charset.null());
    }

    /// Says whether a code is tried in this round.
    pub fn tries(&self, code: usize) -> bool {
        self.is_tried[code]
    }

    fn take(&mut self, codes: Vec<usize>, probabilities: &[f32], null: usize) {
        for code in &self.codes {
            self.is_tried[*code] = false;
        }
        for code in &codes {
            self.is_tried[*code] = true;
            self.alone[*code] = certainty(probabilities[*code]);
            self.or_nothing[*code] = certainty(probabilities[*code] + probabilities[null]);
        }
        self.codes = codes;
    }
}

/// Returns the logarithm of a probability, shifted.
fn certainty(probability: f32) -> f32 {
    let logarithm = if probability > LEAST.exp() { probability.ln() } else { LEAST };
    (f64::from(logarithm) + OFFSET) as f32
}
