//! The program's own validator names every kind of problem, and the file.

use std::path::{Path, PathBuf};

use muniment::archive::ocfl::{Depth, Problem, ProblemKind, Root, object_folder};

use super::{correction, first, record, root};

#[tokio::test]
async fn every_kind_of_damage_is_named_with_its_file() {
    type Damage = fn(&Path);
    let cases: &[(&str, ProblemKind, Damage)] = &[
        ("v1/content/original/0001.tif", ProblemKind::WrongDigest, |path| flip(path)),
        ("v2/content/access.pdf", ProblemKind::WrongDigest, |path| {
            std::fs::write(path, "").unwrap();
        }),
        ("v1/content/text.json", ProblemKind::MissingFile, |path| std::fs::remove_file(path).unwrap()),
        ("v1/content/extra.tif", ProblemKind::StrayFile, |path| std::fs::write(path, "x").unwrap()),
        ("extra.txt", ProblemKind::StrayFile, |path| std::fs::write(path, "x").unwrap()),
        ("v1/inventory.json", ProblemKind::BadInventory, |path| std::fs::write(path, "{}").unwrap()),
        ("v1/inventory.json", ProblemKind::MissingFile, |path| std::fs::remove_file(path).unwrap()),
        ("v2/inventory.json", ProblemKind::MissingFile, |path| std::fs::remove_file(path).unwrap()),
        ("v2/inventory.json", ProblemKind::BadInventory, |path| flip(path)),
        ("v2/inventory.json.sha512", ProblemKind::BadSidecar, |path| flip(path)),
        ("v1/inventory.json.sha512", ProblemKind::MissingFile, |path| std::fs::remove_file(path).unwrap()),
        ("inventory.json", ProblemKind::RootBehind, |path| flip(path)),
        ("inventory.json", ProblemKind::MissingFile, |path| std::fs::remove_file(path).unwrap()),
        ("inventory.json.sha512", ProblemKind::MissingFile, |path| std::fs::remove_file(path).unwrap()),
        ("0=ocfl_object_1.1", ProblemKind::WrongText, |path| flip(path)),
        ("0=ocfl_object_1.1", ProblemKind::MissingFile, |path| std::fs::remove_file(path).unwrap()),
        ("v3", ProblemKind::UnfinishedVersion, |path| {
            std::fs::create_dir_all(path.join("content")).unwrap();
            std::fs::write(path.join("content/record.json"), "{").unwrap();
        }),
    ];
    let folder = tempfile::tempdir().unwrap();
    let root = root(folder.path()).await;
    for (at, (name, kind, damage)) in (0_u64..).zip(cases) {
        let record = record(at);
        root.deposit(first(record)).await.unwrap();
        root.deposit(correction(record)).await.unwrap();
        assert_eq!(root.validate(record, Depth::Digests).await.unwrap().problems, []);
        let key = format!("{}/{name}", object_folder(record));
        damage(&folder.path().join(&key));
        let found = root.validate(record, Depth::Digests).await.unwrap();
        assert!(names(&found.problems, &key, *kind), "{name}, {kind:?}: {:?}", found.problems);
    }
}

#[tokio::test]
async fn versions_that_contradict_each_other_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let root = root(folder.path()).await;
    let (one, other) = (record(1), record(2));
    root.deposit(first(one)).await.unwrap();
    root.deposit(correction(one)).await.unwrap();
    // The same record begun otherwise, in an archive of its own; its first inventory then stands in for the right one.
    let elsewhere = tempfile::tempdir().unwrap();
    let mut otherwise = first(one);
    otherwise.message = "Accepted otherwise".into();
    super::root(elsewhere.path()).await.deposit(otherwise).await.unwrap();
    for name in ["v1/inventory.json", "v1/inventory.json.sha512"] {
        let key = PathBuf::from(object_folder(one)).join(name);
        std::fs::copy(elsewhere.path().join(&key), folder.path().join(&key)).unwrap();
    }
    let found = root.validate(one, Depth::Structure).await.unwrap();
    let key = format!("{}/v2/inventory.json", object_folder(one));
    assert!(names(&found.problems, &key, ProblemKind::VersionsDisagree), "{:?}", found.problems);
    // An inventory of another record.
    root.deposit(first(other)).await.unwrap();
    for name in ["v1/inventory.json", "v1/inventory.json.sha512", "inventory.json", "inventory.json.sha512"] {
        let (from, to) = (format!("{}/v1/inventory.json", object_folder(one)), object_folder(other));
        let from = from.replace("inventory.json", name.trim_start_matches("v1/"));
        std::fs::copy(folder.path().join(from), folder.path().join(to).join(name)).unwrap();
    }
    let found = root.validate(other, Depth::Structure).await.unwrap();
    let key = format!("{}/v1/inventory.json", object_folder(other));
    assert!(names(&found.problems, &key, ProblemKind::BadInventory), "{:?}", found.problems);
    assert!(root.object(other).await.is_err());
}

#[tokio::test]
async fn the_storage_root_itself_is_looked_at() {
    let folder = tempfile::tempdir().unwrap();
    let root = root(folder.path()).await;
    root.deposit(first(record(1))).await.unwrap();
    assert_eq!(root.validate_root().await.unwrap().0, []);
    std::fs::write(folder.path().join("records/notes.txt"), "x").unwrap();
    std::fs::create_dir_all(folder.path().join("records/aaa/bbb")).unwrap();
    std::fs::write(folder.path().join("records/aaa/bbb/c"), "x").unwrap();
    std::fs::write(folder.path().join("records/0=ocfl_1.1"), "ocfl_2.0\n").unwrap();
    std::fs::remove_file(folder.path().join("records/ocfl_layout.json")).unwrap();
    let (problems, records) = Root::validate_root(&root).await.unwrap();
    for (key, kind) in [
        ("records/notes.txt", ProblemKind::StrayFile),
        ("records/aaa/bbb/c", ProblemKind::StrayFile),
        ("records/0=ocfl_1.1", ProblemKind::WrongText),
        ("records/ocfl_layout.json", ProblemKind::MissingFile),
    ] {
        assert!(names(&problems, key, kind), "{key}: {problems:?}");
    }
    assert_eq!(problems.len(), 4);
    assert_eq!(records.len(), 1);
}

fn names(problems: &[Problem], key: &str, kind: ProblemKind) -> bool {
    problems.iter().any(|problem| problem.key == key && problem.kind == kind)
}

/// Changes one bit of one byte.
pub fn flip(path: &Path) {
    let mut bytes = std::fs::read(path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(path, bytes).unwrap();
}
