//! Locks: until when, how firmly, and whether a legal hold comes on top.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// How firmly a version is locked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LockMode {
    /// Whoever has a special permission may shorten or lift it.
    Governance,
    /// Nobody may shorten or lift it.
    Compliance,
}

/// A lock to set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lock {
    /// How firmly.
    pub mode: LockMode,
    /// The instant before which nobody may delete.
    pub until: Timestamp,
    /// Whether a legal hold comes on top, which has no end of its own.
    pub held: bool,
}

/// How a version is locked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LockState {
    /// The instant before which nobody may delete; in the past when the lock has run out.
    pub until: Option<Timestamp>,
    /// How firmly, when there is such an instant.
    pub mode: Option<LockMode>,
    /// Whether it is under a legal hold.
    pub held: bool,
}

impl LockState {
    /// Says whether nothing stands against deleting at `now`.
    pub fn is_free(&self, now: Timestamp) -> bool {
        !self.held && self.until.is_none_or(|until| until <= now)
    }

    /// Returns the state after `lock` was set on top: never shorter, in the mode that was there, never without the hold.
    #[must_use]
    pub fn with(self, lock: &Lock) -> Self {
        Self {
            until: Some(self.until.map_or(lock.until, |until| until.max(lock.until))),
            // A store lets nobody change the mode of a running lock who may not lift it.
            mode: self.mode.or(Some(lock.mode)),
            held: self.held || lock.held,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_is_never_shortened_nor_weakened() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let long = LockState::default().with(&Lock { mode: LockMode::Compliance, until: at(100), held: true });
        let same = long.with(&Lock { mode: LockMode::Governance, until: at(50), held: false });
        assert_eq!(same, long);
        let longer = long.with(&Lock { mode: LockMode::Governance, until: at(200), held: false });
        assert_eq!((longer.until, longer.mode, longer.held), (Some(at(200)), Some(LockMode::Compliance), true));
        assert!(!LockState { held: false, ..long }.is_free(at(99)));
        assert!(LockState { held: false, ..long }.is_free(at(100)));
        assert!(!long.is_free(at(1000)), "a hold has no end of its own");
    }
}
