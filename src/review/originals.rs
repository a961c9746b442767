//! Which files the pages of a record are taken from, and whether whole or cut.

use std::collections::BTreeSet;

use crate::chart::PageId;

/// A file to put into a record: all of a file that is held, or some pages of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// Which of the files.
    pub file: usize,
    /// The pages: in the order of the file when it is taken whole, in the order of the record when it is cut.
    pub pages: Vec<PageId>,
    /// Whether the file holds these pages and no others, and is taken as it is.
    pub whole: bool,
}

/// A page that is in none of the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("page {0} is in no file that is at hand")]
pub struct NotHeld(pub PageId);

/// Plans the files of a record with `pages`, out of files that hold the pages of `files` in their order. A file is taken
/// whole when it holds no page that is not the record's.
///
/// # Errors
/// A page is in none of the files.
pub fn plan(pages: &[PageId], files: &[Vec<PageId>]) -> Result<Vec<Planned>, NotHeld> {
    let mut planned: Vec<Planned> = Vec::new();
    for page in pages {
        let file = files.iter().position(|held| held.contains(page)).ok_or(NotHeld(*page))?;
        match planned.iter_mut().find(|planned| planned.file == file) {
            Some(planned) if planned.pages.contains(page) => {}
            Some(planned) => planned.pages.push(*page),
            None => planned.push(Planned { file, pages: vec![*page], whole: false }),
        }
    }
    for planned in &mut planned {
        let wanted: BTreeSet<PageId> = planned.pages.iter().copied().collect();
        let held: BTreeSet<PageId> = files[planned.file].iter().copied().collect();
        if wanted == held {
            planned.whole = true;
            planned.pages.clone_from(&files[planned.file]);
        }
    }
    Ok(planned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::{Digest, PageNumber};

    fn page(scan: &str, number: u32) -> PageId {
        PageId { scan: Digest::of(scan.as_bytes()), number: PageNumber::new(number).unwrap() }
    }

    #[test]
    fn a_file_with_anothers_pages_is_cut_and_one_without_is_taken_whole() {
        let files = [vec![page("a", 1), page("a", 2), page("a", 3)], vec![page("b", 1), page("b", 2)]];
        let planned = plan(&[page("b", 2), page("a", 3), page("b", 1), page("a", 1)], &files).unwrap();
        let whole = Planned { file: 1, pages: vec![page("b", 1), page("b", 2)], whole: true };
        let cut = Planned { file: 0, pages: vec![page("a", 3), page("a", 1)], whole: false };
        assert_eq!(planned, [whole, cut]);
        assert_eq!(plan(&[page("c", 1)], &files), Err(NotHeld(page("c", 1))));
    }

    #[test]
    fn a_page_that_stands_twice_is_kept_once() {
        let files = [vec![page("a", 1)]];
        let planned = plan(&[page("a", 1), page("a", 1)], &files).unwrap();
        assert_eq!(planned, [Planned { file: 0, pages: vec![page("a", 1)], whole: true }]);
    }
}
