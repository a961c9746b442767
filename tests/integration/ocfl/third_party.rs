//! An archive of 200 records with corrections before somebody else's validator, and ours beside it.

use futures::StreamExt;
use muniment::archive::ocfl::{Depth, ProblemKind};

use super::validate::flip;
use super::{correction, first, number, path, record, root};
use crate::support::ocfl_py::OcflPy;

const RECORDS: u64 = 200;

#[tokio::test]
async fn two_hundred_records_are_accepted_and_one_flipped_byte_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let root = root(folder.path()).await;
    let begun = std::time::Instant::now();
    let deposits = futures::stream::iter(0..RECORDS).for_each_concurrent(8, |at| {
        let root = root.clone();
        async move {
            root.deposit(first(record(at))).await.unwrap();
            root.deposit(correction(record(at))).await.unwrap();
        }
    });
    deposits.await;
    println!("{:.0} records a second, with two versions each", RECORDS as f64 / begun.elapsed().as_secs_f64());
    let (problems, records) = root.validate_root().await.unwrap();
    assert_eq!((problems, records.len() as u64), (Vec::new(), RECORDS));
    for record in records {
        assert_eq!(root.validate(record, Depth::Digests).await.unwrap().problems, []);
    }
    let storage = folder.path().join("records");
    let ocfl_py = OcflPy::find();
    if let Some(validator) = &ocfl_py {
        for verdict in [validator.validate_root(&storage), validator.validate(&storage)] {
            assert!(verdict.accepted, "{}", verdict.text);
            assert!(!verdict.text.contains("[W") && !verdict.text.contains("[E"), "{}", verdict.text);
            println!("{}", verdict.text.trim());
        }
    }

    let damaged = record(77);
    let object = root.object(damaged).await.unwrap();
    let file = object.file_at(number(2), &path("original/0001.tif")).unwrap();
    flip(&folder.path().join(&file.key));
    let found = root.validate(damaged, Depth::Digests).await.unwrap().problems;
    assert!(found.len() == 1 && found[0].key == file.key && found[0].kind == ProblemKind::WrongDigest, "{found:?}");
    if let Some(validator) = &ocfl_py {
        let within = file.key.strip_prefix(object.folder()).unwrap().trim_start_matches('/');
        for verdict in [validator.validate_root(&storage), validator.validate(&folder.path().join(object.folder()))] {
            assert!(!verdict.accepted, "{}", verdict.text);
            println!("{}", verdict.text.trim());
            assert!(verdict.text.contains(within), "{within} is not in {}", verdict.text);
        }
    }
}
