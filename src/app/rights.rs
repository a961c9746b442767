//! Who may read what: roles, the staff of a batch, grants. The same answer decides about a search and about one page.

use jiff::{SignedDuration, Timestamp};

use super::{App, AppError, new_id};
use crate::access::Permission;
use crate::chart::facts::{GrantFact, GrantKind, GrantScope};
use crate::chart::{Actor, BatchId, DocumentId, Fact, GrantId, PageId, PersonId, Role};
use crate::search::Scope;
use crate::store::{DocumentRecord, GrantRow};

/// Somebody who reads, and what they may know of at this moment.
#[derive(Debug, Clone)]
pub struct Reader {
    /// Who.
    pub person: PersonId,
    /// Their roles.
    pub roles: Vec<Role>,
    /// What they may know of.
    pub scope: Scope,
}

impl Reader {
    /// Says whether they may know of a document of `batch`.
    pub fn may_read(&self, document: DocumentId, batch: BatchId) -> bool {
        match &self.scope {
            Scope::Everything => true,
            Scope::Except { batches, but } => !batches.contains(&batch) || but.contains(&document),
            Scope::Only(documents) => documents.contains(&document),
        }
    }

    /// Says whether they may see versions that were entered in error.
    pub fn sees_errors(&self) -> bool {
        self.roles.iter().any(|role| crate::access::extent(*role, Permission::SeeErrors).is_some())
    }
}

impl App {
    /// Returns whoever asks, with what they may know of.
    ///
    /// # Errors
    /// They read no charts at all, or have to say why first ([`AppError::ReasonNeeded`]); the database failed.
    pub async fn reader(&self) -> Result<Reader, AppError> {
        self.reader_of(true).await
    }

    /// Returns whoever asks, with what they may take out of the archive: an emergency is for reading only.
    ///
    /// # Errors
    /// As for [`App::reader`].
    pub async fn taker(&self) -> Result<Reader, AppError> {
        self.reader_of(false).await
    }

    async fn reader_of(&self, emergencies: bool) -> Result<Reader, AppError> {
        let person = self.actor(Permission::ReadChart, &[]).await?.person;
        let roles = self.whoever().await?.roles;
        let granted = self.store.granted_documents(person, emergencies, self.clock.now()).await?;
        if granted.everything && roles.contains(&Role::Administrator) {
            return Ok(Reader { person, roles, scope: Scope::Everything });
        }
        let mut documents = granted.documents;
        let is_staff = roles.iter().any(|role| matches!(role, Role::Technician | Role::Reviewer));
        let scope = if is_staff {
            let batches = self.store.batches_of_others(person).await?;
            if roles.contains(&Role::Reviewer) && !batches.is_empty() {
                documents.extend(self.store.sampled_documents().await?);
                documents.sort_unstable();
                documents.dedup();
            }
            if batches.is_empty() { Scope::Everything } else { Scope::Except { batches, but: documents } }
        } else if documents.is_empty() && roles.contains(&Role::Administrator) {
            return Err(AppError::ReasonNeeded);
        } else {
            Scope::Only(documents)
        };
        Ok(Reader { person, roles, scope })
    }

    /// Returns a document that `reader` may know of; of others, nothing is said but that there is none.
    ///
    /// # Errors
    /// There is none for them; the database failed.
    pub async fn readable_document(&self, reader: &Reader, id: DocumentId) -> Result<DocumentRecord, AppError> {
        let document = self.store.document(id).await?;
        let document = document.filter(|document| reader.may_read(document.id, document.batch));
        document.ok_or_else(|| no_such("document"))
    }

    /// Makes sure that `reader` may see a page: some document that they may know of shows it. Returns that document, and
    /// the page's place in it.
    ///
    /// # Errors
    /// There is none for them; the database failed.
    pub async fn readable_page(&self, reader: &Reader, page: PageId) -> Result<(DocumentId, u32), AppError> {
        let documents = self.store.documents_of_page(page).await?;
        let readable = documents.into_iter().find(|(document, batch, _)| reader.may_read(*document, *batch));
        readable.map(|(document, _, position)| (document, position)).ok_or_else(|| no_such("page"))
    }

    /// Grants reading for a time: an administrator to somebody else, or with [`GrantKind::Declared`] to themselves.
    ///
    /// # Errors
    /// They may not; the reason is empty or the time too long; the database failed.
    pub async fn grant(
        &self,
        person: PersonId,
        kind: GrantKind,
        scope: GrantScope,
        reason: &str,
        until: Timestamp,
    ) -> Result<GrantRow, AppError> {
        let permission = match kind {
            GrantKind::Given | GrantKind::Case => Permission::ManagePeople,
            GrantKind::Declared => Permission::ReadChart,
        };
        let actor = self.actor(permission, &[]).await?.person;
        if kind == GrantKind::Declared && !self.whoever().await?.roles.contains(&Role::Administrator) {
            // Whoever is no administrator is granted it by one.
            self.actor(Permission::ManagePeople, &[]).await?;
        }
        let grant = GrantId::from_uuid(new_id());
        let fact = GrantFact::Granted { grant, person, kind, scope, reason: reason.trim().to_owned(), until };
        self.store.record(Actor::Person(actor), self.clock.now(), &[Fact::Grant(fact)]).await?;
        self.store.grant(grant).await?.ok_or_else(|| no_such("grant"))
    }

    /// Ends a grant before its time.
    ///
    /// # Errors
    /// There is none, it has ended, or it is another person's and they are no administrator.
    pub async fn revoke_grant(&self, grant: GrantId) -> Result<(), AppError> {
        self.about_grants(GrantFact::Revoked { grant }).await
    }

    /// Makes a batch the work of a person, or with `assigned` false not any more.
    ///
    /// # Errors
    /// Only an administrator does; the batch or the person is not known.
    pub async fn assign_batch(&self, batch: BatchId, person: PersonId, assigned: bool) -> Result<(), AppError> {
        self.actor(Permission::ManagePeople, &[]).await?;
        if self.store.batch(batch).await?.is_none() {
            return Err(no_such("batch"));
        }
        let fact =
            if assigned { GrantFact::Assigned { batch, person } } else { GrantFact::Unassigned { batch, person } };
        self.about_grants(fact).await
    }

    /// Returns when a grant that begins now and lasts so many minutes ends.
    pub fn in_minutes(&self, minutes: u32) -> Timestamp {
        self.clock.now().saturating_add(SignedDuration::from_mins(minutes.into())).unwrap_or(Timestamp::MAX)
    }

    async fn about_grants(&self, fact: GrantFact) -> Result<(), AppError> {
        let actor = self.whoever().await?.id;
        self.store.record(Actor::Person(actor), self.clock.now(), &[Fact::Grant(fact)]).await?;
        Ok(())
    }
}

/// What is said of something that somebody may not know of, and of something that is not there: the same.
pub(super) fn no_such(what: &str) -> AppError {
    AppError::NotFound(format!("there is no such {what}, or it is not yours to read"))
}
