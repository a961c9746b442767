//! The parts of a page that look like letters, and the rows that they stand in.

use super::mask::Component;
use crate::chart::{QuarterTurns, Rect, Size};

/// Most parts that are looked at; a page with more is speckle or a screened picture.
const MOST: usize = 30_000;

/// Letter-like parts of a working copy, in its pixels.
#[derive(Debug, Clone)]
pub struct Letters {
    /// Boxes of the parts.
    pub boxes: Vec<Component>,
    /// Size of the working copy.
    pub size: Size,
    /// Median of the longer sides.
    pub typical: f32,
}

/// Letters that follow each other from left to right: indices into [`Letters::boxes`].
pub type Row = Vec<usize>;

impl Letters {
    /// Picks the parts that have the size of letters, and of each other.
    pub fn among(components: &[Component], size: Size) -> Self {
        let longest = |part: &Component| part.width().max(part.height());
        let mut boxes: Vec<Component> = components
            .iter()
            .filter(|part| {
                let (long, short) = (longest(part), part.width().min(part.height()));
                (4..=120).contains(&long) && short >= 2 && long <= short * 10 && part.area >= 6
            })
            .take(MOST)
            .copied()
            .collect();
        let typical = weighted_median(boxes.iter().map(longest));
        boxes.retain(|part| (0.4 * typical..=3.5 * typical).contains(&(longest(part) as f32)));
        Self { boxes, size, typical }
    }

    /// Returns the letters of the copy turned clockwise.
    pub fn turned(&self, turn: QuarterTurns) -> Self {
        let turned = |part: &Component| {
            let rect = turn.turned_rect(Rect::new(part.left, part.top, part.width(), part.height()), self.size);
            Component { left: rect.left, top: rect.top, right: rect.right(), bottom: rect.bottom(), area: part.area }
        };
        Self {
            boxes: self.boxes.iter().map(turned).collect(),
            size: turn.turned_size(self.size),
            typical: self.typical,
        }
    }

    /// Finds, for each letter, the nearest one to its right on the same row, with the gap between them.
    pub fn next_to_the_right(&self) -> Vec<Option<(usize, f32)>> {
        let reach = (1.6 * self.typical).max(4.0);
        let cell = reach.ceil() as u32;
        let (across, down) = (self.size.width / cell + 1, self.size.height / cell + 1);
        let mut grid = vec![Vec::new(); across as usize * down as usize];
        for (index, part) in self.boxes.iter().enumerate() {
            let (column, row) = (part.left / cell, (part.top + part.bottom) / 2 / cell);
            grid[(row * across + column) as usize].push(index);
        }
        let nearest = |index: usize, part: &Component| {
            let middle = (part.top + part.bottom) / 2;
            let columns =
                part.right.saturating_sub(3) / cell..=((part.right as f32 + reach) as u32 / cell).min(across - 1);
            let mut best: Option<(usize, f32)> = None;
            for row in (middle / cell).saturating_sub(1)..=(middle / cell + 1).min(down - 1) {
                for other in columns.clone().flat_map(|column| &grid[(row * across + column) as usize]) {
                    let candidate = &self.boxes[*other];
                    let gap = candidate.left as f32 - part.right as f32;
                    let overlap = part.bottom.min(candidate.bottom).saturating_sub(part.top.max(candidate.top));
                    let fits = overlap * 2 >= part.height().min(candidate.height());
                    let ahead = candidate.left + candidate.right > part.left + part.right;
                    if *other != index
                        && fits
                        && ahead
                        && gap >= -2.0
                        && gap <= reach
                        && best.is_none_or(|(_, least)| gap < least)
                    {
                        best = Some((*other, gap.max(0.0)));
                    }
                }
            }
            best
        };
        self.boxes.iter().enumerate().map(|(index, part)| nearest(index, part)).collect()
    }

    /// Joins the letters to rows; a letter that follows nothing and is followed by nothing is a row of its own.
    pub fn rows(&self) -> Vec<Row> {
        let mut next = self.next_to_the_right();
        let mut before: Vec<Option<(usize, f32)>> = vec![None; next.len()];
        for index in 0..next.len() {
            if let Some((to, gap)) = next[index] {
                match before[to] {
                    Some((rival, least)) if least <= gap => {
                        debug_assert!(rival != index);
                        next[index] = None;
                    }
                    earlier => {
                        if let Some((rival, _)) = earlier {
                            next[rival] = None;
                        }
                        before[to] = Some((index, gap));
                    }
                }
            }
        }
        let mut rows = Vec::new();
        for start in (0..next.len()).filter(|index| before[*index].is_none()) {
            // Each step goes to a part whose middle lies further right, so a row ends.
            rows.push(std::iter::successors(Some(start), |index| next[*index].map(|(to, _)| to)).collect());
        }
        rows
    }
}

/// Returns the value at which half of the summed values lies below.
fn weighted_median(values: impl Iterator<Item = u32>) -> f32 {
    let mut values: Vec<u32> = values.collect();
    values.sort_unstable();
    let half: u64 = values.iter().map(|value| u64::from(*value)).sum::<u64>() / 2;
    let mut sum = 0;
    for value in values {
        sum += u64::from(value);
        if sum >= half {
            return value as f32;
        }
    }
    0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter(left: u32, top: u32) -> Component {
        Component { left, top, right: left + 8, bottom: top + 10, area: 40 }
    }

    #[test]
    fn letters_become_rows_in_reading_direction() {
        let boxes = [letter(30, 100), letter(10, 100), letter(20, 101), letter(10, 130), letter(20, 130)];
        let letters = Letters::among(&boxes, Size { width: 200, height: 200 });
        let mut rows = letters.rows();
        rows.sort_by_key(|row| letters.boxes[row[0]].top);
        assert_eq!(rows, vec![vec![1, 2, 0], vec![3, 4]]);
    }

    #[test]
    fn specks_and_rules_are_no_letters() {
        let speck = Component { left: 1, top: 1, right: 3, bottom: 3, area: 4 };
        let rule = Component { left: 0, top: 50, right: 900, bottom: 53, area: 2700 };
        let letters = Letters::among(&[speck, rule, letter(5, 5)], Size { width: 1000, height: 100 });
        assert_eq!(letters.boxes, vec![letter(5, 5)]);
    }
}
