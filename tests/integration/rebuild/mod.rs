//! Database and index removed, then made again out of the archive alone: the same tables, the same answers.

mod bucket;
mod engines;
mod many;
mod tables;

use std::path::Path;

use jiff::Timestamp;
use muniment::app::App;
use muniment::app::archive_place::ArchivePlace;
use muniment::app::config::Config;
use muniment::chart::{Actor, Correction, CorrectionReason, RecordId};
use muniment::store::AcceptanceTerms;
use muniment::worker::Stop;
use serde_json::Value;

use crate::support::program::Program;
use tables::Tables;

/// Searches whose answers are compared.
const QUERIES: &[&str] =
    &["the", "patient", "state:archived", "batch:B", "type:progress-note", "label:ward-3", "\"date of birth\" OR dose"];

/// Records of a site, of a page each.
const RECORDS: usize = 5;

struct Site {
    program: Program,
    token: String,
    records: Vec<RecordId>,
}

impl Site {
    /// Reads charts, accepts each document as a record and deposits it; two get a correction.
    async fn new() -> Self {
        let program = Program::new().with("MUNIMENT_REVIEW_UNDO_MINUTES", "0");
        let scans = program.charts("charts", 1, "png", 100);
        std::fs::create_dir(program.path("in")).unwrap();
        for scan in &scans[..RECORDS] {
            std::fs::copy(scan, program.path("in").join(scan.file_name().unwrap())).unwrap();
        }
        program.json(&["people", "add", "Ada Administrator"]);
        let token = program.staff("Tom Technician", &["technician", "administrator"]);
        let mut site = Self { program, token, records: Vec::new() };
        site.technician(&["box", "add", "BX-0004", "--at", "Receiving room"]);
        let sheets = RECORDS.to_string();
        site.technician(&["batch", "prepare", "B", "--sheets", &sheets, "--simplex", "--box", "BX-0004"]);
        site.program.json(&["ingest", "in", "--batch", "B"]);
        site.technician(&["batch", "close", "B"]);
        site.technician(&["box", "move", "BX-0004", "to-shelf", "--at", "Shelf 7"]);
        let documents = site.program.json(&["show", "--batch", "B"]);
        for (at, document) in documents.as_array().unwrap().iter().enumerate() {
            let number = format!("ZZ-{}", at % 3);
            let document = document["id"].as_str().unwrap();
            let kind = if at % 2 == 0 { "progress-note" } else { "laboratory-report" };
            let accepted = site.technician(&[
                "accept",
                document,
                "--patient",
                &number,
                "--born",
                "1950-06",
                "--type",
                kind,
                "--label",
                "ward-3",
                "--encounter",
                "2024-03-01..2024-03-15",
                "--note",
                "seen",
            ]);
            site.records.push(accepted["record"].as_str().unwrap().parse().unwrap());
        }
        assert_eq!(site.records.len(), RECORDS);
        site.deposit(site.records.len() as u64);
        let app = site.app().await;
        for record in &site.records[..2] {
            let mut draft = app.store.description(*record, 1).await.unwrap().unwrap();
            draft.version = 2;
            draft.note = Some("not seen".into());
            draft.correction = Some(Correction { reason: CorrectionReason::Labels, note: None });
            let person = app.store.record_versions(*record).await.unwrap()[0].accepted_by.unwrap();
            let now = Timestamp::now();
            let terms = AcceptanceTerms { final_at: now, second_review: false, released: true, rule: None };
            app.store.accept_correction(Actor::Person(person), now, &draft, &terms).await.unwrap();
        }
        app.store.close().await;
        site.deposit(2);
        site.program.json(&["index", "update"]);
        site.decide();
        site
    }

    /// Puts a policy into force and places two holds, one of them by a query.
    fn decide(&self) {
        let policy = ["retention", "policy"];
        let draft = ["draft", "--rules", "us-california", "--effective", "2026-01-01", "--reason", "state law"];
        self.program.json(&[&policy[..], &draft[..]].concat());
        self.technician(&["retention", "policy", "approve", "1"]);
        let place = ["hold", "place", "--reason", "subpoena", "--custodian", "legal", "--matter"];
        self.program.json(&[&place[..], &["M-1", "--patient", "ZZ-1"]].concat());
        self.program.json(&[&place[..], &["M-2", "--query", "type:progress-note"]].concat());
        assert_eq!(self.program.json(&["hold", "list"]).as_array().unwrap().len(), 2);
    }

    /// Returns what is said about retention and holds.
    fn plans(&self) -> Vec<Value> {
        let explain = |record: &RecordId| {
            self.program.json(&["retention", "explain", &record.to_string(), "--as-of", "2060-01-01"])
        };
        let mut plans: Vec<Value> = self.records.iter().map(explain).collect();
        plans.extend([self.program.json(&["hold", "list"]), self.program.json(&["hold", "match"])]);
        plans
    }

    async fn app(&self) -> App {
        let config = Config::load(None, std::iter::empty(), Some(&self.program.path("data"))).unwrap();
        App::open(config).await.unwrap()
    }

    fn technician(&self, arguments: &[&str]) -> Value {
        let output = self.program.command(arguments).arg("--json").env("MUNIMENT_TOKEN", &self.token).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    fn deposit(&self, expected: u64) {
        let run = self.program.json(&["deposit"]);
        assert_eq!(run["deposited"], expected, "{run}: {}", self.program.json(&["queue"]));
    }

    /// Removes the database and the index; with `results`, everything but the archive and the keys.
    fn lose(&self, results: bool) {
        let data = self.program.path("data");
        for name in ["muniment.db", "muniment.db-wal", "muniment.db-shm"] {
            let _ = std::fs::remove_file(data.join(name));
        }
        std::fs::remove_dir_all(data.join("index")).unwrap();
        if results {
            std::fs::remove_dir_all(data.join("objects")).unwrap();
        }
    }

    fn answers(&self) -> Vec<Value> {
        let answer = |query: &&str| self.program.json(&["search", query, "--limit", "1000"])["answer"].take();
        QUERIES.iter().map(answer).collect()
    }

    async fn tables(&self) -> Tables {
        Tables::read(&self.program.path("data/muniment.db")).await
    }
}

#[tokio::test]
async fn what_was_lost_is_the_same_after_a_rebuild() {
    let site = Site::new().await;
    let (answers, plans) = (site.answers(), site.plans());
    let tables = site.tables().await;
    assert!(answers.iter().all(|answer| !answer["hits"].as_array().unwrap().is_empty()), "{answers:?}");
    let key = site.program.json(&["audit", "verify"])["keys"][0].as_str().unwrap().to_owned();
    for results in [false, true] {
        site.lose(results);
        let rebuilt = site.program.json(&["rebuild", "--key", &key]);
        assert_eq!(rebuilt["rebuilt"]["records"], site.records.len(), "{rebuilt}");
        assert_eq!(rebuilt["rebuilt"]["versions"], site.records.len() + 2);
        site.tables().await.are_those_of(&tables);
        assert_eq!(site.answers(), answers);
        assert_eq!(site.plans(), plans);
        assert_eq!(site.program.run(&["audit", "verify", "--key", &key]).code, 0);
        assert_eq!(site.program.json(&["index", "status"])["complete"], true);
    }
    // It goes on as before: the people are there, nothing waits, the ledger grows.
    site.deposit(0);
    site.program.json(&["people", "add", "Rita Reviewer", "--role", "reviewer"]);
    let again = site.program.run(&["rebuild"]);
    assert!(again.code == 1 && again.err.contains("not empty"), "{}", again.err);
}

#[tokio::test]
async fn a_correction_that_no_archive_has_is_given_up_and_made_again() {
    let site = Site::new().await;
    let record = site.records[0].to_string();
    let correct = ["correct", &record, "--reason", "labels", "--label", "ward-4"];
    // A technician's correction waits for a reviewer: it is accepted, and not in the archive.
    assert_eq!(site.technician(&correct)["version"], 3);
    site.lose(true);
    let run = site.program.run(&["--json", "rebuild"]);
    assert_eq!(run.code, 3, "{}", run.err);
    let rebuilt: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(rebuilt["rebuilt"]["not_deposited"], serde_json::json!([{ "record": record, "version": 3 }]));
    let again = site.program.command(&correct).env("MUNIMENT_TOKEN", &site.token).output().unwrap();
    assert_eq!(again.status.code(), Some(1), "a version waits: {}", String::from_utf8_lossy(&again.stderr));
    let app = site.app().await;
    let document = app.store.description(site.records[0], 2).await.unwrap().unwrap().document.to_string();
    app.store.close().await;
    site.technician(&["undo", &document]);
    assert_eq!(site.technician(&correct)["version"], 3);
    let nothing = site.program.command(&["undo", &document]).env("MUNIMENT_TOKEN", &site.token).output().unwrap();
    assert_eq!(nothing.status.code(), Some(1), "the window of this one is over: it has a deposit to come");
    assert_eq!(site.program.run(&["audit", "verify"]).code, 0);
}

#[tokio::test]
async fn an_interrupted_rebuild_goes_on_and_refuses_another_archive() {
    let site = Site::new().await;
    let tables = site.tables().await;
    site.lose(false);
    let app = site.app().await;
    let vault = ArchivePlace::open_configured(&app.config.archive).await.unwrap();
    let stop = Stop::new();
    let half = app
        .rebuild(&vault, None, &stop, |done, _| {
            if done == 2 {
                stop.raise();
            }
        })
        .await
        .unwrap();
    assert!(half.interrupted && half.records == 2);
    app.store.close().await;
    copy(&site.program.path("data/archive"), &site.program.path("elsewhere"));
    let other = site.program.run(&["rebuild", "--from", "elsewhere"]);
    assert!(other.code == 1 && other.err.contains("unfinished rebuild"), "{}", other.err);
    let rebuilt = site.program.json(&["rebuild"]);
    assert!(rebuilt["rebuilt"]["versions"].as_u64().unwrap() <= site.records.len() as u64);
    site.tables().await.are_those_of(&tables);
}

#[tokio::test]
async fn what_is_missing_or_forged_is_told() {
    let site = Site::new().await;
    site.lose(false);
    let archive = site.program.path("data/archive");
    let lost = archive.join(muniment::archive::ocfl::object_folder(site.records[2]));
    std::fs::rename(&lost, site.program.path("lost")).unwrap();
    let damaged = archive.join(muniment::archive::ocfl::object_folder(site.records[3]));
    std::fs::write(damaged.join("v1/content/record.json"), "{}").unwrap();
    // A ledger that does not fit its checkpoints makes nothing.
    let segments = std::fs::read_dir(archive.join("ledger/segments")).unwrap().map(|entry| entry.unwrap().path());
    let segments = segments.map(|path| (std::fs::read_to_string(&path).unwrap(), path));
    let (kept, segment) = segments.into_iter().find(|(text, _)| text.contains("Tom Technician")).unwrap();
    std::fs::write(&segment, kept.replace("Tom Technician", "Tim Technician")).unwrap();
    let run = site.program.run(&["rebuild"]);
    assert!(run.code == 1 && run.err.contains("does not stand its audit"), "{}", run.err);
    std::fs::write(&segment, kept).unwrap();
    let foreign = "0".repeat(64);
    let run = site.program.run(&["rebuild", "--key", &foreign]);
    assert!(run.code == 1 && run.err.contains("does not stand its audit"), "{}", run.err);
    let run = site.program.run(&["--json", "rebuild"]);
    assert_eq!(run.code, 3, "{}", run.err);
    let rebuilt: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(rebuilt["rebuilt"]["missing"][0], site.records[2].to_string());
    assert_eq!(rebuilt["rebuilt"]["unreadable"][0]["record"], site.records[3].to_string());
}

fn copy(from: &Path, to: &Path) {
    let copied = std::process::Command::new("cp").arg("-r").args([from, to]).status().unwrap();
    assert!(copied.success());
}
