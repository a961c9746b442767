//! Pieces of pages on disk: a folder that only this user may enter, of bounded size, the longest unused thrown away first.
//!
//! Files are named by the digest of the scan and numbers. What is here can be made again at any time, and is removed with
//! what it was made of: [`forget`] works beside a running server, which finds the files gone.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::shape::{ImageId, Pack};
use crate::archive::make_folder;
use crate::chart::Digest;

/// What a file begins with.
const MAGIC: &[u8; 4] = b"MUP1";
/// Ending of files that are being written.
const UNFINISHED: &str = "tmp";
/// Most pieces in a file.
const MOST_PIECES: u32 = 8_192;

/// The pieces on disk.
pub struct Cache {
    folder: PathBuf,
    most_bytes: u64,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    files: HashMap<String, Kept>,
    bytes: u64,
    clock: u64,
}

struct Kept {
    bytes: u64,
    used: u64,
}

impl Cache {
    /// Opens the folder, making it where there is none; of what is there, the newest count as used last.
    ///
    /// # Errors
    /// The folder cannot be made or read.
    pub fn open(folder: &Path, most_bytes: u64) -> io::Result<Self> {
        make_folder(folder)?;
        let mut found = Vec::new();
        for outer in fs::read_dir(folder)? {
            for scan in read_folder(&outer?.path())? {
                for file in read_folder(&scan)? {
                    if file.extension().is_some_and(|ending| ending == UNFINISHED) {
                        fs::remove_file(&file)?;
                        continue;
                    }
                    let meta = fs::metadata(&file)?;
                    if let Ok(key) = file.strip_prefix(folder)
                        && let Some(key) = key.to_str()
                    {
                        found.push((meta.modified()?, key.to_owned(), meta.len()));
                    }
                }
            }
        }
        found.sort();
        let cache = Self { folder: folder.to_path_buf(), most_bytes, state: Mutex::default() };
        for (_, key, bytes) in found {
            cache.state().add(key, bytes);
        }
        cache.make_room();
        Ok(cache)
    }

    /// Returns a piece; `None` when it is not here.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn get(&self, image: ImageId, pack: Pack, index: usize) -> io::Result<Option<Vec<u8>>> {
        let key = key(image, pack);
        match read_piece(&self.folder.join(&key), index) {
            Ok(piece) => {
                self.state().touch(&key);
                Ok(Some(piece))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.state().drop_file(&key);
                Ok(None)
            }
            // A file that was cut off by a full disk is made again.
            Err(error) if matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof) => {
                fs::remove_file(self.folder.join(&key))?;
                self.state().drop_file(&key);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Keeps the pieces of a pack, whose files of `lengths` bytes lie in a row in `bytes`.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn put(&self, image: ImageId, pack: Pack, lengths: &[u32], bytes: &[u8]) -> io::Result<()> {
        let key = key(image, pack);
        let path = self.folder.join(&key);
        let folder = path.parent().unwrap_or(&self.folder);
        make_folder(folder)?;
        let unfinished = path.with_extension(UNFINISHED);
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&unfinished)?;
        let count = u32::try_from(lengths.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
        let mut head = Vec::with_capacity(8 + lengths.len() * 4);
        head.extend_from_slice(MAGIC);
        head.extend_from_slice(&count.to_le_bytes());
        lengths.iter().for_each(|length| head.extend_from_slice(&length.to_le_bytes()));
        file.write_all(&head)?;
        file.write_all(bytes)?;
        drop(file);
        fs::rename(&unfinished, &path)?;
        let size = (head.len() + bytes.len()) as u64;
        let mut state = self.state();
        state.drop_file(&key);
        state.add(key, size);
        drop(state);
        self.make_room();
        Ok(())
    }

    /// Removes everything that was made of a scan.
    ///
    /// # Errors
    /// A file cannot be removed.
    pub fn forget(&self, scan: Digest) -> io::Result<()> {
        forget(&self.folder, scan)?;
        let start = format!("{}/", of_scan(scan));
        let mut state = self.state();
        let gone: Vec<String> = state.files.keys().filter(|key| key.starts_with(&start)).cloned().collect();
        gone.iter().for_each(|key| state.drop_file(key));
        Ok(())
    }

    /// Returns the bytes that are kept.
    pub fn bytes(&self) -> u64 {
        self.state().bytes
    }

    fn make_room(&self) {
        loop {
            let mut state = self.state();
            if state.bytes <= self.most_bytes {
                return;
            }
            let oldest = state.files.iter().min_by_key(|(_, kept)| kept.used).map(|(key, _)| key.clone());
            let Some(key) = oldest else { return };
            state.drop_file(&key);
            drop(state);
            if let Err(cause) = fs::remove_file(self.folder.join(&key))
                && cause.kind() != io::ErrorKind::NotFound
            {
                tracing::warn!(%cause, "a file of the page images cannot be removed");
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn add(&mut self, key: String, bytes: u64) {
        self.clock += 1;
        self.bytes += bytes;
        self.files.insert(key, Kept { bytes, used: self.clock });
    }

    fn touch(&mut self, key: &str) {
        self.clock += 1;
        let clock = self.clock;
        if let Some(kept) = self.files.get_mut(key) {
            kept.used = clock;
        }
    }

    fn drop_file(&mut self, key: &str) {
        if let Some(kept) = self.files.remove(key) {
            self.bytes = self.bytes.saturating_sub(kept.bytes);
        }
    }
}

/// Removes everything that was made of a scan from the folder of a cache, whoever has it open.
///
/// # Errors
/// A file cannot be removed.
pub fn forget(folder: &Path, scan: Digest) -> io::Result<()> {
    match fs::remove_dir_all(folder.join(of_scan(scan))) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn of_scan(scan: Digest) -> String {
    let name = scan.to_string();
    format!("{}/{name}", &name[..2])
}

fn key(image: ImageId, pack: Pack) -> String {
    let ImageId { page, turn } = image;
    format!("{}/{}-{}-{}.pieces", of_scan(page.scan), page.number.get(), turn.degrees(), pack.name())
}

fn read_folder(path: &Path) -> io::Result<Vec<PathBuf>> {
    match fs::read_dir(path) {
        Ok(entries) => entries.map(|entry| entry.map(|entry| entry.path())).collect(),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotADirectory | io::ErrorKind::NotFound) => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

fn read_piece(path: &Path, index: usize) -> io::Result<Vec<u8>> {
    let invalid = || io::Error::from(io::ErrorKind::InvalidData);
    let mut file = File::open(path)?;
    let mut head = [0; 8];
    file.read_exact(&mut head)?;
    let (magic, count) = head.split_first_chunk::<4>().ok_or_else(invalid)?;
    let count = u32::from_le_bytes(count.try_into().map_err(|_| invalid())?);
    if magic != MAGIC || count > MOST_PIECES || index >= count as usize {
        return Err(invalid());
    }
    let mut table = vec![0; count as usize * 4];
    file.read_exact(&mut table)?;
    let mut lengths = table.chunks_exact(4).map(|four| u32::from_le_bytes([four[0], four[1], four[2], four[3]]));
    let before: u64 = lengths.by_ref().take(index).map(u64::from).sum();
    let length = lengths.next().ok_or_else(invalid)?;
    file.seek(SeekFrom::Start(8 + table.len() as u64 + before))?;
    let mut piece = Vec::new();
    file.take(u64::from(length)).read_to_end(&mut piece)?;
    if piece.len() != length as usize { Err(invalid()) } else { Ok(piece) }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::chart::{PageId, PageNumber, QuarterTurns};

    fn image(scan: &[u8], number: u32) -> ImageId {
        let page = PageId { scan: Digest::of(scan), number: PageNumber::new(number).unwrap() };
        ImageId { page, turn: QuarterTurns::None }
    }

    #[test]
    fn pieces_come_back_and_the_folder_is_private() {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join("images");
        let cache = Cache::open(&folder, 1 << 20).unwrap();
        assert_eq!(cache.get(image(b"a", 1), Pack::Small, 0).unwrap(), None);
        cache.put(image(b"a", 1), Pack::Small, &[3, 2], b"abcde").unwrap();
        assert_eq!(cache.get(image(b"a", 1), Pack::Small, 1).unwrap().unwrap(), b"de");
        assert_eq!(cache.get(image(b"a", 1), Pack::Half, 0).unwrap(), None);
        let again = Cache::open(&folder, 1 << 20).unwrap();
        assert_eq!(again.get(image(b"a", 1), Pack::Small, 0).unwrap().unwrap(), b"abc");
        assert_eq!(again.bytes(), cache.bytes());
        assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
    }

    #[test]
    fn the_longest_unused_goes_first() {
        let place = tempfile::tempdir().unwrap();
        let cache = Cache::open(place.path(), 3 * 1_012).unwrap();
        let page = [7; 1_000];
        for number in 1..=3 {
            cache.put(image(b"a", number), Pack::Full, &[1_000], &page).unwrap();
        }
        assert!(cache.get(image(b"a", 1), Pack::Full, 0).unwrap().is_some());
        cache.put(image(b"b", 1), Pack::Full, &[1_000], &page).unwrap();
        assert!(cache.get(image(b"a", 2), Pack::Full, 0).unwrap().is_none());
        assert!(cache.get(image(b"a", 1), Pack::Full, 0).unwrap().is_some());
        assert!(cache.bytes() <= 3 * 1_012);
    }

    #[test]
    fn what_was_destroyed_is_forgotten_by_another_process_too() {
        let place = tempfile::tempdir().unwrap();
        let cache = Cache::open(place.path(), 1 << 20).unwrap();
        cache.put(image(b"a", 1), Pack::Full, &[1], b"x").unwrap();
        cache.put(image(b"b", 1), Pack::Full, &[1], b"x").unwrap();
        forget(place.path(), Digest::of(b"a")).unwrap();
        assert_eq!(cache.get(image(b"a", 1), Pack::Full, 0).unwrap(), None);
        cache.forget(Digest::of(b"b")).unwrap();
        assert_eq!((cache.get(image(b"b", 1), Pack::Full, 0).unwrap(), cache.bytes()), (None, 0));
        // A file that lost its end is made again.
        cache.put(image(b"c", 1), Pack::Full, &[5], b"x").unwrap();
        assert_eq!(cache.get(image(b"c", 1), Pack::Full, 0).unwrap(), None);
    }
}
