//! Where records are archived, and how long their locks last: the sections `[archive]` and `[replica]`.

use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use super::super::archive_place::ArchivePlace;
use crate::archive::{Lock, LockMode};

/// What a location in a bucket begins with.
const BUCKET: &str = "s3://";

/// A location of the archive area.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArchiveConfig {
    /// A folder, or `s3://BUCKET/PREFIX`; of the replica: empty for none.
    pub location: String,
    /// URL of an S3 server that is not AWS.
    pub endpoint: String,
    /// Region.
    pub region: String,
    /// Whether the bucket is named in the path instead of the host.
    pub path_style: bool,
    /// Whether an endpoint elsewhere may be spoken to without TLS.
    pub allow_http: bool,
    /// How firmly records are locked.
    pub lock_mode: Locking,
    /// How long a lock lasts before it is renewed, in days.
    pub lock_days: u32,
}

/// How firmly records are locked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Locking {
    /// Not at all.
    None,
    /// So that a special permission lifts it.
    Governance,
    /// So that nobody can lift it.
    Compliance,
}

impl ArchiveConfig {
    /// Returns where the location is; `None` for a replica that is not wanted.
    pub fn place(&self) -> Option<ArchivePlace> {
        (!self.location.is_empty()).then(|| self.location.parse().ok()).flatten()
    }

    /// Returns the lock for what is written or renewed at `now`; `None` where nothing is locked.
    pub fn lock(&self, now: Timestamp) -> Option<Lock> {
        let mode = match self.lock_mode {
            Locking::None => return None,
            Locking::Governance => LockMode::Governance,
            Locking::Compliance => LockMode::Compliance,
        };
        let until = now.checked_add(self.lock_duration()).unwrap_or(Timestamp::MAX);
        Some(Lock { mode, until, held: false })
    }

    /// Returns how long a lock lasts. It is renewed at half its life.
    pub fn lock_duration(&self) -> SignedDuration {
        SignedDuration::from_hours(i64::from(self.lock_days) * 24)
    }

    pub(super) fn check(&self, section: &str, faults: &mut Vec<String>) {
        if !(1..=36_525).contains(&self.lock_days) {
            faults.push(format!("{section}.lock_days = {}: must lie between 1 and 36525", self.lock_days));
        }
        if self.location.is_empty() {
            return;
        }
        match self.location.parse() {
            Err(fault) => faults.push(format!("{section}.location = {:?}: {fault}", self.location)),
            Ok(ArchivePlace::Folder(_)) if !self.endpoint.is_empty() => {
                faults.push(format!("{section}.endpoint is for a bucket, but {section}.location is a folder"));
            }
            Ok(_) => {}
        }
    }

    /// Makes a folder whole: relative to `base`. An empty location becomes `default`, where there is one.
    pub(super) fn resolve(&mut self, base: &Path, default: Option<PathBuf>) {
        if self.location.is_empty() {
            self.location = default.map(|folder| folder.display().to_string()).unwrap_or_default();
        } else if !self.location.starts_with(BUCKET) {
            self.location = base.join(&self.location).display().to_string();
        }
    }
}
