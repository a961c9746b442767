//! Retention and holds as people use them: several people, one command each.

use std::path::{Path, PathBuf};

use lopdf::{Document, Object, Stream, dictionary};
use serde_json::Value;

use crate::support::program::{Program, Run, entries_below};

/// Commands that take people with roles, or a history; each is run for its JSON below.
pub const COMMANDS: [&str; 16] = [
    "hold list",
    "hold match",
    "hold place",
    "hold query",
    "hold release",
    "hold show",
    "retention confirm",
    "retention event",
    "retention explain",
    "retention forecast",
    "retention keep",
    "retention locks",
    "retention merge",
    "retention policy",
    "retention rules",
    "retention verify",
];

/// A site with records of one patient and three people: the administrator who runs the program, and two with tokens.
struct Site {
    program: Program,
    tokens: Vec<String>,
    records: Vec<String>,
}

impl Site {
    /// Takes in charts and accepts each document.
    fn new() -> Self {
        let program = Program::new()
            .with("MUNIMENT_FACILITY_ZONE", "America/Los_Angeles")
            .with("MUNIMENT_REVIEW_UNDO_MINUTES", "0");
        for word in ["Aspirin", "Metformin"] {
            std::fs::write(program.path(&format!("{word}.pdf")), note(word)).unwrap();
        }
        program.json(&["ingest", "Aspirin.pdf", "Metformin.pdf", "--batch", "Box 1"]);
        let first = program.json(&["people", "add", "Ann"])["id"].as_str().unwrap().to_owned();
        let tokens: Vec<String> = ["Ben", "Cat"].map(|name| program.staff(name, &["technician"])).into();
        for name in ["Ben", "Cat"] {
            program.json(&["people", "grant", name, "administrator"]);
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
                "--type",
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

/// Counts the local folder's lock files that say something.
fn locks(archive: &Path, what: &str) -> usize {
    let says = |path: &PathBuf| path.is_file() && std::fs::read_to_string(path).is_ok_and(|text| text.contains(what));
    entries_below(archive).iter().filter(|path| path.to_string_lossy().contains("/.locks/") && says(path)).count()
}

fn first_lock(archive: &Path, what: &str) -> PathBuf {
    let says = |path: &PathBuf| path.is_file() && std::fs::read_to_string(path).is_ok_and(|text| text.contains(what));
    entries_below(archive).into_iter().find(|path| path.to_string_lossy().contains("/.locks/") && says(path)).unwrap()
}

/// Makes a PDF of one page with text that a program wrote.
fn note(word: &str) -> Vec<u8> {
    let mut file = Document::with_version("1.6");
    let tree = file.new_object_id();
    let font = file.add_object(dictionary! { "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica" });
    let lines: Vec<String> =
        (0..8).map(|line| format!("0 -18 Td ({word} was given on the ward, line {line} of the note) Tj")).collect();
    let drawing = format!("BT /F1 12 Tf 20 180 Td {} ET", lines.join(" "));
    let contents = file.add_object(Stream::new(dictionary! {}, drawing.into_bytes()));
    let page = file.add_object(dictionary! {
        "Type" => "Page", "Parent" => tree, "Contents" => contents,
        "MediaBox" => vec![0.into(), 0.into(), 400.into(), 200.into()],
        "Resources" => dictionary! { "Font" => dictionary! { "F1" => font } },
    });
    let pages = dictionary! { "Type" => "Pages", "Kids" => vec![page.into()], "Count" => 1 };
    file.objects.insert(tree, Object::Dictionary(pages));
    let catalog = file.add_object(dictionary! { "Type" => "Catalog", "Pages" => tree });
    file.trailer.set("Root", catalog);
    let mut bytes = Vec::new();
    file.save_to(&mut bytes).unwrap();
    bytes
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

    // In the archive the store's locks follow, and every difference is found.
    let deposited = program.json(&["deposit"]);
    assert_eq!((&deposited["deposited"], &deposited["failed"]), (&2.into(), &0.into()), "{deposited}");
    let agreed = program.json(&["retention", "verify"]);
    assert_eq!((&agreed["records"], &agreed["differences"]), (&2.into(), &serde_json::json!([])), "{agreed}");
    let place =
        ["hold", "place", "--matter", "M-6", "--reason", "audit", "--custodian", "legal", "--record", &site.records[1]];
    program.json(&place);
    let held = locks(&program.path("data/archive"), "\"held\":true");
    assert!(held >= 7, "every version of every object of the record is held: {held}");
    assert_eq!(program.json(&["retention", "verify"])["differences"], serde_json::json!([]));
    let lock = first_lock(&program.path("data/archive"), "\"held\":true");
    let text = std::fs::read_to_string(&lock).unwrap();
    std::fs::write(&lock, text.replace("\"held\":true", "\"held\":false")).unwrap();
    let run = program.run(&["retention", "verify"]);
    assert!(run.code == 3 && run.out.contains("the store does not hold it"), "{}", run.out);
    assert_eq!(program.json(&["retention", "locks"])["held"], 1);
    assert_eq!(program.run(&["retention", "verify"]).code, 0);

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
        "aspirin OR warfarin",
    ];
    let found = program.json(&query);
    assert_eq!(found["records"].as_array().map(Vec::len), Some(1), "only one of the two names it: {found}");
    assert_eq!(program.json(&["hold", "match"])["added"], serde_json::json!([]));
    site.refused(&["hold", "query", "M-7", "aspirin"], "letter by letter");
    program.json(&["hold", "query", "M-7", "aspirin OR warfarin"]);
    assert_eq!(program.json(&["hold", "list"]).as_array().map(Vec::len), Some(2));
    std::fs::write(program.path("Again.pdf"), note("Warfarin")).unwrap();
    program.json(&["ingest", "Again.pdf", "--batch", "Box 2"]);
    let later = program.json(&["show", "--batch", "Box 2"])[0]["id"].as_str().unwrap().to_owned();
    let labels = ["accept", &later, "--patient", "MRN-2", "--type", "consent"];
    let later = program.json(&labels)["record"].as_str().unwrap().to_owned();
    assert_eq!(program.json(&["deposit"])["deposited"], 1);
    let members = program.json(&["hold", "show", "M-7"])["members"].clone();
    assert_eq!(members.as_array().map(Vec::len), Some(2), "what came later is held too: {members}");
    assert!(members.as_array().unwrap().contains(&later.clone().into()));
    assert_eq!(program.json(&["retention", "verify"])["differences"], serde_json::json!([]));

    // Two patients who turn out to be one: what holds the one holds the other, and still does when they are parted.
    let place = ["hold", "place", "--matter", "M-8", "--reason", "audit", "--custodian", "legal", "--patient", "MRN-1"];
    assert_eq!(program.json(&place)["records"].as_array().unwrap().len(), 2);
    program.json(&["retention", "merge", "MRN-2", "MRN-1", "--source", "ADT A40"]);
    program.json(&["retention", "merge", "MRN-2", "MRN-1", "--undo", "two people"]);
    site.refused(&["retention", "merge", "MRN-2", "MRN-1", "--confirm-undo"], "second person");
    site.by(0, &["retention", "merge", "MRN-2", "MRN-1", "--confirm-undo"]);
    assert_eq!(program.json(&["hold", "show", "M-8"])["members"].as_array().unwrap().len(), 3);

    // The forecast counts both records, as a table with bars and as JSON.
    let forecast = program.json(&["retention", "forecast", "--until", "2040"]);
    let years = forecast["years"].as_array().unwrap();
    // As of today: the policy came into force on the day of the test, and not before.
    let from = years[0]["year"].as_u64().unwrap();
    assert_eq!((years.len() as u64, &forecast["indefinite"]), (2041 - from, &1.into()), "{forecast}");
    assert_eq!(program.json(&["retention", "forecast", "--until", "2040", "--as-of", "2025-12-31"])["indefinite"], 3);
    let in_2029 = years.iter().find(|year| year["year"] == 2029).unwrap();
    assert_eq!(in_2029["records"], 1);
    let chart = program.run(&["retention", "forecast", "--until", "2040"]).out;
    assert!(chart.contains("2029") && chart.contains('█'), "{chart}");

    // Nothing that names the patient or asks for words is in the ledger.
    let ledger = program.run(&["audit", "export"]).out;
    assert!(ledger.contains("policy-drafted") && ledger.contains("2026-CV-0042"), "the ledger has the facts");
    assert!(!ledger.contains("MRN-1") && !ledger.contains("2020-06-01") && !ledger.contains("aspirin OR warfarin"));

    // A correction counts beside what it corrects until somebody else confirms it; a record can be kept longer than asked.
    site.by(0, &["people", "grant", "Cat", "reviewer"]);
    let record = site.records[0].as_str();
    program.json(&["correct", record, "--reason", "labels", "--class", "occupational-health"]);
    let document = program.json(&["show", "--batch", "Box 1"])[0]["id"].as_str().unwrap().to_owned();
    site.by(1, &["review", &document, "--approve"]);
    assert_eq!(program.json(&["deposit"])["deposited"], 1);
    site.refused(&["retention", "confirm", record, "2"], "a second person");
    site.by(0, &["retention", "confirm", record, "2"]);
    program.json(&["retention", "keep", record, "--until", "2050-12-31", "--reason", "research"]);
    assert_eq!(site.explain(0, "2045-01-01")["decision"], "keep");
}
