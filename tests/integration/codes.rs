//! Codes and separator sheets: printed, worn in every way that pages are, read back; and scans that are split at them.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Cursor;
use std::sync::Arc;

use clap::ValueEnum as _;
use image::{DynamicImage, GrayImage, Luma, imageops};
use muniment::barcode::print::{Paper, PrintedSheet, pdf};
use muniment::barcode::{self, Sheet};
use muniment::chart::{PageNumber, SheetKind, Symbology};
use muniment::pipeline::child::message::FileLimits;
use muniment::pipeline::child::source::{Bytes, Source};
use muniment::samples::{Profile, dpi_before_wear, worn};
use tiff::encoder::{TiffEncoder, colortype::Gray8};
use zxingcpp::BarcodeFormat;

use crate::stages::{TEXT, drawn};
use crate::support::program::{Program, count, counts};

pub const COMMANDS: [&str; 4] = ["cover-sheets batch", "cover-sheets chart", "cover-sheets end", "cover-sheets type"];

const SHEETS: [(SheetKind, &str); 4] = [
    (SheetKind::Batch, "Box 17"),
    (SheetKind::Chart, "00482917"),
    (SheetKind::Type, "medication-administration-record"),
    (SheetKind::End, ""),
];

fn sheet((kind, value): (SheetKind, &str)) -> Sheet {
    Sheet::new(kind, value).unwrap()
}

/// Prints sheets and draws them at `dpi`, as a page on US letter paper.
fn printed(sheets: &[Sheet], paper: Paper, dpi: u32) -> Vec<GrayImage> {
    let sheets: Vec<PrintedSheet> =
        sheets.iter().map(|sheet| PrintedSheet { sheet: sheet.clone(), caption: "What it is for".into() }).collect();
    let bytes: Bytes = Arc::new(pdf(&sheets, paper).unwrap());
    let limits = FileLimits { max_file_bytes: 1 << 24, max_pages: 100, max_pixels: 100_000_000 };
    let source = Source::open(bytes, &[], limits).unwrap();
    let page = |index| {
        let page = source.page(PageNumber::from_index(index)).unwrap().raster.image.to_luma8();
        let (width, height) =
            if paper == Paper::Letter { (85 * dpi / 10, 11 * dpi) } else { (827 * dpi / 100, 1169 * dpi / 100) };
        imageops::resize(&page, width, height, imageops::FilterType::Triangle)
    };
    (0..sheets.len() as u32).map(page).collect()
}

fn read(page: GrayImage) -> Vec<String> {
    barcode::read(&DynamicImage::ImageLuma8(page)).into_iter().map(|code| code.text).collect()
}

#[test]
fn sheets_are_read_back_after_every_kind_of_wear() {
    let sheets = SHEETS.map(sheet);
    wear(|number, dpi| {
        let sheet = sheets.get(number)?;
        Some((sheet.payload(), printed(std::slice::from_ref(sheet), Paper::Letter, dpi).remove(0)))
    });
}

/// Patch codes of which the bars' widths, in tenths of the whole, are these.
const PATCH_CODES: [(&str, [u32; 4]); 3] =
    [("PATCH2", [25, 10, 10, 25]), ("PATCH3", [25, 10, 25, 10]), ("PATCHT", [10, 25, 10, 25])];

/// Draws the bars of a patch code upright on a page of writing: 0.6 inches from its left edge, 2.5 inches long.
fn patch_sheet(bars: [u32; 4], dpi: u32) -> GrayImage {
    let page = drawn(&TEXT[..8], 1.5, 30);
    let mut page = imageops::resize(&page, 85 * dpi / 10, 11 * dpi, imageops::FilterType::Triangle);
    let mut left = 60 * dpi / 100;
    for tenths in bars {
        let bar = GrayImage::from_pixel(tenths * 8 * dpi / 1000, 5 * dpi / 2, Luma([10]));
        imageops::replace(&mut page, &bar, left.into(), i64::from(5 * dpi));
        left += (tenths + 10) * 8 * dpi / 1000;
    }
    page
}

#[test]
fn patch_codes_are_read_after_every_kind_of_wear_and_lean() {
    wear(|number, dpi| PATCH_CODES.get(number).map(|(name, bars)| ((*name).to_owned(), patch_sheet(*bars, dpi))));
    for (name, bars) in PATCH_CODES {
        for degrees in [-15.0, -6.0, 8.0, 15.0] {
            let leaning = muniment::imaging::resample::straightened(&patch_sheet(bars, 200), degrees, 255);
            assert_eq!(read(leaning), [name], "{degrees}");
        }
    }
}

/// Wears pages in every way, and reads the code that each of them has: no other, and all but one in 200.
fn wear(page: impl Fn(usize, u32) -> Option<(String, GrayImage)>) {
    // More rounds measure; one shows that nothing is broken.
    let rounds = std::env::var("MUNIMENT_TEST_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(1_u64);
    let (mut all, mut missed) = (0, Vec::new());
    for profile in Profile::value_variants() {
        let dpi = dpi_before_wear(*profile, 300);
        for (number, (payload, page)) in (0..).map_while(|number| Some((number, page(number, dpi)?))) {
            for round in 0..rounds {
                let codes = read(worn(page.clone(), dpi, *profile, round * 100 + number as u64));
                let foreign: Vec<_> = codes.iter().filter(|text| **text != payload).collect();
                assert!(foreign.is_empty(), "{profile:?}, round {round}: {foreign:?}");
                all += 1;
                if codes.is_empty() {
                    missed.push(format!("{profile:?} {number} in round {round}"));
                }
            }
        }
    }
    println!("{} of {all} codes read; missed: {missed:?}", all - missed.len());
    assert!(missed.len() * 200 <= all, "{} of {all} are missed: {missed:?}", missed.len());
}

#[test]
fn codes_are_read_at_every_turn_and_lean_with_their_corners() {
    let sheet = sheet(SHEETS[1]);
    for paper in [Paper::A4, Paper::Letter] {
        let page = printed(std::slice::from_ref(&sheet), paper, 200).remove(0);
        for turned in [page.clone(), imageops::rotate90(&page), imageops::rotate180(&page), imageops::rotate270(&page)]
        {
            assert!(read(turned).contains(&sheet.payload()));
        }
        for degrees in [-15.0, -9.0, 4.0, 15.0] {
            let leaning = muniment::imaging::resample::straightened(&page, degrees, 255);
            let found = barcode::read(&DynamicImage::ImageLuma8(leaning.clone()));
            assert!(found.iter().any(|code| code.text == sheet.payload()), "{degrees}");
            for code in found {
                assert!(code.corners.iter().all(|[x, y]| *x < leaning.width() && *y < leaning.height()));
            }
        }
    }
}

#[test]
fn every_symbology_is_found_on_a_page_of_writing_and_nothing_without_one() {
    let page = drawn(&TEXT, 1.5, 30);
    assert_eq!(read(page.clone()), [""; 0]);
    for (format, symbology) in [
        (BarcodeFormat::Code128, Symbology::Code128),
        (BarcodeFormat::Code39, Symbology::Code39),
        (BarcodeFormat::QRCode, Symbology::QrCode),
        (BarcodeFormat::DataMatrix, Symbology::DataMatrix),
        (BarcodeFormat::PDF417, Symbology::Pdf417),
    ] {
        let made = zxingcpp::create(format).from_str("LABEL-20417").unwrap();
        let made = made.to_image_with(&zxingcpp::write().scale(5)).unwrap();
        let label = GrayImage::from_raw(made.width() as u32, made.height() as u32, made.data()).unwrap();
        let mut page = page.clone();
        imageops::replace(&mut page, &label, 900, 2500);
        let found = barcode::read(&DynamicImage::ImageLuma8(page));
        assert_eq!(found.len(), 1, "{symbology:?}: {found:?}");
        assert_eq!((found[0].symbology, found[0].text.as_str()), (symbology, "LABEL-20417"));
        let [left, top] = found[0].corners[0];
        assert!((880..1100).contains(&left) && (2480..2700).contains(&top), "{symbology:?}: {left}, {top}");
    }
}

#[test]
fn a_short_code_39_is_not_believed() {
    let made = zxingcpp::create(BarcodeFormat::Code39).from_str("A1").unwrap();
    let made = made.to_image_with(&zxingcpp::write().scale(4)).unwrap();
    let label = GrayImage::from_raw(made.width() as u32, made.height() as u32, made.data()).unwrap();
    assert_eq!(read(label), [""; 0]);
}

/// Writes pages as one scan file.
fn scan_file(path: &std::path::Path, pages: &[GrayImage]) {
    let mut encoder = TiffEncoder::new(File::create(path).unwrap()).unwrap();
    for page in pages {
        encoder.write_image::<Gray8>(page.width(), page.height(), page.as_raw()).unwrap();
    }
}

#[test]
fn a_scan_is_split_at_its_sheets_and_no_page_is_lost() {
    let program = Program::new();
    let sheets =
        printed(&[(SheetKind::Chart, "00482917"), (SheetKind::Type, "consent")].map(sheet), Paper::Letter, 200);
    let blank = GrayImage::from_pixel(1700, 2200, Luma([248]));
    let page = drawn(&TEXT[..8], 1.0, 30);
    // A sheet with its back, two pages; two sheets in a row, one page.
    let pages = [&sheets[1], &blank, &page, &page, &sheets[0], &sheets[1], &page].map(Clone::clone);
    scan_file(&program.path("scan.tif"), &pages);
    let run = program.run(&["ingest", "scan.tif", "--batch", "Box 1"]);
    assert!(matches!(run.code, 0 | 3), "{}{}", run.out, run.err);
    assert!(!format!("{}{}", run.out, run.err).contains("00482917"));
    let report = program.json(&["batch", "show", "Box 1"]);
    assert_eq!(report["report"]["adds_up"], true);
    assert_eq!((counts(&report)["pages"].as_u64(), counts(&report)["pages_done"].as_u64()), (Some(7), Some(7)));

    let list = program.json(&["show", "--batch", "Box 1"]);
    let documents: Vec<(String, String, u64)> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            let text = |key: &str| one[key].as_str().unwrap_or_default().to_owned();
            (text("id"), one["state"].to_string(), one["pages"].as_u64().unwrap_or_default())
        })
        .collect();
    let mut parts: Vec<_> = documents.iter().filter(|(_, state, _)| !state.contains("split")).collect();
    parts.sort_by_key(|(.., pages)| *pages);
    assert_eq!(parts.iter().map(|(.., pages)| *pages).collect::<Vec<_>>(), [3, 4], "{documents:?}");

    let mut seen = BTreeSet::new();
    for ((id, ..), (kinds, hidden)) in parts.iter().zip([(&["chart", "type"][..], 2), (&["type"], 2)]) {
        let out = program.path(&format!("{id}.json"));
        let run = program.run(&["export", id, "--format", "json", "--hidden", "-o", out.to_str().unwrap()]);
        assert_eq!(run.code, 0, "{}", run.err);
        let text: serde_json::Value = serde_json::from_reader(File::open(out).unwrap()).unwrap();
        let pages = text["pages"].as_array().unwrap();
        let said: Vec<&str> = pages
            .iter()
            .flat_map(|page| page["separators"].as_array().into_iter().flatten())
            .map(|separator| separator["kind"].as_str().unwrap())
            .collect();
        assert_eq!(said, kinds);
        assert_eq!(pages.iter().filter(|page| page["hidden"] == true).count(), hidden);
        seen.extend(pages.iter().map(|page| page["page"].as_str().unwrap().to_owned()));
    }
    assert_eq!(seen.len(), 7);
    assert_eq!(count(&report, "pages_blank"), 1);
    // Were both sides scanned, pages 5 and 6 would be front and back of one sheet.
    assert_eq!((count(&report, "separators"), count(&report, "separator_sheets")), (3, 2));

    // The separator of other programs, without a word in the pipeline definition.
    let patch = patch_sheet(PATCH_CODES[2].1, 200);
    scan_file(&program.path("other.tif"), &[page.clone(), patch, page.clone(), page.clone()]);
    let run = program.run(&["ingest", "other.tif", "--batch", "Box 2"]);
    assert!(matches!(run.code, 0 | 3), "{}{}", run.out, run.err);
    let list = program.json(&["show", "--batch", "Box 2"]);
    let documents = list.as_array().unwrap().iter();
    let parts = documents.filter(|one| !one["state"].to_string().contains("split"));
    let mut pages: Vec<u64> = parts.filter_map(|one| one["pages"].as_u64()).collect();
    pages.sort_unstable();
    assert_eq!(pages, [2, 2], "{list}");
}

#[test]
fn cover_sheets_are_printed_by_the_command_and_read_back() {
    let program = Program::new();
    for (arguments, wanted) in [
        (&["type", "consent", "discharge-summary", "--count", "2"][..], 4),
        (&["chart", "4711", "--paper", "letter"], 1),
        (&["end"], 1),
        (&["batch", "Box 1"], 1),
    ] {
        let file = format!("{}.pdf", arguments[0]);
        let value = program.json(&[&["cover-sheets"][..], arguments, &["-o", &file]].concat());
        assert_eq!(value["sheets"], wanted, "{value}");
        assert!(!value.to_string().contains("4711"));
        let again = program.run(&[&["cover-sheets"][..], arguments, &["-o", &file]].concat());
        assert!(again.code == 1 && again.err.contains("--force"), "{}", again.err);
        let mut bytes = Cursor::new(std::fs::read(program.path(&file)).unwrap());
        assert_eq!(lopdf::Document::load_from(&mut bytes).unwrap().get_pages().len(), wanted);
    }
    for (arguments, says) in [
        (&["type", "consnet"][..], "Did you mean consent?"),
        (&["chart", "äöü"], "English keyboard"),
        (&["batch", ""], "needs a value"),
    ] {
        let run = program.run(&[&["cover-sheets"][..], arguments, &["-o", "x.pdf"]].concat());
        assert!(run.code == 1 && run.err.contains(says), "{}", run.err);
        assert!(!program.path("x.pdf").exists());
    }
}
