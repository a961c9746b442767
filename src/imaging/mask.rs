//! Black and white masks and the connected components in them.

/// A mask: one byte per pixel, 0 or 1, row by row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mask {
    width: usize,
    height: usize,
    marks: Vec<u8>,
}

/// Marked pixels that touch each other, diagonally too. Right and bottom are exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Component {
    /// First column.
    pub left: u32,
    /// First row.
    pub top: u32,
    /// Column after the last.
    pub right: u32,
    /// Row after the last.
    pub bottom: u32,
    /// Number of pixels.
    pub area: u32,
}

impl Component {
    /// Returns the columns covered.
    pub const fn width(&self) -> u32 {
        self.right - self.left
    }

    /// Returns the rows covered.
    pub const fn height(&self) -> u32 {
        self.bottom - self.top
    }

    /// Returns the share of its box that is marked, 0 to 1.
    pub fn fill(&self) -> f32 {
        self.area as f32 / (self.width() as f32 * self.height() as f32).max(1.0)
    }

    fn join(&mut self, other: &Self) {
        self.left = self.left.min(other.left);
        self.top = self.top.min(other.top);
        self.right = self.right.max(other.right);
        self.bottom = self.bottom.max(other.bottom);
        self.area += other.area;
    }
}

impl Mask {
    /// Makes an empty mask.
    pub fn new(width: u32, height: u32) -> Self {
        let (width, height) = (width as usize, height as usize);
        Self { width, height, marks: vec![0; width * height] }
    }

    /// Returns the columns.
    pub const fn width(&self) -> u32 {
        self.width as u32
    }

    /// Returns the rows.
    pub const fn height(&self) -> u32 {
        self.height as u32
    }

    /// Says whether a pixel is marked; outside nothing is.
    pub fn get(&self, x: u32, y: u32) -> bool {
        (x as usize) < self.width && (y as usize) < self.height && self.marks[y as usize * self.width + x as usize] != 0
    }

    /// Returns row `y` for reading, one byte per pixel.
    pub fn row(&self, y: usize) -> &[u8] {
        &self.marks[y * self.width..(y + 1) * self.width]
    }

    /// Returns row `y` for writing 0 or 1.
    pub fn row_mut(&mut self, y: usize) -> &mut [u8] {
        &mut self.marks[y * self.width..(y + 1) * self.width]
    }

    /// Returns the number of marked pixels.
    pub fn count(&self) -> usize {
        self.marks.iter().map(|mark| usize::from(*mark)).sum()
    }

    /// Keeps a pixel only when all pixels within `radius` (a square) are marked; outside counts as marked.
    pub fn eroded(&self, radius: usize) -> Self {
        self.windowed(radius, |marked, inside| marked == inside)
    }

    /// Marks every pixel with a marked one within `radius` (a square).
    pub fn dilated(&self, radius: usize) -> Self {
        self.windowed(radius, |marked, _| marked > 0)
    }

    /// Finds the connected components, in the order of their first rows.
    pub fn components(&self) -> Vec<Component> {
        let mut found: Vec<Component> = Vec::new();
        let mut parent: Vec<u32> = Vec::new();
        let mut above: Vec<(u32, u32, u32)> = Vec::new();
        let mut here: Vec<(u32, u32, u32)> = Vec::new();
        for y in 0..self.height {
            here.clear();
            let row = self.row(y);
            let mut from = 0;
            let mut next_above = 0;
            while let Some(start) = row[from..].iter().position(|mark| *mark != 0) {
                let left = from + start;
                let right = row[left..].iter().position(|mark| *mark == 0).map_or(row.len(), |length| left + length);
                from = right;
                let run = Component {
                    left: left as u32,
                    top: y as u32,
                    right: right as u32,
                    bottom: y as u32 + 1,
                    area: (right - left) as u32,
                };
                let mut label = None;
                while above.get(next_above).is_some_and(|(_, end, _)| *end < run.left) {
                    next_above += 1;
                }
                for (_, _, other) in above[next_above..].iter().take_while(|(start, _, _)| *start <= run.right) {
                    let other = root(&mut parent, *other);
                    label = Some(match label {
                        None => other,
                        Some(label) if label == other => label,
                        Some(label) => {
                            let (keep, drop) = (other.min(label), other.max(label));
                            parent[drop as usize] = keep;
                            let joined = found[drop as usize];
                            found[keep as usize].join(&joined);
                            keep
                        }
                    });
                }
                let label = match label {
                    Some(label) => {
                        found[label as usize].join(&run);
                        label
                    }
                    None => {
                        parent.push(found.len() as u32);
                        found.push(run);
                        found.len() as u32 - 1
                    }
                };
                here.push((run.left, run.right, label));
                if from >= row.len() {
                    break;
                }
            }
            std::mem::swap(&mut above, &mut here);
        }
        found.iter().enumerate().filter(|(index, _)| parent[*index] == *index as u32).map(|(_, found)| *found).collect()
    }

    /// Decides each pixel by the marked and by all pixels of the image in the window around it, first along rows, then
    /// along columns.
    fn windowed(&self, radius: usize, keep: impl Fn(usize, usize) -> bool) -> Self {
        let mut across = Self { width: self.width, height: self.height, marks: vec![0; self.marks.len()] };
        for y in 0..self.height {
            let (row, out) = (self.row(y), &mut across.marks[y * self.width..(y + 1) * self.width]);
            let mut marked: usize = row.iter().take(radius).map(|mark| usize::from(*mark)).sum();
            for x in 0..self.width {
                if x + radius < self.width {
                    marked += usize::from(row[x + radius]);
                }
                if x > radius {
                    marked -= usize::from(row[x - radius - 1]);
                }
                let inside = (x + radius + 1).min(self.width) - x.saturating_sub(radius);
                out[x] = u8::from(keep(marked, inside));
            }
        }
        let mut out = Self::new(self.width as u32, self.height as u32);
        let mut marked = vec![0usize; self.width];
        for y in 0..radius.min(self.height) {
            marked.iter_mut().zip(across.row(y)).for_each(|(sum, mark)| *sum += usize::from(*mark));
        }
        for y in 0..self.height {
            if y + radius < self.height {
                marked.iter_mut().zip(across.row(y + radius)).for_each(|(sum, mark)| *sum += usize::from(*mark));
            }
            if y > radius {
                marked.iter_mut().zip(across.row(y - radius - 1)).for_each(|(sum, mark)| *sum -= usize::from(*mark));
            }
            let inside = (y + radius + 1).min(self.height) - y.saturating_sub(radius);
            out.row_mut(y).iter_mut().zip(&marked).for_each(|(mark, sum)| *mark = u8::from(keep(*sum, inside)));
        }
        out
    }
}

fn root(parent: &mut [u32], mut label: u32) -> u32 {
    while parent[label as usize] != label {
        let above = parent[parent[label as usize] as usize];
        parent[label as usize] = above;
        label = above;
    }
    label
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn mask(rows: &[&str]) -> Mask {
        let mut mask = Mask::new(rows[0].len() as u32, rows.len() as u32);
        for (y, row) in rows.iter().enumerate() {
            mask.row_mut(y).iter_mut().zip(row.bytes()).for_each(|(mark, byte)| *mark = u8::from(byte == b'#'));
        }
        mask
    }

    #[test]
    fn joins_what_touches_only_further_down() {
        let found = mask(&["#...#..", "#.#.#..", ".#.#..#", "......#"]).components();
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].width(), found[0].height(), found[0].area), (5, 3, 7));
        assert_eq!(found[1], Component { left: 6, top: 2, right: 7, bottom: 4, area: 2 });
    }

    #[test]
    fn erosion_keeps_a_band_at_the_edge() {
        let band = mask(&["######", "######", "......", "......"]);
        assert_eq!(band.eroded(1), mask(&["######", "......", "......", "......"]));
        assert_eq!(band.eroded(1).dilated(1), band);
    }

    proptest! {
        #[test]
        fn components_hold_every_marked_pixel_once(marks in proptest::collection::vec(0u8..2, 12 * 9)) {
            let mask = Mask { width: 12, height: 9, marks };
            let found = mask.components();
            prop_assert_eq!(found.iter().map(|part| part.area as usize).sum::<usize>(), mask.count());
            for part in found {
                prop_assert!(part.area <= part.width() * part.height());
            }
        }
    }
}
