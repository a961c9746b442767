//! hOCR 1.2: XHTML whose elements carry boxes, confidence and baselines.

use std::io::{self, Write};

use quick_xml::events::{BytesText, Event};

use super::xml::{Xml, carried, decimal};
use crate::chart::{Line, PageText, QuarterTurns, Rect};

const DOCUMENT_TYPE: &str = "html PUBLIC \"-//W3C//DTD XHTML 1.0 Transitional//EN\" \
                             \"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd\"";

/// Writes the pages of a document as one hOCR file.
///
/// Boxes are pixels of the page image. The `image` of a page is its page id; no file name is given away.
pub struct Writer<W: Write> {
    xml: Xml<W>,
    pages: u32,
}

impl<W: Write> Writer<W> {
    /// Begins a document. `title` is for people and must not say anything about a patient; `system` names the program
    /// and its version.
    ///
    /// # Errors
    /// The output fails.
    pub fn new(out: W, title: &str, system: &str) -> io::Result<Self> {
        let mut xml = Xml::begin(out)?;
        xml.event(Event::DocType(BytesText::from_escaped(DOCUMENT_TYPE)))?;
        xml.open("html", &[("xmlns", "http://www.w3.org/1999/xhtml")])?;
        xml.open("head", &[])?;
        xml.text("title", &[], title)?;
        xml.empty("meta", &[("http-equiv", "Content-Type"), ("content", "text/html; charset=utf-8")])?;
        xml.empty("meta", &[("name", "ocr-system"), ("content", system)])?;
        xml.empty(
            "meta",
            &[("name", "ocr-capabilities"), ("content", "ocr_page ocr_carea ocr_line ocrx_word ocrp_wconf")],
        )?;
        xml.close("head")?;
        xml.open("body", &[])?;
        Ok(Self { xml, pages: 0 })
    }

    /// Writes the next page.
    ///
    /// # Errors
    /// The output fails.
    pub fn add_page(&mut self, page: &PageText) -> io::Result<()> {
        let title = format!(
            "image \"{}\"; bbox 0 0 {} {}; ppageno {}; scan_res {} {}",
            page.page,
            page.image.width,
            page.image.height,
            self.pages,
            decimal(page.image.dpi.0, 0),
            decimal(page.image.dpi.1, 0)
        );
        self.pages += 1;
        let number = self.pages;
        self.xml.open("div", &[("class", "ocr_page"), ("id", &format!("page_{number}")), ("title", &title)])?;
        for (index, block) in page.blocks.iter().enumerate() {
            let id = format!("block_{number}_{}", index + 1);
            self.xml.open("div", &[("class", "ocr_carea"), ("id", &id), ("title", &bbox(&block.rect))])?;
            for (line_index, line) in block.lines.iter().enumerate() {
                self.line(page, line, &format!("{number}_{}_{}", index + 1, line_index + 1))?;
            }
            self.xml.close("div")?;
        }
        self.xml.close("div")
    }

    /// Writes the end of the file, flushes the output and gives it back.
    ///
    /// # Errors
    /// The output fails.
    pub fn finish(mut self) -> io::Result<W> {
        self.xml.close("body")?;
        self.xml.close("html")?;
        self.xml.finish()
    }

    fn line(&mut self, page: &PageText, line: &Line, place: &str) -> io::Result<()> {
        let title = format!("{}; {}", bbox(&line.rect), direction(page, &line.rect));
        self.xml.open("span", &[("class", "ocr_line"), ("id", &format!("line_{place}")), ("title", &title)])?;
        for (index, word) in line.words.iter().enumerate() {
            let text = carried(&word.text);
            if text.is_empty() {
                continue;
            }
            let percent = decimal(word.confidence.value() * 100.0, 0);
            let title = format!("{}; x_wconf {percent}", bbox(&word.rect));
            let id = format!("word_{place}_{}", index + 1);
            self.xml.text("span", &[("class", "ocrx_word"), ("id", &id), ("title", &title)], &text)?;
        }
        self.xml.close("span")
    }
}

fn bbox(rect: &Rect) -> String {
    format!("bbox {} {} {} {}", rect.left, rect.top, rect.right(), rect.bottom())
}

/// Returns the baseline of an upright line, or the angle of a turned one, for which hOCR defines no baseline.
///
/// The baseline is a slope and the height above the lower left corner of the box, downward counted positive.
fn direction(page: &PageText, rect: &Rect) -> String {
    match page.upright {
        QuarterTurns::None => {
            let slope = page.skew_degrees.to_radians().tan();
            let offset = (-slope * rect.width as f32).min(0.0);
            format!("baseline {} {}", decimal(slope, 4), decimal(offset, 0))
        }
        turn => format!("textangle {}", turn.degrees()),
    }
}
