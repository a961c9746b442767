//! What PDF/A asks for.

use super::*;

#[test]
fn pdfbox_finds_what_parts_1_and_2_share_to_be_sound() {
    let (image, text) = draw(WIDTH, HEIGHT, NOTE);
    let mut jpeg = Vec::new();
    JpegEncoder::new(&mut jpeg).encode_image(&color(&image)).expect("encoded");
    let bits = bilevel(&image);
    let cmyk = ImageStream {
        filter: StreamFilter::Flate,
        size: Size { width: 2, height: 1 },
        bits_per_component: 8,
        color: ColorSpace::Cmyk { inverted: true },
        data: deflate(&[255, 255, 255, 255, 0, 128, 255, 64]),
        decode_inverted: false,
    };
    let upright = QuarterTurns::None;
    let (turned_image, turned) = lay(&image, &text, QuarterTurns::Three);
    let written = write([
        (OutputImage::Placed(placed(&jpeg)), points(&image), upright, Some(&text)),
        (OutputImage::Placed(placed(&gray_jpeg(&image))), points(&image), upright, None),
        (OutputImage::Pixels(bits.clone().into()), points(&image), upright, Some(&text)),
        (OutputImage::Pixels(color(&image).into()), points(&image), upright, Some(&text)),
        (OutputImage::Pixels(turned_image.clone().into()), points(&turned_image), turned.upright, Some(&turned)),
        (OutputImage::Placed(placed(&jbig2_file(&bits))), points(&image), upright, Some(&text)),
        (OutputImage::Stream(cmyk), (100.0, 50.0), upright, None),
    ]);
    written.passes_qpdf();
    written.passes_preflight();
}

#[test]
fn the_rules_of_part_2_hold() {
    let (image, text) = draw(WIDTH, HEIGHT, NOTE);
    let written = write([
        (OutputImage::Placed(placed(&gray_jpeg(&image))), points(&image), QuarterTurns::None, Some(&text)),
        (OutputImage::Pixels(color(&image).into()), points(&image), QuarterTurns::None, Some(&text)),
    ]);
    // 6.1.2: the header, and a comment of at least four bytes above 127.
    assert!(written.bytes.starts_with(b"%PDF-1.7\n%"));
    assert!(written.bytes[10..14].iter().all(|byte| *byte > 127));
    let document = Document::load_mem(&written.bytes).expect("read");
    // 6.1.3: an identifier, no encryption, nothing after the end.
    assert_eq!(document.trailer.get(b"ID").and_then(Object::as_array).expect("an identifier").len(), 2);
    assert!(!document.trailer.has(b"Encrypt"));
    assert!(written.bytes.ends_with(b"%%EOF\n"));
    let catalog = document.catalog().expect("a catalog");
    // 6.6.2: the packet is there, not compressed, claims 2b and agrees with the information dictionary.
    let packet = document.get_object(catalog.get(b"Metadata").and_then(Object::as_reference).expect("a packet"));
    let packet = packet.and_then(Object::as_stream).expect("a stream");
    assert!(!packet.dict.has(b"Filter"));
    let xmp = std::str::from_utf8(&packet.content).expect("UTF-8");
    for part in [
        "<pdfaid:part>2</pdfaid:part>",
        "<pdfaid:conformance>B</pdfaid:conformance>",
        "Document 1 &lt;&amp;&gt; ü",
        "<xmp:CreateDate>2026-11-22T14:37:22+00:00<",
        "<pdf:Producer>Muniment 0.1.0<",
    ] {
        assert!(xmp.contains(part), "{part}");
    }
    // 6.2.3: one output intent with a profile of three components.
    let intents = catalog.get(b"OutputIntents").and_then(Object::as_array).expect("intents");
    let intent = document.get_dictionary(intents[0].as_reference().expect("a reference")).expect("an intent");
    let profile = intent.get(b"DestOutputProfile").and_then(Object::as_reference).expect("a profile");
    let profile = document.get_object(profile).and_then(Object::as_stream).expect("a stream");
    assert_eq!(profile.dict.get(b"N").and_then(Object::as_i64).expect("a number"), 3);
    assert_eq!(&profile.decompressed_content().expect("inflated")[36..40], b"acsp");
    let mut fonts = 0;
    for object in document.objects.values() {
        let dictionary = match object {
            Object::Stream(stream) => {
                // 6.1.7: no LZW, no external data.
                assert!(stream.filters().unwrap_or_default().iter().all(|filter| *filter != b"LZWDecode"));
                assert!(!stream.dict.has(b"F"));
                &stream.dict
            }
            Object::Dictionary(dictionary) => dictionary,
            _ => continue,
        };
        // 6.2.5, 6.2.8, 6.2.10: no transfer functions, alternates, smoothing or transparency.
        for key in ["TR", "TR2", "Alternates", "OPI", "SMask", "BM", "CA", "ca", "Interpolate", "Group", "AA", "JS"] {
            assert!(!dictionary.has(key.as_bytes()), "{key}");
        }
        if dictionary.get(b"Subtype").and_then(Object::as_name).is_ok_and(|name| name == b"CIDFontType2") {
            fonts += 1;
            check_font(&document, dictionary);
        }
    }
    assert_eq!(fonts, 1);
}

/// 6.2.11: an embedded program, a map of codes to glyphs that never names glyph 0, and no CIDSet that could be wrong.
fn check_font(document: &Document, font: &Dictionary) {
    let stream = |dictionary: &Dictionary, key: &[u8]| {
        let id = dictionary.get(key).and_then(Object::as_reference).expect("a reference");
        document.get_object(id).and_then(Object::as_stream).expect("a stream").decompressed_content().expect("inflated")
    };
    let map = stream(font, b"CIDToGIDMap");
    assert!(map.len() > 4 && map[2..].chunks(2).all(|glyph| glyph == [0, 1]));
    let descriptor = font.get(b"FontDescriptor").and_then(Object::as_reference).expect("a reference");
    let descriptor = document.get_dictionary(descriptor).expect("a descriptor");
    assert!(!descriptor.has(b"CIDSet"));
    let program = stream(descriptor, b"FontFile2");
    let program = ab_glyph::FontRef::try_from_slice(&program).expect("a font");
    let width = ab_glyph::Font::h_advance_unscaled(&program, ab_glyph::GlyphId(1));
    assert_eq!(font.get(b"DW").and_then(Object::as_i64).expect("a width"), width as i64);
}
