//! Referral letter from a physician's office.

use crate::samples::case::{Case, long_date};
use crate::samples::dice::Dice;
use crate::samples::flow::Flow;
use crate::samples::furniture::{Letterhead, Style};
use crate::samples::scene::Scene;

const THANKS: &[&str] = &[
    "Thank you for seeing {name}, a {age} year old {man}, whom I have known for {2-18} years.",
    "I would be grateful for your opinion on {name}, aged {age}, who has been troubled by {complaint}.",
    "I am referring this pleasant {age} year old {man} for evaluation of {primary}.",
];

const REQUESTS: &[&str] = &[
    "I would appreciate your advice about [further testing|the choice of medication|the timing of surgery].",
    "Please let me know whether [admission|a change of therapy|additional imaging] is advisable.",
    "{He} is [anxious|eager|reluctant] to have [an operation|more tests] and would value your explanation.",
];

pub(super) fn write(case: &Case, style: Style, dice: &mut Dice) -> Vec<Scene> {
    let size = (style.size + 0.5).max(10.5);
    let letterhead = if style.letterhead == Letterhead::Typed { Letterhead::Typed } else { Letterhead::Centred };
    let mut flow = Flow::new(case, Style { size, letterhead, ..style }, "Referral Letter", "REF-1");
    flow.paragraph(&long_date(case.day(-dice.between(1, 9))));
    for line in [&case.attending, case.facility.name, &case.facility.street, case.facility.town] {
        flow.line(line);
    }
    flow.gap(8.0);
    flow.labelled(
        "Re:",
        &format!("{} {}, born {}", case.patient.given, case.patient.family, long_date(case.patient.born)),
    );
    flow.gap(6.0);
    flow.paragraph(&format!(
        "Dear Dr. {},",
        case.attending.trim_end_matches(", MD").trim_end_matches(", DO").split(' ').next_back().unwrap_or_default()
    ));
    flow.paragraph(&case.say(THANKS[dice.index(THANKS.len())], dice));
    let story: Vec<String> = case.primary.story.iter().map(|phrase| case.say(phrase, dice)).collect();
    flow.paragraph(&story.join(" "));
    let others: Vec<String> = case.others.iter().map(|condition| condition.name.to_lowercase()).collect();
    flow.paragraph(&format!("Other problems include {}. Allergies: {}.", others.join(", "), case.allergies));
    flow.paragraph(&format!("Present medication: {}.", case.drugs.join("; ")));
    flow.paragraph(
        &case.say(&format!("On examination in my office: {}. {}", super::vitals(dice), case.primary.findings), dice),
    );
    flow.paragraph(&case.say("[Electrocardiogram and recent laboratory results are enclosed.|A recent chest radiograph showed no acute process.|Copies of {1-3} earlier consultations are attached.]", dice));
    flow.paragraph(&case.say(REQUESTS[dice.index(REQUESTS.len())], dice));
    flow.paragraph(&case.say("[With kind regards,|Sincerely,|Yours truly,]", dice));
    flow.signed("Referring physician", &case.referrer, &long_date(case.day(-1)), dice);
    flow.paragraph(&case.say("cc: [patient file|{referrer}|medical records]   Enclosures: {1-4}", dice));
    flow.finish()
}
