//! Acceptance by a named rule: two people put it into force, and it accepts only what leaves no doubt.

use muniment::chart::Verifier;
use serde_json::Value;

use crate::support::born_digital::shared_file;
use crate::support::clinic::{Clinic, description};
use crate::support::program::Program;

/// Commands that are run for their JSON here.
pub const COMMANDS: &[&str] = &[
    "auto-accept approve",
    "auto-accept draft",
    "auto-accept list",
    "auto-accept run",
    "auto-accept show",
    "auto-accept withdraw",
];

const RULE: &str = r#"
schema = 1
name = "outside-laboratory"
title = "Reports of the laboratory, which names its files NUMBER_BORN_anything.pdf"
batches = "lab-*"
files = "{number}_{born}_*.pdf"
type = "laboratory-report"
labels = ["outside"]
least_confidence = 0.8
most_pages = 4
"#;

struct Site {
    clinic: Clinic,
    bea: String,
}

impl Site {
    /// Ada and Bea are administrators; ZZ-7 is known by a note that was archived.
    fn new() -> Self {
        let program = Program::new().with("MUNIMENT_REVIEW_UNDO_MINUTES", "0");
        let clinic = Clinic::with(program);
        let bea = clinic.program.staff("Bea Administrator", &["administrator"]);
        let known = clinic.ingest("known.pdf", &shared_file(&["ZZ-7"]));
        let says = ["--patient", "ZZ-7", "--name", "Adams, Ann", "--born", "1950-12-31", "--type", "consent"];
        clinic.accept(&known, &says);
        std::fs::write(clinic.program.path("rule.toml"), RULE).unwrap();
        Self { clinic, bea }
    }

    fn ingest(&self, name: &str, pages: &[&str]) -> String {
        std::fs::write(self.clinic.program.path(name), shared_file(pages)).unwrap();
        self.clinic.program.json(&["ingest", name, "--batch", "lab-2024"]);
        let shown = self.clinic.program.json(&["show", "--batch", "lab-2024"]);
        shown.as_array().unwrap().last().unwrap()["id"].as_str().unwrap().to_owned()
    }

    fn put_into_force(&self) -> String {
        let program = &self.clinic.program;
        let draft = program.json(&["auto-accept", "draft", "rule.toml", "--reason", "a thousand a day"]);
        let own = program.run(&["auto-accept", "approve", "outside-laboratory"]);
        assert!(own.code == 1 && own.err.contains("own"), "{}", own.err);
        let run = self.clinic.as_holder(&self.bea, &["--json", "auto-accept", "approve", "outside-laboratory"]);
        assert_eq!(run.code, 0, "{}", run.err);
        draft["rule"].as_str().unwrap().to_owned()
    }

    fn run(&self, more: &[&str]) -> Vec<Value> {
        let run = self.clinic.technician(&[&["--json", "auto-accept", "run"], more].concat());
        assert_eq!(run.code, 0, "{}{}", run.out, run.err);
        serde_json::from_str::<Value>(&run.out).unwrap().as_array().unwrap().clone()
    }
}

#[tokio::test]
async fn a_rule_accepts_what_leaves_no_doubt_and_signs_with_its_digest() {
    let site = Site::new();
    let good = site.ingest("ZZ-7_1950-12-31_glucose.pdf", &["ZZ-7 Adams Ann"]);
    assert_eq!(site.run(&[]).len(), 0, "no rule is in force");
    site.clinic.program.json(&["auto-accept", "draft", "rule.toml", "--reason", "first"]);
    assert_eq!(site.run(&[]).len(), 0, "a draft does nothing");
    let again = site.clinic.program.run(&["auto-accept", "draft", "rule.toml", "--reason", "again"]);
    assert!(again.code == 1 && again.err.contains("before"), "{}", again.err);
    std::fs::write(site.clinic.program.path("rule.toml"), RULE.replace("0.8", "0.75")).unwrap();
    let rule = site.put_into_force();
    let rehearsed = site.run(&["--dry-run"]);
    assert_eq!((rehearsed.len(), &rehearsed[0]["record"]), (1, &Value::Null), "{rehearsed:?}");
    assert_eq!(site.clinic.state(&good), "read");
    let accepted = site.run(&[]);
    assert_eq!(accepted[0]["rule"], rule.as_str());
    let record = accepted[0]["record"].as_str().unwrap().parse().unwrap();
    site.clinic.deposit();
    let described = description(&site.clinic.files(record, 1).await);
    let Verifier::Rule(by) = described.verification.by else { panic!("{:?}", described.verification) };
    assert_eq!(by.to_string(), rule);
    assert_eq!(described.draft.patient.name, "Adams, Ann");
    assert_eq!(described.draft.kind.as_str(), "laboratory-report");
    let shown = site.clinic.program.json(&["auto-accept", "show", &rule]);
    assert_eq!(shown["rule"]["state"], "in force", "{shown}");
    // Another text of the name takes its place; withdrawn, nothing does.
    site.clinic.program.json(&["auto-accept", "withdraw", "outside-laboratory"]);
    site.ingest("ZZ-7_1950-12-31_sodium.pdf", &["ZZ-7 Adams Ann 2"]);
    assert_eq!(site.run(&[]).len(), 0);
    assert_eq!(site.clinic.program.json(&["auto-accept", "list"]).as_array().map(Vec::len), Some(2));
}

#[test]
fn a_rule_leaves_every_doubt_to_a_person() {
    let site = Site::new();
    site.put_into_force();
    let cases = [
        ("ZZ-9_1950-12-31_a.pdf", vec!["ZZ-9 Baker Bob"], "unknown-patient"),
        ("ZZ-7_1950-12-30_b.pdf", vec!["ZZ-7 Adams Ann b"], "birth-date-differs"),
        ("ZZ-7_1950-12-31_c.pdf", vec!["ZZ-7 Adams Ann c", "ZZ-8 Baker Bob"], "not-identified"),
        ("ZZ-7_1950-12-31_d.pdf", vec!["Z7 Adams Ann d"; 5], "too-many-pages"),
        ("ZZ-7_1950-12-31_e.pdf", vec!["Adams Ann e"], "not-identified"),
    ];
    for (name, pages, doubt) in &cases {
        let document = site.ingest(name, pages);
        let considered = site.run(&[]);
        let own = considered.iter().find(|one| one["document"] == document.as_str()).unwrap();
        assert!(own["record"].is_null(), "{name}: {own}");
        assert!(own["doubts"].as_array().unwrap().iter().any(|one| one == doubt), "{name}: {own}");
    }
    // What a person took back stays with people.
    let clinic = site.clinic.set("MUNIMENT_REVIEW_UNDO_MINUTES", "15");
    let site = Site { clinic, ..site };
    let undone = site.ingest("ZZ-7_1950-12-31_f.pdf", &["ZZ-7 Adams Ann f"]);
    assert!(site.run(&[]).iter().any(|one| one["document"] == undone.as_str() && !one["record"].is_null()));
    assert_eq!(site.clinic.technician(&["undo", &undone]).code, 0);
    let considered = site.run(&[]);
    let own = considered.iter().find(|one| one["document"] == undone.as_str()).unwrap();
    assert_eq!(own["doubts"], serde_json::json!(["decided-before"]), "{own}");
}

#[test]
fn a_rule_of_the_wrong_form_is_refused_with_every_fault() {
    let site = Site::new();
    let wrong = RULE.replace("0.8", "0.1").replace("{number}_", "");
    std::fs::write(site.clinic.program.path("rule.toml"), wrong).unwrap();
    let run = site.clinic.program.run(&["auto-accept", "draft", "rule.toml", "--reason", "x"]);
    assert!(run.code == 1 && run.err.contains("{number}") && run.err.contains("least_confidence"), "{}", run.err);
    let technician = site.clinic.technician(&["auto-accept", "draft", "rule.toml", "--reason", "x"]);
    assert!(technician.code == 1 && technician.err.contains("administrator"), "{}", technician.err);
}
