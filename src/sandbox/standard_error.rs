//! What a child writes to standard error: read so that it never blocks, classified, and thrown away.
//!
//! It may quote the page, so nothing of it is kept or logged; only whether it was the last word of an allocator.

use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::io::AsyncReadExt;
use tokio::net::unix::pipe::Receiver;
use tokio::task::JoinHandle;

/// As much of a line's beginning as classification needs.
const LINE_START: usize = 96;

/// Watches one child's standard error.
#[derive(Debug)]
pub(super) struct StandardError {
    out_of_memory: Arc<AtomicBool>,
    reading: Option<JoinHandle<()>>,
}

impl StandardError {
    pub fn watch(pipe: Option<OwnedFd>) -> std::io::Result<Self> {
        let out_of_memory = Arc::new(AtomicBool::new(false));
        let reading = match pipe {
            None => None,
            Some(pipe) => Some(tokio::spawn(read(Receiver::from_owned_fd(pipe)?, Arc::clone(&out_of_memory)))),
        };
        Ok(Self { out_of_memory, reading })
    }

    /// Tells, after the process has ended, whether its last words were those of a failed allocation.
    pub async fn was_out_of_memory(&mut self) -> bool {
        if let Some(mut reading) = self.reading.take()
            && tokio::time::timeout(Duration::from_secs(1), &mut reading).await.is_err()
        {
            reading.abort();
        }
        self.out_of_memory.load(Ordering::Acquire)
    }
}

impl Drop for StandardError {
    fn drop(&mut self) {
        if let Some(reading) = &self.reading {
            reading.abort();
        }
    }
}

async fn read(mut pipe: Receiver, out_of_memory: Arc<AtomicBool>) {
    let mut lines = Lines::default();
    let mut buffer = [0; 4096];
    while let Ok(count @ 1..) = pipe.read(&mut buffer).await {
        if lines.feed(&buffer[..count]) {
            out_of_memory.store(true, Ordering::Release);
        }
    }
}

#[derive(Default)]
struct Lines {
    start: Vec<u8>,
}

impl Lines {
    /// Takes the next bytes; returns whether a line among them is an allocator's.
    fn feed(&mut self, bytes: &[u8]) -> bool {
        let mut found = false;
        for &byte in bytes {
            if byte == b'\n' {
                self.start.clear();
            } else if self.start.len() < LINE_START {
                self.start.push(byte);
                found |= tells_of_memory(&self.start);
            }
        }
        found
    }
}

/// Rust's and C++'s words when an allocation fails and nobody catches it.
fn tells_of_memory(line: &[u8]) -> bool {
    line == b"memory allocation of "
        || (line.starts_with(b"terminate called after throwing an instance of 'std::bad_") && line.ends_with(b"alloc'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_allocators_own_words_count() {
        let said = |chunks: &[&str]| {
            let mut lines = Lines::default();
            chunks.iter().fold(false, |found, chunk| lines.feed(chunk.as_bytes()) | found)
        };
        assert!(said(&["memory allocation of 4096 bytes failed\n"]));
        assert!(said(&["a warning\nmemory alloc", "ation of 1 bytes failed"]));
        assert!(said(&[
            "terminate called after throwing an instance of 'std::bad_alloc'\n  what():  std::bad_alloc\n"
        ]));
        assert!(!said(&["the page says: memory allocation of 4096 bytes failed\n"]));
        assert!(!said(&[&"x".repeat(100_000)]));
    }
}
