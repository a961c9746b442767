//! Reads the codes of a page.
//!
//! Only where codes may be (see [`super::dense`]): first with little effort, as the patch lies and with its bars laid upright;
//! where a page gave nothing so, with more. A code counts only when nothing but itself can have made it: see [`is_sure`].

use std::borrow::Cow;

use image::{DynamicImage, GrayImage, imageops};
use zxingcpp::{Barcode, BarcodeFormat, BarcodeReader, ImageFormat, ImageView, PointI, TextMode};

use super::dense::{Patch, patches, reduced};
use super::patch_code::patch_codes;
use super::straighten;
use crate::chart::{Code, MOST_CODE_BYTES, MOST_CODES, Symbology};

/// Pixels of an image that is looked at as a whole, in every way: a cut-out, not a page.
const SMALL: u32 = 1_000_000;
/// Least bars that have to be read alike, in lines across.
const LEAST_LINES: i32 = 3;
/// Least characters of Code 39, which has no check of its own, and of Code 128, which has one of 103.
const LEAST_CODE_39: usize = 4;
const LEAST_CODE_128: usize = 3;
/// Lean in degrees below which bars are read as they lie.
const UPRIGHT: f32 = 2.0;

/// Reads the codes of a page, at any turn and lean; corners are pixels of `page`. At most [`MOST_CODES`], from the top
/// down, no code twice.
pub fn read(page: &DynamicImage) -> Vec<Code> {
    let gray = match page {
        DynamicImage::ImageLuma8(gray) => Cow::Borrowed(gray),
        other => Cow::Owned(other.to_luma8()),
    };
    if gray.width() == 0 || gray.height() == 0 {
        return Vec::new();
    }
    let mut codes: Vec<Code> = Vec::new();
    if gray.width().saturating_mul(gray.height()) <= SMALL {
        let whole = Patch { left: 0, top: 0, width: gray.width(), height: gray.height() };
        codes = lying(&gray, whole, 1, Effort::All);
        if codes.is_empty() {
            codes = leaning(&gray, whole, 1);
        }
    } else {
        let patches = patches(&gray);
        for looked in [Effort::Some, Effort::All] {
            let mut left = looked.most_pixels();
            for patch in &patches {
                let pixels = u64::from(patch.width) * u64::from(patch.height);
                // A dark edge may run around everything else: such a patch is looked at smaller.
                let factor = pixels.div_ceil(looked.most_pixels()).min(4) as u32;
                let pixels = pixels / u64::from(factor * factor);
                if pixels <= left {
                    left -= pixels;
                    keep(&mut codes, in_patch(&gray, *patch, factor, looked));
                }
            }
            if !codes.is_empty() {
                break;
            }
        }
    }
    codes.extend(patch_codes(&gray));
    codes.sort_by_key(|code| (code.corners[0][1], code.corners[0][0]));
    codes.truncate(MOST_CODES);
    codes
}

/// Reads a patch, of which one pixel in `factor` is looked at in each direction.
fn in_patch(page: &GrayImage, patch: Patch, factor: u32, effort: Effort) -> Vec<Code> {
    let cut = imageops::crop_imm(page, patch.left, patch.top, patch.width, patch.height).to_image();
    let cut = if factor > 1 { reduced(&cut, factor) } else { cut };
    let codes = lying(&cut, patch, factor, effort);
    if codes.is_empty() && effort == Effort::Some { leaning(&cut, patch, factor) } else { codes }
}

/// Reads a patch whose bars lean, once they are upright.
fn leaning(cut: &GrayImage, patch: Patch, factor: u32) -> Vec<Code> {
    let Some(lean) = straighten::lean(cut).filter(|lean| lean.abs() > UPRIGHT) else { return Vec::new() };
    let (upright, back) = straighten::turned(cut, lean);
    scan(&upright, Effort::Some, |point| {
        let (x, y) = back(point.x as f32, point.y as f32);
        on_page(x, y, patch, factor)
    })
}

/// Reads a patch as it lies.
fn lying(cut: &GrayImage, patch: Patch, factor: u32, effort: Effort) -> Vec<Code> {
    scan(cut, effort, |point| on_page(point.x as f32, point.y as f32, patch, factor))
}

fn on_page(x: f32, y: f32, patch: Patch, factor: u32) -> [u32; 2] {
    let factor = factor as f32;
    let at =
        |offset: u32, value: f32, most: u32| offset + ((value * factor).max(0.0) as u32).min(most.saturating_sub(1));
    [at(patch.left, x, patch.width), at(patch.top, y, patch.height)]
}

/// How hard the library tries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Effort {
    Some,
    All,
}

impl Effort {
    /// Returns how many pixels of a page are looked at so: a page of patches is a picture, or writing on a dark ground.
    const fn most_pixels(self) -> u64 {
        match self {
            Self::Some => 5_000_000,
            Self::All => 1_500_000,
        }
    }
}

fn scan(image: &GrayImage, effort: Effort, place: impl Fn(PointI) -> [u32; 2]) -> Vec<Code> {
    let hard = effort == Effort::All;
    let formats = [
        BarcodeFormat::Code128,
        BarcodeFormat::Code39,
        BarcodeFormat::QRCode,
        BarcodeFormat::DataMatrix,
        BarcodeFormat::PDF417,
    ];
    let reader = BarcodeReader::new()
        .formats(formats)
        .try_harder(hard)
        .try_rotate(true)
        .try_invert(hard)
        .try_downscale(hard)
        .min_line_count(LEAST_LINES)
        .max_number_of_symbols(MOST_CODES as i32)
        .text_mode(TextMode::Plain);
    let Ok(view) = ImageView::from_slice(image.as_raw(), image.width(), image.height(), ImageFormat::Lum) else {
        return Vec::new();
    };
    let found = reader.from(view).unwrap_or_default();
    found.iter().filter_map(|found| code(found, &place)).collect()
}

fn code(found: &Barcode, place: impl Fn(PointI) -> [u32; 2]) -> Option<Code> {
    let symbology = match found.symbology() {
        BarcodeFormat::Code128 => Symbology::Code128,
        BarcodeFormat::Code39 => Symbology::Code39,
        BarcodeFormat::QRCode => Symbology::QrCode,
        BarcodeFormat::DataMatrix => Symbology::DataMatrix,
        BarcodeFormat::PDF417 => Symbology::Pdf417,
        _ => return None,
    };
    let text = found.text();
    if !found.is_valid() || !is_sure(symbology, &text) {
        return None;
    }
    let position = found.position();
    let corners = [position.top_left, position.top_right, position.bottom_right, position.bottom_left].map(place);
    Some(Code { symbology, text, corners })
}

/// Says whether a text of this kind is more than chance can make of lines and letters. The squares carry the error
/// correction of Reed and Solomon; bars carry little, so short ones do not count.
fn is_sure(symbology: Symbology, text: &str) -> bool {
    let least = match symbology {
        Symbology::Code39 => LEAST_CODE_39,
        Symbology::Code128 => LEAST_CODE_128,
        Symbology::QrCode | Symbology::DataMatrix | Symbology::Pdf417 | Symbology::PatchCode => 1,
    };
    text.len() <= MOST_CODE_BYTES && text.chars().count() >= least
}

/// Adds codes that are not there yet: patches overlap.
fn keep(codes: &mut Vec<Code>, found: Vec<Code>) {
    for code in found {
        let middle = |code: &Code| {
            let sum = |axis: usize| code.corners.iter().map(|corner| i64::from(corner[axis])).sum::<i64>() / 4;
            (sum(0), sum(1))
        };
        let (x, y) = middle(&code);
        let same = |other: &Code| {
            let (other_x, other_y) = middle(other);
            other.text == code.text
                && other.symbology == code.symbology
                && (other_x - x).abs() + (other_y - y).abs() < 60
        };
        if !codes.iter().any(same) {
            codes.push(code);
        }
    }
}
