//! The rule sets that come with the program, and those of the site.

use std::io::Read;
use std::path::Path;

use super::rule_set::RuleSet;
use super::violation::{RuleSetError, Violation};

/// The rule sets that come with the program: name and text.
const EMBEDDED: [(&str, &str); 9] = [
    ("neutral-default", include_str!("../../pipelines/retention/neutral-default.toml")),
    ("us-california", include_str!("../../pipelines/retention/us-california.toml")),
    ("us-federal-hospital", include_str!("../../pipelines/retention/us-federal-hospital.toml")),
    ("us-laboratory", include_str!("../../pipelines/retention/us-laboratory.toml")),
    ("us-mammography", include_str!("../../pipelines/retention/us-mammography.toml")),
    ("us-massachusetts", include_str!("../../pipelines/retention/us-massachusetts.toml")),
    ("us-new-york", include_str!("../../pipelines/retention/us-new-york.toml")),
    ("us-north-carolina", include_str!("../../pipelines/retention/us-north-carolina.toml")),
    ("us-occupational-health", include_str!("../../pipelines/retention/us-occupational-health.toml")),
];
/// Most bytes of a rule set; a larger file is something else.
const MOST_BYTES: u64 = 256 * 1024;

/// Lists the names of the rule sets that [`load`] finds, sorted.
pub fn names(folder: Option<&Path>) -> Vec<String> {
    let entries = folder.and_then(|folder| std::fs::read_dir(folder).ok()).into_iter().flatten();
    let own = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.strip_suffix(".toml").map(str::to_owned));
    let mut names: Vec<String> = EMBEDDED.iter().map(|(name, _)| (*name).to_owned()).chain(own).collect();
    names.sort();
    names.dedup();
    names
}

/// Loads the rule set `name`: from `folder` where it has a `NAME.toml`, else the one that comes with the program.
///
/// # Errors
/// There is none of that name, it cannot be read, or it is wrong.
pub fn load(name: &str, folder: Option<&Path>) -> Result<RuleSet, RuleSetError> {
    if !names(folder).iter().any(|known| known == name) {
        return Err(RuleSetError::Unknown { name: name.to_owned(), known: names(folder) });
    }
    let path = folder.map(|folder| folder.join(format!("{name}.toml"))).filter(|path| path.exists());
    let (text, origin) = match path {
        Some(path) => (read(&path)?, path.display().to_string()),
        None => {
            let text = EMBEDDED.iter().find(|(known, _)| *known == name).map_or("", |(_, text)| *text);
            (text.to_owned(), format!("{name}.toml (comes with the program)"))
        }
    };
    let set = RuleSet::parse(&text, &origin)?;
    if set.name != name {
        let text = format!("is {:?}, but the file is called {name}.toml: make them the same", set.name);
        return Err(RuleSetError::Invalid { origin, violations: vec![Violation { key: "name".to_owned(), text }] });
    }
    Ok(set)
}

fn read(path: &Path) -> Result<String, RuleSetError> {
    let unreadable = |cause: String| RuleSetError::Unreadable { origin: path.display().to_string(), cause };
    let file = std::fs::File::open(path).map_err(|cause| unreadable(cause.to_string()))?;
    let mut text = String::new();
    let length = file.take(MOST_BYTES + 1).read_to_string(&mut text).map_err(|cause| unreadable(cause.to_string()))?;
    if length as u64 > MOST_BYTES {
        return Err(unreadable(format!("it has more than the {MOST_BYTES} bytes that a rule set may have")));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_set_of_the_program_is_valid_and_says_where_it_comes_from() {
        for name in names(None) {
            let set = load(&name, None).expect("valid");
            assert_eq!(set.name, name);
            assert!(!set.citation.is_empty() && !set.source.is_empty());
        }
        assert_eq!(names(None).len(), EMBEDDED.len());
    }

    #[test]
    fn a_site_overrides_and_adds() {
        let folder = tempfile::tempdir().expect("a folder");
        let text = include_str!("../../pipelines/retention/neutral-default.toml");
        std::fs::write(folder.path().join("neutral-default.toml"), text.replace("revision = 1", "revision = 7"))
            .expect("written");
        std::fs::write(folder.path().join("house.toml"), text.replace("neutral-default", "house")).expect("written");
        assert_eq!(load("neutral-default", Some(folder.path())).expect("valid").revision, 7);
        assert_eq!(load("house", Some(folder.path())).expect("valid").name, "house");
        std::fs::write(folder.path().join("wrong.toml"), text).expect("written");
        assert!(load("wrong", Some(folder.path())).expect_err("misnamed").to_string().contains("make them the same"));
        for name in ["us-californa", "../house", ""] {
            let message = load(name, Some(folder.path())).expect_err("unknown").to_string();
            assert!(message.contains("us-california"), "{message}");
        }
    }
}
