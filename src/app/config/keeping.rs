//! What is kept of decisions, and how long they wait.

use std::path::PathBuf;

use serde::Deserialize;

use crate::archive::LockMode;

/// What comes into the archive.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DepositConfig {
    /// How long a deposit is locked at first, in seconds; 0 does not lock it.
    pub lock_seconds: u64,
    /// How firmly.
    pub lock_mode: LockMode,
}

/// The ledger.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LedgerConfig {
    /// File of the key that signs it.
    pub key: PathBuf,
    /// How long its objects are locked, in days.
    pub lock_days: u32,
}

/// Destruction.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DisposalConfig {
    /// Days between the second approval and destruction.
    pub grace_days: u32,
}

/// Looking after the archive.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CustodyConfig {
    /// How often new versions are copied to the replica, in minutes.
    pub replicate_minutes: u32,
    /// How often holds take in what they cover by now, and locks that run out are renewed, in minutes.
    pub follow_minutes: u32,
    /// How often policy, holds and the store's locks are compared, in hours.
    pub verify_hours: u32,
}

impl CustodyConfig {
    pub(super) fn check(&self, faults: &mut Vec<String>) {
        let mut range = |key: &str, value: u32, high: u32| {
            if !(1..=high).contains(&value) {
                faults.push(format!("custody.{key} = {value}: must lie between 1 and {high}"));
            }
        };
        range("replicate_minutes", self.replicate_minutes, 10_080);
        range("follow_minutes", self.follow_minutes, 10_080);
        range("verify_hours", self.verify_hours, 8_760);
    }
}
