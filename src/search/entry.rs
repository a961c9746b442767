//! One page as the index takes it, and as a hit gives it back.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use tantivy::TantivyDocument;
use tantivy::schema::Field;
use uuid::Uuid;

use super::analyser::{Analyser, BROKEN};
use super::schema::{Fact, Schema};
use super::stream::encode;
use crate::chart::{BatchId, Digest, DocumentId, PageId, PageNumber, PageText, PatientId};

/// What is known about a page besides its words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageFacts {
    /// The page.
    pub page: PageId,
    /// The document that it is in.
    pub document: DocumentId,
    /// Its place in the document, from 1.
    pub position: u32,
    /// The batch that brought it in.
    pub batch: BatchId,
    /// The name of that batch.
    pub batch_name: String,
    /// The civil date of receipt at the facility.
    pub received: Date,
    /// The state of the document, for example `read`.
    pub state: String,
    /// The type of the document, once it is known.
    pub kind: Option<String>,
    /// Labels of the document.
    pub labels: Vec<String>,
    /// The language of the page, for example `eng`.
    pub language: Option<String>,
    /// The name of the scan file.
    pub file: Option<String>,
    /// The title of the document.
    pub title: Option<String>,
    /// The patient whom it is about, once somebody has said so.
    pub patient: Option<PatientId>,
    /// The civil date of the document: the first day of its encounters, or else that of receipt.
    pub dated: Date,
    /// Whether the document hides the page. A page whose text says that it is hidden is hidden all the same.
    pub hidden: bool,
}

/// A page to be indexed.
#[derive(Debug, Clone, Copy)]
pub struct PageEntry<'a> {
    /// What is known about it.
    pub facts: &'a PageFacts,
    /// What was read on it; `None` while it was not read, which makes it a page without reliable text.
    pub text: Option<&'a PageText>,
}

/// What the index keeps of a page for its hits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stored {
    pub facts: PageFacts,
    pub reliable: bool,
}

/// The facts that are kept as JSON; identities go before it in bytes.
#[derive(Serialize, Deserialize)]
struct Tail(
    String,
    u32,
    Date,
    String,
    Option<String>,
    Vec<String>,
    Option<String>,
    Option<String>,
    Option<String>,
    bool,
    bool,
    Option<PatientId>,
    Date,
);

/// Returns the bytes by which a page is known to the index.
pub(super) fn page_key(page: PageId) -> [u8; 36] {
    let mut key = [0; 36];
    key[..32].copy_from_slice(page.scan.as_bytes());
    key[32..].copy_from_slice(&page.number.get().to_be_bytes());
    key
}

/// Returns a date as a number that sorts like it: 2024-03-15 becomes 20240315.
pub(super) fn date_number(date: Date) -> u64 {
    let year = u64::try_from(date.year()).unwrap_or(0);
    year * 10_000 + u64::from(date.month().unsigned_abs()) * 100 + u64::from(date.day().unsigned_abs())
}

impl PageEntry<'_> {
    /// Makes the index's own form of the page.
    pub(super) fn document(&self, schema: &Schema, analyser: &mut Analyser) -> TantivyDocument {
        let facts = self.facts;
        let hidden = facts.hidden || self.text.is_some_and(|text| text.hidden);
        let reliable = self.text.is_some_and(PageText::is_reliable);
        let mut document = TantivyDocument::default();
        let mut put = Put { document: &mut document, schema, analyser };
        put.identity(Fact::Page, &page_key(facts.page));
        put.identity(Fact::Document, facts.document.as_uuid().as_bytes());
        put.identity(Fact::Batch, facts.batch.as_uuid().as_bytes());
        put.number(Fact::Position, u64::from(facts.position));
        put.number(Fact::Number, u64::from(facts.page.number.get()));
        put.number(Fact::Received, date_number(facts.received));
        facts.patient.iter().for_each(|patient| put.identity(Fact::Patient, patient.as_uuid().as_bytes()));
        put.number(Fact::Dated, date_number(facts.dated));
        put.number(Fact::Reliable, u64::from(reliable));
        put.number(Fact::Hidden, u64::from(hidden));
        put.name(Fact::BatchName, &facts.batch_name);
        facts.file.iter().for_each(|file| put.name(Fact::File, file));
        facts.title.iter().for_each(|title| put.name(Fact::Title, title));
        put.keyword(Fact::State, &facts.state);
        facts.kind.iter().for_each(|kind| put.keyword(Fact::Type, kind));
        facts.labels.iter().for_each(|label| put.keyword(Fact::Label, label));
        facts.language.iter().for_each(|language| put.keyword(Fact::Language, language));
        if let Some(text) = self.text {
            put.words(text);
        }
        document.add_bytes(schema.stored(), &stored_bytes(facts, hidden, reliable));
        document
    }
}

struct Put<'a> {
    document: &'a mut TantivyDocument,
    schema: &'a Schema,
    analyser: &'a mut Analyser,
}

impl Put<'_> {
    fn identity(&mut self, fact: Fact, bytes: &[u8]) {
        if let Some(field) = self.schema.field(fact) {
            self.document.add_bytes(field, bytes);
        }
    }

    fn number(&mut self, fact: Fact, number: u64) {
        if let Some(field) = self.schema.field(fact) {
            self.document.add_u64(field, number);
        }
    }

    fn keyword(&mut self, fact: Fact, text: &str) {
        if let Some(field) = self.schema.field(fact) {
            self.document.add_text(field, self.analyser.fold(text));
        }
    }

    fn name(&mut self, fact: Fact, text: &str) {
        let Some(field) = self.schema.field(fact) else { return };
        let tokens = name_tokens(self.analyser, text);
        self.tokens(field, tokens.iter().map(|text| (text.as_str(), 0)));
    }

    fn words(&mut self, text: &PageText) {
        let tokens = self.analyser.page(text);
        let unsure: Vec<&str> =
            tokens.iter().filter(|token| token.unsure).map(|token| token.text.trim_end_matches(BROKEN)).collect();
        if let Some(field) = self.schema.field(Fact::OtherReadings) {
            let others = self.analyser.other_readings(text);
            self.tokens(field, others.iter().map(|(_, text)| (text.as_str(), 0)));
        }
        if let Some(field) = self.schema.field(Fact::UnsureWords) {
            self.tokens(field, unsure.iter().map(|text| (*text, 0)));
        }
        if let Some(field) = self.schema.field(Fact::UnsureShapes) {
            let shapes: Vec<String> = unsure.iter().map(|text| self.schema.confusions.shape(text)).collect();
            self.tokens(field, shapes.iter().map(|shape| (shape.as_str(), 0)));
        }
        if let Some(field) = self.schema.field(Fact::Words) {
            self.tokens(field, tokens.iter().map(|token| (token.text.as_str(), token.position)));
        }
    }

    fn tokens<'a>(&mut self, field: Field, tokens: impl Iterator<Item = (&'a str, u32)>) {
        let encoded = encode(tokens);
        if !encoded.is_empty() {
            self.document.add_text(field, encoded);
        }
    }
}

/// Returns the tokens of a name: every word of it whole and in parts.
pub(super) fn name_tokens(analyser: &mut Analyser, name: &str) -> Vec<String> {
    let mut tokens: Vec<String> = name
        .split_whitespace()
        .filter_map(|word| analyser.forms(word))
        .flat_map(|forms| forms.part_texts().chain(forms.wholes.clone()).collect::<Vec<_>>())
        .collect();
    tokens.sort_unstable();
    tokens.dedup();
    tokens
}

fn stored_bytes(facts: &PageFacts, hidden: bool, reliable: bool) -> Vec<u8> {
    let mut bytes = page_key(facts.page).to_vec();
    bytes.extend_from_slice(facts.document.as_uuid().as_bytes());
    bytes.extend_from_slice(facts.batch.as_uuid().as_bytes());
    let tail = Tail(
        facts.batch_name.clone(),
        facts.position,
        facts.received,
        facts.state.clone(),
        facts.kind.clone(),
        facts.labels.clone(),
        facts.language.clone(),
        facts.file.clone(),
        facts.title.clone(),
        hidden,
        reliable,
        facts.patient,
        facts.dated,
    );
    // Plain values have no way to fail in JSON; an empty tail would be reported as damage when read.
    bytes.extend(serde_json::to_vec(&tail).unwrap_or_default());
    bytes
}

/// Reads what [`PageEntry::document`] kept; `None` when it is damaged.
pub(super) fn read_stored(bytes: &[u8]) -> Option<Stored> {
    let (page, rest) = bytes.split_first_chunk::<36>()?;
    let (document, rest) = rest.split_first_chunk::<16>()?;
    let (batch, rest) = rest.split_first_chunk::<16>()?;
    let (scan, number) = page.split_first_chunk::<32>()?;
    let number = PageNumber::new(u32::from_be_bytes(number.try_into().ok()?))?;
    let tail: Tail = serde_json::from_slice(rest).ok()?;
    let Tail(
        batch_name,
        position,
        received,
        state,
        kind,
        labels,
        language,
        file,
        title,
        hidden,
        reliable,
        patient,
        dated,
    ) = tail;
    let facts = PageFacts {
        page: PageId { scan: Digest::from_bytes(*scan), number },
        document: DocumentId::from_uuid(Uuid::from_bytes(*document)),
        position,
        batch: BatchId::from_uuid(Uuid::from_bytes(*batch)),
        batch_name,
        received,
        state,
        kind,
        labels,
        language,
        file,
        title,
        patient,
        dated,
        hidden,
    };
    Some(Stored { facts, reliable })
}

#[cfg(test)]
mod tests {
    use super::super::fixture::facts;
    use super::*;

    #[test]
    fn what_is_stored_reads_back() {
        let facts = facts(3, 2);
        let stored = read_stored(&stored_bytes(&facts, false, true)).unwrap();
        assert_eq!(stored, Stored { facts, reliable: true });
        assert!(read_stored(b"short").is_none());
    }

    #[test]
    fn dates_sort_as_numbers() {
        assert_eq!(date_number("2024-03-15".parse().unwrap()), 20_240_315);
    }
}
