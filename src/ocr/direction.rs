//! From the order in which words stand on paper, left to right, to the order in which they are read.
//!
//! Networks give characters as they stand. Hebrew and Arabic run from right to left, but numbers and Latin words in them from
//! left to right. This undoes what the Unicode bidirectional algorithm (UAX #9) does to a line, as far as paper tells; what it
//! does not tell (`850 mg` or `mg 850` within Hebrew) is taken as it stands, as libtesseract takes it.

/// Which way something runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Direction {
    Right,
    Left,
    /// Numbers and signs: as what is around them.
    Either,
}

/// Returns the text of a word whose characters stand in `text` from left to right.
pub fn word(text: &str) -> String {
    if !text.chars().any(is_right_to_left) {
        return text.to_owned();
    }
    let mut clusters = clusters(text);
    let directions: Vec<Direction> = clusters.iter().map(|cluster| direction(cluster)).collect();
    let mut runs: Vec<std::ops::Range<usize>> = Vec::new();
    let mut start = 0;
    while start < clusters.len() {
        // A number with its points and signs between digits, or Latin letters, keeps its order.
        let keeps = |place: usize| match directions[place] {
            Direction::Left => false,
            Direction::Right => true,
            Direction::Either => is_number(clusters[place]),
        };
        let mut end = start;
        while end < clusters.len()
            && (keeps(end) || end > start && end + 1 < clusters.len() && joins(clusters[end]) && keeps(end + 1))
        {
            end += 1;
        }
        if end > start {
            runs.push(start..end);
        }
        start = end + 1;
    }
    runs.into_iter().for_each(|run| clusters[run].reverse());
    clusters.reverse();
    clusters.concat()
}

/// Returns the order in which words are read that stand in `texts` from left to right.
pub fn order(texts: &[&str]) -> Vec<usize> {
    let directions: Vec<Direction> = texts.iter().map(|text| direction(text)).collect();
    let count = |wanted: Direction| directions.iter().filter(|direction| **direction == wanted).count();
    let mut order: Vec<usize> = (0..texts.len()).collect();
    let leftward = count(Direction::Left);
    if leftward == 0 {
        return order;
    }
    let (line, other) = if leftward >= count(Direction::Right) {
        (Direction::Left, Direction::Right)
    } else {
        (Direction::Right, Direction::Left)
    };
    // Runs of words against the line's direction, with what stands between them.
    let mut start = 0;
    while start < order.len() {
        if directions[start] != other {
            start += 1;
            continue;
        }
        let same = directions[start..].iter().take_while(|direction| **direction != line).count();
        let run = start..start + same;
        let last = directions[run.clone()].iter().rposition(|direction| *direction == other).unwrap_or(0);
        order[start..=start + last].reverse();
        start = run.end;
    }
    if line == Direction::Left {
        order.reverse();
    }
    order
}

fn direction(text: &str) -> Direction {
    if text.chars().any(is_right_to_left) {
        Direction::Left
    } else if text.chars().any(char::is_alphabetic) {
        Direction::Right
    } else {
        Direction::Either
    }
}

/// Splits a text into letters with the marks that stand on them.
fn clusters(text: &str) -> Vec<&str> {
    let mut clusters = Vec::new();
    let mut start = 0;
    for (place, letter) in text.char_indices() {
        if place > 0 && !is_mark(letter) {
            clusters.push(&text[start..place]);
            start = place;
        }
    }
    if start < text.len() {
        clusters.push(&text[start..]);
    }
    clusters
}

/// Letters of Hebrew, Arabic and their neighbours, and their forms for presentation; not their digits.
fn is_right_to_left(letter: char) -> bool {
    matches!(letter, '\u{590}'..='\u{65f}' | '\u{66d}'..='\u{6ef}' | '\u{6fa}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}')
}

fn is_mark(letter: char) -> bool {
    matches!(letter, '\u{591}'..='\u{5bd}' | '\u{5bf}' | '\u{5c1}'..='\u{5c2}' | '\u{5c4}'..='\u{5c5}' | '\u{64b}'..='\u{65f}' | '\u{670}')
}

fn is_number(cluster: &str) -> bool {
    cluster.chars().all(char::is_numeric)
}

/// Says whether a sign belongs to the numbers beside it.
fn joins(cluster: &str) -> bool {
    matches!(cluster, "." | "," | ":" | "/" | "-" | "\u{66b}" | "\u{66c}")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn line(words: &[&str]) -> String {
        let read: Vec<String> = order(words).into_iter().map(|place| word(words[place])).collect();
        read.join(" ")
    }

    #[test]
    fn lines_are_read_from_right_to_left_but_numbers_and_latin_words_are_not() {
        assert_eq!(line(&["םויב", "םיימעפ", "850", "ןתינ"]), "ניתן 850 פעמיים ביום");
        assert_eq!(line(&["2024", "ץרמב", "15", "ב"]), "ב 15 במרץ 2024");
        assert_eq!(line(&["םויב", "Aspirin", "100", "mg", "ןתינ"]), "ניתן Aspirin 100 mg ביום");
        assert_eq!(line(&["called", "ןתינ", "5", "בא", "here", "now"]), "called אב 5 ניתן here now");
        assert_eq!(line(&["Take", "3.5", "mg"]), "Take 3.5 mg");
        assert_eq!(word("12.5-ל"), "ל-12.5");
        assert_eq!(word("03/15,בא"), "אב,03/15");
        assert_eq!(word("\u{5d0}\u{5b8}\u{5d1}"), "\u{5d1}\u{5d0}\u{5b8}", "marks stay on their letters");
    }

    proptest! {
        #[test]
        fn nothing_is_lost(words in proptest::collection::vec("[אבג1-3a-c.,]{1,5}", 0..8)) {
            let texts: Vec<&str> = words.iter().map(String::as_str).collect();
            let mut places = order(&texts);
            places.sort_unstable();
            prop_assert_eq!(places, (0..words.len()).collect::<Vec<_>>());
            for text in texts {
                let (mut before, mut after): (Vec<char>, Vec<char>) = (text.chars().collect(), word(text).chars().collect());
                before.sort_unstable();
                after.sort_unstable();
                prop_assert_eq!(before, after);
            }
        }
    }
}
