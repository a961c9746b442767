//! Tells the format of a file from its content. Formats that are not read have names too, so that the refusal is
//! useful.

use std::fmt;

use crate::chart::{Reject, RejectReason};

/// A file format that is told apart by content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// TIFF and BigTIFF.
    Tiff,
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
    /// WebP; of an animation the first frame.
    WebP,
    /// JPEG 2000, as JP2 file or bare codestream.
    Jpeg2000,
    /// JBIG2 file.
    Jbig2,
    /// Windows bitmap.
    Bmp,
    /// GIF; of an animation the first frame.
    Gif,
    /// PDF; read by the `pdf` module, not here.
    Pdf,
    /// HEIC or HEIF photograph.
    Heic,
    /// AVIF.
    Avif,
    /// JPEG XL.
    JpegXl,
    /// JPEG XR.
    JpegXr,
    /// Photoshop document.
    Photoshop,
    /// DjVu.
    DjVu,
    /// DICOM.
    Dicom,
    /// PostScript or EPS.
    PostScript,
    /// Microsoft Office document before 2007 (DOC, XLS, PPT, MSG).
    OldOffice,
    /// Word document (DOCX).
    Word,
    /// Office document in a ZIP container (XLSX, PPTX, ODT, ...).
    Office,
    /// Rich text.
    Rtf,
    /// ZIP archive.
    Zip,
    /// gzip, bzip2, xz, 7z, RAR or zstd archive.
    Compressed,
    /// SVG drawing.
    Svg,
    /// HTML page.
    Html,
    /// Other XML.
    Xml,
    /// Plain text.
    Text,
}

impl Format {
    /// Returns the name that people know.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tiff => "TIFF",
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::WebP => "WebP",
            Self::Jpeg2000 => "JPEG 2000",
            Self::Jbig2 => "JBIG2",
            Self::Bmp => "BMP",
            Self::Gif => "GIF",
            Self::Pdf => "PDF",
            Self::Heic => "HEIC",
            Self::Avif => "AVIF",
            Self::JpegXl => "JPEG XL",
            Self::JpegXr => "JPEG XR",
            Self::Photoshop => "Photoshop",
            Self::DjVu => "DjVu",
            Self::Dicom => "DICOM",
            Self::PostScript => "PostScript",
            Self::OldOffice => "Microsoft Office (DOC, XLS, PPT)",
            Self::Word => "Word (DOCX)",
            Self::Office => "office document",
            Self::Rtf => "rich text (RTF)",
            Self::Zip => "ZIP",
            Self::Compressed => "compressed archive",
            Self::Svg => "SVG",
            Self::Html => "HTML",
            Self::Xml => "XML",
            Self::Text => "plain text",
        }
    }

    /// Says whether [`super::page`] decodes it.
    pub const fn is_decoded(self) -> bool {
        matches!(
            self,
            Self::Tiff | Self::Jpeg | Self::Png | Self::WebP | Self::Jpeg2000 | Self::Jbig2 | Self::Bmp | Self::Gif
        )
    }

    /// Returns the error for a file that is not decoded here: what it is and what to do.
    pub(super) fn refusal(self) -> Reject {
        let advice = match self {
            Self::Pdf => "it is read page by page elsewhere, not as a picture",
            Self::Heic | Self::Avif | Self::JpegXl | Self::JpegXr | Self::Photoshop | Self::DjVu | Self::Dicom => {
                "convert it to TIFF, PNG or JPEG"
            }
            Self::Zip | Self::Compressed => "unpack it and take in the files that it contains",
            Self::PostScript
            | Self::OldOffice
            | Self::Word
            | Self::Office
            | Self::Rtf
            | Self::Svg
            | Self::Html
            | Self::Xml
            | Self::Text => "print or export it to PDF",
            _ => "convert it to PDF, TIFF, PNG or JPEG",
        };
        Reject::file(RejectReason::UnsupportedFormat, format!("The content is {self}, which is not read: {advice}."))
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Tells the format of a file from its first bytes; `None` when nothing known is recognised.
pub fn sniff(data: &[u8]) -> Option<Format> {
    picture(data).or_else(|| pdf(data)).or_else(|| container(data)).or_else(|| written(data))
}

fn picture(data: &[u8]) -> Option<Format> {
    let found = match data {
        // "II" and "MM" with 42 or 43 in either order: some writers mix them up, the reader sorts it out.
        [b'I', b'I', 42 | 43, 0, ..] | [b'M', b'M', 0, 42 | 43, ..] => Format::Tiff,
        [b'I', b'I', 0xBC, ..] => Format::JpegXr,
        [0xFF, 0xD8, 0xFF, ..] => Format::Jpeg,
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n', ..] => Format::Png,
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Format::WebP,
        [0, 0, 0, 12, b'j', b'P', b' ', b' ', b'\r', b'\n', 0x87, b'\n', ..] => Format::Jpeg2000,
        [0xFF, 0x4F, 0xFF, 0x51, ..] => Format::Jpeg2000,
        [0x97, b'J', b'B', b'2', b'\r', b'\n', 0x1A, b'\n', ..] => Format::Jbig2,
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Format::Gif,
        [b'B', b'M', ..] if is_bmp(data) => Format::Bmp,
        [0, 0, 0, 12, b'J', b'X', b'L', b' ', ..] | [0xFF, 0x0A, ..] => Format::JpegXl,
        [b'8', b'B', b'P', b'S', 0, 1 | 2, ..] => Format::Photoshop,
        [b'A', b'T', b'&', b'T', b'F', b'O', b'R', b'M', ..] => Format::DjVu,
        [_, _, _, _, b'f', b't', b'y', b'p', rest @ ..] => return media_brand(data, rest),
        _ if data.get(128..132) == Some(b"DICM") => Format::Dicom,
        _ => return None,
    };
    Some(found)
}

/// "BM" begins many a text: the size of the information header must be one that exists.
fn is_bmp(data: &[u8]) -> bool {
    data.get(14..18)
        .and_then(|bytes| bytes.try_into().ok())
        .is_some_and(|size| matches!(u32::from_le_bytes(size), 12 | 16 | 40 | 52 | 56 | 64 | 108 | 124))
}

/// Looks at the main and the compatible brands of an ISO media file.
fn media_brand(data: &[u8], rest: &[u8]) -> Option<Format> {
    let length = data.first_chunk().map_or(0, |bytes| u32::from_be_bytes(*bytes)).clamp(16, 256) as usize;
    let brands = || rest.get(..length - 8).unwrap_or(rest).chunks_exact(4);
    if brands().any(|brand| matches!(brand, b"avif" | b"avis")) {
        return Some(Format::Avif);
    }
    brands().find_map(|brand| match brand {
        b"heic" | b"heix" | b"hevc" | b"hevx" | b"heim" | b"heis" | b"mif1" | b"msf1" | b"mif2" | b"heif" => {
            Some(Format::Heic)
        }
        b"jp2 " | b"jpx " | b"jpm " => Some(Format::Jpeg2000),
        _ => None,
    })
}

/// Readers look for the header within the first 1024 bytes; mail gateways and printers put things in front of it.
fn pdf(data: &[u8]) -> Option<Format> {
    contains(&data[..data.len().min(1024)], b"%PDF-").then_some(Format::Pdf)
}

fn container(data: &[u8]) -> Option<Format> {
    let found = match data {
        [b'%', b'!', b'P', b'S', ..] | [0xC5, 0xD0, 0xD3, 0xC6, ..] => Format::PostScript,
        [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, ..] => Format::OldOffice,
        [b'{', b'\\', b'r', b't', b'f', ..] => Format::Rtf,
        [b'P', b'K', 3, 4, ..] => {
            let head = &data[..data.len().min(4096)];
            if contains(head, b"word/") {
                Format::Word
            } else if contains(head, b"xl/")
                || contains(head, b"ppt/")
                || contains(head, b"[Content_Types].xml")
                || contains(head, b"application/vnd.oasis.opendocument")
            {
                Format::Office
            } else {
                Format::Zip
            }
        }
        [b'P', b'K', 5, 6, ..] => Format::Zip,
        [0x1F, 0x8B, ..]
        | [b'B', b'Z', b'h', ..]
        | [0xFD, b'7', b'z', b'X', b'Z', 0, ..]
        | [b'7', b'z', 0xBC, 0xAF, 0x27, 0x1C, ..]
        | [b'R', b'a', b'r', b'!', 0x1A, 7, ..]
        | [0x28, 0xB5, 0x2F, 0xFD, ..] => Format::Compressed,
        _ => return None,
    };
    Some(found)
}

fn written(data: &[u8]) -> Option<Format> {
    let head = &data[..data.len().min(4096)];
    let utf16 = head.starts_with(&[0xFF, 0xFE]) || head.starts_with(&[0xFE, 0xFF]);
    let body = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii_start();
    let lower = body.to_ascii_lowercase();
    if lower.starts_with(b"<svg") || (lower.starts_with(b"<") && contains(&lower, b"<svg")) {
        return Some(Format::Svg);
    }
    if lower.starts_with(b"<!doctype html") || lower.starts_with(b"<html") || lower.starts_with(b"<head") {
        return Some(Format::Html);
    }
    if lower.starts_with(b"<?xml") {
        return Some(if contains(&lower, b"<html") { Format::Html } else { Format::Xml });
    }
    let controls = head.iter().filter(|byte| **byte < 32 && !b"\t\n\r\x0C\x1B".contains(byte)).count();
    (utf16 || (!head.is_empty() && controls == 0 && is_mostly_text(head))).then_some(Format::Text)
}

/// UTF-8 (possibly cut at the end), or an 8-bit code that is mostly ASCII.
fn is_mostly_text(head: &[u8]) -> bool {
    match std::str::from_utf8(head) {
        Ok(_) => true,
        Err(error) if error.error_len().is_none() => true,
        Err(_) => head.iter().filter(|byte| byte.is_ascii()).count() * 10 >= head.len() * 7,
    }
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_decides() {
        let cases: [(&[u8], Option<Format>); 17] = [
            (b"II\x2a\0\x08\0\0\0", Some(Format::Tiff)),
            (b"MM\0\x2b\0\x08\0\0", Some(Format::Tiff)),
            (b"\xFF\xD8\xFF\xE0", Some(Format::Jpeg)),
            (b"GIF89a", Some(Format::Gif)),
            (b"BMI of the patient: see below, page 2", Some(Format::Text)),
            (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", Some(Format::Heic)),
            (b"\0\0\0\x18ftypmif1\0\0\0\0avifmif1", Some(Format::Avif)),
            (b"\0\0\0\x18ftypavif\0\0\0\0mif1miaf", Some(Format::Avif)),
            (b"%PDF-1.7\n", Some(Format::Pdf)),
            (b"\x1b%-12345X@PJL\n%PDF-1.4", Some(Format::Pdf)),
            (b"%!PS-Adobe-3.0", Some(Format::PostScript)),
            (b"PK\x03\x04............word/document.xml", Some(Format::Word)),
            (b"<?xml version='1.0'?><svg/>", Some(Format::Svg)),
            (b" <!DOCTYPE html><p>", Some(Format::Html)),
            (b"Dear colleague,\n", Some(Format::Text)),
            (b"\0\x01\x02\x03\x04\x05", None),
            (b"", None),
        ];
        for (data, expected) in cases {
            assert_eq!(sniff(data), expected, "{data:?}");
        }
    }

    #[test]
    fn refusals_say_what_to_do() {
        let reject = Format::Heic.refusal();
        assert_eq!(reject.reason, RejectReason::UnsupportedFormat);
        assert!(reject.message.contains("HEIC") && reject.message.contains("TIFF, PNG or JPEG"), "{}", reject.message);
    }
}
