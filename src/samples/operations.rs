//! Operations and how their notes tell them, in the notation of `phrase`.

/// An operation and how its note tells it.
#[derive(Debug)]
pub(super) struct Operation {
    pub(super) name: &'static str,
    pub(super) before: &'static str,
    pub(super) steps: &'static [&'static str],
    pub(super) risks: &'static str,
    pub(super) specimen: &'static str,
}

/// Operations that consents and operative notes are about.
pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        name: "Laparoscopic cholecystectomy",
        before: "Symptomatic cholelithiasis",
        steps: &[
            "Pneumoperitoneum was established with a Veress needle to {12-15} mmHg and {3-4} trocars were placed under vision.",
            "The gallbladder was [distended|chronically inflamed|adherent to omentum] and was retracted cephalad.",
            "The critical view of safety was obtained; the cystic duct and artery were clipped and divided.",
            "The gallbladder was dissected from the liver bed with electrocautery and removed in a retrieval bag.",
            "The fossa was irrigated with {3-9}00 mL of saline and was dry.",
        ],
        risks: "bleeding, infection, bile leak, injury to the common bile duct, and conversion to an open operation",
        specimen: "Gallbladder with {1-14} stones",
    },
    Operation {
        name: "Total knee arthroplasty",
        before: "Severe osteoarthritis of the [right|left] knee",
        steps: &[
            "A tourniquet was inflated to {250-300} mmHg for {58-96} minutes.",
            "A midline incision and medial parapatellar arthrotomy were made; osteophytes were removed.",
            "The distal femur was cut in {4-6} degrees of valgus and the tibia perpendicular to its axis.",
            "Trial components size {3-6} gave full extension and {115-130} degrees of flexion with stable ligaments.",
            "Final components were cemented and a {9-13} mm polyethylene insert was locked.",
        ],
        risks: "infection, blood clots, stiffness, fracture, nerve injury, and loosening of the implant",
        specimen: "Bone and cartilage fragments",
    },
    Operation {
        name: "Right inguinal hernia repair with mesh",
        before: "Reducible right inguinal hernia",
        steps: &[
            "An incision {5-8} cm long was made two finger breadths above the inguinal ligament.",
            "The external oblique was opened and the ilioinguinal nerve was [preserved|identified and protected].",
            "An indirect sac measuring {3-7} cm was dissected from the cord and reduced.",
            "A polypropylene mesh was trimmed and secured to the pubic tubercle and the conjoined tendon.",
        ],
        risks: "recurrence, chronic groin pain, infection of the mesh, and injury to the testicular vessels",
        specimen: "None",
    },
    Operation {
        name: "Open appendectomy",
        before: "Acute appendicitis",
        steps: &[
            "A muscle splitting incision was made at McBurney point.",
            "The appendix was [inflamed|suppurative|gangrenous at its tip] and measured {6-11} cm.",
            "The mesoappendix was divided between clamps and the base was doubly ligated with 2-0 silk.",
            "Peritoneal fluid of {10-120} mL was aspirated and cultured.",
        ],
        risks: "wound infection, abscess, bleeding, and bowel obstruction",
        specimen: "Appendix",
    },
    Operation {
        name: "Carpal tunnel release",
        before: "Carpal tunnel syndrome of the [right|left] hand",
        steps: &[
            "Under tourniquet control a {2-4} cm palmar incision was made in line with the ring finger.",
            "The transverse carpal ligament was divided completely under direct vision.",
            "The median nerve was [hyperemic|flattened] and free of masses.",
        ],
        risks: "scar tenderness, nerve injury, stiffness, and incomplete relief of symptoms",
        specimen: "None",
    },
    Operation {
        name: "Coronary angiography with stent placement",
        before: "Unstable angina",
        steps: &[
            "The [right radial|right femoral] artery was entered with a {5-6} French sheath.",
            "The left anterior descending artery had a {75-95} percent stenosis in its [proximal|mid] segment.",
            "A {2.25-3.50} by {12-28} mm drug eluting stent was deployed at {12-16} atmospheres.",
            "Final angiography showed TIMI 3 flow and no residual stenosis; contrast {9-21}0 mL.",
        ],
        risks: "bleeding at the puncture site, stroke, heart attack, kidney injury, and allergic reaction to contrast",
        specimen: "None",
    },
];
