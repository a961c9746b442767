//! Taking documents from the queue and putting them back.

use jiff::{SignedDuration, Timestamp};

use super::super::{App, AppError, new_id};
use super::{Draft, LEASE, LONGEST_DRAFT, MOST_HELD, Station};
use crate::access::Permission;
use crate::chart::{BatchId, DocumentId, PageText, PersonId, Size};
use crate::store::{DecisionRow, DeskClaim, HeldClaim, QueueCounts, QueueRow, StoreError, WorkToday};

/// Which document somebody wants next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct NextDocument {
    /// Of this batch only.
    pub batch: Option<BatchId>,
    /// The one they had last: not that again.
    pub after: Option<DocumentId>,
    /// One ahead of those that they have.
    pub prefetch: bool,
}

/// A document with the right to decide about it.
pub struct ClaimedStation {
    /// The document.
    pub station: Station,
    /// The lease.
    pub lease: HeldClaim,
}

impl App {
    /// Returns the queue from `after` on, with how much waits.
    ///
    /// # Errors
    /// The person may not; the database failed.
    pub async fn queue(
        &self,
        batch: Option<BatchId>,
        after: Option<DocumentId>,
        limit: u32,
    ) -> Result<(Vec<QueueRow>, QueueCounts), AppError> {
        let person = self.actor(Permission::Label, &[]).await?.person;
        let now = self.clock.now();
        let rows = self.store.desk_queue(batch, after, limit, now).await?;
        Ok((rows, self.store.queue_counts(person, now).await?))
    }

    /// Gives the person the next document: one that they have already, or else the next that waits. `None` when nothing does.
    ///
    /// # Errors
    /// The person may not; a result cannot be read; the database failed.
    pub async fn next_document(&self, wanted: NextDocument) -> Result<Option<ClaimedStation>, AppError> {
        let person = self.actor(Permission::Label, &[]).await?.person;
        match self.next_claim(person, wanted).await? {
            Some(lease) => self.claimed(lease, person).await.map(Some),
            None => Ok(None),
        }
    }

    pub(super) async fn next_claim(
        &self,
        person: PersonId,
        wanted: NextDocument,
    ) -> Result<Option<HeldClaim>, AppError> {
        let now = self.clock.now();
        let held = self.store.held_claims(person, now).await?;
        let place = wanted.after.and_then(|after| held.iter().position(|claim| claim.document == after));
        let ready = match (wanted.prefetch, place) {
            // Whoever comes back after a crash has documents already: those behind the one that they look at come first.
            (true, Some(place)) => held.get(place + 1),
            (true, None) => None,
            (false, place) => held.iter().enumerate().find(|(index, _)| Some(*index) != place).map(|(_, claim)| claim),
        };
        if let Some(ready) = ready {
            let claim = DeskClaim { document: ready.document, person, token: ready.token.clone(), revision: None };
            match self.store.renew_claim(&claim, now, LEASE).await {
                Ok(expires_at) => return Ok(Some(HeldClaim { expires_at, ..ready.clone() })),
                Err(StoreError::ClaimLost { .. }) => {}
                Err(cause) => return Err(cause.into()),
            }
        }
        if held.len() >= MOST_HELD {
            return Ok(None);
        }
        let token = new_id().to_string();
        Ok(self.store.claim_next(person, &token, (wanted.batch, wanted.after), now, LEASE).await?)
    }

    /// Gives the person this document.
    ///
    /// # Errors
    /// The person may not; somebody else has it; it is not open; the database failed.
    pub async fn claim_document(&self, document: DocumentId) -> Result<ClaimedStation, AppError> {
        let person = self.actor(Permission::Label, &[]).await?.person;
        let now = self.clock.now();
        let held = self.store.held_claims(person, now).await?;
        if held.len() >= MOST_HELD && !held.iter().any(|claim| claim.document == document) {
            return Err(AppError::Unfit(format!(
                "you have {MOST_HELD} documents on your desk; decide about some of them or put them back first"
            )));
        }
        let lease = self.store.claim_document(document, person, &new_id().to_string(), now, LEASE).await?;
        self.claimed(lease, person).await
    }

    /// Prolongs a lease; returns its new end.
    ///
    /// # Errors
    /// The claim is lost.
    pub async fn renew_claim(&self, document: DocumentId, token: &str) -> Result<Timestamp, AppError> {
        let claim = self.shown(document, token, None).await?;
        Ok(self.store.renew_claim(&claim, self.clock.now(), LEASE).await?)
    }

    /// Puts a document back.
    ///
    /// # Errors
    /// The person may not; the database failed.
    pub async fn release_claim(&self, document: DocumentId, token: &str) -> Result<(), AppError> {
        let claim = self.shown(document, token, None).await?;
        Ok(self.store.release_claim(&claim).await?)
    }

    /// Returns a document that the person has, or that nobody else has, without taking it.
    ///
    /// # Errors
    /// The person may not; somebody else has it: then it is not there for them.
    pub async fn station(&self, document: DocumentId) -> Result<Station, AppError> {
        let person = self.actor(Permission::Label, &[]).await?.person;
        let station = self.station_of(document, person).await?;
        match station.place.held {
            Some((other, _)) if other != person => {
                Err(AppError::NotFound("there is no such document for you now".into()))
            }
            _ => Ok(station),
        }
    }

    /// Returns what was read on a page of a document that the person has, or that nobody else has, and the size at
    /// which the page is shown.
    ///
    /// # Errors
    /// There is no such page for them; the result cannot be read.
    pub async fn words_at_station(
        &self,
        document: DocumentId,
        position: u32,
    ) -> Result<(Option<PageText>, Size), AppError> {
        let person = self.actor(Permission::Label, &[]).await?.person;
        let missing = || AppError::NotFound("there is no such page for you now".into());
        let place = self.store.desk_place(document, self.clock.now()).await?.ok_or_else(missing)?;
        if place.held.is_some_and(|(other, _)| other != person) {
            return Err(missing());
        }
        let before = position.checked_sub(1).ok_or_else(missing)?;
        let pages = self.store.document_pages(document, before, 1).await?;
        let page = pages.first().filter(|page| page.position == position).ok_or_else(missing)?;
        let size = self.shown_size(page.record.size);
        Ok((self.shown_text(page).await?, size))
    }

    /// Keeps what the person typed, even when their claim is lost. Returns when, and the revision of the document.
    ///
    /// # Errors
    /// The claim is lost, and what was typed is kept; it is too long.
    pub async fn save_draft(
        &self,
        document: DocumentId,
        token: &str,
        draft: &Draft,
    ) -> Result<(Timestamp, u32), AppError> {
        let claim = self.shown(document, token, None).await?;
        let body = serde_json::to_string(draft).map_err(|_| AppError::Unfit("what was typed is no text".into()))?;
        if body.len() > LONGEST_DRAFT {
            return Err(AppError::Unfit("what was typed is longer than 64 KiB".into()));
        }
        let now = self.clock.now();
        match self.store.save_draft(&claim, &body, now).await? {
            (revision, true) => Ok((now, revision)),
            (_, false) => Err(StoreError::ClaimLost { work: format!("document {document}") }.into()),
        }
    }

    /// Returns what the person did today at the facility, and their last decisions with the end of their undo windows.
    ///
    /// # Errors
    /// The person may not; the database failed.
    pub async fn my_work(&self) -> Result<(WorkToday, Vec<(DecisionRow, Timestamp)>), AppError> {
        let person = self.actor(Permission::Label, &[]).await?.person;
        let now = self.clock.now();
        let midnight = now.to_zoned(self.zone()).start_of_day().map_or(now, |day| day.timestamp());
        let window: SignedDuration = self.undo_window();
        let last = self.store.decisions_of(person, 50).await?;
        let last = last.into_iter().map(|row| {
            let until = row.decided_at.saturating_add(window).unwrap_or(Timestamp::MAX);
            (row, until)
        });
        Ok((self.store.work_since(person, midnight).await?, last.collect()))
    }

    pub(super) async fn claimed(&self, lease: HeldClaim, person: PersonId) -> Result<ClaimedStation, AppError> {
        Ok(ClaimedStation { station: self.station_of(lease.document, person).await?, lease })
    }

    /// Returns the claim that the person shows.
    pub(super) async fn shown(
        &self,
        document: DocumentId,
        token: &str,
        revision: Option<u32>,
    ) -> Result<DeskClaim, AppError> {
        let person = self.actor(Permission::Label, &[]).await?.person;
        Ok(DeskClaim { document, person, token: token.to_owned(), revision })
    }
}
