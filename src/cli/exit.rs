//! How a command ends: documented exit codes, and errors that say what to do next.

use std::process::ExitCode;

/// Why a command stopped. `Display` is for the person at the terminal and ends in what to do.
pub type CommandError = Box<dyn std::error::Error + Send + Sync>;

/// How a command ended without an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// Everything was done.
    Well,
    /// Done, but something needs a person: rejects, pages that could not be read, a check that failed, no hit.
    NeedsAttention,
    /// Stopped by Ctrl-C; the next start goes on where this one stopped.
    Interrupted,
}

/// The exit codes, as `muniment help` prints them.
pub const EXIT_CODES: &str = "\
Exit codes:
  0    everything was done
  1    an error; the message says what to do
  2    the command line was not understood
  3    done, but something needs a person: rejects, unread pages, a failed check, no hit
  130  stopped by Ctrl-C; the next start goes on";

impl From<Ended> for ExitCode {
    fn from(ended: Ended) -> Self {
        match ended {
            Ended::Well => Self::SUCCESS,
            Ended::NeedsAttention => Self::from(3),
            Ended::Interrupted => Self::from(130),
        }
    }
}

/// Makes an error out of a sentence.
pub fn error(message: impl Into<String>) -> CommandError {
    message.into().into()
}
