//! Deposits what waits in the waiting room: claims a version, makes its files, has the archive write them, and ends the
//! claim in the transaction that tells the ledger.
//!
//! Every file is made the same way at each try (times come from the acceptance, texts from the results that were accepted),
//! so that a deposit that was interrupted anywhere is finished by doing it again.

mod access_pdf;
mod holdings;
mod originals;
mod text;

use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;

use crate::archive::ocfl::{Author, Root};
use crate::archive::{self, Areas, Lock, RecordFiles};
use crate::chart::{Clock, RecordId, SecondReview, VerifiedRecord, WorkerId};
use crate::sandbox::Pool;
use crate::store::{DepositClaim, DepositedVersion, Store, StoreError, VersionRow};

use super::{Redrawer, WorkerError, back_off};

/// The program and its version, as records state it.
const PROGRAM: &str = concat!("Muniment ", env!("CARGO_PKG_VERSION"));
/// Address of the program, where a rule accepted a record.
const PROGRAM_ADDRESS: &str = "urn:muniment:program";

/// What deposits are made with.
pub struct Depositor {
    /// The database.
    pub store: Store,
    /// The object store with scan files and results.
    pub areas: Areas,
    /// The records in the archive.
    pub root: Root,
    /// Children that cut and draw.
    pub pool: Pool,
    /// Draws pages that the children cannot.
    pub redrawer: Redrawer,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Identity of this worker.
    pub worker: WorkerId,
    /// How long a claim lasts without renewal.
    pub lease: Duration,
    /// How long one page may take.
    pub page_deadline: Duration,
    /// Says how a record is locked in the archive.
    pub locking: Locking,
}

/// Says how what is deposited of a record right now is locked: as policy and holds ask for; or why that cannot be said.
pub type Locking = Box<dyn Fn(RecordId) -> BoxFuture<'static, Result<Option<Lock>, String>> + Send + Sync>;

/// Why a deposit cannot be made.
#[derive(Debug, thiserror::Error)]
enum DepositError {
    #[error(transparent)]
    Worker(#[from] WorkerError),
    #[error(transparent)]
    Ocfl(#[from] archive::ocfl::OcflError),
    /// Something about this record stands against it, and another try would not help.
    #[error("{0}")]
    Unfit(String),
    /// An attempt failed that another one may not.
    #[error("{0}")]
    Attempt(String),
}

macro_rules! worker_errors {
    ($($kind:ty),*) => { $(
        impl From<$kind> for DepositError {
            fn from(cause: $kind) -> Self {
                Self::Worker(cause.into())
            }
        }
    )* };
}

worker_errors!(StoreError, archive::ArchiveError, std::io::Error, crate::sandbox::StartError);

impl Depositor {
    /// Makes the next deposit that is due; says whether there was one.
    ///
    /// # Errors
    /// The database or the object store cannot be used at all, or no child can be started.
    pub async fn next(&self) -> Result<bool, WorkerError> {
        let Some(claim) = self.store.claim_deposit(self.worker, self.clock.now(), self.lease).await? else {
            return Ok(false);
        };
        let outcome = tokio::select! {
            outcome = Box::pin(self.carry_out(&claim)) => outcome,
            lost = self.renew(&claim) => Err(DepositError::Worker(lost.into())),
        };
        let ended = match outcome {
            Ok(deposited) => self.store.finish_deposit(&claim, &deposited, self.clock.now()).await,
            Err(DepositError::Worker(WorkerError::Archive(cause))) if !cause.is_transient() => {
                self.fail(&claim, &cause.to_string(), false).await
            }
            Err(DepositError::Worker(cause @ (WorkerError::Store(_) | WorkerError::Start(_)))) => Err(cause)?,
            Err(DepositError::Ocfl(cause)) => self.fail(&claim, &cause.to_string(), cause.is_transient()).await,
            Err(DepositError::Unfit(why)) => self.fail(&claim, &why, false).await,
            Err(cause) => self.fail(&claim, &cause.to_string(), true).await,
        };
        match ended {
            // Somebody else has the deposit by now and will end the claim.
            Err(StoreError::ClaimLost { .. }) => Ok(true),
            ended => ended.map(|()| true).map_err(WorkerError::from),
        }
    }

    async fn fail(&self, claim: &DepositClaim, why: &str, again: bool) -> Result<(), StoreError> {
        let pause = back_off(claim.attempts);
        let attempt = self.store.fail_deposit(claim, why, again, self.clock.now(), pause).await?;
        tracing::warn!(record = %claim.record, version = claim.version, ?attempt, why, "a deposit failed");
        Ok(())
    }

    /// Renews a claim three times per lease; returns only when it is lost.
    async fn renew(&self, claim: &DepositClaim) -> StoreError {
        loop {
            tokio::time::sleep(self.lease / 3).await;
            match self.store.renew_deposit(claim, self.clock.now(), self.lease).await {
                Err(cause) if cause.is_transient() => tracing::warn!(%cause, "a deposit's lease was not renewed"),
                Err(cause) => return cause,
                Ok(()) => {}
            }
        }
    }

    async fn carry_out(&self, claim: &DepositClaim) -> Result<DepositedVersion, DepositError> {
        let lost = || DepositError::Unfit("what was decided at its acceptance is missing in the database".into());
        let draft = self.store.description(claim.record, claim.version).await?.ok_or_else(lost)?;
        let versions = self.store.record_versions(claim.record).await?;
        let version = versions.into_iter().find(|row| row.version == claim.version).ok_or_else(lost)?;
        let (record, author) = self.verified(&version, draft).await?;
        let held = holdings::find(self, &record).await?;
        let (originals, decrypted) = originals::make(self, &record, held).await?;
        let (access, not_in_access) = access_pdf::write(self, &record, &originals, &decrypted).await?;
        let text = text::write(self, &record).await?;
        let files = RecordFiles {
            originals,
            decrypted: decrypted.into_iter().map(|(_, path, file)| (path, file)).collect(),
            text,
            access,
            not_in_access,
        };
        let lock = (self.locking)(claim.record).await.map_err(DepositError::Attempt)?;
        let depositing = archive::deposit(&self.root, &record, files, author, PROGRAM, lock);
        let deposited = Box::pin(depositing).await?;
        tracing::info!(record = %claim.record, version = claim.version, bytes = deposited.bytes, "deposited");
        let correction = record.draft().correction.as_ref();
        Ok(DepositedVersion {
            inventory: deposited.inventory.sha512.to_string(),
            bytes: deposited.bytes,
            locked_until: lock.map(|lock| lock.until).filter(|until| *until > self.clock.now()),
            in_error: correction
                .filter(|correction| correction.reason.was_in_error())
                .and_then(|_| claim.version.checked_sub(1)),
        })
    }

    /// Makes the verified record again out of the recorded acceptance: by the person, or by the rule.
    async fn verified(
        &self,
        version: &VersionRow,
        draft: crate::chart::RecordDraft,
    ) -> Result<(VerifiedRecord, Author), DepositError> {
        let second = version.reviewed.map(|(by, at)| SecondReview { by, at });
        match (version.accepted_by, &version.rule) {
            (Some(person), _) => {
                let known = self.store.person(person).await?;
                let name = known.map_or_else(|| person.to_string(), |person| person.name);
                let author = Author { name, address: format!("urn:uuid:{person}") };
                Ok((VerifiedRecord::accepted_by(person, version.accepted_at, second, draft), author))
            }
            (None, Some(rule)) => {
                let author = Author { name: format!("{PROGRAM}, rule {rule}"), address: PROGRAM_ADDRESS.into() };
                Ok((VerifiedRecord::accepted_by_rule(rule.clone(), version.accepted_at, second, draft), author))
            }
            (None, None) => Err(DepositError::Unfit("nobody has verified it".into())),
        }
    }
}
