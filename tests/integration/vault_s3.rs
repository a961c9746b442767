//! What only a bucket can show: other clients with the program's own credentials, foreign versions, refusals.

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_s3::config::{Credentials, SharedCredentialsProvider};
use aws_sdk_s3::primitives::{ByteStream, DateTime};
use aws_sdk_s3::types::{ObjectLockRetention, ObjectLockRetentionMode};
use bytes::Bytes;
use futures::TryStreamExt;
use jiff::{SignedDuration, Timestamp};
use muniment::app::SystemClock;
use muniment::archive::vault::S3Settings;
use muniment::archive::{ArchiveError, Body, Lock, LockMode, Put, Vault};

use crate::support::program::Program;
use crate::support::s3::{self, Keeps, S3Server};

/// A vault at the root of a bucket, and another client with the same credentials.
struct Bucket {
    server: &'static S3Server,
    name: String,
    vault: Vault,
    client: aws_sdk_s3::Client,
}

async fn bucket(keeps: Keeps) -> Option<Bucket> {
    let server = tokio::task::spawn_blocking(s3::server).await.unwrap()?;
    let name = server.bucket(keeps).await;
    let vault = Vault::s3(&server.settings(&name, ""), Arc::new(SystemClock)).unwrap();
    Some(Bucket { server, client: server.client(), name, vault })
}

fn body(text: &'static str) -> Body<'static> {
    Body::Bytes(Bytes::from_static(text.as_bytes()))
}

fn lock(mode: LockMode, seconds: i64, held: bool) -> Lock {
    Lock { mode, until: Timestamp::now() + SignedDuration::from_secs(seconds), held }
}

#[tokio::test]
async fn no_other_client_can_delete_or_shorten_what_is_locked() {
    let Some(Bucket { name, vault, client, .. }) = bucket(Keeps::Locked).await else { return };
    vault.create("records/a", body("one"), Some(&lock(LockMode::Compliance, 6, false))).await.unwrap();
    vault.create("records/b", body("two"), None).await.unwrap();
    let versions = vault.versions("records").await.unwrap();
    vault.hold(&versions[1], true).await.unwrap();
    for version in &versions {
        for bypass in [false, true] {
            let delete = client.delete_object().bucket(&name).key(&version.key).version_id(&version.id);
            let answer = delete.bypass_governance_retention(bypass).send().await;
            let status = answer.unwrap_err().raw_response().unwrap().status().as_u16();
            assert_eq!(status, 403, "{version:?} bypass {bypass}");
        }
        // Overwriting and deleting without a version hide what is there from other readers, and not from the vault.
        let put = client.put_object().bucket(&name).key(&version.key).body(ByteStream::from_static(b"forged"));
        put.send().await.unwrap();
        client.delete_object().bucket(&name).key(&version.key).send().await.unwrap();
    }
    let shorter = ObjectLockRetention::builder()
        .mode(ObjectLockRetentionMode::Compliance)
        .retain_until_date(DateTime::from_secs(Timestamp::now().as_second() + 1));
    let shortening = client
        .put_object_retention()
        .bucket(&name)
        .key("records/a")
        .version_id(&versions[0].id)
        .bypass_governance_retention(true)
        .retention(shorter.build());
    assert!(shortening.send().await.is_err(), "compliance mode was shortened");
    assert_eq!(vault.read("records/a", 9).await.unwrap(), "one");
    assert_eq!(vault.read("records/b", 9).await.unwrap(), "two");
    tokio::time::sleep(Duration::from_millis(7_500)).await;
    vault.hold(&versions[1], false).await.unwrap();
    for version in vault.versions("records").await.unwrap() {
        vault.delete(&version).await.unwrap();
    }
    assert_eq!(vault.versions("").await.unwrap(), [], "after expiry and release nothing is left");
}

#[tokio::test]
async fn the_oldest_version_is_the_truth_and_the_others_are_told() {
    let Some(Bucket { name, vault, client, .. }) = bucket(Keeps::Locked).await else { return };
    vault.create("records/a", body("one"), None).await.unwrap();
    client.put_object().bucket(&name).key("records/a").body(ByteStream::from_static(b"forged")).send().await.unwrap();
    assert_eq!(vault.read("records/a", 9).await.unwrap(), "one");
    assert_eq!(vault.read_newest("records/a", 9).await.unwrap(), "forged");
    client.delete_object().bucket(&name).key("records/a").send().await.unwrap();
    assert_eq!(vault.read("records/a", 9).await.unwrap(), "one");
    assert_eq!(vault.read_newest("records/a", 9).await.unwrap(), "forged");
    assert_eq!(vault.create("records/a", body("one"), None).await.unwrap(), Put::Existed);
    assert!(matches!(vault.create("records/a", body("forged"), None).await, Err(ArchiveError::Conflict { .. })));
    let listed: Vec<_> = vault.list("").try_collect().await.unwrap();
    assert_eq!(listed.iter().map(|entry| (entry.key.as_str(), entry.size)).collect::<Vec<_>>(), [("records/a", 3)]);
    let versions = vault.versions("records").await.unwrap();
    let told: Vec<_> =
        versions.iter().map(|version| (version.size, version.is_delete_marker, version.is_newest)).collect();
    assert_eq!(told, [(0, true, true), (6, false, false), (3, false, false)]);
}

#[tokio::test]
async fn a_lock_in_governance_mode_stands_against_the_program() {
    let Some(Bucket { vault, .. }) = bucket(Keeps::Locked).await else { return };
    vault.create("a", body("one"), Some(&lock(LockMode::Governance, 3, false))).await.unwrap();
    let version = vault.versions("a").await.unwrap().remove(0);
    assert!(matches!(vault.delete(&version).await, Err(ArchiveError::Locked { .. })));
    let longer = lock(LockMode::Compliance, 9, false).until;
    vault.extend(&version, longer, LockMode::Compliance).await.unwrap();
    let state = vault.lock_state(&version).await.unwrap();
    assert!(state.until.unwrap() >= longer && state.mode == Some(LockMode::Governance), "{state:?}");
}

#[tokio::test]
async fn the_documented_deny_makes_governance_mode_stand() {
    let Some(Bucket { name, vault, client, .. }) = bucket(Keeps::Locked).await else { return };
    let page = include_str!("../../docs/object-store.md");
    let begin = page.find(r#"{"Effect": "Deny""#).unwrap();
    let deny = &page[begin..begin + page[begin..].find('}').unwrap() + 1];
    let policy = format!(r#"{{"Version": "2012-10-17", "Statement": [{deny}]}}"#).replace("BUCKET", &name);
    client.put_bucket_policy().bucket(&name).policy(policy).send().await.unwrap();
    let probe = vault.probe().await.unwrap();
    assert!(probe.bypass.is_by_store() && probe.lock.is_by_store() && probe.hold.is_by_store(), "{probe:?}");
}

#[tokio::test]
async fn a_bucket_without_locks_refuses_a_locked_object_and_keeps_the_rest() {
    let Some(Bucket { vault, .. }) = bucket(Keeps::Newest).await else { return };
    assert_eq!(vault.create("a", body("one"), None).await.unwrap(), Put::Created);
    assert_eq!(vault.create("a", body("one"), None).await.unwrap(), Put::Existed);
    assert!(matches!(vault.create("a", body("two"), None).await, Err(ArchiveError::Conflict { .. })));
    let refused = vault.create("b", body("one"), Some(&lock(LockMode::Compliance, 3, false))).await;
    assert!(matches!(refused, Err(ArchiveError::Refused { .. })), "{refused:?}");
    let version = vault.versions("a").await.unwrap().remove(0);
    vault.delete(&version).await.unwrap();
    assert_eq!(vault.versions("").await.unwrap(), []);
}

#[tokio::test]
async fn refusals_say_what_to_do_and_hold_no_secret() {
    let Some(Bucket { server, name, .. }) = bucket(Keeps::Locked).await else { return };
    let credentials =
        |secret: &str| SharedCredentialsProvider::new(Credentials::new(&server.key, secret, None, None, "test"));
    let settings = server.settings(&name, "");
    let wrong = S3Settings { credentials: credentials("not-the-secret"), ..settings.clone() };
    let vault = Vault::s3(&wrong, Arc::new(SystemClock)).unwrap();
    for refused in [vault.create("a", body("x"), None).await.err(), vault.versions("").await.err()] {
        let refused = refused.unwrap();
        assert!(matches!(refused, ArchiveError::Refused { .. }), "{refused:?}");
        assert!(!refused.is_transient() && !refused.to_string().contains("not-the-secret"), "{refused}");
    }
    let nowhere = S3Settings { bucket: "no-such-bucket".into(), ..settings.clone() };
    let missing = Vault::s3(&nowhere, Arc::new(SystemClock)).unwrap().create("a", body("x"), None).await.unwrap_err();
    assert!(missing.to_string().contains("no such bucket"), "{missing}");
    let silent = S3Settings { endpoint: Some("http://127.0.0.1:9".into()), ..settings };
    let unreachable = Vault::s3(&silent, Arc::new(SystemClock)).unwrap().versions("").await.unwrap_err();
    assert!(unreachable.is_transient() && unreachable.to_string().contains("cannot be reached"), "{unreachable}");
}

#[tokio::test]
async fn doctor_says_what_the_bucket_enforces() {
    let Some(Bucket { server, name, client, .. }) = bucket(Keeps::Locked).await else { return };
    let open = server.bucket(Keeps::Newest).await;
    let doctor = |bucket: &str, mode: &str| {
        let program = Program::new()
            .with("MUNIMENT_ARCHIVE_LOCATION", format!("s3://{bucket}/archive"))
            .with("MUNIMENT_ARCHIVE_ENDPOINT", &server.url)
            .with("MUNIMENT_DEPOSIT_LOCK_MODE", mode)
            .with("AWS_ACCESS_KEY_ID", &server.key)
            .with("AWS_SECRET_ACCESS_KEY", &server.secret);
        let report = program.json(&["doctor"]);
        let checks = report.as_array().unwrap().iter().filter(|check| check["name"] == "archive");
        let lines: Vec<String> = checks.map(|check| format!("{} {}", check["grade"], check["message"])).collect();
        assert!(!lines.join("").contains(&server.secret));
        lines
    };
    let locked = doctor(&name, "compliance");
    assert!(locked[0].contains("good") && locked[0].contains(&format!("s3://{name}/archive")), "{locked:?}");
    assert!(!locked.iter().any(|line| line.contains("bad") || line.contains("warning")), "{locked:?}");
    let bypassed = doctor(&name, "governance");
    assert!(bypassed.iter().any(|line| line.contains("deny them s3:BypassGovernanceRetention")), "{bypassed:?}");
    let unlocked = doctor(&open, "compliance");
    for rule in ["earlier versions are kept", "locked versions cannot be deleted", "held versions cannot be deleted"] {
        assert!(unlocked.iter().any(|line| line.contains("bad") && line.contains(rule)), "{rule}: {unlocked:?}");
    }
    let missing = doctor("no-such-bucket", "compliance");
    assert!(missing[0].contains("bad") && missing[0].contains("there is no bucket"), "{missing:?}");
    let left = client.list_object_versions().bucket(&name).send().await.unwrap();
    assert!(left.versions().is_empty(), "the probes leave nothing: {left:?}");
}
