//! Fixity: damage is found, named, repaired from the other location, or said to be beyond repair.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use muniment::app::SystemClock;
use muniment::archive::Vault;
use muniment::archive::ocfl::{Depth, Root, object_folder};
use muniment::chart::RecordId;
use serde_json::Value;

use crate::ocfl::archive_into;
use crate::support::program::Program;
use crate::support::s3::{self, Keeps};

fn folder(path: &Path) -> Vault {
    Vault::folder(path, Arc::new(SystemClock)).unwrap()
}

fn with_replica() -> Program {
    let program = Program::new();
    let replica = program.path("replica").display().to_string();
    program.with("MUNIMENT_REPLICA_LOCATION", replica).with("MUNIMENT_FIXITY_MIB_PER_SECOND", "0")
}

fn file(location: &Path, record: RecordId, name: &str) -> PathBuf {
    location.join(object_folder(record)).join(name)
}

fn flip(path: &Path) {
    let mut bytes = std::fs::read(path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(path, bytes).unwrap();
}

fn texts<'a>(run: &'a Value, name: &str) -> Vec<&'a str> {
    run[name].as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect()
}

const SCAN: &str = "v1/content/original/0001.tif";

#[tokio::test]
async fn damage_in_either_location_is_brought_back_from_the_other() {
    let program = with_replica();
    let (archive, replica) = (program.path("data/archive"), program.path("replica"));
    let records = archive_into(folder(&archive), 3).await;
    let first = program.json(&["fixity", "run"]);
    assert_eq!((first["records"].as_u64(), &first["damaged"]), (Some(3), &serde_json::json!([])), "{first}");
    for record in &records {
        let copy = Root::existing(folder(&replica)).await.unwrap().validate(*record, Depth::Digests).await.unwrap();
        assert!(copy.versions == 2 && copy.problems.is_empty(), "{copy:?}");
    }
    let scan = std::fs::read(file(&archive, records[0], SCAN)).unwrap();
    flip(&file(&archive, records[0], SCAN));
    std::fs::remove_file(file(&archive, records[1], "v2/content/access.pdf")).unwrap();
    flip(&file(&archive, records[1], "v1/inventory.json"));
    flip(&file(&archive, records[2], "inventory.json"));
    flip(&file(&replica, records[2], SCAN));
    let not_due = program.json(&["fixity", "run"]);
    assert_eq!((not_due["records"].as_u64(), not_due["not_due"].as_u64()), (Some(0), Some(3)));
    let looked = program.run(&["fixity", "run", "--all", "--look-only"]);
    assert!(looked.code == 3 && looked.out.contains(SCAN), "{}{}", looked.out, looked.err);
    let repaired = program.json(&["fixity", "run", "--all"]);
    assert_eq!(repaired["damaged"], serde_json::json!([]), "{repaired}");
    let healed = texts(&repaired, "repaired");
    for (location, record, name) in [
        ("archive", records[0], SCAN),
        ("archive", records[1], "v2/content/access.pdf"),
        ("archive", records[1], "v1/inventory.json"),
        ("archive", records[2], "inventory.json"),
        ("replica", records[2], SCAN),
    ] {
        let key = format!("{location}: {}/{name}", object_folder(record));
        assert!(healed.contains(&key.as_str()), "{key} is not in {healed:?}");
    }
    assert_eq!(std::fs::read(file(&archive, records[0], SCAN)).unwrap(), scan);
    let aside = archive.join("damaged").join(object_folder(records[0])).join(SCAN);
    assert_eq!(std::fs::read_dir(aside).unwrap().count(), 1, "the damaged bytes are kept");
    let clean = program.json(&["fixity", "run", "--all"]);
    assert_eq!((&clean["repaired"], &clean["damaged"]), (&serde_json::json!([]), &serde_json::json!([])), "{clean}");
    let status = program.json(&["fixity", "status"]);
    // A damaged inventory is two problems: its sidecar does not belong to it any more.
    assert_eq!(
        (status["archive"]["repaired"].as_u64(), status["never_checked"].as_u64()),
        (Some(5), Some(0)),
        "{status}"
    );
}

#[tokio::test]
async fn damage_without_a_sound_copy_is_an_alert_that_names_the_file() {
    let program = Program::new();
    let archive = program.path("data/archive");
    let records = archive_into(folder(&archive), 2).await;
    assert_eq!(program.run(&["fixity", "run"]).code, 0);
    flip(&file(&archive, records[1], SCAN));
    let key = format!("{}/{SCAN}", object_folder(records[1]));
    let found = program.run(&["fixity", "run", "--all"]);
    assert_eq!(found.code, 3, "{}", found.out);
    assert!(found.out.contains(&key) && found.out.contains("no replica is configured"), "{}", found.out);
    let status = program.run(&["fixity", "status"]);
    assert!(status.code == 3 && status.out.contains(&key), "{}", status.out);
    flip(&file(&archive, records[1], SCAN));
    let one = program.json(&["fixity", "run", "--record", &records[1].to_string()]);
    assert_eq!((one["records"].as_u64(), &one["damaged"]), (Some(1), &serde_json::json!([])));
    assert_eq!(program.run(&["fixity", "status"]).code, 0);
}

#[tokio::test]
async fn what_is_damaged_here_is_never_copied_there() {
    let program = with_replica();
    let archive = program.path("data/archive");
    let records = archive_into(folder(&archive), 1).await;
    flip(&file(&archive, records[0], SCAN));
    assert_eq!(program.run(&["fixity", "run"]).code, 3);
    assert!(!file(&program.path("replica"), records[0], SCAN).exists());
}

#[tokio::test]
async fn a_damaged_version_in_a_bucket_is_healed_by_a_newer_one() {
    let Some(server) = tokio::task::spawn_blocking(s3::server).await.unwrap() else { return };
    let bucket = server.bucket(Keeps::Locked).await;
    let program = with_replica()
        .with("MUNIMENT_ARCHIVE_LOCATION", format!("s3://{bucket}/{bucket}"))
        .with("MUNIMENT_ARCHIVE_ENDPOINT", &server.url)
        .with("MUNIMENT_DEPOSIT_LOCK_SECONDS", "20")
        .with("AWS_ACCESS_KEY_ID", &server.key)
        .with("AWS_SECRET_ACCESS_KEY", &server.secret);
    let vault = Vault::s3(&server.settings(&bucket, &bucket), Arc::new(SystemClock)).unwrap();
    let records = archive_into(vault.clone(), 2).await;
    let first = program.json(&["fixity", "run"]);
    assert_eq!((first["records"].as_u64(), &first["damaged"]), (Some(2), &serde_json::json!([])), "{first}");
    let key = format!("{}/{SCAN}", object_folder(records[0]));
    assert!(server.damage(&format!("{bucket}/{key}")));
    let repaired = program.json(&["fixity", "run", "--all"]);
    assert_eq!(texts(&repaired, "repaired"), [format!("archive: {key}")], "{repaired}");
    assert_eq!(repaired["damaged"], serde_json::json!([]), "{repaired}");
    let versions = vault.versions(&key).await.unwrap();
    assert!(versions.len() == 2 && versions[0].healed, "the damaged version stays: {versions:?}");
    let root = Root::existing(vault).await.unwrap();
    let validated = root.validate(records[0], Depth::Digests).await.unwrap();
    assert_eq!(validated.problems, [], "other programs that read with the digest see the healed version");
    let clean = program.json(&["fixity", "run", "--all"]);
    assert_eq!(clean["repaired"], serde_json::json!([]), "{clean}");
}
