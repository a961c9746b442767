//! What a stopped program left half-written: never an object, but space.

use std::fs;
use std::io;
use std::path::Path;
use std::time::SystemTime;

use super::error::ArchiveError;
use super::location::Location;
use super::writing::INCOMING;

/// The deepest folder that is looked into.
const DEEPEST: u32 = 8;

/// Removes half-written files that were last touched before `before`; returns how many. In a local store only:
/// elsewhere the store's own rules for unfinished uploads do this.
///
/// `before` must be well in the past (a day), since what is being written right now looks the same.
pub async fn sweep_leftovers(location: &Location, before: SystemTime) -> Result<u64, ArchiveError> {
    let Some(folder) = location.local_folder().map(Path::to_owned) else { return Ok(0) };
    let sweeping = tokio::task::spawn_blocking(move || {
        let incoming = folder.join(INCOMING);
        let mut removed = 0;
        sweep(&folder, &incoming, before, DEEPEST, &mut removed).map(|()| removed)
    });
    let swept = sweeping.await.map_err(|error| ArchiveError::Folder { cause: io::Error::other(error) })?;
    swept.map_err(|cause| ArchiveError::Folder { cause })
}

fn sweep(folder: &Path, incoming: &Path, before: SystemTime, depth: u32, removed: &mut u64) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() && depth > 0 {
            sweep(&entry.path(), incoming, before, depth - 1, removed)?;
        } else if kind.is_file() && (folder == incoming || is_half_written(&entry.file_name().to_string_lossy())) {
            let touched = match entry.metadata() {
                Ok(metadata) => metadata.modified()?,
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(error),
            };
            if touched < before {
                fs::remove_file(entry.path())?;
                *removed += 1;
            }
        }
    }
    Ok(())
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
