//! What recognition mixes up (`confusions.toml`): words that may be the same on paper get the same *shape*.

use std::collections::HashMap;

use serde::Deserialize;

use super::error::DefinitionError;

/// Makes shapes, and says how far a word may differ.
#[derive(Debug, Clone)]
pub(super) struct Confusions {
    alike: HashMap<char, char>,
    runs: Vec<(Vec<char>, Vec<char>)>,
    fuzzy: Fuzzy,
}

/// How far an unsure word may differ from the one asked for.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fuzzy {
    one_from: usize,
    two_from: usize,
    most_words: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    schema: u32,
    alike: Vec<Vec<char>>,
    runs: Vec<Run>,
    fuzzy: Fuzzy,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Run {
    read: String,
    r#as: String,
}

impl Confusions {
    /// Reads `confusions.toml`.
    pub(super) fn parse(text: &str) -> Result<Self, DefinitionError> {
        let wrong = |message: String| DefinitionError::new("confusions.toml", message);
        let file: File = toml::from_str(text).map_err(|error| wrong(error.to_string()))?;
        if file.schema != 1 {
            return Err(wrong(format!("schema is {}, this program reads 1", file.schema)));
        }
        if file.fuzzy.one_from < 3 || file.fuzzy.two_from <= file.fuzzy.one_from || file.fuzzy.most_words > 4096 {
            return Err(wrong("fuzzy: 3 <= one_from < two_from, and most_words is at most 4096".into()));
        }
        let mut alike = HashMap::new();
        for group in &file.alike {
            let Some(first) = group.first() else { return Err(wrong("a group in alike is empty".into())) };
            for sign in group {
                if alike.insert(*sign, *first).is_some() {
                    return Err(wrong(format!("{sign:?} stands in two groups of alike")));
                }
            }
        }
        let mut confusions = Self { alike, runs: Vec::new(), fuzzy: file.fuzzy };
        for run in file.runs {
            let (read, write) = (confusions.signs(&run.read), confusions.signs(&run.r#as));
            if read.len() < 2 || write.is_empty() || write.len() > read.len() {
                return Err(wrong(format!(
                    "{:?} as {:?}: a run of signs becomes as many or fewer",
                    run.read, run.r#as
                )));
            }
            confusions.runs.push((read, write));
        }
        Ok(confusions)
    }

    /// Returns the shape of a folded word: equal for words that may look the same on paper.
    pub(super) fn shape(&self, word: &str) -> String {
        let mut signs = self.signs(word);
        let mut shape = String::with_capacity(word.len());
        let mut at = 0;
        // A run may become one sign that starts another run (`iin` -> `un`), so the result is written back in place;
        // each turn moves on by one sign, and replacing never lengthens.
        while at < signs.len() {
            if let Some((read, write)) = self.runs.iter().find(|(read, _)| signs[at..].starts_with(read)) {
                let kept = at + write.len() - 1;
                signs.splice(at..at + read.len(), write.iter().copied());
                shape.extend(&signs[at..=kept]);
                at = kept + 1;
            } else {
                shape.push(signs[at]);
                at += 1;
            }
        }
        shape
    }

    /// Returns how many letters an unsure word may differ from `word`: 0, 1 or 2. Numbers never differ.
    pub(super) fn distance(&self, word: &str) -> u8 {
        if word.chars().any(|sign| !sign.is_alphabetic()) {
            return 0;
        }
        match word.chars().count() {
            length if length >= self.fuzzy.two_from => 2,
            length if length >= self.fuzzy.one_from => 1,
            _ => 0,
        }
    }

    /// Returns how many different unsure words one query word may stand for.
    pub(super) const fn most_words(&self) -> usize {
        self.fuzzy.most_words
    }

    fn signs(&self, word: &str) -> Vec<char> {
        word.chars().map(|sign| self.alike.get(&sign).copied().unwrap_or(sign)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_look_alike_have_one_shape() {
        let confusions = Confusions::parse(include_str!("../../index/confusions.toml")).unwrap();
        for (printed, read) in [
            ("modern", "modem"),
            ("clear", "dear"),
            ("a1c", "alc"),
            ("q8h", "qsh"),
            ("10", "lo"),
            ("500mg", "5oomg"),
            ("wound", "vvound"),
            ("sl", "51"),
            ("mrn-001234", "mrn-oo1234"),
        ] {
            assert_eq!(confusions.shape(printed), confusions.shape(read), "{printed} {read}");
        }
        for (one, other) in [("hypertension", "hypotension"), ("150", "180"), ("3.5", "35"), ("mg", "mcg")] {
            assert_ne!(confusions.shape(one), confusions.shape(other));
        }
    }

    #[test]
    fn numbers_never_differ_and_short_words_neither() {
        let confusions = Confusions::parse(include_str!("../../index/confusions.toml")).unwrap();
        assert_eq!(confusions.distance("0.125"), 0);
        assert_eq!(confusions.distance("q8h"), 0);
        assert_eq!(confusions.distance("pain"), 0);
        assert_eq!(confusions.distance("lasix"), 1);
        assert_eq!(confusions.distance("hypertension"), 1);
        assert_eq!(confusions.distance("hypercholesterolemia"), 2);
    }
}
