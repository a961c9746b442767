//! What a stopped program left half-written: never an object, but space.

use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::SystemTime;

use super::error::ArchiveError;
use super::location::Location;
use super::writing::INCOMING;

/// The deepest folder that is looked into.
const DEEPEST: u32 = 24;

/// File in the store's folder whose time says when the folder was last swept.
pub(super) const SWEPT: &str = ".swept";

/// Removes half-written files that were last touched before `before`; returns how many. In a local store only:
/// elsewhere the store's own rules for unfinished uploads do this.
///
/// Cheap enough for every start: every folder of the store is looked into, but if that was done since `before` by
/// whichever program, nothing is. `before` must be well in the past (a day), since what is being written right now looks
/// the same.
///
/// # Errors
/// A folder cannot be read, or a leftover not removed. What another program removes at the same time is no error.
pub async fn sweep_leftovers(location: &Location, before: SystemTime) -> Result<u64, ArchiveError> {
    let Some(folder) = location.local_folder().map(Path::to_owned) else { return Ok(0) };
    let sweeping = tokio::task::spawn_blocking(move || {
        let swept = folder.join(SWEPT);
        if last_touched(&swept)?.is_some_and(|time| time >= before) {
            return Ok(0);
        }
        let incoming = folder.join(INCOMING);
        let mut removed = 0;
        sweep(&folder, &incoming, before, DEEPEST, &mut removed)?;
        // Made anew, it has the time of now.
        unless_gone(fs::remove_file(&swept))?;
        OpenOptions::new().create(true).append(true).mode(0o600).open(&swept)?;
        Ok(removed)
    });
    match sweeping.await {
        Ok(swept) => swept.map_err(|cause| ArchiveError::Folder { cause }),
        // A short command ended before this began: the next start sweeps.
        Err(error) if error.is_cancelled() => Ok(0),
        Err(error) => Err(ArchiveError::Folder { cause: io::Error::other(error) }),
    }
}

fn sweep(folder: &Path, incoming: &Path, before: SystemTime, depth: u32, removed: &mut u64) -> io::Result<()> {
    let Some(entries) = unless_gone(fs::read_dir(folder))? else { return Ok(()) };
    for entry in entries {
        let entry = entry?;
        let Some(kind) = unless_gone(entry.file_type())? else { continue };
        if kind.is_dir() && depth > 0 {
            sweep(&entry.path(), incoming, before, depth - 1, removed)?;
        } else if kind.is_file()
            && (folder == incoming || is_half_written(&entry.file_name().to_string_lossy()))
            && last_touched(&entry.path())?.is_some_and(|time| time < before)
            && unless_gone(fs::remove_file(entry.path()))?.is_some()
        {
            *removed += 1;
        }
    }
    Ok(())
}

fn last_touched(path: &Path) -> io::Result<Option<SystemTime>> {
    unless_gone(fs::symlink_metadata(path).and_then(|metadata| metadata.modified()))
}

/// Takes "not found" for what it is here: somebody else has finished, or swept, the file.
fn unless_gone<T>(outcome: io::Result<T>) -> io::Result<Option<T>> {
    match outcome {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        outcome => outcome.map(Some),
    }
}

/// Says whether the name is one that `object_store` writes under before an object is whole: `NAME#NUMBER`.
fn is_half_written(name: &str) -> bool {
    name.rsplit_once('#')
        .is_some_and(|(_, number)| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_half_written_names_are_swept() {
        assert!(is_half_written("abc#1"));
        assert!(is_half_written("abc#12"));
        assert!(!is_half_written("abc"));
        assert!(!is_half_written("abc#"));
        assert!(!is_half_written("abc#x1"));
    }
}
