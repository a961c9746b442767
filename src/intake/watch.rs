//! Files that come into folders, one at a time, each once it is whole.
//!
//! The folder itself is the queue: nothing piles up in memory but fingerprints, and what was not taken is found again
//! at the next start. The system's notices only wake the watch up earlier; since network shares send none, it also
//! looks by itself at every interval.

use std::collections::{HashMap, HashSet, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use notify::event::{AccessKind, AccessMode};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep};

use super::error::IntakeError;
use super::source::Fingerprint;
use super::walk::{WalkLimits, walk};

/// The shortest time between two looks, however many notices come.
const SHORTEST: Duration = Duration::from_millis(200);

/// Watches folders for files.
pub struct Watch {
    folders: Vec<PathBuf>,
    limits: WalkLimits,
    /// How often to look without a notice.
    interval: Duration,
    /// How long a file must stay unchanged.
    settle: Duration,
    seen: HashMap<PathBuf, Seen>,
    ready: VecDeque<PathBuf>,
    next_look: Instant,
    notices: Arc<Notify>,
    /// Kept alive: dropping it ends the notices. Where there is none, files are found at the next interval.
    _watcher: Option<RecommendedWatcher>,
}

struct Seen {
    fingerprint: Fingerprint,
    since: Instant,
    handed_out: bool,
}

impl Watch {
    /// Watches `folders`, looking at least at every `interval`; a file is handed out when it has not changed for
    /// `settle`.
    pub fn new(folders: Vec<PathBuf>, limits: WalkLimits, interval: Duration, settle: Duration) -> Self {
        let notices = Arc::new(Notify::new());
        let watcher = watcher(&folders, Arc::clone(&notices)).ok();
        Self {
            folders,
            limits,
            interval: interval.max(SHORTEST),
            settle,
            seen: HashMap::new(),
            ready: VecDeque::new(),
            next_look: Instant::now(),
            notices,
            _watcher: watcher,
        }
    }

    /// Waits for the next file that is whole. Dropping the future stops the wait and loses nothing.
    ///
    /// # Errors
    /// None of the folders can be read any more.
    pub async fn next(&mut self) -> Result<PathBuf, IntakeError> {
        loop {
            if let Some(path) = self.ready.pop_front() {
                if let Some(seen) = self.seen.get_mut(&path) {
                    seen.handed_out = true;
                }
                return Ok(path);
            }
            let wait = self.next_look.saturating_duration_since(Instant::now());
            if !wait.is_zero() {
                tokio::select! {
                    () = sleep(wait) => {}
                    () = self.notices.notified() => sleep(wait.min(SHORTEST)).await,
                }
            }
            self.look().await?;
        }
    }

    /// Makes a file that was handed out come again after a while: taking it has failed.
    pub fn again(&mut self, path: &Path) {
        self.seen.remove(path);
    }

    async fn look(&mut self) -> Result<(), IntakeError> {
        let (folders, limits) = (self.folders.clone(), self.limits.clone());
        let looking = tokio::task::spawn_blocking(move || look_at(&folders, &limits));
        let found = looking.await.map_err(|error| IntakeError::Source { cause: std::io::Error::other(error) })??;
        let now = Instant::now();
        let present: HashSet<_> = found.iter().map(|(path, _)| path).collect();
        self.seen.retain(|path, _| present.contains(path));
        let mut pending = false;
        for (path, fingerprint) in found {
            let seen = self.seen.entry(path.clone()).or_insert(Seen { fingerprint, since: now, handed_out: false });
            if seen.fingerprint != fingerprint {
                *seen = Seen { fingerprint, since: now, handed_out: false };
            }
            if seen.handed_out {
                continue;
            }
            if now.duration_since(seen.since) >= self.settle {
                self.ready.push_back(path);
            } else {
                pending = true;
            }
        }
        let wait = if pending { self.interval.min((self.settle / 2).max(SHORTEST)) } else { self.interval };
        self.next_look = now + wait;
        Ok(())
    }
}

fn watcher(folders: &[PathBuf], notices: Arc<Notify>) -> notify::Result<RecommendedWatcher> {
    // Looking at a folder opens it, which the system reports too: only changes may wake the watch, or it never sleeps.
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
        let changed = event.map_or(true, |event| match event.kind {
            EventKind::Access(access) => access == AccessKind::Close(AccessMode::Write),
            _ => true,
        });
        if changed {
            notices.notify_one();
        }
    })?;
    for folder in folders {
        watcher.watch(folder, RecursiveMode::Recursive)?;
    }
    Ok(watcher)
}

fn look_at(folders: &[PathBuf], limits: &WalkLimits) -> Result<Vec<(PathBuf, Fingerprint)>, IntakeError> {
    let readable = |folder: &&PathBuf| std::fs::read_dir(folder).is_ok();
    if let Some(first) = folders.first()
        && !folders.iter().any(|folder| readable(&folder))
        && let Err(cause) = std::fs::read_dir(first)
    {
        return Err(IntakeError::Source { cause });
    }
    let found = walk(folders, limits).files.into_iter();
    // A file that went away meanwhile is none of ours.
    Ok(found.filter_map(|path| Fingerprint::of(&path).ok().map(|seen| (path, seen))).collect())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Write;

    use super::*;

    fn watch(folder: &Path) -> Watch {
        let (interval, settle) = (Duration::from_millis(400), Duration::from_millis(300));
        Watch::new(vec![folder.to_owned()], WalkLimits::default(), interval, settle)
    }

    async fn next(watch: &mut Watch) -> Option<String> {
        let found = tokio::time::timeout(Duration::from_secs(3), watch.next()).await.ok()?.unwrap();
        Some(found.file_name().unwrap().to_str().unwrap().to_owned())
    }

    #[tokio::test]
    async fn files_come_once_and_whole() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("before.pdf"), b"was here").unwrap();
        let mut watch = watch(folder.path());
        assert_eq!(next(&mut watch).await.as_deref(), Some("before.pdf"));

        let growing = folder.path().join("growing.pdf");
        let writer = std::thread::spawn(move || {
            let mut file = fs::File::create(growing).unwrap();
            for _ in 0..8 {
                file.write_all(b"12345").unwrap();
                std::thread::sleep(Duration::from_millis(100));
            }
        });
        assert_eq!(next(&mut watch).await.as_deref(), Some("growing.pdf"));
        writer.join().unwrap();
        assert_eq!(fs::metadata(folder.path().join("growing.pdf")).unwrap().len(), 40);
        assert_eq!(next(&mut watch).await, None);

        // A new file under an old name is another one, and a failed one comes again when asked for.
        fs::write(folder.path().join("before.pdf"), b"something else").unwrap();
        assert_eq!(next(&mut watch).await.as_deref(), Some("before.pdf"));
        watch.again(&folder.path().canonicalize().unwrap().join("growing.pdf"));
        assert_eq!(next(&mut watch).await.as_deref(), Some("growing.pdf"));
    }

    #[tokio::test]
    async fn a_folder_that_vanished_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let mut watch = watch(folder.path());
        drop(folder);
        assert!(matches!(watch.next().await, Err(IntakeError::Source { .. })));
    }
}
