//! Names that a site gives to what it keeps: types of documents, labels, record classes, rules. Never a patient's words.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Digest;
use super::text_form::as_text;

/// Longest name, in characters.
const LONGEST: usize = 60;

/// A text that cannot be such a name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "a {kind} is made of lower-case letters, digits and dashes, begins with a letter and has at most {LONGEST} characters"
)]
pub struct NameError {
    kind: &'static str,
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $kind:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(String);

        impl $name {
            /// Returns the name.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = NameError;

            fn from_str(text: &str) -> Result<Self, NameError> {
                if is_name(text) { Ok(Self(text.to_owned())) } else { Err(NameError { kind: $kind }) }
            }
        }

        as_text!($name);
    };
}

name!(
    /// The type of a document, for example `discharge-summary`.
    DocumentType, "document type"
);
name!(
    /// A label of a document, for example `cardiology`.
    Label, "label"
);
name!(
    /// The class of a record that retention rules go by, for example `chart` or `mammography`.
    RecordClass, "record class"
);
name!(
    /// The name of a rule under which the program accepts documents by itself.
    RuleName, "rule name"
);

/// A rule under which the program accepts documents by itself: its name, and the digest of the text that was approved.
///
/// Written `name@digest`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AutoAcceptRule {
    /// Its name.
    pub name: RuleName,
    /// SHA-256 of its text.
    pub digest: Digest,
}

/// A text that is no name with a digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a rule is written NAME@DIGEST")]
pub struct RuleParseError;

impl fmt::Display for AutoAcceptRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.name, self.digest)
    }
}

impl FromStr for AutoAcceptRule {
    type Err = RuleParseError;

    fn from_str(text: &str) -> Result<Self, RuleParseError> {
        let (name, digest) = text.split_once('@').ok_or(RuleParseError)?;
        let name = name.parse().map_err(|_| RuleParseError)?;
        Ok(Self { name, digest: digest.parse().map_err(|_| RuleParseError)? })
    }
}

impl RecordClass {
    /// The class of records that no rule singles out.
    pub const CHART: &str = "chart";

    /// Returns [`RecordClass::CHART`].
    pub fn chart() -> Self {
        Self(Self::CHART.to_owned())
    }
}

impl DocumentType {
    /// Returns the class that records of this type have unless a person says otherwise.
    ///
    /// The classes are those that federal rules single out: laboratory and pathology reports (42 CFR 493.1105),
    /// mammography (21 CFR 900.12(c)(4)), employees' exposure (29 CFR 1910.1020).
    pub fn default_class(&self) -> RecordClass {
        let class = match self.0.as_str() {
            "laboratory-report" => "laboratory-report",
            "pathology-report" => "pathology-report",
            "mammography-report" => "mammography",
            "exposure-record" => "occupational-health",
            _ => RecordClass::CHART,
        };
        RecordClass(class.to_owned())
    }
}

/// Returns the known name that somebody meant who wrote `name`: the one most like it, if any is like it at all.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|known| (strsim::jaro_winkler(name, known), known))
        .filter(|(likeness, known)| *likeness >= 0.8 || strsim::damerau_levenshtein(name, known) == 1)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, known)| known)
}

fn is_name(text: &str) -> bool {
    text.len() <= LONGEST
        && text.starts_with(|letter: char| letter.is_ascii_lowercase())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_plain_words_and_nothing_else() {
        assert_eq!("discharge-summary".parse::<DocumentType>().unwrap().as_str(), "discharge-summary");
        for wrong in ["", "Ann Example", "1st", "-a", "a_b", "é", &"a".repeat(61)] {
            assert!(wrong.parse::<Label>().is_err(), "{wrong}");
        }
        assert_eq!(nearest("progres-note", ["procedure-note", "progress-note"]), Some("progress-note"));
        assert_eq!(nearest("consent", ["progress-note"]), None);
        let kind: DocumentType = "laboratory-report".parse().unwrap();
        assert_eq!(kind.default_class().as_str(), "laboratory-report");
        assert!(serde_json::from_str::<RecordClass>("\"Not A Class\"").is_err());
    }
}
