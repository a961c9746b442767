//! What there is to be alarmed about: damage, differences, and work that is overdue or fails.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::super::locks::{ARCHIVE, REPLICA};
use super::super::{App, AppError};
use crate::worker::Duty;

/// Differences that were mended in this time are still told.
const RECENT: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Turns that may be missed before that is an alarm, and the time that is added to them.
const MISSED: i32 = 2;
const LATE: SignedDuration = SignedDuration::from_hours(1);
/// Failures in a row before that is an alarm.
const FAILURES: u32 = 3;
/// The most that is counted.
const MOST: u32 = 1_000;

/// Something that needs a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "alert")]
pub enum Alert {
    /// Files are damaged or missing, and were not repaired.
    Damaged {
        /// How many problems there are; a thousand at most are counted.
        problems: u64,
    },
    /// Records were not read again in time.
    FixityOverdue {
        /// Which location.
        location: &'static str,
        /// How many.
        records: u64,
        /// The time in which it should have been done.
        days: u32,
    },
    /// Records are not in the replica.
    NotCopied {
        /// How many.
        records: u64,
        /// When the oldest of these versions came into the archive.
        oldest: Timestamp,
    },
    /// The store's locks are not what policy and holds ask for.
    LocksDiffer {
        /// Differences that are open.
        open: u64,
        /// Differences that were mended in the last week.
        mended: u64,
    },
    /// Charts were opened in emergencies, and nobody looked at that yet.
    Emergencies {
        /// How many.
        to_review: u64,
    },
    /// What comes again and again was not done in time.
    Overdue {
        /// Its name.
        duty: String,
        /// When it was last done.
        ended_at: Option<Timestamp>,
    },
    /// What comes again and again fails.
    Failing {
        /// Its name.
        duty: String,
        /// Failures in a row.
        failures: u32,
        /// Why.
        why: String,
    },
}

impl App {
    /// Says what there is to be alarmed about.
    ///
    /// # Errors
    /// The database failed.
    pub async fn alerts(&self) -> Result<Vec<Alert>, AppError> {
        let now = self.clock.now();
        let before = |age: SignedDuration| now.checked_sub(age).unwrap_or(Timestamp::MIN);
        let mut alerts = Vec::new();
        let problems = self.store.open_fixity_problems(MOST).await?.len() as u64;
        if problems > 0 {
            alerts.push(Alert::Damaged { problems });
        }
        let days = self.config.fixity.every_days;
        let since = before(SignedDuration::from_hours(24 * i64::from(days)));
        let has_replica = self.config.replica.place().is_some();
        for location in [Some(ARCHIVE), has_replica.then_some(REPLICA)].into_iter().flatten() {
            let records = self.store.records_unchecked_since(location, since).await?;
            if records > 0 {
                alerts.push(Alert::FixityOverdue { location, records, days });
            }
        }
        let late = |duty: Duty| self.interval(duty).map(|interval| before(interval * MISSED + LATE));
        if let (true, Some(late)) = (has_replica, late(Duty::Replication)) {
            let figures = self.store.replica_figures().await?;
            if let Some(oldest) = figures.oldest.filter(|oldest| *oldest < late) {
                alerts.push(Alert::NotCopied { records: figures.behind, oldest });
            }
        }
        let figures = self.store.lock_figures(before(RECENT)).await?;
        if figures.open > 0 {
            alerts.push(Alert::LocksDiffer { open: figures.open, mended: figures.mended });
        }
        let to_review = self.store.emergencies_to_review().await?;
        if to_review > 0 {
            alerts.push(Alert::Emergencies { to_review });
        }
        for row in self.store.duties().await? {
            let Ok(duty) = row.name.parse::<Duty>() else { continue };
            if row.failures >= FAILURES {
                alerts.push(Alert::Failing { duty: row.name, failures: row.failures, why: row.told });
            } else if !row.claimed && late(duty).is_some_and(|late| row.ended_at.unwrap_or(row.known_at) < late) {
                alerts.push(Alert::Overdue { duty: row.name, ended_at: row.ended_at });
            }
        }
        Ok(alerts)
    }
}

impl fmt::Display for Alert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Damaged { problems } => write!(
                f,
                "{problems} files are damaged or missing: muniment fixity status names them; restore them from a backup"
            ),
            Self::FixityOverdue { location, records, days } => write!(
                f,
                "{records} records in the {location} were not read again within {days} days: run muniment worker, or muniment \
                 fixity run"
            ),
            Self::NotCopied { records, oldest } => {
                write!(
                    f,
                    "{records} records lack a version in the replica, the oldest of {oldest}: run muniment worker"
                )
            }
            Self::LocksDiffer { open, mended } => write!(
                f,
                "the store's locks differ from policy and holds in {open} places ({mended} were mended in the last week): \
                 muniment retention verify, then muniment retention locks"
            ),
            Self::Emergencies { to_review } => write!(
                f,
                "{to_review} charts were opened in emergencies and nobody looked at that: an administrator or auditor reviews them"
            ),
            Self::Overdue { duty, ended_at: Some(at) } => {
                write!(f, "the turn of {duty} is overdue, the last one ended {at}: run muniment worker")
            }
            Self::Overdue { duty, ended_at: None } => {
                write!(f, "the turn of {duty} is overdue, none ever ended: run muniment worker")
            }
            Self::Failing { duty, failures, why } => write!(f, "the turn of {duty} failed {failures} times: {why}"),
        }
    }
}
