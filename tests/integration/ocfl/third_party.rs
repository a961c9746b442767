//! An archive of 200 records with corrections before somebody else's validator, and ours beside it: in a folder, and copied
//! out of a bucket by a client that the program has nothing to do with.

use std::path::Path;
use std::sync::Arc;

use futures::{StreamExt, TryStreamExt};
use muniment::archive::Vault;
use muniment::archive::ocfl::{Depth, ProblemKind, Root};

use super::validate::flip;
use super::{Still, correction, first, number, path, record, root};
use crate::support::ocfl_py::OcflPy;
use crate::support::s3::{self, Keeps, S3Server};

const RECORDS: u64 = 200;

#[tokio::test]
async fn two_hundred_records_are_accepted_and_one_flipped_byte_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let root = root(folder.path()).await;
    deposit_all(&root).await;
    let (problems, records) = root.validate_root().await.unwrap();
    assert_eq!((problems, records.len() as u64), (Vec::new(), RECORDS));
    for record in records {
        assert_eq!(root.validate(record, Depth::Digests).await.unwrap().problems, []);
    }
    let Some(ocfl_py) = OcflPy::find() else { return };
    is_accepted(&ocfl_py, &folder.path().join("records"));
    a_flipped_byte_is_named(&ocfl_py, folder.path()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_copied_out_of_a_bucket_is_accepted_too() {
    let Some(server) = s3::server() else { return };
    let bucket = server.bucket(Keeps::Locked).await;
    let vault = Vault::s3(&server.settings(&bucket, "site/one"), Arc::new(Still)).unwrap();
    let root = Root::open(vault).await.unwrap();
    deposit_all(&root).await;
    assert_eq!(root.ids().try_collect::<Vec<_>>().await.unwrap().len() as u64, RECORDS);
    let found = root.validate(record(3), Depth::Digests).await.unwrap();
    assert_eq!((found.versions, found.problems), (2, Vec::new()));
    let folder = tempfile::tempdir().unwrap();
    copy_out(server, &bucket, "site/one/", folder.path()).await;
    let Some(ocfl_py) = OcflPy::find() else { return };
    is_accepted(&ocfl_py, &folder.path().join("records"));
    a_flipped_byte_is_named(&ocfl_py, folder.path()).await;
}

async fn deposit_all(root: &Root) {
    let begun = std::time::Instant::now();
    let deposits = futures::stream::iter(0..RECORDS).for_each_concurrent(8, |at| async move {
        root.deposit(first(record(at))).await.unwrap();
        root.deposit(correction(record(at))).await.unwrap();
    });
    deposits.await;
    let rate = RECORDS as f64 / begun.elapsed().as_secs_f64();
    println!("{rate:.0} records a second, with two versions each, in {}", root.vault().describes());
}

fn is_accepted(ocfl_py: &OcflPy, storage: &Path) {
    for verdict in [ocfl_py.validate_root(storage), ocfl_py.validate(storage)] {
        assert!(verdict.accepted, "{}", verdict.text);
        assert!(!verdict.text.contains("[W") && !verdict.text.contains("[E"), "{}", verdict.text);
        println!("{}", verdict.text.trim());
    }
}

async fn a_flipped_byte_is_named(ocfl_py: &OcflPy, folder: &Path) {
    let root = root(folder).await;
    let object = root.object(record(77)).await.unwrap();
    let file = object.file_at(number(2), &path("original/0001.tif")).unwrap();
    flip(&folder.join(&file.key));
    let found = root.validate(record(77), Depth::Digests).await.unwrap().problems;
    assert!(found.len() == 1 && found[0].key == file.key && found[0].kind == ProblemKind::WrongDigest, "{found:?}");
    let within = file.key.strip_prefix(object.folder()).unwrap().trim_start_matches('/');
    for verdict in [ocfl_py.validate_root(&folder.join("records")), ocfl_py.validate(&folder.join(object.folder()))] {
        assert!(!verdict.accepted, "{}", verdict.text);
        println!("{}", verdict.text.trim());
        assert!(verdict.text.contains(within), "{within} is not in {}", verdict.text);
    }
}

/// Copies every newest object of a bucket below a prefix.
async fn copy_out(server: &S3Server, bucket: &str, prefix: &str, folder: &Path) {
    let client = server.client();
    let mut pages = client.list_objects_v2().bucket(bucket).prefix(prefix).into_paginator().send();
    while let Some(page) = pages.next().await {
        for object in page.unwrap().contents() {
            let key = object.key().unwrap();
            let got = client.get_object().bucket(bucket).key(key).send().await.unwrap();
            let file = folder.join(key.strip_prefix(prefix).unwrap());
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, got.body.collect().await.unwrap().into_bytes()).unwrap();
        }
    }
}
