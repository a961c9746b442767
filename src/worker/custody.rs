//! Custody of the archive: work that comes again and again, each kind on its own schedule and by one worker at a time.
//!
//! A turn is claimed with a lease that is renewed while it goes on, and taken over by another worker when it runs out. What a
//! turn has reached is kept in the database, so that the next one goes on there.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;

use super::{Stop, back_off};
use crate::chart::{Clock, WorkerId};
use crate::store::{DutyClaim, Store, StoreError, TurnEnd};

/// The longest pause between two looks at what is due.
const LONGEST_PAUSE: Duration = Duration::from_secs(20);
/// The shortest one.
const SHORTEST_PAUSE: Duration = Duration::from_millis(250);
/// After so many failures in a row the pause before the next try grows no more.
const MOST_COUNTED: u32 = 30;

/// A kind of work that comes again and again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Duty {
    /// Lots are drawn of batches that are decided to the end.
    Lots,
    /// Holds take in what they cover by now.
    Holds,
    /// Locks of records that run out are renewed, and follow holds.
    Locks,
    /// Locks of the ledger, of certificates, tombstones and queries of holds are renewed; what they supersede goes.
    LedgerLocks,
    /// New versions are copied to the replica; what was destroyed is destroyed there too.
    Replication,
    /// Records are read again and compared with their inventories.
    Fixity,
    /// Policy, holds and the store's locks are compared.
    Verification,
}

/// A turn that a worker has.
pub struct Turn<'a> {
    custodian: &'a Custodian,
    claim: &'a DutyClaim,
    /// Raised when it shall come to its end.
    pub stop: &'a Stop,
}

/// Why a turn failed. It is tried again.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct TurnError(pub String);

/// Has turns.
pub struct Custodian {
    /// The database.
    pub store: Store,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Identity of this worker.
    pub worker: WorkerId,
    /// How long a claim lasts without renewal.
    pub lease: Duration,
}

impl Duty {
    /// Every kind.
    pub const ALL: [Self; 7] =
        [Self::Lots, Self::Holds, Self::Locks, Self::LedgerLocks, Self::Replication, Self::Fixity, Self::Verification];

    /// Returns the name as it is stored and printed.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Lots => "lots",
            Self::Holds => "holds",
            Self::Locks => "locks",
            Self::LedgerLocks => "ledger-locks",
            Self::Replication => "replication",
            Self::Fixity => "fixity",
            Self::Verification => "verification",
        }
    }
}

impl fmt::Display for Duty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Duty {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|duty| duty.name() == name).ok_or(())
    }
}

impl Turn<'_> {
    /// Returns where an earlier turn was cut short, as it said itself.
    pub fn progress(&self) -> Option<&str> {
        self.claim.progress.as_deref()
    }

    /// Keeps where the next turn goes on if this one is cut short from here.
    ///
    /// # Errors
    /// The claim is lost, or the database failed.
    pub async fn reached(&self, progress: &str) -> Result<(), StoreError> {
        self.custodian.store.keep_duty_progress(self.claim, progress).await
    }
}

impl Custodian {
    /// Has every turn that is due, until `stop` is raised: each kind `interval` after its last turn ended; kinds without an
    /// interval are left out. A failing turn is logged and tried again.
    ///
    /// # Errors
    /// The database failed for longer than it takes to restart.
    pub async fn keep(
        &self,
        interval: impl Fn(Duty) -> Option<SignedDuration>,
        stop: &Stop,
        carry_out: impl AsyncFn(Duty, &Turn<'_>) -> Result<TurnEnd, TurnError>,
    ) -> Result<(), StoreError> {
        let (interval, carry_out) = (&interval, &carry_out);
        let each = Duty::ALL.into_iter().filter_map(|duty| Some((duty, interval(duty)?)));
        // Side by side: a pass over the whole archive takes days, and locks do not wait for it.
        let kept = futures::future::join_all(each.map(|(duty, every)| self.keep_one(duty, every, stop, carry_out)));
        kept.await.into_iter().collect()
    }

    /// Has every turn that is due right now, once.
    ///
    /// # Errors
    /// The database failed.
    pub async fn have_turns(
        &self,
        interval: impl Fn(Duty) -> Option<SignedDuration>,
        stop: &Stop,
        carry_out: impl AsyncFn(Duty, &Turn<'_>) -> Result<TurnEnd, TurnError>,
    ) -> Result<u32, StoreError> {
        let mut had = 0;
        for duty in Duty::ALL {
            if let Some(every) = interval(duty)
                && !stop.is_raised()
            {
                had += u32::from(self.have_turn(duty, every, stop, &carry_out).await?);
            }
        }
        Ok(had)
    }

    async fn keep_one(
        &self,
        duty: Duty,
        every: SignedDuration,
        stop: &Stop,
        carry_out: &impl AsyncFn(Duty, &Turn<'_>) -> Result<TurnEnd, TurnError>,
    ) -> Result<(), StoreError> {
        let pause = Duration::try_from(every / 4).unwrap_or(SHORTEST_PAUSE).clamp(SHORTEST_PAUSE, LONGEST_PAUSE);
        let mut failures = 0;
        while !stop.is_raised() {
            let pause = match self.have_turn(duty, every, stop, carry_out).await {
                Ok(_) => {
                    failures = 0;
                    pause
                }
                Err(cause) if cause.is_transient() && failures < super::MOST_FAILURES => {
                    tracing::warn!(%cause, %duty, "the database could not be used; trying again");
                    failures += 1;
                    back_off(failures - 1)
                }
                Err(cause) => return Err(cause),
            };
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = stop.raised() => {}
            }
        }
        Ok(())
    }

    /// Has one turn, if it is due; says whether it was.
    async fn have_turn(
        &self,
        duty: Duty,
        every: SignedDuration,
        stop: &Stop,
        carry_out: &impl AsyncFn(Duty, &Turn<'_>) -> Result<TurnEnd, TurnError>,
    ) -> Result<bool, StoreError> {
        let now = self.clock.now();
        self.store.begin_duty(duty.name(), now).await?;
        let Some(claim) = self.store.claim_duty(duty.name(), self.worker, now, every, self.lease).await? else {
            return Ok(false);
        };
        tracing::debug!(%duty, "a turn begins");
        let turn = Turn { custodian: self, claim: &claim, stop };
        let outcome = tokio::select! {
            outcome = carry_out(duty, &turn) => outcome,
            lost = self.renew(&claim) => {
                tracing::warn!(%duty, %lost, "another worker has the turn");
                return Ok(true);
            }
        };
        let end = outcome.unwrap_or_else(|TurnError(why)| {
            let pause = back_off(claim.failures.min(MOST_COUNTED));
            let pause = SignedDuration::try_from(pause).unwrap_or(SignedDuration::ZERO);
            TurnEnd::Failed { why, again_at: self.clock.now().saturating_add(pause).unwrap_or(now) }
        });
        match &end {
            TurnEnd::Done { attention: true, told } => tracing::error!(%duty, told, "something needs a person"),
            TurnEnd::Done { attention: false, told } => tracing::info!(%duty, told, "a turn ended"),
            TurnEnd::Stopped => tracing::debug!(%duty, "a turn was stopped, and goes on later"),
            TurnEnd::Failed { why, .. } => tracing::error!(%duty, why, "a turn failed, and is tried again"),
        }
        match self.store.end_duty(&claim, &end, self.clock.now()).await {
            Err(cause @ StoreError::ClaimLost { .. }) => tracing::warn!(%duty, %cause, "another worker has the turn"),
            ended => ended?,
        }
        Ok(true)
    }

    /// Renews a claim three times per lease; returns only when it is lost.
    async fn renew(&self, claim: &DutyClaim) -> StoreError {
        loop {
            tokio::time::sleep(self.lease / 3).await;
            match self.store.renew_duty(claim, self.clock.now(), self.lease).await {
                Err(cause) if cause.is_transient() => tracing::warn!(%cause, "a lease was not renewed"),
                Err(cause) => return cause,
                Ok(()) => {}
            }
        }
    }
}
