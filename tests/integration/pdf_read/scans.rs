//! Pages that are scans: pixels and streams as they are in the file.

use super::*;

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
