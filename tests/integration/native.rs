//! Our own network and libtesseract's read the same pages, drawn with a real font, with the same models.

use std::time::Duration;

use muniment::chart::{Block, Rect, Word};
use muniment::ocr::accuracy::Accuracy;
use muniment::ocr::lstm::Model;
use muniment::ocr::models::Models;
use muniment::ocr::user_words::UserWords;
use muniment::pipeline::Definition;
use muniment::pipeline::engines::{Engine, Engines};

use crate::stages::{TEXT, drawn};

const LONG: Duration = Duration::from_secs(300);

fn engines(languages: &[&str]) -> Engines {
    let languages: Vec<String> = languages.iter().map(|language| (*language).to_owned()).collect();
    Engines::load(&Models::find(None).expect("Tesseract's models"), &languages).expect("the English model")
}

fn words(blocks: &[Block]) -> Vec<&Word> {
    blocks.iter().flat_map(|block| &block.lines).flat_map(|line| &line.words).collect()
}

fn text(blocks: &[Block]) -> String {
    words(blocks).iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ")
}

/// Returns the shared area as a share of the area of both.
fn overlap(one: &Rect, other: &Rect) -> f64 {
    let across = one.right().min(other.right()).saturating_sub(one.left.max(other.left));
    let down = one.bottom().min(other.bottom()).saturating_sub(one.top.max(other.top));
    let area = |rect: &Rect| f64::from(rect.width) * f64::from(rect.height);
    let shared = f64::from(across) * f64::from(down);
    shared / (area(one) + area(other) - shared)
}

#[test]
fn both_engines_give_the_same_words_at_the_same_places_with_the_same_confidence() {
    let mut engines = engines(&["eng"]);
    assert_eq!(engines.why_not_native(), None);
    let page = drawn(&TEXT, 1.5, 20);
    let [own, other] = [Engine::Native, Engine::Tesseract]
        .map(|engine| engines.recognizer(engine).recognise(&page, 300, LONG).expect("a reading"));
    let found = Accuracy::of(&TEXT.join("\n"), &text(&own)).exact;
    assert!(found.recall() > 0.98 && found.digit_recall() > 0.98, "{found:?}: {}", text(&own));
    let (own_words, other_words) = (words(&own), words(&other));
    let mut same = 0;
    for word in &own_words {
        let twin = other_words.iter().find(|twin| twin.text == word.text && overlap(&twin.rect, &word.rect) > 0.7);
        same += usize::from(twin.is_some_and(|twin| (twin.confidence.value() - word.confidence.value()).abs() < 0.1));
    }
    assert!(same * 100 >= own_words.len() * 95, "{same} of {} words are the same", own_words.len());
    let lines = |blocks: &[Block]| blocks.iter().map(|block| block.lines.len()).sum::<usize>();
    assert_eq!(lines(&own), lines(&other));
}

#[test]
fn doubtful_words_keep_what_else_they_may_say_and_others_do_not() {
    let mut engines = engines(&["eng"]);
    // Letters of a few pixels leave doubts; large ones do not.
    let [small, large] = [(0.42, 90), (1.5, 300)].map(|(scale, dpi)| {
        engines.recognizer(Engine::Native).recognise(&drawn(&TEXT, scale, 20), dpi, LONG).expect("a reading")
    });
    let doubts = |blocks: &[Block]| words(blocks).iter().filter(|word| word.doubt.is_some()).count() as f64;
    let (few, many) = (doubts(&large) / words(&large).len() as f64, doubts(&small) / words(&small).len() as f64);
    assert!(few < 0.2 && many > few, "{few} and {many} of the words are doubtful");
    let found: Vec<&Word> = words(&small).into_iter().filter(|word| !word.other_readings().is_empty()).collect();
    assert!(!found.is_empty());
    for word in found {
        let doubt = word.doubt.as_ref().expect("others are part of a doubt");
        let total = doubt.probability + doubt.others.iter().map(|other| other.probability).sum::<f32>();
        assert!(total <= 1.001 && doubt.others.iter().all(|other| other.text != word.text), "{word:?}");
        assert!(doubt.others.windows(2).all(|pair| pair[0].probability >= pair[1].probability));
    }
}

#[test]
fn a_definition_chooses_who_reads_and_the_result_says_so() {
    let definition = |engine: &str| {
        let text = format!("name = \"x\"\nrevision = 1\n[recognise]\nengine = \"{engine}\"");
        Definition::parse(&text, "a test")
    };
    let (own, other) = (definition("native").expect("valid"), definition("tesseract").expect("valid"));
    assert_ne!(own.stamp().digest, other.stamp().digest);
    let message = definition("nativ").expect_err("no such engine").to_string();
    assert!(message.contains("nativ") && message.contains("tesseract"), "{message}");
    let mut engines = engines(&["eng"]);
    assert!(engines.recognizer(own.recognise.engine).engine().starts_with("native "));
    assert!(engines.recognizer(other.recognise.engine).engine().starts_with("tesseract "));
}

#[test]
fn words_of_a_site_are_named_in_the_result_and_spoil_no_reading() {
    let words = UserWords::parse("Hillcrest\nLisinopril\nMRN-\\d\\d\\d\\d\n").expect("a list");
    let models = Models::find(None).expect("Tesseract's models");
    let mut with = Engines::load_with(&models, &["eng".to_owned()], &words).expect("the English model");
    let mut native = with.recognizer(Engine::Native);
    assert!(native.engine().contains("eng, words "), "{}", native.engine());
    let read = native.recognise(&drawn(&TEXT, 1.5, 20), 300, LONG).expect("a reading");
    let found = Accuracy::of(&TEXT.join("\n"), &text(&read)).exact;
    assert!(found.recall() > 0.98 && found.digit_recall() > 0.98, "{found:?}");
}

#[test]
fn what_only_libtesseract_reads_is_said_at_the_start() {
    let mut engines = engines(&["eng", "osd"]);
    assert!(engines.why_not_native().is_some_and(|why| why.contains("osd")));
    assert!(engines.recognizer(Engine::Native).engine().starts_with("tesseract "));
}

#[test]
fn a_passed_deadline_is_an_error_and_an_empty_page_is_none() {
    let mut engines = engines(&["eng"]);
    let mut native = engines.recognizer(Engine::Native);
    assert!(native.recognise(&drawn(&TEXT[..3], 1.0, 20), 200, Duration::ZERO).is_err());
    assert_eq!(native.recognise(&drawn(&[], 1.0, 20), 200, LONG), Ok(Vec::new()));
}

#[test]
fn a_real_model_that_is_cut_short_is_refused_wherever_it_is_cut() {
    let data = Models::find(None).and_then(|models| models.read("eng")).expect("the English model");
    assert!(Model::parse(&data).is_ok());
    for part in 1..20 {
        assert!(Model::parse(&data[..data.len() * part / 20]).is_err(), "cut at {part}/20");
    }
}
