//! What the clones of one opened program share while it runs: the index as it was opened, the page images.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::OnceCell;
use uuid::Uuid;

use super::images::PageImages;
use super::{App, AppError};
use crate::chart::{DocumentId, PersonId};
use crate::search::Index;

/// How long somebody looks at a page before it counts as seen again: a page comes in many pieces.
const ONE_LOOK: SignedDuration = SignedDuration::from_mins(10);
/// Looks that are remembered; more, and the old ones are forgotten.
const MOST_LOOKS: usize = 50_000;

/// What the clones of one opened program share.
#[derive(Default)]
pub struct Shared {
    index: Mutex<Option<(String, Arc<Index>)>>,
    pub(super) images: OnceCell<Arc<PageImages>>,
    writing: Mutex<HashSet<Uuid>>,
    seen: Mutex<HashMap<(PersonId, DocumentId, u32), Timestamp>>,
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
    /// Says whether a look at a page is to be noted: it is the first one for a while.
    pub fn sees_anew(&self, person: PersonId, document: DocumentId, position: u32) -> bool {
        let now = self.clock.now();
        let mut seen = self.shared.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let is_new = |at: &Timestamp| now.duration_since(*at) > ONE_LOOK;
        if seen.len() >= MOST_LOOKS {
            seen.retain(|_, at| !is_new(at));
        }
        if seen.len() >= MOST_LOOKS {
            seen.clear();
        }
        if seen.get(&(person, document, position)).is_some_and(|at| !is_new(at)) {
            return false;
        }
        seen.insert((person, document, position), now);
        true
    }

    /// Forgets a look that could not be noted.
    pub fn forget_look(&self, person: PersonId, document: DocumentId, position: u32) {
        let mut seen = self.shared.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.remove(&(person, document, position));
    }

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
