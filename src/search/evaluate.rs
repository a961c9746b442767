//! Evaluating a plan: AND per document, conditions on facts per page.
//!
//! Conditions joined by AND narrow the *scope*: the pages in which the words beside them are looked for. A document meets
//! `a b` when its pages in scope together have both. The answer's pages are those that have any of the words that were
//! asked for (not of those that must be absent); where there are none, all pages in scope.

use super::bits::Bits;
use super::leaf::{Looked, Lookup, LookupError};
use super::plan::{Leaf, Matcher, Plan};

/// What a query found.
pub(super) struct Found {
    /// Documents that meet the query.
    pub documents: Bits,
    /// Their pages to be shown.
    pub pages: Bits,
    /// Pages in which words were looked for; without words, the pages found.
    pub scope: Bits,
    /// Leaves whose matches are marked on pages.
    pub marked: Vec<(Leaf, Looked)>,
}

/// Evaluates `plan` within `scope`.
pub(super) fn evaluate(plan: &Plan, scope: Bits, lookup: Lookup<'_>) -> Result<Found, LookupError> {
    let searched = Bits::empty(lookup.snapshot.page_count());
    let mut evaluation = Evaluation { lookup, searched, looked: Vec::new() };
    let part = evaluation.part(plan, &scope, true)?;
    let pages = evaluation.pages(&part, &scope);
    let scope = if plan.is_filter() { pages.clone() } else { evaluation.searched };
    let marked = evaluation.looked.into_iter().filter(|looked| looked.wanted);
    Ok(Found {
        documents: part.documents,
        pages,
        scope,
        marked: marked.map(|looked| (looked.leaf, looked.looked)).collect(),
    })
}

/// What a part of a plan found. `pages` lie in `documents`; none means all pages in scope of these documents.
struct Part {
    documents: Bits,
    pages: Option<Bits>,
}

struct Evaluation<'a> {
    lookup: Lookup<'a>,
    searched: Bits,
    looked: Vec<LookedUp>,
}

/// A leaf that was looked up, and whether its matches are wanted.
struct LookedUp {
    leaf: Leaf,
    scope: Bits,
    looked: Looked,
    wanted: bool,
}

fn has_phrase(leaf: &Leaf) -> bool {
    leaf.ways.iter().flat_map(|way| &way.matchers).any(|matcher| matches!(matcher, Matcher::Phrase(_)))
}

impl Evaluation<'_> {
    fn part(&mut self, plan: &Plan, scope: &Bits, wanted: bool) -> Result<Part, LookupError> {
        if plan.is_filter() {
            let mut pages = self.filter(plan)?;
            pages.and(scope);
            return Ok(self.having(pages));
        }
        match plan {
            Plan::Text(leaf) => {
                self.searched.or(scope);
                self.text(leaf, scope, wanted)
            }
            Plan::And(plans) => self.all(plans, scope, wanted),
            Plan::Or(plans) => {
                let mut either: Option<(Bits, Bits)> = None;
                for plan in plans {
                    let part = self.part(plan, scope, wanted)?;
                    let found = self.pages(&part, scope);
                    match &mut either {
                        Some((documents, pages)) => {
                            documents.or(&part.documents);
                            pages.or(&found);
                        }
                        None => either = Some((part.documents, found)),
                    }
                }
                let nothing = || self.having(Bits::empty(self.lookup.snapshot.page_count()));
                Ok(either.map_or_else(nothing, |(documents, pages)| Part { documents, pages: Some(pages) }))
            }
            Plan::Not(plan) => {
                let without = self.part(plan, scope, !wanted)?;
                let mut documents = self.lookup.snapshot.documents_of(scope);
                documents.and_not(&without.documents);
                Ok(Part { documents, pages: None })
            }
            Plan::Filter(_) => Ok(self.having(scope.clone())),
        }
    }

    fn all(&mut self, plans: &[Plan], scope: &Bits, wanted: bool) -> Result<Part, LookupError> {
        let mut narrowed = scope.clone();
        for plan in plans.iter().filter(|plan| plan.is_filter()) {
            narrowed.and(&self.filter(plan)?);
        }
        let mut documents: Option<Bits> = None;
        let mut pages: Option<Bits> = None;
        let (phrases, words): (Vec<&Plan>, Vec<&Plan>) = plans
            .iter()
            .filter(|plan| !plan.is_filter())
            .partition(|plan| matches!(plan, Plan::Text(leaf) if has_phrase(leaf)));
        for plan in words.into_iter().chain(phrases) {
            let part = match (plan, &documents) {
                // Phrases are dear: they are looked for in documents only that have the other words.
                (Plan::Text(leaf), Some(documents)) if has_phrase(leaf) => {
                    self.searched.or(&narrowed);
                    let mut focus = narrowed.clone();
                    self.lookup.snapshot.keep_in(&mut focus, documents);
                    self.text(leaf, &focus, wanted)?
                }
                _ => self.part(plan, &narrowed, wanted)?,
            };
            match &mut documents {
                Some(documents) => documents.and(&part.documents),
                None => documents = Some(part.documents),
            }
            match (&mut pages, part.pages) {
                (Some(pages), Some(more)) => pages.or(&more),
                (None, more) => pages = more,
                (Some(_), None) => {}
            }
        }
        let documents = documents.unwrap_or_else(|| self.lookup.snapshot.documents_of(&narrowed));
        let mut pages = pages.unwrap_or(narrowed);
        self.lookup.snapshot.keep_in(&mut pages, &documents);
        Ok(Part { documents, pages: Some(pages) })
    }

    fn text(&mut self, leaf: &Leaf, scope: &Bits, wanted: bool) -> Result<Part, LookupError> {
        let known = self.looked.iter_mut().find(|known| known.leaf.ways == leaf.ways && known.scope == *scope);
        let mut pages = if let Some(known) = known {
            known.wanted |= wanted;
            known.looked.pages.clone()
        } else {
            let looked = self.lookup.leaf(leaf, scope)?;
            let pages = looked.pages.clone();
            self.looked.push(LookedUp { leaf: leaf.clone(), scope: scope.clone(), looked, wanted });
            pages
        };
        pages.and(scope);
        Ok(self.having(pages))
    }

    /// Returns the pages that meet a plan without words.
    fn filter(&mut self, plan: &Plan) -> Result<Bits, LookupError> {
        match plan {
            Plan::Filter(filter) => self.lookup.filter(filter),
            Plan::And(plans) => {
                let mut pages = Bits::full(self.lookup.snapshot.page_count());
                plans.iter().try_for_each(|plan| self.filter(plan).map(|with| pages.and(&with)))?;
                Ok(pages)
            }
            Plan::Or(plans) => {
                let mut pages = Bits::empty(self.lookup.snapshot.page_count());
                plans.iter().try_for_each(|plan| self.filter(plan).map(|with| pages.or(&with)))?;
                Ok(pages)
            }
            Plan::Not(plan) => {
                let mut pages = self.filter(plan)?;
                pages.invert();
                Ok(pages)
            }
            // Callers ask for plans without words only.
            Plan::Text(_) => Ok(Bits::empty(self.lookup.snapshot.page_count())),
        }
    }

    fn having(&self, pages: Bits) -> Part {
        Part { documents: self.lookup.snapshot.documents_of(&pages), pages: Some(pages) }
    }

    fn pages(&self, part: &Part, scope: &Bits) -> Bits {
        part.pages.clone().unwrap_or_else(|| {
            let mut pages = scope.clone();
            self.lookup.snapshot.keep_in(&mut pages, &part.documents);
            pages
        })
    }
}
