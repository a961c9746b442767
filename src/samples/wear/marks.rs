//! Marks that are no writing: punch holes, dark scanner edges, rubber stamps.

use image::GrayImage;

use super::geometry::sine_cosine;
use crate::samples::dice::Dice;
use crate::samples::lettering::{Face, Lettering};
use crate::samples::scene::{Ink, Scene};
use crate::samples::sheet::{Sheet, luma};

/// A rubber stamp: what it says, where its middle is (parts of the page), how it leans, its ink and how much of it.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::samples) struct Stamp {
    pub(in crate::samples) text: &'static str,
    middle: (f32, f32),
    degrees: f64,
    ink: Ink,
    /// Of 255.
    strength: u32,
}

/// A dark strip along a side of the scan.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::samples) struct Edge {
    /// Left, right, bottom.
    side: u32,
    /// Width in inches at the strip's beginning and end.
    widths: (f32, f32),
    tone: u8,
}

impl Stamp {
    /// Chooses a stamp that lies across the text.
    pub(super) fn choose(dice: &mut Dice) -> Self {
        Self {
            text: dice.pick(&["RECEIVED", "COPY", "CONFIDENTIAL", "SCANNED", "FILED", "DUPLICATE", "VERIFIED"]),
            middle: (dice.fraction(0.3, 0.7), dice.fraction(0.25, 0.7)),
            degrees: f64::from(dice.between(-24, 24)),
            ink: dice.pick(&[Ink([170, 30, 40]), Ink([40, 50, 150]), Ink([60, 60, 66])]),
            strength: dice.between(120, 200) as u32,
        }
    }
}

impl Edge {
    /// Chooses a strip; a `broad` one only for pages that do not lean, whose margins are whole.
    pub(super) fn choose(broad: bool, dice: &mut Dice) -> Self {
        let widest = if broad { 0.24 } else { 0.09 };
        let mut width = || dice.fraction(widest / 3.0, widest);
        let widths = (width(), width());
        Self { side: dice.below(3), widths, tone: dice.between(8, 60) as u8 }
    }
}

/// Presses the stamp on the page. Ink below it stays darker.
pub(super) fn press(sheet: &mut Sheet, stamp: &Stamp, lettering: &mut Lettering) {
    let size = 26.0;
    let width = Lettering::width(Face::SansBold, size, stamp.text) + 24.0;
    let mut scene = Scene::new((width, 44.0));
    scene.frame(2.0, 2.0, width - 4.0, 40.0, 2.4);
    scene.text(12.0, 31.5, Face::SansBold, size, stamp.text);
    let print = Sheet::draw(&scene, sheet.dpi, false, lettering);
    let print = &print.planes[0];
    let (sine, cosine) = sine_cosine(stamp.degrees);
    let page = sheet.size();
    let middle =
        (f64::from(stamp.middle.0) * f64::from(page.width), f64::from(stamp.middle.1) * f64::from(page.height));
    let (half_width, half_height) = (f64::from(print.width()) / 2.0, f64::from(print.height()) / 2.0);
    let reach = half_width + half_height;
    let tones = if sheet.planes.len() == 3 { stamp.ink.0.to_vec() } else { vec![luma(stamp.ink)] };
    for y in (middle.1 - reach).max(0.0) as u32..((middle.1 + reach) as u32).min(page.height) {
        for x in (middle.0 - reach).max(0.0) as u32..((middle.0 + reach) as u32).min(page.width) {
            let (away_x, away_y) = (f64::from(x) - middle.0, f64::from(y) - middle.1);
            let (across, down) =
                (away_x * cosine + away_y * sine + half_width, away_y * cosine - away_x * sine + half_height);
            if across < 0.0 || down < 0.0 {
                continue;
            }
            let Some(pixel) = print.get_pixel_checked(across as u32, down as u32) else { continue };
            // Rubber never prints evenly: a fixed pattern thins the ink.
            let worn = if (x.wrapping_mul(7919) ^ y.wrapping_mul(104_729)) % 11 < 2 { 2 } else { 1 };
            let part = u32::from(255 - pixel[0]) * stamp.strength / 255 / worn;
            for (plane, &tone) in sheet.planes.iter_mut().zip(&tones) {
                let under = &mut plane.get_pixel_mut(x, y).0[0];
                let left = 255 - u32::from(255 - tone) * part / 255;
                *under = (u32::from(*under) * left / 255) as u8;
            }
        }
    }
}

/// Punches the holes of a ring binder: three along the left side, or along the top of a landscape page.
pub(super) fn punch(plane: &mut GrayImage, dpi: u32, dice: &mut Dice) {
    let inch = dpi as f32;
    let (width, height) = (plane.width() as f32, plane.height() as f32);
    let landscape = width > height;
    let from_side = dice.fraction(0.26, 0.34) * inch;
    let shift = dice.fraction(-0.08, 0.08) * inch;
    let radius = dice.fraction(0.11, 0.14) * inch;
    let tone = dice.between(10, 70) as f32;
    let middle = if landscape { width } else { height } / 2.0 + shift;
    for step in [-4.25, 0.0, 4.25] {
        let along = middle + step * inch;
        let (x, y) = if landscape { (along, from_side) } else { (from_side, along) };
        let reach = radius + 0.03 * inch + 1.0;
        for row in (y - reach).max(0.0) as u32..((y + reach) as u32).min(plane.height()) {
            for column in (x - reach).max(0.0) as u32..((x + reach) as u32).min(plane.width()) {
                let (away_x, away_y) = (column as f32 - x, row as f32 - y);
                let distance = (away_x * away_x + away_y * away_y).sqrt() - radius;
                let pixel = &mut plane.get_pixel_mut(column, row).0[0];
                let inside = (0.5 - distance).clamp(0.0, 1.0);
                // The lower right rim casts a shadow.
                let rim = if away_x + away_y > 0.0 && distance < 0.03 * inch { 40.0 } else { 0.0 };
                let paper = (f32::from(*pixel) - rim).max(0.0);
                *pixel = (paper * (1.0 - inside) + tone * inside) as u8;
            }
        }
    }
}

/// Darkens a side of the scan, with a soft border.
pub(super) fn darken_edge(plane: &mut GrayImage, dpi: u32, edge: &Edge) {
    let (width, height) = plane.dimensions();
    let length = if edge.side == 2 { width } else { height } as f32;
    let soft = dpi as f32 * 0.02;
    for (x, y, pixel) in plane.enumerate_pixels_mut() {
        let (along, from_side) = match edge.side {
            0 => (y, x),
            1 => (y, width - 1 - x),
            _ => (x, height - 1 - y),
        };
        if from_side > dpi / 2 {
            continue;
        }
        let strip = (edge.widths.0 + (edge.widths.1 - edge.widths.0) * along as f32 / length) * dpi as f32;
        let light = ((from_side as f32 - strip) / soft).clamp(0.0, 1.0);
        let tone = f32::from(edge.tone);
        pixel.0[0] = pixel.0[0].min((tone + (255.0 - tone) * light) as u8);
    }
}
