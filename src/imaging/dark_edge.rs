//! Dark edges that the scanner's lid or bed leaves around a sheet.

use image::GrayImage;

use super::mask::Mask;
use super::working_copy::WorkingCopy;
use crate::chart::Rect;

/// Half the thickness, in pixels of the working copy, below which a dark shape may be writing: letters that touch the
/// edge stay.
const WRITING: usize = 7;
/// Share of the paper level below which a pixel belongs to a dark edge.
const DARK: f32 = 0.55;
/// Share of the paper level above which a pixel is certainly paper.
const LIGHT: f32 = 0.9;

/// A dark edge found on a working copy.
#[derive(Debug, Clone)]
pub struct DarkEdge {
    mask: Mask,
    factor: u32,
    /// How far it reaches into the page at most, as a share of the page's shorter side.
    pub depth: f32,
    /// Rows and columns of the page that are not dark from end to end.
    pub inside: Rect,
}

impl DarkEdge {
    /// Finds the dark edge, if there is one that reaches no deeper into the page than `deepest` (a share of its sides).
    /// What is darker further inside is a picture.
    pub fn of(copy: &WorkingCopy, deepest: f32) -> Option<Self> {
        let (width, height) = copy.gray.dimensions();
        if width < 64 || height < 64 {
            return None;
        }
        let dark = below(&copy.gray, f32::from(copy.paper) * DARK);
        let solid = dark.eroded(WRITING);
        let mut edge = Mask::new(width, height);
        let (reach_x, reach_y) = ((width as f32 * deepest) as u32, (height as f32 * deepest) as u32);
        let mut depth = 0f32;
        flood_from_border(&solid, &mut edge, |x, y| {
            let beside = x.min(width - 1 - x);
            let above = y.min(height - 1 - y);
            beside < reach_x || above < reach_y
        });
        if edge.count() == 0 {
            return None;
        }
        let grown = edge.dilated(WRITING + 3);
        for y in 0..height {
            let above = y.min(height - 1 - y) as f32 / height as f32;
            let shades = &copy.gray.as_raw()[(y * width) as usize..((y + 1) * width) as usize];
            let (grown, marks) = (grown.row(y as usize), edge.row_mut(y as usize));
            for (x, mark) in marks.iter_mut().enumerate() {
                let not_paper = f32::from(shades[x]) < f32::from(copy.paper) * LIGHT;
                *mark = u8::from(grown[x] != 0 && not_paper);
                if *mark != 0 {
                    let beside = (x as u32).min(width - 1 - x as u32) as f32 / width as f32;
                    depth = depth.max(beside.min(above));
                }
            }
        }
        let inside = inside(&edge, copy.factor);
        Some(Self { mask: edge, factor: copy.factor, depth, inside })
    }

    /// Says whether a pixel of the working copy belongs to the edge.
    pub fn covers(&self, x: u32, y: u32) -> bool {
        self.mask.get(x, y)
    }

    /// Returns the edge as a mask of the working copy.
    pub const fn mask(&self) -> &Mask {
        &self.mask
    }

    /// Paints the edge in the colour of the paper on a copy of the page at full size.
    pub fn paint_over(&self, page: &mut GrayImage, paper: u8) {
        let (width, height) = (page.width() as usize, page.height() as usize);
        let factor = self.factor as usize;
        for (y, line) in page.chunks_exact_mut(width.max(1)).take(height).enumerate() {
            // The rest that the working copy leaves out belongs to its last row and column.
            let marks = self.mask.row((y / factor).min(self.mask.height() as usize - 1));
            let mut from = 0;
            while let Some(start) = marks[from..].iter().position(|mark| *mark != 0) {
                let left = from + start;
                let right =
                    marks[left..].iter().position(|mark| *mark == 0).map_or(marks.len(), |length| left + length);
                let end = if right == marks.len() { width } else { right * factor };
                line[left * factor..end].fill(paper);
                from = right;
            }
        }
    }
}

fn below(gray: &GrayImage, level: f32) -> Mask {
    let mut mask = Mask::new(gray.width(), gray.height());
    let width = gray.width() as usize;
    for (y, line) in gray.as_raw().chunks_exact(width).enumerate() {
        mask.row_mut(y).iter_mut().zip(line).for_each(|(mark, pixel)| *mark = u8::from(f32::from(*pixel) < level));
    }
    mask
}

/// Marks in `reached` what hangs together with the border in `solid`, as far as `allowed`.
fn flood_from_border(solid: &Mask, reached: &mut Mask, allowed: impl Fn(u32, u32) -> bool) {
    let (width, height) = (solid.width(), solid.height());
    let top_and_bottom = (0..width).flat_map(|x| [(x, 0), (x, height - 1)]);
    let sides = (0..height).flat_map(|y| [(0, y), (width - 1, y)]);
    let mut waiting: Vec<(u32, u32)> = top_and_bottom.chain(sides).collect();
    while let Some((x, y)) = waiting.pop() {
        if !solid.get(x, y) || reached.get(x, y) || !allowed(x, y) {
            continue;
        }
        reached.row_mut(y as usize)[x as usize] = 1;
        waiting.extend([(x + 1, y), (x, y + 1)]);
        waiting.extend(x.checked_sub(1).map(|x| (x, y)));
        waiting.extend(y.checked_sub(1).map(|y| (x, y)));
    }
}

/// Returns the part of the page between rows and columns that are dark nearly from end to end.
fn inside(edge: &Mask, factor: u32) -> Rect {
    let (width, height) = (edge.width(), edge.height());
    let mut columns = vec![0u32; width as usize];
    let mut rows = vec![0u32; height as usize];
    for (y, total) in rows.iter_mut().enumerate() {
        for (column, mark) in columns.iter_mut().zip(edge.row(y)) {
            *column += u32::from(*mark);
            *total += u32::from(*mark);
        }
    }
    let dark_column = |count: &&u32| **count * 100 >= height * 97;
    let dark_row = |count: &&u32| **count * 100 >= width * 97;
    let left = columns.iter().take_while(dark_column).count() as u32;
    let right = width - (columns.iter().rev().take_while(dark_column).count() as u32).min(width - left);
    let top = rows.iter().take_while(dark_row).count() as u32;
    let bottom = height - (rows.iter().rev().take_while(dark_row).count() as u32).min(height - top);
    // The rest that the working copy leaves out is kept unless the side is cut.
    let end = |last: u32, whole: u32| if last == whole { u32::MAX } else { last * factor };
    let (x, y) = (left * factor, top * factor);
    Rect::new(x, y, end(right, width) - x, end(bottom, height) - y)
}

#[cfg(test)]
mod tests {
    use image::Luma;

    use super::*;

    fn page_with_edge() -> GrayImage {
        GrayImage::from_fn(1200, 1600, |x, y| {
            let wedge = x < 30 + y / 40;
            // A word that touches the wedge.
            let word = (700..712).contains(&y) && x < 140 && x % 12 < 5 || (704..707).contains(&y) && x < 140;
            Luma([if wedge {
                12
            } else if word {
                40
            } else {
                245
            }])
        })
    }

    #[test]
    fn a_wedge_is_painted_over_and_writing_that_touches_it_stays() {
        let mut page = page_with_edge();
        let copy = WorkingCopy::of(&page);
        let edge = DarkEdge::of(&copy, 0.2).expect("an edge");
        let ink_before =
            page.enumerate_pixels().filter(|(x, y, pixel)| *x > 60 && *y < 720 && pixel.0[0] < 100).count();
        edge.paint_over(&mut page, copy.paper);
        let ink_after = page.enumerate_pixels().filter(|(x, y, pixel)| *x > 60 && *y < 720 && pixel.0[0] < 100).count();
        assert!(ink_after * 100 >= ink_before * 75, "{ink_before} -> {ink_after}");
        let column = page.enumerate_pixels().filter(|(x, y, pixel)| *x < 28 && *y < 650 && pixel.0[0] < 200).count();
        assert_eq!(column, 0);
        assert!(edge.inside.left >= 28 && edge.inside.left <= 34, "{:?}", edge.inside);
    }

    #[test]
    fn a_dark_picture_and_a_clean_page_have_no_edge() {
        let picture = GrayImage::from_fn(800, 800, |x, y| {
            Luma([if (200..600).contains(&x) && (200..600).contains(&y) { 10 } else { 250 }])
        });
        assert!(DarkEdge::of(&WorkingCopy::of(&picture), 0.2).is_none());
        assert!(DarkEdge::of(&WorkingCopy::of(&GrayImage::from_pixel(800, 800, Luma([250]))), 0.2).is_none());
    }
}
