//! Nursing flow sheet: hours across, observations down, on landscape paper.

use crate::samples::case::{Case, us_date};
use crate::samples::dice::Dice;
use crate::samples::flow::shortened;
use crate::samples::furniture::{self, Style};
use crate::samples::phrase::{Facts, expand};
use crate::samples::scene::{Ink, LETTER, Scene};

const HOURS: &[&str] =
    &["0000", "0200", "0400", "0600", "0800", "1000", "1200", "1400", "1600", "1800", "2000", "2200"];

const ROWS: &[(&str, &str)] = &[
    ("Temperature F", "{97.1-101.6}"),
    ("Pulse", "{58-118}"),
    ("Respirations", "{12-26}"),
    ("Blood pressure", "{96-168}/{52-94}"),
    ("Oxygen saturation", "{89-99}"),
    ("Oxygen L/min", "[RA|{1-4}]"),
    ("Pain score", "{0-8}"),
    ("Oral intake mL", "[|{6-36}0]"),
    ("IV intake mL", "[75|100|125|150]"),
    ("Urine output mL", "[|{8-45}0]"),
    ("Glucose mg/dL", "[||{92-288}]"),
    ("Level of care", "[A|V|A|A]"),
    ("Position", "[L|R|B|Ch]"),
    ("Skin intact", "[Y|Y|Y|N]"),
    ("Fall precautions", "[Y|Y]"),
    ("IV site", "[OK|OK|red]"),
];

pub(super) fn write(case: &Case, style: Style, dice: &mut Dice) -> Vec<Scene> {
    let mut page = Scene::new((LETTER.1, LETTER.0));
    let top = furniture::open(&mut page, case, &style, "Nursing Flow Sheet");
    let (left, right) = (style.margin, page.width - style.margin);
    let day = us_date(case.day(dice.between(0, case.days)));
    page.text(
        left,
        top + 3.0,
        style.bold,
        9.0,
        &format!("Date: {day}   Unit: {}   Diagnosis: {}", &case.room[..1], case.primary.name),
    );
    let label = 112.0;
    let cell = (right - left - label) / HOURS.len() as f32;
    let (grid_top, row) = (top + 11.0, 16.0);
    let mut y = grid_top;
    page.fill(left, y, right - left, row, Ink::SHADE);
    let line = page.new_line();
    page.text_on(line, left + 3.0, y + 11.5, style.bold, 8.5, "Hour");
    for (index, hour) in HOURS.iter().enumerate() {
        page.text_on(line, left + label + cell * index as f32 + 4.0, y + 11.5, style.bold, 8.5, hour);
    }
    y += row;
    for &(name, values) in ROWS {
        if y + row > page.height - 106.0 {
            break;
        }
        let line = page.new_line();
        page.text_on(line, left + 3.0, y + 11.5, style.regular, 8.5, name);
        for index in 0..HOURS.len() {
            let value = expand(values, dice, &Facts::new());
            let value = shortened(style.regular, 8.5, &value, cell - 4.0);
            page.text_on(line, left + label + cell * index as f32 + 3.0, y + 11.5, style.regular, 8.5, &value);
        }
        page.across(left, y, right - left, 0.5);
        y += row;
    }
    page.frame(left, grid_top, right - left, y - grid_top, 1.0);
    for index in 0..HOURS.len() {
        page.down(left + label + cell * index as f32, grid_top, y - grid_top, 0.5);
    }
    let notes = [
        "[Resting quietly, call light within reach|Turned every two hours|Ambulated in the hall with assistance]. [Dressing dry and intact|Denies pain|Medicated for pain with relief in {20-45} minutes].",
        "[Family visiting until {1-8}:30 pm|Physician notified of blood pressure {82-94}/{40-52}|Oxygen titrated to keep saturation above 92]. [Side rails up|Bed alarm on|Teaching done on new medication].",
    ];
    for (index, phrase) in notes.iter().enumerate() {
        let note = format!("Note {}: {}", index + 1, case.say(phrase, dice));
        let note = shortened(style.regular, 8.5, &note, right - left);
        page.text(left, y + 14.0 + 13.0 * index as f32, style.regular, 8.5, &note);
    }
    let below = y + 50.0;
    page.text(left, below, style.regular, 8.5, &format!("Day shift: {}", case.nurses[1]));
    page.across(left + 200.0, below + 1.0, 150.0, 0.5);
    furniture::signature(&mut page, left + 206.0, below, 84.0, dice);
    furniture::close(&mut page, &style, "NUR-88 Rev. 10/07", 1, 1);
    vec![page]
}
