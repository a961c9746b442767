//! What the clones of one opened program share while it runs: the index as it was opened, the page images.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;

use super::images::PageImages;
use super::{App, AppError};
use crate::search::Index;

/// What the clones of one opened program share.
#[derive(Default)]
pub struct Shared {
    index: Mutex<Option<(String, Arc<Index>)>>,
    pub(super) images: OnceCell<Arc<PageImages>>,
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
