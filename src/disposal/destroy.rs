//! Destroys the records of an approved proposal, object by object.

use std::future::Future;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;

use super::clock_check::check_clock;
use super::error::DisposalError;
use super::place::{Place, WORKING};
use super::tombstone;
use crate::archive::vault::Version;
use crate::archive::{Areas, CopyArea, IntakeArea, Lock};
use crate::chart::facts::{Beginning, DisposalFact, RemovedObject};
use crate::chart::{Actor, Clock, Digest, DisposalId, Fact, RecordId};
use crate::store::{DisposalRecordRow, DisposalRecordState, Intent, ObjectToRemove, Store};

/// Objects that one fact tells of: an entry of the ledger has an end.
const MOST_LISTED: usize = 1_000;
/// How often a record's folder is looked at again before somebody must be writing into it.
const LOOKS: u32 = 5;

/// What a destruction works with.
pub struct Destruction<'a> {
    /// The database.
    pub store: &'a Store,
    /// The archive first, then its replicas.
    pub places: &'a [Place],
    /// What reading pages left.
    pub areas: &'a Areas,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The day at the facility.
    pub today: Box<dyn Fn(Timestamp) -> Date + Send + Sync + 'a>,
    /// Returns the folder of a record in every place, without a slash at the end.
    pub folder: Box<dyn Fn(RecordId) -> String + Send + Sync + 'a>,
    /// On whose behalf.
    pub actor: Actor,
    /// How what remains is locked: the tombstones.
    pub lock: Option<Lock>,
}

/// What retention says about a record right now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It may be destroyed.
    Eligible {
        /// Digest of everything that its last day was computed from.
        computation: Digest,
    },
    /// It must be kept.
    Keep {
        /// Why.
        why: String,
    },
}

/// What became of one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is gone.
    Destroyed,
    /// It is no longer part of the proposal.
    Stopped(String),
    /// The store still locks it: another run will do it.
    Locked {
        /// Until when, where the lock has an end.
        until: Option<Timestamp>,
    },
}

/// A record with what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ready {
    /// The record.
    pub record: RecordId,
    /// What became of it.
    pub outcome: Outcome,
}

/// Destroys the records of an approved proposal that are left. `standing` is asked about each right before.
///
/// # Errors
/// The clock may be wrong, the database or a store failed. The next run goes on where this one stopped.
pub async fn destroy<F, A>(
    parts: &Destruction<'_>,
    disposal: DisposalId,
    standing: F,
    mut progress: impl FnMut(&Ready),
) -> Result<Vec<Ready>, DisposalError>
where
    F: Fn(RecordId) -> A,
    A: Future<Output = Result<Standing, DisposalError>>,
{
    let mut done = Vec::new();
    for row in parts.store.disposal_records(disposal).await? {
        let outcome = match row.state {
            DisposalRecordState::Proposed => match parts.begin(disposal, &row, standing(row.record).await?).await? {
                Some(outcome) => outcome,
                None => parts.remove(disposal, row.record).await?,
            },
            DisposalRecordState::Begun => parts.remove(disposal, row.record).await?,
            DisposalRecordState::Kept | DisposalRecordState::Stopped | DisposalRecordState::Destroyed => continue,
        };
        let ready = Ready { record: row.record, outcome };
        progress(&ready);
        done.push(ready);
    }
    Ok(done)
}

impl Destruction<'_> {
    /// Lists what is to go and records the beginning; or says why the record does not go now.
    async fn begin(
        &self,
        disposal: DisposalId,
        row: &DisposalRecordRow,
        standing: Standing,
    ) -> Result<Option<Outcome>, DisposalError> {
        let record = row.record;
        let now = self.clock.now();
        check_clock(self.store, self.places, now).await?;
        match standing {
            Standing::Keep { why } => return self.stop(disposal, record, why).await.map(Some),
            Standing::Eligible { computation } if computation != row.computation => {
                let why = "what its last day is computed from changed since the approval; propose it anew".to_owned();
                return self.stop(disposal, record, why).await.map(Some);
            }
            Standing::Eligible { .. } => {}
        }
        let mut objects = Vec::new();
        for place in self.places {
            for version in place.vault.versions_with_facts(&(self.folder)(record)).await? {
                let state = place.vault.lock_state(&version).await;
                // A delete marker has no lock.
                if let (Ok(state), false) = (state, version.is_delete_marker)
                    && !state.is_free(now)
                {
                    let until = if state.held { None } else { state.until };
                    return Ok(Some(Outcome::Locked { until }));
                }
                objects.push(listed(place, version));
            }
        }
        let (scans, scans_left) = self.store.scans_to_remove(record).await?;
        let mut working = self.store.results_to_remove(record).await?;
        working.extend(scans.iter().flat_map(|scan| [IntakeArea::key(*scan), CopyArea::key(*scan)]));
        for key in working {
            if let Some(size) = self.areas.working_size(&key).await? {
                objects.push(RemovedObject { place: WORKING.to_owned(), key, version: String::new(), size });
            }
        }
        let today = (self.today)(now);
        let rest = objects.split_off(objects.len().min(MOST_LISTED));
        let mut facts =
            vec![Fact::Disposal(DisposalFact::Begun(Beginning { disposal, record, today, objects, scans_left }))];
        facts.extend(further(disposal, record, &rest));
        self.store.record(self.actor, now, &facts).await?;
        Ok(None)
    }

    /// Removes what is left of a record whose destruction was begun.
    async fn remove(&self, disposal: DisposalId, record: RecordId) -> Result<Outcome, DisposalError> {
        for _ in 0..LOOKS {
            for next in self.store.objects_to_remove(disposal, record).await? {
                if let Some(outcome) = self.remove_object(disposal, record, &next).await? {
                    return Ok(outcome);
                }
            }
            let more = self.left(record).await?;
            if more.is_empty() {
                let now = self.clock.now();
                let begun = self.store.disposal_records(disposal).await?.into_iter().find(|row| row.record == record);
                let begun_at = begun.and_then(|row| row.begun).map_or(now, |(at, _)| at);
                for place in self.places {
                    tombstone::put(&place.vault, record, disposal, begun_at, self.lock.as_ref()).await?;
                }
                self.store.finish_record(self.actor, now, disposal, record).await?;
                return Ok(Outcome::Destroyed);
            }
            self.store.record(self.actor, self.clock.now(), &further(disposal, record, &more)).await?;
        }
        Err(DisposalError::Growing(record))
    }

    async fn remove_object(
        &self,
        disposal: DisposalId,
        record: RecordId,
        next: &ObjectToRemove,
    ) -> Result<Option<Outcome>, DisposalError> {
        let now = self.clock.now();
        check_clock(self.store, self.places, now).await?;
        let object = &next.object;
        match self.store.intend(disposal, record, object, (self.today)(now), now).await? {
            Intent::Given => {}
            Intent::Held(holds) => {
                if next.intended {
                    // A run that was cut short may have deleted it before the hold came.
                    let gone = !self.is_there(object).await?;
                    self.store.settle(disposal, record, object, gone.then_some(now)).await?;
                }
                let holds: Vec<String> = holds.iter().map(ToString::to_string).collect();
                return self.stop(disposal, record, format!("held by {}", holds.join(", "))).await.map(Some);
            }
        }
        self.delete(object).await?;
        self.store.settle(disposal, record, object, Some(self.clock.now())).await?;
        Ok(None)
    }

    async fn delete(&self, object: &RemovedObject) -> Result<(), DisposalError> {
        if object.place == WORKING {
            return Ok(self.areas.remove_working(&object.key).await?);
        }
        let place = self.place(&object.place)?;
        let version = Version {
            key: object.key.clone(),
            id: object.version.clone(),
            size: object.size,
            modified: Timestamp::UNIX_EPOCH,
            is_delete_marker: false,
            is_newest: false,
            healed: false,
        };
        Ok(place.vault.delete(&version).await?)
    }

    async fn is_there(&self, object: &RemovedObject) -> Result<bool, DisposalError> {
        if object.place == WORKING {
            return Ok(self.areas.working_size(&object.key).await?.is_some());
        }
        let versions = self.place(&object.place)?.vault.versions(&object.key).await?;
        Ok(versions.iter().any(|version| version.key == object.key && version.id == object.version))
    }

    /// Lists what is under the record's name in any place.
    async fn left(&self, record: RecordId) -> Result<Vec<RemovedObject>, DisposalError> {
        let mut left = Vec::new();
        for place in self.places {
            let versions = place.vault.versions_with_facts(&(self.folder)(record)).await?;
            left.extend(versions.into_iter().map(|version| listed(place, version)));
        }
        Ok(left)
    }

    async fn stop(&self, disposal: DisposalId, record: RecordId, why: String) -> Result<Outcome, DisposalError> {
        let gone = self.store.removed_objects(disposal, record).await?.len() as u64;
        let fact = DisposalFact::Stopped { disposal, record, why: why.clone(), gone };
        self.store.record(self.actor, self.clock.now(), &[Fact::Disposal(fact)]).await?;
        Ok(Outcome::Stopped(why))
    }

    fn place(&self, name: &str) -> Result<&Place, DisposalError> {
        let place = self.places.iter().find(|place| place.name == name);
        place.ok_or_else(|| DisposalError::UnknownPlace(name.to_owned()))
    }
}

/// Tells of further objects in as many facts as it takes.
fn further(disposal: DisposalId, record: RecordId, objects: &[RemovedObject]) -> Vec<Fact> {
    let fact = |objects: &[RemovedObject]| DisposalFact::Listed { disposal, record, objects: objects.to_vec() };
    objects.chunks(MOST_LISTED).map(|objects| Fact::Disposal(fact(objects))).collect()
}

fn listed(place: &Place, version: Version) -> RemovedObject {
    RemovedObject { place: place.name.clone(), key: version.key, version: version.id, size: version.size }
}
