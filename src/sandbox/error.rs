//! How a child process can fail its parent. No message carries anything the child printed: it may be patient text.

use std::fmt;
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::time::Duration;

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// It left by itself with this exit code.
    Exit(i32),
    /// This signal ended it.
    Signal(i32),
    /// The system would not say.
    Unknown,
}

impl From<ExitStatus> for Ending {
    fn from(status: ExitStatus) -> Self {
        match (status.code(), status.signal()) {
            (Some(code), _) => Self::Exit(code),
            (None, Some(signal)) => Self::Signal(signal),
            (None, None) => Self::Unknown,
        }
    }
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exit(code) => write!(f, "exit code {code}"),
            Self::Signal(signal) => write!(f, "signal {signal}{}", signal_name(*signal)),
            Self::Unknown => f.write_str("unknown"),
        }
    }
}

/// Why a child could not be made ready.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The program could not be started at all.
    #[error("cannot start the child process: {0}")]
    Spawn(#[from] io::Error),
    /// The setup message could not be encoded.
    #[error("cannot encode the setup of the child process: {0}")]
    Encode(#[source] serde_json::Error),
    /// The child refused its setup, in its own words (written by this program before any foreign byte was read).
    #[error("the child process could not set itself up: {0}")]
    Refused(String),
    /// The child was not ready in time and was ended.
    #[error("the child process was not ready within {0:?}")]
    Deadline(Duration),
    /// The child ended before it was ready.
    #[error("the child process ended while setting itself up: {0}")]
    Crashed(Ending),
    /// The child ran into its memory limit, in bytes, before it was ready.
    #[error("the child process ran out of the {} of memory allowed to it while setting itself up", mib(*.0))]
    MemoryLimit(u64),
    /// The child answered in a way that makes no sense.
    #[error("the child process broke the protocol while setting itself up: {0}")]
    Protocol(&'static str),
    /// The pool has been shut down.
    #[error("no more child processes are started: the program is stopping")]
    ShutDown,
}

/// Why a call got no answer. After any of these, the child and its whole process group have been ended and reaped.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// The request could not be encoded; the only case in which the child lives on.
    #[error("cannot encode the request: {0}")]
    Encode(#[source] serde_json::Error),
    /// No answer within the deadline.
    #[error("no answer within {0:?}")]
    Deadline(Duration),
    /// The child ended.
    #[error("the child process ended: {0}")]
    Crashed(Ending),
    /// The child ran into its memory limit, in bytes.
    #[error("the child process ran out of the {} of memory allowed to it", mib(*.0))]
    MemoryLimit(u64),
    /// A panic was caught in the child, at this place in the source.
    #[error("the child process gave up at {at}")]
    Panicked {
        /// File and line; never the message, which may quote the page.
        at: String,
    },
    /// The child answered in a way that makes no sense, or too much.
    #[error("the child process broke the protocol: {0}")]
    Protocol(&'static str),
    /// The child had already been ended by an earlier error, or a call was abandoned half-way.
    #[error("the child process has already ended")]
    Ended,
}

impl CallError {
    /// Says whether somebody else ended the child (the system when memory ran out, a person): its own limits end it otherwise.
    pub const fn is_killed(&self) -> bool {
        matches!(self, Self::Crashed(Ending::Signal(libc::SIGKILL)))
    }
}

/// Why a contained external program gave no result.
#[derive(Debug, thiserror::Error)]
pub enum ProgramError {
    /// It could not be started.
    #[error("cannot start {program}: {source}")]
    Start {
        /// The program's file name.
        program: String,
        /// What the system said.
        source: io::Error,
    },
    /// It is not installed, or may not be executed.
    #[error("{0} is not installed or cannot be executed")]
    Missing(String),
    /// Its restrictions could not be put in place, so it was not started.
    #[error("{0} was not started because its restrictions could not be put in place")]
    Uncontained(String),
    /// It did not end within the deadline and was ended.
    #[error("{program} did not end within {deadline:?}")]
    Deadline {
        /// The program's file name.
        program: String,
        /// What it was allowed.
        deadline: Duration,
    },
    /// It ended without success.
    #[error("{program} failed: {ending}")]
    Failed {
        /// The program's file name.
        program: String,
        /// How it ended.
        ending: Ending,
    },
    /// It ran into its memory limit.
    #[error("{program} ran out of the {} of memory allowed to it", mib(*.limit))]
    MemoryLimit {
        /// The program's file name.
        program: String,
        /// What it was allowed, in bytes.
        limit: u64,
    },
    /// It wrote more than was allowed.
    #[error("{program} wrote more than {limit} bytes")]
    OutputLimit {
        /// The program's file name.
        program: String,
        /// The most that is captured, in bytes.
        limit: u64,
    },
}

/// Writes a limit as it is configured.
fn mib(bytes: u64) -> String {
    format!("{} MiB", bytes >> 20)
}

fn signal_name(signal: i32) -> &'static str {
    match signal {
        libc::SIGABRT => " (SIGABRT)",
        libc::SIGBUS => " (SIGBUS)",
        libc::SIGFPE => " (SIGFPE)",
        libc::SIGILL => " (SIGILL)",
        libc::SIGKILL => " (SIGKILL)",
        libc::SIGSEGV => " (SIGSEGV)",
        libc::SIGSYS => " (SIGSYS)",
        libc::SIGTERM => " (SIGTERM)",
        libc::SIGXCPU => " (SIGXCPU, processor time used up)",
        libc::SIGXFSZ => " (SIGXFSZ, file size limit)",
        _ => "",
    }
}
