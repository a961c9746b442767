//! The store's locks follow policy and holds, and what they really are is compared with what they should be.

use jiff::SignedDuration;
use serde::Serialize;

use super::retention::Basis;
use super::{App, AppError};
use crate::access::Permission;
use crate::archive::Version;
use crate::archive::ocfl::object_folder;
use crate::chart::RecordId;
use crate::retention::{ActualLock, Difference, ExpectedLock, compare, expected_lock, renewal};
use crate::store::RecordState;

/// How far beyond the last day a lock may reach: clocks differ a little, and so do days between zones.
const GRACE: SignedDuration = SignedDuration::from_hours(24);
/// Records that are read from the database at a time.
const ROWS: u32 = 200;

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
    pub differences: Vec<Difference>,
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
    /// Compares policy, holds and the store's actual locks for every record in the archive.
    ///
    /// # Errors
    /// The person may not; the database or the store failed.
    pub async fn verify_retention(&self) -> Result<Verification, AppError> {
        self.actor(Permission::ViewRetention, &[]).await?;
        let basis = self.basis(None).await?;
        let enforced_by_the_store = self.vault.kind() == crate::archive::VaultKind::S3;
        let mut found = Verification { enforced_by_the_store, ..Verification::default() };
        let mut after = None;
        while let Some(records) = self.next_archived(&mut after).await? {
            for record in records {
                let expected = self.expected(record, &basis).await?;
                let actual: Vec<ActualLock> = self.locks_of(record).await?.into_iter().map(|(_, lock)| lock).collect();
                found.records += 1;
                found.versions += actual.len() as u64;
                found.differences.extend(compare(&expected, &actual, self.clock.now()));
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
                let row = self.store.archive_record(*record).await?;
                if row.is_some_and(|row| row.state == RecordState::Archived) {
                    self.align(*record, &basis, &mut done).await?;
                }
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

    async fn align(&self, record: RecordId, basis: &Basis, done: &mut Aligned) -> Result<(), AppError> {
        let expected = self.expected(record, basis).await?;
        let length = SignedDuration::from_secs(i64::try_from(self.config.deposit.lock_seconds).unwrap_or(i64::MAX));
        let now = self.clock.now();
        done.records += 1;
        for (version, actual) in self.locks_of(record).await? {
            if let Some(until) = renewal(&expected, actual.until, now, length) {
                self.vault.extend(&version, until, self.config.deposit.lock_mode).await?;
                done.extended += 1;
            }
            match (expected.held, actual.held) {
                (true, false) => {
                    self.vault.hold(&version, true).await?;
                    done.held += 1;
                }
                (false, true) => {
                    self.vault.hold(&version, false).await?;
                    done.released += 1;
                }
                _ => {}
            }
        }
        Ok(())
    }

    async fn expected(&self, record: RecordId, basis: &Basis) -> Result<ExpectedLock, AppError> {
        let plan = self.plan_of(record, basis).await?;
        let expected = expected_lock(&plan, &basis.today, GRACE);
        // A site that locks nothing has chosen so; holds are kept all the same.
        Ok(ExpectedLock { locked: expected.locked && self.config.deposit.lock_seconds > 0, ..expected })
    }

    /// Returns every version that the store has of a record's object, with its lock. What only marks a deletion has none.
    async fn locks_of(&self, record: RecordId) -> Result<Vec<(Version, ActualLock)>, AppError> {
        let mut locks = Vec::new();
        for version in self.vault.versions(&object_folder(record)).await? {
            if version.is_delete_marker {
                continue;
            }
            let state = self.vault.lock_state(&version).await?;
            let lock = ActualLock {
                key: version.key.clone(),
                version: version.id.clone(),
                until: state.until,
                held: state.held,
            };
            locks.push((version, lock));
        }
        Ok(locks)
    }

    async fn next_archived(&self, after: &mut Option<RecordId>) -> Result<Option<Vec<RecordId>>, AppError> {
        let rows = self.store.archive_records(*after, ROWS).await?;
        let Some(last) = rows.last() else { return Ok(None) };
        *after = Some(last.id);
        let archived = rows.into_iter().filter(|row| row.state == RecordState::Archived);
        Ok(Some(archived.map(|row| row.id).collect()))
    }
}
