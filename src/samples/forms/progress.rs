//! Progress notes: one entry per day of the stay.

use crate::samples::case::{Case, time, us_date};
use crate::samples::dice::Dice;
use crate::samples::flow::Flow;
use crate::samples::furniture::Style;
use crate::samples::scene::Scene;

const SUBJECTIVE: &[&str] = &[
    "[Slept well|Slept poorly because of noise|Rested comfortably] overnight; [no new complaints|feels stronger today|reports mild nausea after breakfast].",
    "Pain {1-7} of 10, [controlled with acetaminophen|worse with movement|improved since yesterday].",
    "[Tolerating a regular diet|Eating {25-75} percent of meals|Clear liquids only] with [one|no] bowel movement.",
    "Walked {20-200} feet with [physical therapy|the nurse|a walker] and [no dizziness|mild shortness of breath].",
    "[Family at the bedside and updated|Asks about going home|Anxious about the procedure|Denies chest pain].",
];

const OBJECTIVE: &[&str] = &[
    "Intake {90-280}0 mL, output {70-340}0 mL, weight {52-112}.{1-9} kg.",
    "[Lungs clear|Crackles at the bases, less than yesterday|Few expiratory wheezes]. [Heart regular|Irregular, rate controlled].",
    "Abdomen soft, [nontender|mild tenderness]. [No edema|Trace edema of the ankles].",
    "Sodium {131-144}, potassium {3.2-5.1}, creatinine {0.7-2.4}, white count {5.1-14.8}, hemoglobin {8.4-14.6}.",
    "[Incision clean and dry|Intravenous site without redness|Telemetry without events|Culture negative at {24-48} hours].",
];

pub(super) fn write(case: &Case, style: Style, dice: &mut Dice) -> Vec<Scene> {
    let mut flow = Flow::new(case, style, "Progress Notes", "PN-210 Rev. 11/06");
    for day in 1..=case.days.min(5) {
        let author = if dice.chance(60) { &case.resident } else { &case.attending };
        flow.heading(&format!("{} {} - Hospital Day {}", us_date(case.day(day)), time(dice, 6, 17), day + 1));
        let part = |dice: &mut Dice, phrases: &[&str]| {
            let count = dice.between(2, 4) as usize;
            let chosen = dice.some(phrases, count);
            chosen.into_iter().map(|phrase| case.say(phrase, dice)).collect::<Vec<_>>().join(" ")
        };
        flow.labelled("S:", &part(dice, SUBJECTIVE));
        let objective = format!("{}. {}", super::vitals(dice), part(dice, OBJECTIVE));
        flow.labelled("O:", &objective);
        flow.labelled(
            "A/P:",
            &case.say("{age} year old {man} with {primary}, [improving|stable|slowly improving|unchanged].", dice),
        );
        let mut plan: Vec<String> = Vec::new();
        for condition in case.conditions().take(2) {
            let phrase = dice.pick(condition.plan);
            plan.push(format!("{}: {}", condition.short, case.say(phrase, dice)));
        }
        plan.push(case.say("[Discharge planning with social work|Anticipate discharge {date}|Continue present management|Code status: full code|Prophylaxis with enoxaparin 40 mg SC daily].", dice));
        flow.numbered(&plan);
        if dice.chance(60) {
            flow.signed("Signed", author, &us_date(case.day(day)), dice);
        } else {
            flow.labelled("Electronically signed by", author);
        }
    }
    flow.finish()
}
