//! Brings source files into a batch, one after the other.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{App, AppError, new_delivery};
use crate::chart::{Batch, BatchId, Clock};
use crate::intake::{
    Intake, IntakeError, Settling, SourceFate, SourceRule, WalkLimits, Watch, wait_until_stable, walk,
};
use crate::worker::Stop;

/// How long a file that does not come to rest is waited for.
const GIVE_UP: Duration = Duration::from_secs(600);
/// How long to wait before a file that could not be taken is tried again.
const AGAIN: Duration = Duration::from_secs(5);

/// What becomes of a source that is safe.
#[derive(Debug, Clone)]
pub enum Rule {
    /// It stays.
    Keep,
    /// It is moved into this folder.
    Move(PathBuf),
}

/// What became of one path, for the person who named it.
#[derive(Debug)]
pub enum Delivery {
    /// It is safe and recorded.
    Taken,
    /// It is safe and recorded, but could not be moved.
    NotMoved {
        /// The source.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// It was left out on purpose.
    Skipped {
        /// The source.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// It could not be taken in and is where it was.
    Failed {
        /// The source.
        path: PathBuf,
        /// Why.
        why: String,
    },
}

/// Brings files into one batch.
pub struct Delivering<'a> {
    intake: Intake,
    batch: BatchId,
    clock: &'a dyn Clock,
    settling: Settling,
    limits: WalkLimits,
    poll: Duration,
}

impl App {
    /// Prepares the delivery of files into `batch`.
    pub fn delivering(&self, batch: &Batch, rule: Rule) -> Delivering<'_> {
        let mut exclude = vec![self.config.data.folder.clone(), self.config.store.folder.clone()];
        let rule = match rule {
            Rule::Keep => SourceRule::Keep,
            Rule::Move(folder) => {
                exclude.push(folder.clone());
                SourceRule::Move(folder)
            }
        };
        Delivering {
            intake: Intake::new(self.store.clone(), self.areas.intake.clone(), rule),
            batch: batch.id,
            clock: &*self.clock,
            settling: Settling {
                settle: Duration::from_secs(self.config.intake.settle_seconds),
                give_up: GIVE_UP,
                ..Settling::default()
            },
            limits: WalkLimits { exclude, ..WalkLimits::default() },
            poll: Duration::from_secs(self.config.intake.poll_seconds),
        }
    }
}

impl Delivering<'_> {
    /// Takes every file at and below `paths`; `note` is told what became of each.
    ///
    /// # Errors
    /// Nothing can be taken any more: the object store is full, or the database failed.
    pub async fn take_all(
        &self,
        paths: &[PathBuf],
        stop: &Stop,
        note: &mut impl FnMut(Delivery),
    ) -> Result<(), AppError> {
        let (paths, limits) = (paths.to_vec(), self.limits.clone());
        let found = tokio::task::spawn_blocking(move || walk(&paths, &limits)).await.unwrap_or_default();
        for skipped in found.skipped {
            let why = skipped.reason.to_string();
            note(match skipped.reason {
                crate::intake::SkipReason::Unreadable(_) => Delivery::Failed { path: skipped.path, why },
                _ => Delivery::Skipped { path: skipped.path, why },
            });
        }
        for path in found.files {
            if stop.is_raised() {
                break;
            }
            match self.take(&path, stop).await? {
                Some(delivery) => note(delivery),
                None => break,
            }
        }
        Ok(())
    }

    /// Takes whatever is or comes into the folders `paths`, until `stop` is raised.
    ///
    /// # Errors
    /// As for [`Delivering::take_all`], or no folder can be read any more.
    pub async fn watch(&self, paths: &[PathBuf], stop: &Stop, note: &mut impl FnMut(Delivery)) -> Result<(), AppError> {
        // What failed and why: the same is tried again and again, and said once.
        let mut said: HashMap<PathBuf, String> = HashMap::new();
        let mut watch = Watch::new(paths.to_vec(), self.limits.clone(), self.poll, self.settling.settle);
        loop {
            let next = tokio::select! {
                next = watch.next() => next,
                () = stop.raised() => return Ok(()),
            };
            let path = next.map_err(AppError::Intake)?;
            let Some(delivery) = self.take(&path, stop).await? else { return Ok(()) };
            if let Delivery::Failed { why, .. } | Delivery::NotMoved { why, .. } = &delivery {
                tokio::select! {
                    () = tokio::time::sleep(AGAIN) => watch.again(&path),
                    () = stop.raised() => {}
                }
                if said.insert(path, why.clone()).as_ref() == Some(why) {
                    continue;
                }
            } else {
                said.remove(&path);
            }
            note(delivery);
        }
    }

    /// Takes one file, once it is whole; `None` when `stop` was raised while that was waited for.
    async fn take(&self, path: &Path, stop: &Stop) -> Result<Option<Delivery>, AppError> {
        let failed = |why: IntakeError| Delivery::Failed { path: path.to_owned(), why: why.to_string() };
        let stable = tokio::select! {
            stable = wait_until_stable(path, &self.settling, self.clock.now()) => stable,
            () = stop.raised() => return Ok(None),
        };
        if let Err(cause) = stable {
            return Ok(Some(failed(cause)));
        }
        let delivery = match self.intake.take(path, self.batch, new_delivery(), self.clock.now()).await {
            Ok(taken) => match taken.source {
                SourceFate::Kept | SourceFate::Moved(_) => Delivery::Taken,
                SourceFate::NotMoved(why) => Delivery::NotMoved { path: path.to_owned(), why: why.to_string() },
            },
            // What failed for one file fails for the next one too.
            Err(cause @ (IntakeError::Archive(_) | IntakeError::Store(_))) => return Err(AppError::Intake(cause)),
            Err(cause) => failed(cause),
        };
        Ok(Some(delivery))
    }
}
