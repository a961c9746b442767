//! Operative note.

use crate::samples::case::{Case, time, us_date};
use crate::samples::dice::Dice;
use crate::samples::flow::Flow;
use crate::samples::furniture::Style;
use crate::samples::scene::Scene;

const PREPARATION: &[&str] = &[
    "The patient was identified by name, birth date and record number, and the site was marked.",
    "After informed consent {he} was taken to the operating room and placed [supine|in the supine position with padding of all pressure points].",
    "A time out was performed with the whole team in agreement; [cefazolin 2 g|clindamycin 900 mg] was given within {15-45} minutes of incision.",
    "The field was prepared with chlorhexidine and draped in the usual sterile fashion.",
];

const CLOSING: &[&str] = &[
    "Hemostasis was [excellent|satisfactory]; the wound was closed in layers with [3-0|4-0] absorbable suture.",
    "Sponge, needle and instrument counts were correct [twice|at the end of the case].",
    "{He} was [extubated|awakened] and taken to the recovery room in [stable|good] condition.",
];

pub(super) fn write(case: &Case, style: Style, dice: &mut Dice) -> Vec<Scene> {
    let operation = case.operation;
    let mut flow = Flow::new(case, style, "Operative Note", "OR-315 Rev. 01/07");
    let day = us_date(case.day(1));
    let before = case.say(operation.before, dice);
    flow.fields(&[
        ("Date of operation", day.clone()),
        ("Room", format!("OR {}", dice.between(1, 12))),
        ("Surgeon", case.attending.clone()),
        ("Assistant", case.resident.clone()),
        ("Anesthesia", case.say("[General endotracheal|Spinal|Regional block|Monitored care]", dice)),
        ("ASA class", case.say("[I|II|III]", dice)),
        ("Start", time(dice, 7, 9)),
        ("End", time(dice, 10, 14)),
    ]);
    flow.labelled("Preoperative diagnosis:", &format!("{before}."));
    flow.labelled("Postoperative diagnosis:", &format!("{before}, same."));
    flow.labelled("Procedure:", &format!("{}.", operation.name));
    flow.heading("Indications");
    flow.paragraph(&case.say("{name} is a {age} year old {man} with [persistent|recurrent|worsening] symptoms despite [conservative treatment|medical therapy|observation]. The risks, benefits and alternatives were discussed and {he} wished to proceed.", dice));
    flow.heading("Findings");
    flow.paragraph(&case.say("[Anatomy was as expected|Dense adhesions were encountered|Moderate inflammation was present]; [no unexpected lesions|a {3-12} mm incidental cyst was noted].", dice));
    flow.heading("Description of Procedure");
    for part in [PREPARATION, operation.steps, CLOSING] {
        let text: Vec<String> = part.iter().map(|phrase| case.say(phrase, dice)).collect();
        flow.paragraph(&text.join(" "));
    }
    flow.fields(&[
        ("Estimated blood loss", format!("{} mL", dice.between(1, 40) * 10)),
        ("Fluids", format!("{} mL crystalloid", dice.between(8, 30) * 100)),
        ("Urine output", format!("{} mL", dice.between(5, 60) * 10)),
        ("Drains", case.say("[None|Closed suction x 1|Foley catheter]", dice)),
    ]);
    flow.labelled("Specimens:", &format!("{}.", case.say(operation.specimen, dice)));
    flow.labelled(
        "Complications:",
        &case.say("[None|None apparent|Brief hypotension treated with ephedrine {5-10} mg].", dice),
    );
    flow.heading("Postoperative Plan");
    let plan = [
        "Advance diet as tolerated, ambulate on the evening of surgery.",
        "Pain control with [acetaminophen 1 g IV q6h|oxycodone 5 mg PO q4h PRN|ketorolac 15 mg IV q6h].",
        "Deep vein prophylaxis with [enoxaparin 40 mg SC daily|sequential compression devices].",
        "Follow up in clinic in {10-21} days for [suture removal|wound check|radiographs].",
    ];
    flow.numbered(&plan.map(|phrase| case.say(phrase, dice)));
    flow.signed("Surgeon", &case.attending, &day, dice);
    flow.finish()
}
