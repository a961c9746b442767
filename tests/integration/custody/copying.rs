//! The machine stops at every single write of a copy to the replica: the next turn completes it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use muniment::archive::Vault;
use muniment::archive::ocfl::{Depth, OcflError, Root, object_folder};
use muniment::chart::Clock;

use crate::disposal::Site;
use crate::support::faulty_store::{Fault, FaultyStore};

fn faulty(site: &Site, folder: &std::path::Path, at: u64, fault: Fault) -> (Vault, Arc<AtomicU64>) {
    let mut writes = None;
    let vault = Vault::folder_through(folder, site.clock.clone(), |inner| {
        let store = FaultyStore::new(inner, folder.to_owned(), at, fault);
        writes = Some(store.writes());
        Arc::new(store)
    });
    (vault.unwrap(), writes.unwrap())
}

#[tokio::test]
async fn a_copy_survives_a_crash_at_every_write() {
    let site = Site::new(1).await;
    let record = site.archive(1).await;
    let from = Root::open(site.vault.clone()).await.unwrap();
    let copy = async |vault: Vault| -> Result<u64, OcflError> {
        Ok(from.replicate(record, &Root::open(vault).await?, None).await?.files)
    };
    let folder = tempfile::tempdir().unwrap();
    let (vault, writes) = faulty(&site, folder.path(), 0, Fault::Before);
    assert!(copy(vault).await.unwrap() > 7);
    let writes = writes.load(Ordering::SeqCst);
    for fault in [Fault::Before, Fault::After, Fault::Torn] {
        for at in 1..=writes {
            let folder = tempfile::tempdir().unwrap();
            let (vault, _) = faulty(&site, folder.path(), at, fault);
            copy(vault).await.expect_err("the write fails");
            let vault = Vault::folder(folder.path(), site.clock.clone()).unwrap();
            copy(vault.clone()).await.unwrap_or_else(|error| panic!("write {at}, {fault:?}: {error}"));
            let root = Root::existing(vault.clone()).await.unwrap();
            let found = root.validate(record, Depth::Digests).await.unwrap();
            assert_eq!((found.versions, found.problems), (2, vec![]), "write {at}, {fault:?}");
            let here = site.vault.versions(&object_folder(record)).await.unwrap().len();
            assert_eq!(vault.versions(&object_folder(record)).await.unwrap().len(), here);
        }
    }
    assert!(site.clock.now() > jiff::Timestamp::UNIX_EPOCH);
}
