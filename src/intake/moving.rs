//! Moving a source away once it is safe. Nothing is ever overwritten, and only the file that was taken is moved.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;

use super::error::IntakeError;
use super::source::{Fingerprint, digest, open};
use crate::archive::make_folder;
use crate::chart::Digest;

/// Names tried for one file: `scan.pdf`, `scan (2).pdf`, ...
const MOST_NAMES: u32 = 10_000;

/// Moves the file at `path`, which has `content` and was last seen as `taken`, into `folder`; returns where it is now.
///
/// # Errors
/// The file at `path` is no longer the one that was taken; the folder cannot be used; moving failed. The source is then
/// where it was.
pub(super) fn move_source(
    path: &Path,
    folder: &Path,
    taken: &Fingerprint,
    content: Digest,
) -> Result<PathBuf, IntakeError> {
    let in_folder = |cause| IntakeError::MoveFolder { cause };
    make_folder(folder).map_err(in_folder)?;
    if Fingerprint::of(path)? != *taken {
        return Err(IntakeError::Changing);
    }
    let target = match place(path, folder, |target| rename(path, target)) {
        Ok(target) => target,
        Err(error) if Errno::from_io_error(&error) == Some(Errno::XDEV) => {
            return copy_and_remove(path, folder, taken, content);
        }
        Err(cause) => return Err(IntakeError::Move { cause }),
    };
    // A scanner may have put a new file there under the same name a moment before the rename.
    let moved = Fingerprint::of(&target)?;
    if !moved.same_content(taken) {
        rename(&target, path).map_err(|cause| IntakeError::Move { cause })?;
        return Err(IntakeError::Changing);
    }
    flush_folders(path, folder)?;
    Ok(target)
}

/// Copies to another file system: whole and flushed under a name of its own first, then named, and only then is the
/// source removed.
fn copy_and_remove(path: &Path, folder: &Path, taken: &Fingerprint, content: Digest) -> Result<PathBuf, IntakeError> {
    let failed = |cause| IntakeError::Move { cause };
    let mut source = open(path)?;
    let partial = folder.join(format!(".{content}.part"));
    let mut copy = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(true)
        .custom_flags(rustix::fs::OFlags::NOFOLLOW.bits() as i32)
        .mode(0o600)
        .open(&partial)
        .map_err(failed)?;
    io::copy(&mut source, &mut copy).map_err(failed)?;
    copy.sync_all().map_err(failed)?;
    io::Seek::rewind(&mut copy).map_err(failed)?;
    let (copied, _) = digest(&mut copy).map_err(failed)?;
    if copied != content || Fingerprint::of(path)? != *taken {
        fs::remove_file(&partial).map_err(failed)?;
        return Err(IntakeError::Changing);
    }
    let same = folder.join(path.file_name().unwrap_or_default());
    let target = if holds(&same, content) {
        // A run before this one was stopped when only the source was left to be removed.
        fs::remove_file(&partial).map_err(failed)?;
        same
    } else {
        place(path, folder, |target| rename(&partial, target)).map_err(failed)?
    };
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)?;
    fs::remove_file(path).map_err(failed)?;
    flush_folders(path, folder)?;
    Ok(target)
}

/// Calls `put` with one name after the other in `folder`, until one is free.
fn place(path: &Path, folder: &Path, put: impl Fn(&Path) -> io::Result<()>) -> io::Result<PathBuf> {
    for number in 1..=MOST_NAMES {
        let target = folder.join(numbered(path, number));
        match put(&target) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
            Ok(()) => return Ok(target),
        }
    }
    Err(io::Error::from(io::ErrorKind::AlreadyExists))
}

fn numbered(path: &Path, number: u32) -> PathBuf {
    if number == 1 {
        return path.file_name().unwrap_or_default().into();
    }
    let mut name = path.file_stem().unwrap_or_default().to_owned();
    name.push(format!(" ({number})"));
    if let Some(extension) = path.extension() {
        name.push(".");
        name.push(extension);
    }
    name.into()
}

/// Renames without ever replacing what is at `to`.
fn rename(from: &Path, to: &Path) -> io::Result<()> {
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        // Some network file systems cannot do this in one step.
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {
            fs::hard_link(from, to)?;
            fs::remove_file(from)
        }
        result => Ok(result?),
    }
}

fn holds(path: &Path, content: Digest) -> bool {
    open(path).is_ok_and(|mut file| digest(&mut file).is_ok_and(|(found, _)| found == content))
}

fn flush_folders(path: &Path, folder: &Path) -> Result<(), IntakeError> {
    let failed = |cause| IntakeError::Move { cause };
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)?;
    match path.parent().map(File::open) {
        // A folder that may be written to but not read cannot be flushed; at worst the source comes back after a power
        // loss, and is recognised then.
        Some(Ok(parent)) => parent.sync_all().map_err(failed),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &Path, content: &[u8]) -> (Fingerprint, Digest) {
        fs::write(path, content).unwrap();
        (Fingerprint::of(path).unwrap(), Digest::of(content))
    }

    #[test]
    fn nothing_is_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let (source, done) = (folder.path().join("scan.pdf"), folder.path().join("done"));
        for round in 1..=3_u8 {
            let (taken, digest) = file(&source, &[round]);
            let target = move_source(&source, &done, &taken, digest).unwrap();
            assert_eq!(fs::read(target).unwrap(), [round]);
            assert!(!source.exists());
        }
        let mut names: Vec<_> = fs::read_dir(&done).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, ["scan (2).pdf", "scan (3).pdf", "scan.pdf"]);
        assert_eq!(fs::read(done.join("scan.pdf")).unwrap(), [1]);
    }

    #[test]
    fn a_file_that_is_not_the_one_taken_stays() {
        let folder = tempfile::tempdir().unwrap();
        let (source, done) = (folder.path().join("scan.pdf"), folder.path().join("done"));
        let (taken, digest) = file(&source, b"first");
        fs::remove_file(&source).unwrap();
        fs::write(&source, b"second").unwrap();
        assert!(matches!(move_source(&source, &done, &taken, digest), Err(IntakeError::Changing)));
        assert_eq!(fs::read(&source).unwrap(), b"second");
    }

    #[test]
    fn copying_can_be_stopped_before_the_source_is_removed_and_done_again() {
        let folder = tempfile::tempdir().unwrap();
        let (source, done) = (folder.path().join("scan.pdf"), folder.path().join("done"));
        fs::create_dir(&done).unwrap();
        let (taken, digest) = file(&source, b"content");
        fs::write(done.join(format!(".{digest}.part")), b"half of an earlier run, and longer than this one").unwrap();
        let target = copy_and_remove(&source, &done, &taken, digest).unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"content");
        assert!(!source.exists());

        // The source is there again, as if it had never been removed.
        let (taken, digest) = file(&source, b"content");
        assert_eq!(copy_and_remove(&source, &done, &taken, digest).unwrap(), target);
        assert!(!source.exists());
        assert_eq!(fs::read_dir(&done).unwrap().count(), 1);

        // Another content under the same name gets a name of its own.
        let (taken, digest) = file(&source, b"other");
        assert_eq!(copy_and_remove(&source, &done, &taken, digest).unwrap(), done.join("scan (2).pdf"));
        assert_eq!(fs::read(&target).unwrap(), b"content");
    }
}
