//! Illnesses that bring people to a hospital.

use super::Condition;

pub(in crate::samples) const ACUTE: &[Condition] = &[
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
            "Strict intake and output, daily weights, [2 gram|1500 mg] sodium diet, fluid restriction [1200|1500|1800] mL.",
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
            "Lactated Ringer solution [75|100|125|150] mL/h IV",
        ],
        plan: &[
            "Hold nephrotoxic agents, give isotonic fluid [75|100|125|150] mL per hour.",
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
            "Vancomycin [1000|1250|1500] mg IV q12h",
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
            "Octreotide [25|50] mcg/h IV",
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
        drugs: &[
            "Enoxaparin [60|70|80|90|100] mg SC q12h",
            "Rivaroxaban 15 mg PO BID",
            "Apixaban 10 mg PO BID x 7 days",
        ],
        plan: &[
            "Duplex ultrasound confirms [femoral|popliteal] thrombus; start anticoagulation for {3-6} months.",
            "Compression and early ambulation.",
        ],
        course: "Anticoagulation was well tolerated without bleeding.",
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
            "Hydromorphone [0.2|0.4|0.5|0.8] mg IV q3h PRN pain",
            "Ondansetron 4 mg IV q6h PRN nausea",
            "Lactated Ringer solution [150|175|200|250] mL/h IV",
        ],
        plan: &[
            "Nothing by mouth, aggressive fluids [150|200|250] mL per hour.",
            "Lipase {480-2900} U/L; right upper quadrant ultrasound.",
            "Advance diet as pain resolves.",
        ],
        course: "Pain resolved by day {2-5} and a low fat diet was tolerated.",
    },
];
