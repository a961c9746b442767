//! A damaged, cut-off or changed backup, or another archive: refused by name of what is wrong, before anything is written.

use std::path::Path;

use super::{Hospital, copy};
use crate::support::program::{Program, entries_below};

fn hospital() -> Hospital {
    let hospital = Hospital::open(Program::new(), 2);
    hospital.accept(0);
    hospital.deposit(1);
    hospital.back_up("safe");
    hospital
}

/// Tries a backup that `change` has changed; returns why it was refused.
fn refused(hospital: &Hospital, change: impl FnOnce(&Path)) -> String {
    let bad = hospital.program.path("bad");
    copy(&hospital.program.path("safe"), &bad);
    change(&bad);
    let run = hospital.program.run(&["restore", "bad"]);
    std::fs::remove_dir_all(&bad).unwrap();
    assert_eq!(run.code, 1, "{}{}", run.out, run.err);
    assert!(!hospital.program.path("data/muniment.db").exists(), "something was written: {}", run.err);
    run.err
}

#[test]
fn a_backup_that_is_not_as_it_was_written_is_refused() {
    let hospital = hospital();
    hospital.lose_everything();
    let flip = |path: &Path| {
        let mut bytes = std::fs::read(path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(path, bytes).unwrap();
    };
    for (change, named) in [
        ("tables/documents.jsonl.zst", "tables/documents.jsonl.zst is damaged or was changed"),
        ("objects.jsonl.zst", "objects.jsonl.zst is damaged or was changed"),
    ] {
        let why = refused(&hospital, |bad| flip(&bad.join(change)));
        assert!(why.contains(named), "{why}");
        let why = refused(&hospital, |bad| {
            let bytes = std::fs::read(bad.join(change)).unwrap();
            std::fs::write(bad.join(change), &bytes[..bytes.len() - 7]).unwrap();
        });
        assert!(why.contains(named) && why.contains("the manifest says"), "{why}");
        let why = refused(&hospital, |bad| std::fs::remove_file(bad.join(change)).unwrap());
        assert!(why.contains(&format!("lacks {change}")), "{why}");
    }
    let scan = |bad: &Path| {
        let scans = entries_below(&bad.join("objects/intake")).into_iter().filter(|path| path.is_file());
        scans.max().unwrap()
    };
    let why = refused(&hospital, |bad| flip(&scan(bad)));
    assert!(why.contains("objects/intake/") && why.contains("its bytes are not"), "{why}");
    // A changed manifest does not fit its signature; one without a signature is taken only when that is asked for.
    let edit = |from: &'static str, to: &'static str| {
        move |bad: &Path| {
            let text = std::fs::read_to_string(bad.join("manifest.json")).unwrap();
            assert!(text.contains(from), "{text}");
            std::fs::write(bad.join("manifest.json"), text.replacen(from, to, 1)).unwrap();
        }
    };
    let why = refused(&hospital, edit("\"lines\": ", "\"lines\": 1"));
    assert!(why.contains("signature") && why.contains("wrong"), "{why}");
    let why = refused(&hospital, edit("\"schema\": 1", "\"schema\": 9"));
    assert!(why.contains("has schema 9"), "{why}");
    let why = refused(&hospital, |bad| {
        let text = std::fs::read_to_string(bad.join("manifest.json")).unwrap();
        let mut value: serde_json::Value = serde_json::from_str(&text).unwrap();
        value["signature"] = serde_json::Value::Null;
        std::fs::write(bad.join("manifest.json"), value.to_string()).unwrap();
    });
    assert!(why.contains("nobody signed"), "{why}");
    let why = refused(&hospital, |bad| std::fs::remove_file(bad.join("manifest.json")).unwrap());
    assert!(why.contains("manifest.json cannot be read"), "{why}");
    let foreign = "0".repeat(64);
    let run = hospital.program.run(&["restore", "safe", "--key", &foreign]);
    assert!(run.code == 1 && run.err.contains("not signed by the key"), "{}", run.err);
    hospital.restore("safe");
}

#[test]
fn another_archive_or_one_that_was_set_back_is_refused() {
    let first = hospital();
    let second = hospital();
    first.lose_everything();
    let archive = |hospital: &Hospital| hospital.program.path("data/archive").display().to_string();
    let run = first.program.run(&["restore", "safe", "--from", &archive(&second)]);
    assert!(run.code == 1 && run.err.contains("is not the one in the backup"), "{}", run.err);
    // The newest part of the ledger is gone, and with it the checkpoint over it.
    copy(&first.program.path("data/archive"), &first.program.path("back"));
    for folder in ["segments", "checkpoints"] {
        let mut names = entries_below(&first.program.path("back/ledger").join(folder));
        names.sort();
        std::fs::remove_file(names.pop().unwrap()).unwrap();
    }
    let run = first.program.run(&["restore", "safe", "--from", "back"]);
    assert!(run.code == 1 && run.err.contains("was set back, or is another one"), "{}", run.err);
    let run = first.program.run(&["restore", "safe", "--from", "nowhere"]);
    assert!(run.code == 1 && run.err.contains("is no folder"), "{}", run.err);
    assert!(!first.program.path("data/muniment.db").exists());
    first.restore("safe");
}
