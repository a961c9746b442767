//! Types of documents: what people call each, and by which words its pages tell it. One TOML file for each type.

use std::path::Path;

use serde::Deserialize;

use super::matching::begins_with;
use super::sighting::ReadPage;
use crate::chart::{DocumentType, RecordClass, Rect, SheetKind, folded_words, nearest};

/// Number of the form.
const SCHEMA: u32 = 1;
/// Lines from the top of a page that can be its heading.
const TOP_LINES: usize = 14;
/// Words that a line with a heading has at most, beyond the heading itself.
const BESIDE_HEADING: usize = 8;
/// Longest file of a type, in bytes; and most files.
const MOST_BYTES: u64 = 64 * 1024;
const MOST_FILES: usize = 1_000;

/// The types that come with the program.
#[derive(rust_embed::Embed)]
#[folder = "pipelines/document-types"]
struct BuiltIn;

/// A type of document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentKind {
    /// Its name in the archive.
    pub name: DocumentType,
    /// What people call it.
    pub title: String,
    /// Its LOINC code, where it has one.
    pub loinc: Option<String>,
    /// The class that retention goes by.
    pub class: RecordClass,
    titles: Vec<Vec<String>>,
    cues: Vec<Vec<String>>,
}

/// Every type, by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentKinds(Vec<DocumentKind>);

/// Why the types cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the document types cannot be used:\n  {}", .0.join("\n  "))]
pub struct KindError(Vec<String>);

/// A name that no type has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "there is no document type {name:?}.{} `muniment labels types` lists them; a site's own are files in document-types/ of \
     its pipelines folder",
    near.as_ref().map(|near| format!(" Did you mean {near}?")).unwrap_or_default()
)]
pub struct UnknownKind {
    name: String,
    near: Option<String>,
}

/// A type as a page tells it.
#[derive(Clone, PartialEq)]
pub(super) struct TypeTold {
    pub(super) name: DocumentType,
    pub(super) confidence: f32,
    /// Where the heading stands.
    pub(super) rect: Option<Rect>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    schema: u32,
    name: DocumentType,
    title: String,
    loinc: Option<String>,
    class: Option<RecordClass>,
    titles: Vec<String>,
    #[serde(default)]
    cues: Vec<String>,
}

impl DocumentKinds {
    /// Reads the types that come with the program and those in `own`, a site's folder: one of the same name takes the
    /// place of a built-in one.
    ///
    /// # Errors
    /// A file is no TOML or has values that cannot be; all of them are named.
    pub fn load(own: Option<&Path>) -> Result<Self, KindError> {
        let mut kinds: Vec<DocumentKind> = Vec::new();
        let mut faults = Vec::new();
        let mut take = |name: &str, text: &str, faults: &mut Vec<String>| match DocumentKind::parse(text) {
            Ok(kind) => {
                kinds.retain(|other: &DocumentKind| other.name != kind.name);
                kinds.push(kind);
            }
            Err(cause) => faults.push(format!("{name}: {cause}")),
        };
        for name in BuiltIn::iter().filter(|name| name.ends_with(".toml")) {
            if let Some(file) = BuiltIn::get(&name) {
                take(&name, &String::from_utf8_lossy(&file.data), &mut faults);
            }
        }
        for (name, text) in own.map(files).transpose().map_err(|cause| KindError(vec![cause]))?.unwrap_or_default() {
            take(&name, &text, &mut faults);
        }
        if !faults.is_empty() {
            return Err(KindError(faults));
        }
        kinds.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(Self(kinds))
    }

    /// Returns every type, by name.
    pub fn all(&self) -> &[DocumentKind] {
        &self.0
    }

    /// Returns the type of that name.
    ///
    /// # Errors
    /// There is no such type: a record under a misspelt one would be missed by everybody who looks for the right one.
    pub fn named(&self, name: &str) -> Result<&DocumentKind, UnknownKind> {
        self.0.iter().find(|kind| kind.name.as_str() == name).ok_or_else(|| UnknownKind {
            name: name.to_owned(),
            near: nearest(name, self.0.iter().map(|kind| kind.name.as_str())).map(str::to_owned),
        })
    }

    /// Returns the type of that name, if there is one.
    pub fn get(&self, name: &DocumentType) -> Option<&DocumentKind> {
        self.0.iter().find(|kind| kind.name == *name)
    }

    /// Returns up to `limit` types for what somebody types: those whose title, name or code begins so first, then those that
    /// have a word that does.
    pub fn find(&self, typed: &str, limit: usize) -> Vec<&DocumentKind> {
        let wanted = folded_words(typed);
        let rank = |kind: &DocumentKind| {
            let words = folded_words(&kind.title);
            let begins = |from: &[String]| {
                wanted.len() <= from.len() && wanted.iter().zip(from).all(|(typed, word)| word.starts_with(typed))
            };
            let code = kind.loinc.as_deref().is_some_and(|code| code.starts_with(typed.trim()));
            match () {
                () if wanted.is_empty() || begins(&words) || code => Some(0),
                () if (1..words.len()).any(|from| begins(&words[from..])) => Some(1),
                () if wanted.iter().all(|typed| words.iter().any(|word| word.starts_with(typed))) => Some(2),
                () if kind.titles.iter().any(|title| begins(title)) => Some(3),
                () => None,
            }
        };
        let mut found: Vec<_> = self.0.iter().filter_map(|kind| Some((rank(kind)?, kind))).collect();
        found.sort_by(|one, other| (one.0, &one.1.title).cmp(&(other.0, &other.1.title)));
        found.into_iter().take(limit).map(|(_, kind)| kind).collect()
    }

    /// Returns the types that a page tells, the likeliest first.
    pub(super) fn told_by(&self, page: &ReadPage) -> Vec<TypeTold> {
        let mut told: Vec<TypeTold> = self.0.iter().filter_map(|kind| kind.told_by(page)).collect();
        // A sheet or label that names a type says so without doubt, unless nobody knows the type.
        for separator in page.separators.iter().filter(|separator| separator.kind == SheetKind::Type) {
            if let Some(kind) = self.0.iter().find(|kind| kind.name.to_string() == separator.value) {
                told.retain(|other| other.name != kind.name);
                let rect = Some(super::in_codes::rect_of_corners(&separator.corners));
                told.push(TypeTold { name: kind.name.clone(), confidence: 0.99, rect });
            }
        }
        told.sort_by(|one, other| other.confidence.total_cmp(&one.confidence).then_with(|| one.name.cmp(&other.name)));
        told.truncate(5);
        told
    }
}

impl DocumentKind {
    fn parse(text: &str) -> Result<Self, String> {
        let form: Form = toml::from_str(text).map_err(|cause| cause.to_string().trim_end().to_owned())?;
        if form.schema != SCHEMA {
            return Err(format!("schema = {}: this program knows schema {SCHEMA}", form.schema));
        }
        if form.title.trim().is_empty() || form.titles.is_empty() {
            return Err("title and titles say what people call it, and neither may be empty".into());
        }
        let phrases =
            |texts: &[String]| texts.iter().map(|text| folded_words(text)).filter(|words| !words.is_empty()).collect();
        Ok(Self {
            titles: phrases(&form.titles),
            cues: phrases(&form.cues),
            class: form.class.unwrap_or_else(|| form.name.default_class()),
            name: form.name,
            title: form.title,
            loinc: form.loinc,
        })
    }

    fn told_by(&self, page: &ReadPage) -> Option<TypeTold> {
        let mut best: Option<(f32, Rect)> = None;
        for (index, (line, words)) in page.lines.iter().zip(&page.folded).take(TOP_LINES).enumerate() {
            for title in &self.titles {
                let starts = (0..words.len()).find(|at| begins_with_folded(&words[*at..], title));
                let Some(at) = starts else { continue };
                let taken = &line[at..(at + title.len()).min(line.len())];
                let beside = words.len().saturating_sub(title.len());
                if beside > BESIDE_HEADING || title.len() == 1 && beside > 6 {
                    continue;
                }
                // A heading at the beginning of a line near the top, of several words, is hardly anything else.
                let mut confidence = if title.len() > 1 { 0.95 } else { 0.84 };
                confidence -= 0.008 * index as f32;
                if at > 0 {
                    confidence -= 0.06;
                }
                if taken.first().is_some_and(|word| word.text.chars().all(|sign| !sign.is_uppercase())) {
                    confidence -= 0.25;
                }
                // Of two titles that fit, the longer one says more.
                confidence += 0.01 * title.len() as f32;
                let read = taken.iter().map(|word| word.confidence.value()).fold(1.0, f32::min);
                confidence *= 0.8 + 0.2 * read;
                if best.as_ref().is_none_or(|(other, _)| confidence > *other) {
                    best = Some((confidence, super::sighting::rect_of(taken)));
                }
            }
        }
        let cues = self.cues.iter().filter(|cue| page.has_phrase(cue)).count();
        let confidence = match &best {
            Some((confidence, _)) => (confidence + 0.01 * cues as f32).min(0.99),
            None if cues >= 2 => (0.25 + 0.1 * cues as f32).min(0.55),
            None => return None,
        };
        Some(TypeTold { name: self.name.clone(), confidence, rect: best.map(|(_, rect)| rect) })
    }
}

/// Says whether words begin with a title; a reader may join its words, and H&P is one word to it.
fn begins_with_folded(words: &[String], title: &[String]) -> bool {
    begins_with(words, title) || words.first().is_some_and(|first| title.len() > 1 && *first == title.concat())
}

fn files(folder: &Path) -> Result<Vec<(String, String)>, String> {
    let unusable = |cause: std::io::Error| format!("{}: {cause}", folder.display());
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(cause) => return Err(unusable(cause)),
    };
    let mut files = Vec::new();
    for entry in entries.take(MOST_FILES) {
        let path = entry.map_err(unusable)?.path();
        if path.extension().is_none_or(|extension| extension != "toml") {
            continue;
        }
        if std::fs::metadata(&path).map_err(unusable)?.len() > MOST_BYTES {
            return Err(format!("{}: longer than 64 KiB", path.display()));
        }
        files.push((path.display().to_string(), std::fs::read_to_string(&path).map_err(unusable)?));
    }
    files.sort_unstable();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_types_are_whole_and_found_while_somebody_types() {
        let kinds = DocumentKinds::load(None).unwrap();
        assert_eq!(kinds.all().iter().filter(|kind| kind.loinc.is_some()).count(), 30);
        let first = |typed: &str| kinds.find(typed, 5).first().map(|kind| kind.name.to_string());
        assert_eq!(first("disch").as_deref(), Some("discharge-summary"));
        assert_eq!(first("summ dis"), first("disch"));
        assert_eq!(first("11506").as_deref(), Some("progress-note"));
        assert_eq!(first("zzz"), None);
        assert_eq!(kinds.find("", 7).len(), 7);
        let lab = kinds.get(&"laboratory-report".parse().unwrap()).unwrap();
        assert_eq!(lab.class.as_str(), "laboratory-report");
    }

    #[test]
    fn a_sites_own_type_needs_no_program() {
        let folder = tempfile::tempdir().unwrap();
        let own = "schema = 1\nname = \"sleep-study\"\ntitle = \"Sleep study\"\ntitles = [\"polysomnogram\"]\n";
        std::fs::write(folder.path().join("sleep.toml"), own).unwrap();
        let kinds = DocumentKinds::load(Some(folder.path())).unwrap();
        assert_eq!(kinds.find("sleep", 1)[0].class.as_str(), "chart");
        std::fs::write(folder.path().join("sleep.toml"), own.replace("schema = 1", "schema = 9")).unwrap();
        let said = DocumentKinds::load(Some(folder.path())).unwrap_err().to_string();
        assert!(said.contains("sleep.toml") && said.contains("schema"), "{said}");
    }
}
