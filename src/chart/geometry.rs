//! Rectangles and turns on a page image. The origin is the top left corner, units are pixels.

use serde::{Deserialize, Serialize};

/// A size in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Size {
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

impl Size {
    /// Returns the number of pixels.
    pub const fn pixels(self) -> u64 {
        self.width as u64 * self.height as u64
    }
}

/// An axis-parallel rectangle in pixels; right and bottom edges are exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Rect {
    /// First column.
    pub left: u32,
    /// First row.
    pub top: u32,
    /// Columns covered.
    pub width: u32,
    /// Rows covered.
    pub height: u32,
}

impl Rect {
    /// Makes a rectangle from its first column and row and its size.
    pub const fn new(left: u32, top: u32, width: u32, height: u32) -> Self {
        Self { left, top, width, height }
    }

    /// Returns the first column to the right of the rectangle.
    pub const fn right(&self) -> u32 {
        self.left.saturating_add(self.width)
    }

    /// Returns the first row below the rectangle.
    pub const fn bottom(&self) -> u32 {
        self.top.saturating_add(self.height)
    }

    /// Returns the smallest rectangle that covers both.
    pub fn union(&self, other: &Self) -> Self {
        let left = self.left.min(other.left);
        let top = self.top.min(other.top);
        Self {
            left,
            top,
            width: self.right().max(other.right()) - left,
            height: self.bottom().max(other.bottom()) - top,
        }
    }

    /// Returns the part inside of `size`; a rectangle outside becomes empty at the nearest edge.
    pub fn clipped(&self, size: Size) -> Self {
        let left = self.left.min(size.width);
        let top = self.top.min(size.height);
        Self { left, top, width: self.right().min(size.width) - left, height: self.bottom().min(size.height) - top }
    }

    /// Says whether nothing is covered.
    pub const fn is_empty(&self) -> bool {
        self.width == 0 || self.height == 0
    }
}

/// Clockwise quarter turns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub enum QuarterTurns {
    /// Upright.
    #[default]
    None,
    /// 90 degrees clockwise.
    One,
    /// 180 degrees.
    Two,
    /// 270 degrees clockwise.
    Three,
}

impl QuarterTurns {
    /// Returns the angle in degrees, clockwise: 0, 90, 180 or 270.
    pub const fn degrees(self) -> u16 {
        match self {
            Self::None => 0,
            Self::One => 90,
            Self::Two => 180,
            Self::Three => 270,
        }
    }

    /// Makes turns from any multiple of 90 degrees clockwise (negative too); `None` for other angles.
    pub const fn from_degrees(degrees: i32) -> Option<Self> {
        match degrees.rem_euclid(360) {
            0 => Some(Self::None),
            90 => Some(Self::One),
            180 => Some(Self::Two),
            270 => Some(Self::Three),
            _ => None,
        }
    }

    /// Returns this turn followed by `next`.
    pub fn then(self, next: Self) -> Self {
        Self::from_degrees(i32::from(self.degrees()) + i32::from(next.degrees())).unwrap_or_default()
    }

    /// Returns the turn that undoes this one.
    pub fn inverse(self) -> Self {
        Self::from_degrees(-i32::from(self.degrees())).unwrap_or_default()
    }

    /// Returns the size of an image of `size` after the turn.
    pub const fn turned_size(self, size: Size) -> Size {
        match self {
            Self::None | Self::Two => size,
            Self::One | Self::Three => Size { width: size.height, height: size.width },
        }
    }

    /// Returns where `rect` of an image of `size` lies after the turn.
    pub fn turned_rect(self, rect: Rect, size: Size) -> Rect {
        let rect = rect.clipped(size);
        match self {
            Self::None => rect,
            Self::One => Rect::new(size.height - rect.bottom(), rect.left, rect.height, rect.width),
            Self::Two => Rect::new(size.width - rect.right(), size.height - rect.bottom(), rect.width, rect.height),
            Self::Three => Rect::new(rect.top, size.width - rect.right(), rect.height, rect.width),
        }
    }
}

impl TryFrom<u16> for QuarterTurns {
    type Error = String;

    fn try_from(degrees: u16) -> Result<Self, Self::Error> {
        Self::from_degrees(i32::from(degrees))
            .ok_or_else(|| format!("a page is turned by 0, 90, 180 or 270 degrees, not {degrees}"))
    }
}

impl From<QuarterTurns> for u16 {
    fn from(turns: QuarterTurns) -> Self {
        turns.degrees()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turn_and_its_inverse_give_the_rectangle_back() {
        let size = Size { width: 100, height: 40 };
        let rect = Rect::new(3, 5, 20, 7);
        for turn in [QuarterTurns::None, QuarterTurns::One, QuarterTurns::Two, QuarterTurns::Three] {
            let turned = turn.turned_rect(rect, size);
            assert_eq!(turn.inverse().turned_rect(turned, turn.turned_size(size)), rect);
            assert_eq!(turn.then(turn.inverse()), QuarterTurns::None);
        }
        assert_eq!(QuarterTurns::One.turned_rect(rect, size), Rect::new(28, 3, 7, 20));
    }
}
