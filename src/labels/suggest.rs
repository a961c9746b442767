//! Makes one suggestion for each field out of everything that the pages show.

use jiff::civil::Date;

use super::dates::DateOrder;
use super::field::{Candidate, Field, FieldName, Level};
use super::kinds::{DocumentKinds, TypeTold};
use super::patient_match::{PatientCandidate, is_of};
use super::sighting::{ReadPage, Sighting, sightings};
use crate::chart::{BirthDate, folded, folded_number, folded_words};

/// Most other values that a field shows.
const MOST_CANDIDATES: usize = 5;
/// Score from which a known patient settles what was read.
const SETTLES: f32 = 0.8;
/// How much ahead of the next one they have to be.
const AHEAD: f32 = 0.2;

/// Everything that is suggested about a document. `Debug` is left out: it is patient data.
#[derive(Clone)]
pub struct Suggestions {
    /// A field each, in the order in which a person goes through them.
    pub fields: Vec<Field>,
    /// What stands on the pages.
    pub seen: Vec<Sighting>,
    /// Positions of pages after which another document seems to begin.
    pub splits: Vec<u32>,
    /// In which order the document writes its dates, where it tells.
    pub order: Option<DateOrder>,
}

/// Suggests fields for the pages of one document, received on `received`. `order` is the facility's rule for dates, if it has
/// one.
pub fn suggest(pages: &[ReadPage], kinds: &DocumentKinds, order: Option<DateOrder>, received: Date) -> Suggestions {
    let mut seen: Vec<Sighting> = pages.iter().flat_map(sightings).collect();
    let order = order_of(&seen).or(order);
    settle_dates(&mut seen, order, received);
    let told: Vec<(u32, Vec<TypeTold>)> = pages.iter().map(|page| (page.position, kinds.told_by(page))).collect();
    let mut fields = Vec::new();
    for name in FieldName::ALL {
        match name {
            FieldName::Kind => fields.push(kind(&told)),
            FieldName::Author => fields.extend(best_of(&seen, name)),
            FieldName::DocumentDate => fields.push(best_of(&seen, name).unwrap_or_else(|| Field::missing(name))),
            FieldName::PatientNumber | FieldName::PatientName | FieldName::BirthDate => {
                fields.push(identifier(&seen, name));
            }
        }
    }
    Suggestions { fields, seen, splits: splits(&told), order }
}

impl Suggestions {
    /// Returns the suggestion of a field.
    pub fn field(&self, name: FieldName) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// Returns the distinct values that stand on the pages for a field.
    pub fn values(&self, name: FieldName) -> Vec<String> {
        let mut values: Vec<String> =
            self.seen.iter().filter(|one| one.name == name).map(|one| one.value.clone()).collect();
        values.sort_unstable();
        values.dedup();
        values
    }

    /// Returns every day that may be the patient's birth date.
    pub fn birth_dates(&self) -> Vec<BirthDate> {
        let dates = self.seen.iter().filter(|one| one.name == FieldName::BirthDate).flat_map(|one| &one.readings);
        let mut dates: Vec<Date> = dates.copied().collect();
        dates.sort_unstable();
        dates.dedup();
        dates.into_iter().map(BirthDate::Day).collect()
    }

    /// Lets a known patient settle what was read, when two of number, birth date and name are theirs and nobody else comes
    /// near.
    pub fn settle(&mut self, ranked: &[PatientCandidate]) {
        let Some(first) = ranked.first() else { return };
        let next = ranked.get(1).map_or(0.0, |candidate| candidate.score);
        if first.score < SETTLES || first.score - next < AHEAD || first.matched.len() < 2 {
            if next > 0.0 && first.score - next < AHEAD && first.matched.contains(&FieldName::PatientNumber) {
                self.doubt(FieldName::PatientNumber, "two known patients fit");
            }
            return;
        }
        let patient = &first.patient;
        for field in &mut self.fields {
            let known = match field.name {
                FieldName::PatientNumber => patient.number.clone(),
                FieldName::PatientName => patient.name.clone(),
                FieldName::BirthDate => patient.born.text(),
                FieldName::Kind | FieldName::DocumentDate | FieldName::Author => continue,
            };
            if known.is_empty() {
                continue;
            }
            let matched = first.matched.contains(&field.name);
            let same = same_value(field.name, &field.value, &known, patient.born);
            // What was read is the patient's, or was not found; else somebody has to look, at both.
            if matched || field.value.is_empty() && field.candidates.is_empty() {
                if !same && !field.value.is_empty() {
                    field.candidates.insert(0, Candidate { value: field.value.clone(), confidence: field.confidence });
                }
                field.value = known;
                field.confidence = if matched { 0.99 } else { 0.9 };
                field.level = Level::Confident;
                field.because = Some("a known patient".into());
                if !one_value(&self.seen, field.name, patient.born) {
                    field.level = Level::Verify;
                    field.because = Some("the pages show more than one".into());
                }
            } else {
                field.level = Level::Verify;
                field.because = Some("the known patient has another".into());
                field.candidates.insert(0, Candidate { value: known, confidence: 0.5 });
            }
            field.candidates.truncate(MOST_CANDIDATES);
        }
    }

    fn doubt(&mut self, name: FieldName, because: &str) {
        if let Some(field) = self.fields.iter_mut().find(|field| field.name == name) {
            field.level = Level::Verify;
            field.because = Some(because.to_owned());
        }
    }
}

/// Says whether the labelled sightings of a field are all of one value.
fn one_value(seen: &[Sighting], name: FieldName, born: BirthDate) -> bool {
    let mut labelled = seen.iter().filter(|one| one.name == name && one.labelled);
    match name {
        FieldName::PatientNumber => {
            let mut numbers: Vec<String> = labelled.map(|one| folded_number(&one.value)).collect();
            numbers.dedup();
            numbers.len() < 2 || numbers.iter().all(|number| strsim::osa_distance(number, &numbers[0]) <= 1)
        }
        FieldName::BirthDate => {
            labelled.all(|one| one.confidence < 0.9 || one.readings.iter().any(|day| is_of(*day, born)))
        }
        _ => true,
    }
}

fn same_value(name: FieldName, one: &str, other: &str, born: BirthDate) -> bool {
    match name {
        FieldName::PatientNumber => folded(one) == folded(other),
        FieldName::BirthDate => one == born.text(),
        _ => folded_words(one) == folded_words(other),
    }
}

/// Returns the order that the dates of a document tell; none where they contradict each other, or tell nothing.
fn order_of(seen: &[Sighting]) -> Option<DateOrder> {
    let tells = |order| seen.iter().any(|one| one.order == Some(order));
    match (tells(DateOrder::MonthFirst), tells(DateOrder::DayFirst)) {
        (true, false) => Some(DateOrder::MonthFirst),
        (false, true) => Some(DateOrder::DayFirst),
        _ => None,
    }
}

/// Leaves out days that cannot be, and writes dates that have one reading as that day.
fn settle_dates(seen: &mut [Sighting], order: Option<DateOrder>, received: Date) {
    for one in seen.iter_mut().filter(|one| !one.readings.is_empty()) {
        let possible: Vec<Date> = one.readings.iter().copied().filter(|day| *day <= received).collect();
        if !possible.is_empty() {
            one.readings = possible;
        }
        let date = super::dates::ReadDate { readings: one.readings.clone(), words: 0, order: None };
        match date.settled(order) {
            Some(day) => {
                one.readings = vec![day];
                one.value = day.to_string();
            }
            None => one.confidence = one.confidence.min(0.5),
        }
        if one.readings.iter().all(|day| *day > received) {
            one.confidence = one.confidence.min(0.3);
        }
    }
}

/// A value and how sure all its sightings together make it.
struct Weighed<'a> {
    value: String,
    confidence: f32,
    pages: usize,
    best: &'a Sighting,
}

fn weigh(seen: &[Sighting], name: FieldName) -> Vec<Weighed<'_>> {
    let key = |one: &Sighting| match name {
        FieldName::PatientNumber => folded_number(&one.value),
        // A middle initial is left out on some pages.
        FieldName::PatientName => {
            let mut words: Vec<String> = folded_words(&one.value).into_iter().filter(|word| word.len() > 1).collect();
            words.sort_unstable();
            words.join(" ")
        }
        _ => one.value.clone(),
    };
    let mut weighed: Vec<(String, Weighed<'_>)> = Vec::new();
    for one in seen.iter().filter(|one| one.name == name) {
        match weighed.iter_mut().find(|(other, _)| *other == key(one)) {
            Some((_, sum)) => {
                if sum.best.place.page != one.place.page {
                    sum.pages += 1;
                    // Two readers of two pages are seldom wrong in the same way.
                    sum.confidence = (1.0 - (1.0 - sum.confidence) * (1.0 - one.confidence * 0.7)).min(0.99);
                }
                if one.confidence > sum.best.confidence {
                    sum.best = one;
                    sum.confidence = sum.confidence.max(one.confidence);
                }
                // The fuller form of a name, the more usual spelling of a number.
                if name == FieldName::PatientName && one.value.len() > sum.value.len() {
                    sum.value.clone_from(&one.value);
                }
            }
            None => weighed.push((
                key(one),
                Weighed { value: one.value.clone(), confidence: one.confidence, pages: 1, best: one },
            )),
        }
    }
    let mut weighed: Vec<Weighed<'_>> = weighed.into_iter().map(|(_, sum)| sum).collect();
    weighed.sort_by(|one, other| other.confidence.total_cmp(&one.confidence).then(other.pages.cmp(&one.pages)));
    weighed
}

/// Suggests who the patient is. Pages that name two are for a person to decide.
fn identifier(seen: &[Sighting], name: FieldName) -> Field {
    let weighed = weigh(seen, name);
    let Some(first) = weighed.first() else { return Field::missing(name) };
    let mut field = field_of(name, first, &weighed[1..]);
    let readings = &first.best.readings;
    if readings.len() > 1 {
        field.value = String::new();
        let both = readings.iter().map(|day| Candidate { value: day.to_string(), confidence: 0.5 });
        field.candidates = both.chain(field.candidates).take(MOST_CANDIDATES).collect();
        field.level = Level::Verify;
        field.because = Some("the day can be read in two ways".into());
        return field;
    }
    let rival =
        weighed[1..].iter().filter(|other| other.best.labelled).map(|other| other.confidence).fold(0.0, f32::max);
    if rival >= 0.5 && name != FieldName::PatientName {
        field.level = Level::Verify;
        field.because = Some("the pages show more than one".into());
    } else if first.pages < 2 && field.level == Level::Confident && name == FieldName::PatientNumber {
        // A new patient's number that stands on one page only was compared with nothing.
        field.level = Level::Check;
        field.because = Some("no known patient has it, and it stands on one page only".into());
    }
    field
}

/// Suggests the likeliest value; another day is no contradiction, charts are full of them.
fn best_of(seen: &[Sighting], name: FieldName) -> Option<Field> {
    // The first page says what a document is; later ones speak of other days.
    let first_page = seen.iter().filter(|one| one.name == name).map(|one| one.place.page).min()?;
    let on_first: Vec<Sighting> =
        seen.iter().filter(|one| one.name == name && one.place.page == first_page).cloned().collect();
    let weighed = weigh(&on_first, name);
    let first = weighed.first()?;
    let mut field = field_of(name, first, &weighed[1..]);
    if first.best.readings.len() > 1 {
        field.value = String::new();
        field.candidates =
            first.best.readings.iter().map(|day| Candidate { value: day.to_string(), confidence: 0.5 }).collect();
        field.level = Level::Check;
        field.because = Some("the day can be read in two ways".into());
    } else if field.level == Level::Verify {
        field.level = Level::Check;
    }
    Some(field)
}

fn field_of(name: FieldName, first: &Weighed<'_>, others: &[Weighed<'_>]) -> Field {
    let candidates = others
        .iter()
        .take(MOST_CANDIDATES)
        .map(|other| Candidate { value: other.value.clone(), confidence: other.confidence })
        .collect();
    let level = Level::of(first.confidence);
    let because = (level != Level::Confident).then(|| {
        if first.best.labelled {
            "it was read with little confidence".to_owned()
        } else {
            "no label says what it is".into()
        }
    });
    Field {
        name,
        value: first.value.clone(),
        confidence: first.confidence,
        level,
        place: Some(first.best.place),
        because,
        candidates,
    }
}

/// Suggests the type: that of the first page with a heading. Pages of several types are for a person to decide.
fn kind(told: &[(u32, Vec<TypeTold>)]) -> Field {
    let headed = told.iter().filter_map(|(page, told)| Some((*page, told.first()?)));
    let headings: Vec<(u32, &TypeTold)> = headed.clone().filter(|(_, told)| told.rect.is_some()).collect();
    let Some((page, first)) = headings.first().copied().or_else(|| headed.clone().next()) else {
        return Field::missing(FieldName::Kind);
    };
    let mut candidates: Vec<Candidate> = Vec::new();
    for told in told.iter().flat_map(|(_, told)| told) {
        if told.name != first.name && !candidates.iter().any(|one| one.value == told.name.as_str()) {
            candidates.push(Candidate { value: told.name.to_string(), confidence: told.confidence });
        }
    }
    candidates.sort_by(|one, other| other.confidence.total_cmp(&one.confidence));
    candidates.truncate(MOST_CANDIDATES);
    let mut field = Field {
        name: FieldName::Kind,
        value: first.name.to_string(),
        confidence: first.confidence,
        level: Level::of(first.confidence),
        place: first.rect.map(|rect| super::field::Place { page, rect }),
        because: None,
        candidates,
    };
    let others =
        headings.iter().filter(|(_, told)| told.name != first.name && Level::of(told.confidence) == Level::Confident);
    if others.count() > 0 {
        field.level = Level::Verify;
        field.because = Some("its pages have headings of several types: it may be several documents".into());
    } else if field.level != Level::Confident {
        field.because = Some("no heading names it clearly".into());
    }
    field
}

/// Returns the positions after which a page with the heading of another type begins.
fn splits(told: &[(u32, Vec<TypeTold>)]) -> Vec<u32> {
    let mut splits = Vec::new();
    let (mut current, mut before) = (None, None);
    for (page, told) in told {
        let heading = told.first().filter(|told| told.rect.is_some() && Level::of(told.confidence) == Level::Confident);
        if let Some(heading) = heading {
            if let (Some(last), Some(before)) = (&current, before)
                && *last != heading.name
            {
                splits.push(before);
            }
            current = Some(heading.name.clone());
        }
        before = Some(*page);
    }
    splits
}
