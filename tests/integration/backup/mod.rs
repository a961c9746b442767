//! Backup and restore: what the archive does not hold comes back as it was, and what was destroyed does not.

mod archive_moved_on;
mod engines;
mod forged;
mod forms;

use std::path::{Path, PathBuf};

use muniment::store::{ColumnKind, Store};
use serde_json::Value;

use crate::support::born_digital::shared_file;
use crate::support::program::{Program, Run, entries_below};

/// Commands that are tried here and not with all others.
pub const COMMANDS: [&str; 2] = ["backup", "restore"];

/// What belongs to one instance at one time: not compared.
const OF_THE_INSTANCE: &[&str] = &["settings", "fixity", "fixity_problems"];

/// An instance with three administrators, a technician and single-page documents of text.
pub struct Hospital {
    pub program: Program,
    tokens: Vec<String>,
    /// Documents by their numbers.
    pub documents: Vec<String>,
    pub key: String,
}

pub const BEN: usize = 0;
pub const CYD: usize = 1;
pub const TIA: usize = 2;

impl Hospital {
    /// Opens it, and takes `count` documents in.
    pub fn open(program: Program, count: usize) -> Self {
        let program = program
            .with("MUNIMENT_REVIEW_UNDO_MINUTES", "0")
            .with("MUNIMENT_DISPOSAL_GRACE_DAYS", "0")
            .with("MUNIMENT_DEPOSIT_LOCK_SECONDS", "0")
            .with("MUNIMENT_LEDGER_LOCK_DAYS", "0");
        program.json(&["people", "add", "Ann"]);
        // Everybody has a token before there is a second administrator, whose code would be asked for too.
        let tokens = ["Ben", "Cyd", "Tia"].map(|name| program.staff(name, &[])).into();
        for (name, role) in
            [("Ben", "administrator"), ("Cyd", "administrator"), ("Tia", "technician"), ("Ben", "reviewer")]
        {
            program.json(&["people", "grant", name, role]);
        }
        let key = program.json(&["audit", "verify"])["keys"][0].as_str().unwrap().to_owned();
        let mut hospital = Self { program, tokens, documents: Vec::new(), key };
        hospital.take_in("B", count);
        hospital
    }

    /// Takes further documents in; document number N is full of the word `zzwordN`.
    pub fn take_in(&mut self, batch: &str, count: usize) {
        let folder = self.program.path(&format!("in-{batch}"));
        std::fs::create_dir(&folder).unwrap();
        let first = self.documents.len();
        for number in first..first + count {
            let word = word(number);
            std::fs::write(folder.join(format!("scan-{number:04}.pdf")), shared_file(&[&word])).unwrap();
        }
        self.program.json(&["ingest", folder.to_str().unwrap(), "--batch", batch]);
        let shown = self.program.json(&["show", "--batch", batch]);
        let mut named: Vec<(String, String)> = shown
            .as_array()
            .unwrap()
            .iter()
            .map(|one| {
                let text = |name: &str| one[name].as_str().unwrap().to_owned();
                (text("source"), text("id"))
            })
            .collect();
        named.sort();
        assert_eq!(named.len(), count, "{shown}");
        self.documents.extend(named.into_iter().map(|(_, id)| id));
    }

    pub fn run_as(&self, who: usize, arguments: &[&str]) -> Run {
        let output = self.program.command(arguments).env("MUNIMENT_TOKEN", &self.tokens[who]).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Run { code: output.status.code().unwrap(), out: text(&output.stdout), err: text(&output.stderr) }
    }

    pub fn done_as(&self, who: usize, arguments: &[&str]) -> Value {
        let run = self.run_as(who, &[&["--json"], arguments].concat());
        assert_eq!(run.code, 0, "{arguments:?}: {}{}", run.out, run.err);
        serde_json::from_str(&run.out).unwrap()
    }

    /// Accepts a document; returns the record.
    pub fn accept(&self, number: usize) -> String {
        let patient = format!("MRN{number}");
        let labels = [
            "--type",
            "discharge-summary",
            "--label",
            "ward-3",
            "--born",
            "1950-06-01",
            "--encounter",
            "2001-01-01..2001-01-05",
        ];
        let all = [&["accept", &self.documents[number], "--patient", &patient, "--name", "Zed, Ann"], &labels[..]];
        self.done_as(TIA, &all.concat())["record"].as_str().unwrap().to_owned()
    }

    pub fn deposit(&self, expected: u64) {
        let run = self.program.json(&["deposit"]);
        assert_eq!(run["deposited"], expected, "{run}: {}", self.program.json(&["queue"]));
    }

    /// Puts a policy into force.
    pub fn decide(&self) {
        let draft = ["--rules", "neutral-default", "--effective", "2026-01-01", "--reason", "the first"];
        self.program.json(&[&["retention", "policy", "draft"], &draft[..]].concat());
        self.done_as(BEN, &["retention", "policy", "approve", "1"]);
    }

    /// Destroys records, with a proposal, a review and two approvals; returns the proposal.
    pub fn destroy(&self, records: &[&str]) -> String {
        let why = ["--reason", "their retention is over"];
        let proposal = self.program.json(&[&["disposal", "propose"], records, &why[..]].concat());
        let id = proposal["id"].as_str().unwrap();
        self.done_as(BEN, &["disposal", "review", id]);
        self.done_as(BEN, &["disposal", "approve", id]);
        self.done_as(CYD, &["disposal", "approve", id]);
        let done = self.program.json(&["disposal", "carry-out", id]);
        assert_eq!((&done["stopped"], &done["locked"]), (&0.into(), &0.into()), "{done}");
        id.to_owned()
    }

    /// Makes a backup beside the data folder.
    pub fn back_up(&self, name: &str) -> Value {
        let value = self.program.json(&["backup", name]);
        assert_eq!((&value["signed"], &value["unreadable"]), (&true.into(), &serde_json::json!([])), "{value}");
        value
    }

    /// Loses the disk: everything but the archive and, brought back from elsewhere, the key.
    pub fn lose_everything(&self) {
        let data = self.program.path("data");
        for entry in std::fs::read_dir(&data).unwrap() {
            let path = entry.unwrap().path();
            match path.file_name().and_then(|name| name.to_str()) {
                Some("archive" | "ledger-key.pem") => {}
                _ if path.is_dir() => std::fs::remove_dir_all(&path).unwrap(),
                _ => std::fs::remove_file(&path).unwrap(),
            }
        }
    }

    pub fn restore(&self, name: &str) -> Value {
        let run = self.program.run(&["--json", "restore", name, "--key", &self.key]);
        assert!(matches!(run.code, 0 | 3), "{}{}", run.out, run.err);
        serde_json::from_str(&run.out).unwrap()
    }

    pub fn url(&self) -> String {
        format!("sqlite:{}", self.program.path("data/muniment.db").display())
    }

    pub async fn tables(&self) -> Vec<(String, Vec<String>)> {
        tables(&self.url()).await
    }

    /// Says how many documents have a word.
    pub fn hits(&self, number: usize) -> usize {
        let run = self.program.run(&["--json", "search", &word(number)]);
        assert!(matches!(run.code, 0 | 3), "{}", run.err);
        let value: Value = serde_json::from_str(&run.out).unwrap();
        value["answer"]["hits"].as_array().unwrap().len()
    }

    /// Lists the files of the objects and of the database that hold `words`.
    pub fn files_with(&self, words: &str) -> Vec<PathBuf> {
        let files = entries_below(&self.program.path("data")).into_iter().filter(|path| path.is_file());
        let holds =
            |path: &PathBuf| std::fs::read(path).unwrap().windows(words.len()).any(|window| window == words.as_bytes());
        files.filter(holds).collect()
    }
}

/// The word that a document is about.
pub fn word(number: usize) -> String {
    let letters: String = format!("{number:03}").bytes().map(|digit| char::from(b'a' + digit - b'0')).collect();
    format!("zzword{letters}")
}

/// Reads every row of a database, as one text each, by table.
pub async fn tables(url: &str) -> Vec<(String, Vec<String>)> {
    let store = Store::open(url).await.unwrap();
    let mut snapshot = store.snapshot().await.unwrap();
    let forms = snapshot.tables().await.unwrap();
    let mut tables = Vec::new();
    for form in forms.iter().filter(|form| !OF_THE_INSTANCE.contains(&form.name.as_str())) {
        assert!(form.columns.iter().any(|column| column.kind == ColumnKind::Text), "{}", form.name);
        let rows: Vec<Vec<Value>> = futures::TryStreamExt::try_collect(snapshot.rows(form)).await.unwrap();
        let mut rows: Vec<String> = rows.into_iter().map(|row| Value::Array(row).to_string()).collect();
        rows.sort();
        tables.push((form.name.clone(), rows));
    }
    drop(snapshot);
    store.close().await;
    tables
}

/// Asserts that every table has the same rows.
pub fn same(found: &[(String, Vec<String>)], expected: &[(String, Vec<String>)]) {
    assert_eq!(found.len(), expected.len());
    for ((name, found), (same_name, expected)) in found.iter().zip(expected) {
        assert_eq!((name, found), (same_name, expected));
    }
}

/// Copies a folder.
pub fn copy(from: &Path, to: &Path) {
    let copied = std::process::Command::new("cp").arg("-r").args([from, to]).status().unwrap();
    assert!(copied.success());
}

/// A record in the archive, one in the waiting room, a rejected document, a split one, drafts, a file that is no scan.
fn busy() -> Hospital {
    let hospital = Hospital::open(Program::new(), 6);
    hospital.accept(0);
    hospital.deposit(1);
    hospital.done_as(TIA, &["reject", &hospital.documents[2], "--reason", "not-a-record", "--note", "a blank form"]);
    std::fs::write(hospital.program.path("broken.tif"), "this is no image").unwrap();
    hospital.program.json(&["ingest", "broken.tif", "--batch", "Broken"]);
    // The same bytes again: a delivery that names another one.
    hospital.program.json(&["ingest", "in-B/scan-0003.pdf", "--batch", "Again"]);
    let three = shared_file(&["zzthree", "zzfour", "zzfive"]);
    std::fs::write(hospital.program.path("three.pdf"), three).unwrap();
    hospital.program.json(&["ingest", "three.pdf", "--batch", "Three"]);
    let whole = hospital.program.json(&["show", "--batch", "Three"])[0]["id"].as_str().unwrap().to_owned();
    hospital.done_as(TIA, &["document", "split", &whole, "1,2,3"]);
    let why = ["--matter", "M-1", "--reason", "a claim", "--custodian", "legal", "--query", "type:discharge-summary"];
    hospital.program.json(&[&["hold", "place"], &why[..]].concat());
    // Last: whoever takes files in makes the deposits that are due, too.
    hospital.accept(1);
    hospital
}

#[tokio::test]
async fn everything_comes_back_after_the_disk_is_lost() {
    let hospital = busy();
    let backed_up = hospital.back_up("safe");
    assert!(backed_up["objects"].as_u64().unwrap() > 8, "{backed_up}");
    let before = hospital.tables().await;
    assert_eq!((hospital.hits(0), hospital.hits(3)), (1, 1));
    // No secret is in it: neither the key nor the tokens themselves.
    let key = std::fs::read_to_string(hospital.program.path("data/ledger-key.pem")).unwrap();
    let secret = key.lines().nth(1).unwrap();
    for path in entries_below(&hospital.program.path("safe")).into_iter().filter(|path| path.is_file()) {
        let bytes = std::fs::read(&path).unwrap();
        let bytes = if path.extension().is_some_and(|end| end == "zst") && path.parent().unwrap().ends_with("tables") {
            zstd::stream::decode_all(bytes.as_slice()).unwrap()
        } else {
            bytes
        };
        for hidden in [secret, hospital.tokens[0].as_str()] {
            assert!(!bytes.windows(hidden.len()).any(|window| window == hidden.as_bytes()), "{}", path.display());
        }
    }
    let again = hospital.program.run(&["backup", "safe"]);
    assert!(again.code == 1 && again.err.contains("never overwrites"), "{}", again.err);
    let checked = hospital.program.json(&["restore", "safe", "--check"]);
    assert_eq!(checked["backup"]["ledger"]["key"], checked["signer"]);

    // Nothing is written over what is there.
    let full = hospital.program.run(&["restore", "safe"]);
    assert!(full.code == 1 && full.err.contains("not empty"), "{}", full.err);
    hospital.lose_everything();
    let restored = hospital.restore("safe");
    assert_eq!(restored["restored"]["objects"], backed_up["objects"], "{restored}");
    assert_eq!(restored["restored"]["archive"]["not_deposited"], serde_json::json!([]), "{restored}");
    same(&hospital.tables().await, &before);
    assert_eq!((hospital.hits(0), hospital.hits(3)), (1, 1));
    // Work goes on: the token still serves, what waited is deposited out of the scan file that came back.
    hospital.deposit(1);
    hospital.accept(3);
    hospital.deposit(1);
    assert_eq!(hospital.program.json(&["archive", "validate"])["problems"], serde_json::json!([]));
    assert_eq!(hospital.program.run(&["audit", "verify", "--key", &hospital.key]).code, 0);
}

#[tokio::test]
async fn a_restore_that_was_killed_goes_on_and_nothing_else_does() {
    let hospital = busy();
    hospital.back_up("safe");
    let before = hospital.tables().await;
    hospital.lose_everything();
    // Stopped at the first object: the rows are there, the rest is not.
    let hidden = hospital.program.path("safe/objects");
    std::fs::rename(&hidden, hospital.program.path("elsewhere")).unwrap();
    let missing = hospital.program.run(&["restore", "safe"]);
    assert!(missing.code == 1 && missing.err.contains("lacks objects/"), "{}", missing.err);
    assert!(!hospital.program.path("data/muniment.db").exists(), "nothing was written");
    std::fs::rename(hospital.program.path("elsewhere"), &hidden).unwrap();
    let config =
        muniment::app::config::Config::load(None, std::iter::empty(), Some(&hospital.program.path("data"))).unwrap();
    let vault = muniment::app::archive_place::ArchivePlace::open_configured(&config.archive).await.unwrap();
    let backup = muniment::app::backup::Backup::read(&hospital.program.path("safe"), None).unwrap();
    let stop = muniment::worker::Stop::new();
    let (app, half) = muniment::app::backup::restore(config, &backup, &vault, None, &stop, |step| {
        if step.what == "files" && step.done == 2 {
            stop.raise();
        }
    })
    .await
    .unwrap();
    assert!(half.archive.interrupted);
    app.store.close().await;
    drop(app);
    let refused = hospital.program.run(&["people", "list"]);
    assert!(refused.code == 1 && refused.err.contains("not finished"), "{}", refused.err);
    copy(&hospital.program.path("safe"), &hospital.program.path("other"));
    let manifest = std::fs::read_to_string(hospital.program.path("other/manifest.json")).unwrap();
    std::fs::write(hospital.program.path("other/manifest.json"), format!("{manifest}\n")).unwrap();
    let other = hospital.program.run(&["restore", "other"]);
    assert!(other.code == 1 && other.err.contains("another backup"), "{}", other.err);
    hospital.restore("safe");
    same(&hospital.tables().await, &before);
    assert_eq!(hospital.program.run(&["people", "list"]).code, 0);
}
