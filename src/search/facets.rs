//! Counting the documents of an answer by a fact: what else could be asked for.

use std::collections::HashMap;

use tantivy::TantivyError;
use uuid::Uuid;

use super::answer::{Facet, FacetValue, MOST_VALUES};
use super::bits::Bits;
use super::evaluate::Found;
use super::schema::{Fact, Kind, Schema};
use super::snapshot::Snapshot;

/// Counts the documents found by each of `facts` that the schema keeps. A document counts by its first page that was
/// found; by whether its text is reliable, it counts with every kind of page.
pub(super) fn facets(
    found: &Found,
    snapshot: &Snapshot,
    schema: &Schema,
    facts: &[Fact],
) -> Result<Vec<Facet>, TantivyError> {
    let mut firsts: Vec<Vec<u32>> = vec![Vec::new(); snapshot.searcher.segment_readers().len()];
    if !facts.is_empty() {
        snapshot.each_document(&found.pages, |_, ranks| {
            let Some(first) = found.pages.next_from(ranks.start) else { return };
            let (segment, page) = snapshot.place(first);
            firsts[segment].push(page);
        });
    }
    let mut facets = Vec::with_capacity(facts.len());
    for fact in facts {
        let Some(name) = schema.name(*fact) else { continue };
        let counts = match fact.kind() {
            Kind::Flag if *fact == Fact::Reliable => reliable(found, snapshot),
            Kind::Keyword | Kind::Identity | Kind::Date => counted(&firsts, snapshot, name, fact.kind())?,
            _ => continue,
        };
        let mut values: Vec<FacetValue> =
            counts.into_iter().map(|(value, count)| FacetValue { value, count }).collect();
        values.sort_unstable_by(|a, b| b.count.cmp(&a.count).then_with(|| a.value.cmp(&b.value)));
        values.truncate(MOST_VALUES);
        facets.push(Facet { field: name.to_owned(), values });
    }
    Ok(facets)
}

fn counted(
    firsts: &[Vec<u32>],
    snapshot: &Snapshot,
    name: &str,
    kind: Kind,
) -> Result<HashMap<String, u64>, TantivyError> {
    let mut counts: HashMap<String, u64> = HashMap::new();
    for (reader, pages) in snapshot.searcher.segment_readers().iter().zip(firsts) {
        let mut here: HashMap<u64, u64> = HashMap::new();
        if kind == Kind::Date {
            let column = reader.fast_fields().u64(name)?;
            for page in pages {
                // 2024-03-15 is kept as 20240315: dates are counted by year.
                column.values_for_doc(*page).for_each(|day| *here.entry(day / 10_000).or_default() += 1);
            }
            here.into_iter().for_each(|(year, count)| *counts.entry(year.to_string()).or_default() += count);
            continue;
        }
        let column = match kind {
            Kind::Identity => reader.fast_fields().bytes(name)?,
            _ => reader.fast_fields().str(name)?.map(Into::into),
        };
        let Some(column) = column else { continue };
        for page in pages {
            column.term_ords(*page).for_each(|ordinal| *here.entry(ordinal).or_default() += 1);
        }
        let mut bytes = Vec::new();
        for (ordinal, count) in here {
            bytes.clear();
            column.ord_to_bytes(ordinal, &mut bytes)?;
            let value = match <[u8; 16]>::try_from(bytes.as_slice()) {
                Ok(id) if kind == Kind::Identity => Uuid::from_bytes(id).to_string(),
                _ => String::from_utf8_lossy(&bytes).into_owned(),
            };
            *counts.entry(value).or_default() += count;
        }
    }
    Ok(counts)
}

fn reliable(found: &Found, snapshot: &Snapshot) -> HashMap<String, u64> {
    let among = |pages: Bits| snapshot.documents_of(&pages).count();
    let mut yes = found.pages.clone();
    yes.and(&snapshot.reliable);
    let mut no = found.pages.clone();
    no.and_not(&snapshot.reliable);
    let counts = [("yes", among(yes)), ("no", among(no))];
    counts.into_iter().filter(|(_, count)| *count > 0).map(|(value, count)| (value.to_owned(), count)).collect()
}
