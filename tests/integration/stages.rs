//! Real pages through the whole pipeline: words drawn with a real font, worn in the ways that scans are, read by Tesseract.

use std::path::Path;
use std::time::Duration;

use ab_glyph::{Font as _, FontRef, PxScale, ScaleFont as _, point};
use image::{DynamicImage, GrayImage, Luma, imageops};
use muniment::chart::{Block, Digest, FindingKind, PageId, PageNumber, PageText, QuarterTurns, Rect, TextSource};
use muniment::imaging::Raster;
use muniment::imaging::resample::straightened;
use muniment::ocr::accuracy::Accuracy;
use muniment::ocr::models::Models;
use muniment::ocr::tesseract::Tesseract;
use muniment::ocr::{Orientation, RecognizeError, Recognizer};
use muniment::pipeline::born_digital::OwnText;
use muniment::pipeline::phases::ScannedPage;
use muniment::pipeline::{Definition, page};

pub const TEXT: [&str; 22] = [
    "Discharge summary",
    "The patient is a 63 year old woman with type 2 diabetes mellitus",
    "who presented with shortness of breath and swelling of both legs.",
    "On examination the blood pressure was 148 over 86, the pulse was",
    "irregular at 112 per minute, and the oxygen saturation was 91 percent",
    "while breathing room air. Crackles were heard over both lung bases.",
    "Laboratory results showed a sodium of 134, a potassium of 4.8 and a",
    "creatinine of 1.7, up from a baseline of 1.1 in the previous spring.",
    "The chest radiograph demonstrated cardiomegaly with small effusions.",
    "She was given furosemide 40 mg intravenously every twelve hours and",
    "lost 4.2 kilograms over the following three days. Metoprolol was",
    "started at 25 mg by mouth and slowly increased. An echocardiogram",
    "revealed an ejection fraction of 35 percent with moderate mitral",
    "regurgitation and a mildly dilated left atrium.",
    "At the time of discharge she walked the length of the corridor without",
    "dyspnoea. The legs were no longer swollen and the lungs were clear.",
    "Medication on discharge: furosemide 40 mg daily, metoprolol 50 mg twice",
    "daily, lisinopril 10 mg daily, atorvastatin 20 mg at bedtime, and",
    "metformin 500 mg twice daily with meals.",
    "She is to be seen in the cardiology clinic within fourteen days, and",
    "to weigh herself every morning; a gain of more than two kilograms is",
    "to be reported to the heart failure nurse by telephone.",
];

/// Draws lines of text on paper; `scale` 1 is a letter page at 200 pixels per inch.
pub fn drawn(lines: &[&str], scale: f32, ink: u8) -> GrayImage {
    let font = FontRef::try_from_slice(dejavu::serif::regular()).expect("an embedded font");
    let mut page = GrayImage::from_pixel((1700.0 * scale) as u32, (2200.0 * scale) as u32, Luma([244]));
    let sized = font.as_scaled(PxScale::from(36.0 * scale));
    for (row, line) in lines.iter().enumerate() {
        let mut x = 150.0 * scale;
        let y = (200.0 + 60.0 * row as f32) * scale;
        for letter in line.chars() {
            let glyph = sized.scaled_glyph(letter);
            let advance = sized.h_advance(glyph.id);
            let glyph = ab_glyph::Glyph { position: point(x, y), ..glyph };
            if let Some(outline) = font.outline_glyph(glyph) {
                let bounds = outline.px_bounds();
                outline.draw(|column, row, cover| {
                    let (x, y) = (bounds.min.x as i64 + i64::from(column), bounds.min.y as i64 + i64::from(row));
                    if let (Ok(x), Ok(y)) = (u32::try_from(x), u32::try_from(y))
                        && x < page.width()
                        && y < page.height()
                    {
                        let paper = f32::from(page.get_pixel(x, y).0[0]);
                        page.put_pixel(x, y, Luma([(paper + (f32::from(ink) - paper) * cover.min(1.0)) as u8]));
                    }
                });
            }
            x += advance;
        }
    }
    page
}

fn raster(image: GrayImage) -> Raster {
    Raster { image: DynamicImage::ImageLuma8(image), dpi: None, bilevel: false, damaged: false }
}

fn id() -> PageId {
    PageId { scan: Digest::of(b"a scan"), number: PageNumber::FIRST }
}

fn read(image: GrayImage) -> PageText {
    let definition = Definition::load("chart-standard", None).expect("the standard pipeline");
    let models = Models::find(None).expect("Tesseract's models");
    let mut tesseract = Tesseract::load(&models, &definition.recognise.languages).expect("the English model");
    let text = page::read(raster(image), &definition, &mut tesseract, id()).expect("a reading");
    for word in text.words() {
        assert!(!word.text.is_empty() && !word.rect.is_empty());
        assert!(word.rect.right() <= text.image.width && word.rect.bottom() <= text.image.height);
    }
    text
}

fn recall(text: &PageText) -> f64 {
    Accuracy::of(&TEXT.join("\n"), &text.plain()).exact.recall()
}

/// Returns the box of the only word that reads `word`.
fn place(text: &PageText, word: &str) -> Rect {
    let places: Vec<Rect> = text.words().filter(|read| read.text.contains(word)).map(|read| read.rect).collect();
    assert_eq!(places.len(), 1, "{word}");
    places[0]
}

/// Says whether nearly all ink of one word lies in its box: the box has ink, and a frame around it has none.
fn holds_ink(image: &GrayImage, rect: Rect) -> bool {
    let dark = |left: u32, top: u32, right: u32, bottom: u32| {
        (top..bottom)
            .flat_map(|y| (left..right).map(move |x| (x, y)))
            .filter(|(x, y)| image.get_pixel(*x, *y).0[0] < 128)
            .count()
    };
    let inside = dark(rect.left, rect.top, rect.right(), rect.bottom());
    let around = dark(rect.left - 4, rect.top - 4, rect.right() + 4, rect.bottom() + 4);
    inside > 100 && (around - inside) * 20 < inside
}

#[test]
fn every_turn_of_a_page_is_read_and_boxes_lie_on_the_page_as_it_is() {
    let upright = drawn(&TEXT, 1.0, 20);
    for turn in [QuarterTurns::None, QuarterTurns::One, QuarterTurns::Two, QuarterTurns::Three] {
        let image = match turn {
            QuarterTurns::None => upright.clone(),
            QuarterTurns::One => imageops::rotate90(&upright),
            QuarterTurns::Two => imageops::rotate180(&upright),
            QuarterTurns::Three => imageops::rotate270(&upright),
        };
        let text = read(image.clone());
        assert!(recall(&text) > 0.97, "{turn:?}: {}", recall(&text));
        assert_eq!(text.upright, turn.inverse());
        assert_eq!(text.has(FindingKind::Turned), turn != QuarterTurns::None);
        assert!(holds_ink(&image, place(&text, "echocardiogram")), "{turn:?}");
    }
}

#[test]
fn a_crooked_page_with_a_dark_edge_is_read_like_a_straight_one() {
    let mut image = straightened(&drawn(&TEXT, 1.0, 20), -3.0, 244);
    for (x, y, pixel) in image.enumerate_pixels_mut() {
        if x < 30 + y / 50 || y > 2170 {
            *pixel = Luma([14]);
        }
    }
    let text = read(image.clone());
    assert!(recall(&text) > 0.97, "{}", recall(&text));
    assert!((text.skew_degrees - 3.0).abs() < 0.2, "{}", text.skew_degrees);
    assert!(text.has(FindingKind::Skew) && text.has(FindingKind::DarkEdge));
    let word = place(&text, "echocardiogram");
    let middle = image.get_pixel(word.left + word.width / 2, word.top + word.height / 2);
    assert!(word.width < 330 && word.height < 60 && middle.0[0] <= 244);
    let ink = (word.top..word.bottom())
        .flat_map(|y| (word.left..word.right()).map(move |x| (x, y)))
        .filter(|(x, y)| image.get_pixel(*x, *y).0[0] < 128)
        .count();
    assert!(ink > 1000, "{ink}");
}

#[test]
fn faint_small_and_blurred_pages_are_read_and_reported() {
    let faded = read(drawn(&TEXT, 1.0, 165));
    assert!(recall(&faded) > 0.95 && faded.has(FindingKind::LowContrast), "{}", recall(&faded));
    let small = read(drawn(&TEXT, 0.5, 20));
    assert!(recall(&small) > 0.9 && small.has(FindingKind::LowResolution), "{}", recall(&small));
    let blurred = read(imageops::blur(&drawn(&TEXT, 1.0, 20), 4.0));
    assert!(blurred.has(FindingKind::Blur), "{:?}", blurred.findings);
    let clear = read(drawn(&TEXT, 1.5, 20));
    assert!(clear.findings.is_empty(), "{:?}", clear.findings);
}

#[test]
fn a_speckled_blank_page_is_hidden_and_a_lone_page_number_is_read() {
    let mut blank = GrayImage::from_fn(1700, 2200, |x, y| Luma([236 + ((x * 7919 + y * 104_729) % 13) as u8]));
    for index in 0..600u32 {
        blank.put_pixel(index * 7919 % 1700, index * 6007 % 2200, Luma([50]));
    }
    let text = read(blank);
    assert!(text.hidden && text.has(FindingKind::Blank) && text.source == TextSource::None, "{:?}", text.findings);

    let mut lines = vec![""; 30];
    lines[29] = "                                17";
    let text = read(drawn(&lines, 1.0, 90));
    assert!(!text.hidden && text.has(FindingKind::NearlyBlank) && text.plain().contains("17"), "{:?}", text.plain());

    let mut lines = vec![""; 20];
    lines[9] = "seen and noted";
    let text = read(drawn(&lines, 1.0, 205));
    assert!(!text.hidden && text.has(FindingKind::NearlyBlank), "{:?}", text.findings);
}

#[test]
fn a_missing_language_and_a_passed_deadline_are_clear_errors() {
    let models = Models::find(None).expect("Tesseract's models");
    let missing = Tesseract::load(&models, &["tlh".to_owned()]).err().expect("no such model").to_string();
    assert!(missing.contains("tesseract-ocr-tlh"), "{missing}");
    assert!(Models::find(Some(Path::new("/nonexistent/models"))).is_err());
    let mut tesseract = Tesseract::load(&models, &["eng".to_owned()]).expect("the English model");
    assert!(tesseract.engine().starts_with("tesseract ") && tesseract.engine().ends_with(" eng"));
    let page = drawn(&TEXT, 1.0, 20);
    let late = tesseract.recognise(&page, 200, Duration::from_millis(20));
    assert_eq!(late, Err(RecognizeError::Deadline(Duration::from_millis(20))));
    // The page after a late one is read as if nothing had happened, and twice the same.
    let one = tesseract.recognise(&page, 200, Duration::from_secs(60)).expect("a reading");
    let other = tesseract.recognise(&page, 200, Duration::from_secs(60)).expect("a reading");
    assert_eq!(one, other);
}

/// A recogniser that must not be asked.
struct Never;

impl Recognizer for Never {
    fn engine(&self) -> String {
        "never 0 eng".to_owned()
    }

    fn orientation(&mut self, _: &GrayImage, _: u32) -> Result<Option<Orientation>, RecognizeError> {
        panic!("orientation was asked for")
    }

    fn recognise(&mut self, _: &GrayImage, _: u32, _: Duration) -> Result<Vec<Block>, RecognizeError> {
        panic!("recognition was asked for")
    }
}

/// Judges the text that a file has of the page of [`TEXT`].
fn judged(own: Vec<Block>, definition: &Definition) -> OwnText {
    OwnText::judge(Some(own), raster(drawn(&TEXT, 1.0, 20)).size(), &definition.born_digital)
}

#[test]
fn a_pages_own_text_is_used_as_it_is_without_recognition() {
    let own = read(drawn(&TEXT, 1.0, 20)).blocks;
    let definition = Definition::load("chart-standard", None).expect("the standard pipeline");
    let page = ScannedPage { raster: raster(drawn(&TEXT, 1.0, 20)), own_text: judged(own.clone(), &definition) };
    let text = page::read(page, &definition, &mut Never, id()).expect("a reading");
    assert_eq!((text.source, text.blocks), (TextSource::BornDigital, own));
    assert_eq!(text.pipeline, definition.stamp());
}

#[test]
fn writing_outside_of_a_pages_own_text_is_read_and_added() {
    let mut own = read(drawn(&TEXT[..9], 1.0, 20)).blocks;
    own.iter_mut().flat_map(|block| &mut block.lines).flat_map(|line| &mut line.words).for_each(|word| {
        word.text = word.text.to_uppercase();
    });
    let definition = Definition::load("chart-standard", None).expect("the standard pipeline");
    let models = Models::find(None).expect("Tesseract's models");
    let mut tesseract = Tesseract::load(&models, &definition.recognise.languages).expect("the English model");
    let page = ScannedPage { raster: raster(drawn(&TEXT, 1.0, 20)), own_text: judged(own, &definition) };
    let text = page::read(page, &definition, &mut tesseract, id()).expect("a reading");
    let plain = text.plain();
    assert_eq!(text.source, TextSource::BornDigital);
    assert!(plain.contains("SHORTNESS") && !plain.contains("shortness") && plain.contains("echocardiogram"));
}

#[test]
fn a_pages_own_text_that_is_garbage_is_replaced_and_said_so() {
    let mut own = read(drawn(&TEXT, 1.0, 20)).blocks;
    own.iter_mut().flat_map(|block| &mut block.lines).flat_map(|line| &mut line.words).for_each(|word| {
        word.text = "\u{fffd}\u{fffd}".to_owned();
    });
    let definition = Definition::load("chart-standard", None).expect("the standard pipeline");
    let models = Models::find(None).expect("Tesseract's models");
    let mut tesseract = Tesseract::load(&models, &definition.recognise.languages).expect("the English model");
    let page = ScannedPage { raster: raster(drawn(&TEXT, 1.0, 20)), own_text: judged(own, &definition) };
    let text = page::read(page, &definition, &mut tesseract, id()).expect("a reading");
    assert!(text.source == TextSource::Recognised && text.has(FindingKind::UnusableTextLayer) && recall(&text) > 0.97);
}
