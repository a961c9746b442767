//! Patterns of file names that tell a patient's record number and birth date: `{number}_{born}_*.pdf`.

use jiff::civil::Date;

/// Longest name that is compared, in characters.
const LONGEST: usize = 255;
/// Most parts of a pattern that can be of any length: each more multiplies the work of a comparison.
const MOST_OPEN: usize = 3;

/// A pattern. `*` stands for anything, `{number}` for letters, digits and dashes, `{born}` for `1950-06-01` or `19500601`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileNamePattern(Vec<Part>);

/// What a file name tells. `Debug` is left out: it is patient data.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Told {
    /// The record number; empty where the pattern has none.
    pub number: String,
    /// The birth date.
    pub born: Option<Date>,
}

/// A text that is no pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// Empty or too long.
    #[error("a pattern has 1 to {LONGEST} characters")]
    Length,
    /// A brace opens something else.
    #[error("only {{number}} and {{born}} stand in braces, each at most once")]
    Placeholder,
    /// Too many parts of any length.
    #[error("a pattern has at most {MOST_OPEN} of * and {{number}}, and other characters between them")]
    TooOpen,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Anything,
    Number,
    Born,
}

impl FileNamePattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// It is empty or too long, or something else stands in braces.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        if text.is_empty() || text.chars().count() > LONGEST {
            return Err(PatternError::Length);
        }
        let mut parts = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let end = rest.find(['*', '{', '}']).unwrap_or(rest.len());
            if end > 0 {
                parts.push(Part::Text(rest[..end].to_owned()));
                rest = &rest[end..];
                continue;
            }
            let (part, length) = if rest.starts_with('*') {
                (Part::Anything, 1)
            } else if rest.starts_with("{number}") {
                (Part::Number, "{number}".len())
            } else if rest.starts_with("{born}") {
                (Part::Born, "{born}".len())
            } else {
                return Err(PatternError::Placeholder);
            };
            parts.push(part);
            rest = &rest[length..];
        }
        let count = |wanted: &Part| parts.iter().filter(|part| *part == wanted).count();
        if count(&Part::Number) > 1 || count(&Part::Born) > 1 {
            return Err(PatternError::Placeholder);
        }
        let is_open = |part: &Part| matches!(part, Part::Anything | Part::Number);
        let beside = parts.windows(2).any(|pair| pair.iter().all(is_open));
        if beside || parts.iter().filter(|part| is_open(part)).count() > MOST_OPEN {
            return Err(PatternError::TooOpen);
        }
        Ok(Self(parts))
    }

    /// Says whether it has a place for the record number.
    pub fn has_number(&self) -> bool {
        self.0.contains(&Part::Number)
    }

    /// Says whether it has a place for anything that tells a patient.
    pub fn names_a_patient(&self) -> bool {
        self.0.iter().any(|part| matches!(part, Part::Number | Part::Born))
    }

    /// Returns what a name tells; `None` when it does not follow the pattern, or does in more ways than one.
    pub fn read(&self, name: &str) -> Option<Told> {
        if name.chars().count() > LONGEST {
            return None;
        }
        let mut found = Vec::new();
        compare(&self.0, name, &Told::default(), &mut found);
        match found.as_slice() {
            [told] => Some(told.clone()),
            _ => None,
        }
    }
}

/// Collects the ways in which `name` follows `parts`; two that differ are enough to know that it is not plain.
fn compare(parts: &[Part], name: &str, so_far: &Told, found: &mut Vec<Told>) {
    if found.len() > 1 {
        return;
    }
    let Some((part, rest)) = parts.split_first() else {
        if name.is_empty() && !found.contains(so_far) {
            found.push(so_far.clone());
        }
        return;
    };
    let ends = |fits: fn(char) -> bool| {
        let longest = name.find(|letter| !fits(letter)).unwrap_or(name.len());
        name.char_indices().map(|(at, _)| at).chain([name.len()]).filter(move |at| *at <= longest)
    };
    match part {
        Part::Text(text) => {
            if let Some(name) = name.strip_prefix(text.as_str()) {
                compare(rest, name, so_far, found);
            }
        }
        Part::Anything => ends(|_| true).for_each(|at| compare(rest, &name[at..], so_far, found)),
        Part::Number => {
            for at in ends(|letter| letter.is_ascii_alphanumeric() || letter == '-').filter(|at| *at > 0) {
                compare(rest, &name[at..], &Told { number: name[..at].to_owned(), ..so_far.clone() }, found);
            }
        }
        Part::Born => {
            for length in [10, 8] {
                let Some((text, name)) = name.split_at_checked(length) else { continue };
                if let Some(born) = date(text) {
                    compare(rest, name, &Told { born: Some(born), ..so_far.clone() }, found);
                }
            }
        }
    }
}

fn date(text: &str) -> Option<Date> {
    match text.len() {
        10 => text.parse().ok(),
        _ if text.bytes().all(|digit| digit.is_ascii_digit()) => {
            Date::new(text[..4].parse().ok()?, text[4..6].parse().ok()?, text[6..].parse().ok()?).ok()
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pattern: &str, name: &str) -> Option<(String, Option<String>)> {
        let told = FileNamePattern::parse(pattern).unwrap().read(name)?;
        Some((told.number, told.born.map(|born| born.to_string())))
    }

    #[test]
    fn names_tell_number_and_birth_date() {
        let both = Some(("ZZ-7".to_owned(), Some("1950-12-31".to_owned())));
        assert_eq!(read("{number}_{born}_*.pdf", "ZZ-7_1950-12-31_a_b.pdf"), both);
        assert_eq!(read("{number}_{born}.pdf", "ZZ-7_19501231.pdf"), both);
        assert_eq!(read("*/{number}.pdf", "lab/ZZ7.pdf"), Some(("ZZ7".to_owned(), None)));
        for name in ["ZZ 7.pdf", ".pdf", "ZZ-7.tif", "ZZ-7.pdf.exe"] {
            assert_eq!(read("{number}.pdf", name), None, "{name}");
        }
        assert_eq!(read("{number}_{born}.pdf", "ZZ-7_19501331.pdf"), None, "there is no such day");
    }

    #[test]
    fn a_name_that_can_be_read_in_two_ways_tells_nothing() {
        assert_eq!(read("*-{number}.pdf", "a-b-7.pdf"), None);
        assert_eq!(read("*_{number}.pdf", "a_b_7.pdf"), Some(("7".to_owned(), None)), "a number has no underscore");
    }

    #[test]
    fn other_placeholders_are_refused() {
        for pattern in ["", "{name}.pdf", "{number}{number}", "{number", "a}b"] {
            assert!(FileNamePattern::parse(pattern).is_err(), "{pattern}");
        }
        assert_eq!(FileNamePattern::parse("*{number}*"), Err(PatternError::TooOpen));
        let slow = format!("{}!", "a_".repeat(100));
        assert_eq!(read("*_*_{number}.pdf", &slow), None);
    }
}
