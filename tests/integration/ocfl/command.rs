//! `muniment archive` on an archive without any database.

use std::process::Command;

use super::validate::flip;
use super::{correction, first, number, path, record, root};
use crate::support::program::{Program, entries_below};

/// Makes an archive of three records, the second with a correction, where the program looks for it.
async fn archive(program: &Program) {
    let root = root(&program.path("data/archive")).await;
    for at in 1..=3 {
        root.deposit(first(record(at))).await.unwrap();
    }
    root.deposit(correction(record(2))).await.unwrap();
}

#[tokio::test]
async fn records_are_listed_shown_and_extracted_without_a_database() {
    let program = Program::new();
    archive(&program).await;
    let listed = program.json(&["archive", "list"]);
    assert_eq!(listed["records"].as_array().unwrap().len(), 3);
    assert_eq!(listed["records"][1]["record"], record(2).to_string());
    assert_eq!(listed["records"][1]["version"], "v2");
    assert!(program.run(&["archive", "list"]).out.contains("3 records in folder"));
    let id = record(2).to_string();
    let shown = program.json(&["archive", "show", &id]);
    assert_eq!((&shown["version"], &shown["versions"][1]["message"]), (&"v2".into(), &"Corrected".into()));
    let shown = program.json(&["archive", "show", &id, "--version", "v1"]);
    assert_eq!(shown["files"][2]["path"], "record.json");
    assert!(shown["files"][2]["key"].as_str().unwrap().ends_with("v1/content/record.json"));

    let run = program.run(&["archive", "extract", &id, "--output", "out"]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert_eq!(std::fs::read(program.path("out/record.json")).unwrap(), b"{\"version\":2}");
    assert_eq!(std::fs::read(program.path("out/original/0001.tif")).unwrap(), format!("scan of {id}").as_bytes());
    let checked = Command::new("sha256sum").args(["--check", "SHA-256SUMS"]).current_dir(program.path("out")).output();
    let checked = checked.unwrap();
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
    assert_eq!(String::from_utf8_lossy(&checked.stdout).lines().count(), 4);
    let again = program.run(&["archive", "extract", &id, "--output", "out"]);
    assert!(again.code == 1 && again.err.contains("exists"), "{}", again.err);
    // These are no descriptions of records: nobody can say whether the version was entered in error.
    let unknown = program.run(&["archive", "extract", &id, "--version", "v1"]);
    assert!(unknown.code == 1 && unknown.err.contains("entered in error is not known"), "{}", unknown.err);
    assert_eq!(program.run(&["archive", "extract", &id, "--version", "v1", "--entered-in-error"]).code, 0);
    assert!(program.path(&format!("{id}-v1/access.pdf")).exists());
    assert!(!entries_below(&program.path("data")).iter().any(|path| path.ends_with("muniment.db")));
}

#[tokio::test]
async fn damage_is_named_and_nothing_of_it_is_extracted() {
    let program = Program::new();
    archive(&program).await;
    let archive = program.path("data/archive");
    let from = archive.to_str().unwrap();
    let verdict = program.json(&["archive", "validate", "--from", from]);
    assert_eq!((&verdict["records"], &verdict["versions"]), (&3.into(), &4.into()));
    assert_eq!(verdict["problems"], serde_json::json!([]));
    assert_eq!(program.run(&["archive", "validate"]).code, 0);
    let object = root(&archive).await.object(record(3)).await.unwrap();
    let file = object.file_at(number(1), &path("text.json")).unwrap();
    flip(&archive.join(&file.key));
    let run = program.run(&["archive", "validate"]);
    assert_eq!(run.code, 3);
    assert!(run.out.contains(&format!("wrong-digest       {}", file.key)), "{}", run.out);
    assert_eq!(program.run(&["archive", "validate", "--structure"]).code, 0);
    let (sound, damaged) = (record(1).to_string(), record(3).to_string());
    assert_eq!(program.run(&["archive", "validate", &sound]).code, 0);
    assert_eq!(program.run(&["archive", "validate", &sound, &damaged]).code, 3);
    let run = program.run(&["archive", "extract", &damaged]);
    assert!(run.code == 1 && run.err.contains(&file.key), "{}", run.err);
    let left = entries_below(&program.path("")).into_iter().filter(|path| !path.starts_with(program.path("data")));
    assert_eq!(left.collect::<Vec<_>>(), Vec::<std::path::PathBuf>::new());
}

#[tokio::test]
async fn what_cannot_be_done_says_why() {
    let program = Program::new();
    let run = program.run(&["archive", "list"]);
    assert!(run.code == 1 && run.err.contains("is no folder"), "{}", run.err);
    std::fs::create_dir(program.path("empty")).unwrap();
    let run = program.run(&["archive", "list", "--from", "empty"]);
    assert!(run.code == 1 && run.err.contains("holds no archive of records"), "{}", run.err);
    archive(&program).await;
    for (arguments, reason) in [
        (["archive", "show", "0190"], "more than one record"),
        (["archive", "show", "abcd"], "no record's id begins with"),
        (["archive", "show", "x"], "is no record's id"),
        (["archive", "show", "01900000-0000-7000-8000-00000000ffff"], "has no record"),
    ] {
        let run = program.run(&arguments);
        assert!(run.code == 1 && run.err.contains(reason), "{arguments:?}: {}", run.err);
    }
    let id = record(1).to_string();
    let run = program.run(&["archive", "show", &id, "--version", "v2"]);
    assert!(run.code == 1 && run.err.contains("its newest is v1"), "{}", run.err);
    for bad in [["archive", "show", &id, "--version", "2"], ["archive", "list", "--from", "ftp://x", "--json"]] {
        assert_eq!(program.run(&bad).code, 2, "{bad:?}");
    }
}
