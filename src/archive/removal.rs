//! Removes what reading pages left, once the record that it belongs to is destroyed.

use object_store::ObjectStoreExt;
use object_store::path::Path;

use super::areas::Areas;
use super::error::ArchiveError;

/// What may be removed: scan files, their copies, and page results.
pub(super) const REMOVABLE: [&str; 2] = ["intake/", "results/"];

impl Areas {
    /// Returns the size of a working object, or `None` if it is not there.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn working_size(&self, key: &str) -> Result<Option<u64>, ArchiveError> {
        self.intake.location().size(&Path::from(key)).await
    }

    /// Deletes a working object for good, flushed. One that is gone is no error: a removal that was interrupted goes on.
    ///
    /// # Errors
    /// It is no working object, or the store failed.
    pub async fn remove_working(&self, key: &str) -> Result<(), ArchiveError> {
        let path = Path::from(key);
        if !REMOVABLE.iter().any(|area| key.starts_with(area)) {
            return Err(ArchiveError::failed(&path, "it is no working object, and stays"));
        }
        let location = self.intake.location();
        match location.store().delete(&path).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => location.flush_above(&path).await,
            Err(error) => Err(ArchiveError::from_store(&path, &error)),
        }
    }
}
