//! Retention and holds as people use them: several people, one command each.

use serde_json::Value;

use crate::support::program::{Program, Run};

/// A site with records of one patient and three people: the administrator who runs the program, and two with tokens.
struct Site {
    program: Program,
    tokens: Vec<String>,
    records: Vec<String>,
}

impl Site {
    /// Takes in charts and accepts each document.
    fn new() -> Self {
        let program = Program::new().with("MUNIMENT_FACILITY_ZONE", "America/Los_Angeles");
        program.charts("scans", 2, "tiff-g4", 200);
        program.json(&["ingest", "scans", "--batch", "Box 1"]);
        let first = program.json(&["people", "add", "Ann"])["id"].as_str().unwrap().to_owned();
        let mut tokens = Vec::new();
        for name in ["Ben", "Cat"] {
            program.json(&["people", "add", name, "--role", "administrator", "--role", "technician"]);
            tokens.push(program.json(&["people", "token", name])["token"].as_str().unwrap().to_owned());
        }
        let mut site = Self { program, tokens, records: Vec::new() };
        // Nobody grants themselves a role: the first administrator gets theirs from another one.
        site.by(0, &["people", "grant", &first, "technician"]);
        let documents = site.program.json(&["show", "--batch", "Box 1"]);
        let documents = documents.as_array().expect("a list of documents").clone();
        for (document, encounter) in documents.iter().zip(["2024-03-01..2024-03-15", "2010-01-10..2010-01-12"]) {
            let id = document["id"].as_str().unwrap();
            let accepted = site.program.json(&[
                "accept",
                id,
                "--patient",
                "MRN-1",
                "--born",
                "2020-06-01",
                "--kind",
                "discharge-summary",
                "--encounter",
                encounter,
            ]);
            site.records.push(accepted["record"].as_str().unwrap().to_owned());
        }
        assert_eq!(site.records.len(), 2);
        site
    }

    /// Runs as one of the people with a token, which must work.
    fn by(&self, person: usize, arguments: &[&str]) -> Value {
        let run = self.run_by(person, arguments);
        assert!(matches!(run.code, 0 | 3), "{arguments:?} ended with {}: {}{}", run.code, run.out, run.err);
        serde_json::from_str(&run.out).unwrap()
    }

    fn run_by(&self, person: usize, arguments: &[&str]) -> Run {
        let mut all = vec!["--json"];
        all.extend(arguments);
        let output = self.program.command(&all).env("MUNIMENT_TOKEN", &self.tokens[person]).output().unwrap();
        Run {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    fn refused(&self, arguments: &[&str], part: &str) {
        let run = self.program.run(arguments);
        assert_eq!(run.code, 1, "{arguments:?} was not refused: {}{}", run.out, run.err);
        assert!(run.err.contains(part), "{part:?} is missing in: {}", run.err);
    }

    fn explain(&self, record: usize, day: &str) -> Value {
        self.program.json(&["retention", "explain", &self.records[record], "--as-of", day])
    }
}

#[test]
fn a_policy_comes_into_force_dates_are_explained_and_holds_keep() {
    let site = Site::new();
    let program = &site.program;

    // Without a policy nothing ends.
    let plan = site.explain(0, "2999-01-01");
    assert_eq!((&plan["decision"], &plan["computation"]["last_day"]), (&"keep".into(), &"indefinite".into()));

    // A policy of federal and state rules, drafted by one and approved by another.
    let names: Vec<String> = program
        .json(&["retention", "rules"])
        .as_array()
        .unwrap()
        .iter()
        .map(|set| set["name"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(names.len(), 9);
    let shown = program.run(&["retention", "rules", "us-california"]).out;
    assert!(shown.contains("22 CCR 70751") && shown.contains("not legal advice"), "{shown}");
    site.refused(
        &["retention", "policy", "draft", "--rules", "us-californa", "--effective", "2026-01-01", "--reason", "law"],
        "us-california",
    );
    let draft = [
        "retention",
        "policy",
        "draft",
        "--rules",
        "us-federal-hospital,us-california",
        "--effective",
        "2026-01-01",
        "--reason",
        "state law",
    ];
    assert_eq!(program.json(&draft)["version"], 1);
    site.refused(&["retention", "policy", "approve", "1"], "somebody else");
    site.refused(&["retention", "policy", "show"], "no policy is in force");
    site.by(0, &["retention", "policy", "approve", "1"]);
    site.refused(&["retention", "policy", "withdraw", "1"], "stays for good");
    let today = program.json(&["retention", "policy", "show"]);
    assert_eq!((&today["version"]["version"], &today["version"]["state"]), (&1.into(), &"in force".into()));
    site.refused(&["retention", "policy", "show", "--on", "2025-01-01"], "no policy is in force on 2025-01-01");

    // The golden date, with its reasons in words.
    let plan = site.explain(0, "2039-06-01");
    assert_eq!(plan["computation"]["last_day"]["on"], "2039-06-01");
    assert_eq!(plan["decision"], "keep");
    assert_eq!(site.explain(0, "2039-06-02")["decision"]["eligible"]["since"], "2039-06-02");
    let words = program.run(&["retention", "explain", &site.records[0]]).out;
    assert!(words.contains("the day of turning 19") && words.contains("not legal advice"), "{words}");

    // The other record was made before the birth: a doubt keeps it, and says what to do.
    let run = program.run(&["retention", "explain", &site.records[1]]);
    assert_eq!(run.code, 3);
    assert!(run.out.contains("before the patient's birth"), "{}", run.out);

    // A correction counts beside what it corrects until somebody else confirms it.
    let add = [
        "retention",
        "event",
        "add",
        &site.records[0],
        "--kind",
        "discharge",
        "--date",
        "2034-01-01",
        "--source",
        "register",
    ];
    let event = program.json(&add)["event"].as_str().unwrap().to_owned();
    assert_eq!(site.explain(0, "2035-01-01")["computation"]["last_day"]["on"], "2041-01-01");
    program.json(&["retention", "event", "withdraw", &event, "--reason", "typing mistake"]);
    assert_eq!(site.explain(0, "2035-01-01")["computation"]["last_day"]["on"], "2041-01-01");
    site.refused(&["retention", "event", "confirm", &event], "somebody else");
    site.by(1, &["retention", "event", "confirm", &event]);
    assert_eq!(site.explain(0, "2035-01-01")["computation"]["last_day"]["on"], "2039-06-01");

    // A shorter policy binds beside the older one until two people have approved it.
    let draft = [
        "retention",
        "policy",
        "draft",
        "--rules",
        "us-federal-hospital",
        "--effective",
        "2026-01-01",
        "--reason",
        "moved",
    ];
    program.json(&draft);
    site.by(0, &["retention", "policy", "approve", "2"]);
    assert_eq!(site.explain(0, "2035-01-01")["computation"]["policies"], serde_json::json!([2, 1]));
    let shorten = ["retention", "policy", "shorten", "2", "--review", "looked at both records"];
    site.refused(&shorten, "somebody else");
    site.by(0, &shorten);
    assert_eq!(site.explain(0, "2035-01-01")["computation"]["last_day"]["on"], "2039-06-01");
    site.by(1, &shorten);
    assert_eq!(site.explain(0, "2035-01-01")["computation"]["last_day"]["on"], "2029-03-15");

    // A hold on the patient keeps an eligible record; one person proposes its release, another confirms it.
    assert_eq!(site.explain(0, "2035-01-01")["decision"]["eligible"]["since"], "2029-03-16");
    let place = [
        "hold",
        "place",
        "--matter",
        "2026-CV-0042",
        "--reason",
        "subpoena",
        "--custodian",
        "legal",
        "--patient",
        "MRN-1",
    ];
    assert_eq!(program.json(&place)["records"].as_array().unwrap().len(), 2);
    let held = site.explain(0, "2035-01-01");
    assert_eq!((&held["decision"], &held["reasons"][0]["held"]["matter"]), (&"keep".into(), &"2026-CV-0042".into()));
    program.json(&["hold", "release", "2026-CV-0042", "--reason", "settled"]);
    site.refused(&["hold", "release", "2026-CV-0042", "--confirm"], "somebody else");
    assert_eq!(site.explain(0, "2035-01-01")["decision"], "keep");
    site.by(1, &["hold", "release", "2026-CV-0042", "--confirm"]);
    assert_eq!(site.explain(0, "2035-01-01")["decision"]["eligible"]["since"], "2029-03-16");

    // A hold by search: what it finds today, and the same query for what comes later.
    let query = [
        "hold",
        "place",
        "--matter",
        "M-7",
        "--reason",
        "audit",
        "--custodian",
        "legal",
        "--query",
        "patient OR hospital",
    ];
    let found = program.json(&query);
    assert!(!found["records"].as_array().unwrap().is_empty(), "{found}");
    assert_eq!(program.json(&["hold", "match"]), serde_json::json!([]));
    site.refused(&["hold", "query", "M-7", "patient"], "letter by letter");

    // The forecast counts both records, as a table with bars and as JSON.
    let forecast = program.json(&["retention", "forecast", "--until", "2040", "--as-of", "2026-11-22"]);
    let years = forecast["years"].as_array().unwrap();
    assert_eq!((years.len(), &forecast["indefinite"]), (15, &0.into()));
    let in_2029 = years.iter().find(|year| year["year"] == 2029).unwrap();
    assert_eq!(in_2029["records"], 1);
    let chart = program.run(&["retention", "forecast", "--until", "2040"]).out;
    assert!(chart.contains("2029") && chart.contains('█'), "{chart}");

    // Nothing that names the patient or asks for words is in the ledger.
    let ledger = program.run(&["audit", "export"]).out;
    assert!(ledger.contains("policy-drafted") && ledger.contains("2026-CV-0042"), "the ledger has the facts");
    assert!(!ledger.contains("MRN-1") && !ledger.contains("2020-06-01") && !ledger.contains("patient OR hospital"));
}
