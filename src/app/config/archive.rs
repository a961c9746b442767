//! Where records are archived, and how long their locks last: the sections `[archive]` and `[replica]`.

use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Span, SpanRelativeTo, Timestamp};
use serde::{Deserialize, Deserializer};

use crate::archive::{Lock, LockMode};

/// What a location in a bucket begins with.
const BUCKET: &str = "s3://";

/// How long a lock may last: up to a hundred years.
const LOCKS: RangeInclusive<SignedDuration> = SignedDuration::from_secs(1)..=SignedDuration::from_hours(36_525 * 24);

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
    /// How long a lock lasts; it is renewed at half its life.
    #[serde(deserialize_with = "period")]
    pub lock_period: SignedDuration,
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

/// Where a location is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ArchivePlace {
    /// A folder.
    Folder(PathBuf),
    /// A bucket, with a prefix that may be empty.
    Bucket {
        /// Its name.
        bucket: String,
        /// Where in it the archive begins, without slashes at its ends.
        prefix: String,
    },
}

impl ArchiveConfig {
    /// Returns where the location is; `None` for a replica that is not wanted.
    pub fn place(&self) -> Option<ArchivePlace> {
        if self.location.is_empty() {
            return None;
        }
        Some(match self.location.strip_prefix(BUCKET) {
            Some(rest) => {
                let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
                ArchivePlace::Bucket { bucket: bucket.to_owned(), prefix: prefix.trim_matches('/').to_owned() }
            }
            None => ArchivePlace::Folder(PathBuf::from(&self.location)),
        })
    }

    /// Returns the lock for what is written or renewed at `now`; `None` where nothing is locked.
    pub fn lock(&self, now: Timestamp) -> Option<Lock> {
        let (mode, period) = self.lock_terms()?;
        Some(Lock { mode, until: now.checked_add(period).unwrap_or(Timestamp::MAX), held: false })
    }

    /// Returns how firmly and how long things are locked; `None` where nothing is.
    pub const fn lock_terms(&self) -> Option<(LockMode, SignedDuration)> {
        match self.lock_mode {
            Locking::None => None,
            Locking::Governance => Some((LockMode::Governance, self.lock_period)),
            Locking::Compliance => Some((LockMode::Compliance, self.lock_period)),
        }
    }

    pub(super) fn check(&self, section: &str, faults: &mut Vec<String>) {
        if !(LOCKS.contains(&self.lock_period)) {
            let period = self.lock_period;
            faults.push(format!("{section}.lock_period = {period:#}: must lie between 1 second and 36525 days"));
        }
        match self.place() {
            Some(ArchivePlace::Bucket { bucket, .. }) if bucket.is_empty() => {
                faults.push(format!(
                    "{section}.location = {:?}: names no bucket; write s3://BUCKET/PREFIX",
                    self.location
                ));
            }
            Some(ArchivePlace::Folder(_)) if self.location.contains("://") => {
                let location = &self.location;
                faults.push(format!("{section}.location = {location:?}: must be a folder or s3://BUCKET/PREFIX"));
            }
            Some(ArchivePlace::Folder(_)) if !self.endpoint.is_empty() => {
                faults.push(format!("{section}.endpoint is for a bucket, but {section}.location is a folder"));
            }
            _ => {}
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

/// Reads a period such as `365 days` or `12 hours`. Months and years have no fixed length: they are refused.
fn period<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SignedDuration, D::Error> {
    let text = String::deserialize(deserializer)?;
    let span: Result<Span, _> = text.parse();
    span.and_then(|span| span.to_duration(SpanRelativeTo::days_are_24_hours())).map_err(|_| {
        serde::de::Error::custom(format!("{text:?} is no period; write for example \"365 days\" or \"12 hours\""))
    })
}
