//! What was read on a page. A test names what it looks at and takes the rest from here.

use muniment::chart::{
    Block, Confidence, Line, PAGE_TEXT_SCHEMA, PageId, PageImage, PageText, PipelineStamp, QuarterTurns, Rect,
    TextSource, Word,
};

/// An upright page on which there is nothing.
pub fn empty(page: PageId, pipeline: PipelineStamp) -> PageText {
    PageText {
        schema: PAGE_TEXT_SCHEMA,
        page,
        pipeline,
        engine: "test 1".into(),
        source: TextSource::Recognised,
        image: PageImage { width: 1700, height: 2200, dpi: (200.0, 200.0) },
        upright: QuarterTurns::None,
        skew_degrees: 0.0,
        hidden: false,
        codes: Vec::new(),
        separators: Vec::new(),
        blocks: Vec::new(),
        findings: Vec::new(),
    }
}

/// The same with these words on one line.
pub fn with_words(page: PageId, pipeline: PipelineStamp, words: &[impl ToString]) -> PageText {
    let (rect, confidence) = (Rect::new(10, 10, 100, 20), Confidence::clamped(0.9));
    let words = words.iter().map(|word| Word::new(word.to_string(), rect, confidence));
    let lines = vec![Line { rect, words: words.collect() }];
    PageText { blocks: vec![Block { rect, lines }], ..empty(page, pipeline) }
}
