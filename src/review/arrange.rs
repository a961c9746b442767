//! What a step does with the pages of documents: turned, hidden, ordered, split off, merged, moved. The scans stay as they are.

use std::collections::BTreeSet;

use crate::chart::facts::{Arranged, ArrangementStep};
use crate::chart::{DocumentId, PageView, QuarterTurns};

/// A step that somebody asks for. Places count from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PageAction {
    /// Turns a page by quarter turns, clockwise.
    Turn {
        /// The page.
        position: u32,
        /// Quarter turns; negative for the other way.
        turns: i32,
    },
    /// Hides or shows a page.
    Hide {
        /// The page.
        position: u32,
        /// Whether it is hidden.
        hidden: bool,
    },
    /// Puts the pages into another order: the present places in the new order.
    Order(Vec<u32>),
    /// Splits the document: the first part stays, each further one becomes a new document.
    Split(Vec<Vec<u32>>),
    /// Takes over the pages of another document, behind its own.
    Merge(DocumentId),
    /// Moves pages into another document, before the place `at`; one behind the last place puts them at the end.
    Move {
        /// The pages.
        positions: Vec<u32>,
        /// Where to.
        to: DocumentId,
        /// Before which of its places.
        at: u32,
    },
}

impl PageAction {
    /// Returns the kind of step.
    pub const fn step(&self) -> ArrangementStep {
        match self {
            Self::Turn { .. } => ArrangementStep::Turned,
            Self::Hide { .. } => ArrangementStep::Hidden,
            Self::Order(_) => ArrangementStep::Ordered,
            Self::Split(_) => ArrangementStep::Split,
            Self::Merge(_) => ArrangementStep::Merged,
            Self::Move { .. } => ArrangementStep::Moved,
        }
    }

    /// Returns the other document that the step needs.
    pub const fn other(&self) -> Option<DocumentId> {
        match self {
            Self::Merge(other) | Self::Move { to: other, .. } => Some(*other),
            _ => None,
        }
    }

    /// Returns how many new documents the step makes.
    pub fn new_documents(&self) -> usize {
        match self {
            Self::Split(parts) => parts.len().saturating_sub(1),
            _ => 0,
        }
    }
}

/// Returns documents as they are after a step: `before` holds the document and, where the step needs one, the other; `new`
/// as many ids as the step makes documents.
///
/// # Errors
/// A place does not exist, is named twice or left out; nothing would change. The text says so.
pub fn arranged(before: &[Arranged], action: &PageAction, new: &[DocumentId]) -> Result<Vec<Arranged>, String> {
    let [own, others @ ..] = before else { return Err("a step needs a document".into()) };
    let mut own = own.clone();
    match action {
        PageAction::Turn { position, turns } => {
            let page = page(&mut own, *position)?;
            let degrees = i32::from(page.turn.degrees()) + turns.rem_euclid(4) * 90;
            page.turn = QuarterTurns::from_degrees(degrees).ok_or("a page is turned by quarter turns")?;
            Ok(vec![own])
        }
        PageAction::Hide { position, hidden } => {
            page(&mut own, *position)?.hidden = *hidden;
            Ok(vec![own])
        }
        PageAction::Order(order) => {
            own.pages = chosen(&own, order)?;
            if order.len() != before[0].pages.len() {
                return Err("every page has to be in the new order, once".into());
            }
            Ok(vec![own])
        }
        PageAction::Split(parts) => {
            let named: Vec<u32> = parts.iter().flatten().copied().collect();
            if parts.len() < 2 || parts.iter().any(Vec::is_empty) || named.len() != own.pages.len() {
                return Err("a document is split into at least two parts, and every page is in exactly one".into());
            }
            chosen(&own, &named)?;
            let ids = std::iter::once(own.document).chain(new.iter().copied());
            let parts: Result<Vec<Arranged>, String> =
                ids.zip(parts).map(|(document, part)| Ok(Arranged { document, pages: chosen(&own, part)? })).collect();
            parts
        }
        PageAction::Merge(_) => {
            let other = other_of(&own, others)?;
            own.pages.extend(other.pages.iter().cloned());
            Ok(vec![own, Arranged { document: other.document, pages: Vec::new() }])
        }
        PageAction::Move { positions, at, .. } => {
            let mut other = other_of(&own, others)?.clone();
            let moved = chosen(&own, positions)?;
            let place = usize::try_from(at.saturating_sub(1)).unwrap_or(usize::MAX);
            if moved.is_empty() || *at == 0 || place > other.pages.len() {
                return Err(format!("pages are moved before one of the places 1 to {}", other.pages.len() + 1));
            }
            let named: BTreeSet<u32> = positions.iter().copied().collect();
            own.pages =
                (1_u32..).zip(own.pages).filter(|(place, _)| !named.contains(place)).map(|(_, page)| page).collect();
            other.pages.splice(place..place, moved);
            Ok(vec![own, other])
        }
    }
}

fn other_of<'a>(own: &Arranged, others: &'a [Arranged]) -> Result<&'a Arranged, String> {
    others.iter().find(|other| other.document != own.document).ok_or_else(|| "that takes another document".into())
}

fn page(document: &mut Arranged, position: u32) -> Result<&mut PageView, String> {
    let last = document.pages.len();
    let index = position.checked_sub(1).and_then(|index| usize::try_from(index).ok());
    index
        .and_then(|index| document.pages.get_mut(index))
        .ok_or_else(|| format!("the document has no page {position}; its pages are 1 to {last}"))
}

/// Returns the pages at these places, in this order; each place at most once.
fn chosen(document: &Arranged, positions: &[u32]) -> Result<Vec<PageView>, String> {
    let mut document = document.clone();
    let distinct: BTreeSet<u32> = positions.iter().copied().collect();
    if distinct.len() != positions.len() {
        return Err("a page is named twice".into());
    }
    positions.iter().map(|position| page(&mut document, *position).map(|page| page.clone())).collect()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::chart::{Digest, PageId, PageNumber};

    fn document(number: u128, pages: std::ops::Range<u32>) -> Arranged {
        let view = |index| PageView {
            page: PageId { scan: Digest::of(b"scan"), number: PageNumber::from_index(index) },
            hidden: false,
            turn: QuarterTurns::None,
        };
        Arranged { document: id(number), pages: pages.map(view).collect() }
    }

    fn id(number: u128) -> DocumentId {
        DocumentId::from_uuid(Uuid::from_u128(number))
    }

    fn numbers(document: &Arranged) -> Vec<u32> {
        document.pages.iter().map(|view| view.page.number.get()).collect()
    }

    #[test]
    fn pages_are_turned_hidden_and_ordered() {
        let before = [document(1, 0..3)];
        let turned = arranged(&before, &PageAction::Turn { position: 2, turns: -1 }, &[]).unwrap();
        assert_eq!(turned[0].pages[1].turn, QuarterTurns::Three);
        assert!(arranged(&before, &PageAction::Hide { position: 1, hidden: true }, &[]).unwrap()[0].pages[0].hidden);
        let ordered = arranged(&before, &PageAction::Order(vec![3, 1, 2]), &[]).unwrap();
        assert_eq!(numbers(&ordered[0]), [3, 1, 2]);
        for wrong in [vec![1, 2], vec![1, 1, 2], vec![0, 1, 2], vec![1, 2, 4]] {
            assert!(arranged(&before, &PageAction::Order(wrong), &[]).is_err());
        }
        assert!(arranged(&before, &PageAction::Turn { position: 4, turns: 1 }, &[]).unwrap_err().contains("1 to 3"));
    }

    #[test]
    fn documents_are_split_merged_and_exchange_pages() {
        let both = [document(1, 0..3), document(2, 3..5)];
        let parts = arranged(&both[..1], &PageAction::Split(vec![vec![1, 3], vec![2]]), &[id(9)]).unwrap();
        assert_eq!((numbers(&parts[0]), numbers(&parts[1]), parts[1].document), (vec![1, 3], vec![2], id(9)));
        assert!(arranged(&both[..1], &PageAction::Split(vec![vec![1, 2, 3]]), &[]).is_err());
        assert!(arranged(&both[..1], &PageAction::Split(vec![vec![1], vec![2, 2]]), &[id(9)]).is_err());
        let merged = arranged(&both, &PageAction::Merge(id(2)), &[]).unwrap();
        assert_eq!((numbers(&merged[0]), merged[1].pages.len()), (vec![1, 2, 3, 4, 5], 0));
        let step = PageAction::Move { positions: vec![2], to: id(2), at: 1 };
        let moved = arranged(&both, &step, &[]).unwrap();
        assert_eq!((numbers(&moved[0]), numbers(&moved[1])), (vec![1, 3], vec![2, 4, 5]));
        let past = PageAction::Move { positions: vec![2], to: id(2), at: 4 };
        assert!(arranged(&both, &past, &[]).unwrap_err().contains("1 to 3"));
        assert!(arranged(&both[..1], &PageAction::Merge(id(1)), &[]).is_err());
    }
}
