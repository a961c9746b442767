//! Checks what a child answers before anything believes it: a child has parsed foreign bytes and may be anyone's.

use super::message::Inspection;
use crate::chart::{
    MOST_CODE_BYTES, MOST_CODES, MOST_OTHER_READINGS, PAGE_TEXT_SCHEMA, PageId, PageText, PipelineStamp, ReadingDoubt,
    Reject, Size,
};

/// Most words that a page may hold; a dense newspaper page has some 5,000.
const MAX_WORDS: usize = 200_000;
/// Longest word in bytes.
const MAX_WORD_BYTES: usize = 4_096;
/// Longest message of a rejection or a finding, in characters.
const MAX_MESSAGE: usize = 500;
/// Longest name of a format.
const MAX_FORMAT: usize = 24;
/// Most findings of a page.
const MAX_FINDINGS: usize = 100;

/// Says what is wrong with a result that was asked for `page` and `pipeline`, if anything is.
pub fn fault(text: &PageText, page: PageId, pipeline: &PipelineStamp) -> Option<&'static str> {
    let size = Size { width: text.image.width, height: text.image.height };
    if text.schema != PAGE_TEXT_SCHEMA {
        return Some("the answer has another schema");
    }
    if text.page != page {
        return Some("the answer is about another page");
    }
    if text.pipeline != *pipeline {
        return Some("the answer was made by another pipeline");
    }
    if size.pixels() == 0 || !(text.image.dpi.0.is_finite() && text.image.dpi.1.is_finite()) {
        return Some("the page image has no size");
    }
    if !text.skew_degrees.is_finite() || text.findings.len() > MAX_FINDINGS {
        return Some("the answer holds impossible values");
    }
    if text.findings.iter().any(|finding| finding.message.chars().count() > MAX_MESSAGE) {
        return Some("a finding is too long");
    }
    let outside = |rect: &crate::chart::Rect| rect.right() > size.width || rect.bottom() > size.height;
    if text.blocks.iter().any(|block| outside(&block.rect)) || text.lines().any(|line| outside(&line.rect)) {
        return Some("a line lies outside of the page image");
    }
    if has_impossible_codes(text, size) {
        return Some("the codes of the page are impossible");
    }
    if text.words().count() > MAX_WORDS {
        return Some("the answer holds more words than a page can");
    }
    for word in text.words() {
        if word.text.is_empty() || word.text.len() > MAX_WORD_BYTES || word.text.contains(char::is_whitespace) {
            return Some("a word is empty, too long or holds white space");
        }
        if outside(&word.rect) {
            return Some("a word lies outside of the page image");
        }
        if word.doubt.as_ref().is_some_and(|doubt| is_impossible(doubt)) {
            return Some("a doubt about a word is impossible");
        }
    }
    None
}

fn has_impossible_codes(text: &PageText, size: Size) -> bool {
    let outside = |corners: &[[u32; 2]; 4]| corners.iter().any(|[x, y]| *x >= size.width || *y >= size.height);
    text.codes.len() > MOST_CODES
        || text.separators.len() > MOST_CODES
        || text.codes.iter().any(|code| code.text.len() > MOST_CODE_BYTES || outside(&code.corners))
        || text.separators.iter().any(|one| one.value.len() > MOST_CODE_BYTES || outside(&one.corners))
}

fn is_impossible(doubt: &ReadingDoubt) -> bool {
    let no_share = |share: f32| !(0.0..=1.0).contains(&share);
    let no_word = |text: &str| text.is_empty() || text.len() > MAX_WORD_BYTES || text.contains(char::is_whitespace);
    no_share(doubt.probability)
        || doubt.others.len() > MOST_OTHER_READINGS
        || doubt.others.iter().any(|other| no_share(other.probability) || no_word(&other.text))
}

/// Says what is wrong with the account of a file, if anything is.
pub fn fault_of_inspection(found: &Inspection, max_pages: u32) -> Option<&'static str> {
    if found.pages.is_empty() || found.pages.len() as u64 > u64::from(max_pages) {
        return Some("the answer holds no page, or more pages than allowed");
    }
    let name = |letter: char| letter.is_ascii_alphanumeric() || letter == ' ' || letter == '-';
    if found.format.is_empty() || found.format.len() > MAX_FORMAT || !found.format.chars().all(name) {
        return Some("the answer holds an impossible name of a format");
    }
    None
}

/// Makes a rejection fit for a terminal and a report: printable, and of bounded length.
pub fn printable(mut reject: Reject) -> Reject {
    reject.message = reject.message.chars().filter(|letter| !letter.is_control()).take(MAX_MESSAGE).collect();
    reject
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::{
        Block, Code, Confidence, Digest, Line, OtherReading, PageImage, PageNumber, QuarterTurns, Rect, Symbology,
        TextSource, Word,
    };

    fn text() -> PageText {
        let rect = Rect::new(1, 1, 5, 5);
        let word = Word::new("aspirin".into(), rect, Confidence::CERTAIN);
        PageText {
            schema: PAGE_TEXT_SCHEMA,
            page: PageId { scan: Digest::of(b"x"), number: PageNumber::FIRST },
            pipeline: PipelineStamp { name: "p".into(), revision: 1, digest: Digest::of(b"p") },
            engine: "e".into(),
            source: TextSource::Recognised,
            image: PageImage { width: 10, height: 10, dpi: (300.0, 300.0) },
            upright: QuarterTurns::None,
            skew_degrees: 0.0,
            hidden: false,
            codes: Vec::new(),
            separators: Vec::new(),
            blocks: vec![Block { rect, lines: vec![Line { rect, words: vec![word] }] }],
            findings: Vec::new(),
        }
    }

    fn code(text: &str, x: u32) -> Code {
        Code { symbology: Symbology::QrCode, text: text.into(), corners: [[x, 1]; 4] }
    }

    fn spoil_doubt(text: &mut PageText, probability: f32, others: &[&str]) {
        let others = others.iter().map(|text| OtherReading { text: (*text).to_owned(), probability }).collect();
        text.blocks[0].lines[0].words[0].doubt = Some(Box::new(ReadingDoubt { probability: 0.5, others, risk: None }));
    }

    #[test]
    fn only_an_answer_to_the_question_is_believed() {
        let good = text();
        let (page, stamp) = (good.page, good.pipeline.clone());
        assert_eq!(fault(&good, page, &stamp), None);
        let other_page = PageId { number: PageNumber::from_index(1), ..page };
        assert!(fault(&good, other_page, &stamp).is_some());
        for spoil in [
            |text: &mut PageText| text.blocks[0].lines[0].words[0].rect.left = 8,
            |text: &mut PageText| text.blocks[0].lines[0].words[0].text = "two words".into(),
            |text: &mut PageText| text.pipeline.revision = 2,
            |text: &mut PageText| spoil_doubt(text, 0.1, &["heparin x"]),
            |text: &mut PageText| spoil_doubt(text, f32::NAN, &["heparin"]),
            |text: &mut PageText| spoil_doubt(text, 0.1, &["a", "b", "c"]),
            |text: &mut PageText| text.image.width = 0,
            |text: &mut PageText| text.skew_degrees = f32::NAN,
            |text: &mut PageText| text.codes = vec![code("PT-1", 10)],
            |text: &mut PageText| text.codes = vec![code(&"9".repeat(MOST_CODE_BYTES + 1), 5)],
            |text: &mut PageText| text.codes = vec![code("PT-1", 5); MOST_CODES + 1],
        ] {
            let mut bad = text();
            spoil(&mut bad);
            assert!(fault(&bad, page, &stamp).is_some());
        }
    }
}
