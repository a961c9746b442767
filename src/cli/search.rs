//! `muniment search`: finds pages by their words, and draws the hits on the page.

use std::fmt::Write as _;
use std::io::IsTerminal;
use std::path::PathBuf;

use super::exit::{CommandError, Ended, error};
use super::output::{Output, warn};
use super::start::Place;
use crate::app::App;
use crate::app::find::Unseen;
use crate::pipeline::child::message::{Mark, MarkKind};
use crate::search::{Answer, Hit, How, MOST_HITS, Options, Passage, Query};

/// Longest side of a drawing, in pixels.
const LONGEST_SIDE: u32 = 2_400;

const SYNTAX: &str = "\
Queries:
  metformin glucose        documents that have both words, on any of their pages
  \"chest pain\"             a phrase
  hypert*                  words that begin so
  HTN OR gout              either; NOT (or -word) excludes; parentheses group
  date:2026-01-01..2026-06-30   received in these days; also date:>=2026
  batch:\"Box 12\"           only this batch; see also file: document: state:

A word also finds its clinical synonyms (HTN: hypertension), and words that the
recogniser read differently but thought possible (other readings), or was unsure of
and that may be a misreading of it. Each hit says so.
Put a word in quotes to find it alone.";

/// Finds pages by their words.
#[derive(Debug, clap::Args)]
#[command(after_help = SYNTAX)]
pub struct Args {
    /// What to look for
    #[arg(required = true)]
    query: Vec<String>,
    /// Draws the first hit's page with its hits boxed into this PNG file; with more hits, FILE-2.png and so on
    #[arg(long, value_name = "PNG")]
    boxes: Option<PathBuf>,
    /// How many pages to draw with --boxes
    #[arg(long, value_name = "N", default_value_t = 1, requires = "boxes")]
    draw: usize,
    /// Pages to show
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: usize,
    /// Pages to skip
    #[arg(long, value_name = "N", default_value_t = 0)]
    offset: u64,
    /// Finds only the words themselves, not what means the same
    #[arg(long)]
    no_synonyms: bool,
    /// Does not look at what doubtful words may say instead
    #[arg(long)]
    no_other_readings: bool,
    /// Does not take unsure words for what they may be a misreading of
    #[arg(long)]
    no_tolerance: bool,
    /// Searches pages that are hidden (blank ones) too
    #[arg(long)]
    hidden: bool,
}

impl Args {
    /// Makes the arguments of a plain query with a drawing of the first hit.
    pub fn of(query: &str, boxes: &std::path::Path) -> Self {
        Self {
            query: vec![query.to_owned()],
            boxes: Some(boxes.to_path_buf()),
            draw: 1,
            limit: 5,
            offset: 0,
            no_synonyms: false,
            no_other_readings: false,
            no_tolerance: false,
            hidden: false,
        }
    }
}

/// Answers the query.
pub async fn run(args: &Args, place: &Place<'_>, output: Output) -> Result<Ended, CommandError> {
    if !(1..=MOST_HITS).contains(&args.limit) {
        return Err(error(format!("--limit lies between 1 and {MOST_HITS}; go on with --offset")));
    }
    let app = place.open().await?;
    let text = args.query.join(" ");
    let query = Query::parse(&text, &app.schema()?).map_err(|cause| error(format!("\n{}", cause.pointed(&text))))?;
    let options = Options {
        offset: args.offset,
        limit: args.limit,
        synonyms: !args.no_synonyms,
        other_readings: !args.no_other_readings,
        ocr_tolerant: !args.no_tolerance,
        hidden: args.hidden,
        ..Options::default()
    };
    let answer = app.search(query, options).await?;
    let unseen = app.unseen().await?;
    let mut drawn = Vec::new();
    if let Some(path) = &args.boxes {
        for (index, hit) in answer.hits.iter().take(args.draw).enumerate() {
            match draw(&app, hit, numbered(path, index)).await {
                Ok(path) => drawn.push(path),
                // The answer is worth more than its drawing.
                Err(cause) => warn(&format!("muniment: page {} was not drawn: {cause}", hit.facts.position)),
            }
        }
    }
    let names: Vec<_> = drawn.iter().map(|path| path.to_string_lossy()).collect();
    let value = serde_json::json!({ "answer": &answer, "unseen": unseen, "drawings": names });
    let colour = std::io::stdout().is_terminal();
    output.value(&value, |_| describe(&answer, unseen, &drawn, colour));
    Ok(if answer.hits.is_empty() { Ended::NeedsAttention } else { Ended::Well })
}

/// Draws a hit's page with its boxes.
async fn draw(app: &App, hit: &Hit, path: PathBuf) -> Result<PathBuf, CommandError> {
    let marks = hit.boxes.iter().map(|mark| Mark { rect: mark.rect, how: mark_kind(&mark.how) }).collect();
    // The drawing stands as a person would hold the page.
    let views = app.store.document_pages(hit.facts.document, hit.facts.position.saturating_sub(1), 1).await?;
    let page = views.first().filter(|page| page.view.page == hit.facts.page);
    let page = page.ok_or_else(|| error("the index is behind the documents; wait for the worker, and search again"))?;
    let (_, png) = app.draw_page(page, LONGEST_SIDE, marks).await?;
    std::fs::write(&path, png).map_err(|cause| error(format!("{} cannot be written: {cause}", path.display())))?;
    Ok(path)
}

fn mark_kind(how: &How) -> MarkKind {
    match how {
        How::Exact | How::Prefix { .. } => MarkKind::Exact,
        How::Synonym { .. } => MarkKind::Synonym,
        How::OtherReading { .. } | How::OcrTolerant { .. } => MarkKind::Tolerant,
    }
}

fn numbered(path: &std::path::Path, index: usize) -> PathBuf {
    if index == 0 {
        return path.to_path_buf();
    }
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let end = path.extension().map_or("png".into(), |end| end.to_string_lossy());
    path.with_file_name(format!("{stem}-{}.{end}", index + 1))
}

fn describe(answer: &Answer, unseen: Unseen, drawn: &[PathBuf], colour: bool) -> String {
    let mut text = String::new();
    // Writing into a String cannot fail.
    let _ = writeln!(
        text,
        "{} on {} in {}; {} of {} in scope have no reliable text.",
        plural(answer.hits.len() as u64, "hit shown", "hits shown"),
        plural(answer.pages, "matching page", "matching pages"),
        plural(answer.documents, "document", "documents"),
        answer.pages_without_reliable_text,
        plural(answer.pages_in_scope, "page", "pages")
    );
    for note in &answer.terms {
        if !note.synonyms.is_empty() {
            let _ = writeln!(text, "  {} also means {}", note.asked, note.synonyms.join(", "));
        }
        if !note.read_as.is_empty() {
            let _ = writeln!(text, "  {} may have been read as {}", note.asked, note.read_as.join(", "));
        }
    }
    text.push_str(&not_seen(unseen));
    for hit in &answer.hits {
        let file = hit.facts.file.as_deref().unwrap_or("");
        let _ = writeln!(
            text,
            "\ndocument {} page {}  {}  batch {}  {}{}",
            hit.facts.document,
            hit.facts.position,
            hit.facts.received,
            hit.facts.batch_name,
            file,
            if hit.reliable { "" } else { "  (text not reliable)" }
        );
        for passage in &hit.passages {
            let _ = writeln!(text, "    {}", show(passage, colour));
        }
        if hit.text_missing {
            text.push_str("    The text of this page cannot be read; run muniment doctor.\n");
        }
        let mut ways: Vec<String> = hit.boxes.iter().filter_map(|found| way(&found.how, &found.text)).collect();
        ways.sort_unstable();
        ways.dedup();
        for way in ways {
            let _ = writeln!(text, "    {way}");
        }
    }
    for path in drawn {
        let _ = writeln!(text, "\nThe hits are boxed in {}", path.display());
    }
    if answer.hits.is_empty() {
        text.push_str("\nNothing found. Try fewer words, a prefix (word*), or `muniment search --help`.\n");
    } else if answer.offset + (answer.hits.len() as u64) < answer.pages {
        let _ = writeln!(text, "\nMore: --offset {}", answer.offset + answer.hits.len() as u64);
    }
    text
}

/// Says what this answer cannot know.
fn not_seen(unseen: Unseen) -> String {
    if unseen.is_nothing() {
        return String::new();
    }
    let mut parts = Vec::new();
    if unseen.files_not_opened > 0 {
        parts.push(plural(unseen.files_not_opened, "file not opened yet", "files not opened yet"));
    }
    if unseen.pages_not_read > 0 {
        parts.push(plural(unseen.pages_not_read, "page not read yet", "pages not read yet"));
    }
    if unseen.changes_not_indexed > 0 {
        parts.push(plural(unseen.changes_not_indexed, "change not in the index yet", "changes not in the index yet"));
    }
    if !unseen.index_complete {
        parts.push("an index that is not complete (run muniment index rebuild)".into());
    }
    format!("  Not covered by this answer: {}.\n", parts.join(", "))
}

fn way(how: &How, read: &str) -> Option<String> {
    match how {
        How::Exact | How::Prefix { .. } => None,
        How::Synonym { of } => Some(format!("{read}: a synonym of {of}")),
        How::OtherReading { of } => Some(format!("{read}: may say {of}; look at the page")),
        How::OcrTolerant { of } => Some(format!("{read}: may be a misreading of {of}")),
    }
}

fn show(passage: &Passage, colour: bool) -> String {
    let (begin, end) = if colour { ("\x1b[1;33m", "\x1b[0m") } else { ("[", "]") };
    let pieces: Vec<String> = passage
        .pieces
        .iter()
        .map(|piece| {
            // What was read from a page must not steer the terminal.
            let text: String = piece.text.chars().filter(|sign| !sign.is_control()).collect();
            if piece.how.is_some() { format!("{begin}{text}{end}") } else { text }
        })
        .collect();
    pieces.join(" ")
}

fn plural(count: u64, one: &str, many: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {many}") }
}
