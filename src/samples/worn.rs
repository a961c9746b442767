//! Wears any page as the pages of synthetic charts are worn.

use image::GrayImage;

use super::dice::Dice;
use super::lettering::Lettering;
use super::options::Profile;
use super::plan::Chart;
use super::sheet::Sheet;
use super::wear::{FAX_DPI, Wear};

/// Label of the choices that are made here, beside those of charts.
const LABEL: u64 = 0x776f_726e;

/// Returns the resolution that a page has to be drawn at before it is worn so; `dpi` where the profile leaves the choice.
pub const fn dpi_before_wear(profile: Profile, dpi: u32) -> u32 {
    match profile {
        Profile::Fax => FAX_DPI,
        Profile::Low => 100,
        _ => dpi,
    }
}

/// Wears a page of `dpi` pixels per inch; equal seeds give equal wear.
pub fn worn(page: GrayImage, dpi: u32, profile: Profile, seed: u64) -> GrayImage {
    let mut dice = Dice::new(seed, [LABEL, 0, 0]);
    let mut lettering = Lettering::default();
    let mut sheet = Sheet { planes: vec![page], words: Vec::new(), dpi };
    let mut wear = Wear::choose(profile, false, &mut dice);
    // What shines through is another page of the same paper.
    let back = wear.show_through.and_then(|_| {
        let chart = Chart::plan(seed, 1);
        let other = chart.pages.iter().find(|page| !page.blank)?;
        let back = Sheet::draw(&other.scene, dpi, false, &mut lettering);
        (back.size() == sheet.size()).then(|| back.planes.into_iter().next()).flatten()
    });
    if back.is_none() {
        wear.show_through = None;
    }
    wear.apply(&mut sheet, back.as_ref(), &mut lettering, &mut dice);
    sheet.planes.swap_remove(0)
}
