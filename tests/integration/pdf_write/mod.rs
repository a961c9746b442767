//! Searchable PDF/A-2b: what is written is read back by the programs of others.

mod images;
mod page;
mod standard;
mod tools;

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, GrayImage, Luma, RgbImage};
use lopdf::{Dictionary, Document, Object};
use muniment::chart::{PageNumber, PageText, QuarterTurns, Rect, Size, Word};
use muniment::pdf::image_stream::PlacedImage;
use muniment::pdf::stream_of_file::placed_image;
use muniment::pdf::write::{Metadata, OutputImage, OutputPage, WriteError, Writer, pack};
use muniment::pdf::{ColorSpace, ImageStream, StreamFilter};

use page::{DPI, NOTE, draw, lay, lean, points};
use tools::Written;

const WIDTH: u32 = 1224;
const HEIGHT: u32 = 1584;

fn metadata() -> Metadata {
    Metadata {
        title: "Document 1 <&> ü".to_owned(),
        producer: "Muniment 0.1.0".to_owned(),
        created: "2026-11-22T14:37:22Z".parse().expect("a time"),
    }
}

fn write<'a>(
    pages: impl IntoIterator<Item = (OutputImage, (f32, f32), QuarterTurns, Option<&'a PageText>)>,
) -> Written {
    let mut writer = Writer::new(Vec::new(), metadata()).expect("begun");
    for (image, size_points, turn, text) in pages {
        writer.add_page(&OutputPage { image, size_points, turn, text }).expect("added");
    }
    Written::new(writer.finish().expect("finished"))
}

fn write_one(image: OutputImage, size: (f32, f32), text: &PageText) -> Written {
    write([(image, size, text.upright, Some(text))])
}

fn gray_jpeg(image: &GrayImage) -> Vec<u8> {
    let mut data = Vec::new();
    JpegEncoder::new_with_quality(&mut data, 80).encode_image(image).expect("encoded");
    data
}

fn bilevel(image: &GrayImage) -> GrayImage {
    GrayImage::from_fn(image.width(), image.height(), |x, y| {
        Luma([if image.get_pixel(x, y).0[0] < 128 { 0 } else { 255 }])
    })
}

fn color(image: &GrayImage) -> RgbImage {
    RgbImage::from_fn(image.width(), image.height(), |x, y| {
        let value = image.get_pixel(x, y).0[0];
        image::Rgb([value, value.saturating_sub((x / 32) as u8), value.saturating_sub((y / 32) as u8)])
    })
}

fn placed(data: &[u8]) -> PlacedImage {
    placed_image(data, PageNumber::FIRST).expect("carried")
}

/// Encodes a JBIG2 file of one lossless generic region.
fn jbig2_file(image: &GrayImage) -> Vec<u8> {
    let pixels: Vec<u8> = image.as_raw().iter().map(|&value| u8::from(value == 0)).collect();
    jbig2enc_rust::encode_single_image_lossless(&pixels, image.width(), image.height(), false)
        .expect("encoded")
        .page_data
}

fn deflate(data: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut encoder, data).expect("a Vec");
    encoder.finish().expect("a Vec")
}

fn expected_lines(text: &PageText) -> Vec<String> {
    text.plain().lines().filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

fn assert_lines(written: &Written, text: &PageText) {
    let Some(read) = written.text(&[]) else { return };
    let lines: Vec<String> = read.split(['\n', '\x0C']).filter(|line| !line.is_empty()).map(str::to_owned).collect();
    assert_eq!(lines, expected_lines(text));
}

#[test]
fn words_are_read_back_in_order_with_spaces_and_line_ends() {
    let (image, text) = draw(WIDTH, HEIGHT, NOTE);
    let written = write_one(OutputImage::Pixels(image.clone().into()), points(&image), &text);
    written.passes_qpdf();
    assert_lines(&written, &text);
}

#[test]
fn turned_and_leaning_pages_are_read_back_in_order() {
    let (image, text) = draw(WIDTH, HEIGHT, NOTE);
    for upright in [QuarterTurns::None, QuarterTurns::One, QuarterTurns::Two, QuarterTurns::Three] {
        for degrees in [0.0, 0.4, -1.0, 2.0, -2.0] {
            let (image, text) = lean(&image, &text, degrees);
            let (image, text) = lay(&image, &text, upright);
            let written = write_one(OutputImage::Pixels(image.clone().into()), points(&image), &text);
            assert_lines(&written, &text);
        }
    }
}

/// Poppler marks right-to-left runs with directional controls; the letters between them have to be in reading order.
#[test]
fn right_to_left_words_come_back_in_reading_order() {
    let words = [("שלום", 600), ("עולם", 450), ("مرحبا", 300)].map(|(text, left)| {
        Word::new(text.to_owned(), Rect::new(left, 200, 120, 40), muniment::chart::Confidence::CERTAIN)
    });
    let text = page::page_text(WIDTH, HEIGHT, vec![page::block(vec![page::line(words.to_vec())])]);
    let image = GrayImage::from_pixel(WIDTH, HEIGHT, Luma([255]));
    let written = write_one(OutputImage::Pixels(image.clone().into()), points(&image), &text);
    let Some(read) = written.text(&[]) else { return };
    let read: String = read.chars().filter(|c| !matches!(c, '\u{202a}'..='\u{202e}')).collect();
    assert_eq!(read.trim_end(), text.plain().trim_end());
}

/// Beyond a few degrees Poppler no longer knows which line a word is on, but every word has to stay whole.
#[test]
fn words_of_pages_that_lean_far_stay_whole() {
    let long = [NOTE, &[(130, 24.0, "electroencephalographically pseudohypoparathyroidism")]].concat();
    let (image, text) = draw(WIDTH, HEIGHT, &long);
    for degrees in [-9.0, -5.0, 5.0, 9.0, 14.0] {
        let (image, text) = lean(&image, &text, degrees);
        let written = write_one(OutputImage::Pixels(image.clone().into()), points(&image), &text);
        let Some(read) = written.text(&["-raw"]) else { return };
        let read: Vec<&str> = read.split_whitespace().collect();
        let expected: Vec<&str> = text.words().map(|word| word.text.as_str()).collect();
        assert_eq!(read, expected, "{degrees}");
    }
}

/// Levelling moves words of a leaning page for the readers' sake, by no more than a hundredth of the page.
#[test]
fn words_of_leaning_pages_stay_within_a_hundredth_of_the_page() {
    let (image, text) = draw(WIDTH, HEIGHT, NOTE);
    for degrees in [-4.0, -1.0, 0.5, 2.0, 6.0] {
        let (image, text) = lean(&image, &text, degrees);
        let written = write_one(OutputImage::Pixels(image.clone().into()), points(&image), &text);
        let Some(listing) = written.text(&["-bbox", "-raw"]) else { return };
        let boxes: Vec<[f64; 4]> = listing.lines().filter(|line| line.contains("<word")).map(box_of).collect();
        assert_eq!(boxes.len(), text.words().count());
        for ([left, top, right, bottom], word) in boxes.into_iter().zip(text.words()) {
            let pixels = f64::from(DPI) / 72.0;
            let (x, y) = ((left + right) / 2.0 * pixels, (top + bottom) / 2.0 * pixels);
            let [expected_x, expected_y] = [
                f64::from(word.rect.left) + f64::from(word.rect.width) / 2.0,
                f64::from(word.rect.top) + f64::from(word.rect.height) / 2.0,
            ];
            // The middle of the line's height may lie off the middle of a word without ascenders.
            assert!((x - expected_x).abs() <= 4.0, "{degrees}: {x} for {expected_x}, {word:?}");
            assert!((y - expected_y).abs() <= f64::from(HEIGHT) * 0.01 + 6.0, "{degrees}: {y} for {expected_y}");
        }
    }
}

#[test]
fn letters_of_other_scripts_and_beyond_the_first_plane_come_back() {
    let words = ["Größe", "Ωμέγα", "Пациент", "患者", "漢字", "😀🩺", "naïve", "ﬁne", "(a<b>)\\"];
    let words = words.iter().enumerate().map(|(index, text)| {
        let rect = Rect::new(40 + 130 * index as u32, 200, 105, 40);
        Word::new((*text).to_owned(), rect, muniment::chart::Confidence::CERTAIN)
    });
    let text = page::page_text(WIDTH, HEIGHT, vec![page::block(vec![page::line(words.collect())])]);
    let image = GrayImage::from_pixel(WIDTH, HEIGHT, Luma([255]));
    let written = write_one(OutputImage::Pixels(image.clone().into()), points(&image), &text);
    written.passes_qpdf();
    let Some(read) = written.text(&[]) else { return };
    assert_eq!(read.trim_end(), text.plain().trim_end());
}

#[test]
fn boxes_match_words_across_and_lines_in_height() {
    let (image, text) = draw(WIDTH, HEIGHT, NOTE);
    let written = write_one(OutputImage::Pixels(image.clone().into()), points(&image), &text);
    let Some(listing) = written.text(&["-bbox"]) else { return };
    let boxes: Vec<[f64; 4]> = listing.lines().filter(|line| line.contains("<word")).map(box_of).collect();
    let expected: Vec<(&Rect, &Rect)> =
        text.lines().flat_map(|line| line.words.iter().map(move |word| (&word.rect, &line.rect))).collect();
    assert_eq!(boxes.len(), expected.len());
    for ([left, top, right, bottom], (word, line)) in boxes.into_iter().zip(expected) {
        // Lines of one size of print are evened out, so their upper edge may lie where taller letters would reach to.
        let print = f64::from(line.height) * 0.45;
        for (read, written, most) in [
            (left, word.left, 2.0),
            (right, word.right(), 2.0),
            (top, line.top, print.min(f64::from(HEIGHT) / 100.0)),
            (bottom, line.bottom(), 2.0),
        ] {
            let read = read * f64::from(DPI) / 72.0;
            assert!((read - f64::from(written)).abs() <= most, "{read} for {written} of {word:?} in {line:?}");
        }
    }
}

#[test]
fn boxes_of_turned_pages_are_where_a_viewer_shows_the_words() {
    let (image, upright_text) = draw(WIDTH, HEIGHT, NOTE);
    for upright in [QuarterTurns::One, QuarterTurns::Two, QuarterTurns::Three] {
        let (image, text) = lay(&image, &upright_text, upright);
        let written = write_one(OutputImage::Pixels(image.clone().into()), points(&image), &text);
        let Some(listing) = written.text(&["-bbox"]) else { return };
        let boxes: Vec<[f64; 4]> = listing.lines().filter(|line| line.contains("<word")).map(box_of).collect();
        // A viewer turns the page, so the words stand where they stood on the upright page.
        for ([left, _, right, _], word) in boxes.into_iter().zip(upright_text.words()) {
            for (read, written) in [(left, word.rect.left), (right, word.rect.right())] {
                let read = read * f64::from(DPI) / 72.0;
                assert!((read - f64::from(written)).abs() <= 2.0, "{upright:?}: {read} for {written}");
            }
        }
    }
}

fn box_of(line: &str) -> [f64; 4] {
    ["xMin", "yMin", "xMax", "yMax"].map(|name| {
        let (_, rest) = line.split_once(&format!("{name}=\"")).expect("named");
        rest.split_once('"').expect("quoted").0.parse().expect("a number")
    })
}

#[test]
fn equal_input_makes_equal_files() {
    let (image, text) = draw(WIDTH, HEIGHT, NOTE);
    let make = || write_one(OutputImage::Pixels(image.clone().into()), points(&image), &text).bytes;
    assert!(make() == make());
}

#[test]
fn a_thousand_pages_have_a_sound_tree_and_share_what_they_can() {
    let (image, text) = draw(600, 400, &[(60, 30.0, "page text here")]);
    let stream = pack(&bilevel(&image).into());
    let page = || OutputImage::Stream(stream.clone());
    let written = write((0..1000).map(|_| (page(), points(&image), QuarterTurns::None, Some(&text))));
    written.passes_qpdf();
    let document = Document::load_mem(&written.bytes).expect("read");
    assert_eq!(document.get_pages().len(), 1000);
    let each = written.bytes.len() / 1000;
    assert!(each < stream.data.len() + 900, "{each} bytes for a page of {}", stream.data.len());
}

#[test]
fn what_is_no_page_is_refused_with_a_reason() {
    let image = || OutputImage::Pixels(GrayImage::new(2, 2).into());
    let mut writer = Writer::new(Vec::new(), metadata()).expect("begun");
    for size_points in [(0.0, 10.0), (f32::NAN, 10.0), (10.0, f32::INFINITY), (-1.0, 5.0)] {
        let page = OutputPage { image: image(), size_points, turn: QuarterTurns::None, text: None };
        let error = writer.add_page(&page).expect_err("no size");
        assert!(matches!(error, WriteError::PageSize { .. }), "{error}");
    }
    let empty = OutputPage {
        image: OutputImage::Pixels(GrayImage::new(0, 5).into()),
        size_points: (10.0, 10.0),
        turn: QuarterTurns::None,
        text: None,
    };
    assert!(matches!(writer.add_page(&empty), Err(WriteError::EmptyImage { page: 5 })));
    let nothing = Writer::new(Vec::new(), metadata()).expect("begun");
    assert!(matches!(nothing.finish(), Err(WriteError::NoPages)));
}
