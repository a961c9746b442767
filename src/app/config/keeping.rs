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
