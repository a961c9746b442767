//! `muniment reprocess compare`: what would change if the waiting results were accepted.

use std::fmt::Write as _;

use serde::Serialize;

use super::exit::{CommandError, Ended};
use super::output::Output;
use crate::app::App;
use crate::app::comparison::{LinePair, PageComparison};
use crate::chart::Confidence;

/// Columns of one side of two lines side by side.
const SIDE: usize = 56;

/// Compares the waiting results with those that count, page by page.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Name or id of a batch, or id of a document or its beginning
    #[arg(value_name = "BATCH|DOCUMENT")]
    what: String,
    /// Shows the lines that differ side by side
    #[arg(long)]
    lines: bool,
}

/// What all pages come to.
#[derive(Debug, Default, Serialize)]
struct Total {
    pages: u64,
    pages_with_the_same_words: u64,
    current_words: u64,
    candidate_words: u64,
    words_lost: u64,
    words_won: u64,
}

/// Compares.
pub async fn run(args: &Args, app: &App, output: Output) -> Result<Ended, CommandError> {
    let selection = app.batch_or_document(&args.what).await?;
    let (mut total, mut pages) = (Total::default(), Vec::new());
    app.compare(selection, args.lines, |page| {
        total.add(&page);
        // Only JSON needs them all at once.
        if output.json {
            pages.push(page);
        } else if args.lines || !page.is_same() {
            output.line(describe(&page).trim_end());
        }
    })
    .await?;
    output.value(&serde_json::json!({ "total": total, "pages": pages }), |_| summary(&total));
    Ok(Ended::Well)
}

impl Total {
    fn add(&mut self, page: &PageComparison) {
        self.pages += 1;
        self.pages_with_the_same_words += u64::from(page.is_same());
        self.current_words += page.current_words;
        self.candidate_words += page.candidate_words;
        self.words_lost += page.words_lost;
        self.words_won += page.words_won;
    }
}

fn summary(total: &Total) -> String {
    if total.pages == 0 {
        return "No results wait here. muniment reprocess --pipeline NAME makes some".into();
    }
    format!(
        "{} pages wait, {} with the same words; {} -> {} words, {} lost, {} won.\n\
         Next: muniment reprocess --accept (or --decline) with --document ID or --batch NAME",
        total.pages,
        total.pages_with_the_same_words,
        total.current_words,
        total.candidate_words,
        total.words_lost,
        total.words_won
    )
}

fn describe(page: &PageComparison) -> String {
    let sure = |sure: Option<Confidence>| sure.map_or("-".into(), |sure| format!("{:.2}", sure.value()));
    let mut text = format!(
        "{} page {}: {} -> {} words, {} lost, {} won; {:.1} % kept, of those with digits {:.1} %; confidence {} -> {}\n",
        page.document,
        page.position,
        page.current_words,
        page.candidate_words,
        page.words_lost,
        page.words_won,
        page.recall * 100.0,
        page.digit_recall * 100.0,
        sure(page.current_confidence),
        sure(page.candidate_confidence)
    );
    for LinePair { current, candidate } in &page.lines {
        let (left, right) = (side(current.as_deref()), side(candidate.as_deref()));
        for row in 0..left.len().max(right.len()) {
            let part = |side: &[String]| side.get(row).cloned().unwrap_or_default();
            // Writing into a String cannot fail.
            let _ = writeln!(text, "  {:<SIDE$} | {}", part(&left), part(&right));
        }
    }
    text
}

/// Breaks a line into parts that fit one side; what was read from a page must not steer the terminal.
fn side(line: Option<&str>) -> Vec<String> {
    let letters: Vec<char> = line.unwrap_or_default().chars().filter(|letter| !letter.is_control()).collect();
    letters.chunks(SIDE).map(|part| part.iter().collect()).collect()
}
