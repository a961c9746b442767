//! The last resort: Leptonica with libtiff and libjpeg, for what the decoders in Rust do not read.
#![expect(unsafe_code, reason = "Leptonica is a C library; every call into it is in this file")]

use std::ffi::{c_char, c_int};
use std::ptr::NonNull;

use leptonica_sys as sys;

use super::color;
use crate::chart::{PageNumber, Size};
use crate::imaging::{Limits, Raster};

/// Decodes one page of a TIFF file, its orientation applied. The caller has checked the size that it states.
pub(super) fn tiff(data: &[u8], number: PageNumber, limits: &Limits) -> Option<Raster> {
    let index = c_int::try_from(number.index()).ok()?;
    // SAFETY: the pointer and the length are of one live slice, which the function only reads.
    let pix = Pix::take(|| unsafe { sys::pixReadMemTiff(data.as_ptr(), data.len(), index) })?;
    pix.raster(limits, false)
}

/// Decodes a JPEG file; warnings of libjpeg mean damage.
pub(super) fn jpeg(data: &[u8], limits: &Limits) -> Option<Raster> {
    let mut warnings: c_int = 0;
    let pix = Pix::take(|| {
        // SAFETY: the slice and the counter outlive the call, which only reads the one and writes the other.
        unsafe { sys::pixReadMemJpeg(data.as_ptr(), data.len(), 0, 1, &raw mut warnings, 0) }
    })?;
    pix.raster(limits, true)
}

extern "C" fn discard(_message: *const c_char) {}

/// An image that Leptonica owns.
struct Pix(NonNull<sys::PIX>);

impl Pix {
    fn take(read: impl FnOnce() -> *mut sys::PIX) -> Option<Self> {
        // SAFETY: both set a global of the library to a value that stays valid; it writes about foreign files on stderr
        // otherwise.
        unsafe {
            sys::setMsgSeverity(sys::L_SEVERITY_NONE as c_int);
            sys::leptSetStderrHandler(Some(discard));
        }
        NonNull::new(read()).map(Self)
    }

    // SAFETY: every caller passes a function of the library that takes a live image and an option.
    fn map(&self, convert: unsafe extern "C" fn(*mut sys::PIX, c_int) -> *mut sys::PIX, option: c_int) -> Option<Self> {
        // SAFETY: the pointer is a live image; the functions passed here return a new image (or another reference) or
        // null.
        NonNull::new(unsafe { convert(self.0.as_ptr(), option) }).map(Self)
    }

    fn raster(self, limits: &Limits, damaged: bool) -> Option<Raster> {
        let (mut width, mut height, mut depth) = (0, 0, 0);
        // SAFETY: the pointer is a live image and the three numbers outlive the call.
        unsafe { sys::pixGetDimensions(self.0.as_ptr(), &raw mut width, &raw mut height, &raw mut depth) };
        let size = Size { width: u32::try_from(width).ok()?, height: u32::try_from(height).ok()? };
        if size.pixels() == 0 || size.pixels() > limits.max_pixels {
            return None;
        }
        // SAFETY: the pointer is a live image; the colour map is only compared with null.
        let has_palette = unsafe { !sys::pixGetColormap(self.0.as_ptr()).is_null() };
        let plain =
            if has_palette { self.map(sys::pixRemoveColormap, sys::REMOVE_CMAP_BASED_ON_SRC as c_int)? } else { self };
        // SAFETY: the pointer is a live image.
        let depth = unsafe { sys::pixGetDepth(plain.0.as_ptr()) };
        let ready = match depth {
            1 | 8 | 32 => plain,
            2 | 4 | 16 => plain.map(sys::pixConvertTo8, 0)?,
            _ => return None,
        };
        let (channels, pixels) = ready.pixels(size)?;
        let image = color::image(size, channels, pixels)?;
        Some(Raster { image, dpi: None, bilevel: depth == 1, damaged })
    }

    /// Copies the pixels out of the 32-bit words, whose first pixel is in the highest bits.
    fn pixels(&self, size: Size) -> Option<(usize, Vec<u8>)> {
        // SAFETY: the pointer is a live image.
        let (depth, stored, words_per_line, data) = unsafe {
            let pix = self.0.as_ptr();
            (sys::pixGetDepth(pix), sys::pixGetSpp(pix), sys::pixGetWpl(pix), sys::pixGetData(pix))
        };
        let (width, height) = (size.width as usize, size.height as usize);
        let words_per_line = usize::try_from(words_per_line).ok()?;
        if data.is_null() || words_per_line * 32 < width.checked_mul(usize::try_from(depth).ok()?)? {
            return None;
        }
        // SAFETY: Leptonica allocates `words_per_line * height` words for an image, and it lives as long as `self`.
        let words: &[u32] = unsafe { std::slice::from_raw_parts(data, words_per_line.checked_mul(height)?) };
        let channels = if depth == 32 { 3 } else { 1 };
        let mut pixels = Vec::with_capacity(width * height * channels);
        for line in words.chunks_exact(words_per_line) {
            match depth {
                1 => pixels.extend((0..width).map(|x| if line[x / 32] >> (31 - x % 32) & 1 == 1 { 0 } else { 255 })),
                8 => pixels.extend((0..width).map(|x| (line[x / 4] >> (24 - 8 * (x % 4))) as u8)),
                _ => pixels.extend(line[..width].iter().flat_map(|word| {
                    let [red, green, blue, alpha] = word.to_be_bytes();
                    let alpha = if stored == 4 { alpha } else { 255 };
                    [red, green, blue].map(|sample| color::over_white(sample, alpha))
                })),
            }
        }
        Some((channels, pixels))
    }
}

impl Drop for Pix {
    fn drop(&mut self) {
        let mut pointer = self.0.as_ptr();
        // SAFETY: this value owns one reference to the image and gives it up here, once.
        unsafe { sys::pixDestroy(&raw mut pointer) };
    }
}
