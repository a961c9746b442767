//! Sentences with choices in them: `[mild|severe]`, `{2-14}`, `{0.6-1.9}` and facts such as `{age}`.

use std::collections::BTreeMap;

use super::dice::Dice;

/// Values that phrases refer to by name.
pub(super) type Facts = BTreeMap<&'static str, String>;

/// Writes `phrase` out: picks one of every `[a|b]` (they may be nested), draws a number for every `{low-high}`, and
/// puts a fact in the place of every `{name}`. A name without a fact stays as it is, so that a test can find it.
pub(super) fn expand(phrase: &str, dice: &mut Dice, facts: &Facts) -> String {
    let mut text = String::with_capacity(phrase.len() + 16);
    let mut rest = phrase;
    while let Some(at) = rest.find(['[', '{']) {
        text.push_str(&rest[..at]);
        let tail = &rest[at..];
        let Some(end) = matching_end(tail) else {
            text.push_str(tail);
            return text;
        };
        let inner = &tail[1..end];
        if tail.starts_with('[') {
            let choices = split_choices(inner);
            text.push_str(&expand(dice.pick(&choices), dice, facts));
        } else {
            text.push_str(&value(inner, dice, facts));
        }
        rest = &tail[end + 1..];
    }
    text.push_str(rest);
    text
}

/// Makes the first letter a capital.
pub(super) fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Returns the byte index of the bracket that closes the one `text` begins with.
fn matching_end(text: &str) -> Option<usize> {
    let mut depth = 0usize;
    for (at, letter) in text.char_indices() {
        match letter {
            '[' | '{' => depth += 1,
            ']' | '}' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

fn split_choices(inner: &str) -> Vec<&str> {
    let (mut choices, mut depth, mut start) = (Vec::new(), 0i32, 0);
    for (at, letter) in inner.char_indices() {
        match letter {
            '[' | '{' => depth += 1,
            ']' | '}' => depth -= 1,
            '|' if depth == 0 => {
                choices.push(&inner[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    choices.push(&inner[start..]);
    choices
}

fn value(inner: &str, dice: &mut Dice, facts: &Facts) -> String {
    if let Some((low, high)) = inner.split_once('-') {
        if let (Ok(low), Ok(high)) = (low.parse::<i32>(), high.parse::<i32>()) {
            return dice.between(low, high).to_string();
        }
        if let (Some(low_digits), Some(high_digits)) = (fixed(low), fixed(high)) {
            let places = low.split_once('.').map_or(0, |(_, places)| places.len());
            return point(dice.between(low_digits, high_digits), places);
        }
    }
    facts.get(inner).cloned().unwrap_or_else(|| format!("{{{inner}}}"))
}

/// Reads a decimal as a whole number of its last place: "1.25" is 125.
fn fixed(text: &str) -> Option<i32> {
    let (whole, places) = text.split_once('.')?;
    format!("{whole}{places}").parse().ok()
}

/// Writes a whole number of the last of `places` decimal places: 125 with 2 places is "1.25".
pub(super) fn point(number: i32, places: usize) -> String {
    if places == 0 {
        return number.to_string();
    }
    let digits = format!("{:0width$}", number.unsigned_abs(), width = places + 1);
    let (whole, rest) = digits.split_at(digits.len() - places);
    format!("{}{whole}.{rest}", if number < 0 { "-" } else { "" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_choices_numbers_and_facts() {
        let facts = Facts::from([("age", "64".to_owned())]);
        for seed in 0..50 {
            let mut dice = Dice::new(seed, [0; 3]);
            let text = expand(
                "A {age} year old with [a [dry|wet] cough|{2-3} days of fever], Na {1.05-1.10}",
                &mut dice,
                &facts,
            );
            assert!(text.starts_with("A 64 year old with ") && !text.contains(['[', '{', '|']), "{text}");
            let number = text.rsplit(' ').next().unwrap().to_owned();
            assert!(("1.05".to_owned()..="1.10".to_owned()).contains(&number), "{text}");
        }
        assert_eq!(expand("{unknown}", &mut Dice::new(0, [0; 3]), &facts), "{unknown}");
        assert_eq!((point(5, 2), point(-125, 1), capitalised("été")), ("0.05".into(), "-12.5".into(), "Été".into()));
    }
}
