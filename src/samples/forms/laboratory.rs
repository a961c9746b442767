//! Laboratory report: panels in tables with units, ranges and flags.

use crate::samples::case::{Case, time, us_date};
use crate::samples::dice::Dice;
use crate::samples::flow::{Flow, Table};
use crate::samples::furniture::Style;
use crate::samples::phrase::point;
use crate::samples::scene::Scene;

/// Name, unit, decimal places, and the normal range as whole numbers of the last place.
type Test = (&'static str, &'static str, usize, i32, i32);

const PANELS: &[(&str, &[Test])] = &[
    (
        "Complete Blood Count",
        &[
            ("White blood cells", "K/uL", 1, 40, 110),
            ("Red blood cells", "M/uL", 2, 400, 560),
            ("Hemoglobin", "g/dL", 1, 120, 170),
            ("Hematocrit", "%", 1, 360, 500),
            ("Mean corpuscular volume", "fL", 1, 800, 1000),
            ("Platelets", "K/uL", 0, 150, 400),
            ("Neutrophils", "%", 1, 400, 740),
            ("Lymphocytes", "%", 1, 190, 480),
            ("Eosinophils", "%", 1, 0, 70),
        ],
    ),
    (
        "Basic Metabolic Panel",
        &[
            ("Sodium", "mmol/L", 0, 135, 145),
            ("Potassium", "mmol/L", 1, 35, 51),
            ("Chloride", "mmol/L", 0, 98, 107),
            ("Carbon dioxide", "mmol/L", 0, 21, 32),
            ("Urea nitrogen", "mg/dL", 0, 7, 20),
            ("Creatinine", "mg/dL", 2, 60, 130),
            ("Glucose", "mg/dL", 0, 70, 110),
            ("Calcium", "mg/dL", 1, 85, 105),
        ],
    ),
    (
        "Hepatic Panel",
        &[
            ("Total protein", "g/dL", 1, 60, 83),
            ("Albumin", "g/dL", 1, 35, 52),
            ("Bilirubin, total", "mg/dL", 1, 1, 12),
            ("Alkaline phosphatase", "U/L", 0, 40, 129),
            ("AST", "U/L", 0, 8, 40),
            ("ALT", "U/L", 0, 7, 56),
        ],
    ),
    (
        "Coagulation",
        &[
            ("Prothrombin time", "seconds", 1, 110, 135),
            ("INR", "ratio", 1, 8, 12),
            ("Partial thromboplastin time", "seconds", 1, 250, 365),
            ("D-dimer", "ug/mL", 2, 0, 50),
        ],
    ),
    (
        "Cardiac Markers",
        &[("Troponin I", "ng/mL", 3, 0, 40), ("CK-MB", "ng/mL", 1, 0, 50), ("NT-proBNP", "pg/mL", 0, 0, 450)],
    ),
    (
        "Lipid and Endocrine",
        &[
            ("Cholesterol", "mg/dL", 0, 120, 200),
            ("HDL cholesterol", "mg/dL", 0, 40, 90),
            ("LDL cholesterol", "mg/dL", 0, 50, 130),
            ("Triglycerides", "mg/dL", 0, 40, 150),
            ("Hemoglobin A1c", "%", 1, 40, 57),
            ("TSH", "mIU/L", 2, 40, 450),
            ("Ferritin", "ng/mL", 0, 30, 400),
            ("Vitamin B12", "pg/mL", 0, 211, 946),
        ],
    ),
    (
        "Urinalysis",
        &[
            ("Specific gravity", "", 3, 1005, 1030),
            ("pH", "", 1, 50, 80),
            ("Protein", "mg/dL", 0, 0, 20),
            ("White cells", "/HPF", 0, 0, 5),
            ("Red cells", "/HPF", 0, 0, 3),
        ],
    ),
];

pub(super) fn write(case: &Case, style: Style, dice: &mut Dice) -> Vec<Scene> {
    let mut flow = Flow::new(case, style, "Laboratory Report", "LAB-77 Rev. 09/05");
    let day = us_date(case.day(dice.between(0, case.days)));
    flow.fields(&[
        ("Collected", format!("{day} {}", time(dice, 4, 8))),
        ("Received", format!("{day} {}", time(dice, 9, 10))),
        ("Ordered by", case.attending.clone()),
        ("Accession", format!("L{:06}", dice.between(100_000, 999_999))),
    ]);
    let ruled = dice.chance(60);
    let count = dice.between(3, 5) as usize;
    for (panel, tests) in dice.some(PANELS, count) {
        flow.heading(panel);
        let rows = tests.iter().map(|test| result(test, dice)).collect();
        let head = ["Test", "Result", "Flag", "Units", "Reference range"];
        flow.table(&Table { columns: &[3.6, 1.4, 0.9, 1.4, 2.2], head: &head, rows, ruled });
    }
    flow.labelled("Comment:", &case.say("[Specimen slightly hemolyzed|Results called to {doctor} and read back|Repeat analysis confirmed|No comment]. H = high, L = low, reference ranges for adults.", dice));
    flow.labelled("Verified by", &case.say("Technologist {101-899}, {facility} Laboratory.", dice));
    flow.finish()
}

fn result(&(name, unit, places, low, high): &Test, dice: &mut Dice) -> Vec<String> {
    let spread = (high - low).max(4);
    let value = match dice.below(10) {
        0 | 1 => high + dice.between(1, spread.min(high / 3).max(2)),
        2 => low - dice.between(0, spread.min(low / 4)),
        _ => dice.between(low, high),
    };
    let flag = if value > high {
        "H"
    } else if value < low {
        "L"
    } else {
        ""
    };
    let range = format!("{} - {}", point(low, places), point(high, places));
    vec![name.to_owned(), point(value, places), flag.to_owned(), unit.to_owned(), range]
}
