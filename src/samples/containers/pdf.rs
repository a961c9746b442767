//! Scanned PDF: one image per page. Objects are written as they come, so that a thousand pages need no memory.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use pdf_writer::{Chunk, Content, Filter, Finish as _, Name, Rect, Ref};

use super::bilevel::Bilevel;
use super::photo;
use crate::samples::options::{Container, SampleError};
use crate::samples::sheet::Sheet;

/// A PDF being written.
pub(in crate::samples) struct PdfFile {
    path: PathBuf,
    container: Container,
    out: BufWriter<File>,
    written: u64,
    /// Where each object begins; object 1 is the catalogue, 2 the page tree.
    offsets: Vec<u64>,
    pages: Vec<Ref>,
}

const CATALOG: Ref = Ref::new(1);
const TREE: Ref = Ref::new(2);

impl PdfFile {
    /// Creates the file.
    pub(super) fn create(path: &Path, container: Container) -> Result<Self, SampleError> {
        let out = BufWriter::new(File::create(path).map_err(SampleError::write(path))?);
        let mut file =
            Self { path: path.to_owned(), container, out, written: 0, offsets: vec![0; 2], pages: Vec::new() };
        file.write(b"%PDF-1.5\n%\xE2\xE3\xCF\xD3\n")?;
        Ok(file)
    }

    /// Writes a page.
    pub(super) fn add(&mut self, sheet: &Sheet) -> Result<(), SampleError> {
        let size = sheet.size();
        let (width, height) = (size.width as i32, size.height as i32);
        let points = |pixels: u32| pixels as f32 * 72.0 / sheet.dpi as f32;
        let (page, image, content) = (self.next(0), self.next(1), self.next(2));

        let mut chunk = Chunk::new();
        let mut writer = chunk.page(page);
        writer.parent(TREE).media_box(Rect::new(0.0, 0.0, points(size.width), points(size.height))).contents(content);
        writer.resources().x_objects().pair(Name(b"Im0"), image);
        writer.finish();
        self.object(&chunk)?;

        let colored = sheet.planes.len() == 3;
        let data = match self.container {
            Container::PdfJpeg => photo::jpeg(sheet)?,
            Container::PdfJbig2 => Bilevel::threshold(&sheet.planes[0]).jbig2()?,
            _ => Bilevel::threshold(&sheet.planes[0]).group4(),
        };
        let mut chunk = Chunk::new();
        let mut writer = chunk.image_xobject(image, &data);
        writer.width(width).height(height);
        match self.container {
            Container::PdfJpeg => {
                writer.bits_per_component(8).filter(Filter::DctDecode);
                if colored {
                    writer.color_space().device_rgb();
                } else {
                    writer.color_space().device_gray();
                }
            }
            Container::PdfJbig2 => {
                writer.bits_per_component(1).filter(Filter::Jbig2Decode);
                writer.color_space().device_gray();
            }
            _ => {
                writer.bits_per_component(1).filter(Filter::CcittFaxDecode);
                writer.color_space().device_gray();
                writer.decode_parms().k(-1).columns(width).rows(height);
            }
        }
        writer.finish();
        self.object(&chunk)?;

        let mut drawing = Content::new();
        drawing.save_state();
        drawing.transform([points(size.width), 0.0, 0.0, points(size.height), 0.0, 0.0]);
        drawing.x_object(Name(b"Im0"));
        drawing.restore_state();
        let mut chunk = Chunk::new();
        chunk.stream(content, &drawing.finish());
        self.object(&chunk)?;
        self.pages.push(page);
        Ok(())
    }

    /// Writes the page tree and the table of objects.
    pub(super) fn finish(mut self) -> Result<(), SampleError> {
        let mut chunk = Chunk::new();
        chunk.pages(TREE).kids(self.pages.iter().copied()).count(self.pages.len() as i32);
        self.offsets[1] = self.written;
        self.write(chunk.as_bytes())?;
        let mut chunk = Chunk::new();
        let mut catalog = chunk.indirect(CATALOG).dict();
        catalog.pair(Name(b"Type"), Name(b"Catalog")).pair(Name(b"Pages"), TREE);
        catalog.finish();
        self.offsets[0] = self.written;
        self.write(chunk.as_bytes())?;
        let table = self.written;
        let count = self.offsets.len() + 1;
        let mut end = format!("xref\n0 {count}\n0000000000 65535 f \n");
        for offset in &self.offsets {
            end += &format!("{offset:010} 00000 n \n");
        }
        end += &format!("trailer\n<< /Size {count} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n");
        self.write(end.as_bytes())?;
        self.out.flush().map_err(SampleError::write(&self.path))
    }

    fn next(&self, ahead: usize) -> Ref {
        Ref::new((self.offsets.len() + 1 + ahead) as i32)
    }

    fn object(&mut self, chunk: &Chunk) -> Result<(), SampleError> {
        self.offsets.push(self.written);
        self.write(chunk.as_bytes())
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), SampleError> {
        self.written += bytes.len() as u64;
        self.out.write_all(bytes).map_err(SampleError::write(&self.path))
    }
}
