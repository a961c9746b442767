//! Makes the copy that is recognised, as the other stages decided.

use super::{blank, dark_edge, deskew, resize, turn};
use image::GrayImage;

use crate::chart::{QuarterTurns, Size};
use crate::imaging::resample::{scaled, straightened, turned};
use crate::imaging::resolution::x_height;
use crate::pipeline::definition::Definition;
use crate::pipeline::phases::PreparedPage;
use crate::pipeline::survey::Survey;

/// Pixels of the working copy around a mark that are kept.
const AROUND_MARKS: usize = 6;

/// Returns the copy, turned by `upright`: without dark edges, then turned, enlarged and straightened. A page that needs
/// nothing comes through pixel for pixel.
pub fn prepare(survey: &Survey<'_>, upright: QuarterTurns, definition: &Definition) -> PreparedPage {
    let letters = survey.letters.turned(upright);
    let skew_degrees = deskew::deskew(&letters, &definition.deskew);
    let height = x_height(&letters).map(|height| height * survey.copy.factor as f32);
    let scale = resize::scale(survey.placement.copy_size(), survey.stated_dpi, height, &definition.resize);

    let mut findings = Vec::new();
    let (mut copy, mut placement) = (survey.gray.clone().into_owned(), survey.placement);
    if blank::blank(&survey.marks, &definition.blank) == blank::Content::NearlyBlank {
        clear_paper(survey, &mut copy);
    }
    if let Some(edge) = &survey.edge {
        (copy, placement) = dark_edge::remove(edge, copy, placement, survey.copy.paper);
        findings.push(dark_edge::report(edge));
    }
    if upright != QuarterTurns::None {
        copy = turned(copy, upright);
        placement = placement.turned(upright);
        findings.extend(turn::report(upright));
    }
    if scale.factor != 1.0 {
        let resized = |side: u32| ((side as f32 * scale.factor) as u32).max(1);
        let size = Size { width: resized(copy.width()), height: resized(copy.height()) };
        copy = scaled(copy, size);
        placement = placement.scaled(size);
    }
    findings.extend(resize::report(&scale, definition.quality.least_dpi));
    if skew_degrees != 0.0 {
        copy = straightened(&copy, f64::from(skew_degrees), survey.copy.paper);
        placement = placement.straightened(f64::from(skew_degrees));
        findings.extend(deskew::report(skew_degrees));
    }
    let dpi = (scale.dpi * scale.factor).round().clamp(70.0, 2400.0) as u32;
    PreparedPage { image: copy, dpi, placement, upright, skew_degrees, findings }
}

/// Paints everything but marks and their surroundings in the colour of the paper: on a page with a few faint words the
/// recogniser's own threshold would fall into the grain of the paper.
fn clear_paper(survey: &Survey<'_>, copy: &mut GrayImage) {
    let near = survey.copy.ink.dilated(AROUND_MARKS);
    let (width, factor) = (copy.width().max(1) as usize, survey.copy.factor as usize);
    let last = (near.height() as usize).saturating_sub(1);
    if near.width() == 0 || near.height() == 0 {
        return;
    }
    for (y, line) in copy.chunks_exact_mut(width).enumerate() {
        let marks = near.row((y / factor).min(last));
        for (pixels, mark) in line.chunks_mut(factor).zip(marks) {
            if *mark == 0 {
                pixels.fill(survey.copy.paper);
            }
        }
    }
}
