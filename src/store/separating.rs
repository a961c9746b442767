//! Parts the provisional document of a scan file at its separator sheets and labels, once all its pages were read.
//!
//! A sheet, or a page with a label, begins a part; several sheets in a row head the same one, unless one kind comes twice:
//! then the document between them is missing, and the part shows it. An end sheet is the last of its part. Blank sides
//! stay with the sheet before them. Nothing is dropped: sheets are hidden pages of the parts that they head.

use jiff::Timestamp;
use uuid::Uuid;

use super::engine::Transaction;
use super::error::StoreError;
use super::pages::read_findings;
use super::splitting;
use super::values::values;
use crate::chart::{DocumentId, DocumentState, FindingKind, Hasher};

/// What matters about a page.
#[derive(Debug, Clone, Default)]
struct Side {
    position: u32,
    /// Whether people see it.
    shown: bool,
    /// What begins here.
    begins: Vec<FindingKind>,
    /// Whether a document ends here.
    ends: bool,
}

/// Parts a document that was just read, if it has separators; only the provisional document of a scan file.
pub(super) async fn separate(
    transaction: &mut Transaction,
    document: DocumentId,
    state: &DocumentState,
    now: Timestamp,
) -> Result<(), StoreError> {
    let parent = transaction.row("SELECT parent FROM documents WHERE id = $1", values![document]).await?;
    if parent.is_none_or(|row| row.optional_text("parent").ok().flatten().is_some()) {
        return Ok(());
    }
    let sql = "SELECT document_pages.position, document_pages.hidden, pages.findings
         FROM document_pages JOIN pages ON pages.scan = document_pages.scan AND pages.number = document_pages.number
         WHERE document_pages.document = $1 ORDER BY document_pages.position";
    let mut sides = Vec::new();
    for row in &transaction.rows(sql, values![document]).await? {
        let mut side = Side { position: row.count("position")?, shown: !row.flag("hidden")?, ..Side::default() };
        for finding in read_findings(row)? {
            match finding.kind {
                FindingKind::BatchBegins | FindingKind::ChartBegins | FindingKind::DocumentBegins => {
                    side.begins.push(finding.kind);
                }
                FindingKind::DocumentEnds => side.ends = true,
                _ => {}
            }
        }
        sides.push(side);
    }
    let parts = parts(&sides);
    if parts.len() < 2 {
        return Ok(());
    }
    let state = state.clone().split()?;
    let parts: Vec<_> =
        parts.into_iter().enumerate().map(|(number, positions)| (part_id(document, number), positions)).collect();
    splitting::part(transaction, document, &state, &parts, now).await
}

/// Returns the positions of the pages of each part, in order; every page is in exactly one.
fn parts(sides: &[Side]) -> Vec<Vec<u32>> {
    let mut parts: Vec<Vec<u32>> = Vec::new();
    let mut current: Vec<u32> = Vec::new();
    let (mut heads, mut has_pages, mut ended) = (Vec::new(), false, false);
    for side in sides {
        let begins = !side.begins.is_empty();
        let lacking = begins && side.begins.iter().any(|kind| heads.contains(kind));
        let next = begins && (has_pages || lacking) || ended && (begins || side.shown);
        if next && !current.is_empty() {
            parts.push(std::mem::take(&mut current));
            (has_pages, ended) = (false, false);
            heads.clear();
        }
        current.push(side.position);
        heads.extend(&side.begins);
        has_pages |= side.shown;
        ended |= side.ends;
    }
    parts.extend((!current.is_empty()).then_some(current));
    parts
}

/// Names a part after its document, so that the same file makes the same parts: the time of the document's id, then digits
/// of a digest.
fn part_id(document: DocumentId, number: usize) -> DocumentId {
    let mut hasher = Hasher::new();
    hasher.update(document.as_uuid().as_bytes());
    hasher.update(&(number as u64).to_be_bytes());
    let digest = hasher.finish().to_string();
    let mut bytes = *document.as_uuid().as_bytes();
    for (byte, pair) in bytes.iter_mut().skip(6).zip(digest.as_bytes().chunks_exact(2)) {
        *byte = std::str::from_utf8(pair).ok().and_then(|pair| u8::from_str_radix(pair, 16).ok()).unwrap_or(0);
    }
    let id =
        uuid::Builder::from_bytes(bytes).with_variant(uuid::Variant::RFC4122).with_version(uuid::Version::SortRand);
    DocumentId::from_uuid(Uuid::from_bytes(*id.as_uuid().as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pages in short: B, C and T are sheets that begin something, E one that ends, `c` and `t` labels on pages, a dot a
    /// blank side, a digit a page.
    fn parted(pages: &str) -> Vec<String> {
        let sides: Vec<Side> = (1..)
            .zip(pages.chars())
            .map(|(position, page)| {
                let begins = match page.to_ascii_uppercase() {
                    'B' => vec![FindingKind::BatchBegins],
                    'C' => vec![FindingKind::ChartBegins],
                    'T' => vec![FindingKind::DocumentBegins],
                    _ => Vec::new(),
                };
                Side { position, shown: page.is_lowercase() || page.is_ascii_digit(), begins, ends: page == 'E' }
            })
            .collect();
        let letters: Vec<char> = pages.chars().collect();
        let name = |positions: &Vec<u32>| positions.iter().map(|at| letters[*at as usize - 1]).collect();
        parts(&sides).iter().map(name).collect()
    }

    #[test]
    fn documents_part_at_sheets_and_labels_and_no_page_is_lost() {
        for (pages, wanted) in [
            ("123", &["123"][..]),
            ("B.C.T.12", &["B.C.T.12"]),
            ("T12T3", &["T12", "T3"]),
            ("12T3", &["12", "T3"]),
            ("CT1T2CT3", &["CT1", "T2", "CT3"]),
            ("T1E.2", &["T1E.", "2"]),
            ("T1ET2", &["T1E", "T2"]),
            ("T.T.1", &["T.", "T.1"]),
            ("c1t2c3", &["c1", "t2", "c3"]),
            ("Tc1T2", &["Tc1", "T2"]),
            ("1T", &["1", "T"]),
            ("E1", &["E", "1"]),
            ("", &[]),
        ] {
            assert_eq!(parted(pages), wanted, "{pages}");
            assert_eq!(parted(pages).concat(), pages);
        }
    }

    #[test]
    fn parts_have_ids_of_their_own_which_are_always_the_same() {
        let document = DocumentId::from_uuid(Uuid::from_u128(0x0189_0a5d_ac96_774b_bcce_b302_099a_8057));
        let ids: Vec<DocumentId> = (0..50).map(|number| part_id(document, number)).collect();
        let distinct: std::collections::BTreeSet<_> = ids.iter().chain([&document]).collect();
        assert_eq!((distinct.len(), part_id(document, 7)), (51, ids[7]));
        assert!(
            ids.iter().all(|id| id.as_uuid().get_version_num() == 7 && id.to_string().starts_with("01890a5d-ac96-7"))
        );
    }
}
