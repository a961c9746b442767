//! Pages that have their own text and a picture with more text in it: what the own text does not cover is read.

use crate::chart::{Block, Line, Rect, Size};
use crate::imaging::mask::Mask;
use crate::pipeline::survey::Survey;

/// Side of the cells in which covered places are noted, in pixels of the page.
const CELL: u32 = 8;
/// Letters in rows outside of the own text from which the page is worth reading: more than a logo or a stamp has.
const WORTH_READING: usize = 150;
/// Most lines of own text that are looked at.
const MOST_LINES: usize = 5_000;

/// Places that text covers already.
struct Covered(Mask);

impl Covered {
    fn by(blocks: &[Block], page: Size) -> Self {
        let mut mask = Mask::new(page.width / CELL + 1, page.height / CELL + 1);
        for line in blocks.iter().flat_map(|block| &block.lines).take(MOST_LINES) {
            let rect = line.rect.clipped(page);
            if !rect.is_empty() {
                for row in rect.top / CELL..=(rect.bottom() - 1) / CELL {
                    mask.row_mut(row as usize)[(rect.left / CELL) as usize..=((rect.right() - 1) / CELL) as usize]
                        .fill(1);
                }
            }
        }
        Self(mask)
    }

    fn holds(&self, rect: Rect) -> bool {
        self.0.get((rect.left + rect.width / 2) / CELL, (rect.top + rect.height / 2) / CELL)
    }
}

/// Says whether the page shows much more writing than its own text covers.
pub fn has_more(survey: &Survey<'_>, own: &[Block]) -> bool {
    let covered = Covered::by(own, survey.placement.page_size());
    let factor = survey.copy.factor;
    let on_page = |index: &usize| {
        let part = &survey.letters.boxes[*index];
        let (left, top) = (part.left * factor, part.top * factor);
        survey.placement.rect_on_page(Rect::new(left, top, part.width() * factor, part.height() * factor))
    };
    let rows = survey.letters.rows();
    let outside = rows.iter().filter(|row| row.len() >= 4).flatten().filter(|index| !covered.holds(on_page(index)));
    outside.count() >= WORTH_READING
}

/// Adds to a page's own text the words read outside of it.
pub fn merge(mut own: Vec<Block>, read: Vec<Block>, page: Size) -> Vec<Block> {
    let covered = Covered::by(&own, page);
    for mut block in read {
        for line in &mut block.lines {
            line.words.retain(|word| !covered.holds(word.rect));
            cover(line);
        }
        block.lines.retain(|line| !line.words.is_empty());
        if let Some(rect) = block.lines.iter().map(|line| line.rect).reduce(|one, other| one.union(&other)) {
            own.push(Block { rect, lines: block.lines });
        }
    }
    own
}

fn cover(line: &mut Line) {
    if let Some(rect) = line.words.iter().map(|word| word.rect).reduce(|one, other| one.union(&other)) {
        line.rect = rect;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::{Confidence, Word};

    fn block(words: &[(&str, u32)], top: u32) -> Block {
        let word = |(text, left): &(&str, u32)| {
            Word::new((*text).to_owned(), Rect::new(*left, top, 60, 20), Confidence::CERTAIN)
        };
        let words: Vec<Word> = words.iter().map(word).collect();
        let rect = words.iter().map(|word| word.rect).reduce(|one, other| one.union(&other)).expect("words");
        Block { rect, lines: vec![Line { rect, words }] }
    }

    #[test]
    fn only_words_outside_of_the_own_text_are_added() {
        let own = vec![block(&[("own", 100)], 100)];
        let read = vec![block(&[("owm", 102), ("beside", 400)], 100), block(&[("below", 100)], 500)];
        let merged = merge(own, read, Size { width: 1000, height: 1000 });
        let words: Vec<&str> = merged
            .iter()
            .flat_map(|block| &block.lines)
            .flat_map(|line| &line.words)
            .map(|word| word.text.as_str())
            .collect();
        assert_eq!(words, ["own", "beside", "below"]);
        assert_eq!(merged[1].rect, Rect::new(400, 100, 60, 20));
    }
}
