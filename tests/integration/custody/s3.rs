//! Custody in a bucket that really locks: what somebody else does to it with the program's own credentials is refused by the
//! store, or found.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_s3::primitives::{ByteStream, DateTime};
use aws_sdk_s3::types::{ObjectLockLegalHold, ObjectLockLegalHoldStatus, ObjectLockRetention, ObjectLockRetentionMode};
use jiff::Timestamp;
use muniment::archive::ocfl::object_folder;
use serde_json::Value;

use crate::support::born_digital::shared_file;
use crate::support::clinic::Clinic;
use crate::support::program::Program;
use crate::support::s3::{self, Keeps, S3Server};

fn clinic(server: &S3Server, bucket: &str, mode: &str) -> Clinic {
    let program = Program::new()
        .with("MUNIMENT_REVIEW_UNDO_MINUTES", "0")
        .with("MUNIMENT_INTAKE_DISPUTE_DAYS", "0")
        .with("MUNIMENT_FIXITY_MIB_PER_SECOND", "0")
        .with("MUNIMENT_ARCHIVE_LOCATION", format!("s3://{bucket}/site"))
        .with("MUNIMENT_ARCHIVE_ENDPOINT", &server.url)
        .with("MUNIMENT_DEPOSIT_LOCK_MODE", mode)
        .with("MUNIMENT_LEDGER_LOCK_DAYS", "0")
        .with("AWS_ACCESS_KEY_ID", &server.key)
        .with("AWS_SECRET_ACCESS_KEY", &server.secret);
    Clinic::with(program)
}

/// Every version below a prefix with its bytes, as another client sees it.
async fn stored(server: &S3Server, bucket: &str, prefix: &str) -> BTreeMap<(String, String), Vec<u8>> {
    let client = server.client();
    let listed = client.list_object_versions().bucket(bucket).prefix(prefix).send().await.unwrap();
    let mut stored = BTreeMap::new();
    for version in listed.versions() {
        let (key, id) = (version.key().unwrap(), version.version_id().unwrap());
        let got = client.get_object().bucket(bucket).key(key).version_id(id).send().await.unwrap();
        stored.insert((key.to_owned(), id.to_owned()), got.body.collect().await.unwrap().to_vec());
    }
    stored
}

fn kinds(differences: &Value) -> Vec<(String, String)> {
    let kind = |what: &Value| match what.as_str() {
        Some(name) => name.to_owned(),
        None => what.as_object().unwrap().keys().next().unwrap().clone(),
    };
    let all = differences.as_array().unwrap().iter();
    all.map(|one| (one["key"].as_str().unwrap().to_owned(), kind(&one["what"]))).collect()
}

#[tokio::test]
async fn every_difference_that_another_client_makes_is_listed_and_mended() {
    let Some(server) = tokio::task::spawn_blocking(s3::server).await.unwrap() else { return };
    let bucket = server.bucket(Keeps::Locked).await;
    let clinic = clinic(server, &bucket, "governance");
    let document = clinic.ingest("a.pdf", &shared_file(&["ZZWORD"]));
    let record = clinic.accept(&document, &["--patient", "ZZ-1", "--type", "progress-note"]);
    let place = ["hold", "place", "--matter", "M-1", "--reason", "claim", "--custodian", "legal", "--patient", "ZZ-1"];
    clinic.program.json(&place);
    assert_eq!(clinic.deposit(), 1);
    let agreed = clinic.program.json(&["retention", "verify"]);
    assert_eq!((&agreed["differences"], &agreed["enforced_by_the_store"]), (&serde_json::json!([]), &true.into()));

    let client = server.client();
    let prefix = format!("site/{}", object_folder(record));
    let versions: Vec<(String, String)> = stored(server, &bucket, &prefix).await.into_keys().collect();
    // One hold is lifted, one lock is shortened with the owner's right to bypass governance mode.
    let (key, id) = &versions[0];
    let off = ObjectLockLegalHold::builder().status(ObjectLockLegalHoldStatus::Off).build();
    client.put_object_legal_hold().bucket(&bucket).key(key).version_id(id).legal_hold(off).send().await.unwrap();
    let (shortened, id) = &versions[1];
    let soon = DateTime::from_secs(Timestamp::now().as_second() + 2);
    let retention =
        ObjectLockRetention::builder().mode(ObjectLockRetentionMode::Governance).retain_until_date(soon).build();
    let shorten = client.put_object_retention().bucket(&bucket).key(shortened).version_id(id).retention(retention);
    shorten.bypass_governance_retention(true).send().await.unwrap();
    // And one version is added without any lock.
    let forged = &versions[2].0;
    client.put_object().bucket(&bucket).key(forged).body(ByteStream::from_static(b"forged")).send().await.unwrap();
    tokio::time::sleep(Duration::from_secs(4)).await;

    let own = |key: &str| key.strip_prefix("site/").unwrap().to_owned();
    let expected = [
        (own(key), "hold-missing".to_owned()),
        (own(shortened), "lock-ended".to_owned()),
        (own(forged), "hold-missing".to_owned()),
        (own(forged), "lock-missing".to_owned()),
    ];
    let found = clinic.program.json(&["retention", "verify"]);
    let mut listed = kinds(&found["differences"]);
    listed.sort_unstable();
    let mut sorted = expected.to_vec();
    sorted.sort_unstable();
    assert_eq!(listed, sorted, "{found}");
    let run = clinic.program.run(&["retention", "verify"]);
    assert!(run.code == 3 && run.out.contains(&own(key)) && run.out.contains("4 differences"), "{}", run.out);
    let status = clinic.program.run(&["fixity", "status"]);
    assert!(status.code == 3 && status.out.contains("DIFFERS") && status.out.contains("ALERT"), "{}", status.out);
    clinic.program.json(&["retention", "locks"]);
    assert_eq!(clinic.program.json(&["retention", "verify"])["differences"], serde_json::json!([]));
    let status = clinic.program.run(&["fixity", "status"]);
    assert!(!status.out.contains("DIFFERS"), "{}", status.out);
}

#[tokio::test]
async fn what_is_locked_or_held_outlasts_every_command_and_every_other_client() {
    let Some(server) = tokio::task::spawn_blocking(s3::server).await.unwrap() else { return };
    let bucket = server.bucket(Keeps::Locked).await;
    let clinic = clinic(server, &bucket, "compliance");
    let document = clinic.ingest("a.pdf", &shared_file(&["ZZWORD"]));
    let record = clinic.accept(&document, &["--patient", "ZZ-1", "--type", "progress-note"]);
    clinic.deposit();
    let held = clinic.ingest("b.pdf", &shared_file(&["ZZHELD"]));
    let held = clinic.accept(&held, &["--patient", "ZZ-2", "--type", "progress-note"]);
    let place = ["hold", "place", "--matter", "M-1", "--reason", "claim", "--custodian", "legal", "--patient", "ZZ-2"];
    clinic.program.json(&place);
    assert_eq!(clinic.deposit(), 1);
    let objects = [record, held].map(|record| format!("site/{}/", object_folder(record)));
    let mut before = stored(server, &bucket, "site/records/").await;
    before.retain(|(key, _), _| objects.iter().any(|folder| key.starts_with(folder)));
    assert!(before.len() > 14, "{}", before.len());

    let client = server.client();
    for (key, id) in before.keys() {
        for bypass in [false, true] {
            let delete = client.delete_object().bucket(&bucket).key(key).version_id(id);
            let refused = delete.bypass_governance_retention(bypass).send().await.unwrap_err();
            assert_eq!(refused.raw_response().unwrap().status().as_u16(), 403, "{key} {id}");
        }
    }
    // Overwritten and hidden for readers that ask for no version: only in names, never in bytes.
    let record_json = before.keys().find(|(key, _)| key.ends_with("v1/content/record.json")).unwrap().0.clone();
    let put = client.put_object().bucket(&bucket).key(&record_json).body(ByteStream::from_static(b"forged"));
    put.send().await.unwrap();
    client.delete_object().bucket(&bucket).key(&record_json).send().await.unwrap();

    // Everything that a person or a timer may run.
    let (one, other) = (record.to_string(), held.to_string());
    let propose = ["disposal", "propose", "--reason", "over", one.as_str(), other.as_str()];
    assert_eq!(clinic.program.run(&propose).code, 1, "neither may be destroyed");
    for command in [
        &["fixity", "run", "--all"][..],
        &["retention", "locks"],
        &["hold", "match"],
        &["purge"],
        &["worker", "--until-done"],
        &["deposit"],
        &["archive", "validate"],
        &["audit", "verify"],
    ] {
        let run = clinic.program.run(command);
        assert!(matches!(run.code, 0 | 3), "{command:?}: {}{}", run.out, run.err);
    }
    let after = stored(server, &bucket, "site/records/").await;
    for (version, bytes) in &before {
        assert_eq!(after.get(version), Some(bytes), "{version:?} is as it was");
    }
    // The program reads what was there first.
    let folder = clinic.program.path("extracted").display().to_string();
    let extracted = clinic.program.run(&["archive", "extract", &one, "--output", &folder]);
    assert_eq!(extracted.code, 0, "{}{}", extracted.out, extracted.err);
}
