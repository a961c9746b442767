//! Which pieces a page has: the sizes and tiles that a viewer may ask for, after the IIIF Image API 3.0, level 0.
//!
//! An image is a page as it was scanned, or turned as a document shows it: `SCAN:NUMBER` or `SCAN:NUMBER:90`. Our own viewer
//! turns the plain image itself; manifests for other viewers name the turned one.

use std::fmt;
use std::str::FromStr;

use crate::chart::{PageId, QuarterTurns, Rect, Size};
use crate::pipeline::child::message::Level;

/// Side of the tiles, in pixels.
pub const TILE: u32 = 512;
/// Pages are offered down to this longest side, in pixels.
const SMALLEST: u32 = 96;
/// Reduction from which on all pieces are made at once: together they are a twelfth of the page.
const SMALL_FROM: u32 = 4;

/// An image: a page, turned or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ImageId {
    /// The page.
    pub page: PageId,
    /// Clockwise turn.
    pub turn: QuarterTurns,
}

/// A text that names no image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an image is named SCAN:NUMBER, or SCAN:NUMBER:TURN with a turn of 90, 180 or 270 degrees")]
pub struct ImageIdParseError;

impl fmt::Display for ImageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.turn {
            QuarterTurns::None => self.page.fmt(f),
            turn => write!(f, "{}:{}", self.page, turn.degrees()),
        }
    }
}

impl FromStr for ImageId {
    type Err = ImageIdParseError;

    fn from_str(text: &str) -> Result<Self, ImageIdParseError> {
        let turn = |degrees: &str| match degrees {
            "90" => Ok(QuarterTurns::One),
            "180" => Ok(QuarterTurns::Two),
            "270" => Ok(QuarterTurns::Three),
            _ => Err(ImageIdParseError),
        };
        let (page, turn) = match text.match_indices(':').nth(1) {
            Some((at, _)) => (&text[..at], turn(&text[at + 1..])?),
            None => (text, QuarterTurns::None),
        };
        Ok(Self { page: page.parse().map_err(|_| ImageIdParseError)?, turn })
    }
}

/// The size of an image, and with it all its pieces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape(pub Size);

/// Pieces that are made and kept together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Pack {
    /// Everything at a quarter of the size and below.
    Small,
    /// Everything at half the size.
    Half,
    /// The tiles at full size.
    Fine,
    /// The whole page at full size.
    Full,
}

/// One piece: its pack, and its place in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    /// The pack.
    pub pack: Pack,
    /// Its place in it.
    pub index: usize,
    /// By how much it is smaller than the page.
    pub reduction: u32,
}

impl Pack {
    /// Returns the name that it is kept under.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Small => "small",
            Self::Half => "half",
            Self::Fine => "fine",
            Self::Full => "full",
        }
    }
}

impl Shape {
    /// Returns by how much the image is made smaller: 1, 2, 4, ... down to the size of a thumbnail.
    pub fn reductions(self) -> Vec<u32> {
        let longest = self.0.width.max(self.0.height);
        let all = (0..16).map(|power| 1_u32 << power);
        all.take_while(|by| *by == 1 || longest.div_ceil(*by) >= SMALLEST).collect()
    }

    /// Returns the size of the image made smaller.
    pub const fn reduced(self, by: u32) -> Size {
        Size { width: self.0.width.div_ceil(by), height: self.0.height.div_ceil(by) }
    }

    /// Returns the levels of a pack, in its order.
    pub fn levels(self, pack: Pack) -> Vec<Level> {
        let level = |reduction: u32| Level { reduction, whole: true, tile: self.is_tiled(reduction).then_some(TILE) };
        match pack {
            Pack::Full => vec![Level { reduction: 1, whole: true, tile: None }],
            Pack::Fine => vec![Level { reduction: 1, whole: false, tile: Some(TILE) }],
            Pack::Half => vec![level(2)],
            Pack::Small => self.reductions().into_iter().filter(|by| *by >= SMALL_FROM).map(level).collect(),
        }
    }

    /// Finds the piece that a request names by region and size, in the words of the Image API.
    pub fn piece(self, region: &str, size: &str) -> Option<Piece> {
        if region == "full" {
            let by = if size == "max" { 1 } else { self.reduction_to(size)? };
            return self.whole(by);
        }
        let numbers: Vec<u32> = region.split(',').map(|number| number.parse().ok()).collect::<Option<_>>()?;
        let [left, top, width, height] = numbers.as_slice() else { return None };
        let region = Rect::new(*left, *top, *width, *height);
        let fits = |by: &u32| self.tile(region, *by).filter(|_| is_size(size, region, *by));
        self.reductions().iter().find_map(fits)
    }

    /// Finds the whole image made smaller.
    fn whole(self, by: u32) -> Option<Piece> {
        let pack = match by {
            1 => Pack::Full,
            2 => Pack::Half,
            _ => Pack::Small,
        };
        self.find(pack, by, None)
    }

    /// Finds the tile that shows `region` made smaller.
    fn tile(self, region: Rect, by: u32) -> Option<Piece> {
        let side = TILE.checked_mul(by)?;
        if region.is_empty() || !region.left.is_multiple_of(side) || !region.top.is_multiple_of(side) {
            return None;
        }
        let until = |start: u32, end: u32| side.min(end.saturating_sub(start));
        let (width, height) = (until(region.left, self.0.width), until(region.top, self.0.height));
        if (region.width, region.height) != (width, height) {
            return None;
        }
        if !self.is_tiled(by) {
            return self.whole(by);
        }
        let pack = match by {
            1 => Pack::Fine,
            2 => Pack::Half,
            _ => Pack::Small,
        };
        self.find(pack, by, Some((region.left / side, region.top / side)))
    }

    fn find(self, pack: Pack, by: u32, tile: Option<(u32, u32)>) -> Option<Piece> {
        let mut index = 0;
        for level in self.levels(pack) {
            let size = self.reduced(level.reduction);
            let (columns, rows) = (size.width.div_ceil(TILE) as usize, size.height.div_ceil(TILE) as usize);
            if level.reduction == by {
                let before = usize::from(level.whole);
                return Some(match tile {
                    None => Piece { pack, index, reduction: by },
                    Some((column, row)) => {
                        Piece { pack, index: index + before + row as usize * columns + column as usize, reduction: by }
                    }
                });
            }
            index += usize::from(level.whole) + if level.tile.is_some() { columns * rows } else { 0 };
        }
        None
    }

    fn is_tiled(self, by: u32) -> bool {
        let size = self.reduced(by);
        size.width > TILE || size.height > TILE
    }

    fn reduction_to(self, size: &str) -> Option<u32> {
        let (width, height) = size.split_once(',')?;
        let (width, height): (u32, Option<u32>) =
            (width.parse().ok()?, if height.is_empty() { None } else { Some(height.parse().ok()?) });
        self.reductions().into_iter().find(|by| {
            let reduced = self.reduced(*by);
            reduced.width == width && height.is_none_or(|height| height == reduced.height)
        })
    }
}

/// Says whether `size` is that of `region` made smaller by `by`.
fn is_size(size: &str, region: Rect, by: u32) -> bool {
    let (width, height) = (region.width.div_ceil(by), region.height.div_ceil(by));
    size == format!("{width},{height}") || size == format!("{width},") || (size == "max" && by == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LETTER: Shape = Shape(Size { width: 2550, height: 3301 });

    #[test]
    fn an_image_is_a_page_and_a_turn() {
        let scan = "ab".repeat(32);
        for text in [format!("{scan}:3"), format!("{scan}:3:270")] {
            assert_eq!(text.parse::<ImageId>().unwrap().to_string(), text);
        }
        for bad in [format!("{scan}:3:0"), format!("{scan}:3:45"), format!("{scan}:0"), scan, "../x:1".into()] {
            assert!(bad.parse::<ImageId>().is_err(), "{bad}");
        }
    }

    #[test]
    fn every_listed_size_and_tile_is_a_piece_of_its_own() {
        assert_eq!(LETTER.reductions(), [1, 2, 4, 8, 16, 32]);
        let mut seen = std::collections::HashSet::new();
        let mut add = |piece: Option<Piece>| {
            let Piece { pack, index, .. } = piece.unwrap();
            assert!(seen.insert((pack, index)));
        };
        for by in LETTER.reductions() {
            let Size { width, height } = LETTER.reduced(by);
            add(LETTER.piece("full", &format!("{width},{height}")));
            if width <= TILE && height <= TILE {
                continue;
            }
            let side = TILE * by;
            for top in (0..3301).step_by(side as usize) {
                for left in (0..2550).step_by(side as usize) {
                    let (width, height) = (side.min(2550 - left), side.min(3301 - top));
                    let size = format!("{},{}", width.div_ceil(by), height.div_ceil(by));
                    add(LETTER.piece(&format!("{left},{top},{width},{height}"), &size));
                }
            }
        }
        // 35 and 12 and 4 tiles; 1/8 and below are whole.
        assert_eq!(seen.len(), 6 + 35 + 12 + 4);
        assert_eq!(LETTER.piece("full", "max").unwrap().pack, Pack::Full);
    }

    #[test]
    fn what_is_not_listed_is_nothing() {
        for (region, size) in [
            ("full", "100,100"),
            ("full", "5000,"),
            ("0,0,512,512", "511,512"),
            ("1,0,512,512", "512,512"),
            ("0,0,512", "512,512"),
            ("2048,0,512,512", "512,512"),
            ("0,0,0,0", "0,0"),
            ("-1,0,512,512", "512,512"),
            ("4294967295,4294967295,1,1", "1,1"),
            ("square", "max"),
        ] {
            assert_eq!(LETTER.piece(region, size), None, "{region} {size}");
        }
        let tiny = Shape(Size { width: 40, height: 30 });
        assert_eq!(tiny.reductions(), [1]);
        assert_eq!(tiny.piece("0,0,40,30", "40,30"), tiny.piece("full", "max"));
    }
}
