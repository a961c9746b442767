//! Electrocardiogram: traces on a grid, with little text.

use crate::samples::case::{Case, time, us_date};
use crate::samples::dice::Dice;
use crate::samples::furniture::Style;
use crate::samples::scene::{Ink, LETTER, Scene};

/// A millimetre in points.
const MM: f32 = 72.0 / 25.4;

const LEADS: [[&str; 4]; 3] = [["I", "aVR", "V1", "V4"], ["II", "aVL", "V2", "V5"], ["III", "aVF", "V3", "V6"]];

pub(super) fn write(case: &Case, style: Style, dice: &mut Dice) -> Vec<Scene> {
    let mut page = Scene::new((LETTER.1, LETTER.0));
    let rate = dice.between(54, 128);
    let (left, right) = (54.0, page.width - 40.0);
    let line = page.new_line();
    page.text_on(line, left, 44.0, style.bold, 11.0, &case.patient.filed_name());
    page.right_on(line, right, 44.0, style.bold, 11.0, case.facility.name);
    let line = page.new_line();
    page.text_on(
        line,
        left,
        58.0,
        style.regular,
        9.5,
        &format!("ID: {}   DOB: {}", case.patient.record, us_date(case.patient.born)),
    );
    page.right_on(line, right, 58.0, style.regular, 9.5, &format!("{} {}", us_date(case.admitted), time(dice, 0, 23)));
    let line = page.new_line();
    let values = case.say("PR {120-220} ms   QRS {78-126} ms   QT/QTc {340-420}/{390-478} ms   Axis {10-80}", dice);
    page.text_on(line, left, 72.0, style.regular, 9.5, &format!("Rate {rate}   {values}"));
    let verdict = case.say("[Normal sinus rhythm|Sinus tachycardia|Sinus bradycardia|Atrial fibrillation|Sinus rhythm with premature beats]. [Nonspecific T wave changes|Left ventricular hypertrophy|No acute ischemic changes|Old inferior infarct]. [Unconfirmed report|Reviewed by {doctor}].", dice);
    page.text(left, 86.0, style.bold, 9.5, &verdict);
    let (top, bottom) = (98.0, page.height - 62.0);
    let (mut x, mut count) = (left, 0);
    while x <= right {
        let ink = if count % 5 == 0 { Ink::GRID_STRONG } else { Ink::GRID };
        page.fill(x, top, if count % 5 == 0 { 0.5 } else { 0.24 }, bottom - top, ink);
        (x, count) = (x + MM, count + 1);
    }
    let (mut y, mut count) = (top, 0);
    while y <= bottom {
        let ink = if count % 5 == 0 { Ink::GRID_STRONG } else { Ink::GRID };
        page.fill(left, y, right - left, if count % 5 == 0 { 0.5 } else { 0.24 }, ink);
        (y, count) = (y + MM, count + 1);
    }
    let rows = 4.0;
    let height = (bottom - top) / rows;
    let quarter = (right - left) / 4.0;
    for (row, leads) in LEADS.iter().enumerate() {
        let middle = top + height * (row as f32 + 0.55);
        let line = page.new_line();
        for (column, lead) in leads.iter().enumerate() {
            let x = left + quarter * column as f32;
            page.text_on(line, x + 4.0, middle - height * 0.36, style.bold, 10.0, lead);
            let strength = if *lead == "aVR" { -0.7 } else { dice.fraction(0.6, 1.3) };
            trace(&mut page, (x, middle, quarter), rate, strength, dice);
        }
    }
    let middle = top + height * 3.55;
    page.text(left + 4.0, middle - height * 0.36, style.bold, 10.0, "II");
    trace(&mut page, (left, middle, right - left), rate, 1.0, dice);
    let line = page.new_line();
    page.text_on(line, left, page.height - 44.0, style.regular, 8.5, "25 mm/s   10 mm/mV   40 Hz");
    page.right_on(line, right, page.height - 44.0, style.italic, 8.0, "Fictitious record for testing");
    vec![page]
}

/// Draws one lead at 25 mm/s and 10 mm/mV.
fn trace(page: &mut Scene, (x, middle, width): (f32, f32, f32), rate: i32, strength: f32, dice: &mut Dice) {
    let beat = 60.0 / rate as f32 * 25.0 * MM;
    let mut start = x - dice.fraction(0.0, beat * 0.5);
    let mut points = Vec::new();
    while start < x + width {
        // Offsets are seconds after the start of the beat, heights are millivolts.
        let wave = [
            (0.00, 0.0),
            (0.05, 0.05),
            (0.09, 0.15),
            (0.13, 0.05),
            (0.16, 0.0),
            (0.20, -0.08),
            (0.22, 1.0),
            (0.25, -0.25),
            (0.27, 0.0),
            (0.33, 0.02),
            (0.38, 0.14),
            (0.43, 0.26),
            (0.47, 0.12),
            (0.51, 0.0),
        ];
        for (seconds, height) in wave {
            let at = start + seconds * 25.0 * MM * (beat / (0.75 * 25.0 * MM)).min(1.15);
            let shake = dice.fraction(-0.012, 0.012);
            if at >= x && at <= x + width {
                points.push((at, middle - (height + shake) * strength * 10.0 * MM));
            }
        }
        start += beat * dice.fraction(0.97, 1.03);
    }
    page.stroke(points, 0.8, Ink::BLACK);
}
