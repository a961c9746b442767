//! Limits, damage, and formats that are not read.

use super::*;

/// Runs every file through both functions and counts the faults of our own code; those of libraries are contained.
#[test]
fn every_cut_and_every_changed_byte_gives_an_answer() {
    static FAULTS: AtomicUsize = AtomicUsize::new(0);
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if info.location().is_some_and(|location| location.file().contains("src/imaging")) {
            FAULTS.fetch_add(1, Ordering::SeqCst);
        }
        before(info);
    }));
    let limits = Limits { max_pixels: 1 << 20, max_pages: 10, ..Limits::default() };
    let read = |data: &[u8]| {
        let pages = inspect(data, &limits).map_or(1, |info| info.pages.len());
        for index in 0..pages.max(1) {
            if let Ok(raster) = page(data, PageNumber::from_index(index as u32), &limits) {
                assert!(raster.size().pixels() <= limits.max_pixels);
            }
        }
    };
    for (_, data) in small_files() {
        for length in 0..data.len() {
            read(&data[..length]);
        }
        let mut changed = data.clone();
        for at in 0..data.len() {
            for value in [data[at] ^ 0xFF, data[at] ^ 1, 0] {
                changed[at] = value;
                read(&changed);
            }
            changed[at] = data[at];
        }
    }
    assert_eq!(FAULTS.load(Ordering::SeqCst), 0);
}

#[test]
fn limits_are_checked_before_anything_is_allocated() {
    let huge = tiff(&[Picture::new(0x4000_0000, 0x4000_0000, &[(259, 4)], vec![0])]);
    let reject = first(&huge).expect_err("too many pixels");
    assert_eq!(reject.reason, RejectReason::TooManyPixels);
    assert!(reject.message.contains("150000000"), "{}", reject.message);

    let small = Picture::new(1, 1, &[], vec![0]);
    let many = tiff(&vec![small; 12]);
    let limits = Limits { max_pages: 10, ..Limits::default() };
    assert_eq!(inspect(&many, &limits).expect_err("too many pages").reason, RejectReason::TooManyPages);
    let limits = Limits { max_file_bytes: 10, ..Limits::default() };
    assert_eq!(inspect(&many, &limits).expect_err("too large").reason, RejectReason::FileTooLarge);
    assert_eq!(inspect(&[], &limits).expect_err("empty").reason, RejectReason::Empty);
}

#[test]
fn a_chain_of_directories_that_runs_in_a_circle_ends() {
    let mut data = tiff_file(&[Picture::new(8, 1, &[(262, 0)], vec![0x55])], false, false, 0);
    let start = data[4..8].to_vec();
    let end = data.len() - 4;
    data[end..].copy_from_slice(&start);
    let info = inspect(&data, &Limits::default()).expect("one page is sound");
    assert_eq!((info.pages.len(), info.damaged), (1, true));
    assert!(first(&data).is_ok());
}

#[test]
fn what_a_cut_file_still_has_is_kept_and_nothing_is_not_a_page() {
    let image = written_page(400, 300);
    let rows = packed(&image);
    let strips: Vec<Vec<u8>> = rows.chunks(50 * 10).map(<[u8]>::to_vec).collect();
    let picture = Picture { strips, ..Picture::new(400, 300, &[(262, 0), (278, 10)], Vec::new()) };
    let mut data = tiff(&[picture]);
    // The second half of the strips points behind the end of the file.
    let strip_offset = 8u32;
    for index in 15..30u32 {
        let offset = (strip_offset + index * 500).to_le_bytes();
        let at = data.windows(4).rposition(|window| window == offset).expect("the offset is in the table");
        data[at..at + 4].copy_from_slice(&0x7FFF_FFFFu32.to_le_bytes());
    }
    let raster = first(&data).expect("half a page is a page");
    assert!(raster.damaged && raster.bilevel);
    assert_eq!(grey(&raster)[..400 * 150], image.as_raw()[..400 * 150]);
    assert!(grey(&raster)[400 * 150..].iter().all(|pixel| *pixel == 255));

    let nothing = tiff(&[Picture::new(400, 300, &[(259, 8), (262, 0)], b"not deflated".to_vec())]);
    let reject = first(&nothing).expect_err("nothing is left");
    assert_eq!((reject.reason, reject.page), (RejectReason::Damaged, Some(PageNumber::FIRST)));
    assert!(reject.message.contains("TIFF"), "{}", reject.message);
}

#[test]
fn a_blank_sheet_with_a_damaged_end_is_still_a_page() {
    let blank = GrayImage::from_pixel(64, 64, Luma([255]));
    let strip = group_4(&blank);
    let data = tiff(&[Picture::new(64, 80, &[(259, 4), (262, 0)], strip)]);
    let raster = first(&data).expect("64 of 80 rows are there");
    assert!(raster.damaged && grey(&raster).iter().all(|pixel| *pixel == 255));

    let wrapped = jpeg_2000();
    let padded = [wrapped.as_slice(), b"@"].concat();
    assert!(!first(&padded).expect("the picture is whole").damaged);
    assert!(first(&wrapped[..wrapped.len() - 30]).is_ok_and(|raster| raster.damaged));
}

#[test]
fn a_cut_photograph_is_marked_as_damaged() {
    let image = RgbImage::from_fn(256, 256, |x, y| Rgb([x as u8, y as u8, (x ^ y) as u8]));
    let data = encoded(&DynamicImage::ImageRgb8(image.clone()), ImageFormat::Jpeg);
    assert!(!first(&data).expect("a sound file").damaged);
    let cut = first(&data[..data.len() * 2 / 3]).expect("most of the page is left");
    assert!(cut.damaged);
    let near = |at: usize| colors(&cut)[at].abs_diff(image.as_raw()[at]) < 40;
    assert!((0..256 * 3 * 64).step_by(97).all(near), "the rows before the cut are right");

    let bitmap = encoded(&DynamicImage::ImageRgb8(image), ImageFormat::Bmp);
    assert!(first(&bitmap[..bitmap.len() / 2]).expect("half of the page is left").damaged);
}

#[test]
fn formats_that_are_not_read_are_named() {
    for (data, name) in [
        (&b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"[..], "HEIC"),
        (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1........", "Office"),
        (b"PK\x03\x04....word/document.xml", "Word"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        (b"Dear colleague, thank you for your letter.", "text"),
        (b"%PDF-1.7\n", "PDF"),
    ] {
        let reject = inspect(data, &Limits::default()).expect_err(name);
        assert_eq!(reject.reason, RejectReason::UnsupportedFormat);
        assert!(reject.message.contains(name), "{}", reject.message);
    }
}
