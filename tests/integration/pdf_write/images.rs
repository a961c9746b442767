//! The images of a written file: passed through, or packed without loss.

use super::*;

#[test]
fn encoded_images_go_through_byte_for_byte() {
    let (image, text) = draw(WIDTH, HEIGHT, NOTE);
    let jpeg = gray_jpeg(&image);
    let bits = bilevel(&image);
    let fax = pack(&bits.clone().into());
    let jbig2 = jbig2_file(&bits);
    let written = write([
        (OutputImage::Placed(placed(&jpeg)), points(&image), QuarterTurns::None, Some(&text)),
        (OutputImage::Stream(fax.clone()), points(&image), QuarterTurns::None, Some(&text)),
        (OutputImage::Placed(placed(&jbig2)), points(&image), QuarterTurns::None, Some(&text)),
    ]);
    written.passes_qpdf();
    let inside = placed(&jbig2).stream.data;
    assert!(jbig2.windows(inside.len()).any(|part| part == inside), "the segments stand in the file as they are");
    let Some(images) = written.images("-all") else { return };
    let expected = [("jpg", &jpeg), ("ccitt", &fax.data), ("jb2e", &inside)];
    for ((ending, data), (expected_ending, expected)) in images.iter().filter(|(e, _)| e != "params").zip(expected) {
        assert_eq!(ending, expected_ending);
        assert_eq!(data, expected, "{ending}");
    }
    let inputs = jpeg.len() + fax.data.len() + jbig2.len();
    let overhead = written.bytes.len() - inputs;
    assert!(overhead < 12_000, "the text of three pages, fonts and profiles take {overhead} bytes");
}

/// No encoder is at hand; what the bytes mean is not looked into when they are written.
#[test]
fn jpeg_2000_goes_through_byte_for_byte_and_speaks_for_its_own_depth() {
    let stream = ImageStream {
        filter: StreamFilter::Jpx,
        size: Size { width: 30, height: 20 },
        bits_per_component: 8,
        color: ColorSpace::Rgb,
        data: (0..=255).collect(),
        decode_inverted: false,
    };
    let data = stream.data.clone();
    let written = write([(OutputImage::Stream(stream), (30.0, 20.0), QuarterTurns::None, None)]);
    let document = Document::load_mem(&written.bytes).expect("read");
    let image = document
        .objects
        .values()
        .filter_map(|object| object.as_stream().ok())
        .find(|stream| stream.filters().is_ok_and(|filters| filters == [b"JPXDecode"]))
        .expect("an image");
    assert_eq!(image.content, data);
    assert!(!image.dict.has(b"BitsPerComponent"));
}

#[test]
fn what_is_shown_is_what_was_given() {
    let (image, text) = draw(WIDTH, HEIGHT, NOTE);
    let bits = bilevel(&image);
    for (name, page, expected) in [
        ("gray", OutputImage::Pixels(image.clone().into()), &image),
        ("gray as colour", OutputImage::Pixels(DynamicImage::from(image.clone()).to_rgb8().into()), &image),
        ("fax", OutputImage::Pixels(bits.clone().into()), &bits),
        ("jbig2", OutputImage::Placed(placed(&jbig2_file(&bits))), &bits),
    ] {
        let written = write([(page, points(&image), QuarterTurns::None, Some(&text))]);
        if let Some(images) = written.images("-png") {
            let inside = image::load_from_memory(&images[0].1).expect("an image").to_luma8();
            assert!(inside == *expected, "{name}");
        }
        if let Some(shown) = written.shown(DPI) {
            assert_looks_like(&shown, expected, name);
        }
    }
}

/// Poppler resamples an image even where one pixel is one pixel, so edges may differ a little; misplaced or inverted
/// pages differ in far more.
fn assert_looks_like(shown: &GrayImage, expected: &GrayImage, name: &str) {
    assert_eq!(shown.dimensions(), expected.dimensions(), "{name}");
    let differing = shown.pixels().zip(expected.pixels()).filter(|(a, b)| a.0[0].abs_diff(b.0[0]) > 96).count();
    assert!(differing * 100 < expected.len(), "{name}: {differing} of {} pixels differ", expected.len());
}

#[test]
fn colour_pixels_come_back_exactly() {
    let (image, _) = draw(WIDTH, HEIGHT, NOTE);
    let image = color(&image);
    let size = (WIDTH as f32 * 72.0 / DPI, HEIGHT as f32 * 72.0 / DPI);
    let written = write([(OutputImage::Pixels(image.clone().into()), size, QuarterTurns::None, None)]);
    let Some(images) = written.images("-all") else { return };
    assert_eq!(images[0].0, "png");
    assert!(image::load_from_memory(&images[0].1).expect("an image").to_rgb8() == image);
}

#[test]
fn every_exif_orientation_is_shown_as_a_viewer_shows_it() {
    let (mut image, _) = draw(800, 500, &[(120, 60.0, "This way up")]);
    // A dark corner, so that every wrong way is far off.
    for (x, y) in (0..300).flat_map(|x| (0..100).map(move |y| (x, y))) {
        image.put_pixel(x, y, Luma([40]));
    }
    for value in 1..=8 {
        let orientation = image::metadata::Orientation::from_exif(value).expect("known");
        let stream = pack(&image.clone().into());
        let placed = PlacedImage { stream, orientation };
        let mut expected = DynamicImage::from(image.clone());
        expected.apply_orientation(orientation);
        let Size { width, height } = placed.shown_size();
        assert_eq!((width, height), (expected.width(), expected.height()));
        let size = (width as f32 * 72.0 / DPI, height as f32 * 72.0 / DPI);
        let written = write([(OutputImage::Placed(placed), size, QuarterTurns::None, None)]);
        let Some(shown) = written.shown(DPI) else { return };
        assert_looks_like(&shown, &expected.to_luma8(), &format!("orientation {value}"));
    }
}
