//! Reports what makes a scan worth a second look: blur, fading, writing that is cut off.

use super::finding;
use crate::chart::{Finding, FindingKind, Severity};
use crate::imaging::quality::{Sharpness, cut_letters};
use crate::imaging::resolution::x_height;
use crate::pipeline::sections::Quality;
use crate::pipeline::survey::Survey;

/// Blur in pixels that every scan has; coarse ones are not called blurred for it.
const SHARP_ENOUGH: f32 = 1.5;

/// Judges the letters of a page.
pub fn quality(survey: &Survey<'_>, settings: &Quality) -> Vec<Finding> {
    let letters = survey.letters.turned(survey.orientation.level);
    let sharpness = Sharpness::of(&survey.gray, &survey.copy, &survey.letters);
    let height = x_height(&letters).map(|height| height * survey.copy.factor as f32);
    let mut findings = judge(sharpness, height, settings);
    let cut = cut_letters(&letters);
    if cut >= settings.cut_letters as usize {
        let message = format!("{cut} letters run into the edge of the image; look whether the page was scanned whole.");
        findings.push(finding("quality", FindingKind::CutOff, Severity::Check, 0.7, message));
    }
    findings
}

fn judge(sharpness: Option<Sharpness>, x_height: Option<f32>, settings: &Quality) -> Vec<Finding> {
    let mut findings = Vec::new();
    let Some(sharpness) = sharpness else { return findings };
    if sharpness.contrast < settings.least_contrast {
        let message =
            format!("The writing is faint: {:.0} % of the contrast of black on white.", sharpness.contrast * 100.0);
        findings.push(finding("quality", FindingKind::LowContrast, Severity::Check, 0.8, message));
    }
    if let Some(height) = x_height
        && sharpness.blur > SHARP_ENOUGH
        && sharpness.blur > settings.most_blur * height
    {
        let share = sharpness.blur / height * 100.0;
        let message =
            format!("The image is out of focus: edges spread over {share:.0} % of the height of small letters.");
        findings.push(finding("quality", FindingKind::Blur, Severity::Check, 0.7, message));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_weakness_has_its_finding() {
        let kinds = |contrast, blur, height| -> Vec<FindingKind> {
            let findings = judge(Some(Sharpness { contrast, blur }), height, &Quality::default());
            findings.iter().map(|finding| finding.kind).collect()
        };
        assert_eq!(kinds(0.9, 1.0, Some(20.0)), []);
        assert_eq!(kinds(0.3, 1.0, Some(20.0)), [FindingKind::LowContrast]);
        assert_eq!(kinds(0.9, 6.0, Some(20.0)), [FindingKind::Blur]);
        assert_eq!(kinds(0.9, 6.0, None), []);
        assert_eq!(judge(None, Some(20.0), &Quality::default()), []);
    }
}
