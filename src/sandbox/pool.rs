//! Several children of one kind, lent out one at a time, replaced when they fail or grow.

use super::containment::Containment;
use super::error::{CallError, StartError};
use super::exchange::Child;
use super::launch::Launch;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::os::fd::BorrowedFd;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{Semaphore, SemaphorePermit};

/// When a healthy child is replaced all the same: recognisers grow with use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recycle {
    /// After this many calls.
    pub after_calls: u64,
    /// Above this resident memory in bytes.
    pub above_resident_bytes: u64,
}

/// Up to `size` children, started when first needed.
#[derive(Debug)]
pub struct Pool {
    launch: Launch,
    recycle: Recycle,
    places: Semaphore,
    idle: Mutex<Vec<Child>>,
}

/// A child on loan; returned to its pool, or ended, when dropped.
#[derive(Debug)]
pub struct Leased<'a> {
    pool: &'a Pool,
    child: Option<Child>,
    _place: SemaphorePermit<'a>,
}

impl Pool {
    /// Plans a pool; starts nothing yet.
    #[must_use]
    pub fn new(launch: Launch, size: usize, recycle: Recycle) -> Self {
        Self { launch, recycle, places: Semaphore::new(size.max(1)), idle: Mutex::default() }
    }

    /// Waits for a free place and lends out its child, starting one where there is none.
    ///
    /// # Errors
    /// [`StartError`] when a child cannot be made ready, [`StartError::ShutDown`] after [`Pool::shut_down`].
    pub async fn lease(&self) -> Result<Leased<'_>, StartError> {
        let place = self.places.acquire().await.map_err(|_| StartError::ShutDown)?;
        let idle = self.idle().pop();
        let child = match idle {
            Some(child) => child,
            None => Child::start(&self.launch).await?,
        };
        Ok(Leased { pool: self, child: Some(child), _place: place })
    }

    /// Refuses further loans and lets the idle children leave. Children still on loan end when they come back.
    pub async fn shut_down(&self) {
        self.places.close();
        let idle = std::mem::take(&mut *self.idle());
        futures::future::join_all(idle.into_iter().map(Child::shut_down)).await;
    }

    fn take_back(&self, child: Child) {
        let grown = child.resident_bytes().is_some_and(|bytes| bytes > self.recycle.above_resident_bytes);
        let keep = child.is_usable() && child.calls() < self.recycle.after_calls && !grown;
        // The list is locked before the question is asked, so that a shut-down in between does not miss this child.
        let mut idle = self.idle();
        if keep && !self.places.is_closed() {
            idle.push(child);
        }
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Child>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Leased<'_> {
    /// Calls the child; see [`Child::call`].
    ///
    /// # Errors
    /// [`CallError`]; after any but [`CallError::Encode`], drop this loan and take another.
    pub async fn call<Req: Serialize, Resp: DeserializeOwned>(
        &mut self,
        request: &Req,
        files: &[BorrowedFd<'_>],
        deadline: Duration,
    ) -> Result<(Resp, Vec<u8>), CallError> {
        match &mut self.child {
            Some(child) => child.call(request, files, deadline).await,
            None => Err(CallError::Ended),
        }
    }

    /// Ends the child instead of returning it: what it answered is not to be believed.
    pub fn discard(mut self) {
        // A child that is dropped is ended with all it started.
        self.child = None;
    }

    /// What the child found in force.
    #[must_use]
    pub fn containment(&self) -> Option<&Containment> {
        self.child.as_ref().map(Child::containment)
    }

    /// The process id of the child.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.child.as_ref().map(Child::pid)
    }
}

impl Drop for Leased<'_> {
    fn drop(&mut self) {
        if let Some(child) = self.child.take() {
            self.pool.take_back(child);
        }
    }
}
