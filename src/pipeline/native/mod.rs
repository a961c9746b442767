//! A recogniser of our own: libtesseract says where the lines are, our network reads them.

mod languages;
mod pieces;
mod words;

use std::time::Duration;

use image::GrayImage;

use self::pieces::Piece;
use crate::chart::{Block, Line, Size};
use crate::imaging::line_scale::scaled_strip;
use crate::imaging::line_strip::cut;
use crate::ocr::lstm::{LineImage, LineReading, Reader};
use crate::ocr::tesseract::Tesseract;
use crate::ocr::{Orientation, RecognizeError, Recognizer};

/// Strips that are read between two looks at the clock.
const AT_ONCE: usize = 400;
/// Most strips of a page; more is no writing.
const MOST_STRIPS: usize = 20_000;

/// Least confidence of a word below which its piece is read again.
const DOUBTFUL: f32 = 0.85;

/// Reads pages with our own network, along the lines that libtesseract finds.
pub struct Native<'engines> {
    /// Finds lines, and which way up a page is.
    pub layout: &'engines mut Tesseract,
    /// Read lines, one for each language; the first one counts where others are no surer.
    pub readers: &'engines [Reader],
    /// See [`Recognizer::engine`].
    pub engine: &'engines str,
}

impl Recognizer for Native<'_> {
    fn engine(&self) -> String {
        self.engine.to_owned()
    }

    fn orientation(&mut self, image: &GrayImage, dpi: u32) -> Result<Option<Orientation>, RecognizeError> {
        self.layout.orientation(image, dpi)
    }

    fn recognise(&mut self, image: &GrayImage, dpi: u32, deadline: Duration) -> Result<Vec<Block>, RecognizeError> {
        let started = processor_time();
        let size = Size { width: image.width(), height: image.height() };
        let Some(reader) = self.readers.first() else { return Err(RecognizeError::Engine("start")) };
        let layout = self.layout.layout(image, dpi)?;
        let mut pieces = pieces::pieces(&layout, size);
        pieces.truncate(MOST_STRIPS);
        let mut lines: Vec<((usize, usize), Line)> = Vec::new();
        for pieces in pieces.chunks(AT_ONCE) {
            if processor_time().saturating_sub(started) >= deadline {
                return Err(RecognizeError::Deadline(deadline));
            }
            for (piece, reading) in self.read(image, pieces, size) {
                let words = words::words(&piece, &reading, step(reader, &piece), size);
                let Some(rect) = words.iter().map(|word| word.rect).reduce(|one, other| one.union(&other)) else {
                    continue;
                };
                match lines.last_mut() {
                    Some((place, line)) if *place == (piece.block, piece.line) => {
                        line.rect = line.rect.union(&rect);
                        line.words.extend(words);
                    }
                    _ => lines.push(((piece.block, piece.line), Line { rect, words })),
                }
            }
        }
        lines.iter_mut().for_each(|(_, line)| words::put_in_reading_order(&mut line.words));
        Ok(blocks(lines))
    }
}

impl Native<'_> {
    /// Reads pieces in the first language, and what that leaves open in the others.
    fn read(&self, page: &GrayImage, pieces: &[Piece], size: Size) -> Vec<(Piece, LineReading)> {
        let Some((first, others)) = self.readers.split_first() else { return Vec::new() };
        let mut read = read_with(first, page, pieces, size);
        for other in others {
            let open: Vec<usize> =
                (0..read.len()).filter(|index| !languages::is_settled(&read[*index].1, words::confidence_of)).collect();
            let again: Vec<Piece> = open.iter().map(|index| pieces[*index].clone()).collect();
            for (index, (piece, reading)) in open.into_iter().zip(read_with(other, page, &again, size)) {
                let factor = step(other, &piece) / step(first, &read[index].0);
                languages::merge(&mut read[index].1, reading, factor);
            }
        }
        read
    }
}

/// Returns the width of a step of time in pixels of the page.
fn step(reader: &Reader, piece: &Piece) -> f32 {
    reader.columns_of_step() as f32 * piece.rect.height as f32 / reader.height() as f32
}

/// Reads pieces; those that are in doubt once more with other margins, of which the surest reading counts.
fn read_with(reader: &Reader, page: &GrayImage, pieces: &[Piece], size: Size) -> Vec<(Piece, LineReading)> {
    let images: Vec<LineImage> = pieces.iter().map(|piece| line_image(reader, page, piece)).collect();
    let mut read: Vec<(Piece, LineReading)> = pieces.iter().cloned().zip(reader.read(&images)).collect();
    let doubtful: Vec<usize> =
        (0..read.len()).filter(|index| words::least_confidence(&read[*index].1) < DOUBTFUL).collect();
    let again: Vec<(usize, Piece)> =
        doubtful.iter().flat_map(|index| pieces[*index].with_margins(size).map(|piece| (*index, piece))).collect();
    let images: Vec<LineImage> = again.iter().map(|(_, piece)| line_image(reader, page, piece)).collect();
    for ((index, piece), reading) in again.into_iter().zip(reader.read(&images)) {
        if words::sureness(&reading.words) > words::sureness(&read[index].1.words) {
            read[index] = (piece, reading);
        }
    }
    read
}

fn line_image(reader: &Reader, page: &GrayImage, piece: &Piece) -> LineImage {
    let strip = cut(page, piece.upright, piece.rect);
    let height = u32::try_from(reader.height()).unwrap_or(0);
    scaled_strip(&strip, height).map_or_else(LineImage::default, |scaled| LineImage {
        width: scaled.width() as usize,
        grays: scaled.into_raw(),
    })
}

/// Returns what this thread has worked so far: a page is not given up because the machine is busy with something else.
fn processor_time() -> Duration {
    let worked = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::try_from(worked).unwrap_or_default()
}

/// Puts lines into their blocks.
fn blocks(lines: Vec<((usize, usize), Line)>) -> Vec<Block> {
    let mut blocks: Vec<(usize, Block)> = Vec::new();
    for ((block, _), line) in lines {
        match blocks.last_mut() {
            Some((place, known)) if *place == block => {
                known.rect = known.rect.union(&line.rect);
                known.lines.push(line);
            }
            _ => blocks.push((block, Block { rect: line.rect, lines: vec![line] })),
        }
    }
    blocks.into_iter().map(|(_, block)| block).collect()
}
