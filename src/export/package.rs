//! A package: files and their manifest as one ZIP archive, stored as they are. Pages are compressed already.
//!
//! The names are our own. Times in it are the format's first day: when it was made stands in the manifest.

use std::io::{self, Read, Seek, Write};

use zip::write::{SimpleFileOptions, ZipWriter};
use zip::{CompressionMethod, DateTime};

use crate::chart::{Digest, Hasher};

/// Bytes that are copied at a time.
const AT_ONCE: usize = 64 << 10;

/// A file in a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packed {
    /// Its name.
    pub name: String,
    /// Its length in bytes.
    pub bytes: u64,
    /// Its digest.
    pub sha256: Digest,
}

/// A package that is being written.
pub struct PackageWriter<W: Write + Seek>(ZipWriter<W>);

impl<W: Write + Seek> PackageWriter<W> {
    /// Begins a package.
    pub fn new(out: W) -> Self {
        Self(ZipWriter::new(out))
    }

    /// Adds a file.
    ///
    /// # Errors
    /// It cannot be read, or the output fails.
    pub fn add(&mut self, name: &str, mut from: impl Read) -> io::Result<Packed> {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            .last_modified_time(DateTime::default())
            .large_file(true);
        self.0.start_file(name, options)?;
        let (mut hasher, mut bytes) = (Hasher::new(), 0_u64);
        let mut buffer = vec![0; AT_ONCE];
        loop {
            let read = from.read(&mut buffer)?;
            let Some(part) = buffer.get(..read).filter(|part| !part.is_empty()) else { break };
            hasher.update(part);
            bytes += part.len() as u64;
            self.0.write_all(part)?;
        }
        Ok(Packed { name: name.to_owned(), bytes, sha256: hasher.finish() })
    }

    /// Writes the directory, and gives the output back.
    ///
    /// # Errors
    /// The output fails.
    pub fn finish(self) -> io::Result<W> {
        let mut out = self.0.finish()?;
        out.flush()?;
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use zip::ZipArchive;

    use super::*;

    #[test]
    fn a_package_gives_back_what_was_put_in_bit_for_bit() {
        let long: Vec<u8> = (0..200_000_u32).map(|number| (number % 251) as u8).collect();
        let files: [(&str, &[u8]); 3] = [("1.txt", b"hello"), ("empty", b""), ("long", &long)];
        let mut package = PackageWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in files {
            let packed = package.add(name, bytes).unwrap();
            assert_eq!((packed.bytes, packed.sha256), (bytes.len() as u64, Digest::of(bytes)));
        }
        let bytes = package.finish().unwrap().into_inner();
        assert!(bytes.windows(long.len()).any(|window| window == long), "files are stored as they are");
        let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
        assert_eq!(archive.len(), files.len());
        for (name, bytes) in files {
            let mut read = Vec::new();
            archive.by_name(name).unwrap().read_to_end(&mut read).unwrap();
            assert!(read == bytes, "{name}");
        }
    }
}
