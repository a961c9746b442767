//! A limit on how fast something is read, shared by everybody who reads at the same time.

use std::io::{self, Read};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// The most that may be read before the pace is kept, in seconds of it: so that many small files do not add up pauses.
const AHEAD: f64 = 0.2;
/// The longest pause at a time.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// A limit on how fast something is read. Clones share it.
#[derive(Debug, Clone)]
pub struct Pace {
    bytes_per_second: f64,
    /// When what was read so far would have been read at the pace.
    reached: Arc<Mutex<Instant>>,
}

impl Pace {
    /// Sets a limit; `None` when it is 0, which stands for no limit.
    pub fn new(bytes_per_second: u64) -> Option<Self> {
        let now = Instant::now();
        (bytes_per_second > 0)
            .then(|| Self { bytes_per_second: bytes_per_second as f64, reached: Arc::new(Mutex::new(now)) })
    }

    /// Takes note of what was read, and returns how long to wait before the next bytes.
    fn pause_after(&self, bytes: usize) -> Duration {
        let now = Instant::now();
        let Ok(mut reached) = self.reached.lock() else { return Duration::ZERO };
        // Time in which nothing was read is not made up for.
        let from = (*reached).max(now.checked_sub(Duration::from_secs_f64(AHEAD)).unwrap_or(now));
        *reached = from + Duration::from_secs_f64(bytes as f64 / self.bytes_per_second);
        reached.saturating_duration_since(now)
    }
}

/// Reads at a pace, or as fast as it can; it blocks.
pub struct Paced<R> {
    source: R,
    pace: Option<Pace>,
}

impl<R: Read> Paced<R> {
    /// Reads `source` at `pace`.
    pub const fn new(source: R, pace: Option<Pace>) -> Self {
        Self { source, pace }
    }
}

impl<R: Read> Read for Paced<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(buffer)?;
        if let Some(pace) = &self.pace {
            let mut pause = pace.pause_after(read);
            while pause > Duration::ZERO {
                let step = pause.min(LONGEST_PAUSE);
                std::thread::sleep(step);
                pause -= step;
            }
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_readers_share_one_pace() {
        let pace = Pace::new(10 << 20);
        let begun = Instant::now();
        let readers: Vec<_> = (0..2)
            .map(|_| {
                let pace = pace.clone();
                std::thread::spawn(move || {
                    io::copy(&mut Paced::new(io::repeat(1).take(6 << 20), pace), &mut io::sink())
                })
            })
            .collect();
        for reader in readers {
            assert_eq!(reader.join().unwrap().unwrap(), 6 << 20);
        }
        // 12 MiB at 10 MiB a second, 0.2 s of them ahead.
        assert!(begun.elapsed() > Duration::from_millis(900), "{:?}", begun.elapsed());
        assert!(Pace::new(0).is_none());
    }
}
