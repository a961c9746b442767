//! Numbered PDF objects, written one after the other. Only their offsets stay in memory.

use std::io::{self, Write};

use crate::chart::Hasher;

/// The largest offset that the ten digits of a cross-reference entry can hold.
const LARGEST_OFFSET: u64 = 9_999_999_999;

/// The number of an indirect object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ref(u32);

impl std::fmt::Display for Ref {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} 0 R", self.0)
    }
}

/// Writes header, objects, cross-reference table and trailer.
pub(super) struct Objects<W> {
    out: W,
    written: u64,
    digest: Hasher,
    /// Offset of each object, from number 1; 0 until it is written.
    offsets: Vec<u64>,
}

impl<W: Write> Objects<W> {
    /// Writes the header: version 1.7, then a comment that marks the file as binary.
    pub(super) fn begin(out: W) -> io::Result<Self> {
        let mut objects = Self { out, written: 0, digest: Hasher::new(), offsets: Vec::new() };
        objects.put(b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n")?;
        Ok(objects)
    }

    /// Takes the next object number.
    pub(super) fn allocate(&mut self) -> Ref {
        self.offsets.push(0);
        Ref(u32::try_from(self.offsets.len()).unwrap_or(u32::MAX))
    }

    /// Writes an object that is no stream.
    pub(super) fn object(&mut self, id: Ref, body: &str) -> io::Result<()> {
        self.start(id)?;
        self.put(body.as_bytes())?;
        self.put(b"\nendobj\n")
    }

    /// Writes a stream whose dictionary has `entries` besides its length.
    pub(super) fn stream(&mut self, id: Ref, entries: &str, data: &[u8]) -> io::Result<()> {
        self.start(id)?;
        self.put(format!("<< {entries} /Length {} >>\nstream\n", data.len()).as_bytes())?;
        self.put(data)?;
        self.put(b"\nendstream\nendobj\n")
    }

    /// Writes table and trailer, flushes, and gives the output back.
    ///
    /// The file identifier is taken from the digest of all that was written, so that equal input makes equal files.
    pub(super) fn finish(mut self, catalog: Ref, info: Ref) -> io::Result<W> {
        let start = self.written;
        if start > LARGEST_OFFSET {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "a PDF file cannot grow beyond 10 GB"));
        }
        let identifier: String =
            self.digest.clone().finish().as_bytes()[..16].iter().map(|byte| format!("{byte:02X}")).collect();
        let size = self.offsets.len() + 1;
        self.put(format!("xref\n0 {size}\n0000000000 65535 f \n").as_bytes())?;
        for offset in std::mem::take(&mut self.offsets) {
            let entry =
                if offset == 0 { "0000000000 65535 f \n".to_owned() } else { format!("{offset:010} 00000 n \n") };
            self.put(entry.as_bytes())?;
        }
        let trailer = format!(
            "trailer\n<< /Size {size} /Root {catalog} /Info {info} /ID [<{identifier}> <{identifier}>] >>\n\
             startxref\n{start}\n%%EOF\n"
        );
        self.put(trailer.as_bytes())?;
        self.out.flush()?;
        Ok(self.out)
    }

    fn start(&mut self, id: Ref) -> io::Result<()> {
        let written = self.written;
        if let Some(offset) = self.offsets.get_mut(id.0 as usize - 1) {
            *offset = written;
        }
        self.put(format!("{} 0 obj\n", id.0).as_bytes())
    }

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes)?;
        self.digest.update(bytes);
        self.written += bytes.len() as u64;
        Ok(())
    }
}

/// Writes a number as PDF wants it: no exponent, at most four decimals, no trailing zeros.
pub(super) fn number(value: f64) -> String {
    let mut text = format!("{value:.4}");
    while text.ends_with('0') {
        text.pop();
    }
    if text.ends_with('.') {
        text.pop();
    }
    if text == "-0" { "0".to_owned() } else { text }
}

/// Writes a text string in UTF-16 with its byte order mark, as hexadecimal digits.
pub(super) fn text_string(text: &str) -> String {
    let units: String = text.encode_utf16().map(|unit| format!("{unit:04X}")).collect();
    format!("<FEFF{units}>")
}

/// Deflates `data`.
pub(super) fn deflate(data: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    // Writing into a Vec cannot fail; were it to, an empty stream is better than a panic.
    encoder.write_all(data).and_then(|()| encoder.finish()).unwrap_or_default()
}
