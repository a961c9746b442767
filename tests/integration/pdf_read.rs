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

const LIMITS: Limits = Limits { max_file_bytes: 64 << 20, max_pages: 100, max_pixels: 50_000_000 };

/// The whole page of the scans: 2 x 1 inches, seen upright.
const WHOLE_PAGE: &str = "q 144 0 0 72 0 0 cm /Im0 Do Q";

#[test]
fn a_scan_keeps_its_pixels_and_its_stream_in_every_encoding() {
    let scan = scan();
    for (name, image, exact) in encodings(&scan) {
        let data = image.content.clone();
        let page = first_page(&pdf(&[Page::new(WHOLE_PAGE).image("Im0", image)]));
        assert_eq!((page.image.width(), page.image.height()), (400, 200), "{name}");
        assert_eq!((page.dpi.0.round(), page.dpi.1.round()), (200.0, 200.0), "{name}");
        assert!(page.text.is_none() && !page.suspect_blank && !page.damaged, "{name}");
        if exact {
            assert_eq!(page.image.to_luma8(), scan, "{name}");
        } else {
            assert!(mean_difference(&page.image.to_luma8(), &scan) < 4.0, "{name}");
        }
        let stream = page.stream.unwrap_or_else(|| panic!("{name} has no stream"));
        assert_eq!(stream.color, ColorSpace::Gray, "{name}");
        let same_filter = matches!(
            (name, &stream.filter),
            ("jpeg", StreamFilter::Jpeg)
                | ("jbig2", StreamFilter::Jbig2 { globals: None })
                | ("group 4" | "group 4 stencil", StreamFilter::Ccitt { k: -1, columns: 400, .. })
                | ("flate" | "raw", StreamFilter::Flate)
        );
        assert!(same_filter, "{name} came back as {:?}", stream.filter);
        if !matches!(stream.filter, StreamFilter::Flate) {
            assert_eq!(stream.data, data, "{name} must be passed through unchanged");
        }
    }
}

#[test]
fn a_jpeg_in_text_armour_is_unwrapped() {
    let jpeg = jpeg(&scan());
    let armoured = jpeg.iter().map(|byte| format!("{byte:02x}")).collect::<String>() + ">";
    let mut image = image_stream(8, armoured.into_bytes());
    image.dict.set("Filter", vec![Object::Name(b"ASCIIHexDecode".to_vec()), Object::Name(b"DCTDecode".to_vec())]);
    let page = first_page(&pdf(&[Page::new(WHOLE_PAGE).image("Im0", image)]));
    assert_eq!(page.stream.expect("a stream").data, jpeg);
}

#[test]
fn a_cut_off_jpeg_is_damaged_but_shown() {
    let mut data = jpeg(&scan());
    data.truncate(data.len() / 2);
    let mut image = image_stream(8, data);
    image.dict.set("Filter", "DCTDecode");
    let page = first_page(&pdf(&[Page::new(WHOLE_PAGE).image("Im0", image)]));
    assert!(page.damaged);
    assert_eq!((page.image.width(), page.image.height()), (400, 200));
}

#[test]
fn a_turned_page_shows_the_scan_turned_and_says_how() {
    let scan = scan();
    for (rotate, orientation, expected) in [
        (90, Orientation::Rotate90, image::imageops::rotate90(&scan)),
        (180, Orientation::Rotate180, image::imageops::rotate180(&scan)),
        (-90, Orientation::Rotate270, image::imageops::rotate270(&scan)),
    ] {
        let mut page = Page::new(WHOLE_PAGE).image("Im0", flate(&scan));
        page.dict.set("Rotate", rotate);
        let page = first_page(&pdf(&[page]));
        assert_eq!(page.image.to_luma8(), expected, "{rotate}");
        assert_eq!((page.stream_orientation, page.stream.is_some()), (orientation, true));
    }
    let mirrored = Page::new("q 144 0 0 -72 0 72 cm /Im0 Do Q").image("Im0", flate(&scan));
    let page = first_page(&pdf(&[mirrored]));
    assert_eq!(page.image.to_luma8(), image::imageops::flip_vertical(&scan));
    assert_eq!((page.stream_orientation, page.stream.is_some()), (Orientation::FlipVertical, true));
}

#[test]
fn strips_are_put_together_pixel_by_pixel() {
    let scan = scan();
    let strip = |top, rows| flate(&image::imageops::crop_imm(&scan, 0, top, 400, rows).to_image());
    let content = "q 144 0 0 36 0 36 cm /Im0 Do Q q 144 0 0 36 0 0 cm /Im1 Do Q";
    let page = first_page(&pdf(&[Page::new(content).image("Im0", strip(0, 100)).image("Im1", strip(100, 100))]));
    assert_eq!(page.image.to_luma8(), scan);
    assert!(page.stream.is_none(), "no single stream is the page");
}

#[test]
fn a_scan_beyond_the_edge_of_the_page_is_cut_there() {
    let scan = scan();
    let content = "q 144 0 0 72 -36 0 cm /Im0 Do Q";
    let page = first_page(&pdf(&[Page::new(content).image("Im0", flate(&scan))]));
    let seen = page.image.to_luma8();
    assert_eq!(seen.dimensions(), (400, 200));
    assert_eq!(
        image::imageops::crop_imm(&seen, 0, 0, 300, 200).to_image(),
        image::imageops::crop_imm(&scan, 100, 0, 300, 200).to_image()
    );
    assert!(seen.enumerate_pixels().all(|(x, _, pixel)| x < 300 || pixel.0[0] == 255), "the rest is paper");
    assert!(page.stream.is_none());
}

#[test]
fn a_hidden_layer_of_text_is_flagged_and_leaves_the_scan_alone() {
    let content = format!("{WHOLE_PAGE} BT /F0 12 Tf 3 Tr 10 30 Td (earlier reading) Tj ET");
    let page = first_page(&pdf(&[Page::new(&content).image("Im0", flate(&scan()))]));
    assert_eq!(page.text_origin, TextOrigin::Hidden);
    assert_eq!(plain(&page), ["earlier reading"]);
    assert!(page.stream.is_some());
    let under = format!("BT /F0 12 Tf 10 30 Td (earlier reading) Tj ET {WHOLE_PAGE}");
    let page = first_page(&pdf(&[Page::new(&under).image("Im0", flate(&scan()))]));
    assert_eq!((page.text_origin, page.stream.is_some()), (TextOrigin::Hidden, true), "text below the scan");
}

#[test]
fn a_stamp_over_a_scan_forbids_passing_it_through() {
    let stamp = format!("{WHOLE_PAGE} BT /F0 12 Tf 10 30 Td (COPY) Tj ET");
    let page = first_page(&pdf(&[Page::new(&stamp).image("Im0", flate(&scan()))]));
    assert!(page.stream.is_none() && page.text_origin == TextOrigin::Visible && page.image_share > 0.99);
    assert!(!page.is_born_digital(), "the letters of the stamp are not the text of the page");
    let redacted = format!("{WHOLE_PAGE} 1 g 0 0 72 72 re f");
    let page = first_page(&pdf(&[Page::new(&redacted).image("Im0", flate(&scan()))]));
    assert!(page.stream.is_none(), "what is painted over must not come back");
    let left = image::imageops::crop_imm(&page.image.to_luma8(), 0, 0, page.image.width() / 2 - 2, 60).to_image();
    assert!(left.pixels().all(|pixel| pixel.0[0] > 250));
}

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
fn every_encryption_opens_with_either_password_and_is_copied_without() {
    for (name, bytes) in encrypted("user", "owner") {
        let refused = Document::open(Arc::new(bytes.clone()), None, &LIMITS).err().expect(name);
        assert_eq!(refused.reason, RejectReason::NeedsPassword, "{name}: {}", refused.message);
        let wrong = Document::open(Arc::new(bytes.clone()), Some("wrong"), &LIMITS).err().expect(name);
        assert_eq!(wrong.reason, RejectReason::NeedsPassword, "{name}: {}", wrong.message);
        for password in ["user", "owner"] {
            let document = Document::open(Arc::new(bytes.clone()), Some(password), &LIMITS)
                .unwrap_or_else(|reject| panic!("{name} with the {password} password: {}", reject.message));
            assert!(document.is_encrypted());
            let page = document.page(PageNumber::FIRST, &LIMITS).expect("a page");
            assert_eq!(plain(&page), ["Secret words"], "{name}");
            let mut copy = Vec::new();
            document.decrypted_copy(&mut copy).unwrap_or_else(|error| panic!("{name}: {error}"));
            let copied = Document::open(Arc::new(copy.clone()), None, &LIMITS).expect("no password");
            assert!(!copied.is_encrypted());
            assert_eq!(plain(&copied.page(PageNumber::FIRST, &LIMITS).expect("a page")), ["Secret words"], "{name}");
            check_with_qpdf(&copy);
        }
    }
}

#[test]
fn an_empty_user_password_opens_without_asking() {
    for (name, bytes) in encrypted("", "owner") {
        let document = Document::open(Arc::new(bytes), None, &LIMITS).unwrap_or_else(|_| panic!("{name}"));
        assert_eq!(plain(&document.page(PageNumber::FIRST, &LIMITS).expect("a page")), ["Secret words"], "{name}");
    }
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

fn encrypted(user: &str, owner: &str) -> Vec<(&'static str, Vec<u8>)> {
    let permissions = Permissions::PRINTABLE | Permissions::COPYABLE;
    let key = [7_u8; 32];
    let filters = |filter: Arc<dyn CryptFilter>| BTreeMap::from([(b"StdCF".to_vec(), filter)]);
    let std_cf = || b"StdCF".to_vec();
    let mut files = Vec::new();
    for name in ["RC4 40", "RC4 128", "V4 RC4", "AES-128", "AES-256 R5", "AES-256 R6"] {
        let mut document = document(&[Page::new("BT /F0 12 Tf 10 30 Td (Secret words) Tj ET")]);
        let (user_password, owner_password) = (user, owner);
        let version = match name {
            "RC4 40" => EncryptionVersion::V1 { document: &document, owner_password, user_password, permissions },
            "RC4 128" => {
                let key_length = 128;
                EncryptionVersion::V2 { document: &document, owner_password, user_password, key_length, permissions }
            }
            "V4 RC4" | "AES-128" => EncryptionVersion::V4 {
                document: &document,
                encrypt_metadata: true,
                crypt_filters: filters(if name == "AES-128" {
                    Arc::new(Aes128CryptFilter)
                } else {
                    Arc::new(Rc4CryptFilter)
                }),
                stream_filter: std_cf(),
                string_filter: std_cf(),
                owner_password,
                user_password,
                permissions,
            },
            #[expect(deprecated, reason = "files of this kind exist and must open")]
            "AES-256 R5" => EncryptionVersion::R5 {
                encrypt_metadata: true,
                crypt_filters: filters(Arc::new(Aes256CryptFilter)),
                file_encryption_key: &key,
                stream_filter: std_cf(),
                string_filter: std_cf(),
                owner_password,
                user_password,
                permissions,
            },
            _ => EncryptionVersion::V5 {
                encrypt_metadata: true,
                crypt_filters: filters(Arc::new(Aes256CryptFilter)),
                file_encryption_key: &key,
                stream_filter: std_cf(),
                string_filter: std_cf(),
                owner_password,
                user_password,
                permissions,
            },
        };
        let state = EncryptionState::try_from(version).expect("a state");
        document.encrypt(&state).expect("encrypts");
        files.push((name, saved(document)));
    }
    files
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
