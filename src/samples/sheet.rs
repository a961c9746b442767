//! A page as pixels: one plane for grey pages, three for coloured ones, and where each word stands.

use image::{GrayImage, Luma};

use crate::chart::{Rect, Size};

use super::lettering::Lettering;
use super::scene::{Ink, Mark, Scene};

/// A drawn page. All planes have the same size; what wears the page is done to each of them alike.
#[derive(Debug, Clone)]
pub(super) struct Sheet {
    /// Grey, or red, green and blue.
    pub(super) planes: Vec<GrayImage>,
    /// Words in reading order.
    pub(super) words: Vec<PlacedWord>,
    /// Pixels per inch.
    pub(super) dpi: u32,
}

/// A word and the pixels it covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PlacedWord {
    pub(super) text: String,
    pub(super) rect: Rect,
    pub(super) line: u32,
}

impl Sheet {
    /// Draws `scene`.
    pub(super) fn draw(scene: &Scene, dpi: u32, coloured: bool, lettering: &mut Lettering) -> Self {
        let scale = dpi as f32 / 72.0;
        let (width, height) = ((scene.width * scale).round() as u32, (scene.height * scale).round() as u32);
        let planes = vec![GrayImage::from_pixel(width, height, Luma([255])); if coloured { 3 } else { 1 }];
        let mut sheet = Self { planes, words: Vec::new(), dpi };
        for mark in &scene.marks {
            match mark {
                Mark::Text { x, baseline, size, face, ink, text, line } => {
                    let mut pen = x * scale;
                    let row = (baseline * scale).round() as i32;
                    let mut word = String::new();
                    let mut covered: Option<Rect> = None;
                    for letter in text.chars().chain([' ']) {
                        if letter.is_whitespace() {
                            if let Some(rect) = covered.take() {
                                sheet.words.push(PlacedWord { text: std::mem::take(&mut word), rect, line: *line });
                            }
                        } else {
                            let (column, shape) = lettering.shape(*face, size * scale, letter, pen);
                            word.push(letter);
                            let (left, top) = (column + shape.left, row + shape.top);
                            let rows = shape.coverage.chunks_exact(shape.width.max(1) as usize);
                            for (down, parts) in rows.enumerate() {
                                for (right, &part) in parts.iter().enumerate() {
                                    sheet.blend(left + right as i32, top + down as i32, part, *ink);
                                }
                            }
                            let rect = Rect::new(left.max(0) as u32, top.max(0) as u32, shape.width, shape.height);
                            let rect = rect.clipped(Size { width, height });
                            covered = Some(covered.map_or(rect, |before| before.union(&rect)));
                        }
                        pen += Lettering::advance(*face, size * scale, letter);
                    }
                }
                Mark::Fill { x, y, width, height, ink } => {
                    let (left, top) = ((x * scale).round() as i32, (y * scale).round() as i32);
                    let right = ((x + width) * scale).round().max(left as f32 + 1.0) as i32;
                    let bottom = ((y + height) * scale).round().max(top as f32 + 1.0) as i32;
                    for row in top..bottom {
                        for column in left..right {
                            sheet.blend(column, row, 255, *ink);
                        }
                    }
                }
                Mark::Stroke { points, width, ink } => {
                    for pair in points.windows(2) {
                        let scaled = |(x, y): (f32, f32)| (x * scale, y * scale);
                        sheet.segment(scaled(pair[0]), scaled(pair[1]), width * scale, *ink);
                    }
                }
            }
        }
        sheet.words.sort_by_key(|word| word.line);
        sheet
    }

    /// Returns the size in pixels.
    pub(super) fn size(&self) -> Size {
        let (width, height) = self.planes[0].dimensions();
        Size { width, height }
    }

    /// Darkens a pixel towards `ink`; pixels outside of the page are left out.
    fn blend(&mut self, column: i32, row: i32, part: u8, ink: Ink) {
        let (Ok(column), Ok(row)) = (u32::try_from(column), u32::try_from(row)) else { return };
        let grey = [luma(ink)];
        let colours: &[u8] = if self.planes.len() == 3 { &ink.0 } else { &grey };
        for (plane, &colour) in self.planes.iter_mut().zip(colours) {
            if let Some(Luma([pixel])) = plane.get_pixel_mut_checked(column, row) {
                let over = 255 - u32::from(255 - colour) * u32::from(part) / 255;
                *pixel = (*pixel).min(over as u8);
            }
        }
    }

    /// Draws a straight piece of a pen stroke with round ends.
    fn segment(&mut self, from: (f32, f32), to: (f32, f32), width: f32, ink: Ink) {
        let reach = width / 2.0 + 1.0;
        let (left, right) = ((from.0.min(to.0) - reach) as i32, (from.0.max(to.0) + reach) as i32);
        let (top, bottom) = ((from.1.min(to.1) - reach) as i32, (from.1.max(to.1) + reach) as i32);
        let (along_x, along_y) = (to.0 - from.0, to.1 - from.1);
        let length = (along_x * along_x + along_y * along_y).max(1e-6);
        for row in top..=bottom {
            for column in left..=right {
                let (x, y) = (column as f32 - from.0, row as f32 - from.1);
                let at = ((x * along_x + y * along_y) / length).clamp(0.0, 1.0);
                let (away_x, away_y) = (x - at * along_x, y - at * along_y);
                let distance = (away_x * away_x + away_y * away_y).sqrt();
                let part = (width / 2.0 + 0.5 - distance).clamp(0.0, 1.0);
                if part > 0.0 {
                    self.blend(column, row, (part * 255.0) as u8, ink);
                }
            }
        }
    }
}

/// Returns the brightness of a colour as scanners see it.
pub(super) fn luma(Ink([red, green, blue]): Ink) -> u8 {
    ((u32::from(red) * 299 + u32::from(green) * 587 + u32::from(blue) * 114) / 1000) as u8
}
