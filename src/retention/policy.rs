//! The site's policy: which rule sets it follows, version by version, and which versions bind on a day.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::period::LeapDay;
use super::rule_set::RuleSet;
use super::violation::{RuleSetError, Violation};
use crate::chart::Digest;

/// Number of the form of a policy's text.
const SCHEMA: u32 = 1;
/// Most rule sets of a policy.
const MOST_SETS: usize = 100;

/// What one version of the site's policy says: the rule sets in full, so that later changes of files change nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// Number of this form.
    pub schema: u32,
    /// What it is called.
    pub title: String,
    /// What an anniversary of the 29th of February is in other years.
    pub leap_day: LeapDay,
    /// The rule sets; where several are for a class, the longest and the strictest wins.
    pub rule_sets: Vec<RuleSet>,
}

impl Policy {
    /// Makes a policy out of rule sets.
    ///
    /// # Errors
    /// There is no rule set, one of them twice, or one is wrong.
    pub fn new(title: &str, leap_day: LeapDay, rule_sets: Vec<RuleSet>) -> Result<Self, RuleSetError> {
        Self { schema: SCHEMA, title: title.to_owned(), leap_day, rule_sets }.checked()
    }

    /// Reads a policy as [`Policy::text`] writes it.
    ///
    /// # Errors
    /// It is of a form that this version does not know, or breaks rules.
    pub fn parse(text: &str) -> Result<Self, RuleSetError> {
        let form =
            |cause: serde_json::Error| RuleSetError::Form { origin: "the policy".into(), cause: cause.to_string() };
        serde_json::from_str::<Self>(text).map_err(form)?.checked()
    }

    /// Returns the canonical text (RFC 8785), which the ledger keeps.
    pub fn text(&self) -> String {
        serde_json_canonicalizer::to_string(self).unwrap_or_default()
    }

    /// Returns the digest of the text.
    pub fn digest(&self) -> Digest {
        Digest::of(self.text().as_bytes())
    }

    fn checked(self) -> Result<Self, RuleSetError> {
        let mut violations = Vec::new();
        let mut add = |key: String, text: &str| violations.push(Violation { key, text: text.to_owned() });
        if self.schema != SCHEMA {
            add("schema".into(), "is one that this version of the program does not know: use a newer one");
        }
        if self.title.trim().is_empty() {
            add("title".into(), "is empty: name the policy");
        }
        if self.rule_sets.is_empty() || self.rule_sets.len() > MOST_SETS {
            add("rule sets".into(), "are none or more than 100: name those that bind the site");
        }
        for (number, set) in self.rule_sets.iter().enumerate() {
            if self.rule_sets[..number].iter().any(|other| other.name == set.name) {
                add(set.name.clone(), "is named twice: name it once");
            }
        }
        for set in &self.rule_sets {
            violations.extend(
                set.violations()
                    .into_iter()
                    .map(|wrong| Violation { key: format!("{}: {}", set.name, wrong.key), ..wrong }),
            );
        }
        if violations.is_empty() {
            Ok(self)
        } else {
            Err(RuleSetError::Invalid { origin: "the policy".into(), violations })
        }
    }
}

/// An approved version of the policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyVersion {
    /// Number, from 1.
    pub number: u32,
    /// What it says.
    pub policy: Policy,
    /// First day on which it is in force: the day it names, or the day of its approval if that is later.
    pub in_force_from: Date,
    /// Day since which it may also keep records shorter than the versions before it. Approved while the version is in
    /// force: an approval given earlier could not know what it would replace, and counts for nothing.
    pub may_shorten_from: Option<Date>,
}

/// Returns the version in force on `day`.
pub fn in_force(versions: &[PolicyVersion], day: Date) -> Option<&PolicyVersion> {
    versions
        .iter()
        .filter(|version| version.in_force_from <= day)
        .max_by_key(|version| (version.in_force_from, version.number))
}

/// Returns the versions that bind on `day`, the one in force first: it, and those before it as far as nobody has approved that
/// their successor keeps shorter. Of the dates that they give, the latest counts.
pub fn binding(versions: &[PolicyVersion], day: Date) -> Vec<&PolicyVersion> {
    let mut begun: Vec<&PolicyVersion> = versions.iter().filter(|version| version.in_force_from <= day).collect();
    begun.sort_by_key(|version| std::cmp::Reverse((version.in_force_from, version.number)));
    let may_shorten = |version: &&PolicyVersion| {
        let approved = version.may_shorten_from.filter(|from| *from <= day);
        approved.is_some_and(|on| in_force(versions, on).is_some_and(|then| then.number == version.number))
    };
    let last = begun.iter().position(may_shorten);
    begun.truncate(last.map_or(usize::MAX, |last| last + 1));
    begun
}

#[cfg(test)]
mod tests {
    use super::super::shelf;
    use super::*;

    fn version(number: u32, from: &str, may_shorten_from: Option<&str>) -> PolicyVersion {
        let set = shelf::load("us-california", None).expect("valid");
        let day = |text: &str| text.parse().expect("a date");
        PolicyVersion {
            number,
            policy: Policy::new("Charts", LeapDay::March1, vec![set]).expect("valid"),
            in_force_from: day(from),
            may_shorten_from: may_shorten_from.map(day),
        }
    }

    fn numbers(versions: &[PolicyVersion], day: &str) -> Vec<u32> {
        binding(versions, day.parse().expect("a date")).iter().map(|version| version.number).collect()
    }

    #[test]
    fn the_version_in_force_on_a_day_is_shown_for_every_day() {
        let versions = [version(2, "2026-01-01", None), version(3, "2026-07-01", None)];
        let number = |day: &str| in_force(&versions, day.parse().expect("a date")).map(|version| version.number);
        assert_eq!(number("2025-12-31"), None);
        assert_eq!(number("2026-06-30"), Some(2));
        assert_eq!(number("2026-07-01"), Some(3));
    }

    #[test]
    fn older_versions_bind_until_it_is_approved_that_a_newer_one_keeps_shorter() {
        let open = [version(1, "2025-01-01", None), version(2, "2026-01-01", None), version(3, "2026-07-01", None)];
        assert_eq!(numbers(&open, "2026-08-01"), [3, 2, 1]);
        assert_eq!(numbers(&open, "2026-06-30"), [2, 1]);
        let second = [
            version(1, "2025-01-01", None),
            version(2, "2026-01-01", Some("2026-02-01")),
            version(3, "2026-07-01", None),
        ];
        assert_eq!(numbers(&second, "2026-01-31"), [2, 1]);
        assert_eq!(numbers(&second, "2026-08-01"), [3, 2]);
        let third = [
            version(1, "2025-01-01", None),
            version(2, "2026-01-01", None),
            version(3, "2026-07-01", Some("2026-09-01")),
        ];
        assert_eq!(numbers(&third, "2026-08-31"), [3, 2, 1]);
        assert_eq!(numbers(&third, "2026-09-01"), [3]);
        let too_early = [
            version(1, "2025-01-01", None),
            version(2, "2026-07-01", Some("2026-01-15")),
            version(3, "2026-02-01", None),
        ];
        assert_eq!(numbers(&too_early, "2026-08-01"), [2, 3, 1]);
    }

    #[test]
    fn a_policy_is_read_back_from_its_text_and_refused_when_it_is_wrong() {
        let policy = version(1, "2026-01-01", None).policy;
        assert_eq!(Policy::parse(&policy.text()).expect("read back"), policy);
        let twice = Policy::new("x", LeapDay::March1, [&policy.rule_sets[..], &policy.rule_sets[..]].concat());
        assert!(twice.expect_err("twice").to_string().contains("named twice"));
        assert!(Policy::new("x", LeapDay::March1, vec![]).is_err());
        assert!(Policy::parse(&policy.text().replace("\"schema\":1,\"title\"", "\"schema\":9,\"title\"")).is_err());
    }
}
