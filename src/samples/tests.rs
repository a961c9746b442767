//! Tests of whole sets: equal seeds give equal bytes, and labels agree with what is on the pages.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use clap::ValueEnum as _;
use image::{GrayImage, imageops};

use super::*;
use crate::chart::{Digest, QuarterTurns};

fn set(options: &Options) -> (tempfile::TempDir, Summary) {
    let folder = tempfile::tempdir().unwrap();
    let summary = generate(options, folder.path()).unwrap();
    (folder, summary)
}

fn manifest(folder: &Path) -> Manifest {
    serde_json::from_slice(&fs::read(folder.join("manifest.json")).unwrap()).unwrap()
}

fn labels(folder: &Path) -> Vec<FileTruth> {
    let files = manifest(folder).files;
    let name = |file: &ManifestFile| Path::new(&file.name).with_extension("truth.json");
    files.iter().map(|file| serde_json::from_slice(&fs::read(folder.join(name(file))).unwrap()).unwrap()).collect()
}

/// Computes one digest of all names and contents of a folder.
fn digest_of(folder: &Path) -> Digest {
    let names: BTreeSet<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    let mut all = Vec::new();
    for name in names {
        all.extend(name.to_str().unwrap().bytes());
        all.extend(Digest::of(&fs::read(folder.join(name)).unwrap()).as_bytes());
    }
    Digest::of(&all)
}

/// When this fails after a change of words, layout or wear, or of an encoder's version: look at the pages, then put the new
/// digest here and generate samples/ anew. When it fails without such a change, the generator is not deterministic.
#[test]
fn equal_seeds_give_equal_bytes_on_every_machine() {
    let options = Options { charts: 9, seed: 20, degrade: Profile::Mixed, dpi: 72, containers: Container::Mixed };
    let (first, summary) = set(&options);
    let (second, _) = set(&options);
    assert_eq!(digest_of(first.path()), digest_of(second.path()));
    assert_eq!(digest_of(first.path()).to_string(), "ce28bf939fd9b7f473e550cf09d21edf1c60bf308318330c3aa3cd51b4225e69");
    let kinds: BTreeSet<_> = manifest(first.path()).files.iter().map(|file| file.container).collect();
    assert_eq!(kinds.len(), Container::SINGLE.len());
    let (other, _) = set(&Options { seed: 21, ..options });
    assert_ne!(digest_of(first.path()), digest_of(other.path()));
    assert_eq!(summary, manifest(first.path()).summary);
}

/// The committed samples are what the generator gives; their README says with which options.
#[test]
fn the_committed_samples_are_up_to_date() {
    let office = Options { charts: 1, seed: 1, degrade: Profile::Office, dpi: 200, containers: Container::TiffG4 };
    let fax = Options { charts: 1, seed: 2, degrade: Profile::Fax, dpi: 200, containers: Container::PdfJbig2 };
    for (name, options) in [("office", office), ("fax", fax)] {
        let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples").join(name);
        assert_eq!(digest_of(&committed), digest_of(set(&options).0.path()), "{name}");
    }
}

#[test]
fn the_first_charts_of_a_larger_set_are_the_same() {
    let options = Options { charts: 2, seed: 4, degrade: Profile::Office, dpi: 72, containers: Container::TiffG4 };
    let (few, _) = set(&options);
    let (more, _) = set(&Options { charts: 3, ..options });
    assert_eq!(manifest(few.path()).files[..], manifest(more.path()).files[..2]);
}

#[test]
fn the_first_chart_has_everything_that_must_be_noticed() {
    for seed in 0..4 {
        let (folder, summary) =
            set(&Options { charts: 1, seed, degrade: Profile::Clean, dpi: 72, containers: Container::PdfCcitt });
        let file = labels(folder.path()).remove(0);
        let kinds: BTreeSet<_> = file.pages.iter().map(|page| page.document.kind).collect();
        assert_eq!(kinds.len(), DocumentKind::ALL.len());
        assert!(summary.blank >= 1 && summary.turned == 1 && summary.foreign == 1, "{summary:?}");
        assert_eq!(file.pages.iter().filter(|page| page.upside_down).count(), 1);
        for page in &file.pages {
            assert_eq!(page.blank, page.words.is_empty());
            let other = page.foreign_patient.as_ref();
            assert!(other != Some(&file.patient));
            let owner = other.unwrap_or(&file.patient);
            assert!(page.blank || page.plain().contains(&owner.record_number));
            assert!(other.is_none() || !page.plain().contains(&file.patient.record_number));
        }
    }
}

#[test]
fn texts_boxes_and_pixels_agree_under_every_wear() {
    for &profile in Profile::value_variants() {
        let options = Options { charts: 1, seed: 6, degrade: profile, dpi: 110, containers: Container::Png };
        let (folder, summary) = set(&options);
        let mut words = 0;
        for file in labels(folder.path()) {
            let image = image::load_from_memory(&fs::read(folder.path().join(&file.file)).unwrap()).unwrap().to_luma8();
            let page = &file.pages[0];
            assert_eq!(image.dimensions(), (page.width, page.height));
            let text = fs::read_to_string(folder.path().join(Path::new(&file.file).with_extension("gt.txt"))).unwrap();
            assert!(text.split_whitespace().eq(page.words.iter().map(|word| word.text.as_str())));
            assert_eq!(page.blank, page.words.is_empty());
            assert_eq!(page.upside_down, page.upright == QuarterTurns::Two);
            words += page.words.len() as u64;
            let paper = i32::from(median(&image));
            for word in &page.words {
                let rect = word.rect;
                assert!(
                    !rect.is_empty() && rect.right() <= page.width && rect.bottom() <= page.height,
                    "{profile:?} {word:?}"
                );
                let inside = imageops::crop_imm(&image, rect.left, rect.top, rect.width, rect.height).to_image();
                let darkest = inside.iter().copied().min().map_or(255, i32::from);
                assert!(paper - darkest > 25, "{profile:?} {}: no ink in {word:?}: {darkest} on {paper}", file.file);
                if matches!(profile, Profile::Clean | Profile::Rotated) {
                    assert!(is_tight(&inside), "{profile:?} {}: {word:?}", file.file);
                }
            }
        }
        assert_eq!(words, summary.words);
        match profile {
            Profile::Rotated => assert!(summary.turned >= summary.pages - 1, "{summary:?}"),
            Profile::Mixed | Profile::Office => {}
            _ => assert_eq!(summary.turned, 1, "{profile:?}"),
        }
    }
}

#[test]
fn a_long_pdf_has_the_pages_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("long.pdf");
    let summary = long_pdf(45, 9, &path).unwrap();
    assert_eq!((summary.pages, summary.files), (45, 1));
    assert_eq!(lopdf::Document::load(&path).unwrap().get_pages().len(), 45);
    assert!(long_pdf(0, 9, &path).is_err());
}

#[test]
fn poor_options_are_refused_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |options: Options| generate(&options, folder.path()).unwrap_err().to_string();
    assert!(refused(Options { charts: 0, ..Options::default() }).contains("not 0"));
    assert!(refused(Options { dpi: 20, ..Options::default() }).contains("72 to 600"));
    fs::write(folder.path().join("note"), "x").unwrap();
    assert!(refused(Options::default()).contains("not empty"));
    assert_eq!(Container::from_str("tiff-g3", false), Ok(Container::TiffG3));
    assert_eq!(Profile::from_str("show-through", false), Ok(Profile::ShowThrough));
}

fn median(image: &GrayImage) -> u8 {
    let mut counts = [0usize; 256];
    image.iter().for_each(|&tone| counts[usize::from(tone)] += 1);
    let half = image.len() / 2;
    let mut below = 0;
    counts
        .iter()
        .position(|count| {
            below += count;
            below > half
        })
        .unwrap_or(255) as u8
}

/// Says whether ink touches all four sides.
fn is_tight(word: &GrayImage) -> bool {
    let (right, bottom) = (word.width() - 1, word.height() - 1);
    let (mut left_ink, mut right_ink, mut top_ink, mut bottom_ink) = (false, false, false, false);
    for (x, y, _) in word.enumerate_pixels().filter(|(_, _, pixel)| pixel[0] < 250) {
        left_ink |= x == 0;
        right_ink |= x == right;
        top_ink |= y == 0;
        bottom_ink |= y == bottom;
    }
    left_ink && right_ink && top_ink && bottom_ink
}
