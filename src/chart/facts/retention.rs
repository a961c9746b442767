//! Retention: policies and their approval, trigger events, merges of patients, decisions to keep longer.
//!
//! Sources and reasons are administrative text: they say `admissions register`, never a patient's name.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::chart::{EventId, EventSubject, LastDay, PatientId, RecordId, TriggerKind};

/// Retention: policies and their approval, trigger events, merges of patients, decisions to keep longer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RetentionFact {
    /// A version of the policy was drafted.
    PolicyDrafted {
        /// Number: the one after the newest.
        version: u32,
        /// First day on which it is to be in force.
        effective_from: Date,
        /// The policy with all its rules, as canonical JSON.
        policy: String,
        /// Why it is made.
        reason: String,
    },
    /// A second person approved a draft.
    PolicyApproved {
        /// Which version.
        version: u32,
        /// The day at the facility; the version is in force from its effective day or this one, whichever is later.
        on: Date,
    },
    /// A draft was given up. An approved version stays for good.
    PolicyWithdrawn {
        /// Which version.
        version: u32,
    },
    /// After a review of what it makes shorter, a person approved that the version in force keeps records shorter than
    /// those before it. It counts once two people have, neither of them the author.
    ShorteningApproved {
        /// Which version.
        version: u32,
        /// The day at the facility.
        on: Date,
        /// What was reviewed.
        review: String,
    },
    /// Something happened that a period runs from.
    EventRecorded {
        /// The event.
        event: EventId,
        /// Whom it is about.
        subject: EventSubject,
        /// What.
        kind: TriggerKind,
        /// The day, in the calendar of `zone`.
        date: Date,
        /// The facility's time zone.
        zone: String,
        /// Where it is known from.
        source: String,
        /// The event that it corrects.
        supersedes: Option<EventId>,
    },
    /// A second person confirmed an event, and with it what it corrects.
    EventConfirmed {
        /// The event.
        event: EventId,
    },
    /// An event is said not to have happened.
    EventWithdrawn {
        /// The event.
        event: EventId,
        /// Why.
        reason: String,
    },
    /// A second person confirmed that it did not.
    WithdrawalConfirmed {
        /// The event.
        event: EventId,
    },
    /// A second person confirmed a further version of a record: only it counts, not what it corrects.
    CorrectionConfirmed {
        /// The record.
        record: RecordId,
        /// The version.
        version: u32,
    },
    /// Two patients were found to be one. Nothing is rewritten: `from` is another name for `into`.
    PatientsMerged {
        /// The patient that is not used any more.
        from: PatientId,
        /// The patient that stays.
        into: PatientId,
        /// Where it is known from.
        source: String,
    },
    /// A merge is said to be wrong.
    UnmergeProposed {
        /// As merged.
        from: PatientId,
        /// As merged.
        into: PatientId,
        /// Why.
        reason: String,
    },
    /// A second person confirmed that it was wrong.
    UnmergeConfirmed {
        /// As merged.
        from: PatientId,
        /// As merged.
        into: PatientId,
    },
    /// A record is kept longer than the rules ask.
    ExceptionGranted {
        /// The record.
        record: RecordId,
        /// Until when.
        until: LastDay,
        /// Why.
        reason: String,
    },
}
