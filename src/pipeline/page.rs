//! Reads one page.

use super::born_digital::{self, OwnText};
use super::definition::Definition;
use super::phases::{RecognizedPage, ScannedPage};
use super::stages::blank::Content;
use super::stages::{self, blank, codes, doubt, mixed, prepare, quality, recognise, turn};
use super::survey::Survey;
use crate::chart::{
    Confidence, Finding, FindingKind, PAGE_TEXT_SCHEMA, PageId, PageImage, PageText, QuarterTurns, Severity, Size,
    TextSource,
};
use crate::imaging::resolution::{believable, from_size};
use crate::ocr::{RecognizeError, Recognizer};

/// Confidence below which a word is doubtful in any case.
const DOUBTFUL: f32 = 0.8;

/// Reads a page: its own text where it has any that can be used, else what the recogniser reads on a prepared copy.
///
/// # Errors
/// The deadline passed, or the recogniser failed. Poor pages are no errors: they carry findings.
pub fn read(
    page: impl Into<ScannedPage>,
    definition: &Definition,
    recognizer: &mut dyn Recognizer,
    id: PageId,
) -> Result<PageText, RecognizeError> {
    let mut page: ScannedPage = page.into();
    let mut text = empty(&page, definition, recognizer, id);
    let size = Size { width: text.image.width, height: text.image.height };
    let own = match std::mem::replace(&mut page.own_text, OwnText::None) {
        OwnText::Usable(own) => Some(own),
        OwnText::Garbage(garbage) => {
            text.findings.push(born_digital::report(garbage));
            None
        }
        OwnText::None => None,
    };

    let read_codes = codes::codes(&page.raster.image, definition.codes.as_ref());
    text.findings.extend(read_codes.report());
    let is_sheet = read_codes.is_sheet();
    (text.codes, text.separators) = (read_codes.codes, read_codes.separators);
    if is_sheet {
        // What else stands on it is for people; as text it would only be found in place of the documents.
        text.hidden = true;
        return Ok(text);
    }

    let survey = Survey::of(&page.raster.image, page.raster.dpi, definition);
    if let Some(own) = own {
        text.source = TextSource::BornDigital;
        text.blocks = match mixed::has_more(&survey, &own) {
            false => own,
            true => mixed::merge(own, recognised(&survey, definition, recognizer)?.blocks, size),
        };
        return Ok(text);
    }

    let content = blank::blank(&survey.marks, &definition.blank);
    text.findings.extend(blank::report(content, &survey.marks));
    if content == Content::Blank {
        text.hidden = true;
        return Ok(text);
    }

    let recognised = recognised(&survey, definition, recognizer)?;
    text.findings.extend(recognised.findings);
    text.findings.extend(quality::quality(&survey, &definition.quality));
    text.findings.extend(recognise::report(&recognised.blocks, definition.recognise.low_confidence));
    text.upright = recognised.upright;
    text.skew_degrees = recognised.skew_degrees;
    if !recognised.blocks.is_empty() {
        text.source = TextSource::Recognised;
        text.blocks = recognised.blocks;
    }
    Ok(text)
}

/// Prepares a copy and has it read, the right way up.
fn recognised(
    survey: &Survey<'_>,
    definition: &Definition,
    recognizer: &mut dyn Recognizer,
) -> Result<RecognizedPage, RecognizeError> {
    let upright = turn::turn(&survey.orientation, &definition.turn);
    let prepared = prepare::prepare(survey, upright, definition);
    let mut recognised = recognise::recognise_upright(survey, prepared, definition, recognizer)?;
    doubt::mark(&mut recognised.blocks, Confidence::clamped(DOUBTFUL));
    Ok(recognised)
}

/// Makes the result of a page of which nothing is known yet.
fn empty(page: &ScannedPage, definition: &Definition, recognizer: &dyn Recognizer, id: PageId) -> PageText {
    let (width, height) = (page.raster.image.width(), page.raster.image.height());
    let estimated = from_size(width, height);
    let dpi = believable(page.raster.dpi, width, height).unwrap_or((estimated, estimated));
    PageText {
        schema: PAGE_TEXT_SCHEMA,
        page: id,
        pipeline: definition.stamp(),
        engine: recognizer.engine(),
        source: TextSource::None,
        image: PageImage { width, height, dpi },
        upright: QuarterTurns::None,
        skew_degrees: 0.0,
        hidden: false,
        codes: Vec::new(),
        separators: Vec::new(),
        blocks: Vec::new(),
        findings: page.raster.damaged.then(damaged).into_iter().collect(),
    }
}

fn damaged() -> Finding {
    let message = "The file is damaged here; what could be decoded of the page was read. Scan it again.".to_owned();
    stages::finding("decode", FindingKind::Damaged, Severity::Check, 1.0, message)
}
