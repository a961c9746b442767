//! Separator and cover sheets, as they are asked for: checked, with what stands on them for people.

use crate::barcode::print::{MOST_SHEETS, Paper, PrintError, PrintedSheet, pdf};
use crate::barcode::{Sheet, SheetError};
use crate::chart::SheetKind;
use crate::labels::{DocumentKind, DocumentKinds, UnknownKind};

/// Why sheets are not made.
#[derive(Debug, thiserror::Error)]
pub enum CoverSheetError {
    /// A value that no sheet can carry.
    #[error(transparent)]
    Value(#[from] SheetError),
    /// A type that nobody knows.
    #[error(transparent)]
    Kind(#[from] UnknownKind),
    /// Nothing is named that the sheets are for.
    #[error("say what the sheets are for: a {0} sheet needs a value")]
    Nothing(&'static str),
    /// More than one file takes.
    #[error("{0} sheets are more than the {MOST_SHEETS} of one file: print fewer at a time")]
    TooMany(usize),
    /// The file could not be made.
    #[error(transparent)]
    Print(#[from] PrintError),
}

/// Makes a PDF with `copies` of a sheet of this kind for each value, and returns it with the number of sheets.
///
/// Values of type sheets are names of document types, all of them where none is given; end sheets have none.
///
/// # Errors
///
/// Fails on values that no sheet can carry or that nobody knows, and on more sheets than [`MOST_SHEETS`].
pub fn cover_sheets(
    kind: SheetKind,
    values: &[String],
    copies: usize,
    paper: Paper,
    kinds: &DocumentKinds,
) -> Result<(Vec<u8>, usize), CoverSheetError> {
    let typed = |kind: &DocumentKind| captioned(SheetKind::Type, kind.name.as_str(), &kind.title);
    let each: Vec<PrintedSheet> = match kind {
        SheetKind::End => vec![captioned(kind, "", "End of document")?],
        SheetKind::Type if values.is_empty() => kinds.all().iter().map(typed).collect::<Result<_, _>>()?,
        SheetKind::Type => values.iter().map(|name| typed(kinds.named(name)?)).collect::<Result<_, _>>()?,
        SheetKind::Batch | SheetKind::Chart => {
            values.iter().map(|value| captioned(kind, value, value)).collect::<Result<_, _>>()?
        }
    };
    if each.is_empty() {
        return Err(CoverSheetError::Nothing(kind.name()));
    }
    let count = each.len().saturating_mul(copies);
    if count > MOST_SHEETS {
        return Err(CoverSheetError::TooMany(count));
    }
    let sheets: Vec<PrintedSheet> = each.iter().flat_map(|sheet| std::iter::repeat_n(sheet.clone(), copies)).collect();
    Ok((pdf(&sheets, paper)?, count))
}

fn captioned(kind: SheetKind, value: &str, caption: &str) -> Result<PrintedSheet, CoverSheetError> {
    Ok(PrintedSheet { sheet: Sheet::new(kind, value)?, caption: caption.to_owned() })
}
