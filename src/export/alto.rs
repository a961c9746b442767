//! ALTO 4.4: the library world's XML for text with its layout.

use std::io::{self, Write};

use super::xml::{Xml, carried, decimal};
use crate::chart::{Line, PageText, PipelineStamp, Rect};

const NAMESPACE: &str = "http://www.loc.gov/standards/alto/ns-v4#";
const SCHEMA: &str = "http://www.loc.gov/standards/alto/ns-v4# http://www.loc.gov/standards/alto/v4/alto-4-4.xsd";

/// Writes the pages of a document as one ALTO file, in pixels of the page images.
pub struct Writer<'a, W: Write> {
    xml: Xml<W>,
    processing: &'a [Processing],
    pages: u32,
}

/// How pages were read. ALTO states this before the pages, which refer to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Processing {
    /// The pipeline.
    pub pipeline: PipelineStamp,
    /// Program and model that read the pages.
    pub engine: String,
}

impl Processing {
    /// Returns how `page` was read.
    pub fn of(page: &PageText) -> Self {
        Self { pipeline: page.pipeline.clone(), engine: page.engine.clone() }
    }

    fn made(&self, page: &PageText) -> bool {
        self.pipeline == page.pipeline && self.engine == page.engine
    }
}

impl<'a, W: Write> Writer<'a, W> {
    /// Begins a document whose pages were read in the ways of `processing`, each once. `system` names the program and
    /// its version.
    ///
    /// # Errors
    /// The output fails.
    pub fn new(out: W, system: &str, processing: &'a [Processing]) -> io::Result<Self> {
        let mut xml = Xml::begin(out)?;
        xml.open(
            "alto",
            &[
                ("xmlns", NAMESPACE),
                ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
                ("xsi:schemaLocation", SCHEMA),
                ("SCHEMAVERSION", "4.4"),
            ],
        )?;
        xml.open("Description", &[])?;
        xml.text("MeasurementUnit", &[], "pixel")?;
        for (index, Processing { pipeline, engine }) in processing.iter().enumerate() {
            // `Processing` is what version 4 has in place of the deprecated `OCRProcessing`.
            xml.open("Processing", &[("ID", &format!("processing_{}", index + 1))])?;
            xml.text("processingStepDescription", &[], &format!("read by {engine}"))?;
            let settings =
                format!("pipeline {} revision {} sha256 {}", pipeline.name, pipeline.revision, pipeline.digest);
            xml.text("processingStepSettings", &[], &settings)?;
            xml.open("processingSoftware", &[])?;
            xml.text("softwareName", &[], system)?;
            xml.close("processingSoftware")?;
            xml.close("Processing")?;
        }
        xml.close("Description")?;
        xml.open("Layout", &[])?;
        Ok(Self { xml, processing, pages: 0 })
    }

    /// Writes the next page.
    ///
    /// # Errors
    /// The output fails.
    pub fn add_page(&mut self, page: &PageText) -> io::Result<()> {
        self.pages += 1;
        let number = self.pages;
        let whole = Rect::new(0, 0, page.image.width, page.image.height);
        let [id, count] = [format!("page_{number}"), number.to_string()];
        let [width, height] = [whole.width, whole.height].map(|length| length.to_string());
        let mut attributes =
            vec![("ID", id.as_str()), ("PHYSICAL_IMG_NR", &count), ("HEIGHT", &height), ("WIDTH", &width)];
        let confidence = page.mean_confidence().map(|confidence| decimal(confidence.value(), 4));
        if let Some(confidence) = &confidence {
            attributes.push(("PC", confidence));
        }
        // ALTO counts the angle of the text counterclockwise, which is the clockwise turn that makes it upright.
        let rotation = decimal(f32::from(page.upright.degrees()) - page.skew_degrees, 2);
        attributes.push(("ROTATION", &rotation));
        let made = self.processing.iter().position(|processing| processing.made(page));
        let made = made.map(|index| format!("processing_{}", index + 1));
        if let Some(made) = &made {
            attributes.push(("PROCESSINGREFS", made));
        }
        self.xml.open("Page", &attributes)?;
        self.placed("PrintSpace", &format!("space_{number}"), &whole)?;
        for (index, block) in page.blocks.iter().enumerate() {
            let place = format!("{number}_{}", index + 1);
            self.placed("TextBlock", &format!("block_{place}"), &block.rect)?;
            for (index, line) in block.lines.iter().enumerate() {
                self.line(line, &format!("{place}_{}", index + 1))?;
            }
            self.xml.close("TextBlock")?;
        }
        self.xml.close("PrintSpace")?;
        self.xml.close("Page")
    }

    /// Writes the end of the file, flushes the output and gives it back.
    ///
    /// # Errors
    /// The output fails.
    pub fn finish(mut self) -> io::Result<W> {
        self.xml.close("Layout")?;
        self.xml.close("alto")?;
        self.xml.finish()
    }

    /// Writes a line, unless it has no word: ALTO has no empty lines.
    fn line(&mut self, line: &Line, place: &str) -> io::Result<()> {
        let words = || line.words.iter().enumerate().filter(|(_, word)| !carried(&word.text).is_empty());
        if words().next().is_none() {
            return Ok(());
        }
        self.placed("TextLine", &format!("line_{place}"), &line.rect)?;
        let mut before: Option<Rect> = None;
        for (index, word) in words() {
            if let Some(before) = before {
                self.space(&before, &word.rect)?;
            }
            let [left, top, width, height] = position(&word.rect);
            self.xml.empty(
                "String",
                &[
                    ("ID", &format!("string_{place}_{}", index + 1)),
                    ("HPOS", &left),
                    ("VPOS", &top),
                    ("WIDTH", &width),
                    ("HEIGHT", &height),
                    ("WC", &decimal(word.confidence.value(), 4)),
                    ("CONTENT", &word.text),
                ],
            )?;
            before = Some(word.rect);
        }
        self.xml.close("TextLine")
    }

    /// Writes the white space between two words; without measures where the second does not stand right of the first.
    fn space(&mut self, before: &Rect, after: &Rect) -> io::Result<()> {
        match after.left.checked_sub(before.right()) {
            Some(width) if before.top < after.bottom() && after.top < before.bottom() => {
                let [left, top, width] = [before.right(), before.top, width].map(|value| value.to_string());
                self.xml.empty("SP", &[("HPOS", &left), ("VPOS", &top), ("WIDTH", &width)])
            }
            _ => self.xml.empty("SP", &[]),
        }
    }

    fn placed(&mut self, name: &str, id: &str, rect: &Rect) -> io::Result<()> {
        let [left, top, width, height] = position(rect);
        self.xml.open(name, &[("ID", id), ("HPOS", &left), ("VPOS", &top), ("WIDTH", &width), ("HEIGHT", &height)])
    }
}

fn position(rect: &Rect) -> [String; 4] {
    [rect.left, rect.top, rect.width, rect.height].map(|value| value.to_string())
}
