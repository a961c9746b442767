//! The archive went on after the backup: newer facts and records come from there, and what was destroyed stays destroyed.

use super::{Hospital, TIA, copy, same};
use crate::support::program::Program;

#[tokio::test]
async fn what_was_decided_since_comes_from_the_archive() {
    let mut hospital = Hospital::open(Program::new(), 6);
    hospital.accept(0);
    hospital.deposit(1);
    let waiting = hospital.accept(1);
    hospital.back_up("safe");
    // What waited comes into the archive; another document, too; one is rejected; somebody is added; one is new.
    hospital.accept(2);
    hospital.deposit(2);
    hospital.done_as(TIA, &["reject", &hospital.documents[3], "--reason", "not-a-record"]);
    hospital.program.json(&["people", "add", "Rita", "--role", "reviewer"]);
    hospital.take_in("Later", 1);
    let archived = hospital.accept(6);
    hospital.deposit(1);
    let lost = hospital.accept(4);
    hospital.program.json(&["index", "update"]);
    let before = hospital.tables().await;
    hospital.lose_everything();
    let restored = hospital.restore("safe");
    assert!(restored["restored"]["newer_entries"].as_u64().unwrap() > 6, "{restored}");
    // Accepted after the backup and never deposited: named, and its document can be accepted again.
    assert_eq!(restored["restored"]["archive"]["not_deposited"][0]["record"], lost.as_str());
    let after = hospital.tables().await;
    let of_facts = ["ledger", "people", "roles", "tokens", "records", "record_versions", "record_scans", "patients"];
    for name in of_facts {
        let rows = |tables: &[(String, Vec<String>)]| tables.iter().find(|(table, _)| table == name).unwrap().1.clone();
        if name == "patients" {
            // The patient of what was lost is not in the archive.
            assert_eq!(rows(&after).len() + 1, rows(&before).len());
        } else {
            assert_eq!(rows(&after), rows(&before), "{name}");
        }
    }
    for number in [0, 1, 2, 6] {
        assert_eq!(hospital.state(number), "archived", "document {number}");
        assert_eq!(hospital.hits(number), 1, "document {number}");
    }
    assert_eq!(hospital.state(3), "rejected");
    assert_eq!(hospital.state(4), "read");
    assert_eq!(hospital.program.json(&["queue"]).as_array().map(Vec::len), Some(0));
    hospital.deposit(0);
    hospital.accept(4);
    hospital.deposit(1);
    for record in [&waiting, &archived] {
        assert_eq!(hospital.program.run(&["archive", "show", record]).code, 0);
    }
    assert_eq!(hospital.program.run(&["audit", "verify", "--key", &hospital.key]).code, 0);
}

#[tokio::test]
async fn what_was_destroyed_since_stays_destroyed_even_in_an_older_copy_of_the_archive() {
    let hospital = Hospital::open(Program::new(), 3);
    let record = hospital.accept(0);
    hospital.deposit(1);
    hospital.back_up("safe");
    let records = hospital.program.path("data/archive/records");
    copy(&records, &hospital.program.path("older"));
    copy(&hospital.program.path("data/objects"), &hospital.program.path("older-objects"));
    hospital.decide();
    hospital.destroy(&[&record]);
    assert_eq!((hospital.hits(0), hospital.hits(1)), (0, 1));
    let before = hospital.tables().await;
    hospital.lose_everything();
    // Somebody brought back an older copy of the records and of the working objects, too.
    std::fs::remove_dir_all(&records).unwrap();
    copy(&hospital.program.path("older"), &records);
    copy(&hospital.program.path("older-objects"), &hospital.program.path("data/objects"));
    let restored = hospital.restore("safe");
    assert_eq!(restored["restored"]["destroyed_again"], serde_json::json!([record]), "{restored}");
    let after = hospital.tables().await;
    same(&as_archived(after), &as_archived(before));
    assert_eq!((hospital.hits(0), hospital.hits(1)), (0, 1));
    assert_eq!(hospital.program.run(&["archive", "show", &record]).code, 1);
    // Neither the patient's name nor the number is anywhere in the instance's files.
    for words in ["Zed, Ann", "MRN0", "zzwordaaa"] {
        assert_eq!(hospital.files_with(words), Vec::<std::path::PathBuf>::new(), "{words}");
    }
    let disposal = &hospital.program.json(&["disposal", "list"])[0];
    assert_eq!(disposal["state"], "certified");
    let id = disposal["id"].as_str().unwrap();
    hospital.program.json(&["certificate", "fetch", id, "-o", "certificate.json"]);
    assert_eq!(hospital.program.run(&["certificate", "verify", "certificate.json", "--key", &hospital.key]).code, 0);
}

/// What was computed about records that live is not archived, and neither is when each object of a destroyed one went.
fn as_archived(tables: Vec<(String, Vec<String>)>) -> Vec<(String, Vec<String>)> {
    tables.into_iter().filter(|(name, _)| !matches!(name.as_str(), "computations" | "disposal_objects")).collect()
}

impl Hospital {
    fn state(&self, number: usize) -> String {
        let shown = self.program.json(&["show", &self.documents[number]]);
        shown["document"]["state"]["state"].as_str().unwrap().to_owned()
    }
}
