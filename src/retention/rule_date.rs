//! One rule, one record: the day that the rule asks for, and why.

use jiff::civil::Date;

use super::doubt::Doubt;
use super::period::{LeapDay, birthday};
use super::record_facts::RecordFacts;
use super::rule_set::{MinorRule, Rule, RuleSet};
use crate::chart::{LastDay, TriggerEvent, TriggerKind, Withdrawal};

/// What one rule asks of one record.
pub(super) struct RuleDate {
    /// The day; none when the rule asks for nothing.
    pub last_day: Option<LastDay>,
    /// Why, one sentence each.
    pub sentences: Vec<String>,
    /// What a person has to look at.
    pub doubts: Vec<Doubt>,
}

/// Finds the day that `rule` of `set` asks for.
pub(super) fn rule_date(set: &RuleSet, rule: &Rule, facts: &RecordFacts, leap_day: LeapDay) -> RuleDate {
    let triggers = facts.standing_of(&rule.trigger);
    let Some(first) = triggers.iter().map(|event| event.date).min() else { return without_trigger(rule) };
    let mut sentences = Vec::new();
    if triggers.iter().all(|event| event.withdrawal == Withdrawal::Proposed) {
        let text =
            "Every event that the period runs from is said not to have happened: no end as long as that is open.";
        return RuleDate { last_day: Some(LastDay::Indefinite), sentences: vec![text.to_owned()], doubts: vec![] };
    }
    let by_encounters =
        rule.trigger.contains(&TriggerKind::Discharge) || rule.trigger.contains(&TriggerKind::Encounter);
    if let Some(from) = facts.going_on().filter(|_| by_encounters) {
        let text = format!("No end is recorded of the encounter that began on {from}: no end until there is one.");
        return RuleDate { last_day: Some(LastDay::Indefinite), sentences: vec![text], doubts: vec![] };
    }
    let (cut_off, reason) = cut_off(rule, facts, &triggers);
    let (period, shortened) = match &rule.shorter_after {
        Some(shorter)
            if facts.standing().iter().any(|event| {
                event.kind == shorter.event
                    && event.confirmed
                    && event.withdrawal == Withdrawal::None
                    && event.date > cut_off
            }) =>
        {
            (shorter.period, format!(" ({} after a confirmed {})", rule.period, shorter.event))
        }
        Some(shorter) => (rule.period, format!(" (only {} once a {} is confirmed)", shorter.period, shorter.event)),
        None => (rule.period, String::new()),
    };
    let mut last = period.after(cut_off, leap_day);
    sentences.push(format!("{period} after the {reason} on {cut_off}{shortened}: through {last}."));
    let mut doubts = Vec::new();
    if let Some(minor) = rule.minor {
        let until = until_of_age(set, minor, facts, (first, cut_off), leap_day, &mut sentences);
        if until.is_some_and(|(_, known)| !known) {
            doubts.push(Doubt::UnknownBirthDate);
        }
        last = until.map_or(last, |(date, _)| last.max(date));
    }
    RuleDate { last_day: Some(LastDay::On(last)), sentences, doubts }
}

/// Says what a rule asks for whose trigger has not happened.
fn without_trigger(rule: &Rule) -> RuleDate {
    let kinds: Vec<&str> = rule.trigger.iter().map(|kind| kind.as_str()).collect();
    let kinds = kinds.join(" or ");
    if rule.only_if_happened {
        let sentences = vec![format!("No {kinds} is recorded: this rule asks for nothing.")];
        return RuleDate { last_day: None, sentences, doubts: vec![] };
    }
    let sentences = vec![format!("No {kinds} is recorded yet: kept without end until there is one.")];
    RuleDate { last_day: Some(LastDay::Indefinite), sentences, doubts: vec![] }
}

/// Returns the day that the period runs from, and what happened on it: the latest trigger, or a later filing.
fn cut_off(rule: &Rule, facts: &RecordFacts, triggers: &[&TriggerEvent]) -> (Date, String) {
    let filings = facts.standing_of(&[TriggerKind::LateFiling].into());
    let filings = filings.into_iter().filter(|_| rule.late_filing_reopens);
    let latest = triggers.iter().copied().chain(filings).max_by_key(|event| event.date);
    // There is a trigger: the caller has seen one.
    latest.map_or((Date::MAX, String::new()), |event| {
        let reopened = if event.kind == TriggerKind::LateFiling { " (a late filing reopens the period)" } else { "" };
        (event.date, format!("{}{reopened}", event.kind))
    })
}

/// Returns the birthday through which a minor's record is kept, and whether the birth date is known; none for an adult.
fn until_of_age(
    set: &RuleSet,
    minor: MinorRule,
    facts: &RecordFacts,
    (first, cut_off): (Date, Date),
    leap_day: LeapDay,
    sentences: &mut Vec<String>,
) -> Option<(Date, bool)> {
    let age = minor.until_age;
    let Some(latest) = facts.births.iter().filter_map(|birth| birth.latest()).max() else {
        let until = birthday(cut_off, age, leap_day);
        sentences.push(format!(
            "The birth date is not known. A patient seen on {cut_off} may have been born that day: through {until}, \
             {age} years later, and only after a review."
        ));
        return Some((until, false));
    };
    let of_age = birthday(latest, set.majority, leap_day);
    let exact = facts.births.iter().all(|birth| birth.earliest() == birth.latest());
    let born = if exact { format!("born {latest}") } else { format!("born {latest} at the latest") };
    if first >= of_age {
        sentences.push(format!("The patient ({born}) was of age on {first}."));
        return None;
    }
    let until = birthday(latest, age, leap_day);
    sentences.push(format!("The patient ({born}) was a minor on {first}: through {until}, the day of turning {age}."));
    Some((until, true))
}
