//! Pages for the tests of this module.

use uuid::Uuid;

use super::entry::PageFacts;
use crate::chart::{
    BatchId, Block, Confidence, Digest, DocumentId, Line, PAGE_TEXT_SCHEMA, PageId, PageImage, PageNumber, PageText,
    PipelineStamp, QuarterTurns, Rect, TextSource, Word,
};

/// Returns the id of the page at `position` of the document `document`.
pub(super) fn page_id(document: u32, position: u32) -> PageId {
    PageId { scan: Digest::of(&document.to_be_bytes()), number: PageNumber::new(position).unwrap() }
}

/// Returns the id of document `number`; ids sort like numbers.
pub(super) fn document_id(number: u32) -> DocumentId {
    DocumentId::from_uuid(Uuid::from_u128(u128::from(number)))
}

/// Returns facts about a page in batch `spring`, received on 2024-03-15.
pub(super) fn facts(document: u32, position: u32) -> PageFacts {
    PageFacts {
        page: page_id(document, position),
        document: document_id(document),
        position,
        batch: BatchId::from_uuid(Uuid::from_u128(7)),
        batch_name: "Spring 2024 Ward-B".into(),
        received: "2024-03-15".parse().unwrap(),
        state: "read".into(),
        kind: None,
        labels: Vec::new(),
        language: Some("eng".into()),
        file: Some(format!("scan_{document:03}.tif")),
        title: None,
        patient: None,
        dated: "2024-03-15".parse().unwrap(),
        hidden: false,
    }
}

/// Splits lines of words; a word that ends in `~` was read with little confidence.
pub(super) fn lines(lines: &[&str]) -> Vec<Vec<(String, f32)>> {
    let word = |word: &str| match word.strip_suffix('~') {
        Some(word) => (word.to_owned(), 0.4),
        None => (word.to_owned(), 0.96),
    };
    lines.iter().map(|line| line.split_whitespace().map(word).collect()).collect()
}

/// Sets lines of words on a page: words are 10 pixels per letter, lines 30 pixels apart.
pub(super) fn page_text(document: u32, lines: &[Vec<(String, f32)>]) -> PageText {
    let lines: Vec<Line> = lines
        .iter()
        .enumerate()
        .map(|(row, words)| {
            let mut left = 100;
            let words: Vec<Word> = words
                .iter()
                .map(|(text, confidence)| {
                    let width = 10 * text.chars().count() as u32;
                    let rect = Rect::new(left, 100 + 30 * row as u32, width, 20);
                    left += width + 10;
                    Word::new(text.clone(), rect, Confidence::clamped(*confidence))
                })
                .collect();
            Line { rect: Rect::new(100, 100 + 30 * row as u32, left - 100, 20), words }
        })
        .collect();
    PageText {
        schema: PAGE_TEXT_SCHEMA,
        page: page_id(document, 1),
        pipeline: PipelineStamp { name: "test".into(), revision: 1, digest: Digest::of(b"test") },
        engine: "test".into(),
        source: if lines.is_empty() { TextSource::None } else { TextSource::Recognised },
        image: PageImage { width: 2480, height: 3508, dpi: (300.0, 300.0) },
        upright: QuarterTurns::None,
        skew_degrees: 0.0,
        hidden: false,
        codes: Vec::new(),
        separators: Vec::new(),
        blocks: vec![Block { rect: Rect::new(100, 100, 1000, 1000), lines }],
        findings: Vec::new(),
    }
}
