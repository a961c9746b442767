//! Consent to an operation: check boxes and signatures.

use crate::samples::case::{Case, time, us_date};
use crate::samples::dice::Dice;
use crate::samples::flow::Flow;
use crate::samples::furniture::Style;
use crate::samples::scene::Scene;

const STATEMENTS: &[&str] = &[
    "I have read this form or it was read to me, and all blanks were filled in before I signed.",
    "I consent to the administration of anesthesia by or under the direction of the Department of Anesthesia.",
    "I consent to the transfusion of blood and blood products if my physician considers it necessary.",
    "I consent to the disposal or examination of tissue that is removed.",
    "I consent to the presence of students and observers for the advancement of education.",
    "I consent to photographs for my medical record, provided my identity is not revealed.",
    "I received the leaflet on my privacy rights.",
    "An interpreter was offered to me and was not needed.",
    "I request that no blood products be given under any circumstances.",
];

pub(super) fn write(case: &Case, style: Style, dice: &mut Dice) -> Vec<Scene> {
    let mut flow = Flow::new(case, style, "Consent to Operation and Procedure", "CON-5 Rev. 02/08");
    let operation = case.operation;
    flow.paragraph(&format!(
        "1. I authorize {} and such assistants as may be selected to perform the following operation or procedure:",
        case.attending
    ));
    flow.labelled("Procedure:", &format!("{}.", operation.name));
    flow.labelled("Diagnosis:", &format!("{}.", case.say(operation.before, dice)));
    flow.paragraph(&case.say("2. My physician explained to me in [plain|understandable] language the nature and purpose of the operation, the benefits that may be expected, and the alternatives, including [no treatment|continued medication|observation].", dice));
    flow.paragraph(&format!(
        "3. I understand that the risks include {}. No guarantee has been made to me about the result.",
        case.say(operation.risks, dice)
    ));
    flow.paragraph("4. If unforeseen conditions arise during the operation, I authorize my physician to do whatever is judged medically advisable.");
    flow.heading("Please mark each statement that applies");
    for statement in dice.some(STATEMENTS, 7) {
        let checked = dice.chance(70);
        flow.check(checked, statement, dice);
    }
    flow.gap(4.0);
    let day = us_date(case.day(1));
    let patient = format!("{} {}", case.patient.given, case.patient.family);
    flow.signed("Signature of patient", &patient, &format!("{day} {}", time(dice, 6, 8)), dice);
    flow.signed("Witness", &case.nurses[0], &format!("{day} {}", time(dice, 6, 8)), dice);
    flow.heading("Physician Statement");
    flow.paragraph(&case.say("I explained the contents of this form to the patient, who [asked about recovery time|had no further questions|wished to speak with family] and in my opinion understands.", dice));
    flow.signed("Physician", &case.attending, &format!("{day} {}", time(dice, 6, 8)), dice);
    flow.finish()
}
