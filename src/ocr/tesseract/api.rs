//! The handle of libtesseract's C interface, and what is asked of it.
#![expect(unsafe_code, reason = "libtesseract is a C library; only this folder calls it")]

use std::ffi::{CStr, CString, c_char, c_int};
use std::ptr;
use std::time::{Duration, Instant};

use image::GrayImage;
use tesseract_sys as sys;

use super::super::models::Models;
use super::super::recognizer::{Orientation, RecognizeError};
use super::LONGEST_SIDE;
use crate::chart::{Block, Confidence, Line, QuarterTurns, Rect, Size, Word};

/// An owned TessBaseAPI handle.
pub(super) struct Api(pub(super) *mut sys::TessBaseAPI);

// SAFETY: the handle is owned, has no tie to the thread that made it, and is only used through &mut.
unsafe impl Send for Api {}

impl Drop for Api {
    fn drop(&mut self) {
        // SAFETY: the handle came from TessBaseAPICreate and is deleted once.
        unsafe {
            sys::TessBaseAPIEnd(self.0);
            sys::TessBaseAPIDelete(self.0);
        }
    }
}

impl Api {
    pub(super) fn load(models: &Models, languages: &str) -> Result<Self, RecognizeError> {
        let unusable = |what: &str| {
            RecognizeError::Models(format!("{what} (folder {}, models {languages})", models.folder().display()))
        };
        let text = |value: &str| CString::new(value).map_err(|_| unusable("a name contains a zero byte"));
        let folder = models.folder().to_str().ok_or_else(|| unusable("the folder's name is not UTF-8"))?;
        let (folder, names) = (text(folder)?, text(languages)?);
        // SAFETY: no preconditions; a null pointer is tested for below.
        let handle = unsafe { sys::TessBaseAPICreate() };
        if handle.is_null() {
            return Err(RecognizeError::Engine("start"));
        }
        let api = Self(handle);
        // Messages may quote the page; they must not reach a log.
        // SAFETY: sets one global number of the image library.
        unsafe { leptonica_sys::setMsgSeverity(leptonica_sys::L_SEVERITY_NONE as c_int) };
        api.set(c"debug_file", c"/dev/null");
        // SAFETY: both strings are NUL-terminated and outlive the call, which copies them.
        if unsafe { sys::TessBaseAPIInit3(api.0, folder.as_ptr(), names.as_ptr()) } != 0 {
            return Err(unusable("Tesseract cannot load its models"));
        }
        api.set(c"debug_file", c"/dev/null");
        // SAFETY: the handle is initialised.
        unsafe { sys::TessBaseAPISetPageSegMode(api.0, sys::TessPageSegMode_PSM_AUTO) };
        Ok(api)
    }

    fn set(&self, name: &CStr, value: &CStr) {
        // SAFETY: both strings are NUL-terminated and copied by the call; unknown names are reported, not followed.
        unsafe { sys::TessBaseAPISetVariable(self.0, name.as_ptr(), value.as_ptr()) };
    }

    pub(super) fn set_image(&mut self, image: &GrayImage, dpi: u32) -> Result<(), RecognizeError> {
        let (width, height) = image.dimensions();
        if !(1..=LONGEST_SIDE).contains(&width) || !(1..=LONGEST_SIDE).contains(&height) {
            return Err(RecognizeError::Size { width, height, most: LONGEST_SIDE });
        }
        let (columns, rows) = (width as c_int, height as c_int);
        // SAFETY: the buffer holds width * height bytes, one per pixel, without padding; the call copies it.
        unsafe {
            sys::TessBaseAPISetImage(self.0, image.as_raw().as_ptr(), columns, rows, 1, columns);
            sys::TessBaseAPISetSourceResolution(self.0, dpi.clamp(70, 2400) as c_int);
        }
        Ok(())
    }

    pub(super) fn recognise(&mut self, deadline: Duration) -> Result<(), RecognizeError> {
        let started = Instant::now();
        // SAFETY: the monitor is made, used by one call and deleted here; the image was set before.
        let status = unsafe {
            let monitor = sys::TessMonitorCreate();
            if monitor.is_null() {
                return Err(RecognizeError::Engine("start"));
            }
            sys::TessMonitorSetDeadlineMSecs(monitor, c_int::try_from(deadline.as_millis()).unwrap_or(c_int::MAX));
            let status = sys::TessBaseAPIRecognize(self.0, monitor);
            sys::TessMonitorDelete(monitor);
            status
        };
        if started.elapsed() >= deadline {
            return Err(RecognizeError::Deadline(deadline));
        }
        if status == 0 { Ok(()) } else { Err(RecognizeError::Engine("recognition")) }
    }

    pub(super) fn orientation(&mut self) -> Option<Orientation> {
        let (mut degrees, mut confidence) = (0 as c_int, 0f32);
        let (mut script, mut script_confidence) = (ptr::null::<c_char>(), 0f32);
        // SAFETY: the image was set before; all pointers are to locals of the right type; the script's name stays owned by
        // the library and is not read.
        let found = unsafe {
            sys::TessBaseAPIDetectOrientationScript(
                self.0,
                &raw mut degrees,
                &raw mut confidence,
                &raw mut script,
                &raw mut script_confidence,
            )
        };
        if found == 0 || !confidence.is_finite() {
            return None;
        }
        // The engine names the clockwise turn that was applied to an upright page.
        let upright = QuarterTurns::from_degrees(-degrees)?;
        Some(Orientation { upright, confidence: confidence.max(0.0) })
    }

    /// Collects what the last recognition found.
    pub(super) fn blocks(&mut self, size: Size) -> Vec<Block> {
        let mut blocks: Vec<Block> = Vec::new();
        let mut new_block = true;
        let mut new_line = true;
        let Some(mut words) = WordIterator::of(self) else { return blocks };
        loop {
            new_block |= words.begins(sys::TessPageIteratorLevel_RIL_BLOCK);
            new_line |= words.begins(sys::TessPageIteratorLevel_RIL_TEXTLINE);
            for word in words.word(size) {
                if new_block || blocks.is_empty() {
                    blocks.push(Block { rect: word.rect, lines: Vec::new() });
                    new_line = true;
                }
                if let Some(block) = blocks.last_mut() {
                    block.rect = block.rect.union(&word.rect);
                    match block.lines.last_mut() {
                        Some(line) if !new_line => {
                            line.rect = line.rect.union(&word.rect);
                            line.words.push(word);
                        }
                        _ => block.lines.push(Line { rect: word.rect, words: vec![word] }),
                    }
                }
                (new_block, new_line) = (false, false);
            }
            if !words.advance() {
                return blocks;
            }
        }
    }

    /// Frees what belongs to the page, and what was learnt from it: no page may change the reading of another.
    pub(super) fn forget_page(&mut self) {
        // SAFETY: the handle is initialised.
        unsafe {
            sys::TessBaseAPIClear(self.0);
            sys::TessBaseAPIClearAdaptiveClassifier(self.0);
        }
    }
}

/// Walks over the words of a recognised page. Borrows the API, since the C iterator points into it.
struct WordIterator<'api> {
    handle: *mut sys::TessResultIterator,
    page: *const sys::TessPageIterator,
    _api: &'api mut Api,
}

impl<'api> WordIterator<'api> {
    fn of(api: &'api mut Api) -> Option<Self> {
        // SAFETY: recognition has succeeded; null (no result) is tested for.
        let handle = unsafe { sys::TessBaseAPIGetIterator(api.0) };
        if handle.is_null() {
            return None;
        }
        // SAFETY: the result iterator is live, and is its own page iterator.
        let page = unsafe { sys::TessResultIteratorGetPageIteratorConst(handle) };
        Some(Self { handle, page, _api: api })
    }

    fn begins(&self, level: sys::TessPageIteratorLevel) -> bool {
        // SAFETY: the iterator is live.
        unsafe { sys::TessPageIteratorIsAtBeginningOf(self.page, level) != 0 }
    }

    fn advance(&mut self) -> bool {
        // SAFETY: the iterator is live.
        unsafe { sys::TessResultIteratorNext(self.handle, sys::TessPageIteratorLevel_RIL_WORD) != 0 }
    }

    /// Returns the word here: none where a block holds no text, several where the engine leaves a space inside.
    fn word(&self, size: Size) -> Vec<Word> {
        let level = sys::TessPageIteratorLevel_RIL_WORD;
        // SAFETY: the iterator is live.
        let rect = unsafe { bounding_box(self.page, level, size) };
        // SAFETY: the iterator is live; the text is ours to delete, and null is tested for.
        let text = unsafe {
            let text = sys::TessResultIteratorGetUTF8Text(self.handle, level);
            if text.is_null() {
                return Vec::new();
            }
            let owned = CStr::from_ptr(text).to_string_lossy().into_owned();
            sys::TessDeleteText(text);
            owned
        };
        // SAFETY: the iterator is live.
        let confidence = unsafe { sys::TessResultIteratorConfidence(self.handle, level) };
        let Some(rect) = rect else { return Vec::new() };
        let confidence = Confidence::clamped(confidence / 100.0);
        // Marks of direction say what the order of the words says already.
        let text = text.replace(['\u{200e}', '\u{200f}'], "");
        text.split_whitespace().map(|text| Word::new(text.to_owned(), rect, confidence)).collect()
    }
}

impl Drop for WordIterator<'_> {
    fn drop(&mut self) {
        // SAFETY: the iterator came from TessBaseAPIGetIterator and is deleted once.
        unsafe { sys::TessResultIteratorDelete(self.handle) };
    }
}

/// Returns the part of the page that the iterator is at; none where it is at nothing.
///
/// # Safety
/// The iterator must be live.
pub(super) unsafe fn bounding_box(
    iterator: *const sys::TessPageIterator,
    level: sys::TessPageIteratorLevel,
    size: Size,
) -> Option<Rect> {
    let mut edges: [c_int; 4] = [0; 4];
    let [left, top, right, bottom] = &mut edges;
    // SAFETY: the caller keeps the iterator alive, the pointers are to locals.
    let placed = unsafe { sys::TessPageIteratorBoundingBox(iterator, level, left, top, right, bottom) };
    let [left, top, right, bottom] = edges.map(|edge| u32::try_from(edge).unwrap_or(0));
    let rect = Rect::new(left, top, right.saturating_sub(left), bottom.saturating_sub(top)).clipped(size);
    (placed != 0 && !rect.is_empty()).then_some(rect)
}
