//! Holds: placed, matched against new records, released by two.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{App, AppError, new_id};
use crate::access::Permission;
use crate::archive::Lock;
use crate::chart::facts::HoldFact;
use crate::chart::{Actor, Digest, Fact, Hold, HoldId, HoldScope, RecordId};
use crate::retention::{Coverage, coverage};
use crate::search::{MOST_HITS, Options, Query};
use crate::store::HoldRow;

/// Most records that one fact names; a larger hold is told in several.
const MOST_MEMBERS: usize = 5000;

/// What a person wants held.
#[derive(Debug, Clone)]
pub struct HoldSaid {
    /// The case, by its number.
    pub matter: String,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub custodian: String,
}

/// What a hold covers, as a person says it. `Debug` is left out: a query may name a patient.
pub enum ScopeSaid {
    /// As it is.
    Plain(HoldScope),
    /// What this query finds.
    Query(String),
}

/// What came of a search for records to hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Matches {
    /// The records.
    pub records: BTreeSet<RecordId>,
    /// Pages in the scope of the search that have no reliable text: what they say, the hold cannot know.
    pub unreadable_pages: u64,
}

/// What came of looking for further records that holds cover.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Matched {
    /// How many records were added to which hold.
    pub added: Vec<(HoldId, usize)>,
    /// Holds by search whose query is not here, after a rebuild: the ledger has its digest only.
    pub without_query: Vec<HoldId>,
}

impl App {
    /// Places a hold on everything that its scope covers today and from now on.
    ///
    /// # Errors
    /// The person may not; the query cannot be understood; the database or the index failed.
    pub async fn place_hold(&self, said: HoldSaid, scope: ScopeSaid) -> Result<(HoldId, Matches), AppError> {
        let person = self.actor(Permission::PlaceHold, &[]).await?.person;
        let id = HoldId::from_uuid(new_id());
        let (scope, query) = match scope {
            ScopeSaid::Plain(scope) => (scope, None),
            ScopeSaid::Query(query) => (HoldScope::Query { digest: Digest::of(query.as_bytes()) }, Some(query)),
        };
        let matches = match &query {
            Some(query) => self.records_found(query).await?,
            None => Matches { records: self.records_covered(&scope).await?, unreadable_pages: 0 },
        };
        // Before the fact: a hold whose query is lost would silently miss what comes later.
        if let Some(query) = &query {
            self.archive_hold_query(id, query).await?;
            self.store.keep_hold_query(id, query).await?;
        }
        let HoldSaid { matter, reason, custodian } = said;
        let parts = parts(&matches.records);
        let mut parts = parts.into_iter();
        let members = parts.next().unwrap_or_default();
        let placed = HoldFact::Placed { hold: id, matter, reason, custodian, scope, members };
        let further = parts.map(|records| HoldFact::Matched { hold: id, records });
        let facts: Vec<Fact> = std::iter::once(placed).chain(further).map(Fact::Hold).collect();
        self.store.record(Actor::Person(person), self.clock.now(), &facts).await?;
        Ok((id, matches))
    }

    /// Adds to each hold in force the records that it covers by now: what has to be known before anything is destroyed.
    ///
    /// # Errors
    /// The query of a hold is not here, or the index is behind, so that nobody can tell what it covers; the database or the
    /// index failed.
    pub async fn match_holds(&self) -> Result<Matched, AppError> {
        let by_search = |hold: &Hold| matches!(hold.scope, HoldScope::Query { .. });
        if self.holds_in_force().await?.iter().any(by_search) {
            let unseen = self.unseen().await?;
            if !unseen.index_complete || unseen.changes_not_indexed > 0 {
                return Err(AppError::Unfit(
                    "the index is behind, so that a hold by search may miss a record. Run `muniment index update` first".into(),
                ));
            }
        }
        let matched = self.match_known_holds().await?;
        match matched.without_query.first() {
            None => Ok(matched),
            Some(hold) => Err(AppError::NotFound(format!(
                "the query of hold {hold} is not here: the ledger keeps its digest only. Give it again with \
                 `muniment hold query {hold} QUERY`; until then nobody can tell what it covers"
            ))),
        }
    }

    /// Adds to each hold in force the records that it covers by now, leaving out the holds whose query is not here.
    ///
    /// # Errors
    /// The database or the index failed.
    pub async fn match_known_holds(&self) -> Result<Matched, AppError> {
        let mut matched = Matched::default();
        for hold in self.holds_in_force().await? {
            let Some(covered) = self.covered_by(&hold).await? else {
                matched.without_query.push(hold.id);
                continue;
            };
            let new: BTreeSet<RecordId> = covered.difference(&hold.members).copied().collect();
            self.add_members(&hold, &new, &mut matched).await?;
        }
        Ok(matched)
    }

    /// Returns the lock for what is deposited of a record right now: as policy and holds ask for, after adding the record to
    /// the holds that cover it, so that it is held from its first moment in the archive.
    ///
    /// # Errors
    /// The database failed, or a policy cannot be read.
    pub async fn first_lock(&self, record: RecordId) -> Result<Option<Lock>, AppError> {
        let undecided = self.match_record(record).await?;
        let lock = self.lock_of(record).await?;
        if !undecided {
            return Ok(lock);
        }
        // What nobody can tell now is held until somebody can: the locks follow the holds then.
        let (mode, until) = (self.config.deposit.lock_mode, self.clock.now());
        Ok(Some(Lock { held: true, ..lock.unwrap_or(Lock { mode, until, held: true }) }))
    }

    /// Adds a record to the holds in force that cover it; says whether a hold could not be looked at.
    async fn match_record(&self, record: RecordId) -> Result<bool, AppError> {
        let mut undecided = false;
        let holds = self.holds_in_force().await?;
        if holds.is_empty() {
            return Ok(false);
        }
        let facts = self.record_facts(record).await?;
        for hold in holds.iter().filter(|hold| !hold.members.contains(&record)) {
            let covered = if matches!(hold.scope, HoldScope::Query { .. }) {
                match self.covered_by(hold).await {
                    Ok(found) => found.is_some_and(|found| found.contains(&record)),
                    Err(AppError::Store(cause)) => return Err(cause.into()),
                    Err(cause) => {
                        tracing::warn!(hold = %hold.id, %cause, "whether the hold covers a record cannot be told");
                        undecided = true;
                        false
                    }
                }
            } else {
                coverage(&hold.scope, &facts) == Coverage::Covered
            };
            if covered {
                self.add_members(hold, &BTreeSet::from([record]), &mut Matched::default()).await?;
            }
        }
        Ok(undecided)
    }

    async fn holds_in_force(&self) -> Result<Vec<Hold>, AppError> {
        Ok(self.store.holds(false).await?.into_iter().map(|row| row.hold).collect())
    }

    /// Returns what a hold covers by now; none when its query is not here.
    async fn covered_by(&self, hold: &Hold) -> Result<Option<BTreeSet<RecordId>>, AppError> {
        Ok(match &hold.scope {
            HoldScope::Query { .. } => match self.store.hold_query(hold.id).await? {
                Some(query) => Some(self.records_found(&query).await?.records),
                None => None,
            },
            scope => Some(self.records_covered(scope).await?),
        })
    }

    async fn add_members(&self, hold: &Hold, new: &BTreeSet<RecordId>, matched: &mut Matched) -> Result<(), AppError> {
        if new.is_empty() {
            return Ok(());
        }
        let fact = |records| Fact::Hold(HoldFact::Matched { hold: hold.id, records });
        let facts: Vec<Fact> = parts(new).into_iter().map(fact).collect();
        self.store.record(Actor::Program, self.clock.now(), &facts).await?;
        matched.added.push((hold.id, new.len()));
        Ok(())
    }

    /// Gives a hold its query back, after a rebuild from the archive: the ledger has its digest only.
    ///
    /// # Errors
    /// The person may not; it is not the query that the hold was placed with.
    pub async fn give_hold_query(&self, hold: &Hold, query: &str) -> Result<(), AppError> {
        self.actor(Permission::PlaceHold, &[]).await?;
        match &hold.scope {
            HoldScope::Query { digest } if *digest == Digest::of(query.as_bytes()) => {
                Ok(self.store.keep_hold_query(hold.id, query).await?)
            }
            HoldScope::Query { .. } => Err(AppError::Unfit(
                "this is not the query that the hold was placed with: give it letter by letter".into(),
            )),
            _ => Err(AppError::Unfit("this hold has no query".into())),
        }
    }

    /// Proposes the release of a hold.
    ///
    /// # Errors
    /// The person may not; it is released or proposed already.
    pub async fn propose_release(&self, hold: HoldId, reason: &str) -> Result<(), AppError> {
        let person = self.actor(Permission::PlaceHold, &[]).await?.person;
        self.tell_hold(person, HoldFact::ReleaseProposed { hold, reason: reason.to_owned() }).await
    }

    /// Confirms the release that somebody else proposed, or declines it.
    ///
    /// # Errors
    /// The person may not, or proposed it themselves; nothing is proposed.
    pub async fn decide_release(&self, row: &HoldRow, confirm: bool) -> Result<(), AppError> {
        let hold = row.hold.id;
        let proposer: Vec<_> = row.release_proposed.iter().map(|(person, _)| *person).collect();
        if confirm {
            let person = self.actor(Permission::ReleaseHold, &proposer).await?.person;
            return self.tell_hold(person, HoldFact::ReleaseConfirmed { hold }).await;
        }
        let person = self.actor(Permission::ReleaseHold, &[]).await?.person;
        self.tell_hold(person, HoldFact::ReleaseDeclined { hold }).await
    }

    /// Returns the hold with this matter, or whose id begins so.
    ///
    /// # Errors
    /// There is none, or more than one.
    pub async fn hold_named(&self, name: &str) -> Result<HoldRow, AppError> {
        let mut found = self.store.holds_named(name, 2).await?;
        match (found.pop(), found.is_empty()) {
            (Some(row), true) => Ok(row),
            (Some(_), false) => Err(AppError::NotFound(format!("more than one hold answers to {name:?}; give its id"))),
            (None, _) => Err(AppError::NotFound(format!("there is no hold {name:?}. `muniment hold list` names them"))),
        }
    }

    /// Returns the records that a scope covers today.
    async fn records_covered(&self, scope: &HoldScope) -> Result<BTreeSet<RecordId>, AppError> {
        let mut records = BTreeSet::new();
        if let HoldScope::Records(named) = scope {
            for record in named {
                if self.store.archive_record(*record).await?.is_none() {
                    return Err(AppError::NotFound(format!("there is no record {record}; nothing was held")));
                }
            }
            return Ok(named.clone());
        }
        self.each_record_facts(|facts| {
            if coverage(scope, facts) == Coverage::Covered {
                records.insert(facts.record);
            }
        })
        .await?;
        Ok(records)
    }

    /// Returns the records whose pages a query finds, hidden pages, synonyms and possible misreadings included.
    async fn records_found(&self, query: &str) -> Result<Matches, AppError> {
        let parsed = Query::parse(query, &self.schema()?)
            .map_err(|cause| AppError::Unfit(format!("the query cannot be understood:\n{}", cause.pointed(query))))?;
        let mut matches = Matches::default();
        let mut offset = 0;
        loop {
            let options = Options { offset, limit: MOST_HITS, hidden: true, ..Options::default() };
            let answer = self.search(parsed.clone(), options).await?;
            matches.unreadable_pages = answer.pages_without_reliable_text;
            for hit in &answer.hits {
                matches.records.extend(self.store.records_made_of(hit.facts.document).await?);
            }
            offset += answer.hits.len() as u64;
            if answer.hits.len() < MOST_HITS {
                return Ok(matches);
            }
        }
    }

    async fn tell_hold(&self, person: crate::chart::PersonId, fact: HoldFact) -> Result<(), AppError> {
        self.store.record(Actor::Person(person), self.clock.now(), &[Fact::Hold(fact)]).await?;
        Ok(())
    }
}

/// Splits records into the parts that one fact each names.
fn parts(records: &BTreeSet<RecordId>) -> Vec<BTreeSet<RecordId>> {
    let records: Vec<RecordId> = records.iter().copied().collect();
    records.chunks(MOST_MEMBERS).map(|part| part.iter().copied().collect()).collect()
}
