//! Where the writing is: libtesseract's layout analysis, without recognition.

use std::ffi::c_int;

use image::GrayImage;
use tesseract_sys as sys;

use super::super::recognizer::RecognizeError;
use super::Tesseract;
use super::api::{Api, bounding_box};
use crate::chart::{QuarterTurns, Rect, Size};

/// Most lines, words and marks of a page; more is no writing.
const MOST_WORDS: usize = 60_000;
const MOST_MARKS: usize = 1_000_000;

/// A block of lines.
#[derive(Debug, Clone, PartialEq)]
pub struct LayoutBlock {
    /// Clockwise turn that makes its lines level.
    pub upright: QuarterTurns,
    /// Its lines, in reading order.
    pub lines: Vec<LayoutLine>,
}

/// A line.
#[derive(Debug, Clone, PartialEq)]
pub struct LayoutLine {
    /// Height of letters without ascenders, above the baseline.
    pub x_height: f32,
    /// How far letters reach above the x-height.
    pub ascender: f32,
    /// How far letters reach below the baseline, a negative number.
    pub descender: f32,
    /// Its words, from left to right.
    pub words: Vec<LayoutWord>,
}

/// What may be a word.
#[derive(Debug, Clone, PartialEq)]
pub struct LayoutWord {
    /// Pixels covered.
    pub rect: Rect,
    /// The baseline at both ends of the word, columns and rows, to whole pixels.
    pub baseline: [(f32, f32); 2],
    /// The marks that it is made of: letters, parts of letters, or several that touch.
    pub marks: Vec<Rect>,
}

impl Tesseract {
    /// Finds blocks, lines and words of an upright image of `dpi` pixels per inch. Rectangles are pixels of `image`.
    ///
    /// # Errors
    /// The image has a side that the engine cannot handle.
    pub fn layout(&mut self, image: &GrayImage, dpi: u32) -> Result<Vec<LayoutBlock>, RecognizeError> {
        self.reader.set_image(image, dpi)?;
        let blocks = self.reader.layout(Size { width: image.width(), height: image.height() });
        self.reader.forget_page();
        Ok(blocks)
    }
}

impl Api {
    fn layout(&mut self, size: Size) -> Vec<LayoutBlock> {
        let mut blocks: Vec<LayoutBlock> = Vec::new();
        let Some(mut marks) = MarkIterator::of(self) else { return blocks };
        let (mut new_block, mut new_line, mut new_word) = (true, true, true);
        let (mut words, mut all) = (0, 0);
        loop {
            new_block |= marks.begins(sys::TessPageIteratorLevel_RIL_BLOCK);
            new_line |= marks.begins(sys::TessPageIteratorLevel_RIL_TEXTLINE);
            new_word |= marks.begins(sys::TessPageIteratorLevel_RIL_WORD);
            let word = marks.rect(sys::TessPageIteratorLevel_RIL_WORD, size);
            // Pictures and rules have a word too, of nothing.
            if let Some(word) = word.filter(|_| marks.is_text()) {
                if new_block || blocks.is_empty() {
                    blocks.push(LayoutBlock { upright: marks.upright(), lines: Vec::new() });
                    (new_block, new_line) = (false, true);
                }
                let Some(block) = blocks.last_mut() else { return blocks };
                if new_line || block.lines.is_empty() {
                    block.lines.push(marks.line());
                    (new_line, new_word) = (false, true);
                }
                let Some(line) = block.lines.last_mut() else { return blocks };
                if new_word || line.words.is_empty() {
                    let baseline = marks.baseline().unwrap_or_else(|| bottom(word));
                    line.words.push(LayoutWord { rect: word, baseline, marks: Vec::new() });
                    (new_word, words) = (false, words + 1);
                }
                if let (Some(mark), Some(word)) =
                    (marks.rect(sys::TessPageIteratorLevel_RIL_SYMBOL, size), line.words.last_mut())
                {
                    word.marks.push(mark);
                    all += 1;
                }
            }
            if words > MOST_WORDS || all > MOST_MARKS || !marks.advance() {
                return blocks;
            }
        }
    }
}

/// Returns both lower corners.
fn bottom(word: Rect) -> [(f32, f32); 2] {
    [word.left, word.right()].map(|column| (column as f32, word.bottom() as f32))
}

// SAFETY: `PageIterator::RowAttributes` is a public member of the library's C++ interface that the C interface lacks. It is
// declared as it is compiled on all systems that follow the Itanium C++ ABI: the object, then three pointers to floats.
unsafe extern "C" {
    #[link_name = "_ZNK9tesseract12PageIterator13RowAttributesEPfS1_S1_"]
    fn row_attributes(
        iterator: *const sys::TessPageIterator,
        height: *mut f32,
        descenders: *mut f32,
        ascenders: *mut f32,
    );
}

/// Walks over the marks of a page. Borrows the API, since the C iterator points into it.
struct MarkIterator<'api> {
    handle: *mut sys::TessPageIterator,
    _api: &'api mut Api,
}

impl<'api> MarkIterator<'api> {
    fn of(api: &'api mut Api) -> Option<Self> {
        // SAFETY: the image was set before; null (an empty page) is tested for.
        let handle = unsafe { sys::TessBaseAPIAnalyseLayout(api.0) };
        (!handle.is_null()).then_some(Self { handle, _api: api })
    }

    fn begins(&self, level: sys::TessPageIteratorLevel) -> bool {
        // SAFETY: the iterator is live.
        unsafe { sys::TessPageIteratorIsAtBeginningOf(self.handle, level) != 0 }
    }

    /// Says whether the block here holds writing.
    fn is_text(&self) -> bool {
        // SAFETY: the iterator is live.
        let kind = unsafe { sys::TessPageIteratorBlockType(self.handle) };
        matches!(
            kind,
            sys::TessPolyBlockType_PT_FLOWING_TEXT
                | sys::TessPolyBlockType_PT_HEADING_TEXT
                | sys::TessPolyBlockType_PT_PULLOUT_TEXT
                | sys::TessPolyBlockType_PT_INLINE_EQUATION
                | sys::TessPolyBlockType_PT_TABLE
                | sys::TessPolyBlockType_PT_VERTICAL_TEXT
                | sys::TessPolyBlockType_PT_CAPTION_TEXT
        )
    }

    fn advance(&mut self) -> bool {
        // SAFETY: the iterator is live.
        unsafe { sys::TessPageIteratorNext(self.handle, sys::TessPageIteratorLevel_RIL_SYMBOL) != 0 }
    }

    fn rect(&self, level: sys::TessPageIteratorLevel, size: Size) -> Option<Rect> {
        // SAFETY: the iterator is live.
        unsafe { bounding_box(self.handle, level, size) }
    }

    fn baseline(&self) -> Option<[(f32, f32); 2]> {
        let (mut left, mut left_row, mut right, mut right_row): (c_int, c_int, c_int, c_int) = (0, 0, 0, 0);
        // SAFETY: the iterator is live, the pointers are to locals.
        let found = unsafe {
            sys::TessPageIteratorBaseline(
                self.handle,
                sys::TessPageIteratorLevel_RIL_WORD,
                &raw mut left,
                &raw mut left_row,
                &raw mut right,
                &raw mut right_row,
            )
        };
        (found != 0).then_some([(left as f32, left_row as f32), (right as f32, right_row as f32)])
    }

    /// Returns the line here, without words. May only be called at a word.
    fn line(&self) -> LayoutLine {
        let (mut height, mut descender, mut ascender) = (0f32, 0f32, 0f32);
        // SAFETY: the iterator is live and stands at a word, so that it has a row; the pointers are to locals.
        unsafe { row_attributes(self.handle, &raw mut height, &raw mut descender, &raw mut ascender) };
        LayoutLine { x_height: height - ascender + descender, ascender, descender, words: Vec::new() }
    }

    fn upright(&self) -> QuarterTurns {
        let (mut orientation, mut direction, mut order, mut lean) = (0, 0, 0, 0f32);
        // SAFETY: the iterator is live, the pointers are to locals.
        unsafe {
            sys::TessPageIteratorOrientation(
                self.handle,
                &raw mut orientation,
                &raw mut direction,
                &raw mut order,
                &raw mut lean,
            );
        }
        match orientation {
            sys::TessOrientation_ORIENTATION_PAGE_RIGHT => QuarterTurns::Three,
            sys::TessOrientation_ORIENTATION_PAGE_DOWN => QuarterTurns::Two,
            sys::TessOrientation_ORIENTATION_PAGE_LEFT => QuarterTurns::One,
            _ => QuarterTurns::None,
        }
    }
}

impl Drop for MarkIterator<'_> {
    fn drop(&mut self) {
        // SAFETY: the iterator came from TessBaseAPIAnalyseLayout and is deleted once.
        unsafe { sys::TessPageIteratorDelete(self.handle) };
    }
}
