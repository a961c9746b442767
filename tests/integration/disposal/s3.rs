//! Destruction in a bucket that really locks: nothing goes before the locks have ended, and then every version does.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_sdk_s3::primitives::ByteStream;
use jiff::civil::date;
use jiff::{SignedDuration, Timestamp};
use muniment::archive::ocfl::object_folder;
use muniment::archive::{Areas, Body, Location, Lock, LockMode, Vault};
use muniment::audit::SigningKey;
use muniment::disposal::{Outcome, json_key, tombstone, verify};
use muniment::store::Store;

use super::{Hands, Site, disposal};
use crate::support::s3::{self, Keeps};

/// How long what is archived is locked.
const LOCKED: Duration = Duration::from_secs(20);

#[tokio::test]
async fn every_version_goes_once_its_lock_has_ended() {
    let Some(server) = tokio::task::spawn_blocking(s3::server).await.unwrap() else { return };
    let bucket = server.bucket(Keeps::Locked).await;
    let begun = Timestamp::now();
    let clock = Arc::new(Hands(Mutex::new(begun)));
    let folder = tempfile::tempdir().unwrap();
    let until = begun + SignedDuration::try_from(LOCKED).unwrap();
    let site = Site {
        store: Store::open(&format!("sqlite:{}", folder.path().join("muniment.db").display())).await.unwrap(),
        vault: Vault::s3(&server.settings(&bucket, "site"), clock.clone()).unwrap(),
        areas: Areas::new(&Location::folder(&folder.path().join("objects")).unwrap()),
        clock,
        key: SigningKey::from_seed(&[9; 32]),
        terms: (date(2020, 1, 1), 0, Some(Lock { mode: LockMode::Compliance, until, held: false })),
        _folder: folder,
    };
    site.staff(3).await;
    let one = site.archive(1).await;
    site.approve(1, &[one]).await;
    let versions = site.vault.versions(&object_folder(one)).await.unwrap();
    site.vault.hold(&versions[0], true).await.unwrap();
    assert!(matches!(site.destroy(1).await.unwrap()[0].outcome, Outcome::Locked { .. }));
    assert_eq!(site.vault.versions(&object_folder(one)).await.unwrap().len(), versions.len());

    // Somebody else overwrites and deletes meanwhile: their versions and markers have to go as well.
    let client = server.client();
    let key = format!("site/{}", versions[1].key);
    client.put_object().bucket(&bucket).key(&key).body(ByteStream::from_static(b"forged")).send().await.unwrap();
    client.delete_object().bucket(&bucket).key(&key).send().await.unwrap();
    // And a damaged version was healed: the newer one, and what says that it counts, go with the record.
    let lock = Lock { mode: LockMode::Compliance, until, held: false };
    let body = Body::Bytes("healed".into());
    site.vault.heal(&versions[2].key, body, Some(&lock)).await.unwrap();
    let facts = format!("site/.healed/{}", object_folder(one));
    let noted = client.list_object_versions().bucket(&bucket).prefix(&facts).send().await.unwrap();
    assert_eq!(noted.versions().len(), 1);
    tokio::time::sleep(LOCKED + Duration::from_secs(2)).await;
    site.clock.advance(Timestamp::now().duration_since(begun));
    let held = site.destroy(1).await.unwrap();
    assert_eq!(held[0].outcome, Outcome::Locked { until: None }, "the legal hold is left");
    site.vault.hold(&versions[0], false).await.unwrap();
    assert_eq!(site.destroy(1).await.unwrap()[0].outcome, Outcome::Destroyed);

    let prefix = format!("site/{}", object_folder(one));
    let left = client.list_object_versions().bucket(&bucket).prefix(&prefix).send().await.unwrap();
    assert!(left.versions().is_empty() && left.delete_markers().is_empty(), "{left:?}");
    assert!(tombstone::read(&site.vault, one).await.unwrap().is_some());
    let removed = site.store.removed_objects(disposal(1), one).await.unwrap();
    assert_eq!(removed.len(), versions.len() + 4);
    let noted = client.list_object_versions().bucket(&bucket).prefix(&facts).send().await.unwrap();
    assert!(noted.versions().is_empty() && noted.delete_markers().is_empty(), "{noted:?}");
    site.certify(1, &site.places()).await.unwrap();
    let json = site.vault.read(&json_key(disposal(1)), 1 << 20).await.unwrap();
    let certificate = verify(&json, site.key.public().fingerprint()).unwrap().certificate.unwrap();
    assert_eq!(certificate.records[0].removed, removed);
}
