//! `muniment show`: a document with its pages, findings and text; or the documents of a batch.

use std::fmt::Write;

use serde::Serialize;

use super::exit::{CommandError, Ended, error};
use super::output::Output;
use super::start::Place;
use crate::app::App;
use crate::chart::{DocumentId, Finding, PageId, PageText, PipelineStamp};
use crate::store::{DocumentPage, DocumentRecord};

/// Shows a document's pages, what is poor about them, and the text; or lists a batch's documents.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Id of the document, or its beginning
    #[arg(required_unless_present = "batch")]
    document: Option<String>,
    /// Lists the documents of this batch instead
    #[arg(long, value_name = "NAME", conflicts_with = "document")]
    batch: Option<String>,
    /// Only this page, counted from 1
    #[arg(long, value_name = "N")]
    page: Option<u32>,
    /// Shows the text too
    #[arg(long)]
    text: bool,
}

/// A page as it is shown.
#[derive(Serialize)]
struct ShownPage {
    position: u32,
    page: PageId,
    state: &'static str,
    hidden: bool,
    turn: crate::chart::QuarterTurns,
    words: Option<u32>,
    confidence: Option<crate::chart::Confidence>,
    pipeline: Option<PipelineStamp>,
    engine: Option<String>,
    findings: Vec<Finding>,
    text: Option<PageText>,
}

#[derive(Serialize)]
struct ShownDocument {
    id: DocumentId,
    batch: String,
    source: String,
    format: String,
    sha256: crate::chart::Digest,
    state: crate::chart::DocumentState,
    pages: u32,
}

/// Shows it.
pub async fn run(args: &Args, place: &Place<'_>, output: Output) -> Result<Ended, CommandError> {
    let app = place.open().await?;
    if let Some(batch) = &args.batch {
        return list(&app, batch, output).await;
    }
    let record = app.document(args.document.as_deref().unwrap_or_default()).await?;
    let document = shown(&app, &record).await?;
    if let Some(wanted) = args.page.filter(|wanted| !(1..=document.pages).contains(wanted)) {
        let (id, pages) = (document.id, document.pages);
        return Err(error(format!("document {id} has no page {wanted}: its pages are 1 to {pages}")));
    }
    let mut pages = Vec::new();
    for page in app.pages(record.id).await? {
        if args.page.is_none_or(|wanted| wanted == page.position) {
            pages.push(shown_page(&app, page, args.text).await?);
        }
    }
    output.value(&serde_json::json!({ "document": &document, "pages": &pages }), |_| describe(&document, &pages));
    Ok(Ended::Well)
}

async fn list(app: &App, name: &str, output: Output) -> Result<Ended, CommandError> {
    let batch = app.batch(name).await?;
    let mut documents = Vec::new();
    let mut after = None;
    loop {
        let rows = app.store.documents(Some(batch.id), after, 200).await?;
        let Some(last) = rows.last() else { break };
        after = Some(last.id);
        for row in &rows {
            documents.push(shown(app, row).await?);
        }
    }
    output.value(&documents, |documents| {
        if documents.is_empty() {
            return format!("Batch {name} has no documents yet. See muniment batch show {name:?}");
        }
        let mut text = String::new();
        for document in documents {
            // Writing into a String cannot fail.
            let _ = writeln!(
                text,
                "{}  {:>4} pages  {:<8} {}",
                document.id,
                document.pages,
                document.state.name(),
                document.source
            );
        }
        text
    });
    Ok(Ended::Well)
}

async fn shown(app: &App, record: &DocumentRecord) -> Result<ShownDocument, CommandError> {
    let batch = app.store.batch(record.batch).await?.map_or_else(String::new, |batch| batch.name);
    Ok(ShownDocument {
        id: record.id,
        batch,
        source: record.source_name.clone(),
        format: record.format.clone(),
        sha256: record.scan,
        state: record.state.clone(),
        pages: record.pages,
    })
}

async fn shown_page(app: &App, page: DocumentPage, with_text: bool) -> Result<ShownPage, CommandError> {
    let text = if with_text { app.page_text(&page).await? } else { None };
    let current = page.current;
    Ok(ShownPage {
        position: page.position,
        page: page.view.page,
        state: page.record.work.name(),
        hidden: page.view.hidden,
        turn: page.view.turn,
        words: current.as_ref().map(|result| result.words),
        confidence: current.as_ref().and_then(|result| result.mean_confidence),
        pipeline: current.as_ref().map(|result| result.pipeline.clone()),
        engine: current.as_ref().map(|result| result.engine.clone()),
        findings: page.record.findings,
        text,
    })
}

fn describe(document: &ShownDocument, pages: &[ShownPage]) -> String {
    let mut text = format!(
        "Document {}\n  from {} ({}, SHA-256 {}), batch {}, {}\n",
        document.id,
        document.source,
        document.format,
        document.sha256.short(),
        document.batch,
        document.state.name()
    );
    for page in pages {
        let words = page.words.map(|words| format!(", {words} words")).unwrap_or_default();
        let sure = page.confidence.map(|sure| format!(", confidence {:.2}", sure.value())).unwrap_or_default();
        let turn = match page.turn.degrees() {
            0 => String::new(),
            degrees => format!(", turned by {degrees} degrees for view"),
        };
        let hidden = if page.hidden { ", hidden" } else { "" };
        let _ = writeln!(text, "  page {:<4} {}{words}{sure}{turn}{hidden}", page.position, page.state);
        for finding in &page.findings {
            let _ = writeln!(text, "      {}", finding.message);
        }
        if let Some(read) = &page.text {
            for line in read.plain().lines() {
                // What was read from a page must not steer the terminal.
                let line: String = line.chars().filter(|sign| !sign.is_control()).collect();
                let _ = writeln!(text, "      | {line}");
            }
        }
    }
    text
}
