//! The parent's end of one child: start it, ask it, and end it when it misbehaves.

use super::call_clock::{CallClock, Elapsed};
use super::containment::{Containment, Limits};
use super::error::{CallError, Ending, StartError};
use super::frame::{MAX_REQUEST, Message, Opening, PREFIX, Prefix};
use super::launch::{self, Launch};
use super::process::Process;
use super::standard_error::StandardError;
use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags, sendmsg};
use serde::Serialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use std::io::{self, IoSlice};
use std::mem::MaybeUninit;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt, Interest};
use tokio::net::UnixStream;

/// How long a child may take to leave by itself once its channel is closed.
const FAREWELL: Duration = Duration::from_secs(2);
/// A place in the source is never longer than this; a child that sends more is not believed.
const LONGEST_PLACE: usize = 200;

/// A contained process that answers one call at a time. Dropping it ends its whole process group.
#[derive(Debug)]
pub struct Child {
    process: Process,
    channel: UnixStream,
    standard_error: StandardError,
    containment: Containment,
    limits: Limits,
    calls: u64,
    /// Set while a call is under way: one that was abandoned leaves half a frame behind, so the child cannot be used again.
    busy: bool,
}

impl Child {
    /// Starts a child and waits until it has set itself up and locked itself down.
    ///
    /// # Errors
    /// [`StartError`]; the process has then been ended and reaped.
    pub async fn start(launch: &Launch) -> Result<Self, StartError> {
        let opening = serde_json::to_vec(&Opening { limits: launch.limits.clone(), setup: &launch.setup })
            .map_err(StartError::Encode)?;
        let (ours, theirs) = std::os::unix::net::UnixStream::pair()?;
        ours.set_nonblocking(true)?;
        let mut command = launch::isolated(&launch.program);
        command.args(&launch.args).stdin(Stdio::from(OwnedFd::from(theirs)));
        command.stdout(Stdio::null()).stderr(Stdio::piped());
        let mut process = launch::spawn(command).await?;
        let mut child = Self {
            standard_error: StandardError::watch(process.take_stderr().map(OwnedFd::from))?,
            process,
            channel: UnixStream::from_std(ours)?,
            containment: Containment::default(),
            limits: launch.limits.clone(),
            calls: 0,
            busy: true,
        };
        let greeting = tokio::time::timeout(launch.start_deadline, child.exchange::<IgnoredAny>(&opening, &[])).await;
        let problem = match greeting {
            Ok(Ok((Message::Ready(containment), _))) => {
                child.containment = containment;
                child.busy = false;
                return Ok(child);
            }
            Ok(Ok((Message::Refused(reason), _))) => StartError::Refused(reason),
            Ok(Ok((Message::Answer(_) | Message::Fault { .. }, _))) => {
                StartError::Protocol("an answer before any call")
            }
            Ok(Err(Broken::Nonsense(what))) => StartError::Protocol(what),
            Err(_) => StartError::Deadline(launch.start_deadline),
            Ok(Err(Broken::Closed)) => match child.last_words().await {
                LastWords::MemoryLimit => StartError::MemoryLimit(child.limits.memory_bytes),
                LastWords::Ending(ending) => StartError::Crashed(ending),
            },
        };
        child.process.end().await;
        Err(problem)
    }

    /// Sends a request with the files it concerns and waits for the answer and its binary part. Time in which the child
    /// could have worked but got no core does not count against the deadline, within limits.
    ///
    /// # Errors
    /// [`CallError`]; unless it is [`CallError::Encode`], the child has then been ended and reaped.
    pub async fn call<Req: Serialize, Resp: DeserializeOwned>(
        &mut self,
        request: &Req,
        files: &[BorrowedFd<'_>],
        deadline: Duration,
    ) -> Result<(Resp, Vec<u8>), CallError> {
        let request = serde_json::to_vec(request).map_err(CallError::Encode)?;
        if self.busy || self.process.has_ended() {
            self.process.end().await;
            return Err(CallError::Ended);
        }
        self.busy = true;
        let clock = CallClock::start(self.process.pid(), deadline);
        let outcome = clock.within(self.exchange::<Resp>(&request, files)).await;
        let problem = match outcome {
            Ok(Ok((Message::Answer(answer), blob))) => {
                self.calls += 1;
                self.busy = false;
                return Ok((answer, blob));
            }
            Ok(Ok((Message::Fault { at }, _))) => CallError::Panicked { at: believable_place(&at) },
            Ok(Ok((Message::Ready(_) | Message::Refused(_), _))) => {
                CallError::Protocol("a greeting instead of an answer")
            }
            Ok(Err(Broken::Nonsense(what))) => CallError::Protocol(what),
            Err(Elapsed) => CallError::Deadline(deadline),
            Ok(Err(Broken::Closed)) => match self.last_words().await {
                LastWords::MemoryLimit => CallError::MemoryLimit(self.limits.memory_bytes),
                LastWords::Ending(ending) => CallError::Crashed(ending),
            },
        };
        self.process.end().await;
        Err(problem)
    }

    /// What the child found in force when it locked itself down.
    #[must_use]
    pub fn containment(&self) -> &Containment {
        &self.containment
    }

    /// The process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.process.pid()
    }

    /// How many calls it has answered.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.calls
    }

    /// Tells whether it can take another call.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        !self.busy && !self.process.has_ended()
    }

    /// Its resident memory in bytes, where the system tells.
    #[must_use]
    pub fn resident_bytes(&self) -> Option<u64> {
        self.process.resident_bytes()
    }

    /// Lets an idle child leave by itself, and ends it when it does not.
    pub async fn shut_down(self) -> Ending {
        let Self { mut process, channel, .. } = self;
        drop(channel);
        match tokio::time::timeout(FAREWELL, process.finish()).await {
            Ok(ending) => ending,
            Err(_) => process.end().await,
        }
    }

    async fn last_words(&mut self) -> LastWords {
        let ending = self.process.end().await;
        let aborted = ending == Ending::Signal(libc::SIGABRT);
        if self.standard_error.was_out_of_memory().await && aborted {
            LastWords::MemoryLimit
        } else {
            LastWords::Ending(ending)
        }
    }

    async fn exchange<Resp: DeserializeOwned>(
        &mut self,
        header: &[u8],
        files: &[BorrowedFd<'_>],
    ) -> Result<(Message<Resp>, Vec<u8>), Broken> {
        let prefix = Prefix::for_frame(header, &[], files.len(), MAX_REQUEST).map_err(Broken::Nonsense)?;
        send_prefix(&self.channel, &prefix.to_bytes(), files).await?;
        self.channel.write_all(header).await?;
        let mut prefix = [0; PREFIX];
        self.channel.read_exact(&mut prefix).await?;
        let prefix = Prefix::from_bytes(prefix, self.limits.reply_bytes).map_err(Broken::Nonsense)?;
        let header = self.read(prefix.header).await?;
        let message = serde_json::from_slice(&header).map_err(|_| Broken::Nonsense("an answer that cannot be read"))?;
        Ok((message, self.read(prefix.blob).await?))
    }

    /// Reads `length` bytes; memory grows with what arrives, not with what was announced.
    async fn read(&mut self, length: u32) -> Result<Vec<u8>, Broken> {
        let mut bytes = Vec::with_capacity(length.min(1 << 16) as usize);
        (&mut self.channel).take(u64::from(length)).read_to_end(&mut bytes).await?;
        if bytes.len() == length as usize { Ok(bytes) } else { Err(Broken::Closed) }
    }
}

enum LastWords {
    MemoryLimit,
    Ending(Ending),
}

enum Broken {
    Closed,
    Nonsense(&'static str),
}

impl From<io::Error> for Broken {
    fn from(_: io::Error) -> Self {
        Self::Closed
    }
}

/// Sends the prefix and, with its first byte, the descriptors.
async fn send_prefix(channel: &UnixStream, prefix: &[u8; PREFIX], files: &[BorrowedFd<'_>]) -> io::Result<()> {
    let mut sent = 0;
    while sent < prefix.len() {
        sent += channel
            .async_io(Interest::WRITABLE, || {
                let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(super::frame::MAX_FILES))];
                let mut control = SendAncillaryBuffer::new(&mut space);
                if sent == 0 && !files.is_empty() && !control.push(SendAncillaryMessage::ScmRights(files)) {
                    return Err(io::Error::other("too many descriptors"));
                }
                Ok(sendmsg(channel, &[IoSlice::new(&prefix[sent..])], &mut control, SendFlags::NOSIGNAL)?)
            })
            .await?;
    }
    Ok(())
}

/// Passes on a place like `src/pdf/read.rs:12` and nothing that could be text of a page.
fn believable_place(at: &str) -> String {
    let plausible = at.len() <= LONGEST_PLACE
        && at.rsplit_once(".rs:").is_some_and(|(_, line)| line.bytes().all(|b| b.is_ascii_digit()))
        && at.bytes().all(|b| b.is_ascii_graphic());
    if plausible { at.to_owned() } else { "an unknown place".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_place_in_the_source_is_passed_on() {
        assert_eq!(believable_place("src/pdf/read.rs:12"), "src/pdf/read.rs:12");
        for text in ["Ada Lovelace, born 1815", "x.rs:12 diabetes", &format!("{}.rs:1", "a".repeat(300)), ""] {
            assert_eq!(believable_place(text), "an unknown place");
        }
    }
}
