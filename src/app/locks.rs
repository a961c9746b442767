//! The store's locks follow policy and holds, and what they really are is compared with what they should be: in the archive
//! and in its replica.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::retention::Basis;
use super::{App, AppError};
use crate::access::Permission;
use crate::archive::ocfl::object_folder;
use crate::archive::{Lock, Vault, VaultKind, Version};
use crate::chart::RecordId;
use crate::retention::{ActualLock, Difference, ExpectedLock, compare, expected_lock, first_end, look_again, renewal};
use crate::store::{LockDifference, RecordState, SeenLocks};
use crate::worker::Stop;

/// How far beyond the last day a lock may reach: clocks differ a little, and so do days between zones.
const GRACE: SignedDuration = SignedDuration::from_hours(24);
/// Records that are read from the database at a time.
const ROWS: u32 = 200;
/// Name of the archive in what is kept.
pub(super) const ARCHIVE: &str = "archive";
/// Name of the replica in what is kept.
pub(super) const REPLICA: &str = "replica";

/// What the comparison of all records found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Verification {
    /// Records that were compared.
    pub records: u64,
    /// Versions of objects that were compared.
    pub versions: u64,
    /// Whether the store enforces its locks against everybody, or only the program keeps them.
    pub enforced_by_the_store: bool,
    /// Every difference.
    pub differences: Vec<Differing>,
    /// Whether it was stopped before it was through.
    pub stopped: bool,
}

/// A difference, and where it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Differing {
    /// Which location: `archive` or `replica`.
    pub location: &'static str,
    /// What differs.
    #[serde(flatten)]
    pub difference: Difference,
}

/// What was done so that the store's locks follow.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Aligned {
    /// Records that were looked at.
    pub records: u64,
    /// Versions that were locked or whose lock was extended.
    pub extended: u64,
    /// Versions that were put under hold.
    pub held: u64,
    /// Versions whose hold was taken away.
    pub released: u64,
}

impl App {
    /// Compares policy, holds and the store's actual locks for every record, and keeps what differs.
    ///
    /// # Errors
    /// The person may not; the database or the store failed.
    pub async fn verify_retention(&self) -> Result<Verification, AppError> {
        self.actor(Permission::ViewRetention, &[]).await?;
        self.compare_locks(None, &Stop::new(), async |_| Ok(())).await
    }

    /// Compares as [`App::verify_retention`] does, from the record after `after` on, until `stop` is raised. `reached` is
    /// told every now and then how far it is.
    ///
    /// # Errors
    /// The database or a store failed.
    pub async fn compare_locks(
        &self,
        mut after: Option<RecordId>,
        stop: &Stop,
        reached: impl AsyncFn(RecordId) -> Result<(), AppError>,
    ) -> Result<Verification, AppError> {
        let basis = self.basis(None).await?;
        let enforced_by_the_store = self.vault.kind() == VaultKind::S3;
        let mut found = Verification { enforced_by_the_store, ..Verification::default() };
        while let Some(records) = self.next_archived(&mut after).await? {
            for record in records {
                if stop.is_raised() {
                    found.stopped = true;
                    return Ok(found);
                }
                self.compare_record(record, &basis, &mut found).await?;
            }
            if let Some(last) = after {
                reached(last).await?;
            }
        }
        Ok(found)
    }

    /// Makes the store's locks follow policy and holds: extends what runs out, sets and takes away holds. Only records of
    /// `only` when it is given, else every record in the archive.
    ///
    /// # Errors
    /// The database or the store failed; the next run goes on.
    pub async fn align_locks(&self, only: Option<&[RecordId]>) -> Result<Aligned, AppError> {
        let basis = self.basis(None).await?;
        let mut done = Aligned::default();
        if let Some(records) = only {
            for record in records {
                self.align_if_archived(*record, &basis, &mut done).await?;
            }
            return Ok(done);
        }
        let mut after = None;
        while let Some(records) = self.next_archived(&mut after).await? {
            for record in records {
                self.align(record, &basis, &mut done).await?;
            }
        }
        Ok(done)
    }

    /// Makes the locks follow of the records for which that is due, until `stop` is raised: those that are past half their
    /// life, new ones, and those that were held or released since.
    ///
    /// # Errors
    /// The database or a store failed; the next run goes on.
    pub async fn renew_record_locks(&self, stop: &Stop) -> Result<Aligned, AppError> {
        let basis = self.basis(None).await?;
        let mut done = Aligned::default();
        for (location, _) in self.lock_places().await? {
            let mut after = None;
            loop {
                let due = self.store.locks_due(location, self.clock.now(), after, ROWS).await?;
                let Some(last) = due.last() else { break };
                after = Some(*last);
                for record in due {
                    if stop.is_raised() {
                        return Ok(done);
                    }
                    self.align_if_archived(record, &basis, &mut done).await?;
                }
            }
        }
        Ok(done)
    }

    /// Returns the lock for something new of a record: as long as any other, but never beyond its last day, and under hold
    /// when a hold covers it. None when there is nothing to lock.
    ///
    /// # Errors
    /// The database failed, or a policy cannot be read.
    pub async fn lock_of(&self, record: RecordId) -> Result<Option<Lock>, AppError> {
        let expected = self.expected(record, &self.basis(None).await?).await?;
        let now = self.clock.now();
        let until = first_end(&expected, now, self.lock_length());
        // Where nothing is locked, a hold still has to be set: with a lock that is over.
        let until = until.or_else(|| expected.held.then_some(now));
        Ok(until.map(|until| Lock { mode: self.config.deposit.lock_mode, until, held: expected.held }))
    }

    /// Returns the archive, then its replica, by the names that are kept.
    pub(super) async fn lock_places(&self) -> Result<Vec<(&'static str, Vault)>, AppError> {
        let mut places = vec![(ARCHIVE, self.vault.clone())];
        places.extend(self.replica().await?.map(|replica| (REPLICA, replica.clone())));
        Ok(places)
    }

    async fn align_if_archived(&self, record: RecordId, basis: &Basis, done: &mut Aligned) -> Result<(), AppError> {
        let row = self.store.archive_record(record).await?;
        match row.is_some_and(|row| row.state == RecordState::Archived) {
            true => self.align(record, basis, done).await,
            false => Ok(()),
        }
    }

    async fn align(&self, record: RecordId, basis: &Basis, done: &mut Aligned) -> Result<(), AppError> {
        let expected = self.expected(record, basis).await?;
        let length = self.lock_length();
        let now = self.clock.now();
        done.records += 1;
        for (location, vault) in self.lock_places().await? {
            let mut locks = locks_of(&vault, record).await?;
            for (version, actual) in &mut locks {
                if let Some(until) = renewal(&expected, actual.until, now, length) {
                    vault.extend(version, until, self.config.deposit.lock_mode).await?;
                    actual.until = Some(until);
                    done.extended += 1;
                }
                if expected.held != actual.held {
                    vault.hold(version, expected.held).await?;
                    actual.held = expected.held;
                    if expected.held { done.held += 1 } else { done.released += 1 }
                }
            }
            self.keep_seen(location, &expected, &locks, now).await?;
        }
        Ok(())
    }

    async fn compare_record(&self, record: RecordId, basis: &Basis, found: &mut Verification) -> Result<(), AppError> {
        let expected = self.expected(record, basis).await?;
        let now = self.clock.now();
        found.records += 1;
        for (location, vault) in self.lock_places().await? {
            let locks = locks_of(&vault, record).await?;
            if locks.is_empty() && location == REPLICA {
                // What was not copied yet is no matter of locks.
                continue;
            }
            let actual: Vec<ActualLock> = locks.iter().map(|(_, lock)| lock.clone()).collect();
            found.versions += actual.len() as u64;
            let differences = compare(&expected, &actual, now);
            let kept: Vec<LockDifference> = differences.iter().map(kept).collect();
            self.store.keep_lock_differences(record, location, &kept, now).await?;
            self.keep_seen(location, &expected, &locks, now).await?;
            for difference in differences {
                tracing::error!(location, %difference, "the store's locks are not what they should be");
                found.differences.push(Differing { location, difference });
            }
        }
        Ok(())
    }

    async fn keep_seen(
        &self,
        location: &'static str,
        expected: &ExpectedLock,
        locks: &[(Version, ActualLock)],
        now: Timestamp,
    ) -> Result<(), AppError> {
        if locks.is_empty() && location == REPLICA {
            return Ok(());
        }
        let ends = || locks.iter().map(|(_, lock)| lock.until);
        let seen = SeenLocks {
            record: expected.record,
            location,
            versions: locks.len() as u64,
            last_end: ends().flatten().max(),
            held: !locks.is_empty() && locks.iter().all(|(_, lock)| lock.held),
            seen_at: now,
            look_at: look_again(expected, ends(), now, self.lock_length()),
        };
        Ok(self.store.keep_locks(&seen).await?)
    }

    async fn expected(&self, record: RecordId, basis: &Basis) -> Result<ExpectedLock, AppError> {
        let plan = self.plan_of(record, basis).await?;
        let expected = expected_lock(&plan, &basis.today, GRACE);
        // A lock on what is left of a record would only stand in the way of its destruction; a hold stops that.
        let is_leaving = self.store.records_being_destroyed().await?.iter().any(|(_, leaving)| *leaving == record);
        // A site that locks nothing has chosen so; holds are kept all the same.
        let locks = self.config.deposit.lock_seconds > 0 && !is_leaving;
        Ok(ExpectedLock { locked: expected.locked && locks, ..expected })
    }

    pub(super) fn lock_length(&self) -> SignedDuration {
        self.config.lock_length().unwrap_or(SignedDuration::ZERO)
    }

    async fn next_archived(&self, after: &mut Option<RecordId>) -> Result<Option<Vec<RecordId>>, AppError> {
        let rows = self.store.archive_records(*after, ROWS).await?;
        let Some(last) = rows.last() else { return Ok(None) };
        *after = Some(last.id);
        let archived = rows.into_iter().filter(|row| row.state == RecordState::Archived);
        Ok(Some(archived.map(|row| row.id).collect()))
    }
}

impl std::fmt::Display for Differing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.location, self.difference)
    }
}

/// Returns every version that a store has of a record's object, with its lock. What only marks a deletion has none.
async fn locks_of(vault: &Vault, record: RecordId) -> Result<Vec<(Version, ActualLock)>, AppError> {
    let mut locks = Vec::new();
    for version in vault.versions_with_facts(&object_folder(record)).await? {
        if version.is_delete_marker {
            continue;
        }
        let state = vault.lock_state(&version).await?;
        let lock =
            ActualLock { key: version.key.clone(), version: version.id.clone(), until: state.until, held: state.held };
        locks.push((version, lock));
    }
    Ok(locks)
}

fn kept(difference: &Difference) -> LockDifference {
    LockDifference {
        key: difference.key.clone().unwrap_or_default(),
        version: difference.version.clone().unwrap_or_default(),
        kind: difference.what.name().to_owned(),
        told: difference.what.to_string(),
    }
}
