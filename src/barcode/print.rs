//! Prints sheets: a PDF with a large Code 128 at the head and at the foot, a QR code between them, and words for people.
//!
//! Two kinds of codes, one of them twice, since each fails differently: streaks of a fax and a folded edge spoil bars, a
//! stamp spoils the square. Everything is vector drawing and a standard font, which every printer takes.

use std::fmt::Write as _;

use lopdf::{Document, Object, Stream, dictionary};
use qrcode::{Color, EcLevel, QrCode};
use serde::Deserialize;
use zxingcpp::BarcodeFormat;

use super::sheet::Sheet;
use crate::chart::SheetKind;

/// Most sheets of one file.
pub const MOST_SHEETS: usize = 2_000;

/// Distance of everything from the sides, in points.
const MARGIN: f32 = 54.0;
/// Height of the bars, and the largest width of one module.
const BARS: (f32, f32) = (112.0, 1.9);
/// Modules of paper that a Code 128 needs on either side, and a QR code all around.
const QUIET: (f32, f32) = (10.0, 4.0);
/// Side of the QR code with its paper.
const SQUARE: f32 = 250.0;

/// Paper to print on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Paper {
    /// ISO A4.
    #[default]
    A4,
    /// US letter.
    Letter,
}

/// A sheet and what people read on it.
#[derive(Clone)]
pub struct PrintedSheet {
    /// What its codes say.
    pub sheet: Sheet,
    /// What it is for, in words: the title of a document type, for instance.
    pub caption: String,
}

/// Why sheets cannot be printed.
#[derive(Debug, thiserror::Error)]
pub enum PrintError {
    /// Too few or too many.
    #[error("1 to {MOST_SHEETS} sheets can be printed at a time, not {0}")]
    Count(usize),
    /// A code cannot be made.
    #[error("a code cannot be made: {0}")]
    Code(String),
    /// The PDF cannot be written.
    #[error("the PDF cannot be written: {0}")]
    Pdf(String),
}

impl Paper {
    /// Returns width and height in points.
    const fn size(self) -> (f32, f32) {
        match self {
            Self::A4 => (595.28, 841.89),
            Self::Letter => (612.0, 792.0),
        }
    }
}

/// Prints sheets into one PDF. Neither its title nor anything else about the file tells what is on them.
///
/// # Errors
/// There are none or too many; a code or the PDF cannot be made.
pub fn pdf(sheets: &[PrintedSheet], paper: Paper) -> Result<Vec<u8>, PrintError> {
    if sheets.is_empty() || sheets.len() > MOST_SHEETS {
        return Err(PrintError::Count(sheets.len()));
    }
    let mut document = Document::with_version("1.5");
    let tree = document.new_object_id();
    let mut font = |name: &str| {
        document.add_object(dictionary! {
            "Type" => "Font", "Subtype" => "Type1", "BaseFont" => name, "Encoding" => "WinAnsiEncoding",
        })
    };
    let (bold, regular, fixed) = (font("Helvetica-Bold"), font("Helvetica"), font("Courier"));
    let (width, height) = paper.size();
    let mut kids: Vec<Object> = Vec::with_capacity(sheets.len());
    for sheet in sheets {
        let drawing = drawing(sheet, width, height)?;
        let content = document.add_object(Stream::new(dictionary! {}, drawing.into_bytes()));
        kids.push(
            document
                .add_object(dictionary! {
                    "Type" => "Page", "Parent" => tree, "Contents" => content,
                    "MediaBox" => vec![0.into(), 0.into(), width.into(), height.into()],
                    "Resources" => dictionary! {
                        "Font" => dictionary! { "B" => bold, "R" => regular, "F" => fixed },
                    },
                })
                .into(),
        );
    }
    let count = i64::try_from(kids.len()).unwrap_or(i64::MAX);
    document.objects.insert(tree, dictionary! { "Type" => "Pages", "Count" => count, "Kids" => kids }.into());
    let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => tree });
    let info = document.add_object(dictionary! {
        "Title" => Object::string_literal("Separator sheets"), "Producer" => Object::string_literal("Muniment"),
    });
    document.trailer.set("Root", catalog);
    document.trailer.set("Info", info);
    document.compress();
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).map_err(|cause| PrintError::Pdf(cause.to_string()))?;
    Ok(bytes)
}

/// Draws one sheet as PDF operators; the origin is the lower left corner.
fn drawing(printed: &PrintedSheet, width: f32, height: f32) -> Result<String, PrintError> {
    let sheet = &printed.sheet;
    let payload = sheet.payload();
    let (heading, advice) = words(sheet.kind());
    let mut out = String::new();
    text(&mut out, "R", 17.0, MARGIN, height - 72.0, heading, width);
    text(&mut out, "B", 34.0, MARGIN, height - 112.0, &printed.caption, width);
    if sheet.value() != printed.caption {
        text(&mut out, "F", 17.0, MARGIN, height - 138.0, sheet.value(), width);
    }
    let bars = bars(&payload)?;
    draw_bars(&mut out, &bars, width, height - 162.0 - BARS.0);
    draw_bars(&mut out, &bars, width, 96.0);
    let middle = (height - 162.0 - BARS.0 + 96.0 + BARS.0) / 2.0;
    draw_square(&mut out, &payload, MARGIN, middle - SQUARE / 2.0)?;
    let beside = MARGIN + SQUARE + 14.0;
    for (line, advice) in
        advice.into_iter().chain(["", "It is scanned with the pages,", "kept, and not shown."]).enumerate()
    {
        text(&mut out, "R", 13.0, beside, middle + 66.0 - 18.0 * line as f32, advice, width);
    }
    text(&mut out, "F", 11.0, beside, middle - 96.0, &payload, width);
    text(
        &mut out,
        "R",
        10.0,
        MARGIN,
        60.0,
        "Muniment separator sheet. Do not write, stamp or staple over the codes.",
        width,
    );
    Ok(out)
}

/// What people are told: what it is, and where it goes.
const fn words(kind: SheetKind) -> (&'static str, [&'static str; 2]) {
    match kind {
        SheetKind::Batch => ("Batch begins", ["Put this sheet before the", "first page of the batch."]),
        SheetKind::Chart => ("Chart of patient", ["Put this sheet before each", "document of this patient."]),
        SheetKind::Type => ("Document type", ["Put this sheet before the", "first page of the document."]),
        SheetKind::End => ("Separator", ["Put this sheet behind the", "last page of the document."]),
    }
}

/// Returns the widths of bars and gaps in modules, beginning and ending with a bar.
fn bars(payload: &str) -> Result<Vec<u32>, PrintError> {
    let failed = |cause: zxingcpp::Error| PrintError::Code(cause.to_string());
    let made = zxingcpp::create(BarcodeFormat::Code128).from_str(payload).map_err(failed)?;
    let image = made.to_image_with(&zxingcpp::write().scale(1).add_quiet_zones(false)).map_err(failed)?;
    let columns = usize::try_from(image.width()).unwrap_or(0);
    let pixels = image.data();
    let row = pixels.get(..columns).unwrap_or_default();
    let runs: Vec<u32> =
        row.chunk_by(|one, other| (*one < 128) == (*other < 128)).map(|run| run.len() as u32).collect();
    // Three bars and three gaps to a character, four bars at the end.
    if row.first().is_none_or(|first| *first >= 128) || runs.len() % 6 != 1 || runs.len() < 13 {
        return Err(PrintError::Code("the bars are not those of a Code 128".into()));
    }
    Ok(runs)
}

fn draw_bars(out: &mut String, bars: &[u32], width: f32, bottom: f32) {
    let modules: u32 = bars.iter().sum();
    let free = width - 2.0 * (MARGIN - 24.0);
    let module = (free / (modules as f32 + 2.0 * QUIET.0)).min(BARS.1);
    let mut x = (width - modules as f32 * module) / 2.0;
    for (index, bar) in bars.iter().enumerate() {
        let wide = *bar as f32 * module;
        if index % 2 == 0 {
            let _ = writeln!(out, "{x:.3} {bottom:.2} {wide:.3} {:.2} re f", BARS.0);
        }
        x += wide;
    }
}

fn draw_square(out: &mut String, payload: &str, left: f32, bottom: f32) -> Result<(), PrintError> {
    let code = QrCode::with_error_correction_level(payload, EcLevel::Q)
        .map_err(|cause| PrintError::Code(cause.to_string()))?;
    let side = code.width();
    let module = SQUARE / (side as f32 + 2.0 * QUIET.1);
    let (left, top) = (left + QUIET.1 * module, bottom + SQUARE - QUIET.1 * module);
    for (row, colours) in (1_u32..).zip(code.to_colors().chunks_exact(side)) {
        let mut at = 0;
        // A row's neighbours are drawn as one: gaps between them would be seen.
        for run in colours.chunk_by(|one, other| one == other) {
            if run[0] == Color::Dark {
                let (x, y) = (left + at as f32 * module, top - row as f32 * module);
                let _ = writeln!(out, "{x:.3} {y:.3} {:.3} {module:.3} re f", run.len() as f32 * module);
            }
            at += run.len();
        }
    }
    Ok(())
}

/// Writes one line, smaller where it would pass the edge; characters outside of Latin-1 become question marks.
fn text(out: &mut String, font: &str, size: f32, x: f32, y: f32, text: &str, width: f32) {
    let letters = text.chars().count().max(1) as f32;
    // No letter of these fonts is wider than this share of their size, on the average of a word.
    let size = size.min((width - x - 30.0) / (letters * 0.64));
    let byte = |letter: char| match u8::try_from(u32::from(letter)) {
        Ok(byte) if !(0x7F..0xA0).contains(&byte) && byte >= 0x20 => byte,
        _ => b'?',
    };
    let hexadecimal: String = text.chars().map(|letter| format!("{:02X}", byte(letter))).collect();
    let _ = writeln!(out, "BT /{font} {size:.1} Tf {x:.1} {y:.1} Td <{hexadecimal}> Tj ET");
}

#[cfg(test)]
mod tests {
    use lopdf::content::Content;

    use super::*;

    fn printed(kind: SheetKind, value: &str) -> PrintedSheet {
        PrintedSheet { sheet: Sheet::new(kind, value).expect("a sheet"), caption: "A caption (of any form)".into() }
    }

    #[test]
    fn a_page_for_each_sheet_and_nothing_of_it_in_the_description_of_the_file() {
        let sheets = [printed(SheetKind::Chart, "4711"), printed(SheetKind::End, "")];
        for paper in [Paper::A4, Paper::Letter] {
            let bytes = pdf(&sheets, paper).expect("a PDF");
            let document = Document::load_mem(&bytes).expect("a PDF that can be read");
            assert_eq!(document.get_pages().len(), 2);
            assert!(!String::from_utf8_lossy(&bytes).contains("4711"));
            for page in document.get_pages().into_values() {
                let content = document.get_page_content(page);
                let operations = Content::decode(&content).expect("operators").operations;
                assert!(operations.iter().filter(|operation| operation.operator == "re").count() > 100);
            }
        }
        assert!(matches!(pdf(&[], Paper::A4), Err(PrintError::Count(0))));
    }

    #[test]
    fn the_longest_value_fits_between_the_margins() {
        let runs = bars(&printed(SheetKind::Type, &"w".repeat(super::super::sheet::LONGEST_VALUE)).sheet.payload())
            .expect("bars");
        let modules: u32 = runs.iter().sum();
        let module = (595.28 - 2.0 * (MARGIN - 24.0)) / (modules as f32 + 2.0 * QUIET.0);
        // 0.3 mm: three pixels and a half at 300 pixels per inch.
        assert!(module > 0.84, "{module}");
    }
}
