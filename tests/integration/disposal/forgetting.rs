//! From paper to certificate as people do it: afterwards no file of the archive holds a word of what was destroyed.

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde_json::Value;

use crate::support::program::{Program, Run, entries_below, scans};

/// A name that occurs nowhere else.
const SURNAME: &str = "Quillfeather";
/// Part of a file's name that occurs nowhere else.
const FILE: &str = "zebulonscan";

/// The commands that are tried here and not with all others: they take several people.
pub const COMMANDS: [&str; 9] = [
    "certificate fetch",
    "certificate verify",
    "disposal approve",
    "disposal cancel",
    "disposal carry-out",
    "disposal list",
    "disposal propose",
    "disposal review",
    "disposal show",
];

pub(super) struct Office {
    pub(super) program: Program,
    tokens: Vec<String>,
}

impl Office {
    /// Ann runs the program; Ben and Cyd are administrators too, Tia is a technician.
    pub(super) fn open() -> Self {
        let program = Program::new()
            .with("MUNIMENT_REVIEW_UNDO_MINUTES", "0")
            .with("MUNIMENT_DISPOSAL_GRACE_DAYS", "0")
            .with("MUNIMENT_DEPOSIT_LOCK_SECONDS", "0");
        program.json(&["people", "add", "Ann"]);
        let names = ["Ben", "Cyd", "Tia"];
        let tokens = names.map(|name| program.staff(name, &[])).into();
        for (name, role) in names.into_iter().zip(["administrator", "administrator", "technician"]) {
            program.json(&["people", "grant", name, role]);
        }
        Self { program, tokens }
    }

    fn run_as(&self, who: usize, arguments: &[&str]) -> Run {
        let output = self.program.command(arguments).env("MUNIMENT_TOKEN", &self.tokens[who]).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Run { code: output.status.code().unwrap(), out: text(&output.stdout), err: text(&output.stderr) }
    }

    fn done_as(&self, who: usize, arguments: &[&str]) -> Value {
        let run = self.run_as(who, &[&["--json"], arguments].concat());
        assert_eq!(run.code, 0, "{arguments:?}: {}{}", run.out, run.err);
        serde_json::from_str(&run.out).unwrap_or_else(|cause| panic!("{arguments:?} printed no JSON ({cause})"))
    }

    /// Takes in, accepts and archives `count` pages, each a record of its own; returns their documents.
    pub(super) fn archive(&self, count: usize) -> Vec<String> {
        let program = &self.program;
        program.charts("charts", 1, "jpeg", 100);
        std::fs::create_dir(program.path("in")).unwrap();
        for (number, path) in scans(&program.path("charts")).iter().take(count).enumerate() {
            std::fs::copy(path, program.path("in").join(format!("{FILE}-{number}.jpg"))).unwrap();
        }
        program.json(&["ingest", "in", "--batch", "B"]);
        let shown = program.json(&["show", "--batch", "B"]);
        let documents: Vec<String> =
            shown.as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect();
        assert_eq!(documents.len(), count);
        for (number, document) in documents.iter().enumerate() {
            let (patient, name) = (format!("MRN{number}"), format!("{SURNAME}, Zebulon {number}"));
            let labels =
                ["--type", "discharge-summary", "--born", "1950-06-01", "--encounter", "2001-01-01..2001-01-05"];
            let mut all = vec!["accept", document, "--patient", &patient, "--name", &name];
            all.extend(labels);
            self.done_as(2, &all);
        }
        assert_eq!(program.json(&["deposit"])["deposited"], count);
        program.json(&["index", "update"]);
        let draft = ["--rules", "neutral-default", "--effective", "2026-01-01", "--reason", "the first"];
        program.json(&[["retention", "policy", "draft"].as_slice(), &draft].concat());
        self.done_as(0, &["retention", "policy", "approve", "1"]);
        documents
    }

    pub(super) fn approve(&self, proposal: &Value) -> String {
        let id = proposal["id"].as_str().unwrap().to_owned();
        assert_eq!(self.program.run(&["disposal", "approve", &id]).code, 1, "Ann proposed it herself");
        self.done_as(0, &["disposal", "review", &id]);
        self.done_as(0, &["disposal", "approve", &id]);
        assert_eq!(self.run_as(0, &["disposal", "approve", &id]).code, 1, "Ben approved it before");
        assert_eq!(self.program.run(&["disposal", "carry-out", &id]).code, 1, "one approval is missing");
        let approved = self.done_as(1, &["disposal", "approve", &id]);
        assert_eq!(
            (&approved["state"], &approved["approved_by"]),
            (&"approved".into(), &serde_json::json!(["Ben", "Cyd"]))
        );
        assert_eq!(self.program.json(&["disposal", "show", &id]), approved);
        assert_eq!(self.program.json(&["disposal", "list"])[0], approved);
        id
    }

    /// Lists the files below the data folder that hold `words`.
    fn files_with(&self, words: &str) -> Vec<PathBuf> {
        let files = entries_below(&self.program.path("data")).into_iter().filter(|path| path.is_file());
        let holds = |path: &PathBuf| {
            let bytes = std::fs::read(path).unwrap();
            bytes.windows(words.len()).any(|window| window == words.as_bytes())
        };
        files.filter(holds).collect()
    }

    fn segments(&self) -> BTreeSet<PathBuf> {
        let files = entries_below(&self.program.path("data/index")).into_iter();
        files.filter(|path| path.file_stem().is_some_and(|stem| stem.len() == 32)).collect()
    }
}

#[test]
fn no_file_holds_a_word_of_what_was_destroyed() {
    let office = Office::open();
    let program = &office.program;
    let documents = office.archive(3);
    let word = word_of(program, &documents);
    assert!(!office.files_with(SURNAME).is_empty() && !office.files_with(FILE).is_empty());
    assert_eq!(program.run(&["search", &word]).code, 0, "{word} is found");
    let (before, read) = (office.segments(), entries_below(&program.path("data/objects")).len());
    assert!(!before.is_empty());
    let proposal = program.json(&["disposal", "propose", "--eligible", "--reason", "their retention is over"]);
    assert_eq!(proposal["records"].as_array().unwrap().len(), 3);
    let id = office.approve(&proposal);
    let done = program.json(&["disposal", "carry-out", &id]);
    assert_eq!((&done["destroyed"], &done["stopped"], &done["locked"]), (&3.into(), &0.into(), &0.into()));

    for words in [SURNAME, FILE] {
        assert_eq!(office.files_with(words), Vec::<PathBuf>::new(), "{words}");
    }
    assert!(before.is_disjoint(&office.segments()), "segments that held the text are still there");
    assert_eq!(program.run(&["search", &word]).code, 3, "{word} is found no more");
    let objects = program.path("data/objects");
    let left = entries_below(&objects).into_iter().filter(|path| path.is_file() && path.parent() != Some(&objects));
    assert_eq!(left.collect::<Vec<_>>(), Vec::<PathBuf>::new(), "of {read} working objects");
    let records = entries_below(&program.path("data/archive/records")).into_iter().filter(|path| path.is_file());
    let records: Vec<PathBuf> = records.filter(|path| path.to_string_lossy().contains("urn")).collect();
    assert_eq!(records, Vec::<PathBuf>::new());
    // The certificate tells it, and holds anywhere.
    let key = program.json(&["audit", "key", "show"])["fingerprints"][0].as_str().unwrap().to_owned();
    let elsewhere = Program::new();
    for name in ["certificate.json", "certificate.pdf"] {
        program.json(&["certificate", "fetch", &id, "-o", name]);
        std::fs::copy(program.path(name), elsewhere.path(name)).unwrap();
        let run = elsewhere.run(&["certificate", "verify", name, "--key", &key]);
        assert!(run.code == 0 && run.out.contains("The certificate holds"), "{}{}", run.out, run.err);
        let mut bytes = std::fs::read(elsewhere.path(name)).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(elsewhere.path(name), bytes).unwrap();
        assert_eq!(elsewhere.run(&["certificate", "verify", name, "--key", &key]).code, 3);
    }
    let verified = program.json(&["certificate", "verify", "certificate.json", "--key", &key]);
    assert_eq!((&verified["holds"], &verified["certificate"]["disposal"]), (&true.into(), &id.as_str().into()));
    let certified = std::fs::read_to_string(program.path("certificate.json")).unwrap();
    assert!(!certified.contains(SURNAME) && certified.contains("normal course of business"));
    assert_eq!(program.json(&["audit", "verify", "--key", &key])["findings"], serde_json::json!([]));
    assert_eq!(program.run(&["disposal", "propose", "--eligible", "--reason", "again"]).code, 3, "nothing is left");
}

#[test]
fn a_hold_keeps_a_record_that_is_approved_for_destruction() {
    let office = Office::open();
    let program = &office.program;
    office.archive(2);
    let proposal = program.json(&["disposal", "propose", "--eligible", "--reason", "their retention is over"]);
    let id = office.approve(&proposal);
    let record = proposal["records"][0]["record"].as_str().unwrap();
    let why = ["--matter", "24-CV-1", "--reason", "a claim", "--custodian", "legal"];
    program.json(&[["hold", "place", "--record", record].as_slice(), &why].concat());
    let run = program.run(&["disposal", "carry-out", &id]);
    assert!(run.code == 3 && run.out.contains("held for matter 24-CV-1"), "{}{}", run.out, run.err);
    assert!(!office.files_with(SURNAME).is_empty(), "the held record is there");
    assert_eq!(program.run(&["archive", "validate"]).code, 0);
    // The hold was said to be there; a proposal for it is refused.
    let refused = program.run(&["disposal", "propose", record, "--reason", "again"]);
    assert!(refused.code == 1 && refused.err.contains("held for matter 24-CV-1"), "{}", refused.err);
}

#[test]
fn a_proposal_is_cancelled_while_nothing_is_destroyed() {
    let office = Office::open();
    office.archive(1);
    let proposal = office.program.json(&["disposal", "propose", "--eligible", "--reason", "their retention is over"]);
    let id = office.approve(&proposal);
    let cancelled = office.done_as(0, &["disposal", "cancel", &id, "--reason", "the board wants to see it"]);
    assert_eq!((&cancelled["state"], &cancelled["certificate"]), (&"cancelled".into(), &Value::Null));
    assert_eq!(office.program.run(&["disposal", "carry-out", &id]).code, 1);
    assert_eq!(office.program.run(&["certificate", "fetch", &id, "-o", "c.pdf"]).code, 1);
}

/// Returns a long word that recognition read on the documents.
fn word_of(program: &Program, documents: &[String]) -> String {
    let texts = documents.iter().map(|document| program.json(&["show", document, "--text"]).to_string());
    let all: String = texts.collect();
    let marked = all.split("\"text\":\"").skip(1).map(|rest| rest.split('"').next().unwrap_or_default());
    let words = marked.filter(|word| word.chars().all(|letter| letter.is_ascii_lowercase()));
    words.max_by_key(|word| word.len()).expect("words were read").to_owned()
}
