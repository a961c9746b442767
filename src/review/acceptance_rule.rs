//! A rule under which the program accepts documents by itself: TOML, read strictly. It names deliveries whose file names say
//! whom they are about, such as the reports of one laboratory.

use serde::Deserialize;

use super::file_name::FileNamePattern;
use crate::chart::{DocumentType, Label, RecordClass, RuleName};

/// Number of the form.
const SCHEMA: u32 = 1;
/// Most labels.
const MOST_LABELS: usize = 20;
/// Most pages that a rule may ask for.
const MOST_PAGES: u32 = 500;

/// A rule.
#[derive(Debug, Clone, PartialEq)]
pub struct AcceptanceRule {
    /// Its name.
    pub name: RuleName,
    /// What it is for.
    pub title: String,
    /// Names of the batches that it is about; `*` stands for anything.
    pub batches: FileNamePattern,
    /// Names of the files, with the patient's record number and, where it is in them, birth date.
    pub files: FileNamePattern,
    /// Who gave out the number; empty for this facility.
    pub authority: String,
    /// The type that the documents get.
    pub kind: DocumentType,
    /// The class that they get.
    pub class: RecordClass,
    /// The labels that they get.
    pub labels: Vec<Label>,
    /// Pages must have been read with at least this mean confidence, from 0 to 1.
    pub least_confidence: f32,
    /// Documents with more pages are left to people.
    pub most_pages: u32,
}

/// What is wrong with a rule: where, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the rule cannot be used:\n  {}", .0.join("\n  "))]
pub struct AcceptanceRuleError(Vec<String>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    schema: u32,
    name: RuleName,
    title: String,
    batches: String,
    files: String,
    #[serde(default)]
    authority: String,
    #[serde(rename = "type")]
    kind: DocumentType,
    class: Option<RecordClass>,
    #[serde(default)]
    labels: Vec<Label>,
    least_confidence: f32,
    most_pages: u32,
}

impl AcceptanceRule {
    /// Reads a rule.
    ///
    /// # Errors
    /// It is no TOML, or has unknown keys or values out of range; all values that are wrong are named.
    pub fn parse(text: &str) -> Result<Self, AcceptanceRuleError> {
        let form: Form =
            toml::from_str(text).map_err(|cause| AcceptanceRuleError(vec![cause.to_string().trim_end().to_owned()]))?;
        let mut faults = Vec::new();
        if form.schema != SCHEMA {
            faults.push(format!("schema = {}: this program knows schema {SCHEMA}", form.schema));
        }
        if form.title.trim().is_empty() {
            faults.push("title is empty: say in a few words what the rule is for".to_owned());
        }
        if !(0.5..=1.0).contains(&form.least_confidence) {
            faults.push(format!("least_confidence = {}: must lie between 0.5 and 1", form.least_confidence));
        }
        if !(1..=MOST_PAGES).contains(&form.most_pages) {
            faults.push(format!("most_pages = {}: must lie between 1 and {MOST_PAGES}", form.most_pages));
        }
        if form.labels.len() > MOST_LABELS {
            faults.push(format!("labels has more than {MOST_LABELS} labels"));
        }
        let mut pattern = |key: &str, text: &str| {
            FileNamePattern::parse(text).map_err(|cause| faults.push(format!("{key} = {text:?}: {cause}"))).ok()
        };
        let (batches, files) = (pattern("batches", &form.batches), pattern("files", &form.files));
        if batches.as_ref().is_some_and(FileNamePattern::names_a_patient) {
            faults.push("batches has {number} or {born}: the name of a batch says nothing of patients".to_owned());
        }
        if files.as_ref().is_some_and(|files| !files.has_number()) {
            faults.push("files has no {number}: the name of a file has to tell the patient's record number".to_owned());
        }
        match (batches, files) {
            (Some(batches), Some(files)) if faults.is_empty() => Ok(Self {
                name: form.name,
                title: form.title,
                batches,
                files,
                authority: form.authority,
                class: form.class.unwrap_or_else(|| form.kind.default_class()),
                kind: form.kind,
                labels: form.labels,
                least_confidence: form.least_confidence,
                most_pages: form.most_pages,
            }),
            _ => Err(AcceptanceRuleError(faults)),
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub const RULE: &str = r#"
        schema = 1
        name = "outside-laboratory"
        title = "Reports of the laboratory, which names its files NUMBER_BORN_anything.pdf"
        batches = "lab-*"
        files = "{number}_{born}_*.pdf"
        type = "laboratory-report"
        labels = ["outside"]
        least_confidence = 0.9
        most_pages = 4
    "#;

    #[test]
    fn a_rule_is_read_and_every_fault_is_named() {
        let rule = AcceptanceRule::parse(RULE).unwrap();
        assert_eq!((rule.name.as_str(), rule.class.as_str()), ("outside-laboratory", "laboratory-report"));
        let wrong = RULE
            .replace("{number}_", "")
            .replace("0.9", "0.1")
            .replace("most_pages = 4", "most_pages = 0")
            .replace("lab-*", "{number}");
        let said = AcceptanceRule::parse(&wrong).unwrap_err().to_string();
        for part in ["no {number}", "least_confidence = 0.1", "most_pages = 0", "batches has {number}"] {
            assert!(said.contains(part), "{part}: {said}");
        }
        let unknown = AcceptanceRule::parse(&format!("{RULE}\nunless = 1")).unwrap_err().to_string();
        assert!(unknown.contains("unless"), "{unknown}");
    }
}
