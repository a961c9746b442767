//! What a recogniser doubted about a word: what else it may say, and whether a mistake there may harm a patient.

use serde::{Deserialize, Serialize};

/// Most other readings that are kept of a word.
pub const MOST_OTHER_READINGS: usize = 2;

/// A doubt about a word as read.
///
/// Probabilities are those that the recogniser's network gives to a text at this place, without the help of a dictionary; the
/// word as read and all others together have at most 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReadingDoubt {
    /// Probability of the word as read. It may be less than another's where a dictionary decided.
    pub probability: f32,
    /// What the word may say instead, the most probable first; at most [`MOST_OTHER_READINGS`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<OtherReading>,
    /// What a mistake would change, where it may harm.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub risk: Option<ReadingRisk>,
}

/// What a word may say instead.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OtherReading {
    /// The word; never empty, no white space.
    pub text: String,
    /// Its probability.
    pub probability: f32,
}

/// A kind of word in which a misreading may harm a patient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReadingRisk {
    /// The name of a drug that is easily taken for another.
    DrugName,
    /// A date.
    Date,
    /// A number: its digits, its decimal point.
    Number,
    /// A unit, or how often something is given.
    Unit,
}
