//! What is given back of pages that are awkward: text that is garbage, cropped pages, pages that cannot be read.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Command;

use lopdf::{Document, Object, Stream, dictionary};
use serde_json::Value;

use crate::support::program::Program;

/// Lines of the test page, 40 points apart, from 100 points below the top; each begins 72 points from the left.
const LINES: [&str; 4] = [
    "DISCHARGE SUMMARY OF THE PATIENT",
    "Continue metformin twice daily",
    "Allergies none known",
    "Follow up in clinic",
];
/// Index of the line that is searched for, and a word of it.
const SOUGHT: (f64, &str) = (1.0, "metformin");

/// How a page is made.
#[derive(Default, Clone, Copy)]
struct Make {
    /// Its letters stand for private-use characters.
    garbage: bool,
    /// What viewers show of it: left, bottom, right, top.
    crop: Option<[i64; 4]>,
    /// A form field with a value that nothing paints.
    field: bool,
    /// A second page with an image of more than a million pixels.
    too_large_page: bool,
}

fn pdf(path: &Path, make: Make) {
    let mut document = Document::with_version("1.5");
    let tree = document.new_object_id();
    let mut font = dictionary! { "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica" };
    if make.garbage {
        let map = b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /T def \
            1 begincodespacerange <00> <FF> endcodespacerange 1 beginbfrange <00> <FF> <E000> endbfrange \
            endcmap end end";
        let map = document.add_object(Stream::new(dictionary! {}, map.to_vec()));
        font.set("ToUnicode", map);
    }
    let font = document.add_object(font);
    let lines: String = LINES
        .iter()
        .enumerate()
        .map(|(index, line)| format!("BT /F0 18 Tf 72 {} Td ({line}) Tj ET\n", 692 - 40 * index as i64))
        .collect();
    let content = document.add_object(Stream::new(dictionary! {}, lines.into_bytes()));
    let mut page = dictionary! {
        "Type" => "Page", "Parent" => tree, "Contents" => content,
        "MediaBox" => vec![0.into(), 0.into(), 612.into(), 792.into()],
        "Resources" => dictionary! { "Font" => dictionary! { "F0" => font } },
    };
    if let Some(crop) = make.crop {
        page.set("CropBox", crop.map(Object::from).to_vec());
    }
    if make.field {
        let field = document.add_object(dictionary! {
            "Type" => "Annot", "Subtype" => "Widget", "FT" => "Tx", "T" => Object::string_literal("ward"),
            "V" => Object::string_literal("Ward seven"),
            "Rect" => vec![72.into(), 400.into(), 300.into(), 420.into()],
        });
        page.set("Annots", vec![Object::from(field)]);
    }
    let mut kids = vec![Object::from(document.add_object(page))];
    if make.too_large_page {
        let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
        packed.write_all(&vec![200; 1200 * 1200]).unwrap();
        let image = document.add_object(Stream::new(
            dictionary! {
                "Type" => "XObject", "Subtype" => "Image", "Width" => 1200, "Height" => 1200,
                "ColorSpace" => "DeviceGray", "BitsPerComponent" => 8, "Filter" => "FlateDecode",
            },
            packed.finish().unwrap(),
        ));
        let content = document.add_object(Stream::new(dictionary! {}, b"q 288 0 0 288 0 0 cm /I Do Q".to_vec()));
        kids.push(Object::from(document.add_object(dictionary! {
            "Type" => "Page", "Parent" => tree, "Contents" => content,
            "MediaBox" => vec![0.into(), 0.into(), 288.into(), 288.into()],
            "Resources" => dictionary! { "XObject" => dictionary! { "I" => image } },
        })));
    }
    let count = kids.len() as i64;
    document.set_object(tree, dictionary! { "Type" => "Pages", "Kids" => kids, "Count" => count });
    let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => tree });
    document.trailer.set("Root", catalog);
    document.save(path).unwrap();
}

/// Takes a page in; returns the id of its document.
fn taken_in(program: &Program, make: Make) -> String {
    pdf(&program.path("in.pdf"), make);
    let run = program.run(&["ingest", "in.pdf", "--batch", "Box"]);
    assert!(matches!(run.code, 0 | 3), "{}{}", run.out, run.err);
    program.json(&["show", "--batch", "Box"])[0]["id"].as_str().unwrap().to_owned()
}

fn source_of_text(program: &Program, document: &str) -> Value {
    program.json(&["show", document, "--text"])["pages"][0]["text"]["source"].clone()
}

/// Returns width and height of the first page, and the box of the sought word on it, in points as `pdftotext` sees them.
fn sought(path: &Path) -> Option<([f64; 2], [f64; 4])> {
    let Ok(output) = Command::new("pdftotext").arg("-bbox").arg(path).arg("-").output() else {
        eprintln!("not run: pdftotext is missing");
        return None;
    };
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let values = |line: &str| -> Vec<f64> { line.split('"').skip(1).step_by(2).map(|n| n.parse().unwrap()).collect() };
    let page = values(text.lines().find(|line| line.contains("<page ")).unwrap());
    let word = text.lines().find(|line| line.to_lowercase().contains(SOUGHT.1));
    let word = values(word.unwrap_or_else(|| panic!("{} is not in the text layer: {text}", SOUGHT.1)));
    Some(([page[0], page[1]], [word[0], word[1], word[2], word[3]]))
}

/// Checks a box in points from the top left of the page: the sought word is the second of its line.
fn check_place([left, top, right, bottom]: [f64; 4], crop_left: f64, crop_top: f64) {
    let base = 100.0 + 40.0 * SOUGHT.0 - crop_top;
    assert!(top > base - 24.0 && bottom < base + 10.0 && bottom > base - 6.0, "{top} to {bottom}, base {base}");
    let start = 72.0 - crop_left;
    assert!(
        left > start + 55.0 && left < start + 100.0 && right > left + 60.0 && right < left + 110.0,
        "{left}-{right}"
    );
}

#[test]
fn a_page_whose_own_text_is_garbage_has_a_text_layer_and_boxes_in_place() {
    let program = Program::new();
    let document = taken_in(&program, Make { garbage: true, ..Make::default() });
    assert_eq!(source_of_text(&program, &document), "recognised");
    let run = program.run(&["export", &document, "-o", "out.pdf"]);
    assert_eq!(run.code, 0, "{}", run.err);
    if let Some((page, word)) = sought(&program.path("out.pdf")) {
        assert_eq!(page.map(f64::round), [612.0, 792.0]);
        check_place(word, 0.0, 0.0);
    }

    // Drawn at another resolution than it was read at.
    program.json(&["search", SOUGHT.1, "--boxes", "hit.png"]);
    let drawn = image::open(program.path("hit.png")).unwrap().to_rgb8();
    let points = 612.0 / f64::from(drawn.width());
    let (mut left, mut top, mut right, mut bottom) = (f64::MAX, f64::MAX, 0.0_f64, 0.0_f64);
    for (x, y, pixel) in drawn.enumerate_pixels() {
        if pixel.0.iter().max().unwrap() - pixel.0.iter().min().unwrap() > 40 {
            let (x, y) = (f64::from(x) * points, f64::from(y) * points);
            (left, top, right, bottom) = (left.min(x), top.min(y), right.max(x), bottom.max(y));
        }
    }
    check_place([left, top, right, bottom], 0.0, 0.0);
}

#[test]
fn a_cropped_page_that_another_program_draws_keeps_its_places() {
    let program = Program::new();
    let crop = Some([50, 300, 450, 760]);
    let document = taken_in(&program, Make { garbage: true, field: true, crop, ..Make::default() });
    if Command::new("pdftoppm").arg("-v").output().is_err() {
        eprintln!("not run in full: pdftoppm is missing");
    }
    let run = program.run(&["export", &document, "-o", "out.pdf"]);
    assert_eq!(run.code, 0, "{}", run.err);
    if let Some((page, word)) = sought(&program.path("out.pdf")) {
        assert!((page[0] - 400.0).abs() < 2.0 && (page[1] - 460.0).abs() < 2.0, "{page:?}");
        check_place(word, 50.0, 32.0);
    }
}

#[test]
fn a_page_with_an_unpainted_field_keeps_its_own_text() {
    let program = Program::new();
    let document = taken_in(&program, Make { field: true, ..Make::default() });
    assert_eq!(source_of_text(&program, &document), "born-digital");
    let run = program.run(&["export", &document, "--format", "txt", "-o", "out.txt"]);
    assert_eq!(run.code, 0, "{}", run.err);
    let text = fs::read_to_string(program.path("out.txt")).unwrap();
    assert!(text.contains("metformin") && text.contains("Ward seven"), "{text}");
    let run = program.run(&["export", &document, "-o", "out.pdf"]);
    assert_eq!(run.code, 0, "{}", run.err);
    if let Some((_, word)) = sought(&program.path("out.pdf")) {
        check_place(word, 0.0, 0.0);
    }
}

#[test]
fn an_export_says_which_pages_have_no_result_and_keeps_their_places() {
    let program = Program::new().with("MUNIMENT_RECOGNITION_MAX_MEGAPIXELS", "1");
    let document = taken_in(&program, Make { too_large_page: true, ..Make::default() });
    let run = program.run(&["export", &document, "--format", "txt", "-o", "out.txt"]);
    assert_eq!(run.code, 3, "{}{}", run.out, run.err);
    assert!(run.err.contains("could not be read: 2"), "{}", run.err);
    let text = fs::read_to_string(program.path("out.txt")).unwrap();
    assert!(text.contains("metformin") && text.ends_with('\u{c}'), "an empty page stands for the second: {text:?}");
    let report = program.json(&["export", &document, "--format", "json", "-o", "out.json"]);
    assert_eq!(report["pages_without_result"], serde_json::json!([2]));
    let json: Value = serde_json::from_slice(&fs::read(program.path("out.json")).unwrap()).unwrap();
    assert_eq!(json["pages"][1]["source"], "none");
    assert!(json["pages"][1]["blocks"].as_array().unwrap().is_empty());
    for format in ["hocr", "alto"] {
        assert_eq!(program.run(&["export", &document, "--format", format]).code, 3, "{format}");
    }
    let report = program.json(&["export", &document, "-o", "out.pdf"]);
    assert_eq!(report["pages_missing"], serde_json::json!([2]));
}

#[test]
fn an_export_to_standard_output_is_the_file() {
    let program = Program::new();
    let document = taken_in(&program, Make::default());
    for format in ["txt", "original", "pdf"] {
        let output = program.command(&["export", &document, "--format", format, "-o", "-"]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        match format {
            "original" => assert_eq!(output.stdout, fs::read(program.path("in.pdf")).unwrap()),
            "txt" => assert!(String::from_utf8(output.stdout).unwrap().contains("metformin")),
            _ => assert!(output.stdout.starts_with(b"%PDF-") && output.stdout.trim_ascii_end().ends_with(b"%%EOF")),
        }
    }
    let left: Vec<_> = fs::read_dir(program.path("data")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().starts_with(".tmp")), "{left:?}");
}
