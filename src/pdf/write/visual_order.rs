//! Words of right-to-left scripts in the order in which their letters stand on the page.
//!
//! PDF shows letters from left to right; readers turn Hebrew and Arabic runs around again when they take text out.

/// Returns the characters of a word from left to right. Digits and left-to-right letters inside keep their order.
pub(super) fn visual_order(word: &str) -> Vec<char> {
    let mut characters: Vec<char> = word.chars().collect();
    if !characters.iter().any(|&character| is_right_to_left(character)) {
        return characters;
    }
    characters.reverse();
    for run in characters.chunk_by_mut(|&a, &b| keeps_order(a) && keeps_order(b)) {
        run.reverse();
    }
    characters
}

fn keeps_order(character: char) -> bool {
    character.is_alphanumeric() && !is_right_to_left(character)
}

/// The blocks of Hebrew, Arabic, Syriac, Thaana, N'Ko and their kin (Unicode, default bidirectional classes R and AL).
fn is_right_to_left(character: char) -> bool {
    matches!(u32::from(character),
        0x0590..=0x08FF | 0xFB1D..=0xFDFF | 0xFE70..=0xFEFF | 0x1_0800..=0x1_0FFF | 0x1_E800..=0x1_EFFF)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn right_to_left_letters_are_turned_around_and_numbers_are_not() {
        let shown = |word| visual_order(word).into_iter().collect::<String>();
        assert_eq!(shown("HbA1c"), "HbA1c");
        assert_eq!(shown("\u{5d0}\u{5d1}\u{5d2}"), "\u{5d2}\u{5d1}\u{5d0}");
        assert_eq!(shown("\u{5d0}120\u{5d1}"), "\u{5d1}120\u{5d0}");
    }
}
