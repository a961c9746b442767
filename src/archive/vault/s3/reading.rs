//! Reading a version as a stream of bytes, for those who read files: nothing is written to the disk on the way.

use std::io::{self, Read};

use bytes::{Buf, Bytes};
use futures::StreamExt;
use tokio::sync::mpsc;

use super::{Bucket, store_failed};
use crate::archive::error::ArchiveError;
use crate::archive::vault::version::Version;

/// Pieces that wait to be read.
const WAITING: usize = 8;

impl Bucket {
    /// Returns a reader of a version. It blocks, so it must not be read by a task.
    pub(super) async fn stream(&self, version: &Version) -> Result<Box<dyn Read + Send>, ArchiveError> {
        let got = self.get(&version.key, self.version_id(version)).await?;
        let (size, key) = (got.meta.size, version.key.clone());
        let mut stream = got.into_stream();
        let (give, take) = mpsc::channel(WAITING);
        // It ends when nobody takes any more.
        tokio::spawn(async move {
            let mut left = size;
            while let Some(piece) = stream.next().await {
                let piece = piece.map_err(|error| io::Error::other(store_failed(&key, &error).to_string()));
                let is_end = piece.is_err();
                left = left.saturating_sub(piece.as_ref().map_or(0, |piece| piece.len() as u64));
                if give.send(piece).await.is_err() || is_end {
                    return;
                }
            }
            if left > 0 {
                let cause = format!("the server broke off {left} bytes before the end");
                let _ = give.send(Err(io::Error::new(io::ErrorKind::UnexpectedEof, cause))).await;
            }
        });
        Ok(Box::new(Stream { take, piece: Bytes::new() }))
    }
}

struct Stream {
    take: mpsc::Receiver<io::Result<Bytes>>,
    piece: Bytes,
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.piece.is_empty() {
            match self.take.blocking_recv() {
                None => return Ok(0),
                Some(piece) => self.piece = piece?,
            }
        }
        let length = buffer.len().min(self.piece.len());
        self.piece.copy_to_slice(&mut buffer[..length]);
        Ok(length)
    }
}
