//! A package: files and their manifest as one ZIP archive (APPNOTE 6.3), stored as they are. Pages are compressed already.
//!
//! The names are our own. Times in it are the format's first day: when it was made stands in the manifest.

use std::io::{self, Read, Seek, SeekFrom, Write};

use flate2::Crc;

use crate::chart::{Digest, Hasher};

/// Largest package, in bytes: beyond it the format needs extensions that not every reader knows.
const LARGEST: u64 = u32::MAX as u64;
/// Bytes that are copied at a time.
const AT_ONCE: usize = 64 << 10;
/// The first day that the format knows, 1 January 1980.
const DAY: u16 = 0x0021;
/// Version of the format that a reader needs.
const VERSION: u16 = 20;
/// Names are UTF-8.
const FLAGS: u16 = 0x0800;

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
pub struct PackageWriter<W> {
    out: W,
    entries: Vec<Entry>,
}

struct Entry {
    name: String,
    offset: u32,
    length: u32,
    checksum: u32,
}

impl<W: Write + Seek> PackageWriter<W> {
    /// Begins a package.
    pub const fn new(out: W) -> Self {
        Self { out, entries: Vec::new() }
    }

    /// Adds a file.
    ///
    /// # Errors
    /// It cannot be read, the output fails, or the package becomes larger than 4 GiB.
    pub fn add(&mut self, name: &str, mut from: impl Read) -> io::Result<Packed> {
        let offset = self.place()?;
        let entry = Entry { name: name.to_owned(), offset, length: 0, checksum: 0 };
        self.local_header(&entry)?;
        let (mut checksum, mut hasher, mut length) = (Crc::new(), Hasher::new(), 0_u64);
        let mut buffer = vec![0; AT_ONCE];
        loop {
            let read = from.read(&mut buffer)?;
            let Some(part) = buffer.get(..read).filter(|part| !part.is_empty()) else { break };
            checksum.update(part);
            hasher.update(part);
            length += part.len() as u64;
            self.out.write_all(part)?;
        }
        let end = self.place()?;
        let entry =
            Entry { length: u32::try_from(length).map_err(|_| too_large())?, checksum: checksum.sum(), ..entry };
        // Only now is known what the header says.
        self.out.seek(SeekFrom::Start(offset.into()))?;
        self.local_header(&entry)?;
        self.out.seek(SeekFrom::Start(end.into()))?;
        self.entries.push(entry);
        Ok(Packed { name: name.to_owned(), bytes: length, sha256: hasher.finish() })
    }

    /// Writes the directory, and gives the output back.
    ///
    /// # Errors
    /// The output fails, or there are more files than the format takes.
    pub fn finish(mut self) -> io::Result<W> {
        let from = self.place()?;
        let count = u16::try_from(self.entries.len()).map_err(|_| too_large())?;
        for entry in &self.entries {
            let mut header = Vec::with_capacity(46 + entry.name.len());
            header.extend(0x0201_4b50_u32.to_le_bytes());
            header.extend(VERSION.to_le_bytes());
            header.extend(common(entry)?);
            // No remark, first disk, no attributes.
            header.extend([0; 10]);
            header.extend(0_u16.to_le_bytes());
            header.extend(entry.offset.to_le_bytes());
            header.extend(entry.name.as_bytes());
            self.out.write_all(&header)?;
        }
        let length = self.place()?.checked_sub(from).ok_or_else(too_large)?;
        let mut end = Vec::with_capacity(22);
        end.extend(0x0605_4b50_u32.to_le_bytes());
        end.extend([0; 4]);
        end.extend(count.to_le_bytes());
        end.extend(count.to_le_bytes());
        end.extend(length.to_le_bytes());
        end.extend(from.to_le_bytes());
        end.extend(0_u16.to_le_bytes());
        self.out.write_all(&end)?;
        self.out.flush()?;
        Ok(self.out)
    }

    fn local_header(&mut self, entry: &Entry) -> io::Result<()> {
        let mut header = Vec::with_capacity(30 + entry.name.len());
        header.extend(0x0403_4b50_u32.to_le_bytes());
        header.extend(common(entry)?);
        header.extend(entry.name.as_bytes());
        self.out.write_all(&header)
    }

    fn place(&mut self) -> io::Result<u32> {
        let place = self.out.stream_position()?;
        if place >= LARGEST {
            return Err(too_large());
        }
        u32::try_from(place).map_err(|_| too_large())
    }
}

/// Returns what both headers of a file say, from the version to the lengths of name and extra field.
fn common(entry: &Entry) -> io::Result<Vec<u8>> {
    let name = u16::try_from(entry.name.len()).map_err(|_| too_large())?;
    let mut common = Vec::with_capacity(26);
    for word in [VERSION, FLAGS, 0, 0, DAY] {
        common.extend(word.to_le_bytes());
    }
    for word in [entry.checksum, entry.length, entry.length] {
        common.extend(word.to_le_bytes());
    }
    common.extend(name.to_le_bytes());
    common.extend(0_u16.to_le_bytes());
    Ok(common)
}

fn too_large() -> io::Error {
    io::Error::new(io::ErrorKind::FileTooLarge, "it would be larger than 4 GiB: take fewer records at once")
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    #[test]
    fn a_package_is_what_the_format_says() {
        let mut package = PackageWriter::new(Cursor::new(Vec::new()));
        let packed = package.add("1.txt", &b"hello"[..]).unwrap();
        assert_eq!((packed.bytes, packed.sha256), (5, Digest::of(b"hello")));
        package.add("empty", &b""[..]).unwrap();
        let bytes = package.finish().unwrap().into_inner();
        // CRC-32 of "hello" is 3610a686.
        assert_eq!(bytes[..4], *b"PK\x03\x04");
        assert_eq!(bytes[14..18], 0x3610_a686_u32.to_le_bytes());
        assert_eq!(bytes[18..22], 5_u32.to_le_bytes());
        assert_eq!(bytes[30..40], *b"1.txthello");
        let end = &bytes[bytes.len() - 22..];
        assert_eq!(end[..4], *b"PK\x05\x06");
        assert_eq!(end[10..12], 2_u16.to_le_bytes());
        let directory = u32::from_le_bytes(end[16..20].try_into().unwrap()) as usize;
        assert_eq!(bytes[directory..directory + 4], *b"PK\x01\x02");
        assert_eq!(bytes[directory + 46..directory + 51], *b"1.txt");
    }
}
