//! Comparing words that a reader may have got wrong with words that are looked for.

use crate::chart::folded_number;

/// Says whether a word that was read is probably `wanted`; both are folded.
pub(super) fn is_like(read: &str, wanted: &str) -> bool {
    if read == wanted {
        return true;
    }
    // Names and labels are mostly ASCII: bytes are near enough to count, and far cheaper than distances.
    let allowed = match wanted.len() {
        0 | 1 => return false,
        // Short words: only what readers confuse.
        2 | 3 => return read.len() == wanted.len() && folded_number(read) == folded_number(wanted),
        4..=7 => 1,
        _ => 2,
    };
    read.len().abs_diff(wanted.len()) <= allowed && strsim::osa_distance(read, wanted) <= allowed
}

/// Says whether `words` begin with the words of `phrase`; both are folded.
pub(super) fn begins_with(words: &[String], phrase: &[String]) -> bool {
    words.len() >= phrase.len() && phrase.iter().zip(words).all(|(wanted, read)| is_like(read, wanted))
}

/// Returns a text of digits, with letters that readers take for digits put right; `None` for anything else.
pub(super) fn digits_of(text: &str) -> Option<String> {
    let right = |sign: char| match sign {
        '0'..='9' => Some(sign),
        'O' | 'o' | 'Q' | 'D' => Some('0'),
        'I' | 'l' | '|' | 'i' | '!' => Some('1'),
        'Z' | 'z' => Some('2'),
        'S' | 's' => Some('5'),
        'B' => Some('8'),
        _ => None,
    };
    let digits: Option<String> = text.chars().map(right).collect();
    // Letters alone are a word.
    digits.filter(|digits| !digits.is_empty() && text.chars().any(|sign| sign.is_ascii_digit()))
}

/// Says how alike two texts are, from 0 to 1.
pub(super) fn likeness(one: &str, other: &str) -> f32 {
    strsim::normalized_damerau_levenshtein(one, other) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_were_read_badly_are_known_again() {
        assert!(is_like("mrn", "mrn") && is_like("d0b", "dob") && is_like("recard", "record"));
        assert!(is_like("adminlstratlon", "administration"));
        assert!(!is_like("dog", "dob") && !is_like("recorded", "record") && !is_like("", "dob"));
        assert_eq!(digits_of("O7").as_deref(), Some("07"));
        assert_eq!(digits_of("So"), None);
        assert!(likeness("thackerby", "thackerby") > 0.99 && likeness("thackerby", "whitlowe") < 0.5);
    }
}
