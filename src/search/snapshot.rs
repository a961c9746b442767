//! The index at one commit, with its pages in the order of answers.
//!
//! Every living page has a *rank*: documents follow each other by id (UUID version 7: as they were brought in), the pages of a
//! document by position. Sets of pages are sets of ranks, so that the pages of a document lie side by side and a set of
//! pages becomes a set of documents in one pass. 12 bytes of memory a page, 4 a document.

use std::ops::{Range, RangeInclusive};

use tantivy::schema::Value as _;
use tantivy::{DocAddress, DocId, Searcher, TantivyDocument, TantivyError};

use super::bits::Bits;
use super::entry::{Stored, read_stored};
use super::schema::{Fact, Schema};

/// The rank of a page that was deleted or replaced.
const DEAD: u32 = u32::MAX;

/// One commit of the index.
pub(super) struct Snapshot {
    pub searcher: Searcher,
    /// First page number of each segment.
    bases: Vec<u32>,
    /// Rank by page number.
    ranks: Vec<u32>,
    /// Page number by rank.
    pages: Vec<u32>,
    /// Document number by rank; never falls.
    documents: Vec<u32>,
    /// Rank of the first page of each document, and at the end the number of pages.
    starts: Vec<u32>,
    /// Pages that are not hidden.
    pub shown: Bits,
    /// Pages whose text can be trusted.
    pub reliable: Bits,
}

impl Snapshot {
    /// Orders the pages of `searcher`.
    pub(super) fn new(searcher: Searcher, schema: &Schema) -> Result<Self, TantivyError> {
        let missing = || TantivyError::InternalError("a column of the index is missing".into());
        let name = |fact: Fact| schema.name(fact).ok_or_else(missing);
        let (document, position) = (name(Fact::Document)?, name(Fact::Position)?);
        let mut bases = Vec::new();
        let mut count = 0u32;
        let mut ids: Vec<Vec<u8>> = Vec::new();
        for segment in searcher.segment_readers() {
            bases.push(count);
            count = count.checked_add(segment.max_doc()).ok_or_else(missing)?;
            if let Some(column) = segment.fast_fields().bytes(document)? {
                let mut stream = column.dictionary().stream()?;
                while stream.advance() {
                    ids.push(stream.key().to_vec());
                }
            }
        }
        ids.sort_unstable();
        ids.dedup();
        let mut order: Vec<(u32, u32, u32)> = Vec::with_capacity(count as usize);
        for (segment, base) in searcher.segment_readers().iter().zip(&bases) {
            let Some(column) = segment.fast_fields().bytes(document)? else { continue };
            let mut numbers = Vec::with_capacity(column.num_terms());
            let mut stream = column.dictionary().stream()?;
            while stream.advance() {
                let number = ids.binary_search_by(|id| id.as_slice().cmp(stream.key())).map_err(|_| missing())?;
                numbers.push(u32::try_from(number).map_err(|_| missing())?);
            }
            let positions = segment.fast_fields().u64(position)?;
            for page in segment.doc_ids_alive() {
                let ordinal = column.ords().first(page).and_then(|ordinal| usize::try_from(ordinal).ok());
                let number = ordinal.and_then(|ordinal| numbers.get(ordinal)).ok_or_else(missing)?;
                let position = positions.first(page).unwrap_or(0);
                order.push((*number, u32::try_from(position).unwrap_or(u32::MAX), base + page));
            }
        }
        order.sort_unstable();
        // Documents whose pages were all deleted leave their id behind until segments merge: count the living.
        let mut documents = Vec::with_capacity(order.len());
        let mut ranks = vec![DEAD; count as usize];
        let mut starts = Vec::new();
        for (at, (number, _, page)) in order.iter().enumerate() {
            let rank = u32::try_from(at).map_err(|_| missing())?;
            if at == 0 || order[at - 1].0 != *number {
                starts.push(rank);
            }
            documents.push(u32::try_from(starts.len() - 1).map_err(|_| missing())?);
            ranks[*page as usize] = rank;
        }
        starts.push(u32::try_from(order.len()).map_err(|_| missing())?);
        let pages: Vec<u32> = order.into_iter().map(|(_, _, page)| page).collect();
        let length = pages.len();
        let mut snapshot = Self {
            searcher,
            bases,
            ranks,
            pages,
            documents,
            starts,
            shown: Bits::empty(length),
            reliable: Bits::empty(length),
        };
        snapshot.reliable = snapshot.with_number(name(Fact::Reliable)?, 1..=1)?;
        snapshot.shown = snapshot.with_number(name(Fact::Hidden)?, 0..=0)?;
        Ok(snapshot)
    }

    /// Returns the number of living pages.
    pub(super) fn page_count(&self) -> usize {
        self.pages.len()
    }

    /// Returns the rank of a page of a segment; `None` when it is dead.
    pub(super) fn rank(&self, segment: usize, page: DocId) -> Option<u32> {
        let rank = self.ranks[(self.bases[segment] + page) as usize];
        (rank != DEAD).then_some(rank)
    }

    /// Adds pages of a segment to a set, those that are not dead.
    pub(super) fn insert_all(&self, set: &mut Bits, segment: usize, pages: &[DocId]) {
        let ranks = &self.ranks[self.bases[segment] as usize..];
        for page in pages {
            let rank = ranks[*page as usize];
            if rank != DEAD {
                set.insert(rank);
            }
        }
    }

    /// Returns the pages whose number `name` lies in `range`.
    pub(super) fn with_number(&self, name: &str, range: RangeInclusive<u64>) -> Result<Bits, TantivyError> {
        let mut set = Bits::empty(self.page_count());
        let mut found = Vec::new();
        for (segment, reader) in self.searcher.segment_readers().iter().enumerate() {
            found.clear();
            let column = reader.fast_fields().u64(name)?;
            // The column takes for granted that the range lies within its values.
            let (from, to) = (*range.start().max(&column.min_value()), *range.end().min(&column.max_value()));
            if from > to {
                continue;
            }
            column.get_docids_for_value_range(from..=to, 0..reader.max_doc(), &mut found);
            self.insert_all(&mut set, segment, &found);
        }
        Ok(set)
    }

    /// Returns the documents that have one of `pages`.
    pub(super) fn documents_of(&self, pages: &Bits) -> Bits {
        let mut documents = Bits::empty(self.starts.len() - 1);
        self.each_document(pages, |document, _| documents.insert(document));
        documents
    }

    /// Keeps the pages whose documents are in `documents`.
    pub(super) fn keep_in(&self, pages: &mut Bits, documents: &Bits) {
        let mut out = Vec::new();
        self.each_document(pages, |document, ranks| {
            if !documents.contains(document) {
                out.push(ranks);
            }
        });
        out.into_iter().for_each(|ranks| pages.remove_all(ranks));
    }

    /// Calls `each` with every document that has one of `pages`, and the ranks of all its pages. Looks at one page of each.
    pub(super) fn each_document(&self, pages: &Bits, mut each: impl FnMut(u32, Range<u32>)) {
        let mut at = 0;
        while let Some(rank) = pages.next_from(at) {
            let document = self.documents[rank as usize];
            let ranks = self.starts[document as usize]..self.starts[document as usize + 1];
            at = ranks.end;
            each(document, ranks);
        }
    }

    /// Returns where the page at `rank` stands: its segment, and its number there.
    pub(super) fn place(&self, rank: u32) -> (usize, DocId) {
        let page = self.pages[rank as usize];
        let segment = self.bases.partition_point(|base| *base <= page).saturating_sub(1);
        (segment, page - self.bases[segment])
    }

    /// Reads what is kept of the page at `rank`.
    pub(super) fn stored(&self, rank: u32, schema: &Schema) -> Result<Stored, TantivyError> {
        let (segment, page) = self.place(rank);
        let address = DocAddress::new(segment as u32, page);
        let document: TantivyDocument = self.searcher.doc(address)?;
        let bytes = document.get_first(schema.stored()).and_then(|value| value.as_bytes());
        bytes
            .and_then(read_stored)
            .ok_or_else(|| TantivyError::InternalError("what is kept of a page cannot be read".into()))
    }
}
