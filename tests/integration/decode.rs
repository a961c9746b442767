//! Raster files to pages: every format, limits, damage.

use std::io::{Cursor, Write};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use image::codecs::jpeg::JpegEncoder;
use image::metadata::Orientation;
use image::{DynamicImage, GrayImage, ImageEncoder, ImageFormat, Luma, Rgb, RgbImage};
use muniment::chart::{PageNumber, Reject, RejectReason, Size};
use muniment::imaging::decode::{Format, inspect, page, sniff};
use muniment::imaging::{Limits, Raster};
use proptest::prelude::*;

mod damage;
mod jpeg2000;
mod tiff;

/// One directory of a TIFF file made for a test.
#[derive(Clone)]
struct Picture {
    width: u32,
    height: u32,
    /// Tag and value of further or replaced fields, all of type LONG (one value) or SHORT arrays.
    fields: Vec<(u16, Vec<u32>)>,
    strips: Vec<Vec<u8>>,
}

impl Picture {
    fn new(width: u32, height: u32, fields: &[(u16, u32)], strip: Vec<u8>) -> Self {
        let fields = fields.iter().map(|(tag, value)| (*tag, vec![*value])).collect();
        Self { width, height, fields, strips: vec![strip] }
    }
}

/// Writes a TIFF file: classic or BigTIFF, either byte order. `last` is where the last directory points to.
fn tiff_file(pictures: &[Picture], big_endian: bool, big_tiff: bool, last: u64) -> Vec<u8> {
    let short = |value: u16| if big_endian { value.to_be_bytes() } else { value.to_le_bytes() };
    let long = |value: u32| if big_endian { value.to_be_bytes() } else { value.to_le_bytes() };
    let word = |value: u64| match (big_tiff, big_endian) {
        (true, true) => value.to_be_bytes().to_vec(),
        (true, false) => value.to_le_bytes().to_vec(),
        _ => long(value as u32).to_vec(),
    };
    let mut file = if big_endian { b"MM".to_vec() } else { b"II".to_vec() };
    file.extend(short(if big_tiff { 43 } else { 42 }));
    if big_tiff {
        file.extend(short(8));
        file.extend(short(0));
    }
    let mut link = file.len();
    file.extend(word(0));
    for picture in pictures {
        let offsets: Vec<u32> = picture
            .strips
            .iter()
            .map(|strip| {
                let offset = file.len() as u32;
                file.extend(strip);
                offset
            })
            .collect();
        let lengths = picture.strips.iter().map(|strip| strip.len() as u32).collect();
        let mut fields = picture.fields.clone();
        for (tag, values) in [(256, vec![picture.width]), (257, vec![picture.height]), (273, offsets), (279, lengths)] {
            if fields.iter().all(|field| field.0 != tag) {
                fields.push((tag, values));
            }
        }
        fields.sort_by_key(|field| field.0);
        let mut entries = Vec::new();
        for (tag, values) in &fields {
            let mut bytes: Vec<u8> = values.iter().flat_map(|value| long(*value)).collect();
            let inline = if big_tiff { 8 } else { 4 };
            if bytes.len() > inline {
                let at = file.len() as u64;
                file.extend(&bytes);
                bytes = word(at);
            }
            bytes.resize(inline, 0);
            entries.extend(short(*tag));
            entries.extend(short(4));
            entries.extend(word(values.len() as u64));
            entries.extend(bytes);
        }
        let position = word(file.len() as u64);
        file[link..link + position.len()].copy_from_slice(&position);
        if big_tiff {
            file.extend(word(fields.len() as u64));
        } else {
            file.extend(short(fields.len() as u16));
        }
        file.extend(entries);
        link = file.len();
        file.extend(word(last));
    }
    file
}

fn tiff(pictures: &[Picture]) -> Vec<u8> {
    tiff_file(pictures, false, false, 0)
}

fn first(data: &[u8]) -> Result<Raster, Reject> {
    page(data, PageNumber::FIRST, &Limits::default())
}

fn grey(raster: &Raster) -> &[u8] {
    raster.image.as_luma8().expect("a grey image").as_raw()
}

fn colors(raster: &Raster) -> &[u8] {
    raster.image.as_rgb8().expect("a colour image").as_raw()
}

/// A page with some structure in it: lines of words, as a bilevel image.
fn written_page(width: u32, height: u32) -> GrayImage {
    GrayImage::from_fn(width, height, |x, y| {
        let ink = y % 12 < 7 && (x * 7 + y / 12 * 13) % 11 < 5 && x % 31 > 4 && (x / 31 + y / 12) % 5 != 0;
        Luma([if ink { 0 } else { 255 }])
    })
}

fn packed(image: &GrayImage) -> Vec<u8> {
    let bits =
        |pixels: &[u8]| pixels.iter().enumerate().fold(0, |byte, (at, pixel)| byte | u8::from(*pixel == 0) << (7 - at));
    image
        .rows()
        .flat_map(|row| {
            let row: Vec<u8> = row.map(|pixel| pixel.0[0]).collect();
            row.chunks(8).map(bits).collect::<Vec<_>>()
        })
        .collect()
}

fn group_4(image: &GrayImage) -> Vec<u8> {
    let mut encoder = fax::encoder::Encoder::new(fax::VecWriter::new());
    for row in image.rows() {
        let pels = row.map(|pixel| if pixel.0[0] == 0 { fax::Color::Black } else { fax::Color::White });
        encoder.encode_line(pels, image.width()).expect("memory does not fail");
    }
    encoder.finish().expect("memory does not fail").finish()
}

fn deflated(data: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(data).expect("memory does not fail");
    encoder.finish().expect("memory does not fail")
}

fn encoded(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).expect("memory does not fail");
    bytes.into_inner()
}

fn jpeg_2000() -> Vec<u8> {
    let hex: String = JPEG_2000.concat();
    (0..hex.len() / 2).map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).expect("hexadecimal digits")).collect()
}

fn jbig2(image: &GrayImage) -> Vec<u8> {
    let bits: Vec<u8> = image.iter().map(|pixel| u8::from(*pixel == 0)).collect();
    jbig2enc_rust::encode_single_image_lossless(&bits, image.width(), image.height(), false)
        .expect("sound input")
        .page_data
}

/// One small file of each format and of the kinds of TIFF that have code of their own.
fn small_files() -> Vec<(&'static str, Vec<u8>)> {
    let bilevel = written_page(37, 26);
    let grey = DynamicImage::ImageLuma8(GrayImage::from_fn(19, 14, |x, y| Luma([(x * 13 + y * 7) as u8])));
    let color =
        DynamicImage::ImageRgb8(RgbImage::from_fn(17, 15, |x, y| Rgb([(x * 15) as u8, (y * 17) as u8, (x * y) as u8])));
    let g4 = Picture::new(37, 26, &[(259, 4), (262, 0)], group_4(&bilevel));
    let rgb =
        |compression, strip| Picture::new(17, 15, &[(258, 8), (259, compression), (262, 2), (277, 3), (317, 1)], strip);
    let mut palette = Picture::new(4, 2, &[(258, 4), (262, 3)], vec![0x01, 0x23, 0x32, 0x10]);
    palette.fields.push((320, (0..48).map(|value| value * 1300).collect()));
    let jpeg = encoded(&color, ImageFormat::Jpeg);
    vec![
        ("G4", tiff(&[g4.clone(), g4.clone()])),
        ("BigTIFF", tiff_file(&[g4], true, true, 0)),
        ("RGB", tiff(&[rgb(1, color.as_bytes().to_vec())])),
        ("Deflate", tiff_file(&[rgb(8, deflated(color.as_bytes()))], true, false, 0)),
        ("palette", tiff(&[palette])),
        ("JPEG in TIFF", tiff(&[Picture::new(17, 15, &[(258, 8), (259, 7), (262, 6), (277, 3)], jpeg.clone())])),
        ("TIFF by its crate", encoded(&grey, ImageFormat::Tiff)),
        ("JPEG", jpeg),
        ("PNG", encoded(&grey, ImageFormat::Png)),
        ("WebP", encoded(&color, ImageFormat::WebP)),
        ("BMP", encoded(&color, ImageFormat::Bmp)),
        ("GIF", encoded(&color, ImageFormat::Gif)),
        ("JPEG 2000", jpeg_2000()),
        ("JBIG2", jbig2(&bilevel)),
    ]
}

#[test]
fn every_format_is_recognised_listed_and_decoded() {
    let formats = [
        Format::Tiff,
        Format::Tiff,
        Format::Tiff,
        Format::Tiff,
        Format::Tiff,
        Format::Tiff,
        Format::Tiff,
        Format::Jpeg,
        Format::Png,
        Format::WebP,
        Format::Bmp,
        Format::Gif,
        Format::Jpeg2000,
        Format::Jbig2,
    ];
    for ((name, data), format) in small_files().into_iter().zip(formats) {
        assert_eq!(sniff(&data), Some(format), "{name}");
        let info = inspect(&data, &Limits::default()).unwrap_or_else(|reject| panic!("{name}: {}", reject.message));
        assert!(!info.damaged, "{name}");
        for (index, listed) in info.pages.iter().enumerate() {
            let raster = page(&data, PageNumber::from_index(index as u32), &Limits::default());
            let raster = raster.unwrap_or_else(|reject| panic!("{name}: {}", reject.message));
            assert_eq!(raster.size(), listed.size, "{name}");
            assert_eq!(raster.dpi, listed.dpi, "{name}");
            assert!(!raster.damaged, "{name}");
        }
        let beyond = PageNumber::from_index(info.pages.len() as u32);
        let reject = page(&data, beyond, &Limits::default()).expect_err(name);
        assert_eq!((reject.reason, reject.page), (RejectReason::NoPages, Some(beyond)), "{name}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn files_with_several_faults_give_an_answer(
        which in 0usize..14,
        faults in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let (_, mut data) = small_files().swap_remove(which);
        for (at, value) in faults {
            let at = at.index(data.len());
            data[at] = value;
        }
        let limits = Limits { max_pixels: 1 << 20, max_pages: 10, ..Limits::default() };
        if let Ok(raster) = page(&data, PageNumber::FIRST, &limits) {
            prop_assert!(raster.size().pixels() <= limits.max_pixels);
        }
    }

    #[test]
    fn bilevel_pages_of_any_size_survive_group_4(width in 1u32..300, height in 1u32..40, seed in any::<u32>()) {
        let image = GrayImage::from_fn(width, height, |x, y| {
            let noise = (x / 3).wrapping_mul(2_654_435_761) ^ (y / 2).wrapping_mul(40_503) ^ seed;
            Luma([if noise.count_ones() % 3 == 0 { 0 } else { 255 }])
        });
        let mut strip = group_4(&image);
        let data = tiff(&[Picture::new(width, height, &[(259, 4), (262, 0)], strip.clone())]);
        let raster = first(&data).expect("a sound file");
        prop_assert!(raster.bilevel && !raster.damaged);
        prop_assert_eq!(grey(&raster), image.as_raw().as_slice());
        strip.iter_mut().for_each(|byte| *byte = byte.reverse_bits());
        let reversed = tiff(&[Picture::new(width, height, &[(259, 4), (262, 0), (266, 2)], strip)]);
        let raster = first(&reversed).expect("a sound file");
        prop_assert_eq!(grey(&raster), image.as_raw().as_slice());
    }
}

#[test]
fn orientation_turns_the_page_its_size_and_its_resolution() {
    let picture = Picture::new(2, 1, &[(258, 8), (262, 1), (274, 6)], vec![10, 20]);
    let data = tiff(&[picture]);
    let size = Size { width: 1, height: 2 };
    assert_eq!(inspect(&data, &Limits::default()).expect("a sound file").pages[0].size, size);
    assert_eq!(grey(&first(&data).expect("a sound file")), [10, 20]);

    let image = RgbImage::from_fn(16, 8, |x, _| if x < 8 { Rgb([0, 0, 0]) } else { Rgb([255, 255, 255]) });
    let mut bytes = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut bytes, 100);
    // EXIF data with the orientation alone: rotate by 90 degrees clockwise.
    let exif = [b"MM\0\x2a\0\0\0\x08\0\x01".as_slice(), &[1, 18, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0], &[0; 4]].concat();
    assert_eq!(Orientation::from_exif_chunk(&exif), Some(Orientation::Rotate90));
    encoder.set_exif_metadata(exif).expect("JPEG holds EXIF data");
    encoder.encode_image(&image).expect("memory does not fail");
    let raster = first(&bytes).expect("a sound file");
    assert_eq!(raster.size(), Size { width: 8, height: 16 });
    let pixels = colors(&raster);
    assert!(pixels[0] < 40 && pixels[pixels.len() - 1] > 215, "the left half is on top now");
    assert_eq!(inspect(&bytes, &Limits::default()).expect("a sound file").pages[0].size, raster.size());
}

#[test]
fn ink_alpha_palette_and_odd_depths_become_light() {
    let mut ink = Picture::new(2, 1, &[(262, 5), (277, 4)], vec![0, 0, 0, 255, 255, 0, 0, 0]);
    ink.fields.push((258, vec![8; 4]));
    assert_eq!(colors(&first(&tiff(&[ink])).expect("a sound file")), [0, 0, 0, 0, 255, 255]);

    let mut alpha = Picture::new(2, 1, &[(262, 2), (277, 4), (338, 2)], vec![9, 8, 7, 255, 1, 2, 3, 0]);
    alpha.fields.push((258, vec![8; 4]));
    assert_eq!(colors(&first(&tiff(&[alpha])).expect("a sound file")), [9, 8, 7, 255, 255, 255]);

    let mut palette = Picture::new(2, 1, &[(258, 1), (262, 3)], vec![0b0100_0000]);
    palette.fields.push((320, vec![0xFFFF, 0x8000, 0, 0, 0, 0]));
    let raster = first(&tiff(&[palette])).expect("a sound file");
    assert_eq!((colors(&raster), raster.bilevel), (&[255, 0, 0, 128, 0, 0][..], false));

    let twelve = Picture::new(2, 1, &[(258, 12), (262, 1)], vec![0xFF, 0xF8, 0x00]);
    assert_eq!(grey(&first(&tiff(&[twelve])).expect("a sound file")), [255, 128]);
}

/// A grey picture of 12 x 9 pixels.
const JPEG_2000: &[&str] = &[
    "0000000c6a5020200d0a870a00000014667479706a703220000000006a7032200000002d6a70326800000016696864720000",
    "00090000000c0001070700000000000f636f6c7201000000000011000001106a703263ff4fff51002900000000000c000000",
    "0900000000000000000000000c0000000900000000000000000001070101ff52000c00000001000304040001ff5c000d4040",
    "484850484850484850ff640025000143726561746564206279204f70656e4a5045472076657273696f6e20322e352e30ff90",
    "000a0000000000950001ff93cfb414076d896bf5c7da0700e850fb40800a9167057f06efc7da151f683c3ed07014a4e46797",
    "5579eed955109da9524885ed0c1ba49965303ac3ea1a87d42b07d42c26e6e6fa2ccd430435c7733d241b6e0a2e82e7c3ff6b",
    "d720943f174bca0d5cb4bb9cf6863c673e7d9af05d99357cb31fb4bd322f2ff18cb7e747c5b74358f233d08d4ac81fffd9",
];
