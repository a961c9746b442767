//! Illnesses that people live with, and that worsen now and then.

use super::Condition;

pub(in crate::samples) const CHRONIC: &[Condition] = &[
    Condition {
        name: "Type 2 diabetes mellitus",
        short: "DM2",
        code: "E11.65",
        complaint: "[high blood sugar|polyuria and thirst|fatigue]",
        story: &[
            "Home glucose readings have ranged from {140-190} to {260-410} mg/dL.",
            "{He} has [missed|run out of] [insulin|metformin] for {4-21} days because of [cost|travel|nausea].",
            "[Numbness|Tingling] of both feet has been present for {1-9} years.",
        ],
        findings: "Diminished monofilament sensation [at both great toes|below the ankles]; [no open ulcers|a {1-3} cm callus under the left heel].",
        drugs: &[
            "Metformin [500|850|1000] mg PO BID",
            "Insulin glargine {10-48} units SC nightly",
            "Insulin lispro {3-12} units SC with meals",
            "Empagliflozin [10|25] mg PO daily",
        ],
        plan: &[
            "Basal bolus insulin with correction scale; target {120-140} to 180 mg/dL.",
            "Hemoglobin A1c {7.4-12.6} percent; diabetes educator consult.",
            "Dilated eye examination and podiatry referral are due.",
        ],
        course: "Glucose was controlled on glargine {12-44} units with no episodes of hypoglycemia below {58-70} mg/dL.",
    },
    Condition {
        name: "Hypertension",
        short: "HTN",
        code: "I10",
        complaint: "[headache|elevated blood pressure|dizziness]",
        story: &[
            "Blood pressure at home has been {150-190} over {85-110} despite [good|partial|poor] adherence.",
            "{He} denies [chest pain|visual change|hematuria|focal weakness].",
        ],
        findings: "Fundi show [arteriolar narrowing|no hemorrhages]; the point of maximal impulse is [sustained|not displaced].",
        drugs: &[
            "Lisinopril [5|10|20|40] mg PO daily",
            "Amlodipine [2.5|5|10] mg PO daily",
            "Hydrochlorothiazide [12.5|25] mg PO daily",
            "Losartan [25|50|100] mg PO daily",
        ],
        plan: &[
            "Increase [lisinopril|amlodipine]; recheck blood pressure in {1-4} weeks.",
            "Basic metabolic panel in {7-14} days.",
        ],
        course: "Blood pressure was {118-139} over {66-84} on the day of discharge.",
    },
    Condition {
        name: "Chronic obstructive pulmonary disease",
        short: "COPD",
        code: "J44.1",
        complaint: "[wheezing|worsening shortness of breath|increased sputum]",
        story: &[
            "{He} has smoked {20-75} pack years and [quit in {1998-2015}|continues {5-20} cigarettes daily].",
            "Rescue inhaler use rose from {1-2} to {6-10} times per day over {3-8} days.",
            "There were {1-4} exacerbations in the past year, [one|none] requiring intubation.",
        ],
        findings: "Barrel chest, prolonged expiration, [diffuse|scattered] expiratory wheezes, [pursed lip breathing|accessory muscle use].",
        drugs: &[
            "Prednisone 40 mg PO daily x {4-6} days",
            "Tiotropium 18 mcg inhaled daily",
            "Albuterol-ipratropium nebulizer q{4-6}h",
            "Fluticasone-salmeterol [250-50|500-50] inhaled BID",
        ],
        plan: &[
            "Nebulized bronchodilators every {4-6} hours and prednisone 40 mg for {5-7} days.",
            "Smoking cessation counseling, nicotine patch [7|14|21] mg.",
            "Pulmonary function testing after recovery; last FEV1 {28-58} percent of predicted.",
        ],
        course: "Wheezing improved and supplemental oxygen was weaned from {3-5} to {1-2} liters.",
    },
    Condition {
        name: "Atrial fibrillation",
        short: "AF",
        code: "I48.91",
        complaint: "[palpitations|rapid heart beat|light-headedness]",
        story: &[
            "Palpitations started [suddenly|at rest|during breakfast] {2-30} hours ago and were accompanied by [light-headedness|mild dyspnea|sweating].",
            "{He} has [no|a remote] history of stroke. CHA2DS2-VASc score is {2-6}.",
        ],
        findings: "Irregularly irregular rhythm at {98-162} per minute with variable intensity of S1; [no|a soft systolic] murmur.",
        drugs: &[
            "Apixaban [2.5|5] mg PO BID",
            "Metoprolol succinate [25|50|100] mg PO daily",
            "Diltiazem [120|180|240] mg PO daily",
            "Warfarin {2-7} mg PO daily",
        ],
        plan: &[
            "Rate control with [metoprolol|diltiazem], goal below {80-110} beats per minute.",
            "Anticoagulate with apixaban; bleeding risk was discussed.",
            "Thyroid stimulating hormone and [echocardiogram|electrolytes] pending.",
        ],
        course: "Ventricular rate was controlled at {64-92}; anticoagulation was continued.",
    },
    Condition {
        name: "Hypothyroidism",
        short: "hypothyroidism",
        code: "E03.9",
        complaint: "[fatigue|cold intolerance|weight gain]",
        story: &[
            "{He} describes [fatigue|constipation|dry skin|hair thinning] for {2-10} months with weight gain of {5-22} pounds.",
        ],
        findings: "Thyroid [not enlarged|diffusely enlarged]; delayed relaxation of ankle reflexes; skin dry.",
        drugs: &["Levothyroxine [25|50|75|88|100|112|125|150] mcg PO daily"],
        plan: &["Adjust levothyroxine, repeat TSH in {6-8} weeks; last value {5.2-28.9} mIU/L."],
        course: "Levothyroxine was continued at the adjusted dose.",
    },
    Condition {
        name: "Osteoarthritis of the knee",
        short: "OA",
        code: "M17.11",
        complaint: "[knee pain|difficulty walking]",
        story: &[
            "[Right|Left] knee pain for {2-15} years is worse with [stairs|standing|cold weather] and limits walking to {1-4} blocks.",
            "Injections gave relief for {3-10} weeks.",
        ],
        findings: "Crepitus, [mild|moderate] effusion, range of motion {5-10} to {95-120} degrees, varus alignment.",
        drugs: &[
            "Acetaminophen [500|650|1000] mg PO q8h PRN pain",
            "Diclofenac gel 1 percent topical QID",
            "Meloxicam [7.5|15] mg PO daily",
        ],
        plan: &[
            "Physical therapy {2-3} times weekly, [cane|brace], weight loss of {10-30} pounds.",
            "Discuss arthroplasty with orthopedics.",
        ],
        course: "Pain was controlled with acetaminophen and physical therapy.",
    },
    Condition {
        name: "Major depressive disorder",
        short: "MDD",
        code: "F33.1",
        complaint: "[low mood|poor sleep|loss of interest]",
        story: &[
            "Low mood, early waking and loss of interest have lasted {3-14} weeks; PHQ-9 score {9-22}.",
            "{He} denies suicidal intent and lives [alone|with a spouse|with an adult child].",
        ],
        findings: "Affect [constricted|flat], speech [slow|soft], thought process linear, insight [fair|good].",
        drugs: &[
            "Sertraline [25|50|100] mg PO daily",
            "Mirtazapine [7.5|15|30] mg PO nightly",
            "Escitalopram [5|10|20] mg PO daily",
        ],
        plan: &[
            "Continue [sertraline|escitalopram]; psychotherapy weekly; safety plan reviewed.",
            "Repeat PHQ-9 in {2-6} weeks.",
        ],
        course: "Mood improved with medication and structured activity.",
    },
    Condition {
        name: "Coronary artery disease",
        short: "CAD",
        code: "I25.10",
        complaint: "[chest pressure|exertional chest pain]",
        story: &[
            "Substernal pressure lasting {5-25} minutes radiates to the [left arm|jaw|back] and is relieved by [rest|nitroglycerin].",
            "Prior [stent|bypass surgery|myocardial infarction] in {2001-2014}.",
        ],
        findings: "Regular rhythm, [S4 gallop|no murmurs], peripheral pulses {1-2}+ and symmetric; no reproducible chest wall tenderness.",
        drugs: &[
            "Aspirin 81 mg PO daily",
            "Atorvastatin [20|40|80] mg PO nightly",
            "Metoprolol tartrate [12.5|25|50] mg PO BID",
            "Nitroglycerin 0.4 mg SL PRN chest pain",
        ],
        plan: &[
            "Serial troponin every {3-6} hours, telemetry, aspirin and statin.",
            "[Stress test|Coronary angiography] on {date}.",
            "Heparin infusion per protocol if troponin rises.",
        ],
        course: "Troponin remained below {0.03-0.09} ng/mL and the stress test was [negative|without ischemia].",
    },
    Condition {
        name: "Anemia of chronic disease",
        short: "anemia",
        code: "D63.8",
        complaint: "[fatigue|exertional weakness]",
        story: &[
            "Fatigue has developed over {2-9} months; there is no visible bleeding.",
            "Colonoscopy in {2006-2017} was [normal|notable for {1-3} polyps].",
        ],
        findings: "Conjunctival pallor, flow murmur {1-2} of 6, no splenomegaly.",
        drugs: &["Ferrous sulfate 325 mg PO daily", "Folic acid 1 mg PO daily", "Cyanocobalamin 1000 mcg IM monthly"],
        plan: &[
            "Ferritin, iron saturation, reticulocyte count.",
            "Hemoglobin {7.9-10.8} g/dL, stable; recheck [weekly|in one month].",
        ],
        course: "Hemoglobin remained stable between {8.1-8.9} and {9.0-10.4} g/dL.",
    },
];
