//! Any place of a line on any page is cut out and scaled to the height of a network, or left out.
#![no_main]

use image::GrayImage;
use libfuzzer_sys::fuzz_target;
use muniment_fuzz::chart::{QuarterTurns, Rect, Size};
use muniment_fuzz::imaging::line_scale::scaled_strip;
use muniment_fuzz::imaging::line_strip::{Strip, cut};

/// Width and height of the page, turn, height of the network, place of the words, shape of the line, then the page.
const HEAD: usize = 4 + 8 + 16;

fuzz_target!(|data: &[u8]| {
    let Some((head, page)) = data.split_at_checked(HEAD) else { return };
    let (width, height) = (u32::from(head[0]) + 1, u32::from(head[1]) + 1);
    let grays = page.iter().copied().cycle().chain(std::iter::repeat(255));
    let grays: Vec<u8> =
        if page.is_empty() { vec![255; (width * height) as usize] } else { grays.take((width * height) as usize).collect() };
    let Some(page) = GrayImage::from_raw(width, height, grays) else { return };
    let turn = [QuarterTurns::None, QuarterTurns::One, QuarterTurns::Two, QuarterTurns::Three][usize::from(head[2] % 4)];
    let short = |place: usize| u32::from(u16::from_le_bytes([head[place], head[place + 1]]));
    let real = |place: usize| f32::from_le_bytes([head[place], head[place + 1], head[place + 2], head[place + 3]]);
    let rect = Rect::new(short(4), short(6), short(8), short(10));
    let strip =
        Strip { rect, baseline: real(12), x_height: real(16), ascender: real(20), descender: real(24) };
    let size = turn.turned_size(Size { width, height });
    let reach = strip.reach(size);
    assert!(reach.right() <= size.width && reach.bottom() <= size.height);
    let found = cut(&page, turn, reach);
    assert_eq!(found.dimensions(), (reach.width, reach.height));
    let rows = u32::from(head[3]);
    if let Some(scaled) = scaled_strip(&found, rows) {
        assert_eq!(scaled.height(), rows);
    }
});
