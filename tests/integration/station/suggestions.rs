//! How good the suggestions are: on synthetic charts as they are printed, and as a poor reader would read them.

use std::collections::BTreeMap;

use jiff::civil::date;
use muniment::chart::{
    BirthDate, Confidence, Digest, Line, PageId, PageNumber, PageText, PatientId, PatientRef, PipelineStamp, Rect, Word,
};
use muniment::labels::{DocumentKinds, FieldName, Level, ReadPage, disagreements, rank, suggest};
use muniment::samples::{Container, Options, Profile, generate};
use serde_json::Value;
use uuid::Uuid;

use crate::support::page_text::empty;

/// What a document of a chart truly is.
struct Truth {
    number: String,
    name: String,
    born: String,
    kind: &'static str,
}

/// How often a field was right, and how often it was wrong though it called itself sure.
#[derive(Default, Clone, Copy)]
struct Score {
    documents: u32,
    right: u32,
    sure: u32,
    surely_wrong: u32,
}

/// Makes the same noise every time.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// Reads a word as a poor reader does: with `per_mille` of its signs confused, and less sure of such words.
    fn read(&mut self, text: &str, per_mille: u64) -> (String, f32) {
        let confused = [
            ('0', 'O'),
            ('1', 'l'),
            ('5', 'S'),
            ('8', 'B'),
            ('O', '0'),
            ('E', 'F'),
            ('n', 'u'),
            ('e', 'c'),
            ('a', 'o'),
        ];
        let mut wrong = false;
        let read = text.chars().map(|sign| {
            if self.next() % 1000 >= per_mille {
                return sign;
            }
            wrong = true;
            confused.iter().find(|(from, _)| *from == sign).map_or('i', |(_, to)| *to)
        });
        let read: String = read.collect();
        (read, if wrong { 0.55 } else { 0.93 })
    }
}

#[test]
fn fields_are_found_on_synthetic_charts() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options { charts: 8, seed: 5, degrade: Profile::Clean, dpi: 72, containers: Container::Png };
    generate(&options, folder.path()).unwrap();
    for (reader, per_mille) in [("as printed", 0), ("5 of 1000 signs wrong", 5), ("20 of 1000 signs wrong", 20)] {
        let documents = documents(folder.path(), per_mille);
        assert!(documents.len() > 40, "{} documents", documents.len());
        let scores = measure(&documents);
        println!("{reader}: {} documents", documents.len());
        for (name, score) in &scores {
            println!(
                "  {name:16} right {:5.1} %, sure {:5.1} %, sure and wrong {}",
                percent(score.right, score.documents),
                percent(score.sure, score.documents),
                score.surely_wrong
            );
        }
        for name in ["patient_number", "birth_date"] {
            assert_eq!(scores[name].surely_wrong, 0, "{reader}: {name}");
        }
        if per_mille == 0 {
            for (name, least) in
                [("patient_number", 98.0), ("birth_date", 98.0), ("patient_name", 95.0), ("kind", 95.0)]
            {
                let right = percent(scores[name].right, scores[name].documents);
                assert!(right >= least, "{name}: {right} %");
            }
        }
    }
}

/// Compares what is suggested with what is true.
fn measure(documents: &[(Vec<PageText>, Truth)]) -> BTreeMap<&'static str, Score> {
    let kinds = DocumentKinds::load(None).unwrap();
    let mut scores: BTreeMap<&'static str, Score> = BTreeMap::new();
    for (pages, truth) in documents {
        let pages: Vec<ReadPage> = (1..).zip(pages).map(|(position, text)| ReadPage::of(position, text)).collect();
        let suggested = suggest(&pages, &kinds, None, date(2026, 11, 22));
        for (name, wanted) in [
            (FieldName::PatientNumber, truth.number.as_str()),
            (FieldName::PatientName, truth.name.as_str()),
            (FieldName::BirthDate, truth.born.as_str()),
            (FieldName::Kind, truth.kind),
        ] {
            let field = suggested.field(name).unwrap();
            let right = match name {
                FieldName::PatientName => muniment::labels::same_name(&field.value, wanted),
                // A day that can be read in two ways is left to a person, with both.
                FieldName::BirthDate if field.value.is_empty() => {
                    field.candidates.iter().any(|one| one.value == wanted)
                }
                _ => field.value == wanted,
            };
            let sure = field.level == Level::Confident;
            let score = scores.entry(name.name()).or_default();
            score.documents += 1;
            score.right += u32::from(right);
            score.sure += u32::from(sure);
            score.surely_wrong += u32::from(sure && !right);
        }
    }
    scores
}

fn percent(part: u32, whole: u32) -> f64 {
    100.0 * f64::from(part) / f64::from(whole.max(1))
}

/// Reads charts document by document out of the truth beside them.
fn documents(folder: &std::path::Path, per_mille: u64) -> Vec<(Vec<PageText>, Truth)> {
    let mut noise = Noise(0x9e37_79b9_7f4a_7c15);
    let mut pages: BTreeMap<(u64, u64), (Vec<PageText>, Truth)> = BTreeMap::new();
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for file in files.iter().filter(|file| file.to_string_lossy().ends_with(".truth.json")) {
        let truth: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
        for page in truth["pages"].as_array().unwrap() {
            // Pages of other patients are another test's.
            if page["blank"] == true || !page["foreign_patient"].is_null() {
                continue;
            }
            let key = (truth["chart"].as_u64().unwrap(), page["document"]["number"].as_u64().unwrap());
            let text = read(page, &mut noise, per_mille);
            let patient = &truth["patient"];
            let said = |name: &str| patient[name].as_str().unwrap().to_owned();
            let entry = pages.entry(key).or_insert_with(|| {
                let kind = kind(page["document"]["kind"].as_str().unwrap());
                (
                    Vec::new(),
                    Truth { number: said("record_number"), name: said("name"), born: said("birth_date"), kind },
                )
            });
            entry.0.push(text);
        }
    }
    pages.into_values().collect()
}

fn read(page: &Value, noise: &mut Noise, per_mille: u64) -> PageText {
    let mut lines: BTreeMap<u64, Vec<Word>> = BTreeMap::new();
    for word in page["words"].as_array().unwrap() {
        let (text, confidence) = noise.read(word["text"].as_str().unwrap(), per_mille);
        let rect: Rect = serde_json::from_value(word["rect"].clone()).unwrap();
        let line = lines.entry(word["line"].as_u64().unwrap()).or_default();
        line.push(Word { text, rect, confidence: Confidence::clamped(confidence), doubt: None });
    }
    let rect = Rect::new(0, 0, 1, 1);
    let lines = lines.into_values().map(|words| Line { rect, words }).collect();
    page_of(vec![muniment::chart::Block { rect, lines }])
}

fn page_of(blocks: Vec<muniment::chart::Block>) -> PageText {
    let page = PageId { scan: Digest::of(b"chart"), number: PageNumber::FIRST };
    let pipeline = PipelineStamp { name: "test".into(), revision: 1, digest: Digest::of(b"pipeline") };
    PageText { blocks, ..empty(page, pipeline) }
}

/// Returns the type that a chart's kind of document has in the archive.
fn kind(name: &str) -> &'static str {
    match name {
        "history-and-physical" => "history-and-physical",
        "progress-notes" => "progress-note",
        "discharge-summary" => "discharge-summary",
        "operative-note" => "operative-note",
        "laboratory-report" => "laboratory-report",
        "medication-administration" => "medication-administration-record",
        "consent" => "consent",
        "referral-letter" => "referral-letter",
        "nursing-flow-sheet" => "nursing-flow-sheet",
        "electrocardiogram" => "electrocardiogram",
        other => panic!("{other}"),
    }
}

/// A page with these lines of words.
fn page(position: u32, lines: &[&str]) -> ReadPage {
    let lines = (0_u32..).zip(lines).map(|(line, text)| {
        let words = text.split_whitespace().enumerate().map(|(index, text)| Word {
            text: text.into(),
            rect: Rect::new(100 + 90 * u32::try_from(index).unwrap(), 100 + 40 * line, 80, 24),
            confidence: Confidence::clamped(0.93),
            doubt: None,
        });
        Line { rect: Rect::new(0, 0, 1, 1), words: words.collect() }
    });
    let rect = Rect::new(0, 0, 1, 1);
    ReadPage::of(position, &page_of(vec![muniment::chart::Block { rect, lines: lines.collect() }]))
}

fn patient(number: &str, name: &str, born: &str) -> PatientRef {
    PatientRef {
        id: PatientId::from_uuid(Uuid::from_u128(number.bytes().map(u128::from).sum())),
        number: number.into(),
        authority: String::new(),
        name: name.into(),
        born: born.parse().unwrap(),
    }
}

#[test]
fn a_date_that_can_be_read_in_two_ways_is_never_guessed() {
    let kinds = DocumentKinds::load(None).unwrap();
    let today = date(2026, 11, 22);
    let born = |lines: &[&str]| {
        let suggested = suggest(&[page(1, lines)], &kinds, None, today);
        let field = suggested.field(FieldName::BirthDate).unwrap().clone();
        (field.value, field.level, field.candidates.len())
    };
    assert_eq!(born(&["MRN: ZZ1000001 DOB: 03/04/1950"]), (String::new(), Level::Verify, 2));
    let settled = born(&["DOB: 03/04/1950", "Admitted 03/25/2016"]);
    assert_eq!((settled.0.as_str(), settled.1), ("1950-03-04", Level::Confident), "another date tells the order");
    assert_eq!(born(&["DOB: 03/04/1950", "Admitted 25/03/2016"]).0, "1950-04-03");
    assert_eq!(born(&["DOB: 03/04/1950", "Admitted 25/03/2016", "Discharged 03/28/2016"]).0, "", "contradictory");
    // Two digits of a year are two centuries, where both are past.
    assert_eq!(born(&["DOB: 03/25/50"]).0, "1950-03-25", "2050 is to come");
    assert_eq!(born(&["DOB: 03/25/10"]).1, Level::Verify);
}

#[test]
fn a_known_patient_settles_what_was_read_and_another_ones_page_does_not_pass() {
    let kinds = DocumentKinds::load(None).unwrap();
    let today = date(2026, 11, 22);
    let known = patient("ZZ1000001", "ADAMS, ANN B", "1950-03-04");
    let pages = [
        page(1, &["Discharge Summary", "Patient: ADAMS, ANN B", "MRN: ZZ100000l", "Date of birth: 03/04/1950"]),
        page(2, &["Name: Ann Adams", "MRN: ZZ1000001", "Born: 03/04/1950"]),
    ];
    let mut suggested = suggest(&pages, &kinds, None, today);
    let ranked = rank(vec![patient("ZZ2000002", "BAKER, BOB", "1961-07-30"), known.clone()], &suggested.seen);
    assert_eq!((ranked[0].patient.number.as_str(), ranked[0].matched.len(), ranked.len()), ("ZZ1000001", 3, 1));
    assert!(ranked[0].score > 0.9, "{}", ranked[0].score);
    suggested.settle(&ranked);
    for (name, value) in [(FieldName::PatientNumber, "ZZ1000001"), (FieldName::BirthDate, "1950-03-04")] {
        let field = suggested.field(name).unwrap();
        assert_eq!((field.value.as_str(), field.level), (value, Level::Confident), "{name:?}");
    }
    assert_eq!(suggested.field(FieldName::Kind).unwrap().value, "discharge-summary");
    assert!(disagreements(&suggested.seen, &known).is_empty());
    let foreign = page(3, &["Name: Bob Baker", "MRN: ZZ2000002", "Born: 07/30/1961"]);
    let mixed = suggest(&[pages[0].clone(), pages[1].clone(), foreign], &kinds, None, today);
    let against: Vec<(FieldName, u32)> =
        disagreements(&mixed.seen, &known).iter().map(|one| (one.name, one.place.page)).collect();
    assert_eq!(
        against,
        [(FieldName::PatientName, 3), (FieldName::PatientNumber, 3), (FieldName::BirthDate, 3)],
        "all of page 3 and nothing else"
    );
    // Another record number is another patient, however alike they are.
    let twin = PatientRef { born: BirthDate::Unknown, ..patient("ZZ1000002", "ADAMS, ANN B", "1950") };
    assert!(!disagreements(&suggested.seen, &twin).is_empty());
}
