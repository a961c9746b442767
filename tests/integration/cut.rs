//! Pages cut out of shared files: the same pixels, and nothing of anybody else.

use std::sync::Arc;

use image::{DynamicImage, GrayImage, Luma};
use lopdf::{Document, Object, Stream, dictionary};
use muniment::chart::PageNumber;
use muniment::imaging::{self, decode};
use muniment::pdf::cut::cut;
use muniment::pdf::{Limits, read};

use crate::support::born_digital::{OUTSIDE_THE_PAGES, shared_file, unpacked};

const LIMITS: Limits = Limits { max_file_bytes: 64 << 20, max_pages: 1000, max_pixels: 100_000_000 };

fn number(page: u32) -> PageNumber {
    PageNumber::new(page).unwrap()
}

fn drawn(pdf: &[u8], page: u32) -> DynamicImage {
    let file = read::Document::open(Arc::new(pdf.to_vec()), None, &LIMITS).unwrap();
    file.page(number(page), &LIMITS).unwrap().image
}

fn holds(bytes: &[u8], word: &str) -> bool {
    bytes.windows(word.len()).any(|window| window == word.as_bytes())
}

fn another_program_finds_no_fault(pdf: &[u8]) {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), pdf).unwrap();
    match std::process::Command::new("qpdf").arg("--check").arg(file.path()).output() {
        Ok(run) => assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr)),
        Err(_) => eprintln!("not run: qpdf is missing"),
    }
}

#[test]
fn a_cut_draws_its_pages_alike_and_holds_no_other_patients_words() {
    let patients = ["ZZADAMS", "ZZBAKER", "ZZCLARK", "ZZDAVIS"];
    let file = shared_file(&patients);
    // The file itself would give everything away: the search below can find what is there.
    let whole = unpacked(&file);
    assert!(patients.iter().all(|name| holds(&whole, name)) && holds(&whole, OUTSIDE_THE_PAGES));
    for (pages, own) in [(vec![2], vec!["ZZBAKER"]), (vec![4, 1], vec!["ZZADAMS", "ZZDAVIS"])] {
        let numbers: Vec<PageNumber> = pages.iter().map(|page| number(*page)).collect();
        let copy = cut(&file, &numbers).unwrap();
        assert!(!copy.encoded_again);
        another_program_finds_no_fault(&copy.bytes);
        for (index, page) in (1..).zip(&pages) {
            // Not by assert_eq!: millions of pixels say nothing.
            assert!(drawn(&copy.bytes, index) == drawn(&file, *page), "page {page} looks different");
        }
        let bytes = unpacked(&copy.bytes);
        for name in patients {
            assert_eq!(holds(&bytes, name), own.contains(&name), "{name} in the cut of pages {pages:?}");
        }
        assert!(!holds(&bytes, OUTSIDE_THE_PAGES));
        assert!(!holds(&copy.bytes, OUTSIDE_THE_PAGES));
    }
    assert!(cut(&file, &[number(5)]).is_err());
    assert!(cut(b"%PDF-1.4 nothing", &[number(1)]).is_err());
}

#[test]
fn an_image_with_a_shared_dictionary_is_encoded_again_without_it() {
    let picture =
        GrayImage::from_fn(203, 101, |x, y| Luma([if (x * 7 + y * 3) % 11 < 4 || x == 202 { 0 } else { 255 }]));
    let bits: Vec<u8> = picture.pixels().map(|pixel| u8::from(pixel[0] == 0)).collect();
    // The segments of an embedded stream: without the file's header, its end-of-page and end-of-file segments.
    let jbig2 = muniment::pdf::stream_of_file::placed_image(
        &jbig2enc_rust::encode_single_image_lossless(&bits, 203, 101, false).unwrap().page_data,
        number(1),
    );
    let Some(jbig2) = jbig2 else { panic!("the encoder's file cannot be read") };
    let mut file = Document::with_version("1.5");
    let tree = file.new_object_id();
    // A dictionary without shapes, followed by a comment (T.88, 7.4.15.1): what other pages would have left there.
    let mut globals = Vec::new();
    let comment = [&[0x20, 0, 0, 0][..], b"name\0ZZBAKER\0\0"].concat();
    globals.extend([0, 0, 0, 60, 62, 0, 0]);
    globals.extend((comment.len() as u32).to_be_bytes());
    globals.extend(comment);
    let globals = file.add_object(Stream::new(dictionary! {}, globals));
    let image = file.add_object(Stream::new(
        dictionary! {
            "Type" => "XObject", "Subtype" => "Image", "Width" => 203, "Height" => 101, "BitsPerComponent" => 1,
            "ColorSpace" => "DeviceGray", "Filter" => "JBIG2Decode",
            "DecodeParms" => dictionary! { "JBIG2Globals" => globals },
        },
        jbig2.stream.data,
    ));
    let contents = file.add_object(Stream::new(dictionary! {}, b"q 203 0 0 101 0 0 cm /Im0 Do Q".to_vec()));
    let page = file.add_object(dictionary! {
        "Type" => "Page", "Parent" => tree, "Contents" => contents,
        "MediaBox" => vec![0.into(), 0.into(), 203.into(), 101.into()],
        "Resources" => dictionary! { "XObject" => dictionary! { "Im0" => image } },
    });
    file.objects
        .insert(tree, Object::Dictionary(dictionary! { "Type" => "Pages", "Kids" => vec![page.into()], "Count" => 1 }));
    let catalog = file.add_object(dictionary! { "Type" => "Catalog", "Pages" => tree });
    file.trailer.set("Root", catalog);
    let mut bytes = Vec::new();
    file.save_to(&mut bytes).unwrap();

    let copy = cut(&bytes, &[number(1)]).unwrap();
    assert!(copy.encoded_again);
    assert!(drawn(&copy.bytes, 1).to_luma8() == picture, "the pixels differ");
    assert!(drawn(&bytes, 1) == drawn(&copy.bytes, 1), "the pages look different");
    assert!(holds(&bytes, "ZZBAKER") && !holds(&copy.bytes, "ZZBAKER") && !holds(&copy.bytes, "JBIG2Globals"));
}

#[test]
fn tiff_pages_keep_their_strips_and_lose_their_words() {
    let program = crate::support::program::Program::new();
    for container in ["tiff-g4", "tiff-g3", "tiff-lzw", "tiff-jpeg"] {
        let scan = program.charts(container, 1, container, 72).remove(0);
        let file = std::fs::read(scan).unwrap();
        let limits = imaging::Limits { max_file_bytes: 64 << 20, max_pages: 1000, max_pixels: 100_000_000 };
        let pages = [number(3), number(1)];
        let copy = imaging::cut::tiff(&file, &pages).unwrap_or_else(|| panic!("{container} cannot be cut"));
        let info = decode::inspect(&copy, &limits).unwrap();
        assert!(info.pages.len() == 2 && !info.damaged, "{container}");
        for (index, page) in (1..).zip(pages) {
            let original = decode::page(&file, page, &limits).unwrap();
            let copied = decode::page(&copy, number(index), &limits).unwrap();
            assert!(original.image == copied.image, "{container}: page {page} looks different");
            assert_eq!(original.dpi, copied.dpi, "{container}");
        }
    }
    // A description of the file names somebody: it stays behind.
    let mut described = std::io::Cursor::new(Vec::new());
    let mut encoder = tiff::encoder::TiffEncoder::new(&mut described).unwrap();
    for value in [0_u8, 255] {
        let mut image = encoder.new_image::<tiff::encoder::colortype::Gray8>(4, 4).unwrap();
        image.encoder().write_tag(tiff::tags::Tag::ImageDescription, "ZZBAKER").unwrap();
        image.write_data(&[value; 16]).unwrap();
    }
    let described = described.into_inner();
    let copy = imaging::cut::tiff(&described, &[number(2)]).unwrap();
    assert!(holds(&described, "ZZBAKER") && !holds(&copy, "ZZBAKER"));
    assert!(imaging::cut::tiff(&described, &[number(3)]).is_none());
    assert!(imaging::cut::tiff(&described[..40], &[number(1)]).is_none());
}
