//! Where a prepared copy lies on its page: turns, crops, enlargements and small rotations, undone for boxes.

use crate::chart::{QuarterTurns, Rect, Size};

/// Maps points and boxes of a prepared copy back to pixels of the page image.
///
/// Points are continuous: pixel (x, y) covers the square from (x, y) to (x + 1, y + 1).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Placement {
    page: Size,
    copy: Size,
    /// x' = a x + b y + c, y' = d x + e y + f.
    to_page: [f64; 6],
}

impl Placement {
    /// The copy that is the page itself.
    pub const fn identity(page: Size) -> Self {
        Self { page, copy: page, to_page: [1.0, 0.0, 0.0, 0.0, 1.0, 0.0] }
    }

    /// Returns the size of the page image.
    pub const fn page_size(&self) -> Size {
        self.page
    }

    /// Returns the size of the copy.
    pub const fn copy_size(&self) -> Size {
        self.copy
    }

    /// Adds a clockwise turn of the copy.
    pub fn turned(self, turn: QuarterTurns) -> Self {
        let (width, height) = (f64::from(self.copy.width), f64::from(self.copy.height));
        let back = match turn {
            QuarterTurns::None => return self,
            QuarterTurns::One => [0.0, 1.0, 0.0, -1.0, 0.0, height],
            QuarterTurns::Two => [-1.0, 0.0, width, 0.0, -1.0, height],
            QuarterTurns::Three => [0.0, -1.0, width, 1.0, 0.0, 0.0],
        };
        self.after(back, turn.turned_size(self.copy))
    }

    /// Cuts the copy to `part`, which is clipped to the copy.
    pub fn cropped(self, part: Rect) -> Self {
        let part = part.clipped(self.copy);
        let back = [1.0, 0.0, f64::from(part.left), 0.0, 1.0, f64::from(part.top)];
        self.after(back, Size { width: part.width, height: part.height })
    }

    /// Stretches the copy to `size`.
    pub fn scaled(self, size: Size) -> Self {
        let across = f64::from(self.copy.width) / f64::from(size.width.max(1));
        let down = f64::from(self.copy.height) / f64::from(size.height.max(1));
        self.after([across, 0.0, 0.0, 0.0, down, 0.0], size)
    }

    /// Rotates the copy about its centre by `degrees` anticlockwise, which straightens a page that leans clockwise by as
    /// much. The copy keeps its size.
    pub fn straightened(self, degrees: f64) -> Self {
        self.after(straightening(self.copy, degrees), self.copy)
    }

    /// Returns the point of the page image under a point of the copy.
    pub fn point_on_page(&self, x: f64, y: f64) -> (f64, f64) {
        apply(&self.to_page, x, y)
    }

    /// Returns the point of the copy over a point of the page image.
    pub fn point_on_copy(&self, x: f64, y: f64) -> (f64, f64) {
        let [a, b, c, d, e, f] = self.to_page;
        let determinant = a * e - b * d;
        let (x, y) = (x - c, y - f);
        ((e * x - b * y) / determinant, (a * y - d * x) / determinant)
    }

    /// Returns the smallest box of whole page pixels that covers `rect` of the copy, clipped to the page.
    pub fn rect_on_page(&self, rect: Rect) -> Rect {
        let (left, top) = (f64::from(rect.left), f64::from(rect.top));
        let (right, bottom) = (f64::from(rect.right()), f64::from(rect.bottom()));
        let corners =
            [(left, top), (right, top), (left, bottom), (right, bottom)].map(|(x, y)| self.point_on_page(x, y));
        let least = |pick: fn(&(f64, f64)) -> f64| corners.iter().map(pick).fold(f64::INFINITY, f64::min);
        let most = |pick: fn(&(f64, f64)) -> f64| corners.iter().map(pick).fold(f64::NEG_INFINITY, f64::max);
        // A hundredth of a pixel is rounding, not ink.
        let low = |value: f64, limit: u32| (value + 0.01).floor().clamp(0.0, f64::from(limit)) as u32;
        let high = |value: f64, limit: u32| (value - 0.01).ceil().clamp(0.0, f64::from(limit)) as u32;
        let (x0, y0) =
            (low(least(|corner| corner.0), self.page.width), low(least(|corner| corner.1), self.page.height));
        let (x1, y1) =
            (high(most(|corner| corner.0), self.page.width), high(most(|corner| corner.1), self.page.height));
        Rect::new(x0, y0, x1.saturating_sub(x0), y1.saturating_sub(y0))
    }

    fn after(self, back: [f64; 6], copy: Size) -> Self {
        let [a, b, c, d, e, f] = self.to_page;
        let [p, q, r, s, t, u] = back;
        let to_page =
            [a * p + b * s, a * q + b * t, a * r + b * u + c, d * p + e * s, d * q + e * t, d * r + e * u + f];
        Self { page: self.page, copy, to_page }
    }
}

/// Returns the map from a straightened copy of `size` to the copy that leans clockwise by `degrees`.
pub(super) fn straightening(size: Size, degrees: f64) -> [f64; 6] {
    let (sine, cosine) = degrees.to_radians().sin_cos();
    let (x, y) = (f64::from(size.width) / 2.0, f64::from(size.height) / 2.0);
    [cosine, -sine, x - cosine * x + sine * y, sine, cosine, y - sine * x - cosine * y]
}

fn apply(map: &[f64; 6], x: f64, y: f64) -> (f64, f64) {
    (map[0] * x + map[1] * y + map[2], map[3] * x + map[4] * y + map[5])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TURNS: [QuarterTurns; 4] = [QuarterTurns::None, QuarterTurns::One, QuarterTurns::Two, QuarterTurns::Three];

    proptest! {
        #[test]
        fn turns_and_crops_give_boxes_back_exactly(
            turn in 0usize..4, left in 0u32..50, top in 0u32..50, cut in 0u32..20,
            width in 1u32..60, height in 1u32..60,
        ) {
            let (page, turn) = (Size { width: 200, height: 150 }, TURNS[turn]);
            let rect = Rect::new(left + cut, top + cut, width, height).clipped(page);
            let turned = turn.turned_rect(rect, page);
            let cut = cut.min(turned.left).min(turned.top);
            let placement = Placement::identity(page).turned(turn).cropped(Rect::new(cut, cut, 1000, 1000));
            let on_copy = Rect::new(turned.left - cut, turned.top - cut, turned.width, turned.height);
            prop_assert_eq!(placement.rect_on_page(on_copy), rect);
        }

        #[test]
        fn points_come_back_after_any_preparation(
            turn in 0usize..4, degrees in -12.0f64..12.0, scale in 0.5f64..4.0, cut in 0u32..300,
            x in 0.0f64..2550.0, y in 0.0f64..3300.0,
        ) {
            let page = Size { width: 2550, height: 3300 };
            let cropped = Placement::identity(page).cropped(Rect::new(cut, cut / 2, 2000, 2800)).turned(TURNS[turn]);
            let size = cropped.copy_size();
            let size = Size {
                width: (f64::from(size.width) * scale) as u32,
                height: (f64::from(size.height) * scale) as u32,
            };
            let placement = cropped.scaled(size).straightened(degrees);
            let (over_x, over_y) = placement.point_on_copy(x, y);
            let (back_x, back_y) = placement.point_on_page(over_x, over_y);
            prop_assert!((back_x - x).abs() < 1e-6 && (back_y - y).abs() < 1e-6);
        }

        #[test]
        fn a_box_on_the_page_covers_every_point_of_the_box_on_the_copy(
            degrees in -12.0f64..12.0, left in 300u32..900, top in 300u32..900, width in 1u32..400, height in 1u32..100,
            across in 0.0f64..1.0, down in 0.0f64..1.0,
        ) {
            let page = Size { width: 1700, height: 1700 };
            let placement = Placement::identity(page).scaled(Size { width: 2000, height: 2000 }).straightened(degrees);
            let rect = placement.rect_on_page(Rect::new(left, top, width, height));
            let (x, y) = placement.point_on_page(
                f64::from(left) + across * f64::from(width), f64::from(top) + down * f64::from(height));
            prop_assert!(x > f64::from(rect.left) - 0.02 && x < f64::from(rect.right()) + 0.02);
            prop_assert!(y > f64::from(rect.top) - 0.02 && y < f64::from(rect.bottom()) + 0.02);
            prop_assert!(rect.clipped(page) == rect);
        }
    }

    #[test]
    fn straightening_a_page_that_leans_clockwise_makes_its_lines_level() {
        let page = Size { width: 1000, height: 1000 };
        let placement = Placement::identity(page).straightened(5.0);
        let slope = 5f64.to_radians().tan();
        let (_, left) = placement.point_on_copy(100.0, 300.0);
        let (_, right) = placement.point_on_copy(900.0, 300.0 + 800.0 * slope);
        assert!((left - right).abs() < 1e-9);
    }
}
