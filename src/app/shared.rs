//! What the clones of one opened program share while it runs: the index as it was opened, the page images.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;
use uuid::Uuid;

use super::images::PageImages;
use super::{App, AppError};
use crate::search::Index;

/// What the clones of one opened program share.
#[derive(Default)]
pub struct Shared {
    index: Mutex<Option<(String, Arc<Index>)>>,
    pub(super) images: OnceCell<Arc<PageImages>>,
    writing: Mutex<HashSet<Uuid>>,
}

/// The right to write to one upload, until it is dropped.
pub(super) struct Writing<'a> {
    shared: &'a Shared,
    upload: Uuid,
}

impl Shared {
    /// Gives out the right to write to an upload, unless somebody has it.
    pub(super) fn writing(&self, upload: Uuid) -> Option<Writing<'_>> {
        let mut writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        writing.insert(upload).then_some(Writing { shared: self, upload })
    }
}

impl Drop for Writing<'_> {
    fn drop(&mut self) {
        self.shared.writing.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.upload);
    }
}

impl App {
    /// Returns the index, opened once; again after it was built anew.
    ///
    /// # Errors
    /// As for [`App::index`].
    pub fn shared_index(&self) -> Result<Arc<Index>, AppError> {
        let mut shared = self.shared.index.lock().unwrap_or_else(PoisonError::into_inner);
        // An index that is built anew gets another identity. Until it has one, it is opened each time.
        let identity = self.index_identity()?;
        if let (Some((known, index)), Some(identity)) = (&*shared, &identity)
            && known == identity
        {
            return Ok(Arc::clone(index));
        }
        let index = Arc::new(self.index()?);
        *shared = self.index_identity()?.map(|identity| (identity, Arc::clone(&index)));
        Ok(index)
    }
}
