//! Luminance with sub-sampled chrominance outside of JPEG: blocks of pixels that share a colour, to RGB rows.

use super::chunk::{self, Decoded};
use super::layout::Layout;
use crate::imaging::decode::color::ycc_to_rgb;

/// Decompresses a strip or tile to RGB rows; `None` when the compression is none of those known here.
pub(super) fn decompress(data: &[u8], layout: &Layout, rows: usize) -> Option<Decoded> {
    let (across, down) = layout.sub_sampling;
    let width = layout.chunk.width as usize;
    let block_bytes = across * down + 2;
    let band_bytes = width.div_ceil(across) * block_bytes;
    let packed = chunk::decompress(data, layout, band_bytes, rows.div_ceil(down))?;
    let mut bytes = vec![255; width * 3 * rows.min(packed.bytes.len() / band_bytes * down)];
    for (band, blocks) in packed.bytes.chunks_exact(band_bytes).enumerate() {
        for (column, block) in blocks.chunks_exact(block_bytes).enumerate() {
            let (luma, chroma) = block.split_at(across * down);
            for (place, luma) in luma.iter().enumerate() {
                let (x, y) = (column * across + place % across, band * down + place / across);
                // The last blocks reach beyond the picture.
                if x < width
                    && let Some(pixel) = bytes.get_mut((y * width + x) * 3..(y * width + x + 1) * 3)
                {
                    pixel.copy_from_slice(&ycc_to_rgb(*luma, chroma[0], chroma[1]));
                }
            }
        }
    }
    Some(Decoded { bytes, complete: packed.complete })
}
