//! The last day on which a record must be kept: inputs, result, explanation.

use std::collections::BTreeSet;
use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::doubt::{self, Doubt};
use super::policy::{PolicyVersion, binding};
use super::record_facts::{RecordFacts, Today};
use super::rule_date::rule_date;
use super::rule_set::Action;
use crate::chart::{Digest, Hasher, LastDay, RecordId};

/// How long a record is kept, and why. The explanation holds patient data: `Debug` hides it.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Computation {
    /// The record.
    pub record: RecordId,
    /// The day it was computed for.
    pub on: Date,
    /// The facility's time zone.
    pub zone: String,
    /// The versions of the policy that bind, the one in force first.
    pub policies: Vec<u32>,
    /// Retained through this day; eligible on the next.
    pub last_day: LastDay,
    /// The rule that decided, as `policy version/rule set/rule`.
    pub decided_by: Option<String>,
    /// What may be done after that; the strictest of all rules.
    pub action: Action,
    /// Notice that must be given before destruction; the longest of all rules.
    pub notice: Option<Notice>,
    /// What a person has to look at first.
    pub doubts: Vec<Doubt>,
    /// What it was computed from.
    pub inputs: Vec<Input>,
    /// Why, in sentences.
    pub explanation: Vec<String>,
    /// Digest of everything that it was computed from, except the day.
    pub inputs_digest: Digest,
}

/// Notice before destruction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Days before.
    pub days: u32,
    /// To whom.
    pub to: BTreeSet<String>,
}

/// One input of a computation.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Input {
    /// What it is.
    pub name: String,
    /// Its value.
    pub value: String,
    /// Where it is known from.
    pub source: String,
}

impl Computation {
    /// Says whether a later computation makes this one obsolete: what was planned on this one must be planned anew.
    pub fn is_superseded_by(&self, later: &Self) -> bool {
        self.record != later.record || self.inputs_digest != later.inputs_digest || self.last_day != later.last_day
    }
}

/// Computes how long a record is kept under the versions of the policy that bind today.
pub fn compute(facts: &RecordFacts, versions: &[PolicyVersion], today: &Today) -> Computation {
    let versions = binding(versions, today.date);
    let mut draft = Draft { doubts: doubt::in_facts(facts, today).into_iter().collect(), ..Draft::default() };
    if versions.is_empty() {
        draft.doubts.insert(Doubt::NoPolicy);
        draft.raise(LastDay::Indefinite, None);
        draft.say("No policy is in force: kept without end.");
    }
    if facts.classes.is_empty() {
        draft.doubts.insert(Doubt::NoClass);
        draft.raise(LastDay::Indefinite, None);
        draft.say("The record has no class: kept without end.");
    }
    for (place, version) in versions.iter().enumerate() {
        if place == 1 {
            draft.say("Older versions bind as well: nobody has approved yet that their successor keeps shorter.");
        }
        draft.follow(version, facts);
    }
    for exception in &facts.exceptions {
        draft.say(format!("Kept longer by decision ({}): through {}.", exception.reason, exception.until));
        draft.raise(exception.until, None);
    }
    draft.conclude(facts, &versions, today)
}

/// A computation under way. The last day, the action and the notice only ever grow.
#[derive(Default)]
struct Draft {
    last_day: Option<LastDay>,
    decided_by: Option<String>,
    action: Action,
    notice_days: u32,
    notice_to: BTreeSet<String>,
    doubts: BTreeSet<Doubt>,
    explanation: Vec<String>,
}

impl Draft {
    fn say(&mut self, sentence: impl Into<String>) {
        self.explanation.push(sentence.into());
    }

    fn raise(&mut self, last_day: LastDay, decided_by: Option<String>) {
        if self.last_day.is_none_or(|before| last_day > before) {
            self.last_day = Some(last_day);
            self.decided_by = decided_by;
        }
    }

    fn follow(&mut self, version: &PolicyVersion, facts: &RecordFacts) {
        for class in &facts.classes {
            let mut found = false;
            for set in &version.policy.rule_sets {
                for rule in set.rules.iter().filter(|rule| rule.classes.contains(class)) {
                    let dated = rule_date(set, rule, facts, version.policy.leap_day);
                    let citation = rule.citation.as_ref().unwrap_or(&set.citation);
                    let name = format!("{}/{}/{}", version.number, set.name, rule.id);
                    self.say(format!(
                        "Policy version {}, {} revision {}, rule {} for {class} ({citation}; {}):",
                        version.number,
                        set.name,
                        set.revision,
                        rule.id,
                        set.knowledge.in_words()
                    ));
                    self.explanation.extend(dated.sentences.into_iter().map(|sentence| format!("  {sentence}")));
                    self.doubts.extend(dated.doubts);
                    let Some(last_day) = dated.last_day else { continue };
                    found = true;
                    self.raise(last_day, Some(name));
                    self.action = self.action.max(rule.action);
                    self.notice_days = self.notice_days.max(rule.notice_days);
                    self.notice_to.extend(rule.notice_to.clone());
                }
            }
            if !found {
                self.doubts.insert(Doubt::NoRule { class: class.clone() });
                self.raise(LastDay::Indefinite, None);
                self.say(format!(
                    "Policy version {} asks for nothing that ends for {class}: kept without end.",
                    version.number
                ));
            }
        }
    }

    fn conclude(mut self, facts: &RecordFacts, versions: &[&PolicyVersion], today: &Today) -> Computation {
        if self.action == Action::Keep {
            self.last_day = Some(LastDay::Indefinite);
            self.say("A rule keeps the record for good.");
        }
        let last_day = self.last_day.unwrap_or(LastDay::Indefinite);
        self.say(match last_day {
            LastDay::On(day) => format!("The latest day counts: kept through {day} in {}.", today.zone_name()),
            LastDay::Indefinite => "The longest counts: kept without an end that is known today.".to_owned(),
        });
        let mut hasher = Hasher::new();
        hasher.update(facts.digest().to_string().as_bytes());
        for version in versions {
            hasher.update(version.policy.digest().to_string().as_bytes());
        }
        Computation {
            record: facts.record,
            on: today.date,
            zone: today.zone_name().to_owned(),
            policies: versions.iter().map(|version| version.number).collect(),
            last_day,
            decided_by: self.decided_by,
            action: self.action,
            notice: (self.notice_days > 0).then_some(Notice { days: self.notice_days, to: self.notice_to }),
            doubts: self.doubts.into_iter().collect(),
            inputs: inputs(facts),
            explanation: self.explanation,
            inputs_digest: hasher.finish(),
        }
    }
}

/// Lists what a computation depends on, with where it is known from.
fn inputs(facts: &RecordFacts) -> Vec<Input> {
    let input =
        |name: &str, value: String, source: &str| Input { name: name.to_owned(), value, source: source.to_owned() };
    let mut inputs: Vec<Input> =
        facts.classes.iter().map(|class| input("record class", class.to_string(), "the record")).collect();
    inputs.extend(facts.births.iter().map(|birth| {
        let text = birth.text();
        input("birth date", if text.is_empty() { "unknown".to_owned() } else { text }, "the patient")
    }));
    inputs.extend(facts.standing().into_iter().map(|event| {
        let value = format!("{} ({})", event.date, event.zone);
        input(event.kind.as_str(), value, &event.source)
    }));
    inputs.extend(
        facts.exceptions.iter().map(|exception| input("exception", exception.until.to_string(), &exception.reason)),
    );
    inputs
}

impl fmt::Debug for Computation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Computation")
            .field("record", &self.record)
            .field("policies", &self.policies)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Input").field("name", &self.name).finish_non_exhaustive()
    }
}
