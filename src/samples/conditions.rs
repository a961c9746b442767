//! Clinical vocabulary: conditions with their stories, findings, medicines and plans, in the notation of `phrase`.

/// An illness and how charts write about it.
#[derive(Debug)]
pub(super) struct Condition {
    pub(super) name: &'static str,
    pub(super) short: &'static str,
    pub(super) code: &'static str,
    pub(super) complaint: &'static str,
    pub(super) story: &'static [&'static str],
    pub(super) findings: &'static str,
    pub(super) drugs: &'static [&'static str],
    pub(super) plan: &'static [&'static str],
    pub(super) course: &'static str,
}

/// An operation and how its note tells it.
#[derive(Debug)]
pub(super) struct Operation {
    pub(super) name: &'static str,
    pub(super) before: &'static str,
    pub(super) steps: &'static [&'static str],
    pub(super) risks: &'static str,
    pub(super) specimen: &'static str,
}

/// Why somebody is admitted, or what somebody lives with.
pub(super) const CONDITIONS: &[Condition] = &[
    Condition {
        name: "Congestive heart failure",
        short: "CHF",
        code: "I50.23",
        complaint: "[shortness of breath|worsening dyspnea|leg swelling]",
        story: &[
            "{He} reports [progressive|gradually worsening] dyspnea on exertion over the past {3-14} days, now occurring after [one flight of stairs|walking {20-90} feet|minimal activity].",
            "{He} has gained {6-19} pounds since the last visit and sleeps on {2-4} pillows.",
            "There is [bilateral|symmetric] ankle edema that [does not resolve overnight|worsens toward evening], [without calf pain|with mild aching].",
            "Dietary indiscretion with [canned soup|restaurant meals|salted pork] is [admitted|likely|denied].",
        ],
        findings: "Jugular venous pressure {9-16} cm, S3 gallop [present|faint], bibasilar crackles [one third|half way] up, {1-3}+ pitting edema to the [mid shins|knees].",
        drugs: &[
            "Furosemide {2-8}0 mg PO [daily|BID]",
            "Carvedilol [6.25|12.5|25] mg PO BID",
            "Sacubitril-valsartan [24-26|49-51] mg PO BID",
            "Spironolactone [12.5|25] mg PO daily",
        ],
        plan: &[
            "Diurese with furosemide {4-8}0 mg IV BID, goal net negative {1-2} liters daily.",
            "Strict intake and output, daily weights, [2 gram|1500 mg] sodium diet, fluid restriction {1200-1800} mL.",
            "Obtain transthoracic echocardiogram; prior ejection fraction {20-40} percent.",
        ],
        course: "The patient was diuresed {3-9} liters with improvement in oxygenation; weight at discharge was {61-98} kg.",
    },
    Condition {
        name: "Community acquired pneumonia",
        short: "CAP",
        code: "J18.9",
        complaint: "[fever and cough|productive cough|chills and shortness of breath]",
        story: &[
            "Symptoms began {2-7} days ago with [chills|rigors|malaise] followed by cough productive of [yellow|rust colored|green] sputum.",
            "{He} notes pleuritic pain in the [right|left] [lower chest|flank] rated {3-8} of 10.",
            "Temperature at home reached {101-103} F. Sick contacts include [a grandchild|a coworker|nobody at home].",
        ],
        findings: "Decreased breath sounds and [egophony|crackles|dullness to percussion] at the [right|left] base; respiratory rate {20-30}.",
        drugs: &[
            "Ceftriaxone [1|2] g IV q24h",
            "Azithromycin [250|500] mg PO daily",
            "Levofloxacin 750 mg PO daily",
            "Guaifenesin 600 mg PO BID",
        ],
        plan: &[
            "Continue ceftriaxone and azithromycin, day {1-4} of {5-7}.",
            "Sputum and blood cultures sent before antibiotics; follow [procalcitonin|legionella antigen].",
            "Incentive spirometry hourly while awake, wean oxygen to keep saturation above {90-94} percent.",
        ],
        course: "Fever resolved within {24-72} hours and the white count fell from {13-21}.{1-9} to {6-10}.{1-9}.",
    },
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
        name: "Acute kidney injury",
        short: "AKI",
        code: "N17.9",
        complaint: "[decreased urine output|vomiting and weakness|abnormal laboratory result]",
        story: &[
            "{He} has had [vomiting|diarrhea|poor intake] for {2-6} days while taking [ibuprofen|naproxen|lisinopril].",
            "Baseline creatinine is {0.8-1.4} mg/dL, measured {2-11} months ago.",
        ],
        findings: "Mucous membranes [dry|tacky]; orthostatic drop of {18-34} mmHg; no suprapubic fullness.",
        drugs: &[
            "Sodium bicarbonate 650 mg PO TID",
            "Sevelamer 800 mg PO TID with meals",
            "Lactated Ringer solution {75-150} mL/h IV",
        ],
        plan: &[
            "Hold nephrotoxic agents, give isotonic fluid {75-150} mL per hour.",
            "Renal ultrasound to exclude hydronephrosis; urine sodium and sediment.",
            "Bladder scan every {6-8} hours.",
        ],
        course: "Creatinine peaked at {2.1-4.8} and recovered to {1.0-1.6} mg/dL with fluids.",
    },
    Condition {
        name: "Cellulitis of the lower leg",
        short: "cellulitis",
        code: "L03.116",
        complaint: "[redness and pain of the leg|swollen red leg]",
        story: &[
            "Redness of the [left|right] lower leg appeared {2-5} days ago after [an insect bite|a scratch from gardening|cracked skin between the toes].",
            "The area is [warm|tender|tight] and has spread about {2-6} cm since yesterday.",
        ],
        findings: "Erythema {8-22} by {5-14} cm over the [anterior|medial] shin, warm, blanching, [without|with minimal] fluctuance, margins marked in ink.",
        drugs: &[
            "Cefazolin [1|2] g IV q8h",
            "Vancomycin {1000-1500} mg IV q12h",
            "Cephalexin 500 mg PO QID",
            "Doxycycline 100 mg PO BID",
        ],
        plan: &[
            "Elevate the limb and mark borders each shift.",
            "Change to oral [cephalexin|doxycycline] when erythema recedes, total {7-10} days.",
            "Tetanus immunization status reviewed.",
        ],
        course: "Erythema receded {3-8} cm inside of the marked border.",
    },
    Condition {
        name: "Gastrointestinal bleeding",
        short: "GI bleed",
        code: "K92.2",
        complaint: "[black stools|vomiting of blood|weakness and dark stool]",
        story: &[
            "{He} passed {2-6} black, tarry stools since [yesterday|the early morning] and felt [faint|weak|sweaty] on standing.",
            "{He} takes [aspirin|ibuprofen|naproxen] for [back pain|arthritis] and drinks {0-4} alcoholic beverages per day.",
        ],
        findings: "Pale conjunctivae, epigastric tenderness without guarding, rectal examination with [melena|dark stool], heme positive.",
        drugs: &[
            "Pantoprazole 40 mg IV BID",
            "Sucralfate 1 g PO QID",
            "Ferrous sulfate 325 mg PO daily",
            "Octreotide {25-50} mcg/h IV",
        ],
        plan: &[
            "Two large bore intravenous lines, type and cross {2-4} units.",
            "Pantoprazole infusion; gastroenterology to perform upper endoscopy [today|in the morning].",
            "Transfuse for hemoglobin below {7-8} g/dL.",
        ],
        course: "Endoscopy showed a {6-18} mm [duodenal|gastric] ulcer with [a clean base|a visible vessel treated with clips]; {1-4} units were transfused.",
    },
    Condition {
        name: "Acute ischemic stroke",
        short: "CVA",
        code: "I63.9",
        complaint: "[slurred speech|weakness of one side|facial droop]",
        story: &[
            "At {7-11}:{10-59} the family noticed [slurred speech|facial droop|word finding difficulty] and [right|left] arm weakness.",
            "Last known well was {1-9} hours before arrival. NIH stroke scale {3-17}.",
        ],
        findings: "[Right|Left] facial palsy, pronator drift, strength {2-4} of 5 in the arm and {3-4} of 5 in the leg, [dysarthria|mild aphasia].",
        drugs: &["Aspirin [81|325] mg PO daily", "Clopidogrel 75 mg PO daily", "Atorvastatin [40|80] mg PO nightly"],
        plan: &[
            "Permissive hypertension to {180-220} systolic for 24 hours.",
            "Magnetic resonance imaging of the brain, carotid duplex, telemetry.",
            "Swallow screen before oral intake; physical, occupational and speech therapy.",
        ],
        course: "Strength improved to {4-5} of 5; the patient walked {50-200} feet with a [walker|cane].",
    },
    Condition {
        name: "Deep vein thrombosis",
        short: "DVT",
        code: "I82.402",
        complaint: "[calf swelling|leg pain and swelling]",
        story: &[
            "The [left|right] calf has been swollen and painful for {2-8} days following [a {5-14} hour flight|knee surgery|prolonged bed rest].",
            "{He} denies hemoptysis and has [no|a family] history of clotting.",
        ],
        findings: "[Left|Right] calf circumference exceeds the other by {2-5} cm; pitting edema and tenderness along the deep veins.",
        drugs: &["Enoxaparin {60-100} mg SC q12h", "Rivaroxaban 15 mg PO BID", "Apixaban 10 mg PO BID x 7 days"],
        plan: &[
            "Duplex ultrasound confirms [femoral|popliteal] thrombus; start anticoagulation for {3-6} months.",
            "Compression and early ambulation.",
        ],
        course: "Anticoagulation was well tolerated without bleeding.",
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
        drugs: &["Levothyroxine {25-150} mcg PO daily"],
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
            "Acetaminophen {500-1000} mg PO q8h PRN pain",
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
        name: "Urinary tract infection",
        short: "UTI",
        code: "N39.0",
        complaint: "[burning on urination|fever and flank pain|confusion]",
        story: &[
            "[Dysuria|Urgency|Frequency] began {1-5} days ago with [suprapubic|flank] discomfort and temperature to {100-103} F.",
        ],
        findings: "Suprapubic tenderness; [right|left|no] costovertebral angle tenderness.",
        drugs: &["Nitrofurantoin 100 mg PO BID", "Ciprofloxacin [250|500] mg PO BID", "Cefpodoxime 200 mg PO BID"],
        plan: &[
            "Urine culture sent; treat for {3-10} days and adjust to sensitivities.",
            "Encourage fluids {2-3} liters daily.",
        ],
        course: "Culture grew [Escherichia coli|Klebsiella pneumoniae|Proteus mirabilis] sensitive to [cefazolin|ciprofloxacin].",
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
    Condition {
        name: "Acute pancreatitis",
        short: "pancreatitis",
        code: "K85.90",
        complaint: "[epigastric pain|abdominal pain and vomiting]",
        story: &[
            "Severe epigastric pain radiating to the back began {6-40} hours ago, with {3-9} episodes of emesis.",
            "Alcohol intake is {0-8} drinks daily; gallstones were [seen|not seen] on ultrasound.",
        ],
        findings: "Epigastric tenderness with voluntary guarding, [hypoactive|absent] bowel sounds, no flank ecchymosis.",
        drugs: &[
            "Hydromorphone {0.2-0.8} mg IV q3h PRN pain",
            "Ondansetron 4 mg IV q6h PRN nausea",
            "Lactated Ringer solution {150-250} mL/h IV",
        ],
        plan: &[
            "Nothing by mouth, aggressive fluids {150-250} mL per hour.",
            "Lipase {480-2900} U/L; right upper quadrant ultrasound.",
            "Advance diet as pain resolves.",
        ],
        course: "Pain resolved by day {2-5} and a low fat diet was tolerated.",
    },
];

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
            "The fossa was irrigated with {300-900} mL of saline and was dry.",
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
            "Final angiography showed TIMI 3 flow and no residual stenosis; contrast {90-210} mL.",
        ],
        risks: "bleeding at the puncture site, stroke, heart attack, kidney injury, and allergic reaction to contrast",
        specimen: "None",
    },
];
