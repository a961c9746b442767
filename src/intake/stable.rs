//! Waiting until a source file is whole: scanners and copies over a network write for a while.

use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::{Instant, sleep};

use super::error::IntakeError;
use super::source::Fingerprint;

/// When a file counts as whole.
#[derive(Debug, Clone, Copy)]
pub struct Settling {
    /// How long size and times must stay the same.
    pub settle: Duration,
    /// How often to look.
    pub poll: Duration,
    /// How long to wait for that at most.
    pub give_up: Duration,
}

impl Default for Settling {
    fn default() -> Self {
        Self { settle: Duration::from_secs(2), poll: Duration::from_millis(250), give_up: Duration::from_secs(600) }
    }
}

/// Waits until the file has not changed for the settling time. A file whose last change is that long ago (at `now`) is
/// whole at once; one from the future, by the clock of a network share, is watched for the whole time.
///
/// # Errors
/// The file cannot be looked at, is no regular file, or does not come to rest.
pub async fn wait_until_stable(path: &Path, settling: &Settling, now: Timestamp) -> Result<Fingerprint, IntakeError> {
    let mut seen = look(path).await?;
    if at_rest(&seen, settling.settle, now) {
        return Ok(seen);
    }
    let begin = Instant::now();
    let mut unchanged_since = begin;
    loop {
        sleep(settling.poll.max(Duration::from_millis(1))).await;
        let found = look(path).await?;
        if found != seen {
            seen = found;
            unchanged_since = Instant::now();
        } else if unchanged_since.elapsed() >= settling.settle {
            return Ok(seen);
        }
        if begin.elapsed() > settling.give_up {
            return Err(IntakeError::Changing);
        }
    }
}

/// Says whether the last change is at least `settle` before `now`.
pub(super) fn at_rest(seen: &Fingerprint, settle: Duration, now: Timestamp) -> bool {
    let settle = i64::try_from(settle.as_micros()).unwrap_or(i64::MAX);
    now.as_microsecond().saturating_sub(seen.last_change()) >= settle
}

async fn look(path: &Path) -> Result<Fingerprint, IntakeError> {
    let path = path.to_owned();
    let looking = tokio::task::spawn_blocking(move || Fingerprint::of(&path)).await;
    looking.map_err(|error| IntakeError::Source { cause: std::io::Error::other(error) })?
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "files get their times from the machine's clock")]
mod tests {
    use std::fs;
    use std::io::Write;

    use super::*;

    fn quick() -> Settling {
        Settling {
            settle: Duration::from_millis(200),
            poll: Duration::from_millis(20),
            give_up: Duration::from_secs(1),
        }
    }

    #[tokio::test]
    async fn a_growing_file_is_waited_for_and_an_endless_one_given_up() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("scan.tif");
        fs::write(&path, b"begin").unwrap();
        let growing = path.clone();
        let writer = std::thread::spawn(move || {
            let mut file = fs::OpenOptions::new().append(true).open(growing).unwrap();
            for _ in 0..10 {
                std::thread::sleep(Duration::from_millis(50));
                file.write_all(b"more").unwrap();
            }
        });
        let seen = wait_until_stable(&path, &quick(), Timestamp::now()).await.unwrap();
        assert_eq!(seen.size(), 5 + 40);
        writer.join().unwrap();

        let endless = Settling { give_up: Duration::from_millis(100), ..quick() };
        assert!(matches!(wait_until_stable(&path, &endless, Timestamp::UNIX_EPOCH).await, Err(IntakeError::Changing)));
    }

    #[tokio::test]
    async fn an_old_file_is_whole_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("scan.tif");
        fs::write(&path, b"whole").unwrap();
        let later = Timestamp::now().checked_add(jiff::SignedDuration::from_secs(3600)).unwrap();
        let forever = Settling { settle: Duration::from_secs(1800), poll: Duration::from_secs(60), ..quick() };
        let waited = tokio::time::timeout(Duration::from_secs(5), wait_until_stable(&path, &forever, later)).await;
        assert_eq!(waited.expect("no wait").unwrap().size(), 5);
    }
}
