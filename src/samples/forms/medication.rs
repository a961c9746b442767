//! Medication administration record: a grid of drugs and days with times and initials.

use crate::samples::case::{Case, us_date};
use crate::samples::dice::Dice;
use crate::samples::flow::shortened;
use crate::samples::furniture::{self, Style};
use crate::samples::scene::{Ink, LETTER, Scene};

const DAYS: usize = 6;
/// Hours of the day for each frequency of a prescription.
const TIMES: &[(&str, &[&str])] = &[
    (" BID", &["0900", "2100"]),
    ("q12h", &["0900", "2100"]),
    (" TID", &["0600", "1400", "2200"]),
    ("q8h", &["0600", "1400", "2200"]),
    (" QID", &["0800", "1200", "1800", "2200"]),
    ("q6h", &["0000", "0600", "1200", "1800"]),
    ("q4h", &["0200", "0600", "1000", "1400", "1800", "2200"]),
    ("nightly", &["2100"]),
    ("with meals", &["0800", "1200", "1800"]),
    ("PRN", &["PRN", "PRN", "PRN"]),
];

pub(super) fn write(case: &Case, style: Style, dice: &mut Dice) -> Vec<Scene> {
    let mut page = Scene::new((LETTER.1, LETTER.0));
    let top = furniture::open(&mut page, case, &style, "Medication Administration Record");
    let (left, right) = (style.margin, page.width - style.margin);
    page.text(left, top + 4.0, style.bold, 9.0, &format!("Allergies: {}", case.allergies));
    let (drugs, times) = (215.0, 42.0);
    let cell = (right - left - drugs - times) / DAYS as f32;
    let mut y = top + 12.0;
    let head = 17.0;
    page.fill(left, y, right - left, head, Ink::SHADE);
    let line = page.new_line();
    page.text_on(line, left + 3.0, y + 12.0, style.bold, 8.5, "Medication, dose, route, frequency");
    page.text_on(line, left + drugs + 3.0, y + 12.0, style.bold, 8.5, "Hour");
    for day in 0..DAYS {
        let x = left + drugs + times + cell * day as f32;
        page.text_on(line, x + 3.0, y + 12.0, style.bold, 8.5, &us_date(case.day(day as i32))[..5]);
    }
    let grid_top = y;
    page.frame(left, y, right - left, head, 0.8);
    y += head;
    let row = 13.5;
    let initials: Vec<String> = case.nurses.iter().map(|nurse| initials(nurse)).collect();
    for (number, drug) in case.drugs.iter().enumerate() {
        let frequency = TIMES.iter().find(|(frequency, _)| drug.contains(frequency));
        let hours = frequency.map_or(&["0900"][..], |(_, hours)| *hours);
        let height = row * hours.len().max(2) as f32;
        if y + height > page.height - 98.0 {
            break;
        }
        for (index, &hour) in hours.iter().enumerate() {
            let line = page.new_line();
            let baseline = y + row * index as f32 + 10.0;
            if index == 0 {
                let name = shortened(style.bold, 8.5, &format!("{}. {drug}", number + 1), drugs - 6.0);
                page.text_on(line, left + 3.0, baseline, style.bold, 8.5, &name);
            } else if index == 1 {
                page.text_on(
                    line,
                    left + 14.0,
                    baseline,
                    style.regular,
                    8.0,
                    &format!("Start {}", us_date(case.admitted)),
                );
            }
            page.text_on(line, left + drugs + 3.0, baseline, style.regular, 8.5, hour);
            for day in 0..DAYS.min(case.days as usize) {
                let x = left + drugs + times + cell * day as f32;
                give(&mut page, line, (x, baseline, cell), &style, &initials, dice);
            }
        }
        if hours.len() == 1 {
            page.text(left + 14.0, y + row + 10.0, style.regular, 8.0, &format!("Start {}", us_date(case.admitted)));
        }
        y += height;
        page.across(left, y, right - left, 0.6);
    }
    for x in [left, left + drugs, left + drugs + times, right] {
        page.down(x, grid_top, y - grid_top, 0.8);
    }
    for day in 1..DAYS {
        page.down(left + drugs + times + cell * day as f32, grid_top, y - grid_top, 0.5);
    }
    page.text(left, y + 16.0, style.bold, 8.5, "Initials and signatures of persons giving medication");
    let column = (right - left) / 4.0;
    let line = page.new_line();
    for (index, (nurse, short)) in case.nurses.iter().zip(&initials).enumerate() {
        let x = left + column * index as f32;
        page.text_on(
            line,
            x,
            y + 29.0,
            style.regular,
            8.5,
            &shortened(style.regular, 8.5, &format!("{short} = {nurse}"), column - 6.0),
        );
    }
    furniture::close(&mut page, &style, "MAR-12 Rev. 04/06", 1, 1);
    vec![page]
}

/// Fills one cell: printed initials, initials by pen, a dose held, or nothing yet.
fn give(
    page: &mut Scene,
    line: u32,
    (x, baseline, width): (f32, f32, f32),
    style: &Style,
    initials: &[String],
    dice: &mut Dice,
) {
    match dice.below(10) {
        0 => page.text_on(line, x + 3.0, baseline, style.regular, 8.0, "held"),
        1..=3 => {
            let reach = dice.fraction(12.0, 22.0).min(width - 10.0);
            let (wide, high) = (reach / 3.0, dice.fraction(5.0, 8.0));
            let mut points = vec![(x + 6.0, baseline)];
            for step in 0..3 {
                let at = x + 6.0 + wide * step as f32;
                points.extend([(at + wide * 0.5, baseline - high), (at + wide, baseline - dice.fraction(-1.0, 2.5))]);
            }
            page.stroke(points, 0.9, Ink::PEN);
        }
        4 => {}
        _ => page.text_on(line, x + 3.0, baseline, style.regular, 8.0, &initials[dice.index(initials.len())]),
    }
}

fn initials(nurse: &str) -> String {
    nurse.split([' ', ',']).filter(|part| !part.is_empty()).take(2).filter_map(|part| part.chars().next()).collect()
}
