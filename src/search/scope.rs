//! Whose documents an answer may be about. What lies outside has no part in hits, counts, facets or suggestions.

use tantivy::schema::IndexRecordOption;
use tantivy::{TantivyError, Term};

use super::bits::Bits;
use super::schema::{Fact, Schema};
use super::snapshot::Snapshot;
use crate::chart::{BatchId, DocumentId};

/// The documents that whoever asks may know of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// All of them.
    Everything,
    /// All but those of some batches, and some of these all the same.
    Except {
        /// The batches.
        batches: Vec<BatchId>,
        /// Documents that are in scope wherever they are.
        but: Vec<DocumentId>,
    },
    /// These and no others.
    Only(Vec<DocumentId>),
}

impl Scope {
    /// Returns the pages in scope.
    pub(super) fn pages(&self, snapshot: &Snapshot, schema: &Schema) -> Result<Bits, TantivyError> {
        let count = snapshot.page_count();
        let with = |documents: &[DocumentId]| {
            let ids = documents.iter().map(|id| *id.as_uuid().as_bytes());
            having(snapshot, schema, Fact::Document, ids)
        };
        Ok(match self {
            Self::Everything => Bits::full(count),
            Self::Only(documents) => with(documents)?,
            Self::Except { batches, but } => {
                // Without the column nobody can tell the batches apart.
                if schema.field(Fact::Batch).is_none() {
                    return with(but);
                }
                let ids = batches.iter().map(|id| *id.as_uuid().as_bytes());
                let mut pages = Bits::full(count);
                pages.and_not(&having(snapshot, schema, Fact::Batch, ids)?);
                pages.or(&with(but)?);
                pages
            }
        })
    }
}

/// Returns the pages with one of `ids` in the field of `fact`.
fn having(
    snapshot: &Snapshot,
    schema: &Schema,
    fact: Fact,
    ids: impl Iterator<Item = [u8; 16]> + Clone,
) -> Result<Bits, TantivyError> {
    let mut pages = Bits::empty(snapshot.page_count());
    let Some(field) = schema.field(fact) else { return Ok(pages) };
    for (segment, reader) in snapshot.searcher.segment_readers().iter().enumerate() {
        let inverted = reader.inverted_index(field)?;
        for id in ids.clone() {
            let term = Term::from_field_bytes(field, &id);
            let Some(mut block) = inverted.read_block_postings(&term, IndexRecordOption::Basic)? else { continue };
            while block.block_len() > 0 {
                snapshot.insert_all(&mut pages, segment, block.docs());
                block.advance();
            }
        }
    }
    Ok(pages)
}
