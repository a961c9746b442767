//! GIF: the first frame on white paper. The frames of an animation are not pages.

use std::io::Cursor;

use gif::{ColorOutput, DecodeOptions, Decoder, DecodingError, MemoryLimit};

use super::{FilePage, Format, check_size, color, damaged};
use crate::chart::{Reject, Size};
use crate::imaging::{Limits, Raster};

/// Reads the size.
pub(super) fn inspect(data: &[u8]) -> Result<FilePage, Reject> {
    let mut decoder = open(data)?;
    let frame = first_frame(&mut decoder)?;
    Ok(FilePage { size: page_size(&decoder, frame), dpi: None })
}

/// Decodes the first frame; a damaged one as far as it goes.
pub(super) fn page(data: &[u8], limits: &Limits) -> Result<Raster, Reject> {
    let mut decoder = open(data)?;
    let frame = first_frame(&mut decoder)?;
    let size = page_size(&decoder, frame);
    check_size(Format::Gif, size, limits)?;
    check_size(Format::Gif, frame.size, limits)?;
    let mut rgba = vec![0; decoder.buffer_size()];
    let outcome = decoder.read_into_buffer(&mut rgba);
    if let Err(error) = &outcome
        && rgba.iter().all(|sample| *sample == 0)
    {
        return Err(explain(error));
    }
    let mut pixels = vec![255; size.pixels() as usize * 3];
    let stride = frame.size.width as usize * 4;
    for (row, line) in rgba.chunks_exact(stride).enumerate() {
        let start = ((frame.top + row) * size.width as usize + frame.left) * 3;
        let Some(target) = pixels.get_mut(start..start + frame.size.width as usize * 3) else { break };
        for (target, pixel) in target.chunks_exact_mut(3).zip(line.chunks_exact(4)) {
            for (target, sample) in target.iter_mut().zip(pixel) {
                *target = color::over_white(*sample, pixel[3]);
            }
        }
    }
    let image =
        color::image(size, 3, pixels).ok_or_else(|| damaged(Format::Gif, "its size contradicts its samples"))?;
    let image = color::grey_if_colourless(image);
    let colors = decoder.palette().map_or(0, |palette| palette.len() / 3);
    let bilevel = colors == 2 && color::is_black_and_white(&image);
    Ok(Raster { image, dpi: None, bilevel, damaged: outcome.is_err() })
}

#[derive(Debug, Clone, Copy)]
struct Place {
    left: usize,
    top: usize,
    size: Size,
}

fn open(data: &[u8]) -> Result<Decoder<Cursor<&[u8]>>, Reject> {
    let mut options = DecodeOptions::new();
    options.set_color_output(ColorOutput::RGBA);
    // The size is checked against the limits before the only buffer is made.
    options.set_memory_limit(MemoryLimit::Unlimited);
    options.read_info(Cursor::new(data)).map_err(|error| explain(&error))
}

fn first_frame(decoder: &mut Decoder<Cursor<&[u8]>>) -> Result<Place, Reject> {
    let frame = decoder.next_frame_info().map_err(|error| explain(&error))?;
    let frame = frame.ok_or_else(|| damaged(Format::Gif, "it has no picture"))?;
    let size = Size { width: frame.width.into(), height: frame.height.into() };
    Ok(Place { left: frame.left.into(), top: frame.top.into(), size })
}

/// The screen, made larger where the frame does not fit (as browsers do).
fn page_size(decoder: &Decoder<Cursor<&[u8]>>, frame: Place) -> Size {
    Size {
        width: u32::from(decoder.width()).max(frame.left as u32 + frame.size.width),
        height: u32::from(decoder.height()).max(frame.top as u32 + frame.size.height),
    }
}

fn explain(error: &DecodingError) -> Reject {
    match error {
        DecodingError::Io(_) => damaged(Format::Gif, "it ends before its picture"),
        other => damaged(Format::Gif, other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two frames on a screen of 4 x 3 pixels; the first covers a part of it.
    fn animation() -> Vec<u8> {
        let mut data = Vec::new();
        let mut encoder = gif::Encoder::new(&mut data, 4, 3, &[0, 0, 0, 200, 200, 200]).unwrap();
        for (shade, left) in [(0, 1), (1, 0)] {
            let frame = gif::Frame {
                left,
                top: 1,
                width: 2,
                height: 2,
                buffer: vec![shade; 4].into(),
                ..gif::Frame::default()
            };
            encoder.write_frame(&frame).unwrap();
        }
        drop(encoder);
        data
    }

    #[test]
    fn the_first_frame_lies_on_white_paper() {
        let raster = page(&animation(), &Limits::default()).unwrap();
        let expected = [255, 255, 255, 255, 255, 0, 0, 255, 255, 0, 0, 255];
        assert_eq!(raster.image.as_luma8().unwrap().as_raw(), &expected);
        assert!(!raster.damaged);
        assert_eq!(inspect(&animation()).unwrap().size, Size { width: 4, height: 3 });
    }

    #[test]
    fn a_cut_file_gives_the_rows_before_the_cut() {
        let mut data = Vec::new();
        let indices: Vec<u8> = (0..100 * 100u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 29) as u8 & 1).collect();
        let mut encoder = gif::Encoder::new(&mut data, 100, 100, &[0, 0, 0, 255, 255, 255]).unwrap();
        encoder
            .write_frame(&gif::Frame {
                width: 100,
                height: 100,
                buffer: indices.clone().into(),
                ..gif::Frame::default()
            })
            .unwrap();
        drop(encoder);
        let whole = page(&data, &Limits::default()).unwrap();
        assert!(whole.bilevel && !whole.damaged);
        let part = page(&data[..data.len() / 2], &Limits::default()).unwrap();
        assert!(part.damaged);
        assert_eq!(part.image.as_bytes()[..2000], whole.image.as_bytes()[..2000]);
        assert!(part.image.as_bytes()[9900..].iter().all(|pixel| *pixel == 255));
    }
}
