//! Fixity: re-reads archived records against their inventories, at a pace; brings damage back from the replica; keeps the
//! replica whole. What was found is kept per record, so that a run that was stopped goes on with what is due.

use std::collections::BTreeSet;
use std::time::Instant;

use futures::{StreamExt, TryStreamExt};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::custody::Alert;
use super::locks::{ARCHIVE, REPLICA};
use super::{App, AppError};
use crate::archive::Pace;
use crate::archive::ocfl::{Depth, Problem, Root, Validated};
use crate::chart::RecordId;
use crate::store::{DutyRow, FixityCheck, FixityFigures, FixityProblem, OpenDifference, OpenProblem, ReplicaFigures};
use crate::worker::Stop;

/// Records are checked this part of the time early.
const EARLY: i32 = 10;
/// The most problems that are listed.
const MOST_LISTED: u32 = 1_000;

/// What a run of fixity shall do.
#[derive(Debug, Clone, Default)]
pub struct FixityOrder {
    /// Only these records, whether due or not.
    pub records: Vec<RecordId>,
    /// Every record, whether due or not.
    pub all: bool,
    /// Says what is damaged, and repairs and copies nothing.
    pub look_only: bool,
}

/// What a run of fixity has found and done.
#[derive(Debug, Clone, Default, Serialize)]
pub struct FixityRun {
    /// Records checked in the archive.
    pub records: u64,
    /// Records that were not due yet.
    pub not_due: u64,
    /// Files read, in all locations.
    pub files: u64,
    /// Bytes read, in all locations.
    pub bytes: u64,
    /// How long it took.
    pub seconds: f64,
    /// Bytes read per second, in MB (10^6).
    pub megabytes_per_second: f64,
    /// Files copied to the replica.
    pub copied: u64,
    /// Keys that have the right bytes again, with their location.
    pub repaired: Vec<String>,
    /// What is wrong and could not be repaired, with its location.
    pub damaged: Vec<OpenProblem>,
    /// Why something could not be repaired or copied.
    pub failures: Vec<String>,
    /// Whether it was stopped before it was through.
    pub stopped: bool,
}

/// Where fixity stands.
#[derive(Debug, Clone, Serialize)]
pub struct FixityStatus {
    /// Every record is checked once in so many days.
    pub every_days: u32,
    /// The archive.
    pub archive: FixityFigures,
    /// The replica, where there is one.
    pub replica: Option<FixityFigures>,
    /// Records of which no check is known, among those that the archive holds.
    pub never_checked: u64,
    /// What is wrong and not repaired; the first thousand.
    pub damaged: Vec<OpenProblem>,
    /// Where copying to the replica stands, where there is one.
    pub copies: Option<ReplicaFigures>,
    /// Where the store's locks are not what policy and holds ask for; the first thousand.
    pub lock_differences: Vec<OpenDifference>,
    /// The work that comes again and again, by name.
    pub duties: Vec<DutyStatus>,
    /// What there is to be alarmed about.
    pub alerts: Vec<Alert>,
}

/// Where one kind of work that comes again and again stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DutyStatus {
    /// Its name.
    pub name: String,
    /// When a turn last came to its end.
    pub ended_at: Option<Timestamp>,
    /// What came of the last turn, or why it failed.
    pub told: String,
    /// Turns since then that failed.
    pub failures: u32,
    /// Whether a worker is at it.
    pub running: bool,
}

/// The records of both locations.
#[derive(Clone)]
struct Locations {
    archive: Root,
    replica: Option<Root>,
}

impl App {
    /// Checks the records that are due, repairs them and copies them to the replica, until `stop` is raised. `progress` is
    /// told the records and bytes that are done.
    ///
    /// # Errors
    /// The database failed, or the archive cannot be listed. Damage is no error; it is in the answer.
    pub async fn run_fixity(
        &self,
        order: &FixityOrder,
        stop: &Stop,
        mut progress: impl FnMut(u64, u64),
    ) -> Result<FixityRun, AppError> {
        let begun = Instant::now();
        let pace = Pace::new(u64::from(self.config.fixity.mib_per_second) << 20);
        let locations = self.locations(order.look_only, pace).await?;
        let mut run = FixityRun::default();
        let mut due = self.due(order, &locations.archive, &mut run).await?.into_iter();
        // Reading one record's files waits for one disk or server and keeps one core busy.
        let at_once = std::thread::available_parallelism().map_or(1, usize::from);
        let mut checks = futures::stream::FuturesUnordered::new();
        let stopped = loop {
            while checks.len() < at_once
                && !stop.is_raised()
                && let Some(record) = due.next()
            {
                checks.push(self.check_record(record, &locations, order.look_only));
            }
            match checks.next().await {
                None => break stop.is_raised() && due.len() > 0,
                Some(checked) => run.add(checked?),
            }
            progress(run.records, run.bytes);
        };
        if !stopped
            && !order.look_only
            && order.records.is_empty()
            && let Some(replica) = self.replica().await?
        {
            self.copy_the_rest(replica, &mut run).await?;
        }
        run.stopped = stopped;
        run.seconds = begun.elapsed().as_secs_f64();
        run.megabytes_per_second = run.bytes as f64 / 1e6 / run.seconds.max(1e-9);
        Ok(run)
    }

    /// Says where fixity stands.
    ///
    /// # Errors
    /// The database failed, or the archive cannot be listed.
    pub async fn fixity_status(&self) -> Result<FixityStatus, AppError> {
        let due_before = self.due_before();
        let mut never_checked = 0;
        let records = Root::open(self.vault.clone()).await?;
        let mut ids = std::pin::pin!(records.ids());
        while let Some(record) = ids.try_next().await? {
            never_checked += u64::from(self.store.fixity_checked_at(record, ARCHIVE).await?.is_none());
        }
        let replica = match self.replica().await? {
            Some(_) => Some(self.store.fixity_figures(REPLICA, due_before).await?),
            None => None,
        };
        let copies = match replica {
            Some(_) => Some(self.store.replica_figures().await?),
            None => None,
        };
        let duty = |row: DutyRow| DutyStatus {
            name: row.name,
            ended_at: row.ended_at,
            told: row.told,
            failures: row.failures,
            running: row.claimed,
        };
        Ok(FixityStatus {
            copies,
            lock_differences: self.store.open_lock_differences(MOST_LISTED).await?,
            duties: self.store.duties().await?.into_iter().map(duty).collect(),
            alerts: self.alerts().await?,
            every_days: self.config.fixity.every_days,
            archive: self.store.fixity_figures(ARCHIVE, due_before).await?,
            replica,
            never_checked,
            damaged: self.store.open_fixity_problems(MOST_LISTED).await?,
        })
    }

    async fn locations(&self, look_only: bool, pace: Option<Pace>) -> Result<Locations, AppError> {
        let replica = match self.replica().await? {
            // Looking changes nothing: where there is no replica yet, none is made.
            Some(replica) if look_only => Root::existing(replica.clone()).await.ok(),
            Some(replica) => Some(Root::open(replica.clone()).await?),
            None => None,
        };
        let archive = Root::open(self.vault.clone()).await?.at_pace(pace.clone());
        Ok(Locations { archive, replica: replica.map(|replica| replica.at_pace(pace)) })
    }

    /// Returns the records to check, those whose last check is the longest ago first.
    async fn due(&self, order: &FixityOrder, archive: &Root, run: &mut FixityRun) -> Result<Vec<RecordId>, AppError> {
        if !order.records.is_empty() {
            return Ok(order.records.clone());
        }
        let due_before = self.due_before();
        let mut due: Vec<(Option<Timestamp>, RecordId)> = Vec::new();
        let leaving: BTreeSet<RecordId> =
            self.store.records_being_destroyed().await?.into_iter().map(|(_, record)| record).collect();
        let mut ids = std::pin::pin!(archive.ids());
        while let Some(record) = ids.try_next().await? {
            if leaving.contains(&record) {
                continue;
            }
            let mut checked = self.store.fixity_checked_at(record, ARCHIVE).await?;
            if self.replica().await?.is_some() {
                checked = checked.min(self.store.fixity_checked_at(record, REPLICA).await?);
            }
            if order.all || checked.is_none_or(|checked| checked < due_before) {
                due.push((checked, record));
            } else {
                run.not_due += 1;
            }
        }
        due.sort_unstable();
        Ok(due.into_iter().map(|(_, record)| record).collect())
    }

    /// Returns the instant before which a check is due again: somewhat early, so that it is done in time.
    fn due_before(&self) -> Timestamp {
        let age = SignedDuration::from_hours(i64::from(self.config.fixity.every_days) * 24);
        self.clock.now().checked_sub(age - age / EARLY).unwrap_or(Timestamp::MIN)
    }

    /// Checks one record in both locations; each is repaired from the other.
    async fn check_record(
        &self,
        record: RecordId,
        locations: &Locations,
        look_only: bool,
    ) -> Result<FixityRun, AppError> {
        let mut run = FixityRun::default();
        // What is to be gone is neither damaged nor missing, and is not brought back.
        if self.is_leaving(record).await? {
            return Ok(run);
        }
        run.records = 1;
        let Locations { archive, replica } = locations;
        let ours = archive.validate(record, Depth::Digests).await?;
        if ours.versions == 0 && self.is_leaving(record).await? {
            return Ok(FixityRun::default());
        }
        let ours = self.settle(ARCHIVE, ours, archive, replica.as_ref(), look_only, &mut run).await?;
        let Some(replica) = replica else { return Ok(run) };
        if ours.problems.is_empty() && !look_only {
            match self.replicate(record, archive, replica).await {
                Ok(files) => run.copied += files,
                Err(AppError::Ocfl(cause)) => {
                    run.failures.push(format!("{record} was not copied to the replica: {cause}"));
                }
                Err(cause) => return Err(cause),
            }
        }
        let theirs = replica.validate(record, Depth::Digests).await?;
        if theirs.versions > 0 || !look_only {
            self.settle(REPLICA, theirs, replica, Some(archive), look_only, &mut run).await?;
        }
        Ok(run)
    }

    /// Repairs what is wrong with a record in one location, and keeps what was found.
    async fn settle(
        &self,
        location: &'static str,
        found: Validated,
        root: &Root,
        other: Option<&Root>,
        look_only: bool,
        run: &mut FixityRun,
    ) -> Result<Validated, AppError> {
        run.files += found.files;
        run.bytes = run.bytes.saturating_add(found.bytes);
        let at = self.clock.now();
        let mut now = found.clone();
        if !found.problems.is_empty() && !look_only {
            if self.is_leaving(found.record).await? {
                return Ok(now);
            }
            let lock = self.lock_of(found.record).await?;
            let repaired = root.repair(&found, other, lock.as_ref()).await;
            self.leave_nothing_of(found.record).await?;
            if self.is_leaving(found.record).await? {
                return Ok(now);
            }
            let repaired = repaired?;
            for problem in found.problems.iter().filter(|problem| repaired.healed.contains(&problem.key)) {
                self.store.keep_repaired(found.record, location, &kept(problem), at).await?;
            }
            run.repaired.extend(repaired.healed.iter().map(|key| format!("{location}: {key}")));
            run.failures.extend(repaired.failures.iter().map(|failure| format!("{location}: {failure}")));
            now = repaired.now;
        }
        for problem in &now.problems {
            tracing::error!(key = problem.key, kind = problem.kind.name(), location, "the archive is damaged");
        }
        let check = FixityCheck {
            record: found.record,
            location,
            checked_at: at,
            files: now.files,
            bytes: now.bytes,
            problems: now.problems.iter().map(kept).collect(),
        };
        self.store.keep_fixity(&check).await?;
        run.damaged.extend(check.problems.into_iter().map(|problem| OpenProblem {
            record: found.record,
            location: location.to_owned(),
            problem,
            found_at: at,
        }));
        Ok(now)
    }
}

impl FixityRun {
    /// Says whether something needs a person.
    pub const fn needs_attention(&self) -> bool {
        !self.damaged.is_empty() || !self.failures.is_empty()
    }

    fn add(&mut self, other: Self) {
        self.records += other.records;
        self.files += other.files;
        self.bytes = self.bytes.saturating_add(other.bytes);
        self.copied += other.copied;
        self.repaired.extend(other.repaired);
        self.damaged.extend(other.damaged);
        self.failures.extend(other.failures);
    }
}

fn kept(problem: &Problem) -> FixityProblem {
    FixityProblem { key: problem.key.clone(), kind: problem.kind.name().to_owned(), what: problem.what.clone() }
}
