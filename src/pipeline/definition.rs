//! What is done with a page, as data: the parsed and validated form of `pipelines/*.toml`.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::sections::{Blank, BornDigital, Codes, DarkEdge, Deskew, Quality, Recognise, Resize, Turn};
use super::violation::{DefinitionError, Violation, unknown_keys};
use crate::chart::{Digest, PipelineStamp};

/// The definitions that come with the program: name and text.
const EMBEDDED: [(&str, &str); 2] = [
    ("chart-standard", include_str!("../../pipelines/chart-standard.toml")),
    ("fax", include_str!("../../pipelines/fax.toml")),
];
/// Most bytes of a definition; a larger file is something else.
const MOST_BYTES: u64 = 256 * 1024;

/// What is done with a page, and every threshold that decides it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// Name, the same as the file's without `.toml`.
    pub name: String,
    /// Counted up with every change.
    pub revision: u32,
    /// Which way up.
    #[serde(default)]
    pub turn: Turn,
    /// Straightening.
    #[serde(default)]
    pub deskew: Deskew,
    /// Dark edges.
    #[serde(default)]
    pub dark_edge: DarkEdge,
    /// Size of the copy that is recognised.
    #[serde(default)]
    pub resize: Resize,
    /// Blank pages.
    #[serde(default)]
    pub blank: Blank,
    /// Recognition.
    #[serde(default)]
    pub recognise: Recognise,
    /// Quality of the scan.
    #[serde(default)]
    pub quality: Quality,
    /// Text that a program wrote into the file.
    #[serde(default)]
    pub born_digital: BornDigital,
    /// Codes and separator sheets; `None` in a definition that was kept before there were any, whose digest stays so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub codes: Option<Codes>,
}

impl Definition {
    /// Loads the definition `name`: from `folder` where it has a `NAME.toml`, else the one that comes with the program.
    ///
    /// # Errors
    /// There is none of that name, it cannot be read, or it breaks rules; the error lists every violation.
    pub fn load(name: &str, folder: Option<&Path>) -> Result<Self, DefinitionError> {
        let path = folder.map(|folder| folder.join(format!("{name}.toml"))).filter(|path| path.exists());
        let named =
            name.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_".contains(letter)) && !name.is_empty();
        match path.filter(|_| named) {
            Some(path) => {
                let unreadable = |reason: String| DefinitionError::Unreadable { path: path.clone(), reason };
                let length = std::fs::metadata(&path).map_err(|error| unreadable(error.to_string()))?.len();
                if length > MOST_BYTES {
                    return Err(unreadable(format!(
                        "{length} bytes are more than the {MOST_BYTES} that a definition may have"
                    )));
                }
                let text = std::fs::read_to_string(&path).map_err(|error| unreadable(error.to_string()))?;
                let definition = Self::parse(&text, &path.display().to_string())?;
                if definition.name == name {
                    return Ok(definition);
                }
                let violation =
                    Violation::new("name", format!("is {:?}, but the file is called {name}.toml", definition.name));
                Err(DefinitionError::Invalid { origin: path.display().to_string(), violations: vec![violation] })
            }
            None => match EMBEDDED.iter().find(|(known, _)| *known == name) {
                Some((_, text)) => Self::parse(text, name),
                None => Err(DefinitionError::unknown(name, Self::names(folder))),
            },
        }
    }

    /// Lists the names of the definitions that [`Definition::load`] finds, sorted.
    pub fn names(folder: Option<&Path>) -> Vec<String> {
        let entries = folder.and_then(|folder| std::fs::read_dir(folder).ok()).into_iter().flatten();
        let own =
            entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.strip_suffix(".toml").map(str::to_owned));
        let mut names: Vec<String> = EMBEDDED.iter().map(|(name, _)| (*name).to_owned()).chain(own).collect();
        names.sort();
        names.dedup();
        names
    }

    /// Parses a definition; `origin` names it in errors.
    ///
    /// # Errors
    /// Every violation found: unknown keys (with the nearest known one), wrong types, values out of range.
    pub fn parse(text: &str, origin: &str) -> Result<Self, DefinitionError> {
        let invalid = |violations| DefinitionError::Invalid { origin: origin.to_owned(), violations };
        let table: toml::Table =
            text.parse().map_err(|error: toml::de::Error| invalid(vec![Violation::new("", error.to_string())]))?;
        let mut violations = unknown_keys(&table, &Self::reference());
        if !violations.is_empty() {
            return Err(invalid(violations));
        }
        let mut definition: Self = table
            .try_into()
            .map_err(|error: toml::de::Error| invalid(vec![Violation::new("", error.message().to_owned())]))?;
        definition.codes.get_or_insert_default();
        definition.check(&mut violations);
        if violations.is_empty() { Ok(definition) } else { Err(invalid(violations)) }
    }

    /// Returns the definition for these languages (joined by `+`): a site's choice of languages is part of what a result
    /// was made with, and so of the digest.
    pub fn with_languages(mut self, languages: &str) -> Self {
        self.recognise.languages = languages.split('+').map(str::to_owned).collect();
        self
    }

    /// Returns name, revision and digest, which every result carries. The digest covers all values, defaults included, in
    /// canonical form (JSON with the fields in the order of this type), so that comments and layout do not change it.
    pub fn stamp(&self) -> PipelineStamp {
        let canonical = serde_json::to_vec(self).unwrap_or_default();
        PipelineStamp { name: self.name.clone(), revision: self.revision, digest: Digest::of(&canonical) }
    }

    /// Returns a definition with every key, to compare others with.
    fn reference() -> toml::Table {
        let definition = Self {
            name: "reference".to_owned(),
            revision: 1,
            turn: Turn::default(),
            deskew: Deskew::default(),
            dark_edge: DarkEdge::default(),
            resize: Resize::default(),
            blank: Blank::default(),
            recognise: Recognise::default(),
            quality: Quality::default(),
            born_digital: BornDigital::default(),
            codes: Some(Codes::default()),
        };
        toml::Table::try_from(definition).unwrap_or_default()
    }

    fn check(&self, violations: &mut Vec<Violation>) {
        let letters = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
        if self.name.is_empty() || self.name.len() > 64 || !self.name.chars().all(letters) {
            violations.push(Violation::new("name", "is made of 1 to 64 small letters, digits and hyphens"));
        }
        if self.revision == 0 {
            violations.push(Violation::new("revision", "counts from 1"));
        }
        self.turn.check("turn", violations);
        self.deskew.check("deskew", violations);
        self.dark_edge.check("dark_edge", violations);
        self.resize.check("resize", violations);
        self.blank.check("blank", violations);
        self.recognise.check("recognise", violations);
        self.quality.check("quality", violations);
        self.born_digital.check("born_digital", violations);
        if let Some(codes) = &self.codes {
            codes.check("codes", violations);
            violations
                .extend(codes.labels.iter().filter_map(|label| Some(Violation::new("codes.labels", label.fault()?))));
        }
        if self.deskew.least_degrees > self.deskew.most_degrees {
            violations.push(Violation::new("deskew.least_degrees", "is larger than deskew.most_degrees"));
        }
        if self.resize.least_x_height > self.resize.x_height {
            violations.push(Violation::new("resize.least_x_height", "is larger than resize.x_height"));
        }
        let name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        for language in
            self.recognise.languages.iter().filter(|language| language.is_empty() || !language.chars().all(name))
        {
            violations.push(Violation::new(
                "recognise.languages",
                format!("{language:?} is not the name of a model such as eng"),
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_definitions_are_valid_and_the_standard_one_says_what_the_defaults_are() {
        for name in Definition::names(None) {
            assert_eq!(Definition::load(&name, None).expect("a valid definition").name, name);
        }
        let bare = Definition::parse("name = \"chart-standard\"\nrevision = 4", "bare").expect("valid");
        assert_eq!(Definition::load("chart-standard", None).expect("valid").stamp(), bare.stamp());
    }

    #[test]
    fn every_violation_is_listed_with_a_hint() {
        let text = "name = \"x\"\nrevision = 1\n[deskw]\nconfidence = 1\n[turn]\nstrenght = 3\nrows = \"many\"";
        let message = Definition::parse(text, "site.toml").expect_err("invalid").to_string();
        for part in [
            "site.toml",
            "deskw",
            "did you mean deskew",
            "turn.strenght",
            "did you mean strength",
            "turn.rows",
            "a number",
        ] {
            assert!(message.contains(part), "{part} is missing in: {message}");
        }
        let text = "name = \"X\"\nrevision = 0\n[turn]\nrows = 3.0\n[recognise]\nlanguages = [\"../eng\"]";
        let message = Definition::parse(text, "site.toml").expect_err("invalid").to_string();
        for part in ["name", "revision", "turn.rows", "recognise.languages"] {
            assert!(message.contains(part), "{part} is missing in: {message}");
        }
    }

    #[test]
    fn a_definition_from_before_there_were_codes_keeps_its_digest_and_reads_none() {
        let now = Definition::parse("name = \"x\"\nrevision = 1", "x").expect("valid");
        assert!(now.codes.as_ref().is_some_and(|codes| codes.enabled));
        let before = Definition { codes: None, ..now.clone() };
        let kept: Definition = serde_json::from_slice(&serde_json::to_vec(&before).expect("JSON")).expect("valid");
        assert_eq!((kept.codes.is_none(), kept.stamp()), (true, before.stamp()));
        assert_ne!(before.stamp(), now.stamp());
    }

    #[test]
    fn labels_of_a_site_are_checked() {
        let text = |label: &str| format!("name = \"x\"\nrevision = 1\n[[codes.labels]]\n{label}");
        let good = "pattern = \"PT-([0-9]+)\"\nmeans = \"chart\"\nsymbology = \"code39\"";
        let labels = Definition::parse(&text(good), "x").expect("valid").codes.expect("codes").labels;
        assert_eq!((labels[0].means, labels[0].sheet), (crate::chart::SheetKind::Chart, false));
        for bad in ["pattern = \"(\"\nmeans = \"chart\"", "pattern = \"x\"\nmeans = \"box\"", "pattern = \"x\""] {
            assert!(Definition::parse(&text(bad), "x").is_err(), "{bad}");
        }
    }

    #[test]
    fn a_folder_overrides_and_the_digest_follows_values_only() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("fax.toml");
        std::fs::write(&path, "name = \"fax\"\nrevision = 7\n[blank]\nnearly_blank_marks = 3\n").expect("written");
        let one = Definition::load("fax", Some(folder.path())).expect("valid");
        assert_eq!((one.revision, one.blank.nearly_blank_marks), (7, 3));
        let other = "# a remark\nrevision = 7\nname = \"fax\"\nblank = { nearly_blank_marks = 3 }";
        assert_eq!(Definition::parse(other, "other").expect("valid").stamp(), one.stamp());
        let changed = "revision = 7\nname = \"fax\"\nblank = { nearly_blank_marks = 4 }";
        assert_ne!(Definition::parse(changed, "changed").expect("valid").stamp(), one.stamp());
        assert!(
            Definition::load("fxa", Some(folder.path())).expect_err("none").to_string().contains("did you mean fax")
        );
        assert!(Definition::load("../fax", Some(folder.path())).is_err());
    }
}
