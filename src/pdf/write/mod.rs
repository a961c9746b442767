//! Writes a searchable PDF/A-2b, one page at a time: the page images as they are, and the text invisibly over them.
//!
//! Memory stays flat: what is kept of a written page is the offset of its few objects. Colours are sRGB or gray under an
//! sRGB output intent; CMYK scans keep their samples and are given a profile of their own.

mod font;
mod icc;
mod image_object;
mod metadata;
mod objects;
mod pack;
mod plain;
mod text_layer;
mod truetype;
mod visual_order;

use std::io::{self, Write};

use image::DynamicImage;
use image::metadata::Orientation;

pub use self::metadata::Metadata;
pub use self::pack::pack;
pub use self::plain::plain_pages;

use self::font::InvisibleFont;
use self::image_object::SharedObjects;
use self::objects::{Objects, Ref, deflate, number};
use super::image_stream::{ImageStream, PlacedImage};
use crate::chart::{PageText, QuarterTurns};

/// Pages below one node of the page tree.
const PAGES_PER_NODE: usize = 64;
/// The shortest and the longest edge of a page in points (PDF/A-2, 6.1.13).
const EDGES: (f64, f64) = (3.0, 14_400.0);

/// A page to write.
pub struct OutputPage<'a> {
    /// What the page shows.
    pub image: OutputImage,
    /// Width and height of the page image in points, before `turn`.
    pub size_points: (f32, f32),
    /// The clockwise turn for viewing.
    pub turn: QuarterTurns,
    /// The text laid invisibly over the image; its rectangles refer to the page image before `turn`.
    pub text: Option<&'a PageText>,
}

/// The image of a page.
pub enum OutputImage {
    /// An encoded image, shown as it is stored and passed through unchanged.
    Stream(ImageStream),
    /// An encoded image, passed through unchanged and turned or mirrored when shown.
    Placed(PlacedImage),
    /// Pixels, packed without loss.
    Pixels(DynamicImage),
}

/// Why a file cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The output failed.
    #[error("the PDF cannot be written: {0}")]
    Output(#[from] io::Error),
    /// A page size that is no positive number.
    #[error("page {page} cannot be written: its size of {width} x {height} points is not a size")]
    PageSize {
        /// Number of the page in the output, from 1.
        page: usize,
        /// Points across.
        width: f32,
        /// Points down.
        height: f32,
    },
    /// An image without pixels.
    #[error("page {page} cannot be written: its image has no pixels")]
    EmptyImage {
        /// Number of the page in the output, from 1.
        page: usize,
    },
    /// No page was added.
    #[error("a PDF needs at least one page")]
    NoPages,
}

/// Writes one PDF/A-2b file. Drop it without [`Writer::finish`] and the file stays unfinished.
pub struct Writer<W: Write> {
    objects: Objects<W>,
    shared: SharedObjects,
    font: Option<InvisibleFont>,
    metadata: Metadata,
    catalog: Ref,
    tree: Ref,
    /// Nodes below the root, each with its number and its pages.
    nodes: Vec<(Ref, Vec<Ref>)>,
    pages: usize,
}

impl<W: Write> Writer<W> {
    /// Begins the file.
    ///
    /// # Errors
    /// The output fails.
    pub fn new(out: W, metadata: Metadata) -> Result<Self, WriteError> {
        let mut objects = Objects::begin(out)?;
        let (catalog, tree) = (objects.allocate(), objects.allocate());
        Ok(Self {
            objects,
            shared: SharedObjects::default(),
            font: None,
            metadata,
            catalog,
            tree,
            nodes: Vec::new(),
            pages: 0,
        })
    }

    /// Writes the next page.
    ///
    /// # Errors
    /// The output fails, the image is empty, or the size is no size. The file is of no use afterwards.
    pub fn add_page(&mut self, page: &OutputPage<'_>) -> Result<(), WriteError> {
        self.pages += 1;
        let size = self.page_size(page.size_points)?;
        let (image, orientation) = match &page.image {
            OutputImage::Stream(stream) => (self.image(stream)?, Orientation::NoTransforms),
            OutputImage::Placed(placed) => (self.image(&placed.stream)?, placed.orientation),
            OutputImage::Pixels(pixels) => {
                if pixels.width() == 0 || pixels.height() == 0 {
                    return Err(WriteError::EmptyImage { page: self.pages });
                }
                (self.image(&pack(pixels))?, Orientation::NoTransforms)
            }
        };
        let mut operators = format!("q\n{} cm\n/I Do\nQ\n", image_matrix(orientation, size));
        let mut resources = format!("/XObject << /I {image} >>");
        if let Some(text) = page.text.filter(|text| text.words().next().is_some()) {
            let font = self.font.get_or_insert_with(|| InvisibleFont::new(self.objects.allocate()));
            operators.push_str(&text_layer::operators(text, size, font));
            resources.push_str(&format!(" /Font << /F {} >>", font.id()));
        }
        let content = self.objects.allocate();
        self.objects.stream(content, "/Filter /FlateDecode", &deflate(operators.as_bytes()))?;
        let id = self.objects.allocate();
        let parent = self.node_for(id);
        let turn = match page.turn.degrees() {
            0 => String::new(),
            degrees => format!(" /Rotate {degrees}"),
        };
        self.objects.object(
            id,
            &format!(
                "<< /Type /Page /Parent {parent} /MediaBox [0 0 {} {}]{turn} /Resources << {resources} >> \
                 /Contents {content} >>",
                number(size.0),
                number(size.1),
            ),
        )?;
        Ok(())
    }

    /// Writes the end of the file and gives the output back, flushed.
    ///
    /// # Errors
    /// The output fails, or there is no page.
    pub fn finish(mut self) -> Result<W, WriteError> {
        if self.pages == 0 {
            return Err(WriteError::NoPages);
        }
        for (id, pages) in &self.nodes {
            self.objects.object(
                *id,
                &format!(
                    "<< /Type /Pages /Parent {} /Count {} /Kids [{}] >>",
                    self.tree,
                    pages.len(),
                    references(pages.iter())
                ),
            )?;
        }
        let kids = references(self.nodes.iter().map(|(id, _)| id));
        self.objects.object(self.tree, &format!("<< /Type /Pages /Count {} /Kids [{kids}] >>", self.pages))?;
        if let Some(font) = &self.font {
            font.write(&mut self.objects)?;
        }
        let profile = self.shared.profile(&mut self.objects, &icc::srgb(), 3)?;
        let [packet, intent, info] = std::array::from_fn(|_| self.objects.allocate());
        self.objects.stream(packet, "/Type /Metadata /Subtype /XML", self.metadata.xmp().as_bytes())?;
        self.objects.object(
            intent,
            &format!(
                "<< /Type /OutputIntent /S /GTS_PDFA1 /OutputConditionIdentifier (sRGB IEC61966-2.1) \
                 /Info (sRGB IEC61966-2.1) /RegistryName (http://www.color.org) /DestOutputProfile {profile} >>"
            ),
        )?;
        self.objects.object(info, &self.metadata.info())?;
        self.objects.object(
            self.catalog,
            &format!(
                "<< /Type /Catalog /Pages {} /Metadata {packet} /OutputIntents [{intent}] \
                 /ViewerPreferences << /DisplayDocTitle true >> >>",
                self.tree
            ),
        )?;
        Ok(self.objects.finish(self.catalog, info)?)
    }

    fn image(&mut self, stream: &ImageStream) -> Result<Ref, WriteError> {
        if stream.size.pixels() == 0 {
            return Err(WriteError::EmptyImage { page: self.pages });
        }
        Ok(self.shared.write_image(&mut self.objects, stream)?)
    }

    /// Brings a size into the limits of PDF/A, keeping its proportions where that is possible.
    fn page_size(&self, (width, height): (f32, f32)) -> Result<(f64, f64), WriteError> {
        if !(width.is_finite() && height.is_finite() && width > 0.0 && height > 0.0) {
            return Err(WriteError::PageSize { page: self.pages, width, height });
        }
        let (width, height) = (f64::from(width), f64::from(height));
        let factor = (EDGES.0 / width.min(height)).max(1.0) * (EDGES.1 / width.max(height)).min(1.0);
        Ok(((width * factor).clamp(EDGES.0, EDGES.1), (height * factor).clamp(EDGES.0, EDGES.1)))
    }

    fn node_for(&mut self, page: Ref) -> Ref {
        match self.nodes.last_mut() {
            Some((id, pages)) if pages.len() < PAGES_PER_NODE => {
                pages.push(page);
                *id
            }
            _ => {
                let id = self.objects.allocate();
                self.nodes.push((id, vec![page]));
                id
            }
        }
    }
}

fn references<'a>(ids: impl Iterator<Item = &'a Ref>) -> String {
    ids.map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

/// Returns the matrix that lays the unit square of an image over a page of `size` points.
fn image_matrix(orientation: Orientation, (w, h): (f64, f64)) -> String {
    let matrix = match orientation {
        Orientation::NoTransforms => [w, 0.0, 0.0, h, 0.0, 0.0],
        Orientation::FlipHorizontal => [-w, 0.0, 0.0, h, w, 0.0],
        Orientation::Rotate180 => [-w, 0.0, 0.0, -h, w, h],
        Orientation::FlipVertical => [w, 0.0, 0.0, -h, 0.0, h],
        Orientation::Rotate90FlipH => [0.0, -h, -w, 0.0, w, h],
        Orientation::Rotate90 => [0.0, -h, w, 0.0, 0.0, h],
        Orientation::Rotate270FlipH => [0.0, h, w, 0.0, 0.0, 0.0],
        Orientation::Rotate270 => [0.0, h, -w, 0.0, w, 0.0],
    };
    matrix.map(number).join(" ")
}
