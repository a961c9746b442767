//! Working objects out of a backup, and those of destroyed records that must not stay.

use std::collections::BTreeSet;
use std::fs::File;

use super::{Backup, OBJECTS, Step};
use crate::app::{App, AppError, new_id};
use crate::archive::ocfl::{OcflError, Root, object_folder};
use crate::archive::vault::Version;
use crate::archive::{ArchiveError, CopyArea, IntakeArea, Vault};
use crate::chart::{PageId, RecordId};
use crate::store::WorkingObject;
use crate::worker::Stop;

/// Destroyed records that are looked at in one go.
const AT_ONCE: u32 = 500;
/// End of the name of a result.
const RESULT: &str = ".json.zst";

impl App {
    /// Brings back the objects of a backup that the database still needs; returns how many, or `None` if it was stopped.
    pub(super) async fn bring_objects_back(
        &self,
        backup: &Backup,
        stop: &Stop,
        progress: &mut impl FnMut(Step),
    ) -> Result<Option<u64>, AppError> {
        let Some(objects) = &backup.manifest.objects else { return Ok(Some(0)) };
        let mut listed = backup.listed()?;
        let (mut done, mut brought) = (0, 0);
        while let Some(object) = listed()? {
            if stop.is_raised() {
                return Ok(None);
            }
            if self.store.needs(&object.object).await? {
                let path = backup.folder.join(OBJECTS).join(&object.key);
                let file = File::open(&path)
                    .map_err(|cause| AppError::Unfit(format!("the backup's {} cannot be read: {cause}", object.key)))?;
                let stamp = (object.size, object.sha256);
                self.areas.bring_back(&object.key, stamp, file, &new_id().to_string()).await?;
                brought += 1;
            }
            done += 1;
            progress(Step { what: "files", done, all: objects.list.lines });
        }
        Ok(Some(brought))
    }

    /// Removes what is left of destroyed records outside of the archive: scan files that hold nothing else, and results.
    pub(super) async fn remove_destroyed_work(&self) -> Result<(), AppError> {
        let mut after = None;
        loop {
            let destroyed = self.store.destroyed_records(after, AT_ONCE).await?;
            let Some(last) = destroyed.last() else { return Ok(()) };
            after = Some(*last);
            for record in destroyed {
                for page in self.store.pages_of_record(record).await? {
                    self.remove_results(page).await?;
                }
                for scan in self.store.scans_to_remove(record).await?.0 {
                    self.areas.remove_working(&IntakeArea::key(scan)).await?;
                    self.areas.remove_working(&CopyArea::key(scan)).await?;
                }
            }
        }
    }

    /// Destroys again what of destroyed records came back to an archive, as an older copy of it does. Returns those of which
    /// something was destroyed, and those of which something is locked and stays.
    pub(super) async fn destroy_again(&self, vault: &Vault) -> Result<(Vec<RecordId>, Vec<RecordId>), AppError> {
        let (mut destroyed, mut locked) = (Vec::new(), Vec::new());
        for record in records_in(vault).await? {
            let known = self.store.archive_record(record).await?;
            if known.is_none_or(|known| known.state != crate::store::RecordState::Destroyed) {
                continue;
            }
            let versions = vault.versions(&object_folder(record)).await?;
            match remove(vault, &versions).await {
                Ok(()) => destroyed.push(record),
                Err(ArchiveError::Locked { .. }) => locked.push(record),
                Err(cause) => return Err(cause.into()),
            }
        }
        Ok((destroyed, locked))
    }

    /// Removes the results of a page that the database does not know any more.
    async fn remove_results(&self, page: PageId) -> Result<(), AppError> {
        for key in self.areas.results_of_page(page).await? {
            let name = key.rsplit('/').next().and_then(|name| name.strip_suffix(RESULT));
            let Some(pipeline) = name.and_then(|name| name.parse().ok()) else { continue };
            let object = WorkingObject::Result { scan: page.scan, number: page.number.get(), pipeline, key };
            if !self.store.needs(&object).await?
                && let WorkingObject::Result { key, .. } = object
            {
                self.areas.remove_working(&key).await?;
            }
        }
        Ok(())
    }
}

/// Lists the records of an archive; none where nothing was ever deposited.
pub(super) async fn records_in(vault: &Vault) -> Result<BTreeSet<RecordId>, AppError> {
    match Root::existing(vault.clone()).await {
        Ok(root) => Ok(root.validate_root().await?.1),
        Err(OcflError::NoRoot { .. }) => Ok(BTreeSet::new()),
        Err(cause) => Err(cause.into()),
    }
}

async fn remove(vault: &Vault, versions: &[Version]) -> Result<(), ArchiveError> {
    for version in versions {
        vault.delete(version).await?;
    }
    Ok(())
}
