//! The golden queries over a small corpus, and what every answer promises.

use std::collections::HashMap;

use serde::Deserialize;
use tempfile::TempDir;

use super::fixture::{facts, lines, page_id, page_text};
use super::*;
use crate::chart::{Confidence, Finding, FindingKind, OtherReading, PageId, PageText, ReadingDoubt, Severity};

struct Corpus {
    dir: TempDir,
    schema: Schema,
    index: Index,
    pages: HashMap<PageId, PageText>,
}

fn low_confidence() -> Finding {
    let message = "most words are unsure".into();
    Finding {
        kind: FindingKind::LowConfidence,
        severity: Severity::Check,
        confidence: Confidence::CERTAIN,
        stage: "test".into(),
        message,
    }
}

/// Notes that a word may say something else.
fn doubt(text: &mut PageText, word: &str, other: &str) {
    let words = text.blocks.iter_mut().flat_map(|block| &mut block.lines).flat_map(|line| &mut line.words);
    let others = vec![OtherReading { text: other.into(), probability: 0.2 }];
    for word in words.filter(|known| known.text == word) {
        word.doubt = Some(Box::new(ReadingDoubt { probability: 0.7, others: others.clone(), risk: None }));
    }
}

fn corpus() -> Corpus {
    let texts: [(u32, u32, &[&str]); 7] = [
        (1, 1, &["MRN-001234 BP 120/80", "hypertension and diabetes mellitus, HbA1c 7.1, A1c stable"]),
        (1, 2, &["HTN on metformin 500 mg b.i.d.", "warfarin 3.5mg"]),
        (1, 3, &["confidential"]),
        (2, 1, &["MRN 001234 high blood pressure, 120 - 80, shortness", "of breath, lisinopril 35 mg, X ray"]),
        (3, 1, &["a modem~ ward, vancornycln~ 1 g q8h", "surgicel metoprolol BID"]),
        (4, 1, &["history of hyper-", "tension treated 2024-03-15, dyspnoea,", "Ménière’s, xray"]),
        (5, 1, &[]),
    ];
    let dir = tempfile::tempdir().unwrap();
    let schema = Schema::embedded().unwrap();
    let index = Index::open_or_create(dir.path(), &schema).unwrap();
    let mut writer = index.writer(Budget::default()).unwrap();
    let mut pages = HashMap::new();
    for (document, position, words) in texts {
        let mut facts = facts(document, position);
        let mut text = page_text(document, &lines(words));
        text.page = facts.page;
        match (document, position) {
            (1, 3) => text.hidden = true,
            (2, _) => {
                facts.received = "2024-02-01".parse().unwrap();
                facts.batch_name = "Annex".into();
                facts.kind = Some("Letter".into());
            }
            (3, _) => {
                text.findings.push(low_confidence());
                doubt(&mut text, "BID", "T.I.D.");
                doubt(&mut text, "1", "7.5mg");
            }
            (4, _) => facts.labels = vec!["Urgent".into(), "cardiology".into()],
            _ => {}
        }
        let text = (document != 5).then_some(text);
        writer.add(&PageEntry { facts: &facts, text: text.as_ref() }).unwrap();
        if position == 1 {
            // Pages of a document end up in different segments.
            writer.commit(&format!("{document}.{position}")).unwrap();
        }
        pages.extend(text.map(|text| (facts.page, text)));
    }
    writer.commit("all").unwrap();
    writer.finish().unwrap();
    Corpus { dir, schema, index, pages }
}

impl Corpus {
    fn ask(&self, text: &str, options: &Options) -> Answer {
        let query = Query::parse(text, &self.schema).unwrap();
        self.index.searcher().unwrap().search(&query, options, |page| self.pages.get(page).cloned()).unwrap()
    }

    fn pages(&self, text: &str) -> Vec<String> {
        shown(&self.ask(text, &Options::default()))
    }
}

fn shown(answer: &Answer) -> Vec<String> {
    let hits = answer.hits.iter();
    hits.map(|hit| format!("{}.{}", hit.facts.document.as_uuid().as_u128(), hit.facts.position)).collect()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Golden {
    query: Vec<GoldenQuery>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GoldenQuery {
    text: String,
    #[serde(default)]
    options: Vec<String>,
    finds: Vec<String>,
    #[serde(default)]
    why: String,
}

#[test]
fn golden_queries_find_their_pages() {
    let corpus = corpus();
    let golden: Golden = toml::from_str(include_str!("../../index/golden-queries.toml")).unwrap();
    let mut wrong = Vec::new();
    for GoldenQuery { text, options, finds, why } in golden.query {
        let has = |name: &str| options.iter().any(|option| option == name);
        let options = Options {
            synonyms: !has("no-synonyms"),
            other_readings: !has("no-other-readings"),
            ocr_tolerant: !has("no-tolerance"),
            hidden: has("hidden"),
            ..Options::default()
        };
        let answer = corpus.ask(&text, &options);
        if shown(&answer) != finds {
            wrong.push(format!("{text}: found {:?}, not {finds:?} ({why})", shown(&answer)));
        }
        assert_eq!(answer.pages as usize, finds.len(), "{text}");
        let documents: std::collections::HashSet<_> = finds.iter().map(|page| page.split('.').next()).collect();
        assert_eq!(answer.documents as usize, documents.len(), "{text}");
        let field_only = ["date:2024-01", "batch:\"", "file:", "type:", "reliable:", "hidden:", "NOT", "-"];
        if !field_only.iter().any(|start| text.starts_with(start)) {
            for hit in &answer.hits {
                assert!(!hit.boxes.is_empty() && !hit.passages.is_empty(), "{text}: no box on a hit");
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn boxes_say_how_they_matched_and_cover_whole_phrases() {
    let corpus = corpus();
    let answer = corpus.ask("\"shortness of breath\"", &Options::default());
    let texts: Vec<&str> = answer.hits[0].boxes.iter().map(|found| found.text.as_str()).collect();
    assert_eq!(texts, ["shortness", "of breath,"], "one box a line");
    let page = &corpus.pages[&answer.hits[0].facts.page];
    let words: Vec<_> = page.words().collect();
    let of = words.iter().find(|word| word.text == "of").unwrap();
    let breath = words.iter().find(|word| word.text == "breath,").unwrap();
    assert_eq!(answer.hits[0].boxes[1].rect, of.rect.union(&breath.rect));
    assert!(answer.hits[0].passages[0].text().contains("120 - 80, shortness of breath, lisinopril"));

    let answer = corpus.ask("hypertension", &Options::default());
    let ways: Vec<How> = answer.hits.iter().map(|hit| hit.boxes[0].how.clone()).collect();
    let synonym = How::Synonym { of: "hypertension".into() };
    assert_eq!(ways, [How::Exact, synonym.clone(), synonym, How::Exact]);
    let broken: Vec<&str> = answer.hits[3].boxes.iter().map(|found| found.text.as_str()).collect();
    assert_eq!(broken, ["hyper-", "tension"]);
    assert!(answer.terms[0].synonyms.contains(&"HTN".to_owned()));

    let answer = corpus.ask("vancomycin modern", &Options::default());
    let misread = How::OcrTolerant { of: "vancomycin".into() };
    assert!(answer.hits[0].boxes.iter().any(|found| found.text == "vancornycln" && found.how == misread));
    let answer = corpus.ask("tid", &Options::default());
    let other = How::OtherReading { of: "tid".into() };
    assert_eq!(answer.hits[0].boxes.len(), 1);
    assert_eq!((answer.hits[0].boxes[0].text.as_str(), &answer.hits[0].boxes[0].how), ("BID", &other));
    let answer = corpus.ask("hyper*", &Options::default());
    assert_eq!(answer.hits[0].boxes[0].how, How::Prefix { of: "hyper*".into() });
    let json = serde_json::to_value(&answer).unwrap();
    assert_eq!(json["hits"][0]["boxes"][0]["how"], "prefix");
    assert!(json["hits"][0]["document"].is_string() && json["hits"][0]["page"].is_string());
}

#[test]
fn every_answer_admits_what_it_cannot_see() {
    let corpus = corpus();
    let counts = |text: &str| {
        let answer = corpus.ask(text, &Options::default());
        (answer.pages_in_scope, answer.pages_without_reliable_text)
    };
    // 3.1 was read badly, 5.1 not at all; 1.3 is hidden.
    assert_eq!(counts("hypertension"), (6, 2));
    assert_eq!(counts("nosuchword"), (6, 2));
    assert_eq!(counts("batch:annex hypertension"), (1, 0));
    assert_eq!(counts("(batch:annex hypertension) OR (page:2 metformin)"), (2, 0));
    assert_eq!(counts("date:2024-03"), (5, 2));
    assert_eq!(counts("-hypertension"), (6, 2));
    let hidden = Options { hidden: true, ..Options::default() };
    assert_eq!(corpus.ask("hypertension", &hidden).pages_in_scope, 7);
}

#[test]
fn pages_of_an_answer_come_in_a_stable_order() {
    let corpus = corpus();
    let all = corpus.pages("htn OR -htn");
    assert_eq!(all, ["1.1", "1.2", "2.1", "3.1", "4.1", "5.1"]);
    for offset in 0..8 {
        let options = Options { offset, limit: 2, ..Options::default() };
        let answer = corpus.ask("htn OR -htn", &options);
        assert_eq!(answer.pages, 6);
        let expected: Vec<_> = all.iter().skip(offset as usize).take(2).cloned().collect();
        assert_eq!(shown(&answer), expected);
    }
}

#[test]
fn a_replaced_page_leaves_no_ghost_and_a_removed_one_nothing() {
    let corpus = corpus();
    let mut writer = corpus.index.writer(Budget::default()).unwrap();
    let facts = facts(1, 1);
    let text = page_text(1, &lines(&["asthma"]));
    writer.replace(&PageEntry { facts: &facts, text: Some(&text) }).unwrap();
    assert_eq!(corpus.pages("asthma"), [""; 0], "nothing is visible before the commit");
    writer.commit("replaced").unwrap();
    assert_eq!(corpus.pages("asthma"), ["1.1"]);
    assert_eq!(corpus.pages("diabetes"), [""; 0]);
    assert_eq!(corpus.index.searcher().unwrap().page_count(), 7);
    for position in 1..=3 {
        writer.remove_page(page_id(1, position));
    }
    writer.commit("removed").unwrap();
    assert_eq!(corpus.pages("asthma OR metformin OR htn"), ["2.1", "4.1"]);
    assert_eq!(corpus.index.searcher().unwrap().page_count(), 4);
    assert_eq!(corpus.index.checkpoint().unwrap().as_deref(), Some("removed"));
}

#[test]
fn queries_that_cost_too_much_are_refused_or_stay_cheap() {
    let corpus = corpus();
    let many = vec!["a*"; 64].join(" OR ");
    assert!(!corpus.pages(&many).is_empty(), "the same prefix is looked up once");
    let phrase = format!("\"{}\"", "of ".repeat(32));
    assert!(corpus.pages(&phrase).is_empty());
    let deep = format!("{}htn{}", "(".repeat(32), ")".repeat(32));
    assert_eq!(corpus.pages(&deep).len(), 4);
}

#[test]
fn an_index_outlives_a_writer_that_was_dropped() {
    let Corpus { dir, schema, index, .. } = corpus();
    let mut writer = index.writer(Budget::default()).unwrap();
    let text = page_text(9, &lines(&["asthma"]));
    writer.add(&PageEntry { facts: &facts(9, 1), text: Some(&text) }).unwrap();
    assert!(matches!(index.writer(Budget::default()).err().unwrap(), IndexError::Locked { .. }));
    drop(writer);
    drop(index);
    let index = Index::open_or_create(dir.path(), &schema).unwrap();
    assert_eq!(index.checkpoint().unwrap().as_deref(), Some("all"));
    assert_eq!(index.searcher().unwrap().page_count(), 7);
    index.verify().unwrap();
    drop(index.writer(Budget::default()).unwrap());
}

#[test]
fn damaged_and_outdated_indexes_are_told_apart_from_sound_ones() {
    let Corpus { dir, schema, index, .. } = corpus();
    drop(index);
    let definitions = tempfile::tempdir().unwrap();
    let changed = include_str!("../../index/analysers.toml").replace("unsure_below = 0.80", "unsure_below = 0.70");
    std::fs::write(definitions.path().join("analysers.toml"), changed).unwrap();
    let other = Schema::from_folder(definitions.path()).unwrap();
    let error = Index::open_or_create(dir.path(), &other).err().unwrap();
    assert!(matches!(error, IndexError::Outdated { .. }) && error.to_string().contains("rebuild"), "{error}");

    let files: Vec<_> = std::fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    for path in files {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if name.starts_with('.') {
            continue;
        }
        let sound = std::fs::read(&path).unwrap();
        for damage in [Vec::new(), sound[..sound.len() / 2].to_vec(), b"{}".to_vec(), vec![0xff; sound.len()]] {
            std::fs::write(&path, &damage).unwrap();
            let answer = Index::open_or_create(dir.path(), &schema).and_then(|index| {
                index.verify()?;
                let query = Query::parse("hypertension", &schema).unwrap();
                index.searcher()?.search(&query, &Options::default(), |_| None)
            });
            let error = answer.err().unwrap_or_else(|| panic!("damage of {name} was not noticed"));
            assert!(error.to_string().contains("rebuild"), "{name}: {error}");
        }
        std::fs::remove_file(&path).unwrap();
        let opened = Index::open_or_create(dir.path(), &schema);
        assert!(opened.err().unwrap().to_string().contains("rebuild"), "{name}");
        std::fs::write(&path, &sound).unwrap();
    }
    Index::open_or_create(dir.path(), &schema).unwrap();
}

#[test]
fn readers_answer_while_pages_are_written() {
    let corpus = corpus();
    let done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut last = 0;
            let mut answers = 0;
            while !done.load(std::sync::atomic::Ordering::Relaxed) || answers < 5 {
                let found = corpus.ask("asthma", &Options::default()).pages;
                assert!(found >= last && found.is_multiple_of(10), "a commit is visible whole or not at all: {found}");
                last = found;
                answers += 1;
            }
            corpus.ask("asthma", &Options::default()).pages
        });
        let mut writer = corpus.index.writer(Budget::default()).unwrap();
        for batch in 0..12 {
            for page in 0..10 {
                let number = 100 + batch * 10 + page;
                let text = page_text(number, &lines(&["asthma"]));
                writer.replace(&PageEntry { facts: &facts(number, 1), text: Some(&text) }).unwrap();
            }
            writer.commit("more").unwrap();
        }
        done.store(true, std::sync::atomic::Ordering::Relaxed);
        assert_eq!(reader.join().unwrap(), 120);
    });
}
