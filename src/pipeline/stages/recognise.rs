//! Has a prepared page read, and asks for another turn where the reading makes no sense.

use super::{finding, prepare};
use crate::chart::{Block, Confidence, Finding, FindingKind, Line, QuarterTurns, Severity, Word};
use crate::imaging::placement::Placement;
use crate::ocr::{RecognizeError, Recognizer};
use crate::pipeline::definition::Definition;
use crate::pipeline::phases::{PreparedPage, RecognizedPage};
use crate::pipeline::survey::Survey;

/// Least letters for which another turn is tried; a few marks are not worth it.
const WORTH_ANOTHER_TURN: usize = 25;

/// Reads a prepared page.
///
/// # Errors
/// The deadline passed, or the recogniser failed.
pub fn recognise(
    prepared: PreparedPage,
    definition: &Definition,
    recognizer: &mut dyn Recognizer,
) -> Result<RecognizedPage, RecognizeError> {
    let mut blocks = recognizer.recognise(&prepared.image, prepared.dpi, definition.recognise.deadline())?;
    place(&mut blocks, &prepared.placement);
    let PreparedPage { upright, skew_degrees, findings, .. } = prepared;
    Ok(RecognizedPage { blocks, upright, skew_degrees, findings })
}

/// Reads a page, and where the reading makes no sense reads it again, the way up that the recogniser's own detection
/// suggests (without a suggestion: as it lay if the shapes had it turned, else upside down); the reading with more confident text is kept.
///
/// # Errors
/// The deadline passed, or the recogniser failed.
pub fn recognise_upright(
    survey: &Survey<'_>,
    prepared: PreparedPage,
    definition: &Definition,
    recognizer: &mut dyn Recognizer,
) -> Result<RecognizedPage, RecognizeError> {
    let upright = prepared.upright;
    let image = prepared.image.clone();
    let dpi = prepared.dpi;
    let first = recognise(prepared, definition, recognizer)?;
    let poor = mean_confidence(&first.blocks).is_none_or(|mean| mean.value() < definition.turn.poor_confidence);
    if !poor || survey.letters.boxes.len() < WORTH_ANOTHER_TURN {
        return Ok(first);
    }
    let opinion = recognizer.orientation(&image, dpi)?;
    drop(image);
    let other = match opinion.filter(|opinion| opinion.confidence >= definition.turn.engine_confidence) {
        Some(opinion) if opinion.upright != QuarterTurns::None => upright.then(opinion.upright),
        Some(_) => return Ok(first),
        None if upright != QuarterTurns::None => QuarterTurns::None,
        None => QuarterTurns::Two,
    };
    let second = recognise(prepare::prepare(survey, other, definition), definition, recognizer)?;
    Ok(if sure_letters(&second.blocks) > sure_letters(&first.blocks) { second } else { first })
}

/// Reports text that is missing or doubtful.
pub fn report(blocks: &[Block], low_confidence: f32) -> Option<Finding> {
    match mean_confidence(blocks) {
        None => {
            let message = "There is something on the page, but no text could be read.".to_owned();
            Some(finding("recognise", FindingKind::NoText, Severity::Check, 0.9, message))
        }
        Some(mean) if mean.value() < low_confidence => {
            let message = format!("The recogniser is unsure: {:.0} % on average.", mean.value() * 100.0);
            Some(finding("recognise", FindingKind::LowConfidence, Severity::Check, 0.9, message))
        }
        Some(_) => None,
    }
}

fn words(blocks: &[Block]) -> impl Iterator<Item = &Word> {
    blocks.iter().flat_map(|block| &block.lines).flat_map(|line| &line.words)
}

/// Returns the mean confidence weighted by length; `None` without words.
pub fn mean_confidence(blocks: &[Block]) -> Option<Confidence> {
    let (sum, letters) = words(blocks).fold((0.0, 0usize), |(sum, letters), word| {
        let length = word.text.chars().count();
        (sum + word.confidence.value() * length as f32, letters + length)
    });
    (letters > 0).then(|| Confidence::clamped(sum / letters as f32))
}

/// Sums the letters of words that the recogniser is rather sure of, weighted by how sure; single letters say nothing.
fn sure_letters(blocks: &[Block]) -> f32 {
    words(blocks)
        .filter(|word| word.confidence.value() >= 0.6 && word.text.chars().count() >= 3)
        .map(|word| word.confidence.value() * word.text.chars().count() as f32)
        .sum()
}

/// Moves boxes from the copy to the page image; lines and blocks cover their words.
fn place(blocks: &mut Vec<Block>, placement: &Placement) {
    let cover_line = |line: &mut Line| {
        line.words.iter_mut().for_each(|word| word.rect = placement.rect_on_page(word.rect));
        line.words.retain(|word| !word.rect.is_empty());
        if let Some(rect) = line.words.iter().map(|word| word.rect).reduce(|one, other| one.union(&other)) {
            line.rect = rect;
        }
    };
    for block in blocks.iter_mut() {
        block.lines.iter_mut().for_each(cover_line);
        block.lines.retain(|line| !line.words.is_empty());
        if let Some(rect) = block.lines.iter().map(|line| line.rect).reduce(|one, other| one.union(&other)) {
            block.rect = rect;
        }
    }
    blocks.retain(|block| !block.lines.is_empty());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::{Rect, Size};

    fn block(text: &str, rect: Rect, confidence: f32) -> Block {
        let word = Word::new(text.to_owned(), rect, Confidence::clamped(confidence));
        Block { rect, lines: vec![Line { rect, words: vec![word] }] }
    }

    #[test]
    fn boxes_go_back_to_the_page_and_what_lies_outside_goes_away() {
        let page = Size { width: 100, height: 200 };
        let placement = Placement::identity(page).turned(QuarterTurns::Two);
        let mut blocks =
            vec![block("kept", Rect::new(10, 20, 30, 5), 0.9), block("outside", Rect::new(300, 300, 5, 5), 0.9)];
        place(&mut blocks, &placement);
        assert_eq!(blocks.len(), 1);
        assert_eq!(blocks[0].rect, Rect::new(60, 175, 30, 5));
        assert_eq!(blocks[0].lines[0].words[0].rect, blocks[0].rect);
    }

    #[test]
    fn doubtful_and_missing_text_is_reported() {
        let rect = Rect::new(0, 0, 9, 9);
        assert_eq!(report(&[block("clear", rect, 0.9)], 0.7), None);
        assert_eq!(
            report(&[block("murky", rect, 0.4)], 0.7).map(|finding| finding.kind),
            Some(FindingKind::LowConfidence)
        );
        assert_eq!(report(&[], 0.7).map(|finding| finding.kind), Some(FindingKind::NoText));
    }
}
