//! Object Lock: retention and legal hold of one version, always read back, since servers accept headers and ignore them.

use aws_sdk_s3::primitives::DateTime;
use aws_sdk_s3::types::{
    ObjectLockLegalHold, ObjectLockLegalHoldStatus, ObjectLockMode, ObjectLockRetention, ObjectLockRetentionMode,
};
use jiff::Timestamp;

use super::Bucket;
use super::connection::{code, failed, status};
use super::versions::exact;
use crate::archive::error::ArchiveError;
use crate::archive::vault::lock::{Lock, LockMode, LockState};
use crate::archive::vault::version::Version;

impl Bucket {
    /// Returns how a version is locked, as the server says when it is asked for the lock itself.
    pub(in crate::archive::vault) async fn lock_state(&self, version: &Version) -> Result<LockState, ArchiveError> {
        let (key, id) = (self.full_key(&version.key), self.version_id(version));
        let retention =
            self.sdk.get_object_retention().bucket(&self.name).key(&key).set_version_id(id.clone()).send().await;
        let (until, mode) = match retention {
            Ok(answer) => {
                let retention = answer.retention();
                let until = retention.and_then(|lock| lock.retain_until_date()).and_then(exact);
                (until, retention.and_then(|lock| lock.mode()).and_then(own_mode))
            }
            Err(error) if is_without_lock(code(&error).as_deref()) => (None, None),
            Err(error) => return Err(failed(&version.key, &error)),
        };
        let hold = self.sdk.get_object_legal_hold().bucket(&self.name).key(&key).set_version_id(id).send().await;
        let held = match hold {
            Ok(answer) => answer.legal_hold().and_then(|hold| hold.status()) == Some(&ObjectLockLegalHoldStatus::On),
            Err(error) if is_without_lock(code(&error).as_deref()) => false,
            Err(error) => return Err(failed(&version.key, &error)),
        };
        Ok(LockState { until, mode, held })
    }

    /// Sets a lock on top of what is there, and reads it back.
    pub(in crate::archive::vault) async fn lock(&self, version: &Version, lock: &Lock) -> Result<(), ArchiveError> {
        let before = self.lock_state(version).await?;
        let lock = whole_seconds(lock);
        let after = if lock.until > self.clock.now() {
            before.with(&lock)
        } else {
            // What is over cannot be set; a hold on top can.
            LockState { held: before.held || lock.held, ..before }
        };
        if (after.until, after.mode) != (before.until, before.mode)
            && let (Some(until), Some(mode)) = (after.until, after.mode)
        {
            let retention =
                ObjectLockRetention::builder().mode(retention_mode(mode)).retain_until_date(date(until)).build();
            let put = self
                .sdk
                .put_object_retention()
                .bucket(&self.name)
                .key(self.full_key(&version.key))
                .set_version_id(self.version_id(version))
                .retention(retention);
            put.send().await.map_err(|error| failed(&version.key, &error))?;
        }
        if after.held && !before.held {
            self.put_hold(version, true).await?;
        }
        if after != before {
            self.must_be(version, after).await?;
        }
        Ok(())
    }

    /// Places a legal hold or takes it away, and reads it back.
    pub(in crate::archive::vault) async fn hold(&self, version: &Version, held: bool) -> Result<(), ArchiveError> {
        self.put_hold(version, held).await?;
        let found = self.lock_state(version).await?;
        if found.held == held {
            return Ok(());
        }
        let cause =
            format!("the server accepted {} a legal hold and did not do so", if held { "placing" } else { "lifting" });
        Err(ArchiveError::Refused { key: version.key.clone(), cause })
    }

    async fn put_hold(&self, version: &Version, held: bool) -> Result<(), ArchiveError> {
        let status = if held { ObjectLockLegalHoldStatus::On } else { ObjectLockLegalHoldStatus::Off };
        let put = self
            .sdk
            .put_object_legal_hold()
            .bucket(&self.name)
            .key(self.full_key(&version.key))
            .set_version_id(self.version_id(version))
            .legal_hold(ObjectLockLegalHold::builder().status(status).build());
        put.send().await.map(|_| ()).map_err(|error| failed(&version.key, &error))
    }

    /// Makes sure that the server says of a version what it was told.
    pub(super) async fn must_be(&self, version: &Version, wanted: LockState) -> Result<(), ArchiveError> {
        let found = self.lock_state(version).await?;
        let long_enough = wanted.until.is_none_or(|wanted| found.until.is_some_and(|until| until >= wanted));
        let firm_enough = wanted.mode.is_none_or(|mode| found.mode == Some(mode));
        if long_enough && firm_enough && (found.held || !wanted.held) {
            return Ok(());
        }
        let cause = "the server accepted a lock and does not show it when asked; run muniment doctor".to_owned();
        Err(ArchiveError::Refused { key: version.key.clone(), cause })
    }

    /// Deletes a version for good; one that is gone is no error.
    pub(in crate::archive::vault) async fn delete(&self, version: &Version) -> Result<(), ArchiveError> {
        let delete =
            self.sdk.delete_object().bucket(&self.name).key(self.full_key(&version.key)).version_id(&version.id);
        let error = match delete.send().await {
            Ok(_) => return Ok(()),
            Err(error) if status(&error) == Some(404) => return Ok(()),
            Err(error) => error,
        };
        // Servers refuse a locked version as they refuse one that these credentials may never delete.
        if status(&error).is_some_and(|status| (400..500).contains(&status))
            && let Ok(state) = self.lock_state(version).await
            && (state.until.is_some() || state.held)
        {
            return Err(ArchiveError::Locked { key: version.key.clone(), until: state.until, held: state.held });
        }
        Err(failed(&version.key, &error))
    }

    /// Returns the id to ask the server for; none for the only version of a bucket without versions.
    pub(super) fn version_id(&self, version: &Version) -> Option<String> {
        (version.id != "null").then(|| version.id.clone())
    }
}

/// Says whether the refusal means that there is no lock: none was set, or the bucket cannot have any.
fn is_without_lock(code: Option<&str>) -> bool {
    matches!(
        code,
        Some(
            "NoSuchObjectLockConfiguration"
                | "ObjectLockConfigurationNotFoundError"
                | "InvalidRequest"
                | "InvalidBucketState"
        )
    )
}

/// Rounds the end of a lock up to a second: servers cut the rest off, and a lock is never shorter than was asked.
pub(super) fn whole_seconds(lock: &Lock) -> Lock {
    let begun = i64::from(lock.until.subsec_nanosecond() > 0);
    let until = Timestamp::from_second(lock.until.as_second().saturating_add(begun)).unwrap_or(lock.until);
    Lock { until, ..*lock }
}

pub(super) fn date(until: Timestamp) -> DateTime {
    DateTime::from_secs(until.as_second())
}

pub(super) const fn put_mode(mode: LockMode) -> ObjectLockMode {
    match mode {
        LockMode::Governance => ObjectLockMode::Governance,
        LockMode::Compliance => ObjectLockMode::Compliance,
    }
}

const fn retention_mode(mode: LockMode) -> ObjectLockRetentionMode {
    match mode {
        LockMode::Governance => ObjectLockRetentionMode::Governance,
        LockMode::Compliance => ObjectLockRetentionMode::Compliance,
    }
}

fn own_mode(mode: &ObjectLockRetentionMode) -> Option<LockMode> {
    match mode {
        ObjectLockRetentionMode::Governance => Some(LockMode::Governance),
        ObjectLockRetentionMode::Compliance => Some(LockMode::Compliance),
        _ => None,
    }
}
