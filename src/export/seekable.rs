//! A text in parts that are compressed each by itself, so that one of them can be read without the others.
//!
//! The form is Zstandard's seekable format (`zstd_seekable_compression_format.md`, version 0.1.0): a frame for each part,
//! then a skippable frame with the table of their sizes. Any zstd program makes the whole text of it.

use std::io::{self, Read, Seek, SeekFrom, Write};

/// Magic number of the skippable frame that holds the table.
const TABLE_FRAME: u32 = 0x184D_2A5E;
/// Magic number at the end of the file.
const SEEKABLE: u32 = 0x8F92_EAB1;
/// Bytes of the table's foot: the number of frames, a descriptor, the magic number.
const FOOT: u64 = 9;
/// Bytes of an entry of the table: the sizes of a frame before and after decompression.
const ENTRY: u64 = 8;
/// Most frames of a file.
const MOST_FRAMES: u32 = 1_000_000;
/// How hard to compress: text of pages shrinks little beyond this.
const LEVEL: i32 = 9;

/// Writes parts one after the other.
pub struct Writer<W> {
    out: W,
    frames: Vec<(u32, u32)>,
}

impl<W: Write> Writer<W> {
    /// Begins a file.
    pub const fn new(out: W) -> Self {
        Self { out, frames: Vec::new() }
    }

    /// Writes a part as a frame of its own.
    ///
    /// # Errors
    /// The part has more than 4 GiB; the output fails.
    pub fn add(&mut self, part: &[u8]) -> io::Result<()> {
        let frame = zstd::bulk::compress(part, LEVEL)?;
        let size = |bytes: &[u8]| u32::try_from(bytes.len()).map_err(|_| io::Error::from(io::ErrorKind::FileTooLarge));
        self.frames.push((size(&frame)?, size(part)?));
        self.out.write_all(&frame)
    }

    /// Writes the table, flushes the output and gives it back.
    ///
    /// # Errors
    /// There are too many parts; the output fails.
    pub fn finish(mut self) -> io::Result<W> {
        let too_many = || io::Error::from(io::ErrorKind::FileTooLarge);
        let count = u32::try_from(self.frames.len()).ok().filter(|count| *count <= MOST_FRAMES).ok_or_else(too_many)?;
        let size = u32::try_from(u64::from(count) * ENTRY + FOOT).map_err(|_| too_many())?;
        self.out.write_all(&TABLE_FRAME.to_le_bytes())?;
        self.out.write_all(&size.to_le_bytes())?;
        for (compressed, plain) in &self.frames {
            self.out.write_all(&compressed.to_le_bytes())?;
            self.out.write_all(&plain.to_le_bytes())?;
        }
        self.out.write_all(&count.to_le_bytes())?;
        // No checksums in the table: the archive has digests of its own.
        self.out.write_all(&[0])?;
        self.out.write_all(&SEEKABLE.to_le_bytes())?;
        self.out.flush()?;
        Ok(self.out)
    }
}

/// Reads single parts.
pub struct Reader<R> {
    source: R,
    /// Where each frame begins, its size, and that of its part.
    frames: Vec<(u64, u32, u32)>,
}

impl<R: Read + Seek> Reader<R> {
    /// Reads the table.
    ///
    /// # Errors
    /// The file is not of this form; reading fails.
    pub fn open(mut source: R) -> io::Result<Self> {
        let damaged = || io::Error::new(io::ErrorKind::InvalidData, "it has no table of its parts");
        let end = source.seek(SeekFrom::End(0))?;
        let foot = end.checked_sub(FOOT).ok_or_else(damaged)?;
        source.seek(SeekFrom::Start(foot))?;
        let mut bytes = [0; FOOT as usize];
        source.read_exact(&mut bytes)?;
        let [a, b, c, d, descriptor, magic @ ..] = bytes;
        let count = u32::from_le_bytes([a, b, c, d]);
        // Bit 7 says that checksums follow the sizes; the other bits are none that are known.
        let entry = match descriptor {
            0 => ENTRY,
            0x80 => ENTRY + 4,
            _ => return Err(damaged()),
        };
        if u32::from_le_bytes(magic) != SEEKABLE || count > MOST_FRAMES {
            return Err(damaged());
        }
        source.seek(SeekFrom::Start(foot.checked_sub(u64::from(count) * entry).ok_or_else(damaged)?))?;
        let mut table = vec![0; usize::try_from(u64::from(count) * entry).map_err(|_| damaged())?];
        source.read_exact(&mut table)?;
        let mut at = 0_u64;
        let mut frames = Vec::with_capacity(count as usize);
        for entry in table.chunks_exact(entry as usize) {
            let number = |from: usize| -> u32 {
                entry[from..from + 4].iter().rev().fold(0, |number, byte| (number << 8) | u32::from(*byte))
            };
            frames.push((at, number(0), number(4)));
            at += u64::from(number(0));
        }
        if at > foot { Err(damaged()) } else { Ok(Self { source, frames }) }
    }

    /// Returns the number of parts.
    pub fn parts(&self) -> usize {
        self.frames.len()
    }

    /// Reads a part of at most `limit` bytes.
    ///
    /// # Errors
    /// There is no such part, it is larger or damaged; reading fails.
    pub fn part(&mut self, index: usize, limit: u64) -> io::Result<Vec<u8>> {
        let missing = || io::Error::new(io::ErrorKind::NotFound, "it has no such part");
        let (at, compressed, plain) = *self.frames.get(index).ok_or_else(missing)?;
        if u64::from(plain) > limit || u64::from(compressed) > limit.saturating_add(1 << 20) {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "a part is larger than allowed"));
        }
        self.source.seek(SeekFrom::Start(at))?;
        let mut frame = vec![0; compressed as usize];
        self.source.read_exact(&mut frame)?;
        let part = zstd::bulk::decompress(&frame, plain as usize)?;
        if part.len() == plain as usize {
            Ok(part)
        } else {
            Err(io::Error::new(io::ErrorKind::InvalidData, "a part is shorter than its table says"))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    #[test]
    fn every_part_can_be_read_by_itself_and_all_of_them_as_one_text() {
        let parts: Vec<Vec<u8>> =
            (0..20).map(|number| format!("page {number}\n").repeat(number).into_bytes()).collect();
        let mut writer = Writer::new(Vec::new());
        parts.iter().for_each(|part| writer.add(part).unwrap());
        let file = writer.finish().unwrap();
        assert_eq!(zstd::decode_all(file.as_slice()).unwrap(), parts.concat());
        let mut reader = Reader::open(Cursor::new(&file)).unwrap();
        assert_eq!(reader.parts(), 20);
        assert_eq!(reader.part(7, 1000).unwrap(), parts[7]);
        assert_eq!(reader.part(0, 1000).unwrap(), b"");
        assert!(reader.part(20, 1000).is_err() && reader.part(19, 10).is_err());
        assert!(Reader::open(Cursor::new(&file[..file.len() - 1])).is_err());
    }
}
