//! Steps that arrange pages: each is kept with what was before and what is after it, told to the ledger, and can be undone.
//!
//! A step never loses and never doubles a page: the pages of the documents that it touches are the same before and after.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::desk::{self, DeskClaim, HeldClaim};
use super::engine::{Store, Transaction};
use super::error::{StoreError, refused};
use super::values::{Row, values};
use super::{drafts, ledger, page_progress, pages, review};
use crate::chart::facts::{Arranged, ArrangementStep, DeskFact};
use crate::chart::{Actor, ArrangementId, DocumentId, DocumentState, Fact, PageId, PageView, PersonId, QuarterTurns};

/// A step to take.
#[derive(Debug, Clone)]
pub struct NewArrangement {
    /// Its id.
    pub id: ArrangementId,
    /// What kind.
    pub step: ArrangementStep,
    /// The documents as they were looked at.
    pub before: Vec<Arranged>,
    /// The documents as they will be: those of before, and new ones.
    pub after: Vec<Arranged>,
    /// New documents, each with the token of its claim. They come from the first document of `before`.
    pub new: Vec<(DocumentId, String)>,
    /// Tokens of claims for those documents of `before` that the person does not have yet.
    pub tokens: Vec<(DocumentId, String)>,
}

/// A step that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArrangementRow {
    /// Its id.
    pub id: ArrangementId,
    /// Who took it.
    pub person: PersonId,
    /// When.
    pub made_at: Timestamp,
    /// When it was undone.
    pub undone_at: Option<Timestamp>,
    /// Its documents before it.
    pub before: Vec<Arranged>,
    /// Its documents after it.
    pub after: Vec<Arranged>,
}

#[derive(Serialize, Deserialize)]
struct Body {
    before: Vec<Arranged>,
    after: Vec<Arranged>,
}

impl Store {
    /// Takes a step with documents that `claim`'s person has, or that nobody else has. Those that have pages after it are
    /// theirs. Returns the claims.
    ///
    /// # Errors
    /// The claim is lost; a document is not what the person looked at, is decided about, or somebody else has it; a page
    /// would be lost or doubled.
    pub async fn arrange(
        &self,
        claim: &DeskClaim,
        arrangement: &NewArrangement,
        now: Timestamp,
        lease: Duration,
    ) -> Result<Vec<HeldClaim>, StoreError> {
        let NewArrangement { id, step, before, after, new, tokens } = arrangement;
        same_pages(before, after)?;
        let mut transaction = self.begin().await?;
        let mut touched: Vec<DocumentId> = before.iter().map(|one| one.document).collect();
        touched.sort_unstable();
        for document in touched {
            let state = page_progress::lock(&mut transaction, document, now).await?;
            if !matches!(state, DocumentState::Read { .. }) {
                return Err(refused(format!("document {document} is {}: its pages stay as they are", state.name())));
            }
            desk::free_for(&mut transaction, document, Some(claim.person), now).await?;
        }
        desk::holds(&mut transaction, claim).await?;
        is_still(&mut transaction, before).await?;
        let first = before.first().ok_or_else(|| refused("a step needs a document"))?.document;
        for (document, _) in new {
            let sql = "INSERT INTO documents
                 (id, batch, delivery, state, pages_left, pages_failed, opened_at, changed_at, parent, desk_priority)
                 SELECT $1, batch, delivery, 'reading', 0, 0, opened_at, $2, id, desk_priority FROM documents WHERE id = $3";
            transaction.execute(sql, values![*document, now, first]).await?;
        }
        write(&mut transaction, after, now).await?;
        let mut claims = Vec::new();
        for one in after.iter().filter(|one| !one.pages.is_empty()) {
            let token = new.iter().chain(tokens).find(|(document, _)| *document == one.document);
            let token = token.map_or(claim.token.as_str(), |(_, token)| token.as_str());
            claims.push(desk::give(&mut transaction, one.document, claim.person, token, now, lease).await?);
        }
        let body = Body { before: before.clone(), after: after.clone() };
        let body = serde_json::to_string(&body).map_err(|_| StoreError::unreadable("body"))?;
        let sql = "INSERT INTO arrangements (id, step, person, made_at, body) VALUES ($1, $2, $3, $4, $5)";
        transaction.execute(sql, values![*id, step.name(), claim.person, now, body]).await?;
        for one in after {
            let sql = "INSERT INTO arranged_documents (arrangement, document) VALUES ($1, $2)";
            transaction.execute(sql, values![*id, one.document]).await?;
        }
        let fact = DeskFact::Arranged { arrangement: *id, step: *step, documents: after.clone() };
        ledger::record(&mut transaction, Actor::Person(claim.person), now, &[Fact::Desk(fact)]).await?;
        transaction.commit().await?;
        Ok(claims)
    }

    /// Undoes a step: its documents are as they were before it. Returns the claims on them.
    ///
    /// # Errors
    /// It was undone before; a document of it was changed since, is decided about, or somebody else has it.
    pub async fn undo_arrangement(
        &self,
        id: ArrangementId,
        person: PersonId,
        tokens: &[(DocumentId, String)],
        now: Timestamp,
        lease: Duration,
    ) -> Result<Vec<HeldClaim>, StoreError> {
        let mut transaction = self.begin().await?;
        let sql = "UPDATE arrangements SET undone_at = $2 WHERE id = $1 AND undone_at IS NULL
             RETURNING id, person, made_at, undone_at, body";
        let row = transaction.row(sql, values![id, now]).await?;
        let made = read(&row.ok_or_else(|| refused("this step was undone already"))?)?;
        let mut touched: Vec<DocumentId> = made.after.iter().map(|one| one.document).collect();
        touched.sort_unstable();
        for document in touched {
            let state = page_progress::lock(&mut transaction, document, now).await?;
            if !matches!(state, DocumentState::Read { .. } | DocumentState::Split) {
                let why = format!("document {document} is {}: take that back first", state.name());
                return Err(refused(why));
            }
            desk::free_for(&mut transaction, document, Some(person), now).await?;
        }
        is_still(&mut transaction, &made.after).await?;
        let mut restored = made.before.clone();
        let is_new = |one: &&Arranged| !made.before.iter().any(|before| before.document == one.document);
        let emptied = made.after.iter().filter(is_new);
        restored.extend(emptied.map(|one| Arranged { document: one.document, pages: Vec::new() }));
        write(&mut transaction, &restored, now).await?;
        let mut claims = Vec::new();
        for one in &made.before {
            let token = tokens.iter().find(|(document, _)| *document == one.document);
            let token = token.ok_or_else(|| StoreError::unreadable("token"))?;
            claims.push(desk::give(&mut transaction, one.document, person, &token.1, now, lease).await?);
        }
        let fact = DeskFact::ArrangementUndone { arrangement: id, documents: restored };
        ledger::record(&mut transaction, Actor::Person(person), now, &[Fact::Desk(fact)]).await?;
        transaction.commit().await?;
        Ok(claims)
    }

    /// Returns the steps that touched a document, the newest first.
    pub async fn arrangements_of(&self, document: DocumentId, limit: u32) -> Result<Vec<ArrangementRow>, StoreError> {
        let sql = "SELECT id, person, made_at, undone_at, body FROM arrangements
             WHERE id IN (SELECT arrangement FROM arranged_documents WHERE document = $1)
             ORDER BY made_at DESC, id DESC LIMIT $2";
        self.rows(sql, values![document, limit]).await?.iter().map(read).collect()
    }
}

/// Refuses where the pages after a step are not those before it, each once.
fn same_pages(before: &[Arranged], after: &[Arranged]) -> Result<(), StoreError> {
    let of = |documents: &[Arranged]| {
        let mut pages: Vec<PageId> = documents.iter().flat_map(|one| one.pages.iter().map(|view| view.page)).collect();
        pages.sort_unstable();
        pages
    };
    if of(before) != of(after) {
        return Err(refused("every page has to be in exactly one document afterwards, and none may be left out"));
    }
    Ok(())
}

/// Refuses where documents are not as they were looked at.
async fn is_still(transaction: &mut Transaction, documents: &[Arranged]) -> Result<(), StoreError> {
    for one in documents {
        let sql = "SELECT scan, number, hidden, turn FROM document_pages WHERE document = $1 ORDER BY position";
        let rows = transaction.rows(sql, values![one.document]).await?;
        let pages: Vec<PageView> = rows.iter().map(read_view).collect::<Result<_, _>>()?;
        if pages != one.pages {
            return Err(StoreError::Changed { what: format!("document {}", one.document) });
        }
    }
    Ok(())
}

/// Writes documents as they are to be. One without pages gave them to others.
async fn write(transaction: &mut Transaction, documents: &[Arranged], now: Timestamp) -> Result<(), StoreError> {
    for one in documents {
        transaction.execute("DELETE FROM document_pages WHERE document = $1", values![one.document]).await?;
    }
    for one in documents {
        for (position, view) in (1_u32..).zip(&one.pages) {
            let sql = "INSERT INTO document_pages (document, position, scan, number, hidden, turn)
                 VALUES ($1, $2, $3, $4, $5, $6)";
            let (page, turn) = (view.page, u32::from(view.turn.degrees()));
            transaction
                .execute(sql, values![one.document, position, page.scan, page.number, view.hidden, turn])
                .await?;
        }
        desk::clear(transaction, one.document, None, None).await?;
        if one.pages.is_empty() {
            page_progress::write(transaction, one.document, &DocumentState::Split).await?;
            drafts::forget(transaction, one.document).await?;
            continue;
        }
        let open = DocumentState::Reading { pages_left: 0, pages_failed: 0 };
        page_progress::write(transaction, one.document, &open).await?;
        page_progress::recount(transaction, one.document, now).await?;
        review::queue_pages(transaction, one.document, now).await?;
    }
    Ok(())
}

fn read(row: &Row) -> Result<ArrangementRow, StoreError> {
    let body: Body = serde_json::from_str(&row.text("body")?).map_err(|_| StoreError::unreadable("body"))?;
    Ok(ArrangementRow {
        id: row.parsed("id")?,
        person: row.parsed("person")?,
        made_at: row.time("made_at")?,
        undone_at: row.optional_time("undone_at")?,
        before: body.before,
        after: body.after,
    })
}

fn read_view(row: &Row) -> Result<PageView, StoreError> {
    let degrees = i32::try_from(row.integer("turn")?).ok().and_then(QuarterTurns::from_degrees);
    Ok(PageView {
        page: pages::read_page_id(row)?,
        hidden: row.flag("hidden")?,
        turn: degrees.ok_or_else(|| StoreError::unreadable("turn"))?,
    })
}
