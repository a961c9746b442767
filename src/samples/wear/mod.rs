//! Wear: what happens to a page between the printer and the file. Each kind is a pure function on grey planes.

mod fax;
mod geometry;
mod marks;
mod paper;

use image::GrayImage;

use crate::chart::QuarterTurns;

use super::dice::Dice;
use super::lettering::Lettering;
use super::options::Profile;
use super::sheet::Sheet;

pub(super) use fax::{DPI as FAX_DPI, header as fax_header};

/// What one page goes through, in the order of the fields.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Wear {
    pub(super) fade: Option<paper::Fade>,
    /// How strongly the back side shines through, of 255.
    pub(super) show_through: Option<u8>,
    pub(super) stamp: Option<marks::Stamp>,
    pub(super) holes: bool,
    pub(super) turn: QuarterTurns,
    /// Clockwise degrees.
    pub(super) skew: f32,
    /// Whether what lies outside of a leaning page is dark.
    pub(super) dark_lid: bool,
    pub(super) edge: Option<marks::Edge>,
    /// Standard deviation of the grain in grey levels.
    pub(super) grain: u8,
    /// Specks per million pixels.
    pub(super) specks: u32,
    pub(super) fax: bool,
}

impl Wear {
    /// Chooses the wear of a page; `landscape` pages are often fed on their side.
    pub(super) fn choose(profile: Profile, landscape: bool, dice: &mut Dice) -> Self {
        let mut wear = Self::default();
        match profile {
            Profile::Clean | Profile::Low => {}
            Profile::Skew => {
                wear.lean(1.0, 5.0, dice);
                wear.dark_lid = dice.chance(25);
            }
            Profile::Noise => {
                wear.grain = dice.between(8, 22) as u8;
                wear.specks = dice.between(150, 1200) as u32;
            }
            Profile::Faded => wear.fade = Some(paper::Fade::choose(35, 60, dice)),
            Profile::Punched => wear.holes = true,
            Profile::Edge => wear.edge = Some(marks::Edge::choose(true, dice)),
            Profile::Stamp => wear.stamp = Some(marks::Stamp::choose(dice)),
            Profile::ShowThrough => wear.show_through = Some(dice.between(36, 80) as u8),
            Profile::Rotated => wear.turn = dice.pick(&[QuarterTurns::One, QuarterTurns::Two, QuarterTurns::Three]),
            Profile::Fax => {
                wear.fax = true;
                wear.lean(0.0, 1.2, dice);
                wear.specks = dice.between(100, 700) as u32;
            }
            Profile::Mixed => wear.mix(dice),
            Profile::Office => wear.office(landscape, dice),
        }
        wear
    }

    /// Returns the names of what is done, for the labels.
    pub(super) fn names(&self) -> Vec<String> {
        let named = [
            (self.fade.is_some(), "faded".to_owned()),
            (self.show_through.is_some(), "show-through".to_owned()),
            (self.stamp.is_some(), format!("stamp {}", self.stamp.as_ref().map_or("", |stamp| stamp.text))),
            (self.holes, "punched".to_owned()),
            (self.turn != QuarterTurns::None, format!("turned {}", self.turn.degrees())),
            (self.skew != 0.0, "skew".to_owned()),
            (self.edge.is_some(), "edge".to_owned()),
            (self.grain > 0, "grain".to_owned()),
            (self.specks > 0, "specks".to_owned()),
            (self.fax, "fax".to_owned()),
        ];
        named.into_iter().filter_map(|(done, name)| done.then_some(name)).collect()
    }

    /// Wears `sheet`; `back` is what is printed on the other side. Words stay with their ink.
    pub(super) fn apply(
        &self,
        sheet: &mut Sheet,
        back: Option<&GrayImage>,
        lettering: &mut Lettering,
        dice: &mut Dice,
    ) {
        let dpi = sheet.dpi;
        if let Some(fade) = &self.fade {
            each(sheet, dice, |plane, dice| paper::fade(plane, fade, dice));
        }
        if let (Some(strength), Some(back)) = (self.show_through, back) {
            each(sheet, dice, |plane, _| paper::show_through(plane, back, strength));
        }
        if let Some(stamp) = &self.stamp {
            marks::press(sheet, stamp, lettering);
        }
        if self.holes {
            each(sheet, dice, |plane, dice| marks::punch(plane, dpi, dice));
        }
        geometry::turn(sheet, self.turn);
        if self.skew != 0.0 {
            geometry::lean(sheet, self.skew, if self.dark_lid { 46 } else { 250 });
        }
        if let Some(edge) = &self.edge {
            each(sheet, dice, |plane, _| marks::darken_edge(plane, dpi, edge));
        }
        if self.grain > 0 {
            each(sheet, dice, |plane, dice| paper::grain(plane, self.grain, dice));
        }
        if self.specks > 0 {
            each(sheet, dice, |plane, dice| paper::specks(plane, self.specks, dpi, dice));
        }
        if self.fax {
            fax::send(sheet, dice);
        }
    }

    fn lean(&mut self, low: f32, high: f32, dice: &mut Dice) {
        let angle = (dice.fraction(low, high) * 100.0).round() / 100.0;
        self.skew = if dice.chance(50) { -angle } else { angle };
    }

    fn mix(&mut self, dice: &mut Dice) {
        let mut kinds = [0, 1, 2, 3, 4, 5, 6, 7];
        dice.shuffle(&mut kinds);
        let count = dice.between(2, 4) as usize;
        for kind in kinds.into_iter().take(count) {
            match kind {
                0 => self.lean(0.5, 4.0, dice),
                1 => (self.grain, self.specks) = (dice.between(5, 16) as u8, dice.between(50, 600) as u32),
                2 => self.fade = Some(paper::Fade::choose(45, 75, dice)),
                3 => self.holes = true,
                4 => self.edge = Some(marks::Edge::choose(false, dice)),
                5 => self.stamp = Some(marks::Stamp::choose(dice)),
                6 => self.show_through = Some(dice.between(24, 60) as u8),
                _ => self.turn = dice.pick(&[QuarterTurns::One, QuarterTurns::Two, QuarterTurns::Three]),
            }
        }
    }

    fn office(&mut self, landscape: bool, dice: &mut Dice) {
        if dice.chance(80) {
            self.lean(0.0, 0.7, dice);
        } else if dice.chance(30) {
            self.lean(0.7, 2.2, dice);
        }
        if landscape && dice.chance(40) {
            self.turn = if dice.chance(50) { QuarterTurns::One } else { QuarterTurns::Three };
        }
        self.grain = dice.between(1, 4) as u8;
        self.specks = dice.between(0, 25) as u32;
        self.holes = dice.chance(40);
        self.dark_lid = dice.chance(10);
        if dice.chance(20) {
            self.edge = Some(marks::Edge::choose(false, dice));
        }
        if dice.chance(10) {
            self.fade = Some(paper::Fade::choose(60, 85, dice));
        }
        if dice.chance(15) {
            self.show_through = Some(dice.between(14, 36) as u8);
        }
        if dice.chance(8) {
            self.stamp = Some(marks::Stamp::choose(dice));
        }
    }
}

/// Does the same to every plane: each gets the same choices.
fn each(sheet: &mut Sheet, dice: &mut Dice, wear: impl Fn(&mut GrayImage, &mut Dice)) {
    let labels = [u64::from(dice.below(u32::MAX)), 0, 0];
    for plane in &mut sheet.planes {
        wear(plane, &mut Dice::new(0x0077_6561_7200, labels));
    }
}
