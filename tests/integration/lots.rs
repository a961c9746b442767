//! Lots: what was accepted waits until a second person has checked a sample of it, and released it.

use serde_json::Value;

use crate::support::born_digital::shared_file;
use crate::support::clinic::Clinic;
use crate::support::program::{Program, Run};

/// Commands that are run for their JSON here.
pub const COMMANDS: &[&str] = &["lot check", "lot draw", "lot hold-back", "lot list", "lot release", "lot show"];

fn clinic(plan: &'static str, new_staff: &'static str) -> Clinic {
    let program = Program::new().with("MUNIMENT_REVIEW_UNDO_MINUTES", "0").with("MUNIMENT_QUALITY_LOTS", plan);
    Clinic::with(program.with("MUNIMENT_QUALITY_NEW_STAFF_DOCUMENTS", new_staff))
}

/// Takes in so many files of one page as a batch; returns their documents.
fn batch(clinic: &Clinic, name: &str, count: usize) -> Vec<String> {
    let folder = clinic.program.path(name);
    std::fs::create_dir(&folder).unwrap();
    for number in 0..count {
        std::fs::write(folder.join(format!("{number}.pdf")), shared_file(&[&format!("{name}{number}")])).unwrap();
    }
    clinic.program.json(&["ingest", name, "--batch", name]);
    let shown = clinic.program.json(&["show", "--batch", name]);
    let ids = shown.as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned());
    ids.collect()
}

fn accept(clinic: &Clinic, documents: &[String]) {
    for (number, document) in documents.iter().enumerate() {
        clinic.accept(document, &["--patient", &format!("ZZ-{number}"), "--type", "consent"]);
    }
}

fn json(run: Run) -> Value {
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    serde_json::from_str(&run.out).unwrap()
}

fn reviewer(clinic: &Clinic, arguments: &[&str]) -> Value {
    json(clinic.reviewer(&[&["--json"], arguments].concat()))
}

/// The documents of a lot that are to be checked and were not.
fn to_check(shown: &Value) -> Vec<String> {
    let documents = shown["documents"].as_array().unwrap().iter();
    let open = documents.filter(|one| one["sampled"] != "no" && one["checked_by"].is_null());
    open.map(|one| one["document"].as_str().unwrap().to_owned()).collect()
}

fn lots(clinic: &Clinic) -> Vec<Value> {
    clinic.program.json(&["lot", "list"]).as_array().unwrap().clone()
}

#[test]
fn nothing_of_a_lot_is_archived_before_its_sample_is_checked_and_it_is_released() {
    let clinic = clinic("2.5", "0");
    let documents = batch(&clinic, "box", 7);
    accept(&clinic, &documents[..6]);
    assert_eq!(clinic.deposit(), 0);
    assert_eq!(lots(&clinic).len(), 0, "one document of the batch is not decided");
    let early = clinic.reviewer(&["lot", "draw", "box"]);
    assert!(early.code == 1 && early.err.contains("--part"), "{}", early.err);
    assert_eq!(clinic.technician(&["reject", &documents[6], "--reason", "duplicate"]).code, 0);
    // Everything is decided: the next look for deposits draws the lot.
    assert_eq!(clinic.deposit(), 0);
    let lot = lots(&clinic)[0].clone();
    assert_eq!((&lot["state"], &lot["documents"], &lot["sampled"]), (&"open".into(), &6.into(), &5.into()), "{lot}");
    assert_eq!((&lot["plan"], &lot["stringency"], &lot["accepts"]), (&"2.5".into(), &"normal".into(), &0.into()));
    let id = lot["id"].as_str().unwrap();
    let queue = clinic.program.json(&["queue"]);
    assert!(queue[0]["waits_for"].as_str().unwrap().contains("lot"), "{queue}");
    let sample = to_check(&reviewer(&clinic, &["lot", "show", id]));
    assert_eq!(sample.len(), 5);
    for who in
        [clinic.technician(&["lot", "check", &sample[0], "--right"]), clinic.program.run(&["lot", "release", id])]
    {
        assert!(who.code == 1 && who.err.contains("reviewer"), "{}", who.err);
    }
    let unchecked = clinic.reviewer(&["lot", "release", id]);
    assert!(unchecked.code == 1 && unchecked.err.contains("not checked"), "{}", unchecked.err);
    for (number, document) in sample.iter().enumerate() {
        let checked = reviewer(&clinic, &["lot", "check", document, "--right"]);
        assert_eq!(checked["unchecked"], 4 - number);
    }
    let twice = clinic.reviewer(&["lot", "check", &sample[0], "--right"]);
    assert!(twice.code == 1 && twice.err.contains("already"), "{}", twice.err);
    let returned = clinic.reviewer(&["review", &sample[0], "--return", "no"]);
    assert!(returned.code == 1 && returned.err.contains("lot check"), "{}", returned.err);
    assert_eq!(clinic.deposit(), 0, "checked, and not released");
    assert_eq!(reviewer(&clinic, &["lot", "release", id])["state"], "released");
    assert_eq!(clinic.deposit(), 6);
    assert_eq!(clinic.program.json(&["audit", "verify"])["findings"], serde_json::json!([]));
}

#[test]
fn a_critical_defect_holds_a_lot_back_and_then_every_document_is_checked() {
    let clinic = clinic("2.5", "0");
    let documents = batch(&clinic, "box", 9);
    accept(&clinic, &documents);
    let drawn = reviewer(&clinic, &["lot", "draw", "box"]);
    let id = drawn["lot"]["id"].as_str().unwrap();
    let sample = to_check(&drawn);
    assert_eq!(sample.len(), 5);
    reviewer(&clinic, &["lot", "check", &sample[0], "--defect", "wrong-patient", "--note", "another name on it"]);
    assert_eq!(clinic.state(&sample[0]), "read", "it is returned to whoever accepted it");
    reviewer(&clinic, &["lot", "check", &sample[1], "--defect", "skew,speckle"]);
    assert_eq!(clinic.state(&sample[1]), "verified", "a minor defect is noted");
    for document in &sample[2..] {
        reviewer(&clinic, &["lot", "check", document, "--right"]);
    }
    let refused = clinic.reviewer(&["lot", "release", id]);
    assert!(refused.code == 1 && refused.err.contains("critical"), "{}", refused.err);
    assert_eq!(reviewer(&clinic, &["lot", "hold-back", id, "--reason", "one in five"])["state"], "held-back");
    assert_eq!(clinic.deposit(), 0, "one document of the batch is not decided again");
    clinic.accept(&sample[0], &["--patient", "ZZ-100", "--type", "consent"]);
    assert_eq!(clinic.deposit(), 0);
    let again = lots(&clinic)[1].clone();
    assert_eq!((&again["stringency"], &again["sampled"]), (&"all".into(), &9.into()), "{again}");
    let id = again["id"].as_str().unwrap();
    for document in to_check(&reviewer(&clinic, &["lot", "show", id])) {
        reviewer(&clinic, &["lot", "check", &document, "--right"]);
    }
    reviewer(&clinic, &["lot", "release", id]);
    assert_eq!(clinic.deposit(), 9);
}

#[test]
fn two_lots_held_back_tighten_the_next_and_nobody_checks_their_own_work() {
    let clinic = clinic("2.5", "0");
    for name in ["one", "two"] {
        let documents = batch(&clinic, name, 1);
        accept(&clinic, &documents);
        let drawn = reviewer(&clinic, &["lot", "draw", name]);
        reviewer(&clinic, &["lot", "hold-back", drawn["lot"]["id"].as_str().unwrap(), "--reason", "paper missing"]);
    }
    let documents = batch(&clinic, "three", 10);
    accept(&clinic, &documents[..9]);
    let own = ["--json", "accept", &documents[9], "--patient", "ZZ-99", "--type", "consent"];
    json(clinic.reviewer(&own));
    let drawn = reviewer(&clinic, &["lot", "draw", "three"]);
    assert_eq!((&drawn["lot"]["stringency"], &drawn["lot"]["sampled"]), (&"tightened".into(), &8.into()), "{drawn}");
    let refused = clinic.reviewer(&["lot", "check", &documents[9], "--right"]);
    assert!(refused.code == 1 && refused.err.contains("own"), "{}", refused.err);
    let second = clinic.program.staff("Sam Second", &["reviewer"]);
    for document in to_check(&drawn) {
        assert_eq!(clinic.as_holder(&second, &["lot", "check", &document, "--right"]).code, 0);
    }
    let id = drawn["lot"]["id"].as_str().unwrap();
    let refused = clinic.reviewer(&["lot", "release", id]);
    assert!(refused.code == 1 && refused.err.contains("you accepted"), "{}", refused.err);
    assert_eq!(clinic.as_holder(&second, &["lot", "release", id]).code, 0);
    assert_eq!(clinic.deposit(), 10);
}

#[test]
fn every_document_of_new_staff_is_checked() {
    let clinic = clinic("2.5", "6");
    for (name, count, sampled) in [("one", 6, 6), ("two", 7, 5)] {
        let documents = batch(&clinic, name, count);
        accept(&clinic, &documents);
        let drawn = reviewer(&clinic, &["lot", "draw", name]);
        assert_eq!(drawn["lot"]["sampled"], sampled, "{name}: {drawn}");
        for document in to_check(&drawn) {
            reviewer(&clinic, &["lot", "check", &document, "--right"]);
        }
        reviewer(&clinic, &["lot", "release", drawn["lot"]["id"].as_str().unwrap()]);
    }
}

#[test]
fn what_waited_for_a_lot_is_released_by_a_person_when_lots_are_switched_off() {
    let clinic = clinic("all", "0");
    let documents = batch(&clinic, "box", 2);
    accept(&clinic, &documents);
    let clinic = clinic.set("MUNIMENT_QUALITY_LOTS", "off");
    assert_eq!(clinic.deposit(), 0);
    let drawn = reviewer(&clinic, &["lot", "draw", "box"]);
    assert_eq!(drawn["lot"]["sampled"], 0);
    reviewer(&clinic, &["lot", "release", drawn["lot"]["id"].as_str().unwrap()]);
    assert_eq!(clinic.deposit(), 2);
}

#[test]
fn a_worker_draws_the_lots_of_decided_batches() {
    let clinic = clinic("all", "0");
    let documents = batch(&clinic, "box", 2);
    accept(&clinic, &documents);
    assert_eq!(lots(&clinic).len(), 0);
    let worked = clinic.program.run(&["worker", "--until-done"]);
    assert_eq!(worked.code, 0, "{}", worked.err);
    let drawn = lots(&clinic);
    assert_eq!((drawn.len(), &drawn[0]["sampled"]), (1, &2.into()), "{drawn:?}");
}
