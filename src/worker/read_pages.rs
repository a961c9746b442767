//! Reads claimed pages in a child, one after the other, and records each result.

use std::fs::File;
use std::os::fd::AsFd;
use std::time::Duration;

use super::{Stop, Worker, WorkerError, back_off, concerns_one_file, reason};
use crate::chart::{PageText, Reject};
use crate::pipeline::child::message::{Drawing, Request, Response};
use crate::pipeline::child::validate;
use crate::pipeline::definition::Definition;
use crate::pipeline::shelf::Found;
use crate::sandbox::Leased;
use crate::store::{Claim, ClaimedPage, StoreError};

/// Pages claimed together. Few, so that several workers share a file; some, so that a child opens a file less often.
pub(super) const AT_ONCE: u32 = 4;

/// How long a page that needs a newer version of the program is left to others, before it is looked at again.
const FOR_NEWER: Duration = Duration::from_secs(30);

/// What became of one attempt.
enum Outcome {
    Read(Box<PageText>),
    Rejected(Reject),
    Failed(String),
    /// Somebody killed the child: the page is not to blame.
    Killed,
    /// Its pipeline needs a newer version of the program.
    ForNewer,
}

/// Reads the pages; those that are left when `stop` is raised stay claimed and are given back by the worker's end.
///
/// # Errors
/// The database or the object store cannot be used.
pub(super) async fn read(worker: &Worker, pages: Vec<ClaimedPage>, stop: &Stop) -> Result<(), WorkerError> {
    worker.held.hold(pages.iter().map(|page| Claim::from(&page.claim)));
    let outcome = one_by_one(worker, &pages, stop).await;
    if outcome.is_err() {
        // Nobody works on them now: what is not renewed comes back when its lease runs out.
        pages.iter().for_each(|page| worker.held.let_go(&(&page.claim).into()));
    }
    outcome
}

async fn one_by_one(worker: &Worker, pages: &[ClaimedPage], stop: &Stop) -> Result<(), WorkerError> {
    let mut child: Option<Leased<'_>> = None;
    for page in pages {
        if stop.is_raised() {
            return Ok(());
        }
        let outcome = attempt(worker, page, &mut child).await?;
        if matches!(outcome, Outcome::Failed(_) | Outcome::Killed) {
            // Whatever the child's state is, the next page deserves another one.
            child = None;
        }
        let recorded = record(worker, page, outcome).await;
        worker.held.let_go(&(&page.claim).into());
        match recorded {
            // Somebody else has the page by now.
            Err(WorkerError::Store(StoreError::ClaimLost { .. })) => {}
            recorded => recorded?,
        }
    }
    Ok(())
}

async fn attempt<'w>(
    worker: &'w Worker,
    page: &ClaimedPage,
    child: &mut Option<Leased<'w>>,
) -> Result<Outcome, WorkerError> {
    let parts = &worker.parts;
    let id = page.claim.page;
    let definition = match parts.shelf.by_digest(&parts.store, page.pipeline.digest).await? {
        Found::Known(definition) => definition,
        Found::Newer => return Ok(Outcome::ForNewer),
        Found::Nothing => {
            let (name, revision) = (&page.pipeline.name, page.pipeline.revision);
            return Ok(Outcome::Failed(format!("pipeline {name} revision {revision} is not known here")));
        }
    };
    let opened = match &page.decrypted_key {
        Some(key) => parts.areas.copies.open(key).await,
        None => parts.areas.intake.open(id.scan).await,
    };
    let file = match opened {
        Ok(file) => file,
        Err(cause) if concerns_one_file(&cause) => return Ok(Outcome::Failed(cause.to_string())),
        Err(cause) => return Err(cause.into()),
    };
    let mut leased = match child.take() {
        Some(leased) => leased,
        None => parts.pool.lease().await?,
    };
    let mut answer = call(worker, &mut leased, page, &definition, &file, Drawing::Own).await;
    if matches!(answer, Ok(Response::DrawElsewhere)) {
        let redrawn = match file.try_clone() {
            Ok(copy) => parts.redrawer.draw(copy, id.number, page.size).await,
            Err(cause) => Err(format!("the file cannot be read: {cause}")),
        };
        answer = match redrawn {
            Ok(drawing) => call(worker, &mut leased, page, &definition, &drawing, Drawing::Elsewhere).await,
            // Part of a page is better than nothing of it; an empty drawing is refused once more.
            Err(why) => match call(worker, &mut leased, page, &definition, &file, Drawing::AsIs).await {
                Ok(Response::DrawElsewhere) => Err(Outcome::Failed(why)),
                answer => answer,
            },
        };
    }
    let outcome = match answer {
        Ok(Response::Read(text)) => match validate::fault(&text, id, &page.pipeline) {
            None => Outcome::Read(text),
            Some(fault) => Outcome::Failed(fault.into()),
        },
        Ok(Response::Rejected(reject)) => Outcome::Rejected(validate::printable(reject)),
        Ok(Response::Failed(why)) => Outcome::Failed(why),
        Err(outcome) => outcome,
        Ok(_) => Outcome::Failed("the child gave an answer to another question".into()),
    };
    if matches!(outcome, Outcome::Failed(_) | Outcome::Killed) {
        leased.discard();
    } else {
        *child = Some(leased);
    }
    Ok(outcome)
}

async fn call(
    worker: &Worker,
    child: &mut Leased<'_>,
    page: &ClaimedPage,
    definition: &Definition,
    file: &File,
    drawing: Drawing,
) -> Result<Response, Outcome> {
    let request = Request::Read { page: page.claim.page, definition: Box::new(definition.clone()), drawing };
    let answer = child.call::<_, Response>(&request, &[file.as_fd()], worker.parts.terms.page_deadline).await;
    answer.map(|(response, _)| response).map_err(|cause| match cause.is_killed() {
        true => Outcome::Killed,
        false => Outcome::Failed(reason(&cause)),
    })
}

async fn record(worker: &Worker, page: &ClaimedPage, outcome: Outcome) -> Result<(), WorkerError> {
    let store = &worker.parts.store;
    match outcome {
        Outcome::Read(text) => {
            let kept = worker.parts.areas.results.put(*text).await?;
            store.finish_page(&page.claim, &kept.text, &kept.key, worker.now()).await?;
            tracing::debug!(page = %page.claim.page, "page read");
        }
        Outcome::Rejected(reject) => {
            tracing::info!(page = %page.claim.page, reason = reject.reason.name(), "page rejected");
            store.reject_page(&page.claim, &reject, worker.now()).await?;
        }
        Outcome::ForNewer => {
            store.release_page(&page.claim, worker.now(), FOR_NEWER).await?;
            let (name, revision) = (&page.pipeline.name, page.pipeline.revision);
            tracing::warn!(page = %page.claim.page, name, revision, "left to a worker that knows this newer pipeline");
        }
        Outcome::Killed => {
            store.interrupt(&Claim::from(&page.claim), worker.now(), back_off(page.lost)).await?;
            tracing::warn!(page = %page.claim.page, "a child was killed while it read a page; the page is read again");
        }
        Outcome::Failed(why) => {
            let attempt = store.fail_page_attempt(&page.claim, &why, worker.now(), back_off(page.attempts)).await?;
            tracing::warn!(page = %page.claim.page, ?attempt, why, "an attempt to read a page failed");
        }
    }
    Ok(())
}
