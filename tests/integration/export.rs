//! Text, hOCR, ALTO and JSON of a document, against files that were looked at, and against the schema.

use std::path::Path;

use muniment::chart::{
    Block, Confidence, Digest, Finding, FindingKind, Line, OtherReading, PageId, PageNumber, PageText, PipelineStamp,
    QuarterTurns, ReadingDoubt, ReadingRisk, Rect, Severity, TextSource, Word,
};
use muniment::export::{alto, hocr, json, text};
use serde_json::Value;

use crate::support::json_schema::check;
use crate::support::page_text::empty;

fn word(text: &str, rect: Rect, confidence: f32) -> Word {
    Word::new(text.to_owned(), rect, Confidence::clamped(confidence))
}

/// Two pages: an upright one that leans and has markup and controls in its words, and a blank one upside down.
fn pages() -> [PageText; 2] {
    let line = |rect, words| Line { rect, words };
    let page = PageId { scan: Digest::of(b"scan"), number: PageNumber::FIRST };
    let pipeline = PipelineStamp { name: "chart-standard".to_owned(), revision: 3, digest: Digest::of(b"pipeline") };
    let doubtful = {
        let mut word = word("\"5\"&'6'", Rect::new(240, 102, 260, 38), 0.5);
        let others = vec![OtherReading { text: "5.6".to_owned(), probability: 0.25 }];
        word.doubt = Some(Box::new(ReadingDoubt { probability: 0.5, others, risk: Some(ReadingRisk::Number) }));
        word
    };
    let first = PageText {
        engine: "tesseract 5.3.0 eng".to_owned(),
        skew_degrees: 0.5,
        blocks: vec![
            Block {
                rect: Rect::new(100, 100, 400, 90),
                lines: vec![
                    line(
                        Rect::new(100, 100, 400, 40),
                        vec![word("Na<K>", Rect::new(100, 100, 120, 40), 0.96), doubtful],
                    ),
                    line(Rect::new(100, 150, 200, 40), vec![word("ok\u{1}é", Rect::new(100, 150, 200, 40), 1.0)]),
                ],
            },
            Block {
                rect: Rect::new(100, 300, 90, 30),
                lines: vec![line(Rect::new(100, 300, 90, 30), vec![word("患者", Rect::new(100, 300, 90, 30), 0.123)])],
            },
        ],
        findings: vec![Finding {
            kind: FindingKind::Skew,
            severity: Severity::Note,
            confidence: Confidence::clamped(0.9),
            stage: "deskew".to_owned(),
            message: "The page leans by 0.5 degrees.".to_owned(),
        }],
        ..empty(page, pipeline)
    };
    let second = PageText {
        page: PageId { number: PageNumber::from_index(1), ..page },
        source: TextSource::None,
        upright: QuarterTurns::Two,
        skew_degrees: 0.0,
        hidden: true,
        codes: Vec::new(),
        separators: Vec::new(),
        blocks: Vec::new(),
        findings: Vec::new(),
        ..first.clone()
    };
    [first, second]
}

/// Compares with a file in `tests/golden`; with `UPDATE_GOLDEN` set, writes it instead, to be looked at.
fn assert_golden(name: &str, made: &[u8]) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    let made = std::str::from_utf8(made).expect("UTF-8");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, made).expect("written");
    }
    let expected = std::fs::read_to_string(&path).expect("a golden file");
    assert_eq!(made, expected, "{name} differs; set UPDATE_GOLDEN and look at the change if it is meant");
}

/// Reads XML to its end, checking that every tag is closed and every reference known.
fn assert_well_formed(bytes: &[u8]) {
    use quick_xml::events::Event;
    let mut reader = quick_xml::Reader::from_reader(bytes);
    reader.config_mut().check_end_names = true;
    let mut buffer = Vec::new();
    loop {
        match reader.read_event_into(&mut buffer).expect("well-formed") {
            Event::Eof => return,
            Event::Start(tag) | Event::Empty(tag) => assert!(tag.attributes().all(|attribute| attribute.is_ok())),
            _ => {}
        }
        buffer.clear();
    }
}

#[test]
fn plain_text_parts_pages_by_form_feeds() {
    let mut writer = text::Writer::new(Vec::new());
    let [first, second] = pages();
    for page in [&first, &second, &first] {
        writer.add_page(page).expect("a Vec");
    }
    let made = String::from_utf8(writer.finish().expect("a Vec")).expect("UTF-8");
    let page = "Na<K> \"5\"&'6'\noké\n\n患者\n";
    assert_eq!(made, format!("{page}\x0C\x0C{page}"));
}

#[test]
fn hocr_is_as_it_was_looked_at() {
    let mut writer = hocr::Writer::new(Vec::new(), "Document <1>", "muniment 0.1.0").expect("a Vec");
    for page in &pages() {
        writer.add_page(page).expect("a Vec");
    }
    let made = writer.finish().expect("a Vec");
    assert_well_formed(&made);
    assert_golden("document.hocr", &made);
}

#[test]
fn alto_is_as_it_was_looked_at() {
    let pages = pages();
    let processing = [alto::Processing::of(&pages[0])];
    let mut writer = alto::Writer::new(Vec::new(), "muniment 0.1.0", &processing).expect("a Vec");
    for page in &pages {
        writer.add_page(page).expect("a Vec");
    }
    let made = writer.finish().expect("a Vec");
    assert_well_formed(&made);
    assert_golden("document.alto.xml", &made);
}

fn made_json(pages: &[PageText]) -> Value {
    let document = "018f0000-0000-7000-8000-000000000001".parse().expect("an id");
    let mut writer = json::Writer::new(Vec::new(), document).expect("a Vec");
    for page in pages {
        writer.add_page(page).expect("a Vec");
    }
    serde_json::from_slice(&writer.finish().expect("a Vec")).expect("JSON")
}

fn schema() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/text.schema.json");
    serde_json::from_str(&std::fs::read_to_string(path).expect("the schema")).expect("JSON")
}

#[test]
fn json_reads_back_as_the_same_pages() {
    let pages = pages();
    let made = made_json(&pages);
    let back: Vec<PageText> = serde_json::from_value(made["pages"].clone()).expect("pages");
    assert_eq!(back, pages);
    assert_eq!(made_json(&[])["pages"], Value::Array(Vec::new()));
}

#[test]
fn json_follows_its_schema_and_the_schema_asks_for_nothing_else() {
    let schema = schema();
    let made = made_json(&pages());
    check(&made, &schema, &schema, "$").expect("valid");
    // The schema must notice: a property too many, one too few, a wrong kind and a number out of range.
    let spoil = |change: fn(&mut Value)| {
        let mut spoilt = made.clone();
        change(&mut spoilt);
        check(&spoilt, &schema, &schema, "$").expect_err("noticed")
    };
    spoil(|json| json["pages"][0]["extra"] = Value::Null);
    spoil(|json| drop(json["pages"][0].as_object_mut().expect("a page").remove("hidden")));
    spoil(|json| json["pages"][0]["findings"][0]["kind"] = "smudge".into());
    spoil(|json| json["pages"][0]["blocks"][0]["lines"][0]["words"][0]["confidence"] = 1.5.into());
    spoil(|json| json["pages"][0]["blocks"][0]["lines"][0]["words"][1]["doubt"]["risk"] = "none".into());
    spoil(|json| json["pages"][0]["image"]["dpi"] = Value::Array(vec![1.into()]));
}

/// serde names all variants when it meets an unknown one; the schema has to list the same.
#[test]
fn the_schema_lists_every_variant() {
    fn variants<T: serde::de::DeserializeOwned>() -> Vec<String> {
        let Err(error) = serde_json::from_str::<T>("\"no such variant\"") else { panic!("an unknown variant") };
        let (_, list) =
            error.to_string().split_once("expected").map(|(a, b)| (a.to_owned(), b.to_owned())).expect("a list");
        list.split('`').skip(1).step_by(2).map(str::to_owned).collect()
    }
    let schema = schema();
    let listed = |place: &str| -> Vec<String> {
        let values = schema.pointer(place).and_then(Value::as_array).expect("an enum");
        values.iter().map(|value| value.as_str().expect("a name").to_owned()).collect()
    };
    assert_eq!(listed("/$defs/finding/properties/kind/enum"), variants::<FindingKind>());
    assert_eq!(listed("/$defs/finding/properties/severity/enum"), variants::<Severity>());
    assert_eq!(listed("/$defs/doubt/properties/risk/enum"), variants::<ReadingRisk>());
    assert_eq!(listed("/$defs/page/properties/source/enum"), variants::<TextSource>());
}
