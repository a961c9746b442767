//! Where records are archived and copied to: the sections `[archive]` and `[replica]`; and how long they are locked.

use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use super::super::archive_place::ArchivePlace;
use super::Config;
use crate::archive::Lock;

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
}

/// How archived records are read again.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FixityConfig {
    /// Every record is checked once in so many days.
    pub every_days: u32,
    /// How fast the archive is read, in MiB a second; 0: as fast as it can be.
    pub mib_per_second: u32,
}

impl FixityConfig {
    pub(super) fn check(&self, faults: &mut Vec<String>) {
        if !(1..=3_650).contains(&self.every_days) {
            faults.push(format!("fixity.every_days = {}: must lie between 1 and 3650", self.every_days));
        }
        if self.mib_per_second > 1 << 20 {
            faults.push(format!("fixity.mib_per_second = {}: must be at most 1048576", self.mib_per_second));
        }
    }
}

impl ArchiveConfig {
    /// Returns where the location is; `None` for a replica that is not wanted.
    pub fn place(&self) -> Option<ArchivePlace> {
        (!self.location.is_empty()).then(|| self.location.parse().ok()).flatten()
    }

    pub(super) fn check(&self, section: &str, faults: &mut Vec<String>) {
        if self.location.is_empty() {
            if !self.endpoint.is_empty() {
                faults.push(format!("{section}.endpoint is for a bucket, but {section}.location names none"));
            }
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

impl Config {
    /// Returns the lock for what is archived, copied or renewed at `now`; `None` where nothing is locked.
    pub fn lock(&self, now: Timestamp) -> Option<Lock> {
        let length = self.lock_length()?;
        let until = now.checked_add(length).unwrap_or(Timestamp::MAX);
        Some(Lock { mode: self.deposit.lock_mode, until, held: false })
    }

    /// Returns how long a lock lasts before it ends or is renewed; `None` where nothing is locked.
    pub fn lock_length(&self) -> Option<SignedDuration> {
        let seconds = i64::try_from(self.deposit.lock_seconds).unwrap_or(i64::MAX);
        (seconds > 0).then(|| SignedDuration::from_secs(seconds))
    }
}
