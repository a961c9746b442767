//! Working objects on their way into a backup and out of it again.

use std::fs::File;

use futures::TryStreamExt;
use object_store::path::Path;

use super::areas::Areas;
use super::error::{ArchiveError, spread};
use super::removal::REMOVABLE;
use super::writing::{self, Put};
use crate::chart::{Digest, PageId};

impl Areas {
    /// Opens a working object for reading: a scan file, its copy without encryption, or a page result.
    ///
    /// # Errors
    /// It is missing or cannot be read.
    pub async fn open_working(&self, key: &str) -> Result<File, ArchiveError> {
        self.intake.location().open(&Path::from(key)).await
    }

    /// Puts a working object back, create-only and flushed; what is there stays. `ticket` tells concurrent writers apart.
    ///
    /// # Errors
    /// It is no working object; `source` does not give `size` bytes with this digest; there is no room; writing failed.
    pub async fn bring_back(
        &self,
        key: &str,
        (size, sha256): (u64, Digest),
        source: File,
        ticket: &str,
    ) -> Result<Put, ArchiveError> {
        let path = Path::from(key);
        if path.as_ref() != key || !REMOVABLE.iter().any(|area| key.starts_with(area)) {
            return Err(ArchiveError::failed(&path, "it is no working object, and is not written"));
        }
        let location = self.intake.location();
        location.need_room(size)?;
        let mut source = tokio::fs::File::from_std(source);
        let put = writing::put(location, &path, size, Some(sha256), &mut source, ticket).await?;
        if put == Put::Existed {
            location.flush(&path).await?;
        }
        Ok(put)
    }

    /// Lists the keys of everything that reading a page has left, by whatever pipeline.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn results_of_page(&self, page: PageId) -> Result<Vec<String>, ArchiveError> {
        let folder = Path::from(format!("{}/{:06}", spread("results/sha256", page.scan), page.number.get()));
        let listed = self.intake.location().store().list(Some(&folder));
        let keys = listed.map_ok(|meta| meta.location.to_string()).try_collect().await;
        keys.map_err(|error| ArchiveError::from_store(&folder, &error))
    }
}
