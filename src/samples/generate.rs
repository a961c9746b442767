//! Writes sets of samples: files, exact texts, labels and the manifest.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use image::GrayImage;

use crate::chart::{Digest, Hasher, QuarterTurns};

use super::containers::FileWriter;
use super::dice::Dice;
use super::lettering::Lettering;
use super::options::{Container, Options, Profile, SampleError, Summary};
use super::plan::Chart;
use super::sheet::Sheet;
use super::truth::{FileTruth, Manifest, ManifestFile, PageTruth, TRUTH_SCHEMA, WordTruth};
use super::wear::{FAX_DPI, Wear, fax_header};

/// Charts and pages that one run writes at most.
const MOST_CHARTS: u32 = 100_000;
const MOST_PAGES: u32 = 1_000_000;

/// Purposes that choices are drawn for, beside those of the plan.
const WEAR: u64 = 10;
const FILE: u64 = 11;

/// Generates `options.charts` charts into the folder `out`, which is created and must be empty.
///
/// Beside `NAME.tif` (or `.pdf`, `.jpg`, `.png`) there are `NAME.truth.json` ([`FileTruth`]) and, for each page, the exact
/// text in `NAME-p001.gt.txt`; files of a single page are named so themselves. `manifest.json` ([`Manifest`]) lists all
/// files. The same options give the same bytes.
///
/// # Errors
///
/// When an option is out of range, the folder is not empty, or a file cannot be written.
pub fn generate(options: &Options, out: &Path) -> Result<Summary, SampleError> {
    check(options)?;
    std::fs::create_dir_all(out).map_err(SampleError::write(out))?;
    if std::fs::read_dir(out).map_err(SampleError::write(out))?.next().is_some() {
        return Err(SampleError::NotEmpty(out.to_owned()));
    }
    let mut manifest = Manifest::new(options);
    let mut lettering = Lettering::default();
    for number in 1..=options.charts {
        let chart = Chart::plan(options.seed, number);
        let mut dice = Dice::new(options.seed, [u64::from(number), FILE, 0]);
        let container = match options.containers {
            Container::Mixed => Container::SINGLE[(number as usize - 1) % Container::SINGLE.len()],
            chosen => chosen,
        };
        let coloured = !container.is_bilevel() && options.degrade != Profile::Fax && dice.chance(35);
        let set = Set { options, container, coloured, number, chart: &chart, out };
        set.write(&mut manifest, &mut lettering)?;
        manifest.summary.charts += 1;
    }
    manifest.files.sort_by(|one, other| one.name.cmp(&other.name));
    write_json(&out.join("manifest.json"), &manifest)?;
    Ok(manifest.summary)
}

/// Writes one PDF of `pages` pages (CCITT, 200 pixels per inch, as an office scanner gives them) without labels.
///
/// One page at a time is in memory.
///
/// # Errors
///
/// When `pages` is 0 or above a million, or the file cannot be written.
pub fn long_pdf(pages: u32, seed: u64, out: &Path) -> Result<Summary, SampleError> {
    if pages == 0 || pages > MOST_PAGES {
        return Err(SampleError::Option(format!("a long PDF has 1 to {MOST_PAGES} pages, not {pages}")));
    }
    let options = Options { charts: 0, seed, degrade: Profile::Office, dpi: 200, containers: Container::PdfCcitt };
    let mut lettering = Lettering::default();
    let mut file = FileWriter::create(out, options.containers)?;
    let mut summary = Summary { files: 1, ..Summary::default() };
    while summary.pages < pages {
        summary.charts += 1;
        let chart = Chart::plan(seed, summary.charts);
        let set = Set {
            options: &options,
            container: options.containers,
            coloured: false,
            number: summary.charts,
            chart: &chart,
            out,
        };
        for index in 0..chart.pages.len().min((pages - summary.pages) as usize) {
            let (sheet, truth) = set.page(index, &mut lettering);
            file.add(&sheet)?;
            count(&mut summary, &truth);
        }
    }
    file.finish()?;
    summary.bytes = std::fs::metadata(out).map_err(SampleError::write(out))?.len();
    Ok(summary)
}

/// A chart on its way into files.
struct Set<'a> {
    options: &'a Options,
    container: Container,
    coloured: bool,
    number: u32,
    chart: &'a Chart,
    out: &'a Path,
}

impl Set<'_> {
    fn write(&self, manifest: &mut Manifest, lettering: &mut Lettering) -> Result<(), SampleError> {
        let name = format!("chart-{:04}", self.number);
        let extension = self.container.extension();
        let mut open: Option<(FileWriter, FileTruth)> = None;
        for index in 0..self.chart.pages.len() {
            let (sheet, mut truth) = self.page(index, lettering);
            count(&mut manifest.summary, &truth);
            let page_name = format!("{name}-p{:03}", index + 1);
            let path = self.out.join(format!("{page_name}.gt.txt"));
            std::fs::write(&path, truth.plain()).map_err(SampleError::write(&path))?;
            let file_name = if self.container.is_file_per_page() { &page_name } else { &name };
            let (mut file, mut labels) = match open.take() {
                Some(open) => open,
                None => {
                    let file = format!("{file_name}.{extension}");
                    (FileWriter::create(&self.out.join(&file), self.container)?, self.labels(file))
                }
            };
            file.add(&sheet)?;
            truth.page = labels.pages.len() as u32 + 1;
            labels.pages.push(truth);
            if self.container.is_file_per_page() || index + 1 == self.chart.pages.len() {
                file.finish()?;
                write_json(&self.out.join(format!("{file_name}.truth.json")), &labels)?;
                let entry = self.entry(&labels)?;
                manifest.summary.files += 1;
                manifest.summary.bytes += entry.bytes;
                manifest.files.push(entry);
            } else {
                open = Some((file, labels));
            }
        }
        Ok(())
    }

    /// Draws and wears one page.
    fn page(&self, index: usize, lettering: &mut Lettering) -> (Sheet, PageTruth) {
        let planned = &self.chart.pages[index];
        let profile = self.options.degrade;
        let mut dice = Dice::new(self.options.seed, [u64::from(self.number), WEAR, index as u64]);
        let landscape = planned.scene.width > planned.scene.height;
        let mut wear = Wear::choose(profile, landscape, &mut dice);
        if planned.blank {
            // A stamp is print: a blank page stays blank.
            wear.stamp = None;
        }
        if planned.upside_down {
            wear.turn = wear.turn.then(QuarterTurns::Two);
        }
        let dpi = match profile {
            Profile::Fax => FAX_DPI,
            Profile::Low => 100,
            _ => self.options.dpi,
        };
        let mut scene = planned.scene.clone();
        if profile == Profile::Fax && !planned.blank {
            fax_header(
                &mut scene,
                index + 1,
                self.chart.pages.len(),
                &mut Dice::new(self.options.seed, [u64::from(self.number), WEAR, u64::MAX]),
            );
        }
        let mut sheet = Sheet::draw(&scene, dpi, self.coloured, lettering);
        let back = wear.show_through.and_then(|_| self.back_of(index, dpi, lettering));
        if back.is_none() {
            wear.show_through = None;
        }
        wear.apply(&mut sheet, back.as_ref(), lettering, &mut dice);
        let truth = PageTruth {
            page: index as u32 + 1,
            width: sheet.size().width,
            height: sheet.size().height,
            dpi,
            document: planned.document,
            blank: planned.blank,
            upside_down: wear.turn == QuarterTurns::Two,
            upright: wear.turn.inverse(),
            skew_degrees: wear.skew,
            foreign_patient: planned.foreign.clone(),
            wear: wear.names(),
            words: sheet
                .words
                .iter()
                .map(|word| WordTruth { text: word.text.clone(), rect: word.rect, line: word.line })
                .collect(),
        };
        (sheet, truth)
    }

    /// Draws what is printed on the other side of a page: the next page of the same size.
    fn back_of(&self, index: usize, dpi: u32, lettering: &mut Lettering) -> Option<GrayImage> {
        let front = &self.chart.pages[index].scene;
        let mut others = self.chart.pages[index + 1..].iter().chain(&self.chart.pages[..index]);
        let other = others.find(|other| !other.blank && other.scene.width == front.width)?;
        Some(Sheet::draw(&other.scene, dpi, false, lettering).planes.swap_remove(0))
    }

    fn labels(&self, file: String) -> FileTruth {
        FileTruth {
            schema: TRUTH_SCHEMA,
            file,
            chart: self.number,
            patient: self.chart.patient.clone(),
            profile: self.options.degrade,
            container: self.container,
            pages: Vec::new(),
        }
    }

    fn entry(&self, labels: &FileTruth) -> Result<ManifestFile, SampleError> {
        let (sha256, bytes) = digest(&self.out.join(&labels.file))?;
        Ok(ManifestFile {
            name: labels.file.clone(),
            sha256,
            bytes,
            pages: labels.pages.len() as u32,
            container: self.container,
        })
    }
}

fn check(options: &Options) -> Result<(), SampleError> {
    if options.charts == 0 || options.charts > MOST_CHARTS {
        return Err(SampleError::Option(format!("1 to {MOST_CHARTS} charts can be generated, not {}", options.charts)));
    }
    if !(72..=600).contains(&options.dpi) {
        return Err(SampleError::Option(format!("pages have 72 to 600 pixels per inch, not {}", options.dpi)));
    }
    Ok(())
}

fn count(summary: &mut Summary, page: &PageTruth) {
    summary.pages += 1;
    summary.blank += u32::from(page.blank);
    summary.turned += u32::from(page.upright != QuarterTurns::None);
    summary.foreign += u32::from(page.foreign_patient.is_some());
    summary.words += page.words.len() as u64;
}

fn digest(path: &Path) -> Result<(Digest, u64), SampleError> {
    let mut file = File::open(path).map_err(SampleError::write(path))?;
    let (mut hasher, mut bytes, mut buffer) = (Hasher::new(), 0, vec![0; 1 << 16]);
    loop {
        let count = file.read(&mut buffer).map_err(SampleError::write(path))?;
        if count == 0 {
            return Ok((hasher.finish(), bytes));
        }
        hasher.update(&buffer[..count]);
        bytes += count as u64;
    }
}

fn write_json(path: &Path, value: &impl serde::Serialize) -> Result<(), SampleError> {
    let text = serde_json::to_string(value).map_err(|error| SampleError::encode("JSON")(error.to_string()))?;
    std::fs::write(path, text + "\n").map_err(SampleError::write(path))
}
