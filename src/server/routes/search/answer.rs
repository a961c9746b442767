//! What a search answers.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;
use utoipa::ToSchema;

use crate::app::{App, AppError};
use crate::chart::{BatchId, DocumentId, DocumentState, PatientId, PatientRef};
use crate::search::{Answer, Facet, Hit, How};
use crate::server::view::RectView;

/// What a search found.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SearchView {
    /// The question as it was understood.
    pub query: String,
    /// Documents that meet it.
    pub documents: u64,
    /// Their pages that have any of the words.
    pub pages: u64,
    /// Pages that were looked through.
    pub pages_in_scope: u64,
    /// Pages among them whose text cannot be relied on.
    pub pages_without_reliable_text: u64,
    /// Pages and files that no search can see yet; none where that would tell of others' documents.
    pub unseen: Option<u64>,
    /// How the words were widened.
    pub terms: Vec<TermView>,
    /// The documents counted by kind, label, state, batch, patient, date and confidence.
    pub facets: BTreeMap<String, Vec<FacetView>>,
    /// Pages.
    pub items: Vec<HitView>,
    /// Where the next part begins.
    pub next: Option<String>,
}

/// How one word was widened.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TermView {
    /// As asked for.
    pub asked: String,
    /// What means the same.
    pub synonyms: Vec<String>,
    /// Unsure words that were taken for it.
    pub read_as: Vec<String>,
    /// Whether there were more.
    pub incomplete: bool,
}

/// One value of a facet.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FacetView {
    /// The value, as a search takes it.
    pub value: String,
    /// What people call it, where that is something else.
    pub label: Option<String>,
    /// Documents that have it.
    pub count: u64,
}

/// A page that was found.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct HitView {
    /// The document.
    pub document: String,
    /// The record that it became.
    pub record: Option<String>,
    /// The page.
    pub page: String,
    /// Its place in the document.
    pub position: u32,
    /// What to call the document.
    pub title: String,
    /// Whom it is about.
    pub patient: Option<String>,
    /// Id of the patient.
    pub patient_id: Option<String>,
    /// Its date.
    pub date: String,
    /// Its type, once known.
    pub kind: Option<String>,
    /// Its labels.
    pub labels: Vec<String>,
    /// Its state; `unverified` until somebody has verified it.
    pub state: String,
    /// Batch that brought it in.
    pub batch: String,
    /// Whether the page's text can be relied on.
    pub reliable: bool,
    /// Text around the first matches.
    pub passages: Vec<PassageView>,
    /// All matches on the page image.
    pub boxes: Vec<BoxView>,
    /// Width of the image that the boxes refer to.
    pub width: u32,
    /// Its height.
    pub height: u32,
    /// Address of the page's image service.
    pub image: String,
}

/// Some words in a row.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PassageView {
    /// Its pieces, to be joined by spaces.
    pub pieces: Vec<PieceView>,
}

/// Words that matched in the same way, or did not.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PieceView {
    /// The words.
    pub text: String,
    /// How they matched: `exact`, `prefix`, `synonym` or `ocr-tolerant`.
    #[serde(rename = "match")]
    pub how: Option<String>,
}

/// A match on the page image.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct BoxView {
    /// Where.
    pub rect: RectView,
    /// The words.
    pub text: String,
    /// How they matched.
    #[serde(rename = "match")]
    pub how: String,
}

impl SearchView {
    /// Puts an answer into words for people: names of patients and batches instead of ids.
    ///
    /// # Errors
    /// The database failed.
    pub async fn of(app: &App, answer: Answer, unseen: Option<u64>) -> Result<Self, AppError> {
        let mut names = Names { app, patients: HashMap::new(), records: HashMap::new() };
        let mut facets = BTreeMap::new();
        for facet in answer.facets {
            let (name, values) = names.facet(facet).await?;
            facets.insert(name, values);
        }
        let next = answer.offset + answer.hits.len() as u64;
        let mut items = Vec::with_capacity(answer.hits.len());
        for hit in answer.hits {
            items.push(names.hit(hit).await?);
        }
        let terms = answer.terms.into_iter().map(|term| TermView {
            asked: term.asked,
            synonyms: term.synonyms,
            read_as: term.read_as,
            incomplete: term.incomplete,
        });
        Ok(Self {
            query: answer.query,
            documents: answer.documents,
            pages: answer.pages,
            pages_in_scope: answer.pages_in_scope,
            pages_without_reliable_text: answer.pages_without_reliable_text,
            unseen,
            terms: terms.collect(),
            facets,
            next: (!items.is_empty() && next < answer.pages).then(|| next.to_string()),
            items,
        })
    }
}

/// Names that were looked up for one answer.
struct Names<'a> {
    app: &'a App,
    patients: HashMap<PatientId, Option<String>>,
    records: HashMap<DocumentId, Option<String>>,
}

impl Names<'_> {
    async fn facet(&mut self, facet: Facet) -> Result<(String, Vec<FacetView>), AppError> {
        let name = match facet.field.as_str() {
            "type" => "kind",
            "batch-id" => "batch",
            "document-date" => "date",
            "reliable" => "confidence",
            other => other,
        };
        let mut values = Vec::with_capacity(facet.values.len());
        for value in facet.values {
            let (value, count) = (value.value, value.count);
            let label = match name {
                "batch" => match value.parse::<BatchId>() {
                    Ok(id) => self.app.store.batch(id).await?.map(|batch| batch.name),
                    Err(_) => None,
                },
                "patient" => match value.parse::<PatientId>() {
                    Ok(id) => self.patient(id).await?,
                    Err(_) => None,
                },
                _ => None,
            };
            let value = match (name, value.as_str()) {
                ("confidence", "yes") => "reliable".to_owned(),
                ("confidence", _) => "unreliable".to_owned(),
                _ => value,
            };
            values.push(FacetView { value, label, count });
        }
        Ok((name.to_owned(), values))
    }

    async fn hit(&mut self, hit: Hit) -> Result<HitView, AppError> {
        let facts = hit.facts;
        let patient = match facts.patient {
            Some(id) => self.patient(id).await?,
            None => None,
        };
        let size = match hit.size {
            Some(size) => size,
            None => match self.app.store.page(facts.page).await? {
                Some(page) => self.app.shown_size(page.size),
                None => crate::chart::Size { width: 1, height: 1 },
            },
        };
        let name = |how: &How| {
            match how {
                How::Exact => "exact",
                How::Prefix { .. } => "prefix",
                How::Synonym { .. } => "synonym",
                How::OtherReading { .. } => "other-reading",
                How::OcrTolerant { .. } => "ocr-tolerant",
            }
            .to_owned()
        };
        let passages = hit.passages.into_iter().map(|passage| PassageView {
            pieces: passage
                .pieces
                .into_iter()
                .map(|piece| PieceView { how: piece.how.as_ref().map(name), text: piece.text })
                .collect(),
        });
        let boxes = hit.boxes.into_iter().map(|found| BoxView {
            rect: found.rect.into(),
            how: name(&found.how),
            text: found.text,
        });
        let title = facts.kind.clone().or(facts.title).or(facts.file);
        Ok(HitView {
            document: facts.document.to_string(),
            record: self.record(facts.document).await?,
            page: facts.page.to_string(),
            position: facts.position,
            title: title.unwrap_or_else(|| "Document".to_owned()),
            patient,
            patient_id: facts.patient.map(|id| id.to_string()),
            date: facts.dated.to_string(),
            kind: facts.kind,
            labels: facts.labels,
            state: facts.state,
            batch: facts.batch_name,
            reliable: hit.reliable,
            passages: passages.collect(),
            boxes: boxes.collect(),
            width: size.width,
            height: size.height,
            image: format!("/api/v1/iiif/3/{}", facts.page),
        })
    }

    async fn patient(&mut self, id: PatientId) -> Result<Option<String>, AppError> {
        if let Some(known) = self.patients.get(&id) {
            return Ok(known.clone());
        }
        let named = self.app.patient_shown(id).await?.map(|patient| patient_name(&patient));
        self.patients.insert(id, named.clone());
        Ok(named)
    }

    async fn record(&mut self, document: DocumentId) -> Result<Option<String>, AppError> {
        if let Some(known) = self.records.get(&document) {
            return Ok(known.clone());
        }
        let record = self.app.store.document(document).await?.and_then(|document| match document.state {
            DocumentState::Verified { record, .. } | DocumentState::Archived { record, .. } => Some(record.to_string()),
            _ => None,
        });
        self.records.insert(document, record.clone());
        Ok(record)
    }
}

/// Names a patient for people: name and number.
pub fn patient_name(patient: &PatientRef) -> String {
    match patient.name.as_str() {
        "" => patient.number.clone(),
        name => format!("{name} · {}", patient.number),
    }
}
