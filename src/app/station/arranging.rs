//! Arranging pages at the station: each step is kept, and can be undone.

use super::super::{App, AppError, new_document, new_id};
use super::{LEASE, Station};
use crate::chart::facts::Arranged;
use crate::chart::{ArrangementId, DocumentId, PersonId};
use crate::review::{PageAction, arranged};
use crate::store::{DeskClaim, HeldClaim, NewArrangement};

/// Most steps of one request.
const MOST_STEPS: usize = 50;
/// Steps that are looked at for one that can be undone.
const STEPS: u32 = 50;

/// Documents after steps on their pages, all of them the person's.
pub struct ArrangedStations {
    /// The documents that have pages, the one that was asked about first.
    pub stations: Vec<Station>,
    /// The claims on them.
    pub claims: Vec<HeldClaim>,
}

impl App {
    /// Takes steps with the pages of a document that the person has, one after the other.
    ///
    /// # Errors
    /// The claim is lost; the document was changed meanwhile; somebody else has a document that a step needs; a step cannot be
    /// taken. Steps before that one stay.
    pub async fn arrange_pages(
        &self,
        (document, lease, revision): (DocumentId, &str, u32),
        actions: &[PageAction],
    ) -> Result<ArrangedStations, AppError> {
        if actions.is_empty() || actions.len() > MOST_STEPS {
            return Err(AppError::Unfit(format!("a request has 1 to {MOST_STEPS} steps")));
        }
        let mut claim = self.shown(document, lease, Some(revision)).await?;
        let mut claims: Vec<HeldClaim> = Vec::new();
        for action in actions {
            let made = self.arrange(&claim, action).await?;
            claims.retain(|claim| !made.iter().any(|new| new.document == claim.document));
            claims.extend(made);
            // The first step found the document as it was looked at; the next ones find it as that one left it.
            claim.revision = None;
        }
        self.all(document, claim.person, claims).await
    }

    /// Undoes the last step with the pages of a document.
    ///
    /// # Errors
    /// There is none that was not undone; its documents were changed since, or somebody else has one of them.
    pub async fn undo_pages(&self, document: DocumentId) -> Result<ArrangedStations, AppError> {
        let person = self.shown(document, "", None).await?.person;
        let steps = self.store.arrangements_of(document, STEPS).await?;
        let last = steps.into_iter().find(|step| step.undone_at.is_none());
        let last = last.ok_or_else(|| AppError::Unfit("there is no step with these pages to undo".into()))?;
        let tokens: Vec<(DocumentId, String)> =
            last.before.iter().map(|one| (one.document, new_id().to_string())).collect();
        let claims = self.store.undo_arrangement(last.id, person, &tokens, self.clock.now(), LEASE).await?;
        let first = if last.before.iter().any(|one| one.document == document) { document } else { tokens[0].0 };
        self.all(first, person, claims).await
    }

    async fn arrange(&self, claim: &DeskClaim, action: &PageAction) -> Result<Vec<HeldClaim>, AppError> {
        let mut before = vec![self.arrangement_of(claim.document).await?];
        let mut tokens = Vec::new();
        if let Some(other) = action.other() {
            self.check_other(claim, other).await?;
            before.push(self.arrangement_of(other).await?);
            tokens.push((other, new_id().to_string()));
        }
        let new: Vec<(DocumentId, String)> =
            (0..action.new_documents()).map(|_| (new_document(), new_id().to_string())).collect();
        let ids: Vec<DocumentId> = new.iter().map(|(id, _)| *id).collect();
        let after = arranged(&before, action, &ids).map_err(AppError::Unfit)?;
        if after == before {
            return Err(AppError::Unfit("that would change nothing".into()));
        }
        let id = ArrangementId::from_uuid(new_id());
        let arrangement = NewArrangement { id, step: action.step(), before, after, new, tokens };
        Ok(self.store.arrange(claim, &arrangement, self.clock.now(), LEASE).await?)
    }

    /// Pages go between documents of one batch only: a batch answers for every sheet that it brought.
    async fn check_other(&self, claim: &DeskClaim, other: DocumentId) -> Result<(), AppError> {
        let (own, other) = (self.store.document(claim.document).await?, self.store.document(other).await?);
        match (own, other) {
            (Some(own), Some(other)) if own.id != other.id && own.batch == other.batch => Ok(()),
            (Some(own), Some(other)) if own.id != other.id => {
                Err(AppError::Unfit("the other document is of another batch; pages stay in their batch".into()))
            }
            _ => Err(AppError::NotFound("there is no such other document".into())),
        }
    }

    async fn arrangement_of(&self, document: DocumentId) -> Result<Arranged, AppError> {
        let pages = self.pages(document).await?.into_iter().map(|page| page.view).collect();
        Ok(Arranged { document, pages })
    }

    async fn all(
        &self,
        first: DocumentId,
        person: PersonId,
        mut claims: Vec<HeldClaim>,
    ) -> Result<ArrangedStations, AppError> {
        claims.sort_by_key(|claim| (claim.document != first, claim.document));
        let mut stations = Vec::with_capacity(claims.len());
        for claim in &claims {
            stations.push(self.station_of(claim.document, person).await?);
        }
        Ok(ArrangedStations { stations, claims })
    }
}
