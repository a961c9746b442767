//! Discharge summary.

use crate::samples::case::{Case, time, us_date};
use crate::samples::dice::Dice;
use crate::samples::flow::{Flow, Table};
use crate::samples::furniture::Style;
use crate::samples::scene::Scene;

pub(super) fn write(case: &Case, style: Style, dice: &mut Dice) -> Vec<Scene> {
    let mut flow = Flow::new(case, style, "Discharge Summary", "DS-440 Rev. 07/09");
    let left = case.day(case.days);
    flow.fields(&[
        ("Admitted", us_date(case.admitted)),
        ("Discharged", us_date(left)),
        ("Attending", case.attending.clone()),
        ("Referring physician", case.referrer.clone()),
        ("Length of stay", format!("{} days", case.days)),
        ("Disposition", case.say("[Home|Home with services|Skilled nursing facility|Acute rehabilitation]", dice)),
    ]);
    flow.heading("Diagnoses");
    let diagnoses: Vec<String> =
        case.conditions().map(|condition| format!("{} ({})", condition.name, condition.code)).collect();
    flow.numbered(&diagnoses);
    flow.heading("Reason for Admission");
    let first = dice.pick(case.primary.story);
    flow.paragraph(&case.say(
        &format!("{{name}} is a {{age}} year old {{man}} who came to {{facility}} with {{complaint}}. {first}"),
        dice,
    ));
    flow.heading("Hospital Course");
    for condition in case.conditions().take(4) {
        let plan = dice.pick(condition.plan);
        let findings = condition.findings;
        let text =
            case.say(&format!("On admission the examination showed: {findings} {plan} {}", condition.course), dice);
        flow.labelled(&format!("{}.", condition.name), &text);
    }
    flow.heading("Medications at Discharge");
    let rows = case
        .drugs
        .iter()
        .map(|drug| {
            vec![
                drug.clone(),
                case.say("[Continue|Continue|New|Dose changed]", dice),
                case.say("[with food|in the morning|at bedtime|as directed|for {5-14} days]", dice),
            ]
        })
        .collect();
    let head = ["Medication and dose", "Change", "Instructions"];
    flow.table(&Table { columns: &[5.0, 1.7, 2.2], head: &head, rows, ruled: dice.chance(60) });
    flow.heading("Condition and Follow-up");
    flow.paragraph(&case.say("Condition at discharge is [good|fair|stable]. Diet: [cardiac|diabetic|regular|low sodium]. Activity: [as tolerated|no lifting above {5-15} pounds for {2-6} weeks|with assistance].", dice));
    flow.paragraph(&format!("Vital signs at discharge: {}.", super::vitals(dice)));
    flow.numbered(&[
        case.say("See {referrer} in {5-14} days; bring all medication bottles.", dice),
        case.say("[Basic metabolic panel|Complete blood count|Chest radiograph|INR] on {date}.", dice),
        case.say("Return for [fever above 101 F|chest pain|worsening breathlessness|bleeding|confusion].", dice),
    ]);
    flow.labelled("Pending results:", &case.say("[None|Final blood culture|Pathology|Vitamin D level].", dice));
    flow.labelled("Dictated by", &format!("{} on {} at {}", case.resident, us_date(left), time(dice, 8, 20)));
    flow.signed("Attending physician", &case.attending, &us_date(left), dice);
    flow.finish()
}
