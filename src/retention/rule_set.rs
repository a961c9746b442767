//! A rule set: how long one law, or one house, wants which records kept, with where that stands.
//!
//! The parsed and validated form of `pipelines/retention/*.toml`. Every rule says its citation, and every set when and
//! where it was read. Nothing in it is legal advice.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::period::Period;
use super::violation::{RuleSetError, Violation};
use crate::chart::{Digest, RecordClass, TriggerKind};

/// Number of the form of a rule set's file.
const SCHEMA: u32 = 1;
/// Most rules of a set.
const MOST_RULES: usize = 500;
/// Highest age that a rule for minors may name.
const HIGHEST_AGE: u32 = 40;

/// What one law, or one house, wants kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleSet {
    /// Number of the file's form.
    pub schema: u32,
    /// Name, the same as the file's without `.toml`.
    pub name: String,
    /// Counted up with every change.
    pub revision: u32,
    /// What it is, in a few words.
    pub title: String,
    /// Where it binds, for example `US-CA`, `US` or `none`.
    pub jurisdiction: String,
    /// Law or regulation.
    pub citation: String,
    /// The day on which the source was read.
    pub read_on: jiff::civil::Date,
    /// How well the source is known.
    pub knowledge: Knowledge,
    /// What was read, in words.
    pub source: String,
    /// Age of majority where it binds.
    #[serde(default = "eighteen")]
    pub majority: u32,
    /// The rules.
    #[serde(rename = "rule")]
    pub rules: Vec<Rule>,
}

/// How well a source is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Knowledge {
    /// The primary or official text was read.
    OfficialText,
    /// Somebody else's account of the text was read.
    SecondaryPage,
    /// Common knowledge of the field.
    CommonKnowledge,
    /// The site's own decision.
    SiteDecision,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Name within the set.
    pub id: String,
    /// Classes of records that it is for.
    pub classes: BTreeSet<RecordClass>,
    /// Citation, where it is narrower than the set's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub citation: Option<String>,
    /// What the period runs from: the latest of these.
    pub trigger: BTreeSet<TriggerKind>,
    /// How long after that.
    pub period: Period,
    /// Whether the rule asks for nothing as long as none of its triggers has happened; otherwise the record is then kept without end.
    #[serde(default)]
    pub only_if_happened: bool,
    /// A shorter period, once something else has happened later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shorter_after: Option<ShorterAfter>,
    /// What else holds for records made while the patient was a minor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minor: Option<MinorRule>,
    /// How several dates are combined. Only the latest is ever right for a duty to keep.
    #[serde(default)]
    pub combine: Combine,
    /// Whether a document that is filed late begins the period anew.
    #[serde(default = "yes")]
    pub late_filing_reopens: bool,
    /// Days of notice before destruction.
    #[serde(default)]
    pub notice_days: u32,
    /// Who is given the notice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice_to: Option<String>,
    /// What may be done after the last day.
    #[serde(default)]
    pub action: Action,
}

/// A shorter period after a later event, for example five years instead of ten once a further mammogram was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShorterAfter {
    /// The later event. It counts only when a second person has confirmed it.
    pub event: TriggerKind,
    /// The shorter period, from the same day as the longer one.
    pub period: Period,
}

/// What holds for records made while the patient was a minor: keep them at least through a birthday.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MinorRule {
    /// Keep through the birthday on which the patient reaches this age.
    pub until_age: u32,
}

/// How several dates are combined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Combine {
    /// The latest counts.
    #[default]
    Latest,
}

/// What may be done after the last day, from the most lenient to the strictest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Destruction may be proposed.
    #[default]
    Destroy,
    /// Somebody decides case by case.
    Review,
    /// Kept for good.
    Keep,
}

impl RuleSet {
    /// Parses a rule set; `origin` names the file in errors.
    ///
    /// # Errors
    /// No TOML, an unknown key, a value of the wrong form (with its line), or every rule that the values break.
    pub fn parse(text: &str, origin: &str) -> Result<Self, RuleSetError> {
        let set: Self = toml::from_str(text)
            .map_err(|cause| RuleSetError::Form { origin: origin.to_owned(), cause: cause.to_string() })?;
        let violations = set.violations();
        if violations.is_empty() {
            Ok(set)
        } else {
            Err(RuleSetError::Invalid { origin: origin.to_owned(), violations })
        }
    }

    /// Returns the digest of every value in it, so that comments and layout do not change it.
    pub fn digest(&self) -> Digest {
        Digest::of(&serde_json_canonicalizer::to_vec(self).unwrap_or_default())
    }

    /// Lists what is wrong with the values.
    pub fn violations(&self) -> Vec<Violation> {
        let mut violations = Vec::new();
        let mut must = |holds: bool, key: String, text: &str| {
            if !holds {
                violations.push(Violation { key, text: text.to_owned() });
            }
        };
        must(self.schema == SCHEMA, "schema".into(), "is 1 in this version of the program");
        must(is_name(&self.name), "name".into(), "is made of 1 to 64 small letters, digits and hyphens");
        must(self.revision > 0, "revision".into(), "counts from 1: count it up with every change");
        for (key, text) in [
            ("title", &self.title),
            ("jurisdiction", &self.jurisdiction),
            ("citation", &self.citation),
            ("source", &self.source),
        ] {
            must(!text.trim().is_empty(), key.into(), "is empty: say where the rule comes from");
        }
        must((14..=25).contains(&self.majority), "majority".into(), "is an age from 14 to 25, usually 18");
        must(!self.rules.is_empty(), "rule".into(), "is missing: write at least one [[rule]]");
        must(self.rules.len() <= MOST_RULES, "rule".into(), "is there more than 500 times: split the set");
        let mut ids = BTreeSet::new();
        for (number, rule) in self.rules.iter().enumerate() {
            let key = |name: &str| format!("rule {} ({}): {name}", number + 1, rule.id);
            must(is_name(&rule.id), key("id"), "is made of 1 to 64 small letters, digits and hyphens");
            must(ids.insert(&rule.id), key("id"), "is used twice: each rule has a name of its own");
            must(!rule.classes.is_empty(), key("classes"), "is empty: name the record classes that it is for");
            must(!rule.trigger.is_empty(), key("trigger"), "is empty: name what the period runs from");
            must(
                !rule.trigger.contains(&TriggerKind::LateFiling),
                key("trigger"),
                "names late-filing, which only begins a period anew: see late_filing_reopens",
            );
            if let Some(shorter) = &rule.shorter_after {
                must(
                    shorter.period < rule.period,
                    key("shorter_after.period"),
                    "is not shorter than period: exchange the two",
                );
                must(
                    !rule.trigger.contains(&shorter.event),
                    key("shorter_after.event"),
                    "is a trigger of the same rule: name another event",
                );
            }
            if let Some(minor) = rule.minor {
                must(
                    (self.majority..=HIGHEST_AGE).contains(&minor.until_age),
                    key("minor.until_age"),
                    "lies below the age of majority or above 40: write the age through which to keep",
                );
            }
            must(rule.notice_days <= 3650, key("notice_days"), "is more than ten years: write days");
            must(
                (rule.notice_days > 0) == rule.notice_to.is_some(),
                key("notice_to"),
                "and notice_days go together: give both or neither",
            );
        }
        violations
    }
}

fn is_name(text: &str) -> bool {
    let letters = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
    !text.is_empty() && text.len() <= 64 && text.chars().all(letters)
}

const fn eighteen() -> u32 {
    18
}

const fn yes() -> bool {
    true
}

impl Knowledge {
    /// Says it in words.
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::OfficialText => "the official text was read",
            Self::SecondaryPage => "a secondary page was read, not the official text",
            Self::CommonKnowledge => "common knowledge of the field, no text was read",
            Self::SiteDecision => "the site's own decision",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str = r#"
        schema = 1
        name = "house"
        revision = 1
        title = "House rules"
        jurisdiction = "none"
        citation = "house rule 4"
        read_on = "2026-11-22"
        knowledge = "site-decision"
        source = "decided by the records committee"
        [[rule]]
        id = "chart"
        classes = ["chart"]
        trigger = ["discharge"]
        period = "7 years"
    "#;

    fn message(text: &str) -> String {
        RuleSet::parse(text, "house.toml").expect_err("invalid").to_string()
    }

    #[test]
    fn what_is_left_out_has_careful_defaults() {
        let set = RuleSet::parse(SMALL, "house.toml").expect("valid");
        let rule = &set.rules[0];
        assert!(!rule.only_if_happened && rule.late_filing_reopens && rule.action == Action::Destroy);
        assert_eq!(set.majority, 18);
    }

    #[test]
    fn errors_name_file_place_and_what_to_do() {
        for (from, to, parts) in [
            ("period = \"7 years\"", "period = \"7 yers\"", ["house.toml", "line 15", "years or months"]),
            ("trigger = [\"discharge\"]", "triger = [\"discharge\"]", ["house.toml", "triger", "trigger"]),
            ("\"discharge\"", "\"dicharge\"", ["house.toml", "dicharge", "discharge"]),
            ("[\"chart\"]", "[]", ["house.toml", "rule 1 (chart): classes", "name the record classes"]),
            ("\"7 years\"", "\"7 years\"\nminor = { until_age = 17 }", ["house.toml", "minor.until_age", "majority"]),
            ("\"7 years\"", "\"7 years\"\nnotice_days = 30", ["house.toml", "notice_to", "both or neither"]),
            ("\"7 years\"", "\"7 years\"\ncombine = \"earliest\"", ["house.toml", "earliest", "latest"]),
            ("citation = \"house rule 4\"", "citation = \"\"", ["house.toml", "citation", "where the rule comes from"]),
        ] {
            assert!(SMALL.contains(from), "{from}");
            let message = message(&SMALL.replacen(from, to, 1));
            for part in parts {
                assert!(message.contains(part), "{part} is missing in: {message}");
            }
        }
    }

    #[test]
    fn every_violation_is_listed() {
        let text = SMALL.replace("revision = 1", "revision = 0").replace("[\"discharge\"]", "[]");
        let message = message(&text);
        assert!(message.contains("revision") && message.contains("rule 1 (chart): trigger"), "{message}");
    }

    #[test]
    fn the_digest_follows_values_only() {
        let set = RuleSet::parse(SMALL, "a").expect("valid");
        let remarked = RuleSet::parse(&format!("# a remark\n{SMALL}"), "b").expect("valid");
        let changed = RuleSet::parse(&SMALL.replace("7 years", "8 years"), "c").expect("valid");
        assert_eq!(set.digest(), remarked.digest());
        assert_ne!(set.digest(), changed.digest());
    }

    #[test]
    fn the_example_of_the_documentation_is_a_valid_rule_set() {
        let page = include_str!("../../docs/retention.md");
        let example = page.split("```toml").nth(1).and_then(|rest| rest.split("```").next()).expect("an example");
        assert_eq!(RuleSet::parse(example, "docs/retention.md").expect("valid").rules.len(), 1);
    }
}
