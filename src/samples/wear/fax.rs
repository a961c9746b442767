//! A fax: a header line, 200 by 100 pixels per inch, two tones, disturbed rows.

use image::GrayImage;

use crate::chart::Rect;
use crate::samples::dice::Dice;
use crate::samples::lettering::Face;
use crate::samples::scene::Scene;
use crate::samples::sheet::Sheet;

/// Resolution that pages are drawn at before they are sent, and have afterwards; every second row is lost.
pub(in crate::samples) const DPI: u32 = 200;

/// Puts the line that a fax machine prints at the top of each page.
pub(in crate::samples) fn header(scene: &mut Scene, page: usize, pages: usize, dice: &mut Dice) {
    let (month, day) = (dice.between(1, 12), dice.between(1, 28));
    let text = format!(
        "{month:02}/{day:02}/{} {:02}:{:02}  FAX 555 01{:02}  RECORDS DESK  P.{page:03}/{pages:03}",
        dice.between(2004, 2016),
        dice.between(7, 19),
        dice.between(0, 59),
        dice.between(0, 99)
    );
    // A header stands above everything else, so that it is read first.
    scene.text_on(0, 60.0, 24.0, Face::Mono, 9.0, &text);
}

/// Sends the page: rows are joined in pairs, made black or white, and printed twice.
pub(super) fn send(sheet: &mut Sheet, dice: &mut Dice) {
    let size = sheet.size();
    let height = size.height / 2 * 2;
    let mut sent = GrayImage::new(size.width, height);
    let stride = size.width as usize;
    let plane = &sheet.planes[0];
    for (pair, out) in sent.chunks_exact_mut(stride * 2).enumerate() {
        let above = &plane.as_raw()[pair * 2 * stride..][..stride];
        let below = &plane.as_raw()[(pair * 2 + 1) * stride..][..stride];
        let (first, second) = out.split_at_mut(stride);
        for (pixel, (above, below)) in first.iter_mut().zip(above.iter().zip(below)) {
            *pixel = if (u16::from(*above) + u16::from(*below)) / 2 < 150 { 0 } else { 255 };
        }
        if dice.below(300) == 0 {
            let (start, length) = (dice.index(stride), dice.index(stride / 3 + 1));
            first[start..(start + length).min(stride)].fill(if dice.chance(50) { 0 } else { 255 });
        }
        second.copy_from_slice(first);
    }
    sheet.planes = vec![sent];
    for word in &mut sheet.words {
        // Rows are joined in pairs: ink may begin a row above and end a row below.
        let (top, bottom) = (word.rect.top / 2 * 2, (word.rect.bottom().div_ceil(2) * 2).min(height));
        word.rect = Rect::new(word.rect.left, top.min(bottom), word.rect.width, bottom.saturating_sub(top));
    }
}
