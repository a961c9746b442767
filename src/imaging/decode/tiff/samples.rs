//! From the packed samples of strips and tiles to the pixels of the page.

use super::chunk::Decoded;
use super::layout::{Alpha, Layout, Photometric};
use crate::imaging::decode::color::{expand_bits, ink_to_rgb, over_white};

/// The page while it is put together; what is never painted stays white.
#[derive(Debug)]
pub(super) struct Canvas<'a> {
    layout: &'a Layout,
    big_endian: bool,
    palette: &'a [[u8; 3]],
    /// 1 for grey, 3 for RGB.
    pub(super) channels: usize,
    pub(super) pixels: Vec<u8>,
}

impl<'a> Canvas<'a> {
    /// Makes a white page. A palette of greys makes a grey page.
    pub(super) fn new(layout: &'a Layout, big_endian: bool, palette: &'a [[u8; 3]]) -> Self {
        let grey = match layout.photometric {
            Photometric::MinIsWhite | Photometric::MinIsBlack => true,
            Photometric::Palette => palette.iter().all(|[red, green, blue]| red == green && green == blue),
            Photometric::Rgb | Photometric::Separated | Photometric::YCbCr => false,
        };
        let channels = if grey { 1 } else { 3 };
        let pixels = vec![255; layout.size.width as usize * layout.size.height as usize * channels];
        Self { layout, big_endian, palette, channels, pixels }
    }

    /// Says whether the source is black and white with 1 bit per pixel.
    pub(super) fn is_bilevel(&self) -> bool {
        self.layout.bits == 1
            && self.layout.samples == 1
            && match self.layout.photometric {
                Photometric::MinIsWhite | Photometric::MinIsBlack => true,
                _ => self.palette.iter().all(|color| matches!(color, [0, 0, 0] | [255, 255, 255])),
            }
    }

    /// Paints the strip or tile in column `across` and row `down`: one element of `planes`, or one for each sample.
    ///
    /// Returns the number of rows that all planes have.
    pub(super) fn paint(&mut self, across: usize, down: usize, planes: &mut [Decoded]) -> usize {
        let layout = self.layout;
        let row_bytes = layout.row_bytes();
        let (left, top) = (across * layout.chunk.width as usize, down * layout.chunk.height as usize);
        let page_width = layout.size.width as usize;
        let width = (layout.chunk.width as usize).min(page_width.saturating_sub(left));
        let rows = planes.iter().map(|plane| plane.bytes.len() / row_bytes.max(1)).min().unwrap_or(0);
        let rows = rows.min((layout.size.height as usize).saturating_sub(top));
        let (mut values, last) = (vec![0u32; width * layout.samples], planes.len().saturating_sub(1));
        for row in 0..rows {
            let start = ((top + row) * page_width + left) * self.channels;
            for (plane_index, plane) in planes.iter_mut().enumerate() {
                let packed = &mut plane.bytes[row * row_bytes..][..row_bytes];
                if layout.differences {
                    add_up(packed, layout.chunk_samples(), layout.bits, self.big_endian);
                }
                if self.copy_row(packed, start, width) {
                    continue;
                }
                if layout.planar {
                    unpack(
                        packed,
                        layout.bits,
                        self.big_endian,
                        values[plane_index..].iter_mut().step_by(layout.samples),
                    );
                } else {
                    unpack(packed, layout.bits, self.big_endian, values.iter_mut());
                }
                if plane_index == last {
                    let samples = layout.samples;
                    let line = &mut self.pixels[start..][..width * self.channels];
                    for (pixel, values) in line.chunks_exact_mut(self.channels).zip(values.chunks_exact(samples)) {
                        convert(layout, self.palette, values, pixel);
                    }
                }
            }
        }
        rows
    }

    /// The short way for the samples that nearly all scans have; says whether it was one of those.
    fn copy_row(&mut self, packed: &[u8], start: usize, width: usize) -> bool {
        let layout = self.layout;
        let line = &mut self.pixels[start..][..width * self.channels];
        match (layout.photometric, layout.bits, layout.samples) {
            (Photometric::MinIsWhite, 1, 1) => expand_bits(packed, 255, 0, line),
            (Photometric::MinIsBlack, 1, 1) => expand_bits(packed, 0, 255, line),
            (Photometric::MinIsBlack, 8, 1) => line.copy_from_slice(&packed[..line.len()]),
            (Photometric::Rgb | Photometric::YCbCr, 8, 3) if !layout.planar => {
                line.copy_from_slice(&packed[..line.len()]);
            }
            _ => return false,
        }
        true
    }
}

/// Turns the samples of one pixel into grey or RGB.
fn convert(layout: &Layout, palette: &[[u8; 3]], values: &[u32], pixel: &mut [u8]) {
    let scaled = |index: usize| scale(values[index], layout.bits);
    match layout.photometric {
        Photometric::MinIsWhite => pixel[0] = 255 - scaled(0),
        Photometric::MinIsBlack => pixel[0] = scaled(0),
        Photometric::Palette => {
            let color = palette.get(values[0] as usize).copied().unwrap_or([255; 3]);
            pixel.copy_from_slice(&color[..pixel.len()]);
        }
        Photometric::Rgb | Photometric::YCbCr => pixel.copy_from_slice(&[scaled(0), scaled(1), scaled(2)]),
        Photometric::Separated => {
            pixel.copy_from_slice(&ink_to_rgb([scaled(0), scaled(1), scaled(2), scaled(3)]));
        }
    }
    if layout.alpha != Alpha::None {
        let alpha = scaled(layout.photometric.colors());
        for sample in pixel {
            *sample = match layout.alpha {
                Alpha::Associated => sample.saturating_add(255 - alpha),
                _ => over_white(*sample, alpha),
            };
        }
    }
}

/// Brings a sample of `bits` bits to 8.
fn scale(value: u32, bits: u8) -> u8 {
    match bits {
        8 => value as u8,
        1..=16 => {
            let most = (1u32 << bits) - 1;
            ((value * 255 + most / 2) / most) as u8
        }
        _ => (value >> (bits - 8)) as u8,
    }
}

/// Reads samples of 1 to 32 bits. Whole-byte samples follow the byte order of the file, others begin at the highest
/// bit.
fn unpack<'v>(packed: &[u8], bits: u8, big_endian: bool, values: impl Iterator<Item = &'v mut u32>) {
    if bits.is_multiple_of(8) {
        for (value, bytes) in values.zip(packed.chunks_exact(usize::from(bits / 8))) {
            *value = whole(bytes, big_endian);
        }
        return;
    }
    let mut bytes = packed.iter();
    let (mut held, mut count) = (0u64, 0);
    for value in values {
        while count < bits {
            held = held << 8 | u64::from(bytes.next().copied().unwrap_or(0));
            count += 8;
        }
        count -= bits;
        *value = (held >> count) as u32 & ((1u64 << bits) - 1) as u32;
        held &= (1 << count) - 1;
    }
}

fn whole(bytes: &[u8], big_endian: bool) -> u32 {
    let join = |value, byte: &u8| value << 8 | u32::from(*byte);
    if big_endian { bytes.iter().fold(0, join) } else { bytes.iter().rev().fold(0, join) }
}

/// Undoes horizontal differencing in one row of 8, 16 or 32-bit samples.
fn add_up(row: &mut [u8], samples: usize, bits: u8, big_endian: bool) {
    let bytes = usize::from(bits / 8);
    let stride = samples * bytes;
    for at in (stride..row.len().saturating_sub(bytes - 1)).step_by(bytes) {
        let sum = whole(&row[at..at + bytes], big_endian)
            .wrapping_add(whole(&row[at - stride..at - stride + bytes], big_endian));
        if big_endian {
            row[at..at + bytes].copy_from_slice(&sum.to_be_bytes()[4 - bytes..]);
        } else {
            row[at..at + bytes].copy_from_slice(&sum.to_le_bytes()[..bytes]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_of_any_width_are_read_from_the_highest_bit() {
        let mut values = [0; 3];
        unpack(&[0xAB, 0xCD, 0xEF, 0x12, 0x30], 12, true, values.iter_mut());
        assert_eq!(values, [0xABC, 0xDEF, 0x123]);
        unpack(&[0b0110_1100], 2, true, values.iter_mut());
        assert_eq!(values, [1, 2, 3]);
        unpack(&[1, 2, 3, 4, 5, 6], 16, false, values.iter_mut());
        assert_eq!(values, [0x0201, 0x0403, 0x0605]);
    }

    #[test]
    fn full_scale_stays_full_scale() {
        for bits in 1..=32 {
            assert_eq!(scale(((1u64 << bits) - 1) as u32, bits), 255, "{bits} bits");
            assert_eq!(scale(0, bits), 0);
        }
        assert_eq!(scale(0x8080, 16), 0x80);
    }

    #[test]
    fn differences_are_added_up_per_sample() {
        let mut row = [10, 20, 30, 1, 2, 3, 255, 0, 1];
        add_up(&mut row, 3, 8, true);
        assert_eq!(row, [10, 20, 30, 11, 22, 33, 10, 22, 34]);
        let mut row = [0xFF, 0x00, 0x02, 0x00];
        add_up(&mut row, 1, 16, false);
        assert_eq!(row, [0xFF, 0x00, 0x01, 0x01]);
    }
}
