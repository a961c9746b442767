//! Reading PDF files that the tests build themselves: scans in each encoding, born-digital pages, encryption, damage.

use std::collections::BTreeMap;
use std::io::Write;
use std::process::Command;
use std::sync::Arc;

use image::metadata::Orientation;
use image::{DynamicImage, GrayImage, Luma};
use lopdf::encryption::crypt_filters::{Aes128CryptFilter, Aes256CryptFilter, CryptFilter, Rc4CryptFilter};
use lopdf::{Dictionary, EncryptionState, EncryptionVersion, Object, Permissions, Stream, dictionary};
use muniment::chart::{Line, PageNumber, RejectReason};
use muniment::pdf::read::{Document, PdfPage, TextOrigin};
use muniment::pdf::{ColorSpace, Limits, StreamFilter};

mod locked;
mod scans;

const LIMITS: Limits = Limits { max_file_bytes: 64 << 20, max_pages: 100, max_pixels: 50_000_000 };

/// The whole page of the scans: 2 x 1 inches, seen upright.
const WHOLE_PAGE: &str = "q 144 0 0 72 0 0 cm /Im0 Do Q";

#[test]
fn born_digital_words_stand_in_boxes_on_their_ink() {
    let content = "BT /F0 12 Tf 72 700 Td (Sodium 140 mmol/L) Tj 0 -14 Td [(Potas) -20 (sium) -400 (4.1)] TJ ET";
    for rotate in [0, 90] {
        let mut page = Page::new(content);
        page.dict.set("MediaBox", numbers([0.0, 0.0, 612.0, 792.0]));
        page.dict.set("Rotate", rotate);
        let page = first_page(&pdf(&[page]));
        assert_eq!(page.text_origin, TextOrigin::Visible);
        assert_eq!(plain(&page), ["Sodium 140 mmol/L", "Potassium 4.1"]);
        assert!(page.is_born_digital());
        let pixels = page.image.to_luma8();
        for word in lines(&page).iter().flat_map(|line| &line.words) {
            let rect = word.rect;
            let inside = image::imageops::crop_imm(&pixels, rect.left, rect.top, rect.width, rect.height).to_image();
            assert!(inside.pixels().any(|pixel| pixel.0[0] < 100), "{} has no ink in {rect:?}", word.text);
        }
        let inked = pixels.pixels().filter(|pixel| pixel.0[0] < 100).count();
        let boxed: usize = lines(&page)
            .iter()
            .flat_map(|line| &line.words)
            .map(|word| {
                let rect = word.rect;
                let inside = image::imageops::crop_imm(&pixels, rect.left, rect.top, rect.width, rect.height);
                inside.to_image().pixels().filter(|pixel| pixel.0[0] < 100).count()
            })
            .sum();
        assert!(boxed * 100 >= inked * 98, "{boxed} of {inked} dark pixels lie in boxes");
    }
}

#[test]
fn a_page_whose_own_text_is_of_no_use_is_rendered_for_recognition() {
    let content = "BT /F0 12 Tf 10 30 Td (Words of no use) Tj ET";
    let document = Document::open(Arc::new(pdf(&[Page::new(content)])), None, &LIMITS).expect("opens");
    let page = document.page(PageNumber::FIRST, &LIMITS).expect("a page");
    assert_eq!((page.is_born_digital(), page.dpi.0.round()), (true, 150.0));
    let page = document.page_for_recognition(PageNumber::FIRST, &LIMITS).expect("a page");
    assert_eq!((page.text_origin, page.dpi.0.round()), (TextOrigin::Absent, 300.0));
}

#[test]
fn values_of_form_fields_are_read_with_and_without_an_appearance() {
    let mut page = Page::new("BT /F0 12 Tf 72 700 Td (Name:) Tj ET");
    page.dict.set("MediaBox", numbers([0.0, 0.0, 612.0, 792.0]));
    let field = |value: &str, top: f32| {
        dictionary! {
            "Type" => "Annot", "Subtype" => "Widget", "FT" => "Tx", "V" => Object::string_literal(value),
            "Rect" => numbers([150.0, top - 18.0, 400.0, top]),
        }
    };
    let appearance = Stream::new(
        dictionary! { "Type" => "XObject", "Subtype" => "Form", "BBox" => numbers([0.0, 0.0, 250.0, 18.0]),
        "Resources" => dictionary! { "Font" => dictionary! { "F0" => helvetica() } } },
        b"BT /F0 12 Tf 2 5 Td (Painted Value) Tj ET".to_vec(),
    );
    page.annotations = vec![(field("Painted Value", 712.0), Some(appearance)), (field("Bare Value", 650.0), None)];
    let page = first_page(&pdf(&[page]));
    assert_eq!(plain(&page), ["Name: Painted Value", "Bare Value"]);
    assert!(page.incomplete);
}

#[test]
fn garbage_around_the_file_and_a_lost_cross_reference_table_are_repaired() {
    let whole = text_pdf("Still here");
    let leading = [&b"garbage from a mail gateway\r\n"[..], &whole].concat();
    let trailing = [&whole[..], &[0; 3000]].concat();
    let table = whole.windows(9).rposition(|window| window == b"startxref").expect("a pointer");
    let mut lost = whole.clone();
    lost[table..].fill(b' ');
    for (name, bytes) in [("leading", leading), ("trailing", trailing), ("lost table", lost)] {
        assert_eq!(plain(&first_page(&bytes)), ["Still here"], "{name}");
    }
}

#[test]
fn what_is_no_pdf_is_refused_with_the_reason() {
    let empty_tree = pdf(&[]);
    let text = [&vec![b'x'; 5000][..], b"%PDF-1.7 is how a PDF begins"].concat();
    let cases = [
        (Vec::new(), RejectReason::Empty),
        (text, RejectReason::UnsupportedFormat),
        (b"%PDF-1.4\n%%EOF\n".to_vec(), RejectReason::Damaged),
        (empty_tree, RejectReason::NoPages),
    ];
    for (bytes, reason) in cases {
        assert_eq!(refusal(&bytes, &LIMITS), reason);
    }
    let three = [Page::new(""), Page::new(""), Page::new("")];
    assert_eq!(refusal(&pdf(&three), &Limits { max_pages: 2, ..LIMITS }), RejectReason::TooManyPages);
    assert_eq!(refusal(&pdf(&three), &Limits { max_file_bytes: 100, ..LIMITS }), RejectReason::FileTooLarge);
    let large = pdf(&[Page::new(WHOLE_PAGE).image("Im0", flate(&scan()))]);
    let small = Limits { max_pixels: 79_999, ..LIMITS };
    let document = Document::open(Arc::new(large), None, &small).expect("opens");
    let refused = document.page(PageNumber::FIRST, &small).expect_err("too many pixels");
    assert_eq!((refused.reason, refused.page), (RejectReason::TooManyPixels, Some(PageNumber::FIRST)));
}

#[test]
fn odd_page_boxes_give_an_image_within_the_limits() {
    for (name, media_box, unit, points) in [
        ("huge", [0.0, 0.0, 14_400.0, 14_400.0], 1.0, Some((14_400.0, 14_400.0))),
        ("user unit", [0.0, 0.0, 72.0, 144.0], 2.0, Some((144.0, 288.0))),
        ("no area", [0.0, 0.0, 0.0, 0.0], 1.0, None),
        ("off the origin", [-100.0, 200.0, 44.0, 272.0], 1.0, Some((144.0, 72.0))),
    ] {
        let mut page = Page::new("0 0 50 50 re f -50 210 40 40 re f");
        page.dict.set("MediaBox", numbers(media_box));
        page.dict.set("UserUnit", unit);
        let page = first_page(&pdf(&[page]));
        if let Some(points) = points {
            assert_eq!(page.size_points, points, "{name}");
        }
        let pixels = u64::from(page.image.width()) * u64::from(page.image.height());
        assert!(pixels > 0 && pixels <= LIMITS.max_pixels && page.image.width() <= 65_535, "{name}");
        assert!(page.image.to_luma8().pixels().any(|pixel| pixel.0[0] < 50) || name == "no area", "{name}");
    }
}

#[test]
fn pages_beyond_all_measure_are_refused_before_they_are_unpacked() {
    let packed = |content: &[u8]| {
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(content).expect("encodes");
        encoder.finish().expect("ends")
    };
    let mut image = image_stream(8, packed(&vec![0; 20 << 20]));
    image.dict.set("Filter", "FlateDecode");
    let lying = pdf(&[Page::new(WHOLE_PAGE).image("Im0", image)]);
    let letters = format!("BT /F0 12 Tf {} ET", "1 0 0 1 10 30 Tm (aaaaaaaaaaaaaaaaaaaaaaaaa) Tj ".repeat(20_000));
    let flood = pdf(&[Page::new(&letters)]);
    for bytes in [lying, flood] {
        let document = Document::open(Arc::new(bytes), None, &LIMITS).expect("opens");
        let refused = document.page(PageNumber::FIRST, &LIMITS).expect_err("refused");
        assert_eq!((refused.reason, refused.page), (RejectReason::MemoryLimit, Some(PageNumber::FIRST)));
    }
}

#[test]
fn no_prefix_of_a_file_makes_the_reader_panic() {
    let page = Page::new(&format!("{WHOLE_PAGE} BT /F0 12 Tf 3 Tr 10 30 Td (words) Tj ET"));
    let bytes = pdf(&[page.image("Im0", group_4(&scan()))]);
    let step = (bytes.len() / 60).max(1);
    let mut opened = 0;
    for end in (0..bytes.len()).step_by(step) {
        if let Ok(document) = Document::open(Arc::new(bytes[..end].to_vec()), None, &LIMITS) {
            for index in 0..document.page_count() {
                opened += u32::from(document.page(PageNumber::from_index(index), &LIMITS).is_ok());
            }
        }
    }
    assert!(opened < 60, "a prefix without its page tree cannot be whole");
}

// --- Building ---

struct Page {
    content: String,
    images: Vec<(String, Stream)>,
    annotations: Vec<(Dictionary, Option<Stream>)>,
    dict: Dictionary,
}

impl Page {
    fn new(content: &str) -> Self {
        let dict = dictionary! { "MediaBox" => numbers([0.0, 0.0, 144.0, 72.0]) };
        Self { content: content.into(), images: Vec::new(), annotations: Vec::new(), dict }
    }

    fn image(mut self, name: &str, image: Stream) -> Self {
        self.images.push((name.into(), image));
        self
    }
}

fn document(pages: &[Page]) -> lopdf::Document {
    let mut document = lopdf::Document::with_version("1.7");
    let tree = document.new_object_id();
    let mut kids = Vec::new();
    for page in pages {
        let content = document.add_object(Stream::new(Dictionary::new(), page.content.clone().into_bytes()));
        let mut images = Dictionary::new();
        for (name, image) in &page.images {
            images.set(name.as_str(), document.add_object(image.clone()));
        }
        let mut annotations = Vec::new();
        for (annotation, appearance) in &page.annotations {
            let mut annotation = annotation.clone();
            if let Some(appearance) = appearance {
                let normal = document.add_object(appearance.clone());
                annotation.set("AP", dictionary! { "N" => normal });
            }
            annotations.push(Object::Reference(document.add_object(annotation)));
        }
        let mut dict = page.dict.clone();
        dict.set("Type", "Page");
        dict.set("Parent", tree);
        dict.set("Contents", content);
        dict.set("Annots", annotations);
        dict.set("Resources", dictionary! { "XObject" => images, "Font" => dictionary! { "F0" => helvetica() } });
        kids.push(Object::Reference(document.add_object(dict)));
    }
    let count = i64::try_from(kids.len()).expect("few pages");
    document.objects.insert(tree, dictionary! { "Type" => "Pages", "Kids" => kids, "Count" => count }.into());
    let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => tree });
    document.trailer.set("Root", catalog);
    let id = || Object::string_literal("0123456789abcdef");
    document.trailer.set("ID", vec![id(), id()]);
    document
}

fn saved(mut document: lopdf::Document) -> Vec<u8> {
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).expect("saves");
    bytes
}

fn pdf(pages: &[Page]) -> Vec<u8> {
    saved(document(pages))
}

fn text_pdf(text: &str) -> Vec<u8> {
    pdf(&[Page::new(&format!("BT /F0 12 Tf 10 30 Td ({text}) Tj ET"))])
}

fn helvetica() -> Dictionary {
    dictionary! { "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica", "Encoding" => "WinAnsiEncoding" }
}

fn numbers(values: [f32; 4]) -> Vec<Object> {
    values.map(Object::Real).to_vec()
}

/// A black and white drawing without any symmetry.
fn scan() -> GrayImage {
    GrayImage::from_fn(400, 200, |x, y| {
        let bar = (20..120).contains(&x) && (30..50).contains(&y);
        let wedge = x > 200 && y > 60 && (x - 200) * 2 > y && (x / 7 + y / 11) % 2 == 0;
        Luma([if bar || wedge { 0 } else { 255 }])
    })
}

fn image_stream(bits: i64, data: Vec<u8>) -> Stream {
    let dict = dictionary! {
        "Type" => "XObject", "Subtype" => "Image", "Width" => 400, "Height" => 200, "ColorSpace" => "DeviceGray",
        "BitsPerComponent" => bits,
    };
    let mut stream = Stream::new(dict, data);
    stream.allows_compression = false;
    stream
}

fn encodings(scan: &GrayImage) -> Vec<(&'static str, Stream, bool)> {
    let mut jpeg_image = image_stream(8, jpeg(scan));
    jpeg_image.dict.set("Filter", "DCTDecode");
    let mut stencil = group_4(scan);
    stencil.dict.remove(b"ColorSpace");
    stencil.dict.set("ImageMask", true);
    let bits: Vec<u8> = scan.pixels().map(|pixel| u8::from(pixel.0[0] < 128)).collect();
    let encoded = jbig2enc_rust::encode_single_image_lossless(&bits, 400, 200, true).expect("encodes");
    let mut jbig2 = image_stream(1, encoded.page_data);
    jbig2.dict.set("Filter", "JBIG2Decode");
    let raw = image_stream(8, scan.as_raw().clone());
    vec![
        ("jpeg", jpeg_image, false),
        ("group 4", group_4(scan), true),
        ("group 4 stencil", stencil, true),
        ("jbig2", jbig2, true),
        ("flate", flate(scan), true),
        ("raw", raw, true),
    ]
}

fn jpeg(scan: &GrayImage) -> Vec<u8> {
    let mut data = std::io::Cursor::new(Vec::new());
    DynamicImage::ImageLuma8(scan.clone()).write_to(&mut data, image::ImageFormat::Jpeg).expect("encodes");
    data.into_inner()
}

fn group_4(scan: &GrayImage) -> Stream {
    let mut encoder = fax::encoder::Encoder::new(fax::VecWriter::new());
    for row in scan.rows() {
        let colors = row.map(|pixel| if pixel.0[0] < 128 { fax::Color::Black } else { fax::Color::White });
        encoder.encode_line(colors, 400).expect("encodes");
    }
    let mut stream = image_stream(1, encoder.finish().expect("ends").finish());
    stream.dict.set("Filter", "CCITTFaxDecode");
    stream.dict.set("DecodeParms", dictionary! { "K" => -1, "Columns" => 400, "Rows" => 200 });
    stream
}

fn flate(scan: &GrayImage) -> Stream {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(scan.as_raw()).expect("encodes");
    let mut stream = image_stream(8, encoder.finish().expect("ends"));
    stream.dict.set("Filter", "FlateDecode");
    stream.dict.set("Height", i64::from(scan.height()));
    stream
}

// --- Looking ---

fn first_page(bytes: &[u8]) -> PdfPage {
    let document = Document::open(Arc::new(bytes.to_vec()), None, &LIMITS).expect("opens");
    document.page(PageNumber::FIRST, &LIMITS).expect("a page")
}

fn refusal(bytes: &[u8], limits: &Limits) -> RejectReason {
    Document::open(Arc::new(bytes.to_vec()), None, limits).err().expect("a refusal").reason
}

fn lines(page: &PdfPage) -> Vec<Line> {
    page.text.iter().flatten().flat_map(|block| block.lines.clone()).collect()
}

fn plain(page: &PdfPage) -> Vec<String> {
    let words = |line: &Line| line.words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ");
    lines(page).iter().map(words).collect()
}

fn mean_difference(one: &GrayImage, other: &GrayImage) -> f64 {
    let sum: u64 = one.iter().zip(other.iter()).map(|(one, other)| u64::from(one.abs_diff(*other))).sum();
    sum as f64 / one.len() as f64
}

/// Has qpdf check the structure, where it is installed.
#[expect(clippy::print_stdout, reason = "a test that is not run says so")]
fn check_with_qpdf(bytes: &[u8]) {
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    file.write_all(bytes).expect("writes");
    match Command::new("qpdf").arg("--check").arg(file.path()).output() {
        // 3 means warnings only.
        Ok(output) => assert!(matches!(output.status.code(), Some(0 | 3)), "{output:?}"),
        Err(_) => println!("not run: qpdf --check (qpdf is not installed)"),
    }
}
