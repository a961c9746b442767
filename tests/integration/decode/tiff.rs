//! Kinds of TIFF files.

use super::*;

#[test]
fn photometric_interpretation_decides_what_is_black() {
    let strip = vec![0b1010_0000];
    for (photometric, expected) in [(0, [0, 255, 0]), (1, [255, 0, 255])] {
        let raster = first(&tiff(&[Picture::new(3, 1, &[(262, photometric)], strip.clone())])).expect("a sound file");
        assert_eq!(grey(&raster), expected);
    }
}

#[test]
fn group_3_lines_are_read_with_end_of_line_codes_and_without() {
    // White 2, black 3, white 3 after end-of-line codes that are filled up to whole bytes; then plain run lengths.
    let line = [0b0111_1010, 0b0000_0000];
    let group_3 = [&[0x00, 0x01][..], &line, &[0x00, 0x01], &line, &[0x00, 0x01]].concat();
    let expected = [255, 255, 0, 0, 0, 255, 255, 255, 255, 255, 0, 0, 0, 255, 255, 255];
    // 0111 (white 2) 10 (black 3) 1000 (white 3).
    for (compression, options, strip) in [(3, 4, group_3), (2, 0, [line, line].concat())] {
        let fields = [(259, compression), (262, 0), (292, options)];
        let raster = first(&tiff(&[Picture::new(8, 2, &fields, strip)])).expect("a sound file");
        assert_eq!((grey(&raster), raster.damaged), (&expected[..], false), "compression {compression}");
    }
}

#[test]
fn chrominance_is_shared_by_blocks_of_pixels() {
    // Two blocks of 2 x 2: grey, then red; the picture ends in the middle of the second.
    let strip = vec![10, 20, 30, 40, 128, 128, 76, 76, 76, 76, 85, 255];
    let mut picture = Picture::new(3, 2, &[(258, 8), (262, 6), (277, 3)], strip);
    picture.fields.push((530, vec![2, 2]));
    let raster = first(&tiff(&[picture])).expect("a sound file");
    let expected = [10, 10, 10, 20, 20, 20, 254, 0, 0, 30, 30, 30, 40, 40, 40, 254, 0, 0];
    assert_eq!((colors(&raster), raster.damaged), (&expected[..], false));
}

/// libtiff writes the variants, this crate reads them: pixel for pixel the same page.
#[test]
fn every_kind_that_libtiff_writes_is_read() {
    if Command::new("tiffcp").output().is_err() {
        println!("not run: tiffcp is missing");
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let bilevel = written_page(1003, 301);
    let color = RgbImage::from_fn(203, 117, |x, y| Rgb([(x * 5 / 4) as u8, (y * 2) as u8, (x + y) as u8]));
    let sources = [
        (
            "bilevel",
            tiff(&[Picture::new(1003, 301, &[(262, 0), (277, 1)], packed(&bilevel))]),
            bilevel.as_raw().clone(),
        ),
        ("colour", encoded(&DynamicImage::ImageRgb8(color.clone()), ImageFormat::Tiff), color.as_raw().clone()),
    ];
    let shapes: [&[&str]; 7] = [
        &[],
        &["-B"],
        &["-8"],
        &["-r", "17"],
        &["-f", "lsb2msb"],
        &["-t", "-w", "64", "-l", "64"],
        &["-p", "separate", "-t", "-w", "128", "-l", "32", "-B"],
    ];
    for (name, data, expected) in sources {
        let source = folder.path().join(format!("{name}.tif"));
        std::fs::write(&source, data).expect("a temporary file");
        let mut codings = vec!["none", "lzw", "lzw:2", "zip", "zip:2", "packbits"];
        if name == "bilevel" {
            codings = vec!["none", "lzw", "zip", "packbits", "g4", "g3:1d", "g3:2d", "g3:1d:fill", "g3:2d:fill"];
        }
        for coding in codings {
            for shape in shapes.iter().filter(|shape| name == "colour" || !shape.contains(&"separate")) {
                let target = folder.path().join("variant.tif");
                let made = Command::new("tiffcp").args(["-c", coding]).args(*shape).arg(&source).arg(&target).output();
                let made = made.expect("tiffcp runs");
                assert!(made.status.success(), "{coding} {shape:?}: {}", String::from_utf8_lossy(&made.stderr));
                let raster = first(&std::fs::read(&target).expect("what tiffcp wrote"));
                let raster = raster.unwrap_or_else(|reject| panic!("{coding} {shape:?}: {}", reject.message));
                assert!(!raster.damaged, "{name} {coding} {shape:?}");
                assert!(raster.image.as_bytes() == expected, "{name} {coding} {shape:?} differs");
            }
        }
    }
}
