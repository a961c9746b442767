//! Files of lines: written once, compressed, flushed, with their digest; read back line by line.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use super::manifest::FileStamp;
use crate::chart::{Digest, Hasher};

/// How hard to compress: 3 is fast, and rows of digests and ids gain little by more.
const COMPRESSION: i32 = 3;
/// The longest line, in bytes: a row with what was decided about a record of very many pages.
const LONGEST: u64 = 512 << 20;
/// Bytes that are read at a time.
const PIECE: usize = 1 << 20;

/// A file that lines are written to.
pub(super) struct LineWriter {
    path: String,
    lines: u64,
    encoder: zstd::Encoder<'static, Hashed>,
}

/// Lines that are read one after the other.
pub(super) struct LineReader(BufReader<zstd::Decoder<'static, BufReader<File>>>);

struct Hashed {
    file: File,
    hasher: Hasher,
    size: u64,
}

impl LineWriter {
    /// Makes the file `path` in `folder`, which must not be there; only its owner may read it.
    pub(super) fn create(folder: &Path, path: &str) -> io::Result<Self> {
        let hashed = Hashed { file: new_file(&folder.join(path))?, hasher: Hasher::new(), size: 0 };
        Ok(Self { path: path.to_owned(), lines: 0, encoder: zstd::Encoder::new(hashed, COMPRESSION)? })
    }

    /// Adds a value as a line of JSON.
    pub(super) fn add(&mut self, value: &impl serde::Serialize) -> io::Result<()> {
        serde_json::to_writer(&mut self.encoder, value)?;
        self.lines += 1;
        self.encoder.write_all(b"\n")
    }

    /// Flushes the file to the disk and says what is in it.
    pub(super) fn finish(self) -> io::Result<FileStamp> {
        let Hashed { file, hasher, size } = self.encoder.finish()?;
        file.sync_all()?;
        Ok(FileStamp { path: self.path, lines: self.lines, size, sha256: hasher.finish() })
    }
}

impl LineReader {
    /// Opens a file of lines.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        Ok(Self(BufReader::new(zstd::Decoder::new(File::open(path)?)?)))
    }

    /// Reads the next line, without its end.
    pub(super) fn next(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut line = Vec::new();
        (&mut self.0).take(LONGEST).read_until(b'\n', &mut line)?;
        match line.pop() {
            None => Ok(None),
            Some(b'\n') => Ok(Some(line)),
            Some(_) => Err(io::Error::new(io::ErrorKind::InvalidData, "its last line has no end, or is too long")),
        }
    }
}

impl Write for Hashed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hasher.update(bytes.get(..written).unwrap_or_default());
        self.size += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Makes a file that only its owner may read, and that must not be there.
pub(super) fn new_file(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

/// Copies everything and returns its size and digest.
pub(super) fn copy(mut from: impl Read, mut to: impl Write) -> io::Result<(u64, Digest)> {
    let mut piece = vec![0; PIECE];
    let (mut size, mut hasher) = (0, Hasher::new());
    loop {
        let read = match from.read(&mut piece) {
            Ok(0) => return Ok((size, hasher.finish())),
            Ok(read) => read,
            Err(cause) if cause.kind() == io::ErrorKind::Interrupted => continue,
            Err(cause) => return Err(cause),
        };
        let bytes = piece.get(..read).unwrap_or_default();
        hasher.update(bytes);
        to.write_all(bytes)?;
        size += read as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_back_and_a_cut_file_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let mut lines = LineWriter::create(folder.path(), "x.zst").unwrap();
        for number in 0..5_000 {
            lines.add(&[number]).unwrap();
        }
        let stamp = lines.finish().unwrap();
        let path = folder.path().join("x.zst");
        let bytes = std::fs::read(&path).unwrap();
        assert_eq!((stamp.lines, stamp.size, stamp.sha256), (5_000, bytes.len() as u64, Digest::of(&bytes)));
        assert!(LineWriter::create(folder.path(), "x.zst").is_err());
        let read = || {
            let mut reader = LineReader::open(&path).unwrap();
            let mut last = Vec::new();
            while let Some(line) = reader.next()? {
                last = line;
            }
            Ok::<_, io::Error>(last)
        };
        assert_eq!(read().unwrap(), b"[4999]");
        std::fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
        assert!(read().is_err());
    }
}
