//! Records that are being destroyed, or are: nothing of them is repaired, copied or brought back.

use std::sync::Arc;

use muniment::app::App;
use muniment::app::config::Config;
use muniment::app::fixity::FixityOrder;
use muniment::archive::Vault;
use muniment::archive::ocfl::{Root, object_folder};
use muniment::chart::{Clock, RecordId};
use muniment::disposal::{Place, tombstone};
use muniment::worker::Stop;

use crate::disposal::Site;
use crate::support::faulty_store::{Fault, FaultyStore};

/// Opens the site as an instance with a replica.
async fn app(site: &Site) -> App {
    let set = [
        ("MUNIMENT_REPLICA_LOCATION", site.folder().join("replica").display().to_string()),
        ("MUNIMENT_FIXITY_MIB_PER_SECOND", "0".to_owned()),
    ];
    let set = set.into_iter().map(|(name, value)| (name.to_owned(), value));
    let config = Config::load(None, set, Some(site.folder())).unwrap();
    let mut app = App::open(config).await.unwrap();
    app.clock = site.clock.clone();
    app
}

async fn copied(site: &Site, record: RecordId) -> Vault {
    let replica = Vault::folder(&site.folder().join("replica"), site.clock.clone()).unwrap();
    let (from, to) = (Root::open(site.vault.clone()).await.unwrap(), Root::open(replica.clone()).await.unwrap());
    from.replicate(record, &to, None).await.unwrap();
    replica
}

async fn keys(vault: &Vault, record: RecordId) -> usize {
    vault.versions_with_facts(&object_folder(record)).await.unwrap().len()
}

#[tokio::test]
async fn a_record_that_is_being_destroyed_is_not_repaired_from_the_replica() {
    let site = Site::new(3).await;
    let (one, two) = (site.archive(1).await, site.archive(2).await);
    let replica = copied(&site, one).await;
    site.approve(1, &[one]).await;
    let whole = keys(&site.vault, one).await;
    // The destruction stops in the middle, as a machine does.
    let archive = site.folder().join("archive");
    let wrap = |inner| Arc::new(FaultyStore::new(inner, archive.clone(), 7, Fault::Before)) as Arc<_>;
    let failing = Vault::folder_through(&archive, site.clock.clone(), wrap).unwrap();
    let places = vec![Place::archive(failing), Place { name: "replica".into(), vault: replica.clone() }];
    site.destroy_in(1, &places).await.unwrap_err();
    let left = keys(&site.vault, one).await;
    assert!(left > 0 && left < whole, "{left} of {whole}");

    let app = app(&site).await;
    let order = FixityOrder { all: true, ..FixityOrder::default() };
    let run = app.run_fixity(&order, &Stop::new(), |_, _| ()).await.unwrap();
    assert_eq!((run.records, run.repaired.len(), run.damaged.len()), (1, 0, 0), "{run:?}");
    let named = FixityOrder { records: vec![one], ..FixityOrder::default() };
    let run = app.run_fixity(&named, &Stop::new(), |_, _| ()).await.unwrap();
    assert_eq!((run.records, run.repaired.len(), run.damaged.len()), (0, 0, 0), "{run:?}");
    app.have_custody_turns(&Stop::new()).await.unwrap();
    assert_eq!(keys(&site.vault, one).await, left, "nothing came back");
    assert!(keys(&replica, two).await > 0, "the other one was copied");

    // The destruction goes on, and leaves nothing anywhere.
    let places = vec![Place::archive(site.vault.clone()), Place { name: "replica".into(), vault: replica.clone() }];
    site.destroy_in(1, &places).await.unwrap();
    assert_eq!((keys(&site.vault, one).await, keys(&replica, one).await), (0, 0));
    let run = app.run_fixity(&named, &Stop::new(), |_, _| ()).await.unwrap();
    assert_eq!((run.records, run.damaged.len()), (0, 0), "{run:?}");
}

#[tokio::test]
async fn what_a_replica_brings_back_of_a_destroyed_record_goes_in_the_next_turn() {
    let site = Site::new(3).await;
    let one = site.archive(1).await;
    let saved = tempfile::tempdir().unwrap();
    let mut copy = std::process::Command::new("cp");
    assert!(copy.arg("-a").arg(site.folder().join("archive/records")).arg(saved.path()).status().unwrap().success());
    site.approve(1, &[one]).await;
    site.destroy(1).await.unwrap();
    // A replica that was away meanwhile comes back, and somebody lays an old copy over the archive.
    let replica = Vault::folder(&site.folder().join("replica"), site.clock.clone()).unwrap();
    for place in ["archive", "replica"] {
        let mut copy = std::process::Command::new("cp");
        assert!(
            copy.arg("-a").arg(saved.path().join("records")).arg(site.folder().join(place)).status().unwrap().success()
        );
    }
    assert!(keys(&site.vault, one).await > 0 && keys(&replica, one).await > 0);
    let app = app(&site).await;
    app.have_custody_turns(&Stop::new()).await.unwrap();
    assert_eq!((keys(&site.vault, one).await, keys(&replica, one).await), (0, 0));
    assert!(tombstone::read(&replica, one).await.unwrap().is_some(), "the replica knows it, too");
    assert!(site.clock.now() > jiff::Timestamp::UNIX_EPOCH);
}
