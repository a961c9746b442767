//! History and physical examination.

use crate::samples::case::{Case, time, us_date};
use crate::samples::dice::Dice;
use crate::samples::flow::Flow;
use crate::samples::furniture::Style;
use crate::samples::phrase::capitalised;
use crate::samples::scene::Scene;

const SOCIAL: &[&str] = &[
    "[Retired|Works as a|Formerly a] [carpenter|school teacher|bus driver|bookkeeper|machinist|farmer|seamstress|tailor] and lives [alone|with {his} spouse|with a daughter] in a [second floor apartment|single story house].",
    "Tobacco: [never|former, {5-40} pack years|current, half a pack daily]. Alcohol: [none|{1-3} drinks weekly|{1-2} glasses of wine nightly]. No illicit drugs.",
    "Independent in [all|most] activities of daily living and walks [without aids|with a cane|with a walker].",
];

const FAMILY: &[&str] = &[
    "Father died at {58-88} of [myocardial infarction|stroke|colon cancer|emphysema].",
    "Mother had [diabetes|hypertension|breast cancer|dementia] and lived to {61-97}.",
    "[One brother with asthma|Two sisters in good health|No siblings|A son with type 1 diabetes].",
];

const REVIEW: &[(&str, &str)] = &[
    ("General", "[No fever or chills|Fatigue and poor appetite|Weight stable|Night sweats denied]"),
    ("Eyes and ears", "[No visual change|Wears reading glasses|Mild hearing loss on the left]"),
    ("Cardiac", "[No palpitations|Denies orthopnea|Occasional exertional chest tightness]"),
    ("Lungs", "[No hemoptysis|Dry cough at night|Dyspnea as above]"),
    ("Abdomen", "[No nausea or vomiting|Constipation|Occasional reflux|Normal bowel habits]"),
    ("Urinary", "[No dysuria|Nocturia {1-4} times|Good stream]"),
    ("Muscles and joints", "[No joint swelling|Chronic low back pain|Morning stiffness for {10-40} minutes]"),
    ("Nervous system", "[No headache|No focal weakness|Intermittent tingling of the feet]"),
    ("Skin", "[No rash|Dry skin|Easy bruising]"),
];

const EXAM: &[(&str, &str)] = &[
    (
        "General",
        "[Alert and oriented|Well nourished|Appears chronically ill|In mild distress], [cooperative|sitting upright|lying comfortably].",
    ),
    (
        "Head and neck",
        "Pupils {2-4} mm and reactive, oropharynx [clear|dry], neck supple, [no adenopathy|no thyromegaly].",
    ),
    (
        "Heart",
        "[Regular rate and rhythm|Irregular rhythm|Tachycardic], [no murmur|grade {1-3} of 6 systolic murmur at the apex].",
    ),
    ("Lungs", "[Clear to auscultation|Scattered rhonchi|Fine crackles at the bases|Diminished at the bases]."),
    (
        "Abdomen",
        "Soft, [nontender|mildly tender in the epigastrium], bowel sounds [normal|active], [no masses|liver edge palpable].",
    ),
    ("Extremities", "[No edema|Trace edema|Warm and well perfused], pulses {1-2}+ [bilaterally|and equal]."),
    ("Neurologic", "Cranial nerves intact, strength {4-5} of 5, gait [steady|not tested|wide based]."),
];

pub(super) fn write(case: &Case, style: Style, dice: &mut Dice) -> Vec<Scene> {
    let mut flow = Flow::new(case, style, "History and Physical", "HP-102 Rev. 03/08");
    flow.fields(&[
        ("Date of admission", us_date(case.admitted)),
        ("Time seen", time(dice, 6, 22)),
        ("Attending", case.attending.clone()),
        ("Source", case.say("[patient|patient and family|old records]", dice)),
    ]);
    flow.heading("Chief Complaint");
    flow.paragraph(&capitalised(&case.say("{complaint} for {2-10} days.", dice)));
    flow.heading("History of Present Illness");
    let opening = case.say("{name} is a {age} year old {man} with a history of [longstanding|known|treated] ", dice);
    let known: Vec<String> = case.others.iter().take(3).map(|condition| condition.name.to_lowercase()).collect();
    let mut story = vec![format!("{opening}{} who presents with {}.", known.join(", "), case.say("{complaint}", dice))];
    story.extend(case.primary.story.iter().map(|phrase| case.say(phrase, dice)));
    story.push(case.say(
        "[In the emergency department {he} received [250|500|1000] mL of saline and was placed on a monitor.|{He} was seen by {referrer} on {date} and sent to {facility}.|Prior to arrival {he} took [acetaminophen|nothing|a family member's antibiotic] without relief.]",
        dice,
    ));
    flow.paragraph(&story.join(" "));
    flow.heading("Past Medical History");
    let history: Vec<String> = case
        .others
        .iter()
        .map(|condition| {
            format!(
                "{} ({}), {}",
                condition.name,
                condition.code,
                case.say(
                    "[diagnosed in {1988-2008}|well controlled|followed by {referrer}|last admission {1-5} years ago]",
                    dice
                )
            )
        })
        .collect();
    flow.numbered(&history);
    flow.labelled("Surgical history:", &case.say("[Appendectomy {1965-2005}|Cholecystectomy {1978-2006}|Tonsillectomy in childhood|Cataract extraction {1999-2008}|None].", dice));
    flow.heading("Medications on Admission");
    flow.numbered(&case.drugs);
    flow.labelled("Allergies:", &case.allergies);
    flow.heading("Family and Social History");
    let mut lines: Vec<String> = FAMILY.iter().map(|phrase| case.say(phrase, dice)).collect();
    lines.extend(SOCIAL.iter().map(|phrase| case.say(phrase, dice)));
    flow.paragraph(&lines.join(" "));
    flow.heading("Review of Systems");
    for (system, phrase) in dice.some(REVIEW, 6) {
        flow.labelled(&format!("{system}:"), &format!("{}.", case.say(phrase, dice)));
    }
    flow.heading("Physical Examination");
    flow.labelled("Vital signs:", &format!("{}.", super::vitals(dice)));
    for (part, phrase) in EXAM {
        flow.labelled(&format!("{part}:"), &case.say(phrase, dice));
    }
    flow.labelled("Pertinent findings:", &case.say(case.primary.findings, dice));
    flow.heading("Assessment and Plan");
    for condition in case.conditions().take(4) {
        flow.labelled(&format!("{}.", condition.name), "");
        let plan: Vec<String> = condition.plan.iter().map(|phrase| case.say(phrase, dice)).collect();
        flow.numbered(&plan);
    }
    flow.signed("Physician", &case.attending, &format!("{} {}", us_date(case.admitted), time(dice, 7, 22)), dice);
    flow.finish()
}
