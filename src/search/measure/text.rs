//! Generated pages: clinic-like words by Zipf's law, numbers and doses, some words read badly. Every page can be made
//! again from its id.

use jiff::ToSpan;
use jiff::civil::{Date, date};
use uuid::Uuid;

use crate::chart::{
    BatchId, Block, Confidence, Digest, DocumentId, Line, PAGE_TEXT_SCHEMA, PageId, PageImage, PageNumber, PageText,
    PipelineStamp, QuarterTurns, Rect, TextSource, Word,
};
use crate::search::entry::PageFacts;

/// Different words.
const WORDS: usize = 60_000;
const FIRST_DAY: Date = date(2019, 1, 1);
const COMMON: &str = "the of and patient to with was is in no for on at he she history by left right daily mg pain not blood \
    pressure normal given has noted hypertension denies heart chest diabetes room exam follow plan status care follow-up \
    discharge admission medication fever cough nausea stable improved acute chronic mellitus failure hospital nurse \
    physician allergies tablet oral surgery breath shortness renal abdomen edema lungs clear soft tender aspirin \
    metoprolol lisinopril metformin insulin glucose potassium sodium creatinine hemoglobin echo radiograph fracture \
    pneumonia infarction myocardial congestive obstructive pulmonary disease atrial fibrillation stroke cancer biopsy \
    anemia infection wound dressing consent signature referral letter laboratory vancomycin warfarin heparin morphine \
    htn dm chf copd sob s/p h/o prn bid tid rx dx cbc bmp wnl npo iv po cxr ekg uti mi";
const SYLLABLES: [&str; 40] = [
    "car", "di", "o", "my", "neph", "ro", "hep", "at", "i", "tis", "gas", "tro", "en", "ter", "al", "neu", "ral", "os",
    "te", "mal", "phen", "yl", "ox", "ine", "pra", "zole", "sta", "tin", "cil", "lin", "der", "ma", "tol", "ex", "am",
    "bul", "ber", "con", "ven", "lu",
];

/// A small generator of pseudo-random numbers (SplitMix64), so that a page depends on nothing but its seed.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit.max(1)
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

/// Makes pages, facts and queries from a seed.
pub(super) struct Source {
    seed: u64,
    words: Vec<String>,
    /// Sums of the weights 1/rank.
    weights: Vec<f64>,
}

impl Source {
    /// Makes the vocabulary.
    pub(super) fn new(seed: u64) -> Self {
        let mut random = Random(seed ^ 0xface);
        let mut words: Vec<String> = COMMON.split_whitespace().map(str::to_owned).collect();
        let mut known: std::collections::HashSet<String> = words.iter().cloned().collect();
        while words.len() < WORDS {
            let count = 2 + random.below(4);
            let word: String = (0..count).map(|_| SYLLABLES[random.below(SYLLABLES.len() as u64) as usize]).collect();
            if known.insert(word.clone()) {
                words.push(word);
            }
        }
        let weights = (1..=words.len())
            .scan(0.0, |sum, rank| {
                *sum += 1.0 / rank as f64;
                Some(*sum)
            })
            .collect();
        Self { seed, words, weights }
    }

    /// Returns the number of pages of a document, 1 to 30.
    pub(super) fn pages_of(&self, document: u64) -> u32 {
        1 + self.random(document, 0).below(30) as u32
    }

    /// Returns the number of documents that `pages` pages are in.
    pub(super) fn documents(&self, pages: u64) -> u64 {
        let ends = (0..).scan(0, |sum, document| {
            *sum += u64::from(self.pages_of(document));
            Some(*sum)
        });
        ends.take_while(|end| *end < pages).count() as u64 + 1
    }

    /// Returns the facts about a page.
    pub(super) fn facts(&self, document: u64, position: u32) -> PageFacts {
        let mut scan = [0; 32];
        scan[..8].copy_from_slice(&document.to_be_bytes());
        scan[8..16].copy_from_slice(&Random(document ^ self.seed).next().to_be_bytes());
        let number = PageNumber::from_index(position.saturating_sub(1));
        let batch = document / 200;
        let received = FIRST_DAY.saturating_add((self.random(document, 1).below(2000) as i64).days());
        PageFacts {
            page: PageId { scan: Digest::from_bytes(scan), number },
            document: DocumentId::from_uuid(Uuid::from_u128((u128::from(document) << 64) | u128::from(self.seed))),
            position,
            batch: BatchId::from_uuid(Uuid::from_u128(u128::from(batch) + 1)),
            batch_name: format!("box {batch}"),
            received,
            state: "read".into(),
            kind: None,
            labels: Vec::new(),
            language: Some("eng".into()),
            file: Some(format!("scan{document:07}.tif")),
            title: None,
            patient: None,
            dated: received,
            hidden: self.random(document, position).chance(3),
        }
    }

    /// Makes the text of a page again from its id.
    pub(super) fn page(&self, page: PageId) -> Option<PageText> {
        let document = u64::from_be_bytes(*page.scan.as_bytes().first_chunk()?);
        Some(PageText { page, ..self.text(document, page.number.get()) })
    }

    /// Makes the text of a page of a document.
    pub(super) fn text(&self, document: u64, number: u32) -> PageText {
        let mut random = self.random(document, number + 1_000);
        let count = 250 + random.below(101) as usize;
        let mut lines = Vec::new();
        let mut left = count;
        while left > 0 {
            let length = left.min(8 + random.below(6) as usize);
            let top = 200 + 40 * lines.len() as u32;
            let words = (0..length).map(|place| self.word(&mut random, 150 + 180 * place as u32, top)).collect();
            lines.push(Line { rect: Rect::new(150, top, 180 * length as u32, 30), words });
            left -= length;
        }
        PageText {
            schema: PAGE_TEXT_SCHEMA,
            page: self.facts(document, number).page,
            pipeline: PipelineStamp { name: "measure".into(), revision: 1, digest: Digest::of(b"measure") },
            engine: "generated".into(),
            source: TextSource::Recognised,
            image: PageImage { width: 2550, height: 3300, dpi: (300.0, 300.0) },
            upright: QuarterTurns::None,
            skew_degrees: 0.0,
            hidden: false,
            codes: Vec::new(),
            separators: Vec::new(),
            blocks: vec![Block { rect: Rect::new(150, 200, 2340, 3000), lines }],
            findings: Vec::new(),
        }
    }

    /// Returns `count` queries of every kind.
    pub(super) fn queries(&self, documents: u64, count: u32) -> Vec<(&'static str, String)> {
        let mut random = Random(self.seed ^ 0xbeef);
        let mut queries = Vec::new();
        for turn in 0..count as usize {
            let rare = |random: &mut Random| self.words[5_000 + random.below(50_000) as usize].clone();
            let common = |random: &mut Random| self.words[random.below(120) as usize].clone();
            let shown = self.facts(random.below(documents), 1);
            let page = self.page(shown.page);
            let read: Vec<String> = page.iter().flat_map(PageText::words).map(|word| word.text.clone()).collect();
            // People ask for phrases around a word that says something, not for "of the".
            let first = random.below(read.len().saturating_sub(4) as u64) as usize;
            let function = |word: &String| self.words[..24].iter().any(|common| common == word.trim_end_matches(','));
            let telling = |at: &usize| read.get(at + 1).is_some_and(|word| !function(word));
            let at = (first..first + 20).find(telling).unwrap_or(first);
            let phrase = read.get(at..at + 2 + turn % 2).unwrap_or_default().join(" ").replace('"', "");
            let year = 2019 + random.below(5);
            let synonyms = ["HTN", "SOB", "DM", "CHF", "high blood pressure", "MI", "COPD", "stroke"];
            queries.push(("common word", common(&mut random)));
            queries.push(("rare word", rare(&mut random)));
            queries.push(("and", format!("{} {} {}", common(&mut random), common(&mut random), rare(&mut random))));
            queries.push(("or", format!("{} OR {}", common(&mut random), rare(&mut random))));
            queries.push(("phrase", format!("\"{phrase}\"")));
            queries.push(("prefix", format!("{}*", rare(&mut random).chars().take(4).collect::<String>())));
            queries.push(("field and date", format!("date:{year}-01..{year}-06 {}", common(&mut random))));
            queries.push(("synonym", synonyms[turn % synonyms.len()].to_owned()));
            let long = self.words[120 + random.below(3_000) as usize].clone();
            queries.push(("misread", format!("{long}er {long}")));
            queries.push(("not", format!("{} -{}", common(&mut random), common(&mut random))));
        }
        queries
    }

    fn random(&self, document: u64, part: u32) -> Random {
        let mut mixer = Random(self.seed ^ document.wrapping_mul(0x0100_0000_01b3) ^ (u64::from(part) << 48));
        Random(mixer.next())
    }

    fn word(&self, random: &mut Random, left: u32, top: u32) -> Word {
        let mut text = match random.below(100) {
            0..4 => format!("{}/{}", 90 + random.below(90), 50 + random.below(50)),
            4..6 => format!("{}.{}", random.below(20), random.below(10)),
            6 => format!("{}mg", 5 * (1 + random.below(200))),
            7 => format!("MRN-{:06}", random.below(400_000)),
            8 => format!("20{:02}-{:02}-{:02}", random.below(25), 1 + random.below(12), 1 + random.below(28)),
            _ => {
                let total = self.weights.last().copied().unwrap_or(1.0);
                let drawn = random.below(1 << 40) as f64 / (1u64 << 40) as f64 * total;
                let rank = self.weights.partition_point(|sum| *sum < drawn).min(self.words.len() - 1);
                self.words[rank].clone()
            }
        };
        let unsure = random.chance(6);
        if unsure && random.chance(50) {
            text = misread(&text, random);
        }
        if random.chance(10) {
            text.push(',');
        }
        let confidence = Confidence::clamped(if unsure { 0.5 } else { 0.95 });
        let rect = Rect::new(left, top, 15 * text.chars().count() as u32, 30);
        Word::new(text, rect, confidence)
    }
}

/// Changes a word as a recogniser would.
fn misread(word: &str, random: &mut Random) -> String {
    let swapped = word.replacen("rn", "m", 1).replacen('0', "O", 1).replacen('l', "1", 1).replacen("cl", "d", 1);
    if swapped != word {
        return swapped;
    }
    let place = random.below(word.chars().count() as u64) as usize;
    let letter = (b'a' + random.below(26) as u8) as char;
    word.chars().enumerate().map(|(index, sign)| if index == place { letter } else { sign }).collect()
}
