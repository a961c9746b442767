//! `muniment retention rules`: the rule sets, each with where it stands and how well that is known.

use std::fmt::Write as _;

use serde::Serialize;

use crate::app::App;
use crate::cli::exit::{CommandError, Ended};
use crate::cli::output::Output;
use crate::retention::{self, Knowledge, NOT_LEGAL_ADVICE, RuleSet};

/// Which rule set.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Name of the rule set to show with all its rules
    name: Option<String>,
}

#[derive(Serialize)]
struct Line {
    name: String,
    revision: u32,
    title: String,
    jurisdiction: String,
    citation: String,
    read_on: jiff::civil::Date,
    knowledge: Knowledge,
}

/// Lists them, or shows one.
pub fn run(args: &Args, app: &App, output: Output) -> Result<Ended, CommandError> {
    let folder = app.rule_set_folder();
    if let Some(name) = &args.name {
        let set = retention::load(name, folder.as_deref())?;
        output.value(&set, describe);
        return Ok(Ended::Well);
    }
    let mut lines = Vec::new();
    for name in retention::names(folder.as_deref()) {
        let set = retention::load(&name, folder.as_deref())?;
        let RuleSet { name, revision, title, jurisdiction, citation, read_on, knowledge, .. } = set;
        lines.push(Line { name, revision, title, jurisdiction, citation, read_on, knowledge });
    }
    output.value(&lines, |lines| {
        let mut text = String::new();
        for line in lines {
            // Writing into a String cannot fail.
            let _ = writeln!(text, "{:<24} {:<6} {}", line.name, line.jurisdiction, line.title);
            let _ = writeln!(text, "{:<31} {}", "", line.citation);
            let _ = writeln!(text, "{:<31} {}, on {}", "", line.knowledge.in_words(), line.read_on);
        }
        text.push_str("Examples to be checked by the site's own counsel; not legal advice.");
        text
    });
    Ok(Ended::Well)
}

/// Shows a rule set with all its rules.
pub fn describe(set: &RuleSet) -> String {
    let mut text = format!(
        "{} revision {}: {}\n  jurisdiction {}, age of majority {}\n  {}\n  read on {}: {} ({})\n",
        set.name,
        set.revision,
        set.title,
        set.jurisdiction,
        set.majority,
        set.citation,
        set.read_on,
        set.source,
        set.knowledge.in_words()
    );
    for rule in &set.rules {
        let classes: Vec<&str> = rule.classes.iter().map(|class| class.as_str()).collect();
        let triggers: Vec<&str> = rule.trigger.iter().map(|kind| kind.as_str()).collect();
        // Writing into a String cannot fail.
        let _ = writeln!(text, "  {}: {}", rule.id, classes.join(", "));
        let _ = writeln!(text, "    {} after the latest {}", rule.period, triggers.join(" or "));
        if rule.only_if_happened {
            let _ = writeln!(text, "    asks for nothing as long as that has not happened");
        }
        if let Some(shorter) = &rule.shorter_after {
            let _ = writeln!(text, "    {} once a {} is confirmed", shorter.period, shorter.event);
        }
        if let Some(minor) = rule.minor {
            let _ = writeln!(text, "    made while a minor: at least to the age of {}", minor.until_age);
        }
        if let Some(to) = &rule.notice_to {
            let _ = writeln!(text, "    notice {} days before destruction to {to}", rule.notice_days);
        }
        if let Some(citation) = &rule.citation {
            let _ = writeln!(text, "    {citation}");
        }
    }
    text.push_str(NOT_LEGAL_ADVICE);
    text
}
