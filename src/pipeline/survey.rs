//! What the stages decide on: everything measured once, on the reduced copy of a page.

use std::borrow::Cow;

use image::{DynamicImage, GrayImage};

use super::definition::Definition;
use crate::chart::Size;
use crate::imaging::blankness::Marks;
use crate::imaging::dark_edge::DarkEdge;
use crate::imaging::gray::to_gray;
use crate::imaging::letters::Letters;
use crate::imaging::mask::Component;
use crate::imaging::orientation::OrientationEvidence;
use crate::imaging::placement::Placement;
use crate::imaging::resample::scaled;
use crate::imaging::resolution::believable;
use crate::imaging::working_copy::WorkingCopy;

/// Ratio of the two resolutions from which pixels are made square before anything else: faxes have 204 by 98.
const SQUARE: f32 = 1.15;

/// The measured page.
pub struct Survey<'page> {
    /// The page in gray, with square pixels.
    pub gray: Cow<'page, GrayImage>,
    /// Where that lies on the page image.
    pub placement: Placement,
    /// The file's resolution of `gray` where it can be believed.
    pub stated_dpi: Option<f32>,
    /// The reduced copy.
    pub copy: WorkingCopy,
    /// The dark edge of the scanner.
    pub edge: Option<DarkEdge>,
    /// Marks that may be writing, and others.
    pub marks: Marks,
    /// What looks like letters.
    pub letters: Letters,
    /// Which way up the letters seem to be.
    pub orientation: OrientationEvidence,
}

impl<'page> Survey<'page> {
    /// Measures a page.
    pub fn of(image: &'page DynamicImage, dpi: Option<(f32, f32)>, definition: &Definition) -> Self {
        let stated = believable(dpi, image.width(), image.height());
        let (gray, placement, stated_dpi) = squared(image, stated);
        let copy = WorkingCopy::of(&gray);
        let edge = definition.dark_edge.enabled.then(|| DarkEdge::of(&copy, definition.dark_edge.deepest)).flatten();
        let parts = copy.ink.components();
        let marks = Marks::of(&copy, &parts, edge.as_ref(), definition.blank.least_contrast);
        let size = Size { width: copy.gray.width(), height: copy.gray.height() };
        let free: Vec<Component> = match &edge {
            Some(edge) => parts
                .iter()
                .filter(|part| !edge.covers((part.left + part.right) / 2, (part.top + part.bottom) / 2))
                .copied()
                .collect(),
            None => parts,
        };
        let letters = Letters::among(&free, size);
        let orientation = OrientationEvidence::of(&letters);
        Self { gray, placement, stated_dpi, copy, edge, marks, letters, orientation }
    }
}

fn squared(image: &DynamicImage, stated: Option<(f32, f32)>) -> (Cow<'_, GrayImage>, Placement, Option<f32>) {
    let gray = to_gray(image);
    let placement = Placement::identity(Size { width: image.width(), height: image.height() });
    let Some((across, down)) = stated else { return (gray, placement, None) };
    let (width, height) = gray.dimensions();
    let size = if across / down >= SQUARE {
        Size { width, height: (height as f32 * across / down) as u32 }
    } else if down / across >= SQUARE {
        Size { width: (width as f32 * down / across) as u32, height }
    } else {
        return (gray, placement, Some((across * down).sqrt()));
    };
    (Cow::Owned(scaled(gray.into_owned(), size)), placement.scaled(size), Some(across.max(down)))
}
