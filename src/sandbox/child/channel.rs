//! The child's end of the socket pair: blocking frames, descriptors received with the prefix.

use crate::sandbox::frame::{MAX_FILES, MAX_REQUEST, Message, PREFIX, Prefix};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::net::{RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, recvmsg};
use serde::Serialize;
use std::io::{self, IoSliceMut, Read, Write};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;

/// The channel to the parent, which arrives as standard input.
pub(super) struct Channel {
    stream: UnixStream,
}

impl Channel {
    /// Takes the channel from standard input.
    pub fn from_standard_input() -> io::Result<Self> {
        Ok(Self { stream: io::stdin().as_fd().try_clone_to_owned()?.into() })
    }

    pub fn try_clone(&self) -> io::Result<UnixStream> {
        self.stream.try_clone()
    }

    /// Says whether the parent has closed its end, whatever is still to be read.
    pub fn is_closed(&self) -> io::Result<bool> {
        let mut watched = [PollFd::new(&self.stream, PollFlags::RDHUP)];
        loop {
            match poll(&mut watched, Some(&Timespec::default())) {
                Err(rustix::io::Errno::INTR) => {}
                other => return other.map(|ready| ready > 0).map_err(io::Error::from),
            }
        }
    }

    /// Waits for the next frame; `None` when the parent has closed its end.
    pub fn receive(&mut self) -> io::Result<Option<(Vec<u8>, Vec<OwnedFd>)>> {
        let mut prefix = [0; PREFIX];
        let mut files = Vec::new();
        let mut filled = 0;
        while filled < PREFIX {
            let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MAX_FILES))];
            let mut control = RecvAncillaryBuffer::new(&mut space);
            let mut into = [IoSliceMut::new(&mut prefix[filled..])];
            let received = match recvmsg(&self.stream, &mut into, &mut control, RecvFlags::CMSG_CLOEXEC) {
                Err(rustix::io::Errno::INTR) => continue,
                Err(rustix::io::Errno::CONNRESET) => return Ok(None),
                other => other?,
            };
            for message in control.drain() {
                if let RecvAncillaryMessage::ScmRights(fds) = message {
                    files.extend(fds);
                }
            }
            if received.bytes == 0 {
                return if filled == 0 { Ok(None) } else { Err(io::ErrorKind::UnexpectedEof.into()) };
            }
            filled += received.bytes;
        }
        let prefix = Prefix::from_bytes(prefix, MAX_REQUEST).map_err(io::Error::other)?;
        if files.len() != prefix.files as usize {
            return Err(io::Error::other("descriptors were lost on the way"));
        }
        let mut header = vec![0; prefix.header as usize];
        self.stream.read_exact(&mut header)?;
        Ok(Some((header, files)))
    }

    /// Sends one message with its binary part.
    pub fn send<R: Serialize>(&mut self, message: &Message<R>, blob: &[u8]) -> io::Result<()> {
        let header = serde_json::to_vec(message)?;
        let prefix = Prefix::for_frame(&header, blob, 0, u32::MAX).map_err(io::Error::other)?;
        self.stream.write_all(&prefix.to_bytes())?;
        self.stream.write_all(&header)?;
        self.stream.write_all(blob)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_end_is_seen_though_a_message_waits() {
        let (mut parent, stream) = UnixStream::pair().unwrap();
        let channel = Channel { stream };
        parent.write_all(b"the last words").unwrap();
        assert!(!channel.is_closed().unwrap());
        drop(parent);
        assert!(channel.is_closed().unwrap());
    }
}
