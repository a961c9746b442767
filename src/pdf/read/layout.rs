//! Words to lines and blocks in reading order.
//!
//! The page is cut recursively at its white gaps: at gutters between columns, then at gaps between blocks. What
//! cannot be cut is a block whose lines run across it, so that the rows of a table stay together.

use std::collections::BTreeMap;

use hayro_interpret::kurbo::Rect as Area;

use super::words::{PlacedWord, is_right_to_left};
use crate::chart::{Block, Confidence, Line, Rect, Size, Word};

/// A gap between blocks has at least this part of the median em.
const BLOCK_GAP: f64 = 0.9;
/// A gutter between columns has at least this part of the median em.
const GUTTER: f64 = 1.0;
/// Gutters that are tried, from the widest on.
const MOST_GUTTERS: usize = 8;
/// Columns have at least this many lines.
const COLUMN_LINES: usize = 3;
/// Lines of prose hold at least this many ems of words on average.
const PROSE_WIDTH: f64 = 11.0;
/// Base lines nearer than this part of the em are one row.
const SAME_ROW: f64 = 0.12;
/// Cuts within cuts; a page that needs more is no text.
const MAX_DEPTH: u32 = 24;
/// Words nearer than this part of the em belong together although they were painted at different times.
const TOUCHING: f64 = 0.1;

/// Maps points of the page to pixels of its image.
#[derive(Debug, Clone, Copy)]
pub(super) struct ToPixels {
    /// Pixels per point across and down.
    pub(super) scale: (f64, f64),
    /// The page image.
    pub(super) size: Size,
}

/// Arranges words; those outside of the page are dropped.
pub(super) fn blocks(words: Vec<PlacedWord>, to_pixels: ToPixels) -> Vec<Block> {
    let mut directions: BTreeMap<i32, Vec<Placed>> = BTreeMap::new();
    for word in words {
        let Some(rect) = to_pixels.rect(word.rect()) else { continue };
        // Steps of two degrees: the words of one line share a step, or nearly so.
        let step = ((word.direction.y.atan2(word.direction.x).to_degrees() / 2.0).round() as i32).rem_euclid(180);
        directions.entry(step).or_default().push(Placed::new(word, rect));
    }
    // What most words follow is read first.
    let mut directions: Vec<Vec<Placed>> = directions.into_values().collect();
    directions.sort_by_key(|words| std::cmp::Reverse(words.len()));
    let mut blocks = Vec::new();
    for words in directions {
        cut(words, 0, &mut blocks);
    }
    blocks
}

impl ToPixels {
    /// Returns the pixels that an area covers; `None` when its middle lies outside of the page.
    fn rect(self, area: Area) -> Option<Rect> {
        let (width, height) = (f64::from(self.size.width), f64::from(self.size.height));
        let (x0, x1) = (area.x0 * self.scale.0, area.x1 * self.scale.0);
        let (y0, y1) = (area.y0 * self.scale.1, area.y1 * self.scale.1);
        let (x, y) = ((x0 + x1) / 2.0, (y0 + y1) / 2.0);
        if !((0.0..width).contains(&x) && (0.0..height).contains(&y)) {
            return None;
        }
        let (left, top) = (x0.floor().clamp(0.0, width - 1.0), y0.floor().clamp(0.0, height - 1.0));
        let right = x1.ceil().clamp(left + 1.0, width.max(left + 1.0));
        let bottom = y1.ceil().clamp(top + 1.0, height.max(top + 1.0));
        Some(Rect::new(left as u32, top as u32, (right - left) as u32, (bottom - top) as u32))
    }
}

/// A word in a frame where its line runs from left to right.
struct Placed {
    text: String,
    rect: Rect,
    from: f64,
    to: f64,
    base: f64,
    em: f64,
    spaced: bool,
}

impl Placed {
    fn new(word: PlacedWord, rect: Rect) -> Self {
        let along = |point: hayro_interpret::kurbo::Point| point.to_vec2().dot(word.direction);
        let (from, to) = (along(word.start), along(word.end));
        let base = word.direction.cross(word.start.to_vec2());
        Self { text: word.text, rect, from, to: to.max(from), base, em: word.em, spaced: word.spaced }
    }

    fn top(&self) -> f64 {
        self.base - 0.76 * self.em
    }

    fn bottom(&self) -> f64 {
        self.base + 0.21 * self.em
    }
}

fn cut(words: Vec<Placed>, depth: u32, blocks: &mut Vec<Block>) {
    if words.is_empty() {
        return;
    }
    if depth < MAX_DEPTH && words.len() > 1 {
        let em = median_em(&words);
        if let Some(gutter) = gutter(&words, em) {
            let (left, right) = words.into_iter().partition(|word| (word.from + word.to) / 2.0 < gutter);
            cut(left, depth + 1, blocks);
            cut(right, depth + 1, blocks);
            return;
        }
        let gaps = block_gaps(&words, em);
        if !gaps.is_empty() {
            let mut parts: Vec<Vec<Placed>> = (0..=gaps.len()).map(|_| Vec::new()).collect();
            for word in words {
                let part = gaps.partition_point(|gap| *gap < word.base);
                parts[part].push(word);
            }
            for part in parts {
                cut(part, depth + 1, blocks);
            }
            return;
        }
    }
    blocks.extend(block(words));
}

fn median_em(words: &[Placed]) -> f64 {
    let mut ems: Vec<f64> = words.iter().map(|word| word.em).collect();
    let middle = ems.len() / 2;
    *ems.select_nth_unstable_by(middle, f64::total_cmp).1
}

/// Returns the middle of the widest gutter that parts columns to be read one after the other.
fn gutter(words: &[Placed], em: f64) -> Option<f64> {
    let mut gaps = gaps(words.iter().map(|word| (word.from, word.to)), em * GUTTER);
    gaps.sort_by(|one, other| (other.1 - other.0).total_cmp(&(one.1 - one.0)));
    gaps.into_iter().take(MOST_GUTTERS).map(|gap| (gap.0 + gap.1) / 2.0).find(|middle| {
        let is_left = |word: &&Placed| (word.from + word.to) / 2.0 < *middle;
        let left = Column::of(words.iter().filter(is_left), em);
        let right = Column::of(words.iter().filter(|word| !is_left(word)), em);
        let enough = left.bases.len() >= COLUMN_LINES && right.bases.len() >= COLUMN_LINES;
        enough && (left.is_prose(em) && right.is_prose(em) || !left.shares_rows_with(&right, em))
    })
}

/// What stands on one side of a gutter.
struct Column {
    /// The base lines, from top to bottom.
    bases: Vec<f64>,
    /// The widths of all words together.
    width: f64,
}

impl Column {
    fn of<'w>(words: impl Iterator<Item = &'w Placed>, em: f64) -> Self {
        let mut bases = Vec::new();
        let mut width = 0.0;
        for word in words {
            bases.push(word.base);
            width += word.to - word.from;
        }
        bases.sort_by(f64::total_cmp);
        bases.dedup_by(|next, last| *next - *last <= em * 0.5);
        Self { bases, width }
    }

    fn is_prose(&self, em: f64) -> bool {
        self.width / self.bases.len() as f64 >= PROSE_WIDTH * em
    }

    /// Says whether most lines of the shorter column stand on base lines of the other, as the rows of a table do.
    fn shares_rows_with(&self, other: &Self, em: f64) -> bool {
        let (short, long) = if self.bases.len() < other.bases.len() { (self, other) } else { (other, self) };
        let shared = |base: &&f64| {
            let next = long.bases.partition_point(|candidate| *candidate < **base - em * SAME_ROW);
            long.bases.get(next).is_some_and(|candidate| *candidate <= **base + em * SAME_ROW)
        };
        short.bases.iter().filter(shared).count() * 2 >= short.bases.len()
    }
}

/// Returns the middles of the gaps between blocks, from top to bottom: the widest and those nearly as wide.
fn block_gaps(words: &[Placed], em: f64) -> Vec<f64> {
    let gaps = gaps(words.iter().map(|word| (word.top(), word.bottom())), em * BLOCK_GAP);
    let widest = gaps.iter().map(|gap| gap.1 - gap.0).fold(0.0, f64::max);
    gaps.into_iter().filter(|gap| gap.1 - gap.0 >= widest * 0.7).map(|gap| (gap.0 + gap.1) / 2.0).collect()
}

/// Returns the gaps of at least `least` that no interval touches, in order.
fn gaps(intervals: impl Iterator<Item = (f64, f64)>, least: f64) -> Vec<(f64, f64)> {
    let mut intervals: Vec<(f64, f64)> = intervals.collect();
    intervals.sort_by(|one, other| one.0.total_cmp(&other.0));
    let mut gaps = Vec::new();
    let mut covered = f64::NEG_INFINITY;
    for (from, to) in intervals {
        if covered.is_finite() && from - covered >= least {
            gaps.push((covered, from));
        }
        covered = covered.max(to);
    }
    gaps
}

fn block(mut words: Vec<Placed>) -> Option<Block> {
    words.sort_by(|one, other| one.base.total_cmp(&other.base));
    let mut rows: Vec<Vec<Placed>> = Vec::new();
    for word in words {
        match rows.last_mut() {
            Some(row) if row.first().is_some_and(|first| same_line(first, &word)) => row.push(word),
            _ => rows.push(vec![word]),
        }
    }
    let lines: Vec<Line> = rows.into_iter().filter_map(line).collect();
    let rect = lines.iter().map(|line| line.rect).reduce(|one, other| one.union(&other))?;
    Some(Block { rect, lines })
}

fn same_line(first: &Placed, word: &Placed) -> bool {
    let common = first.bottom().min(word.bottom()) - first.top().max(word.top());
    common > 0.5 * first.em.min(word.em)
}

fn line(mut row: Vec<Placed>) -> Option<Line> {
    row.sort_by(|one, other| one.from.total_cmp(&other.from));
    let foreign = row.iter().filter(|placed| placed.text.chars().any(is_right_to_left)).count();
    let right_to_left = foreign * 2 > row.len();
    let mut words: Vec<Word> = Vec::with_capacity(row.len());
    let mut end = f64::NEG_INFINITY;
    for placed in row {
        let touches = !right_to_left && !placed.spaced && (placed.from - end).abs() < TOUCHING * placed.em;
        end = placed.to.max(end);
        match words.last_mut() {
            Some(word) if touches => {
                word.text.push_str(&placed.text);
                word.rect = word.rect.union(&placed.rect);
            }
            _ => words.push(Word::new(placed.text, placed.rect, Confidence::CERTAIN)),
        }
    }
    if right_to_left {
        words.reverse();
    }
    let rect = words.iter().map(|word| word.rect).reduce(|one, other| one.union(&other))?;
    Some(Line { rect, words })
}

#[cfg(test)]
mod tests {
    use hayro_interpret::kurbo::{Point, Vec2};

    use super::*;

    const TO_PIXELS: ToPixels = ToPixels { scale: (1.0, 1.0), size: Size { width: 600, height: 800 } };

    fn word(text: &str, x: f64, y: f64, width: f64) -> PlacedWord {
        let (start, end) = (Point::new(x, y), Point::new(x + width, y));
        PlacedWord { text: text.into(), start, end, direction: Vec2::new(1.0, 0.0), em: 10.0, spaced: true }
    }

    fn plain(blocks: &[Block]) -> Vec<Vec<String>> {
        let line = |line: &Line| line.words.iter().map(|word| word.text.clone()).collect::<Vec<_>>().join(" ");
        blocks.iter().map(|block| block.lines.iter().map(line).collect()).collect()
    }

    #[test]
    fn rows_of_a_table_stay_together() {
        let mut words = Vec::new();
        for (row, (name, value)) in [("Sodium", "140"), ("Potassium", "4.1"), ("Chloride", "101")].iter().enumerate() {
            let y = 100.0 + 12.0 * row as f64;
            words.push(word(value, 300.0, y, 20.0));
            words.push(word(name, 50.0, y, 50.0));
        }
        assert_eq!(plain(&blocks(words, TO_PIXELS)), [["Sodium 140", "Potassium 4.1", "Chloride 101"]]);
    }

    #[test]
    fn columns_of_prose_are_read_one_after_the_other() {
        let mut words = vec![word("Title", 50.0, 50.0, 500.0)];
        for row in 0..4 {
            let y = 100.0 + 12.0 * f64::from(row);
            words.push(word("left", 50.0, y, 220.0));
            words.push(word("right", 310.0, y, 220.0));
        }
        let texts = plain(&blocks(words, TO_PIXELS));
        assert_eq!(texts[0], ["Title"]);
        assert_eq!(texts[1], ["left"; 4]);
        assert_eq!(texts[2], ["right"; 4]);
    }

    #[test]
    fn a_box_beside_prose_that_keeps_its_own_lines_is_read_apart() {
        let mut words = Vec::new();
        for row in 0..6 {
            words.push(word("prose", 50.0, 100.0 + 12.0 * f64::from(row), 220.0));
        }
        for row in 0..4 {
            words.push(word("box", 310.0, 105.0 + 17.0 * f64::from(row), 60.0));
        }
        let texts = plain(&blocks(words, TO_PIXELS));
        assert_eq!(texts.concat(), [["prose"; 6].as_slice(), &["box"; 4]].concat());
    }

    #[test]
    fn words_outside_of_the_page_are_dropped_and_others_clipped() {
        let words = vec![word("out", 700.0, 100.0, 50.0), word("edge", 570.0, 100.0, 50.0)];
        let blocks = blocks(words, TO_PIXELS);
        assert_eq!(plain(&blocks), [["edge"]]);
        assert_eq!(blocks[0].rect.right(), 600);
    }
}
