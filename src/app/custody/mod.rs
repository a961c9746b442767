//! Looking after the archive: what workers do for it again and again, on the schedule of the configuration, and what there is
//! to be alarmed about.

mod alerts;
mod ledger_locks;
mod replication;

use std::time::Duration;

use jiff::SignedDuration;

pub use alerts::Alert;

use super::fixity::FixityOrder;
use super::{App, AppError, new_worker};
use crate::chart::RecordId;
use crate::store::TurnEnd;
use crate::worker::{Custodian, Duty, Stop, Turn, TurnError};

/// The longest time between two turns that renew locks: of records where these are short, and of the ledger.
const LEDGER_LOCKS: SignedDuration = SignedDuration::from_hours(6);
/// How often the records are sought that are due for a check.
const FIXITY: SignedDuration = SignedDuration::from_hours(24);
/// Locks are looked at so many times in the life of one.
const LOOKS: i32 = 8;
/// The shortest time between two turns.
const SHORTEST: SignedDuration = SignedDuration::from_secs(1);
/// Differences and damage that are told by name in one line.
const MOST_TOLD: usize = 3;

impl App {
    /// Has every turn of custody that is due, until `stop` is raised.
    ///
    /// # Errors
    /// The database failed.
    pub async fn keep_custody(&self, stop: &Stop) -> Result<(), AppError> {
        let custodian = self.custodian().await?;
        let kept =
            custodian.keep(|duty| self.interval(duty), stop, async |duty, turn| self.turn(duty, turn).await).await;
        self.store.release_all(custodian.worker, self.clock.now()).await?;
        Ok(kept?)
    }

    /// Has every turn of custody that is due right now, once; returns how many there were.
    ///
    /// # Errors
    /// The database failed.
    pub async fn have_custody_turns(&self, stop: &Stop) -> Result<u32, AppError> {
        let custodian = self.custodian().await?;
        let had =
            custodian.have_turns(|duty| self.interval(duty), stop, async |duty, turn| self.turn(duty, turn).await);
        let had = had.await;
        self.store.release_all(custodian.worker, self.clock.now()).await?;
        Ok(had?)
    }

    /// Returns how long after a turn the next one is due; none for what is not to be done here.
    pub fn interval(&self, duty: Duty) -> Option<SignedDuration> {
        let minutes = |count: u32| SignedDuration::from_mins(i64::from(count));
        let custody = &self.config.custody;
        let interval = match duty {
            Duty::Lots | Duty::Holds => minutes(custody.follow_minutes),
            Duty::Locks => match self.config.lock_length() {
                Some(length) => minutes(custody.follow_minutes).min(length / LOOKS),
                None => minutes(custody.follow_minutes),
            },
            Duty::LedgerLocks => LEDGER_LOCKS,
            Duty::Replication => {
                self.config.replica.place()?;
                minutes(custody.replicate_minutes)
            }
            Duty::Fixity => FIXITY,
            Duty::Verification => SignedDuration::from_hours(i64::from(custody.verify_hours)),
        };
        Some(interval.max(SHORTEST))
    }

    async fn custodian(&self) -> Result<Custodian, AppError> {
        let worker = new_worker();
        let process = super::process::ProcessIdentity::own().map(|own| own.to_string());
        let name = super::parts::worker_name();
        self.store.start_worker(worker, &name, process.as_deref(), self.clock.now()).await?;
        let lease = Duration::from_secs(self.config.worker.lease_seconds);
        Ok(Custodian { store: self.store.clone(), clock: self.clock.clone(), worker, lease })
    }

    async fn turn(&self, duty: Duty, turn: &Turn<'_>) -> Result<TurnEnd, TurnError> {
        let had = match duty {
            Duty::Lots => self.lots_turn().await,
            Duty::Holds => self.holds_turn().await,
            Duty::Locks => self.locks_turn(turn).await,
            Duty::LedgerLocks => self.ledger_locks_turn(turn).await,
            Duty::Replication => self.replication_turn(turn).await,
            Duty::Fixity => self.fixity_turn(turn).await,
            Duty::Verification => self.verification_turn(turn).await,
        };
        had.map_err(|cause| TurnError(cause.to_string()))
    }

    async fn lots_turn(&self) -> Result<TurnEnd, AppError> {
        let drawn = self.draw_due_lots().await?;
        Ok(TurnEnd::Done { attention: false, told: format!("{drawn} lots were drawn") })
    }

    async fn holds_turn(&self) -> Result<TurnEnd, AppError> {
        let matched = self.match_known_holds().await?;
        let added: usize = matched.added.iter().map(|(_, count)| count).sum();
        let mut told = format!("{added} records were added to holds");
        for hold in &matched.without_query {
            told.push_str(&format!("; the query of hold {hold} is not here: muniment hold query {hold} QUERY"));
        }
        // The locks follow in their own turn, which sees who is held by now.
        Ok(TurnEnd::Done { attention: !matched.without_query.is_empty(), told })
    }

    async fn locks_turn(&self, turn: &Turn<'_>) -> Result<TurnEnd, AppError> {
        let done = self.renew_record_locks(turn.stop).await?;
        let told = format!(
            "{} records: {} locks extended, {} versions held, {} released",
            done.records, done.extended, done.held, done.released
        );
        Ok(ended(turn, false, told))
    }

    async fn fixity_turn(&self, turn: &Turn<'_>) -> Result<TurnEnd, AppError> {
        let run = self.run_fixity(&FixityOrder::default(), turn.stop, |_, _| ()).await?;
        let mut told = format!(
            "{} records checked, {} not due; {} MB at {:.0} MB/s; {} files repaired",
            run.records,
            run.not_due,
            run.bytes / 1_000_000,
            run.megabytes_per_second,
            run.repaired.len()
        );
        for problem in run.damaged.iter().take(MOST_TOLD) {
            told.push_str(&format!("; DAMAGED {}: {}", problem.location, problem.problem.key));
        }
        if run.damaged.len() + run.failures.len() > 0 {
            let (damaged, failures) = (run.damaged.len(), run.failures.len());
            told.push_str(&format!("; {damaged} damaged, {failures} failures: muniment fixity status"));
        }
        Ok(ended(turn, run.needs_attention(), told))
    }

    async fn verification_turn(&self, turn: &Turn<'_>) -> Result<TurnEnd, AppError> {
        let after = turn.progress().and_then(|progress| progress.parse::<RecordId>().ok());
        let reached = async |record: RecordId| Ok(turn.reached(&record.to_string()).await?);
        let found = self.compare_locks(after, turn.stop, reached).await?;
        let mut told = format!("{} records with {} versions compared", found.records, found.versions);
        for difference in found.differences.iter().take(MOST_TOLD) {
            told.push_str(&format!("; {difference}"));
        }
        let mut differing: Vec<RecordId> = found.differences.iter().map(|one| one.difference.record).collect();
        differing.dedup();
        if !differing.is_empty() {
            // What can be mended is not left open to whoever made it so; that it was so stays on record.
            let mended = self.align_locks(Some(&differing)).await?;
            told.push_str(&format!(
                "; {} differences in {} records; {} locks extended, {} versions held, {} released: muniment retention verify",
                found.differences.len(),
                differing.len(),
                mended.extended,
                mended.held,
                mended.released
            ));
        }
        if found.stopped {
            return Ok(TurnEnd::Stopped);
        }
        Ok(TurnEnd::Done { attention: !found.differences.is_empty(), told })
    }
}

/// Ends a turn that goes on later if it was stopped, since what it did is kept record by record.
fn ended(turn: &Turn<'_>, attention: bool, told: String) -> TurnEnd {
    if turn.stop.is_raised() && !attention { TurnEnd::Stopped } else { TurnEnd::Done { attention, told } }
}
