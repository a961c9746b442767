//! What people decide, and which of their decisions a second person looks at.

use serde::Deserialize;

/// What people decide, and when it becomes final.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReviewConfig {
    /// How long a decision can be taken back, in minutes.
    pub undo_minutes: u32,
    /// Which acceptances a second person has to approve.
    pub second_review: SecondReview,
}

/// Which acceptances a second person has to approve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum SecondReview {
    /// None.
    Never,
    /// Every one.
    Always,
    /// So many of a hundred, drawn at random.
    Percentage(u8),
}

impl TryFrom<String> for SecondReview {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match text.as_str() {
            "never" => return Ok(Self::Never),
            "always" => return Ok(Self::Always),
            _ => {}
        }
        let percentage = text.strip_suffix('%').and_then(|number| number.trim().parse().ok());
        percentage.filter(|number| (1..=100).contains(number)).map(Self::Percentage).ok_or_else(|| {
            format!("review.second_review = {text:?}: must be \"never\", \"always\" or a percentage such as \"10%\"")
        })
    }
}
