//! An instance with people: an administrator (whoever runs the tests), a technician and a reviewer who come with tokens.

use std::path::PathBuf;

use muniment::archive::Vault;
use muniment::archive::ocfl::{Depth, Root, VersionNumber};
use muniment::chart::{RecordDescription, RecordId};
use serde_json::Value;

use super::program::{Program, Run};

/// The instance.
pub struct Clinic {
    /// The program, run as the administrator.
    pub program: Program,
    technician: String,
    reviewer: String,
}

impl Clinic {
    /// Adds the people. Decisions are final at once, so that nothing has to be waited for, unless `program` says
    /// otherwise.
    pub fn with(program: Program) -> Self {
        program.json(&["people", "add", "Ada Administrator"]);
        let technician = program.staff("Tom Technician", &["technician"]);
        let reviewer = program.staff("Rita Reviewer", &["reviewer"]);
        Self { program, technician, reviewer }
    }

    /// An instance whose technician and reviewer are known already, by their tokens.
    pub fn known(program: Program, technician: &str, reviewer: &str) -> Self {
        Self { program, technician: technician.to_owned(), reviewer: reviewer.to_owned() }
    }

    /// An instance where decisions are final at once.
    pub fn hasty() -> Self {
        Self::with(Program::new().with("MUNIMENT_REVIEW_UNDO_MINUTES", "0"))
    }

    /// Sets a key of the configuration for every later run.
    pub fn set(self, name: &'static str, value: &str) -> Self {
        Self { program: self.program.with(name, value), ..self }
    }

    /// Runs as the technician.
    pub fn technician(&self, arguments: &[&str]) -> Run {
        self.as_holder(&self.technician, arguments)
    }

    /// Runs as the reviewer.
    pub fn reviewer(&self, arguments: &[&str]) -> Run {
        self.as_holder(&self.reviewer, arguments)
    }

    /// Runs as whoever holds `token`.
    pub fn as_holder(&self, token: &str, arguments: &[&str]) -> Run {
        let output = self.program.command(arguments).env("MUNIMENT_TOKEN", token).output().unwrap();
        Run {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Accepts a document as the technician; returns the record.
    pub fn accept(&self, document: &str, arguments: &[&str]) -> RecordId {
        let mut all = vec!["--json", "accept", document];
        all.extend(arguments);
        let run = self.technician(&all);
        assert_eq!(run.code, 0, "{}{}", run.out, run.err);
        let accepted: Value = serde_json::from_str(&run.out).unwrap();
        accepted["record"].as_str().unwrap().parse().unwrap()
    }

    /// Writes `bytes` as a file, takes it in and returns its document.
    pub fn ingest(&self, name: &str, bytes: &[u8]) -> String {
        std::fs::write(self.program.path(name), bytes).unwrap();
        let run = self.program.json(&["ingest", name, "--batch", name]);
        assert_eq!(run["report"]["adds_up"], true, "{run}");
        let list = self.program.json(&["show", "--batch", name]);
        list[0]["id"].as_str().unwrap().to_owned()
    }

    /// Makes every deposit that is due; returns how many came into the archive.
    pub fn deposit(&self) -> u64 {
        let run = self.program.json(&["deposit"]);
        assert_eq!(run["failed"], 0, "{run}: {}", self.program.json(&["queue"]));
        run["deposited"].as_u64().unwrap()
    }

    /// Returns the state of a document.
    pub fn state(&self, document: &str) -> String {
        self.program.json(&["show", document])["document"]["state"]["state"].as_str().unwrap().to_owned()
    }

    /// Opens the archive's records.
    pub async fn root(&self) -> Root {
        let clock = std::sync::Arc::new(muniment::app::SystemClock);
        let vault = Vault::folder(&self.folder(), clock).unwrap();
        Root::existing(vault).await.unwrap()
    }

    /// Folder of the archive.
    pub fn folder(&self) -> PathBuf {
        self.program.path("data/archive")
    }

    /// Reads every file of a version, after comparing every byte of the record with its digests.
    pub async fn files(&self, record: RecordId, version: u32) -> Vec<(String, Vec<u8>)> {
        let root = self.root().await;
        let validated = root.validate(record, Depth::Digests).await.unwrap();
        assert!(validated.problems.is_empty(), "{:?}", validated.problems);
        let object = root.object(record).await.unwrap();
        let mut files = Vec::new();
        for file in object.files(VersionNumber::new(version).unwrap()).unwrap() {
            files.push((file.path.to_string(), root.read_bytes(&file, 1 << 30).await.unwrap()));
        }
        files
    }
}

/// Returns a file of a version.
pub fn file<'a>(files: &'a [(String, Vec<u8>)], path: &str) -> &'a [u8] {
    let found = files.iter().find(|(name, _)| name == path);
    &found.unwrap_or_else(|| panic!("no {path} among {:?}", files.iter().map(|(name, _)| name).collect::<Vec<_>>())).1
}

/// Reads `record.json` of a version.
pub fn description(files: &[(String, Vec<u8>)]) -> RecordDescription {
    serde_json::from_slice(file(files, "record.json")).unwrap()
}
