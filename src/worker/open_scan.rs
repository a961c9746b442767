//! Looks into a scan file: lists its pages, or records why it cannot be read.

use std::fs::File;
use std::os::fd::AsFd;

use super::{Worker, WorkerError, back_off, concerns_one_file, reason};
use crate::chart::{Digest, PageNumber, Reject, RejectReason};
use crate::pipeline::child::message::{Inspection, Request, Response};
use crate::pipeline::child::validate;
use crate::sandbox::CallError;
use crate::store::{Claim, ClaimedScan, NewPage, OpenedScan, StoreError};

/// Opens the scan in a child and ends the claim with what was found.
///
/// # Errors
/// The database or the object store cannot be used.
pub(super) async fn open(worker: &Worker, scan: ClaimedScan) -> Result<(), WorkerError> {
    let claim = Claim::from(&scan.claim);
    worker.held.hold(std::iter::once(claim.clone()));
    let outcome = look_into(worker, &scan).await;
    worker.held.let_go(&claim);
    match outcome {
        // Somebody else has the scan by now and will end the claim.
        Err(WorkerError::Store(StoreError::ClaimLost { .. })) => Ok(()),
        outcome => outcome,
    }
}

async fn look_into(worker: &Worker, scan: &ClaimedScan) -> Result<(), WorkerError> {
    let parts = &worker.parts;
    let digest = scan.claim.scan;
    let file = match parts.areas.intake.open(digest).await {
        Ok(file) => file,
        Err(cause) if concerns_one_file(&cause) => {
            let reject = Reject::file(RejectReason::Damaged, format!("The file kept in the archive is lost: {cause}."));
            return fail(worker, scan, &reject).await;
        }
        Err(cause) => return Err(cause.into()),
    };
    let mut child = parts.pool.lease().await?;
    let request = Request::Inspect { scan: digest, passwords: parts.passwords.clone() };
    let answer = child.call::<_, Response>(&request, &[file.as_fd()], parts.terms.file_deadline).await;
    match answer {
        Ok((Response::Inspected(found), _)) => {
            if let Some(fault) = validate::fault_of_inspection(&found, parts.terms.max_pages) {
                return fail(worker, scan, &undone(RejectReason::Crash, fault)).await;
            }
            let copy = if found.encrypted {
                let written = decrypt(worker, &mut child, digest, &file).await;
                match written {
                    Ok(key) => Some(key),
                    Err(Undone::Reject(reject)) => {
                        return Ok(parts.store.reject_scan(&scan.claim, &reject, worker.now()).await?);
                    }
                    Err(Undone::Attempt(kind, why)) => return fail(worker, scan, &undone(kind, &why)).await,
                    Err(Undone::Killed) => return interrupted(worker, scan).await,
                    Err(Undone::Worker(cause)) => return Err(cause),
                }
            } else {
                None
            };
            let opened = OpenedScan {
                format: found.format.clone(),
                damaged: found.damaged,
                decrypted_key: copy,
                pages: pages(&found),
                document: (parts.new_document)(),
            };
            parts.store.open_scan(&scan.claim, &opened, worker.now()).await?;
            tracing::info!(scan = %digest, pages = opened.pages.len(), format = opened.format, "scan opened");
            Ok(())
        }
        Ok((Response::Rejected(reject), _)) => {
            let reject = validate::printable(reject);
            tracing::info!(scan = %digest, reason = reject.reason.name(), "scan rejected");
            Ok(parts.store.reject_scan(&scan.claim, &reject, worker.now()).await?)
        }
        Ok((Response::Failed(why), _)) => fail(worker, scan, &undone(RejectReason::Crash, &why)).await,
        Ok(_) => fail(worker, scan, &undone(RejectReason::Crash, "the child gave an answer to another question")).await,
        Err(cause) if cause.is_killed() => interrupted(worker, scan).await,
        Err(cause) => fail(worker, scan, &undone(reject_reason(&cause), &reason(&cause))).await,
    }
}

/// Why no decrypted copy was made.
enum Undone {
    Reject(Reject),
    Attempt(RejectReason, String),
    Killed,
    Worker(WorkerError),
}

impl<E: Into<WorkerError>> From<E> for Undone {
    fn from(cause: E) -> Self {
        Self::Worker(cause.into())
    }
}

/// Keeps a copy without encryption beside the original, so that the password is needed this once only.
async fn decrypt(
    worker: &Worker,
    child: &mut crate::sandbox::Leased<'_>,
    scan: Digest,
    file: &File,
) -> Result<String, Undone> {
    let parts = &worker.parts;
    let copy = tempfile::tempfile()?;
    // Several scans are decrypted at the same time: each has a staging place of its own.
    let ticket = format!("{}-{scan}", parts.worker);
    let request = Request::Decrypt { scan, passwords: parts.passwords.clone() };
    let answer = child.call::<_, Response>(&request, &[file.as_fd(), copy.as_fd()], parts.terms.file_deadline).await;
    match answer {
        Ok((Response::Done, _)) => Ok(parts.areas.copies.put(scan, copy, &ticket).await?),
        Ok((Response::Rejected(reject), _)) => Err(Undone::Reject(validate::printable(reject))),
        Ok((Response::Failed(why), _)) => Err(Undone::Attempt(RejectReason::Crash, why)),
        Ok(_) => Err(Undone::Attempt(RejectReason::Crash, "the child gave an answer to another question".into())),
        Err(cause) if cause.is_killed() => Err(Undone::Killed),
        Err(cause) => Err(Undone::Attempt(reject_reason(&cause), reason(&cause))),
    }
}

fn undone(kind: RejectReason, why: &str) -> Reject {
    Reject::file(
        kind,
        format!(
            "The file could not be opened: {why}. Its bytes are kept; export or scan it again, or raise the limit."
        ),
    )
}

async fn fail(worker: &Worker, scan: &ClaimedScan, reject: &Reject) -> Result<(), WorkerError> {
    let attempt =
        worker.parts.store.fail_scan_attempt(&scan.claim, reject, worker.now(), back_off(scan.attempts)).await?;
    let why = &reject.message;
    tracing::warn!(scan = %scan.claim.scan, ?attempt, why, "an attempt to open a scan failed");
    Ok(())
}

async fn interrupted(worker: &Worker, scan: &ClaimedScan) -> Result<(), WorkerError> {
    worker.parts.store.interrupt(&Claim::from(&scan.claim), worker.now(), back_off(scan.lost)).await?;
    tracing::warn!(scan = %scan.claim.scan, "a child was killed while it opened a scan; the scan is opened again");
    Ok(())
}

fn reject_reason(error: &CallError) -> RejectReason {
    match error {
        CallError::Deadline(_) => RejectReason::TimeLimit,
        CallError::MemoryLimit(_) => RejectReason::MemoryLimit,
        _ => RejectReason::Crash,
    }
}

fn pages(found: &Inspection) -> Vec<NewPage> {
    found
        .pages
        .iter()
        .zip(0..)
        .map(|(page, index)| NewPage { number: PageNumber::from_index(index), size: page.size, dpi: page.dpi })
        .collect()
}
