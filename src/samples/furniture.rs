//! What every form of a hospital carries: letterhead, patient label, footer; in several styles.

use super::case::{Case, us_date};
use super::dice::Dice;
use super::lettering::{Face, Lettering};
use super::scene::{Ink, Scene};

/// How the forms of one chart look.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Style {
    pub(super) regular: Face,
    pub(super) bold: Face,
    pub(super) italic: Face,
    /// Body size in points.
    pub(super) size: f32,
    pub(super) heading: Heading,
    pub(super) letterhead: Letterhead,
    /// Left and right margin in points.
    pub(super) margin: f32,
}

/// How section headings look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Heading {
    Plain,
    Underlined,
    Band,
    Capitals,
}

/// How the top of a form looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Letterhead {
    /// Hospital on the left, patient's label in a box on the right.
    Label,
    /// Hospital in the middle, patient in a ruled row below.
    Centred,
    /// A typed print-out of a computer system.
    Typed,
    /// A thick band of rules with the title on the left.
    Banner,
}

impl Style {
    /// Chooses a style.
    pub(super) fn choose(dice: &mut Dice) -> Self {
        let (regular, bold, italic) = dice.pick(&[
            (Face::Sans, Face::SansBold, Face::SansItalic),
            (Face::Serif, Face::SerifBold, Face::SerifItalic),
            (Face::Narrow, Face::NarrowBold, Face::NarrowItalic),
            (Face::Serif, Face::SerifBold, Face::SerifItalic),
            (Face::Mono, Face::MonoBold, Face::Mono),
        ]);
        let typed = regular == Face::Mono;
        let letterhead = dice.pick(&[Letterhead::Label, Letterhead::Centred, Letterhead::Banner]);
        Self {
            regular,
            bold,
            italic,
            size: if typed { 9.0 } else { dice.pick(&[9.0, 9.5, 10.0, 10.0, 10.5, 11.0]) },
            heading: dice.pick(&[Heading::Plain, Heading::Underlined, Heading::Band, Heading::Capitals]),
            letterhead: if typed { Letterhead::Typed } else { letterhead },
            margin: dice.pick(&[54.0, 60.0, 66.0]),
        }
    }
}

/// Puts letterhead, patient and `title` at the top of a page and returns the first free height.
pub(super) fn open(scene: &mut Scene, case: &Case, style: &Style, title: &str) -> f32 {
    let (left, right) = (style.margin, scene.width - style.margin);
    let patient = &case.patient;
    let (born, record) = (us_date(patient.born), patient.record.as_str());
    let sex = if patient.female { "F" } else { "M" };
    let address = format!("{}, {}", case.facility.street, case.facility.town);
    match style.letterhead {
        Letterhead::Label => {
            scene.text(left, 48.0, style.bold, 12.0, case.facility.name);
            scene.text(left, 61.0, style.regular, 8.5, &address);
            scene.text(left, 72.0, style.regular, 8.5, &format!("Telephone {}", case.facility.telephone));
            let (x, width) = (right - 196.0, 196.0);
            scene.frame(x, 34.0, width, 52.0, 0.8);
            scene.text(x + 6.0, 47.0, style.bold, 9.5, &patient.filed_name());
            scene.text(x + 6.0, 59.0, style.regular, 9.0, &format!("MRN: {record}   Sex: {sex}"));
            scene.text(x + 6.0, 71.0, style.regular, 9.0, &format!("DOB: {born}   Room: {}", case.room));
            bars(scene, x + 6.0, 75.0, 120.0, record);
            scene.text(left, 100.0, style.bold, 13.0, title);
            scene.across(left, 107.0, right - left, 1.2);
            122.0
        }
        Letterhead::Centred => {
            let middle = scene.width / 2.0;
            scene.centred(middle, 46.0, style.bold, 13.0, &case.facility.name.to_uppercase());
            scene.centred(middle, 58.0, style.regular, 8.5, &format!("{address}   Tel. {}", case.facility.telephone));
            scene.centred(middle, 77.0, style.bold, 12.0, title);
            scene.frame(left, 85.0, right - left, 30.0, 0.7);
            let line = scene.new_line();
            let column = (right - left) / 2.0;
            scene.text_on(line, left + 5.0, 97.0, style.regular, 9.0, &format!("Patient: {}", patient.filed_name()));
            scene.text_on(line, left + column + 20.0, 97.0, style.regular, 9.0, &format!("Date of birth: {born}"));
            let line = scene.new_line();
            scene.text_on(line, left + 5.0, 110.0, style.regular, 9.0, &format!("Record number: {record}"));
            scene.text_on(
                line,
                left + column + 20.0,
                110.0,
                style.regular,
                9.0,
                &format!("Attending: {}", case.attending),
            );
            131.0
        }
        Letterhead::Typed => {
            let dashes = "=".repeat(((right - left) / Lettering::width(style.regular, 9.0, "=")) as usize);
            let line = scene.new_line();
            scene.text_on(line, left, 44.0, style.regular, 9.0, &case.facility.name.to_uppercase());
            scene.right_on(line, right, 44.0, style.regular, 9.0, &format!("PRINTED {}", us_date(case.day(case.days))));
            scene.text(left, 56.0, style.bold, 9.0, &format!("{}  MR# {record}", patient.filed_name()));
            scene.text(
                left,
                68.0,
                style.regular,
                9.0,
                &format!("DOB {born}  SEX {sex}  ROOM {}  ATT {}", case.room, case.attending),
            );
            scene.text(left, 82.0, style.bold, 10.0, &title.to_uppercase());
            scene.across(left, 88.0, Lettering::width(style.regular, 9.0, &dashes), 0.8);
            scene.across(left, 90.5, Lettering::width(style.regular, 9.0, &dashes), 0.8);
            106.0
        }
        Letterhead::Banner => {
            scene.across(left, 36.0, right - left, 3.0);
            let line = scene.new_line();
            scene.text_on(line, left, 54.0, style.bold, 14.0, title);
            scene.right_on(line, right, 54.0, style.italic, 10.0, case.facility.name);
            let line = scene.new_line();
            scene.text_on(line, left, 70.0, style.regular, 9.0, &format!("Name: {} {}", patient.given, patient.family));
            scene.right_on(line, right, 70.0, style.regular, 9.0, &format!("Medical record no. {record}"));
            let line = scene.new_line();
            let age = patient.age_on(case.admitted);
            scene.text_on(line, left, 82.0, style.regular, 9.0, &format!("Born: {born}   Age: {age}   Sex: {sex}"));
            scene.right_on(line, right, 82.0, style.regular, 9.0, &format!("Admitted {}", us_date(case.admitted)));
            scene.across(left, 89.0, right - left, 1.0);
            106.0
        }
    }
}

/// Puts the footer at the bottom of a page.
pub(super) fn close(scene: &mut Scene, style: &Style, form: &str, page: usize, pages: usize) {
    let (left, right, y) = (style.margin, scene.width - style.margin, scene.height - 34.0);
    scene.across(left, y - 11.0, right - left, 0.5);
    let line = scene.new_line();
    scene.text_on(line, left, y, style.regular, 8.0, &format!("Form {form}"));
    let middle = "Fictitious record for testing";
    let width = Lettering::width(style.italic, 8.0, middle);
    scene.text_on(line, (scene.width - width) / 2.0, y, style.italic, 8.0, middle);
    scene.right_on(line, right, y, style.regular, 8.0, &format!("Page {page} of {pages}"));
}

/// Draws a signature that nobody has: a few connected loops of a pen.
pub(super) fn signature(scene: &mut Scene, x: f32, baseline: f32, width: f32, dice: &mut Dice) {
    let letters = dice.between(7, 12);
    let (mut points, mut pen) = (Vec::new(), x);
    let step = width / letters as f32;
    for letter in 0..letters {
        let tall = letter == 0 || dice.chance(25);
        let height = if tall { dice.fraction(14.0, 20.0) } else { dice.fraction(4.0, 8.0) };
        let drop = if dice.chance(20) { dice.fraction(3.0, 8.0) } else { 0.0 };
        let lean = dice.fraction(0.1, 0.6) * step;
        let corners = [
            (pen, baseline),
            (pen + step * 0.55 + lean, baseline - height),
            (pen + step * 0.25, baseline - height * 0.8),
            (pen + step * 0.45, baseline + drop),
            (pen + step, baseline - dice.fraction(0.0, 3.0)),
        ];
        points.extend(curve(&corners));
        pen += step;
    }
    scene.stroke(points, dice.fraction(0.8, 1.4), Ink::PEN);
    if dice.chance(50) {
        let tail =
            [(x + width * 0.2, baseline + 5.0), (x + width * 0.6, baseline + 2.0), (x + width * 1.1, baseline + 6.0)];
        scene.stroke(curve(&tail), 0.9, Ink::PEN);
    }
}

/// Smooths corners into a curve through their middles.
fn curve(corners: &[(f32, f32)]) -> Vec<(f32, f32)> {
    let mut points = vec![corners[0]];
    for three in corners.windows(3) {
        let middle = |a: (f32, f32), b: (f32, f32)| ((a.0 + b.0) / 2.0, (a.1 + b.1) / 2.0);
        let (from, over, to) = (middle(three[0], three[1]), three[1], middle(three[1], three[2]));
        for step in 0..=6 {
            let t = step as f32 / 6.0;
            let along = |a: f32, b: f32, c: f32| (1.0 - t) * (1.0 - t) * a + 2.0 * t * (1.0 - t) * b + t * t * c;
            points.push((along(from.0, over.0, to.0), along(from.1, over.1, to.1)));
        }
    }
    points.push(corners[corners.len() - 1]);
    points
}

/// Draws bars that look like a bar code; nothing reads them.
fn bars(scene: &mut Scene, x: f32, y: f32, width: f32, text: &str) {
    let mut at = x;
    for byte in text.bytes().chain(text.bytes()).chain(text.bytes()) {
        for part in [byte & 3, (byte >> 2) & 3] {
            let thick = 0.6 + f32::from(part) * 0.5;
            if at + thick > x + width {
                return;
            }
            scene.fill(at, y, thick, 8.0, Ink::BLACK);
            at += thick + 0.7 + f32::from(byte & 1) * 0.6;
        }
    }
}
