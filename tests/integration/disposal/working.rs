//! The machine of the working area stops at every removal of a scan or a page's text: the next run completes the
//! destruction, and the certificate lists what went before.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use muniment::app::App;
use muniment::app::config::Config;
use muniment::archive::{Areas, Location};
use muniment::chart::DisposalId;
use muniment::disposal::Outcome;
use muniment::store::{DisposalState, RecordState};

use super::forgetting::Office;
use super::stopping::copy_all;
use crate::support::faulty_store::{Fault, FaultyStore};
use crate::support::program::entries_below;

#[tokio::test]
async fn a_crash_at_any_removal_from_the_working_area_is_gone_on_with() {
    let office = Office::open();
    office.archive(2);
    let reason = ["--reason", "their retention is over"];
    let proposal = office.program.json(&[["disposal", "propose", "--eligible"].as_slice(), &reason].concat());
    let disposal: DisposalId = office.approve(&proposal).parse().unwrap();
    let approved = office.program.path("data");
    let whole = Copy::of(&approved);
    let all = whole.carry_out(disposal, 0, Fault::Before).await.unwrap();
    let listed = whole.removed(disposal).await;
    // A scan and the text of its page for each of two records.
    assert_eq!(all, 4);
    for fault in [Fault::Before, Fault::After] {
        for at in 1..=all {
            let copy = Copy::of(&approved);
            let why = copy.carry_out(disposal, at, fault).await.expect_err("the machine stopped");
            assert!(!why.is_empty());
            copy.is_true_so_far().await;
            copy.carry_out(disposal, 0, fault).await.unwrap_or_else(|why| panic!("{fault:?} {at}: {why}"));
            assert_eq!(copy.left(), Vec::<String>::new(), "{fault:?} {at}");
            assert_eq!(copy.removed(disposal).await, listed, "{fault:?} {at}: all that went is listed");
        }
    }
}

/// A copy of the data folder.
struct Copy {
    folder: tempfile::TempDir,
}

impl Copy {
    fn of(data: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        copy_all(data, &folder.path().join("data"));
        Self { folder }
    }

    async fn app(&self) -> App {
        let set = [("MUNIMENT_DEPOSIT_LOCK_SECONDS".to_owned(), "0".to_owned())].into_iter();
        let config = Config::load(None, set, Some(&self.folder.path().join("data"))).unwrap();
        App::open(config).await.unwrap()
    }

    /// Carries the proposal out on a machine that stops at removal number `at`; returns the removals, or why it failed.
    async fn carry_out(&self, disposal: DisposalId, at: u64, fault: Fault) -> Result<u64, String> {
        let mut app = self.app().await;
        let store = FaultyStore::new(app.location.store().clone(), self.folder.path().join("data/objects"), at, fault);
        let writes = store.writes();
        app.areas = Areas::new(&Location::remote(Arc::new(store)));
        let row = app.store.disposal(disposal).await.unwrap().unwrap();
        let done = app.carry_out_disposal(&row, |_| ()).await;
        let state = app.store.disposal(disposal).await.unwrap().unwrap().state;
        app.store.close().await;
        let done = done.map_err(|cause| cause.to_string())?;
        assert!(done.records.iter().all(|ready| ready.outcome == Outcome::Destroyed), "{:?}", done.records);
        assert!(done.issued.is_some() && state == DisposalState::Certified);
        Ok(writes.load(Ordering::SeqCst))
    }

    /// What is called destroyed has left nothing; what has left something is not called so.
    async fn is_true_so_far(&self) {
        let app = self.app().await;
        let records = app.store.archive_records(None, 10).await.unwrap();
        let kept = records.iter().filter(|row| row.state != RecordState::Destroyed).count();
        app.store.close().await;
        assert!(self.left().len() <= 2 * kept, "{kept} records are kept, and there is {:?}", self.left());
    }

    /// Returns the objects of the working area.
    fn left(&self) -> Vec<String> {
        let objects = self.folder.path().join("data/objects");
        let files = entries_below(&objects).into_iter();
        let files = files.filter(|path| path.is_file() && path.parent() != Some(&objects));
        files.map(|path| path.display().to_string()).collect()
    }

    /// Returns what was removed, by place and key.
    async fn removed(&self, disposal: DisposalId) -> Vec<(String, String)> {
        let app = self.app().await;
        let mut removed = Vec::new();
        for row in app.store.disposal_records(disposal).await.unwrap() {
            let objects = app.store.removed_objects(disposal, row.record).await.unwrap();
            removed.extend(objects.into_iter().map(|object| (object.place, object.key)));
        }
        app.store.close().await;
        removed.sort();
        removed
    }
}
