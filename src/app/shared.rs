//! What the clones of one opened program share while it runs: the index as it was opened, the page images.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{OnceCell, watch};
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
    pub(super) index_turns: Turns,
    writing: Mutex<HashSet<Uuid>>,
    seen: Mutex<HashMap<(PersonId, DocumentId, u32), Timestamp>>,
}

/// Who writes to the index: whoever keeps it in step gives way to whoever asks for it, and goes on afterwards.
#[derive(Default)]
pub(super) struct Turns {
    turn: tokio::sync::Mutex<()>,
    asking: watch::Sender<u32>,
}

/// A request for the index's writer, until it is dropped.
pub(super) struct Asking<'a>(&'a Turns);

impl Turns {
    /// Waits until nobody in this process writes to the index.
    pub async fn take(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.turn.lock().await
    }

    /// Asks whoever keeps the index to give way.
    pub fn ask(&self) -> Asking<'_> {
        self.asking.send_modify(|asking| *asking += 1);
        Asking(self)
    }

    /// Waits until somebody asks, or nobody does.
    pub async fn asked(&self, wanted: bool) {
        // The sender lives as long as `self`.
        let _ = self.asking.subscribe().wait_for(|asking| (*asking > 0) == wanted).await;
    }
}

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        self.0.asking.send_modify(|asking| *asking = asking.saturating_sub(1));
    }
}

/// The right to write to one upload, or to carry out one proposal, until it is dropped.
pub(super) struct Writing<'a> {
    shared: &'a Shared,
    what: Uuid,
}

impl Shared {
    /// Gives out the right to write to an upload or to carry out a proposal, unless somebody has it.
    pub(super) fn writing(&self, what: Uuid) -> Option<Writing<'_>> {
        let mut writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        writing.insert(what).then_some(Writing { shared: self, what })
    }
}

impl Drop for Writing<'_> {
    fn drop(&mut self) {
        self.shared.writing.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.what);
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
