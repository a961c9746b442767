//! Page images: what a viewer gets is the page, at every size, tile and turn; kept once, and gone with what was destroyed.

use image::{DynamicImage, GrayImage, Luma};

use super::site::Site;
use crate::support::program::entries_below;

/// A page of 1400 by 1100 with a pattern that tells places apart.
fn pattern() -> GrayImage {
    GrayImage::from_fn(1400, 1100, |x, y| {
        let dark = (x / 100 + y / 100) % 2 == 0;
        Luma([if dark { 40 + (x / 20) as u8 } else { 235 }])
    })
}

/// Serves an instance with one page; returns it with the address of the page's image.
async fn with_page(page: &GrayImage) -> (Site, String) {
    let mut document = String::new();
    let site = Site::open(|clinic| document = clinic.ingest("page.png", &png(page)));
    let seen = site.technician.json(&format!("/api/v1/documents/{document}")).await;
    let image = seen["pages"][0]["image"].as_str().unwrap().to_owned();
    (site, image)
}

fn png(image: &GrayImage) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    DynamicImage::ImageLuma8(image.clone()).write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// Mean difference of two images of the same size.
fn difference(one: &GrayImage, other: &GrayImage) -> f64 {
    assert_eq!(one.dimensions(), other.dimensions());
    let sum: u64 = one.iter().zip(other.iter()).map(|(one, other)| u64::from(one.abs_diff(*other))).sum();
    sum as f64 / one.len() as f64
}

/// The page made smaller as the Image API is served: a mean for each square.
fn reduced(page: &GrayImage, by: u32) -> GrayImage {
    GrayImage::from_fn(page.width().div_ceil(by), page.height().div_ceil(by), |x, y| {
        let (mut sum, mut count) = (0_u32, 0_u32);
        for row in y * by..((y + 1) * by).min(page.height()) {
            for column in x * by..((x + 1) * by).min(page.width()) {
                sum += u32::from(page.get_pixel(column, row).0[0]);
                count += 1;
            }
        }
        Luma([(sum / count) as u8])
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn every_size_and_tile_shows_the_page() {
    let page = pattern();
    let (site, image) = with_page(&page).await;
    let info = site.technician.get(&format!("{image}/info.json")).await;
    assert!(info.header("content-type").contains("http://iiif.io/api/image/3/context.json"));
    let info = info.json();
    assert_eq!((&info["width"], &info["height"], &info["profile"]), (&1400.into(), &1100.into(), &"level0".into()));
    assert_eq!(info["tiles"][0]["width"], 512);
    let mut factors = Vec::new();
    for factor in info["tiles"][0]["scaleFactors"].as_array().unwrap() {
        let by = u32::try_from(factor.as_u64().unwrap()).unwrap();
        factors.push(by);
        let expected = reduced(&page, by);
        let path = format!("{image}/full/{},{}/0/default.jpg", expected.width(), expected.height());
        let whole = site.technician.get(&path).await;
        assert_eq!((whole.status, whole.header("content-type")), (200, "image/jpeg"), "{path}");
        assert!(whole.header("cache-control").starts_with("private"), "{}", whole.header("cache-control"));
        let decoded = image::load_from_memory(&whole.bytes).unwrap();
        assert!(matches!(decoded, DynamicImage::ImageLuma8(_)), "a grey page is grey");
        let off = difference(&decoded.to_luma8(), &expected);
        assert!(off < 3.0, "by {by}: {off}");
        let side = 512 * by;
        for top in (0..1100).step_by(side as usize) {
            for left in (0..1400).step_by(side as usize) {
                let (width, height) = (side.min(1400 - left), side.min(1100 - top));
                let (across, down) = (width.div_ceil(by), height.div_ceil(by));
                let path = format!("{image}/{left},{top},{width},{height}/{across},{down}/0/default.jpg");
                let tile = site.technician.get(&path).await;
                assert_eq!(tile.status, 200, "{path}");
                let tile = image::load_from_memory(&tile.bytes).unwrap().to_luma8();
                let part = image::imageops::crop_imm(&expected, left / by, top / by, across, down).to_image();
                let off = difference(&tile, &part);
                assert!(off < 4.0, "{path}: {off}");
            }
        }
    }
    assert_eq!(factors, [1, 2, 4, 8]);
    for not_listed in ["full/333,/0/default.jpg", "0,0,100,100/100,100/0/default.jpg", "full/max/90/default.jpg"] {
        assert_eq!(site.technician.get(&format!("{image}/{not_listed}")).await.status, 404, "{not_listed}");
    }
    let turned = site.technician.get(&format!("{image}:90/full/max/0/default.jpg")).await;
    let turned = image::load_from_memory(&turned.bytes).unwrap().to_luma8();
    let off = difference(&turned, &image::imageops::rotate90(&page));
    assert!(off < 3.0, "turned: {off}");
    let seen: Vec<String> = site.accesses().into_iter().filter(|line| line.contains("\"page\":1")).collect();
    assert_eq!(seen.len(), 1, "many pieces are one look at a page: {seen:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn pieces_are_made_once_and_kept_privately() {
    let (site, image) = with_page(&pattern()).await;
    let path = format!("{image}/full/max/0/default.jpg");
    let asking = (0..12).map(|_| site.technician.get(&path));
    let answers = futures::future::join_all(asking).await;
    assert!(answers.iter().all(|answer| answer.status == 200 && answer.bytes == answers[0].bytes));
    let folder = site.clinic.program.path("data/images");
    let files: Vec<_> = entries_below(&folder).into_iter().filter(|path| path.is_file()).collect();
    assert_eq!(files.len(), 1, "{files:?}");
    use std::os::unix::fs::PermissionsExt as _;
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&folder), mode(&files[0])), (0o700, 0o600));
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_pdf_files_are_drawn_as_others_draw_them() {
    let site = Site::open(|clinic| {
        let scans = clinic.program.charts("charts", 1, "pdf-ccitt", 150);
        clinic.program.json(&["ingest", scans[0].to_str().unwrap(), "--batch", "pdf"]);
    });
    let found = site.technician.json("/api/v1/search").await;
    let image = found["items"][0]["image"].as_str().unwrap().to_owned();
    let info = site.technician.json(&format!("{image}/info.json")).await;
    let (width, height) = (info["width"].as_u64().unwrap() as u32, info["height"].as_u64().unwrap() as u32);
    let path = format!("{image}/full/{},{}/0/default.jpg", width.div_ceil(4), height.div_ceil(4));
    let whole = site.technician.get(&path);
    let whole = image::load_from_memory(&whole.await.bytes).unwrap().to_luma8();
    let scan = site.clinic.program.path("charts");
    let pdf = crate::support::program::scans(&scan).remove(0);
    let drawn = site.clinic.program.path("drawn");
    let run = std::process::Command::new("pdftoppm")
        .args(["-png", "-gray", "-f", "1", "-l", "1", "-singlefile", "-scale-to-x", &whole.width().to_string()])
        .args(["-scale-to-y", &whole.height().to_string()])
        .args([&pdf, &drawn])
        .status()
        .unwrap();
    assert!(run.success());
    let other = image::open(drawn.with_extension("png")).unwrap().to_luma8();
    // Each thins strokes of a bilevel page in its own way; a quarter of the size shows the same page.
    let small = |page: &image::GrayImage| image::imageops::thumbnail(page, page.width() / 4, page.height() / 4);
    let off = difference(&small(&whole), &small(&other));
    assert!(off < 6.0, "as pdftoppm draws it: {off}");
}
