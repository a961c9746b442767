//! Words that mean the same in a chart (`synonyms.toml`): abbreviations, terms of several words, spellings.

use std::collections::HashMap;
use std::sync::Arc;

use serde::Deserialize;

use super::analyser::Analyser;
use super::error::DefinitionError;

/// One way to write a meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Expression {
    /// As written in the list, for people.
    pub written: String,
    /// Whole forms, when it is one word.
    pub wholes: Vec<String>,
    /// The parts of all its words, at consecutive positions.
    pub parts: Vec<String>,
}

/// Finds what else means the same.
#[derive(Debug, Clone, Default)]
pub(super) struct Synonyms {
    expansions: HashMap<String, Vec<Arc<Expression>>>,
    most_words: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    schema: u32,
    groups: Vec<Group>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    abbreviations: Vec<String>,
    terms: Vec<String>,
    #[serde(default)]
    direction: Direction,
}

#[derive(Deserialize, Default, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
enum Direction {
    #[default]
    Both,
    Expand,
    Abbreviate,
}

/// Words of the longest expression that a list may hold.
const MOST_WORDS: usize = 16;
/// Expressions in one group.
const MOST_EXPRESSIONS: usize = 32;

impl Synonyms {
    /// Reads `synonyms.toml`.
    pub(super) fn parse(text: &str, analyser: &mut Analyser) -> Result<Self, DefinitionError> {
        let wrong = |message: String| DefinitionError::new("synonyms.toml", message);
        let file: File = toml::from_str(text).map_err(|error| wrong(error.to_string()))?;
        if file.schema != 1 {
            return Err(wrong(format!("schema is {}, this program reads 1", file.schema)));
        }
        let mut synonyms = Self::default();
        for group in file.groups {
            if group.terms.is_empty() || group.abbreviations.len() + group.terms.len() > MOST_EXPRESSIONS {
                return Err(wrong(format!(
                    "the group {:?} has no term or more than {MOST_EXPRESSIONS} expressions",
                    group.abbreviations
                )));
            }
            let mut read = |texts: &[String]| -> Result<Vec<(String, Arc<Expression>)>, DefinitionError> {
                texts.iter().map(|written| expression(written, analyser).map_err(wrong)).collect()
            };
            let (short, long) = (read(&group.abbreviations)?, read(&group.terms)?);
            let all = || short.iter().chain(&long);
            match group.direction {
                Direction::Both => all().for_each(|from| synonyms.add(from, all())),
                Direction::Expand => {
                    short.iter().for_each(|from| synonyms.add(from, all()));
                    long.iter().for_each(|from| synonyms.add(from, long.iter()));
                }
                Direction::Abbreviate => {
                    long.iter().for_each(|from| synonyms.add(from, all()));
                    short.iter().for_each(|from| synonyms.add(from, short.iter()));
                }
            }
        }
        Ok(synonyms)
    }

    /// Returns what else means the same as the words with this key (whole forms parted by spaces).
    pub(super) fn of(&self, key: &str) -> &[Arc<Expression>] {
        self.expansions.get(key).map_or(&[], Vec::as_slice)
    }

    /// Returns the number of words of the longest expression.
    pub(super) const fn most_words(&self) -> usize {
        self.most_words
    }

    fn add<'a>(
        &mut self,
        (key, from): &(String, Arc<Expression>),
        to: impl Iterator<Item = &'a (String, Arc<Expression>)>,
    ) {
        self.most_words = self.most_words.max(key.split(' ').count());
        let expansions = self.expansions.entry(key.clone()).or_default();
        for (_, expression) in to {
            let known = expansions.iter().any(|other| other.parts == expression.parts);
            if expression.parts != from.parts && !known {
                expansions.push(Arc::clone(expression));
            }
        }
    }
}

fn expression(written: &str, analyser: &mut Analyser) -> Result<(String, Arc<Expression>), String> {
    let mut key = Vec::new();
    let mut parts = Vec::new();
    let mut wholes = Vec::new();
    for word in written.split_whitespace() {
        let forms = analyser.forms(word).ok_or_else(|| format!("{written:?} has a word without letters or digits"))?;
        key.push(forms.wholes[0].clone());
        parts.extend(forms.part_texts());
        wholes = forms.wholes;
    }
    match key.len() {
        0 => Err("an expression is empty".to_owned()),
        count if count > MOST_WORDS => Err(format!("{written:?} has more than {MOST_WORDS} words")),
        count => {
            if count > 1 {
                wholes.clear();
            }
            Ok((key.join(" "), Arc::new(Expression { written: written.to_owned(), wholes, parts })))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::analyser::AnalyserSettings;
    use super::*;

    fn embedded() -> Synonyms {
        let settings = AnalyserSettings::parse(include_str!("../../index/analysers.toml")).unwrap();
        Synonyms::parse(include_str!("../../index/synonyms.toml"), &mut Analyser::new(settings)).unwrap()
    }

    fn written(key: &str) -> Vec<String> {
        embedded().of(key).iter().map(|expression| expression.written.clone()).collect()
    }

    #[test]
    fn the_list_is_large_and_directions_hold() {
        let groups = include_str!("../../index/synonyms.toml").matches("terms = ").count();
        assert!(groups >= 120, "{groups}");
        assert_eq!(written("htn"), ["hypertension", "high blood pressure"]);
        assert!(written("high blood pressure").contains(&"HTN".to_owned()));
        assert!(written("pt").contains(&"physical therapy".to_owned()));
        assert!(!written("physical therapy").contains(&"PT".to_owned()), "ambiguous: one direction only");
        assert!(written("mi").contains(&"heart attack".to_owned()));
        assert!(written("bid").contains(&"twice a day".to_owned()));
        assert!(written("s/p").contains(&"status post".to_owned()));
        assert!(written("banana").is_empty());
    }

    #[test]
    fn a_wrong_list_is_refused() {
        let settings = AnalyserSettings::parse(include_str!("../../index/analysers.toml")).unwrap();
        let mut analyser = Analyser::new(settings);
        let mut fails = |text: &str| Synonyms::parse(text, &mut analyser).unwrap_err().to_string();
        assert!(fails("schema = 1\ngroups = [{ abbreviations = [\"x\"], terms = [] }]").contains("no term"));
        assert!(fails("schema = 1\ngroups = [{ abbreviations = [], terms = [\"a\"], way = 1 }]").contains("way"));
        assert!(fails("schema = 1\ngroups = [{ abbreviations = [], terms = [\"--\"] }]").contains("letters"));
    }
}
