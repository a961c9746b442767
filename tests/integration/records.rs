//! From a read document to a record in the archive: people, acceptance, review, deposit.

use muniment::chart::{Cut, Verifier};
use serde_json::Value;

use crate::support::born_digital::{OUTSIDE_THE_PAGES, shared_file, unpacked};
use crate::support::clinic::{Clinic, description, file};
use crate::support::json_schema::check;
use crate::support::program::Program;

/// Commands that take people with roles; each is run for its JSON below or in corrections.rs.
pub const DECISIONS: &[&str] = &[
    "accept",
    "correct",
    "deposit",
    "document split",
    "people disable",
    "people enrol",
    "people grant",
    "people list",
    "people revoke",
    "people token",
    "purge",
    "queue",
    "reject",
    "review",
    "undo",
];

#[test]
fn every_decision_is_told_as_one_json_value() {
    let program = Program::new().with("MUNIMENT_REVIEW_SECOND_REVIEW", "always");
    let clinic = Clinic::with(program);
    let whole = clinic.ingest("a.pdf", &shared_file(&["ZZADAMS", "ZZBAKER", "ZZCLARK"]));
    let json = |run: crate::support::program::Run| -> Value {
        assert_eq!(run.code, 0, "{}{}", run.out, run.err);
        serde_json::from_str(&run.out).unwrap()
    };
    let split = json(clinic.technician(&["--json", "document", "split", &whole, "1,2,3"]));
    let part = |index: usize| split["parts"][index].as_str().unwrap();
    let accept = ["--json", "accept", part(0), "--patient", "ZZ-1", "--type", "consent", "--encounter", "2024-03-01.."];
    assert_eq!(json(clinic.technician(&accept))["second_review"], true);
    assert_eq!(json(clinic.technician(&["--json", "undo", part(0)]))["state"]["state"], "read");
    json(clinic.technician(&accept));
    assert_eq!(json(clinic.reviewer(&["--json", "review", part(0), "--approve"]))["approved"], true);
    let reject = ["--json", "reject", part(1), "--reason", "not-a-record", "--note", "a blank form"];
    assert_eq!(json(clinic.technician(&reject))["rejected"], "not-a-record");
    let queue = clinic.program.json(&["queue"]);
    assert!(queue[0]["waits_for"].as_str().unwrap().contains("undo"), "{queue}");
    assert_eq!(clinic.program.json(&["deposit"])["waiting"], 1);
    clinic.program.json(&["people", "grant", "Tom Technician", "auditor"]);
    let tom = clinic.program.json(&["people", "revoke", "Tom Technician", "auditor"]);
    assert_eq!(tom["roles"], serde_json::json!(["technician"]));
    assert_eq!(clinic.program.json(&["people", "list"]).as_array().map(Vec::len), Some(3));
    assert_eq!(clinic.program.json(&["people", "disable", "Tom Technician"])["disabled"], true);
}

fn holds(bytes: &[u8], word: &str) -> bool {
    bytes.windows(word.len()).any(|window| window == word.as_bytes())
}

#[test]
fn people_are_added_by_an_administrator_and_nobody_changes_their_own_roles() {
    let clinic = Clinic::hasty();
    let program = &clinic.program;
    let own = program.run(&["people", "grant", "Ada Administrator", "reviewer"]);
    assert!(own.code == 1 && own.err.contains("own roles"), "{}", own.err);
    let other = clinic.technician(&["people", "grant", "Tom Technician", "administrator"]);
    assert!(other.code == 1 && other.err.contains("administrator"), "{}", other.err);
    assert_eq!(program.run(&["people", "grant", "Tom Technician", "reviewer"]).code, 0);
    let unknown = clinic.as_holder("muniment-0000", &["people", "list"]);
    assert!(unknown.code == 1 && unknown.err.contains("token"), "{}", unknown.err);
    // An administrator runs the archive, and accepts nothing.
    let document = clinic.ingest("a.pdf", &shared_file(&["ZZADAMS"]));
    let refused = program.run(&["accept", &document, "--patient", "ZZ-1", "--type", "progress-note"]);
    assert!(refused.code == 1 && refused.err.contains("technician"), "{}", refused.err);
    assert_eq!(program.run(&["people", "disable", "Tom Technician"]).code, 0);
    let gone = clinic.technician(&["accept", &document, "--patient", "ZZ-1", "--type", "progress-note"]);
    assert!(gone.code == 1 && gone.err.contains("disabled"), "{}", gone.err);
    program.json(&["people", "token", "--revoke", "Rita Reviewer"]);
    let revoked = clinic.reviewer(&["queue"]);
    assert!(revoked.code == 0, "what needs no permission needs no person: {}", revoked.err);
    assert_eq!(clinic.reviewer(&["undo", &document]).code, 1);
}

#[tokio::test]
async fn a_shared_scan_becomes_a_record_for_each_patient_and_none_holds_anothers_words() {
    let clinic = Clinic::hasty();
    let patients = ["ZZADAMS", "ZZADAMS", "ZZBAKER"];
    let whole = clinic.ingest("shared.pdf", &shared_file(&patients));
    let torn = clinic.technician(&["document", "split", &whole, "1,2"]);
    assert!(torn.code == 1 && torn.err.contains("exactly one part"), "{}", torn.err);
    let run = clinic.technician(&["--json", "document", "split", &whole, "1-2,3"]);
    assert_eq!(run.code, 0, "{}", run.err);
    let split: Value = serde_json::from_str(&run.out).unwrap();
    let part = |index: usize| split["parts"][index].as_str().unwrap().to_owned();
    assert_eq!(clinic.state(&whole), "split");
    // Until the pages are cut out for the records, their file is given to nobody whole.
    let shared = clinic.program.run(&["export", &part(0), "--format", "original", "-o", "out.original"]);
    assert!(shared.code == 1 && shared.err.contains("another patient"), "{}", shared.err);
    assert!(!clinic.program.path("out.original").exists(), "nothing half-written");
    let says = |number: &'static str, name: &'static str| {
        ["--patient", number, "--name", name, "--born", "1950-12-31", "--type", "progress-note", "--label", "ward-3"]
    };
    let adams = clinic.accept(&part(0), &says("ZZ-1", "Adams, Ann"));
    let baker = clinic.accept(&part(1), &says("ZZ-2", "Baker, Bob"));
    assert_eq!(clinic.state(&part(0)), "verified");
    assert_eq!(clinic.deposit(), 2);
    assert_eq!(clinic.state(&part(0)), "archived");
    for (record, own, other, pages) in [(adams, "ZZADAMS", "ZZBAKER", 2), (baker, "ZZBAKER", "ZZADAMS", 1)] {
        let files = clinic.files(record, 1).await;
        let described = description(&files);
        assert_eq!((described.draft.record, described.draft.pages.len()), (record, pages));
        assert!(matches!(described.verification.by, Verifier::Person(_)));
        assert_eq!(described.originals.len(), 1);
        assert_eq!(described.originals[0].cut, Cut::Streams);
        let original = unpacked(file(&files, "original/0001.pdf"));
        let access = unpacked(file(&files, "access.pdf"));
        let text = zstd::decode_all(file(&files, "text.json.zst")).unwrap();
        assert!(holds(&original, own) && holds(&text, own));
        for (name, bytes) in [("original", &original), ("access", &access), ("text", &text)] {
            assert!(!holds(bytes, other) && !holds(bytes, OUTSIDE_THE_PAGES), "{name} of {own}");
        }
        let text: Value = serde_json::from_slice(&text).unwrap();
        assert_eq!(text["pages"].as_array().unwrap().len(), pages);
    }
    // Found by what it was accepted as.
    clinic.program.json(&["index", "update"]);
    let found = clinic.program.json(&["search", "state:archived type:progress-note label:ward-3 zzbaker"]);
    assert_eq!(found["answer"]["hits"].as_array().map(Vec::len), Some(1), "{found}");
    // No name and no number in what the ledger or the keys tell.
    let ledger = std::fs::read_dir(clinic.folder().join("ledger/segments")).unwrap();
    for segment in ledger {
        let bytes = std::fs::read(segment.unwrap().path()).unwrap();
        assert!(!holds(&bytes, "ZZ-1") && !holds(&bytes, "Baker") && !holds(&bytes, "1950"));
    }
}

#[tokio::test]
async fn a_scan_of_one_document_is_kept_bit_for_bit() {
    let clinic = Clinic::hasty();
    let scan = shared_file(&["ZZADAMS", "ZZADAMS"]);
    let document = clinic.ingest("own.pdf", &scan);
    let record = clinic.accept(&document, &["--patient", "ZZ-1", "--type", "laboratory-report"]);
    assert_eq!(clinic.deposit(), 1);
    let files = clinic.files(record, 1).await;
    let described = description(&files);
    assert_eq!(described.originals[0].cut, Cut::Whole);
    assert_eq!(described.draft.class.as_str(), "laboratory-report", "the class follows the type");
    assert!(file(&files, "original/0001.pdf") == scan);
    assert_eq!(clinic.deposit(), 0, "nothing is deposited twice");
}

#[tokio::test]
async fn record_json_follows_its_schema_and_the_schema_asks_for_nothing_else() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/record.schema.json");
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let clinic = Clinic::hasty();
    let document = clinic.ingest("own.pdf", &shared_file(&["ZZADAMS"]));
    let says =
        ["--patient", "ZZ-1", "--born", "1950", "--type", "consent", "--encounter", "2024-03-01..", "--note", "n"];
    let record = clinic.accept(&document, &says);
    clinic.deposit();
    let made: Value = serde_json::from_slice(file(&clinic.files(record, 1).await, "record.json")).unwrap();
    check(&made, &schema, &schema, "$").unwrap();
    let spoil = |change: fn(&mut Value)| {
        let mut spoilt = made.clone();
        change(&mut spoilt);
        check(&spoilt, &schema, &schema, "$").expect_err("noticed")
    };
    spoil(|json| json["description"]["extra"] = Value::Null);
    spoil(|json| drop(json["verification"].as_object_mut().unwrap().remove("second")));
    spoil(|json| json["originals"][0]["cut"] = "torn".into());
    spoil(|json| json["description"]["patient"]["number"] = "".into());
    spoil(|json| json["description"]["pages"] = Value::Array(Vec::new()));
}

#[test]
fn an_acceptance_can_be_undone_until_it_is_final() {
    let clinic = Clinic::with(Program::new());
    let document = clinic.ingest("a.pdf", &shared_file(&["ZZADAMS"]));
    let misspelt = clinic.technician(&["accept", &document, "--patient", "ZZ-1", "--type", "progres-note"]);
    assert!(misspelt.code == 1 && misspelt.err.contains("Did you mean progress-note?"), "{}", misspelt.err);
    let accept = ["accept", &document, "--patient", "ZZ-1", "--type", "consent"];
    assert_eq!(clinic.technician(&accept).code, 0);
    let twice = clinic.technician(&accept);
    assert!(twice.code == 1 && twice.err.contains("verified"), "{}", twice.err);
    assert_eq!(clinic.deposit(), 0, "the time to undo it is not over");
    assert!(!clinic.folder().join("records/527").exists());
    assert_eq!(clinic.technician(&["undo", &document]).code, 0);
    assert_eq!(clinic.state(&document), "read");
    assert_eq!(clinic.program.json(&["queue"]).as_array().map(Vec::len), Some(0));
    assert_eq!(clinic.technician(&["reject", &document, "--reason", "duplicate"]).code, 0);
    assert_eq!(clinic.state(&document), "rejected");
    assert_eq!(clinic.technician(&accept).code, 1);
    assert_eq!(clinic.technician(&["undo", &document]).code, 0);
    assert_eq!(clinic.technician(&accept).code, 0);
    // Its particulars are known by now: what contradicts them is refused, and says nothing of them.
    let other = clinic.ingest("b.pdf", &shared_file(&["ZZADAMS", "ZZADAMS"]));
    let said = |born: &'static str| {
        clinic.technician(&["accept", &other, "--patient", "ZZ-1", "--born", born, "--type", "consent"])
    };
    assert_eq!(said("1950-12-31").code, 0);
    assert_eq!(clinic.technician(&["undo", &other]).code, 0);
    let contradicts = said("1951-01-01");
    assert!(contradicts.code == 1 && contradicts.err.contains("birth date"), "{}", contradicts.err);
    assert!(!contradicts.err.contains("195") && !contradicts.err.contains("ZZ-1"), "{}", contradicts.err);
}

#[test]
fn a_second_person_approves_or_returns_and_never_the_same() {
    let program =
        Program::new().with("MUNIMENT_REVIEW_UNDO_MINUTES", "0").with("MUNIMENT_REVIEW_SECOND_REVIEW", "always");
    let clinic = Clinic::with(program);
    let document = clinic.ingest("a.pdf", &shared_file(&["ZZADAMS"]));
    let accept = ["accept", &document, "--patient", "ZZ-1", "--type", "consent"];
    assert_eq!(clinic.reviewer(&accept).code, 0);
    assert_eq!(clinic.deposit(), 0, "it waits for a second person");
    let own = clinic.reviewer(&["review", &document, "--approve"]);
    assert!(own.code == 1 && own.err.contains("own"), "{}", own.err);
    assert_eq!(clinic.technician(&["review", &document, "--approve"]).code, 1, "a technician reviews nothing");
    clinic.program.json(&["people", "grant", "Tom Technician", "reviewer"]);
    assert_eq!(clinic.technician(&["review", &document, "--return", "wrong type"]).code, 0);
    assert_eq!(clinic.state(&document), "read");
    assert_eq!(clinic.technician(&accept).code, 0);
    assert_eq!(clinic.reviewer(&["review", &document, "--approve"]).code, 0);
    assert_eq!(clinic.deposit(), 1);
}

#[test]
fn suggestions_are_compared_with_what_people_confirmed() {
    let clinic = Clinic::with(Program::new());
    let nothing = clinic.technician(&["labels", "evaluate"]);
    assert!(nothing.code == 0 && nothing.out.contains("Accept some"), "{}{}", nothing.out, nothing.err);
    for (number, kind) in ["discharge-summary", "discharge-summary", "consent"].iter().enumerate() {
        let file = shared_file(&[&format!("Discharge Summary {number}")]);
        let document = clinic.ingest(&format!("{number}.pdf"), &file);
        assert_eq!(clinic.technician(&["accept", &document, "--patient", "ZZ-1", "--type", kind]).code, 0);
    }
    let report = clinic.technician(&["--json", "labels", "evaluate"]);
    assert_eq!(report.code, 0, "{}", report.err);
    assert!(!report.out.contains("ZZ-1"), "{}", report.out);
    let report: Value = serde_json::from_str(&report.out).unwrap();
    let field = |name: &str| report["fields"].as_array().unwrap().iter().find(|field| field["field"] == name).unwrap();
    assert_eq!(report["documents"], 3);
    let count = |name: &str| field("kind")[name].as_u64();
    assert_eq!((count("confirmed"), count("suggested"), count("right")), (Some(3), Some(3), Some(2)), "{report}");
    assert_eq!(report["mistaken"][0]["confirmed"], "consent");
    assert_eq!(
        (field("patient_number")["confirmed"].as_u64(), report["mistaken"][0]["times"].as_u64()),
        (Some(3), Some(1))
    );
    // Other types are tried without being put into use.
    let types = clinic.program.path("types");
    std::fs::create_dir(&types).unwrap();
    let own = "schema = 1\nname = \"consent\"\ntitle = \"Consent\"\ntitles = [\"discharge summary 2\"]\n";
    std::fs::write(types.join("consent.toml"), own).unwrap();
    let tried = clinic.technician(&["labels", "evaluate", "--types", types.to_str().unwrap()]);
    assert!(tried.code == 0 && tried.out.contains("3 verified documents"), "{}{}", tried.out, tried.err);
}
