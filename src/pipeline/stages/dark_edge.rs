//! Takes the scanner's dark edges off the copy that is recognised.

use image::{GrayImage, imageops};

use super::finding;
use crate::chart::{Finding, FindingKind, Rect, Severity, Size};
use crate::imaging::dark_edge::DarkEdge;
use crate::imaging::placement::Placement;

/// Least side of what is left after cutting off dark rows and columns, in pixels.
const LEAST_SIDE: u32 = 64;

/// Paints the edge in the colour of the paper, and cuts off rows and columns that hold nothing else.
pub fn remove(edge: &DarkEdge, mut copy: GrayImage, placement: Placement, paper: u8) -> (GrayImage, Placement) {
    edge.paint_over(&mut copy, paper);
    let size = Size { width: copy.width(), height: copy.height() };
    let inside = edge.inside.clipped(size);
    if inside == Rect::new(0, 0, size.width, size.height) || inside.width < LEAST_SIDE || inside.height < LEAST_SIDE {
        return (copy, placement);
    }
    let cut = imageops::crop_imm(&copy, inside.left, inside.top, inside.width, inside.height).to_image();
    (cut, placement.cropped(inside))
}

/// Reports a dark edge.
pub fn report(edge: &DarkEdge) -> Finding {
    let message = format!("The scan has a dark edge, up to {:.0} % of the page deep.", (edge.depth * 100.0).max(1.0));
    finding("dark-edge", FindingKind::DarkEdge, Severity::Note, 0.9, message)
}

#[cfg(test)]
mod tests {
    use image::Luma;

    use super::*;
    use crate::imaging::working_copy::WorkingCopy;

    #[test]
    fn dark_columns_are_cut_off_and_boxes_still_find_their_place() {
        let page = GrayImage::from_fn(1000, 1400, |x, y| {
            Luma([if x < 40 {
                15
            } else if (500..510).contains(&x) && (700..720).contains(&y) {
                0
            } else {
                240
            }])
        });
        let edge = DarkEdge::of(&WorkingCopy::of(&page), 0.2).expect("an edge");
        let placement = Placement::identity(Size { width: 1000, height: 1400 });
        let (copy, placement) = remove(&edge, page, placement, 240);
        assert!(copy.width() < 965 && copy.height() == 1400);
        assert_eq!(copy.iter().filter(|pixel| **pixel < 100).count(), 200);
        let left = 1000 - copy.width();
        assert_eq!(placement.rect_on_page(Rect::new(500 - left, 700, 10, 20)), Rect::new(500, 700, 10, 20));
        assert_eq!(report(&edge).kind, FindingKind::DarkEdge);
    }
}
