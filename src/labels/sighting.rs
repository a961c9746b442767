//! What stands on a page behind a label: numbers behind "MRN", dates behind "DOB", names behind "Patient".

use jiff::civil::Date;

use super::dates::{self, DateOrder};
use super::field::{FieldName, Place};
use super::in_codes::patient_numbers;
use super::matching::begins_with;
use crate::chart::{PageText, Rect, Separator, Word, folded, folded_words};

/// Lines from the top in which a name or a date without a label counts.
const TOP_LINES: usize = 14;
/// Most words of a page that are looked at.
const MOST_WORDS: usize = 20_000;
/// Signs that a record number has at least and at most.
const NUMBER_LENGTH: std::ops::RangeInclusive<usize> = 4..=20;

/// A page of a document as it was read.
#[derive(Clone)]
pub struct ReadPage {
    /// Position in the document, from 1.
    pub position: u32,
    /// Its lines of words.
    pub(super) lines: Vec<Vec<Word>>,
    /// The same words, folded.
    pub(super) folded: Vec<Vec<String>>,
    /// What its codes say.
    pub(super) separators: Vec<Separator>,
}

/// A value that stands on a page. `Debug` is left out: it is patient data.
#[derive(Clone, PartialEq)]
pub struct Sighting {
    /// What it is.
    pub name: FieldName,
    /// The value; of a date that can be read in two ways, as it is printed.
    pub value: String,
    /// Every day that a date can mean.
    pub readings: Vec<Date>,
    /// Where it stands.
    pub place: Place,
    /// How sure it is, from 0 to 1.
    pub confidence: f32,
    /// Whether a label says what it is.
    pub labelled: bool,
    /// What it tells of the order of dates.
    pub(super) order: Option<DateOrder>,
}

/// Labels and what they announce, with how much they say: the longest first among those that begin alike.
const LABELS: &[(&str, FieldName, f32)] = {
    use FieldName::{Author, BirthDate, DocumentDate, PatientName, PatientNumber};
    &[
        ("medical record number", PatientNumber, 1.0),
        ("medical record no", PatientNumber, 1.0),
        ("patient record number", PatientNumber, 1.0),
        ("record number", PatientNumber, 1.0),
        ("record no", PatientNumber, 1.0),
        ("hospital number", PatientNumber, 0.95),
        ("hospital no", PatientNumber, 0.95),
        ("unit number", PatientNumber, 0.95),
        ("unit no", PatientNumber, 0.95),
        ("chart number", PatientNumber, 0.95),
        ("chart no", PatientNumber, 0.95),
        ("patient number", PatientNumber, 0.95),
        ("patient no", PatientNumber, 0.95),
        ("patient id", PatientNumber, 0.95),
        ("mr number", PatientNumber, 1.0),
        ("mr no", PatientNumber, 1.0),
        ("mrn", PatientNumber, 1.0),
        ("mr", PatientNumber, 0.97),
        ("id", PatientNumber, 0.9),
        ("date of birth", BirthDate, 1.0),
        ("birth date", BirthDate, 1.0),
        ("birthdate", BirthDate, 1.0),
        ("dob", BirthDate, 1.0),
        ("born", BirthDate, 1.0),
        ("patient name", PatientName, 1.0),
        ("name of patient", PatientName, 1.0),
        ("patient", PatientName, 1.0),
        ("name", PatientName, 0.97),
        ("re", PatientName, 0.9),
        ("date of service", DocumentDate, 1.0),
        ("date of report", DocumentDate, 1.0),
        ("date of procedure", DocumentDate, 1.0),
        ("date of operation", DocumentDate, 1.0),
        ("date of surgery", DocumentDate, 1.0),
        ("date of visit", DocumentDate, 1.0),
        ("date of discharge", DocumentDate, 0.95),
        ("date of admission", DocumentDate, 0.85),
        ("date collected", DocumentDate, 0.9),
        ("report date", DocumentDate, 1.0),
        ("visit date", DocumentDate, 1.0),
        ("discharge date", DocumentDate, 0.95),
        ("admission date", DocumentDate, 0.85),
        ("discharged", DocumentDate, 0.95),
        ("collected", DocumentDate, 0.9),
        ("reported", DocumentDate, 0.9),
        ("dictated", DocumentDate, 0.9),
        ("admitted", DocumentDate, 0.85),
        ("printed", DocumentDate, 0.7),
        ("dated", DocumentDate, 0.95),
        ("date", DocumentDate, 0.9),
        ("electronically signed by", Author, 0.95),
        ("attending physician", Author, 0.9),
        ("dictated by", Author, 1.0),
        ("attending", Author, 0.85),
        ("author", Author, 1.0),
    ]
};

impl ReadPage {
    /// Takes the words of a page, at most as many as a page can sensibly hold.
    pub fn of(position: u32, text: &PageText) -> Self {
        let mut left = MOST_WORDS;
        let mut lines = Vec::new();
        for line in text.lines() {
            if left == 0 {
                break;
            }
            let words: Vec<Word> = line.words.iter().take(left).flat_map(parted).collect();
            left = left.saturating_sub(words.len());
            lines.push(words);
        }
        let fold = |line: &Vec<Word>| line.iter().map(|word| folded(&word.text)).collect();
        let folded = lines.iter().map(fold).collect();
        Self { position, lines, folded, separators: text.separators.clone() }
    }

    /// Says whether the words of `phrase`, which are folded, follow each other on a line.
    pub(super) fn has_phrase(&self, phrase: &[String]) -> bool {
        self.folded.iter().any(|line| (0..line.len()).any(|at| begins_with(&line[at..], phrase)))
    }
}

/// Returns what stands on a page behind labels, and names and dates at its top without one.
pub fn sightings(page: &ReadPage) -> Vec<Sighting> {
    let labels: Vec<(Vec<String>, FieldName, f32)> =
        LABELS.iter().map(|(text, name, weight)| (folded_words(text), *name, *weight)).collect();
    let mut found = Vec::new();
    for (index, (line, plain)) in page.lines.iter().zip(&page.folded).enumerate() {
        let words: Vec<&str> = line.iter().map(|word| word.text.as_str()).collect();
        let mut at = 0;
        while at < words.len() {
            let label =
                labels.iter().filter(|(phrase, ..)| begins_with(&plain[at..], phrase)).max_by_key(|one| one.0.len());
            let Some((phrase, name, weight)) = label else {
                let taken = if index < TOP_LINES { unlabelled(page, line, at, &mut found) } else { 0 };
                at += taken.max(1);
                continue;
            };
            let mut from = at + phrase.len();
            let marked = words[at..from].last().is_some_and(|word| word.ends_with([':', '#', '.']));
            let mut sign = false;
            while from < words.len() && folded(words[from]).is_empty() {
                sign |= words[from].contains([':', '#']);
                from += 1;
            }
            let alone = at == 0 || gap(line, at - 1);
            let taken = behind(
                page.position,
                (line, plain),
                from,
                (*name, *weight),
                marked || sign || alone,
                &labels,
                &mut found,
            );
            at = if taken > 0 { from + taken } else { at + 1 };
        }
    }
    near_numbers(page, &mut found);
    found.extend(patient_numbers(page));
    found
}

/// Covers some words.
pub(super) fn rect_of(words: &[Word]) -> Rect {
    let mut words = words.iter().map(|word| word.rect);
    let first = words.next().unwrap_or(Rect::new(0, 0, 0, 0));
    words.fold(first, |all, rect| all.union(&rect))
}

/// Takes the value behind a label; returns how many words it has, 0 when there is none.
fn behind(
    position: u32,
    (line, plain): (&[Word], &[String]),
    from: usize,
    (name, weight): (FieldName, f32),
    announced: bool,
    labels: &[(Vec<String>, FieldName, f32)],
    found: &mut Vec<Sighting>,
) -> usize {
    let rest = &line[from.min(line.len())..];
    let words: Vec<&str> = rest.iter().map(|word| word.text.as_str()).collect();
    let (taken, value, readings, order) = match name {
        FieldName::PatientNumber => match number(&words) {
            Some((taken, value)) => (taken, value, Vec::new(), None),
            None => return 0,
        },
        FieldName::BirthDate | FieldName::DocumentDate => match dates::read(&words) {
            Some(date) => (date.words, words[..date.words].join(" "), date.readings, date.order),
            None => return 0,
        },
        FieldName::PatientName | FieldName::Author => {
            let Some((taken, value)) = name_of(line, plain, from, labels) else { return 0 };
            // "the patient Ann Example": only a sign, a place of its own or a filed name makes a label of the word.
            if !announced && !value.contains(',') {
                return 0;
            }
            (taken, value, Vec::new(), None)
        }
        FieldName::Kind => return 0,
    };
    let confidence = weight * sure(&rest[..taken]);
    let place = Place { page: position, rect: rect_of(&rest[..taken]) };
    found.push(Sighting { name, value: trimmed(&value), readings, place, confidence, labelled: true, order });
    taken
}

/// Takes a filed name or a date that stands at the top of a page without a label; returns how many words it has.
fn unlabelled(page: &ReadPage, line: &[Word], at: usize, found: &mut Vec<Sighting>) -> usize {
    let words: Vec<&str> = line[at..].iter().map(|word| word.text.as_str()).collect();
    if let Some(taken) = filed_name(&words) {
        let taken_words = &line[at..at + taken];
        found.push(Sighting {
            name: FieldName::PatientName,
            value: trimmed(&words[..taken].join(" ")),
            readings: Vec::new(),
            place: Place { page: page.position, rect: rect_of(taken_words) },
            confidence: 0.8 * sure(taken_words),
            labelled: false,
            order: None,
        });
        return taken;
    }
    let Some(date) = dates::read(&words) else { return 0 };
    // Alone on its line, as in a letter, it says more than in passing.
    let alone = at == 0 && date.words == words.len();
    let taken_words = &line[at..at + date.words];
    found.push(Sighting {
        name: FieldName::DocumentDate,
        value: trimmed(&words[..date.words].join(" ")),
        readings: date.readings,
        place: Place { page: page.position, rect: rect_of(taken_words) },
        confidence: if alone { 0.92 } else { 0.7 } * sure(taken_words),
        labelled: false,
        order: date.order,
    });
    date.words
}

/// A filed name in the line of a record number, or in the one before it, is the patient's.
fn near_numbers(page: &ReadPage, found: &mut [Sighting]) {
    let line_of =
        |rect: Rect| page.lines.iter().position(|line| line.iter().any(|word| word.rect.union(&rect) == rect));
    let numbers: Vec<usize> = found
        .iter()
        .filter(|one| one.name == FieldName::PatientNumber)
        .filter_map(|one| line_of(one.place.rect))
        .collect();
    for one in found.iter_mut().filter(|one| one.name == FieldName::PatientName && !one.labelled) {
        let Some(line) = line_of(one.place.rect) else { continue };
        // Readers order columns as they like: a few lines before or after.
        if numbers.iter().any(|number| number.abs_diff(line) <= 3) {
            one.labelled = true;
            one.confidence /= 0.8;
        }
    }
}

/// Returns how sure the least sure of some words is. Names and numbers stand in no dictionary, so that readers trust
/// themselves less than they could.
fn sure(words: &[Word]) -> f32 {
    let least = words.iter().map(|word| word.confidence.value()).fold(1.0, f32::min);
    (least * 1.06).min(0.99)
}

/// Reads a record number: one word, or a few letters and a number.
fn number(words: &[&str]) -> Option<(usize, String)> {
    let plain = |word: &str| {
        let word = word.trim_matches(|sign: char| !sign.is_alphanumeric());
        let ends = word.chars().all(|sign| sign.is_alphanumeric() || sign == '-');
        ends.then(|| word.to_owned())
    };
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).count();
    let fits = |text: &str| {
        NUMBER_LENGTH.contains(&text.chars().count()) && digits(text) >= 3 && digits(text) * 2 >= text.len()
    };
    let first = plain(words.first()?)?;
    if fits(&first) {
        return Some((1, first));
    }
    let second = plain(words.get(1)?)?;
    let joined = format!("{first}{second}");
    let is_prefix = first.chars().count() <= 3 && !first.is_empty();
    (is_prefix && fits(&joined) && digits(&second) >= 3).then_some((2, joined))
}

/// Reads a name behind a label, up to the next label, a gap or a number.
fn name_of(
    line: &[Word],
    plain: &[String],
    from: usize,
    labels: &[(Vec<String>, FieldName, f32)],
) -> Option<(usize, String)> {
    let mut taken: Vec<&str> = Vec::new();
    for (index, word) in line.iter().enumerate().skip(from).take(6) {
        let text = word.text.as_str();
        let letters = text.chars().filter(|sign| sign.is_alphabetic()).count();
        let is_name = letters > 0
            && text.chars().all(|sign| sign.is_alphabetic() || "'’-.,".contains(sign))
            && text.chars().next().is_some_and(char::is_uppercase);
        // "Patient: ... Date of birth": the next label ends the name; one that is a name too (Re, Id) needs its sign.
        let is_label = !taken.is_empty()
            && labels
                .iter()
                .any(|(phrase, ..)| begins_with(&plain[index..], phrase) && (phrase.len() > 1 || phrase[0].len() > 2));
        if !is_name || is_label || text.ends_with(':') || (index > from && gap(line, index - 1)) {
            break;
        }
        taken.push(text);
    }
    let words = folded_words(&taken.join(" "));
    (words.len() >= 2).then(|| (taken.len(), filed(&taken)))
}

/// Writes a name as charts file it: family name first.
fn filed(words: &[&str]) -> String {
    let titles = ["mr", "mrs", "ms", "miss", "dr", "mx"];
    let mut words: Vec<&str> = words.to_vec();
    while words.len() > 2 && words.first().is_some_and(|word| titles.contains(&folded(word).as_str())) {
        words.remove(0);
    }
    let comma = words.iter().position(|word| word.ends_with(','));
    if comma.is_some_and(|at| at + 1 < words.len()) {
        return words.join(" ");
    }
    let Some((family, given)) = words.split_last() else { return String::new() };
    format!("{}, {}", family.trim_end_matches([',', '.']), given.join(" "))
}

/// Returns how many words a filed name in capitals has: `FAMILY, GIVEN M`.
fn filed_name(words: &[&str]) -> Option<usize> {
    let capitals = |word: &str| {
        word.chars().filter(|sign| sign.is_alphabetic()).count() >= 2
            && word.chars().all(|sign| sign.is_uppercase() || "'’-,.".contains(sign))
    };
    let (family, given) = (words.first()?, words.get(1)?);
    if !family.ends_with(',') || !capitals(family) || !capitals(given) || family.chars().count() < 3 {
        return None;
    }
    let initial = words.get(2).is_some_and(|word| {
        let letters: Vec<char> = word.chars().filter(|sign| sign.is_alphanumeric()).collect();
        letters.len() == 1 && letters[0].is_uppercase()
    });
    Some(2 + usize::from(initial))
}

/// Says whether the word after `index` stands far from it.
fn gap(line: &[Word], index: usize) -> bool {
    let (Some(word), Some(next)) = (line.get(index), line.get(index + 1)) else { return false };
    let (one, other) = (word.rect, next.rect);
    let across = other.left.saturating_sub(one.right()).max(one.left.saturating_sub(other.right()));
    let down = other.top.saturating_sub(one.bottom()).max(one.top.saturating_sub(other.bottom()));
    // The shorter side of a word is the height of its letters, however the page is turned.
    let height = one.width.min(one.height).max(other.width.min(other.height));
    across.max(down) > height.saturating_mul(3)
}

/// Parts a label from the value that was read with it: `MRN:ZZ123`.
fn parted(word: &Word) -> Vec<Word> {
    let signs = [':', '#'];
    if let Some((label, value)) = word.text.split_once(signs)
        && label.chars().count() >= 2
        && label.chars().all(|sign| sign.is_alphabetic() || sign == '.')
        && value.chars().any(char::is_alphanumeric)
    {
        let part = |text: String| Word { text, ..word.clone() };
        return vec![part(format!("{label}:")), part(value.to_owned())];
    }
    vec![word.clone()]
}

fn trimmed(text: &str) -> String {
    text.trim_matches(|sign: char| sign.is_whitespace() || ",;:".contains(sign)).to_owned()
}
