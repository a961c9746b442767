//! Runs an external program under containment: our own executable restricts itself, then becomes the program.

use super::containment::Limits;
use super::error::{Ending, ProgramError};
use super::launch;
use super::process::Process;
use super::standard_error::StandardError;
use serde::{Deserialize, Serialize};
use std::ffi::OsString;
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::AsyncReadExt;
use tokio::net::unix::pipe::Receiver;

/// Exit code of the launching role when the restrictions could not be put in place.
pub(super) const UNCONTAINED: u8 = 125;
/// Exit code of the launching role when the program could not be executed.
pub(super) const MISSING: u8 = 127;

/// Where a program reads from.
#[derive(Debug)]
pub enum ProgramInput {
    /// Nothing.
    Nothing,
    /// This open file, as standard input.
    File(OwnedFd),
}

/// Where a program writes to.
#[derive(Debug)]
pub enum ProgramOutput {
    /// Memory, at most this many bytes.
    Captured {
        /// The program is ended when it writes more.
        max_bytes: u64,
    },
    /// This open file, as standard output; its size is held by [`Limits::file_bytes`].
    File(OwnedFd),
}

/// One run of an external program.
#[derive(Debug)]
pub struct Program {
    /// Our own executable.
    pub launcher: PathBuf,
    /// The arguments that select the role ending in [`child::exec_contained`](super::child::exec_contained); the
    /// specification follows them as one more argument.
    pub launcher_args: Vec<OsString>,
    /// The program, an absolute path or a name looked up in /usr/bin and /bin.
    pub program: PathBuf,
    /// Its arguments: options only, never a text of a page.
    pub args: Vec<String>,
    /// Folders and files it may read besides the system's programs, libraries and fonts.
    pub readable: Vec<PathBuf>,
    /// Its standard input.
    pub input: ProgramInput,
    /// Its standard output.
    pub output: ProgramOutput,
    /// What it may use.
    pub limits: Limits,
    /// How long it may run.
    pub deadline: Duration,
}

/// What a program gave.
#[derive(Debug)]
pub struct Output {
    /// The captured standard output; empty when it went to a file.
    pub stdout: Vec<u8>,
}

/// What the launching role is told, as JSON in its last argument.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Specification {
    pub program: PathBuf,
    pub args: Vec<String>,
    pub readable: Vec<PathBuf>,
    pub limits: Limits,
}

impl Program {
    /// Runs the program to its end. On every error, it and all it started have been ended and reaped.
    ///
    /// # Errors
    /// [`ProgramError`]; nothing that the program printed is part of it.
    pub async fn run(self) -> Result<Output, ProgramError> {
        let name = self.program.file_name().unwrap_or(self.program.as_os_str()).to_string_lossy().into_owned();
        let start = |source| ProgramError::Start { program: name.clone(), source };
        let memory_bytes = self.limits.memory_bytes;
        let specification =
            Specification { program: self.program, args: self.args, readable: self.readable, limits: self.limits };
        let specification = serde_json::to_string(&specification).map_err(|error| start(error.into()))?;

        let mut command = launch::isolated(&self.launcher);
        command.args(&self.launcher_args).arg(specification).stderr(Stdio::piped());
        match self.input {
            ProgramInput::Nothing => command.stdin(Stdio::null()),
            ProgramInput::File(file) => command.stdin(file),
        };
        let max_bytes = match self.output {
            ProgramOutput::Captured { max_bytes } => {
                command.stdout(Stdio::piped());
                max_bytes
            }
            ProgramOutput::File(file) => {
                command.stdout(file);
                0
            }
        };
        let mut process = launch::spawn(command).await.map_err(start)?;
        let mut standard_error = StandardError::watch(process.take_stderr().map(OwnedFd::from)).map_err(start)?;

        let Ok(done) = tokio::time::timeout(self.deadline, until_end(&mut process, max_bytes)).await else {
            process.end().await;
            return Err(ProgramError::Deadline { program: name, deadline: self.deadline });
        };
        let (stdout, ending) = done.map_err(start)?;
        if stdout.len() as u64 > max_bytes {
            return Err(ProgramError::OutputLimit { program: name, limit: max_bytes });
        }
        match ending {
            Ending::Exit(0) => Ok(Output { stdout }),
            Ending::Exit(code) if code == i32::from(MISSING) => Err(ProgramError::Missing(name)),
            Ending::Exit(code) if code == i32::from(UNCONTAINED) => Err(ProgramError::Uncontained(name)),
            _ if standard_error.was_out_of_memory().await => {
                Err(ProgramError::MemoryLimit { program: name, limit: memory_bytes })
            }
            _ => Err(ProgramError::Failed { program: name, ending }),
        }
    }
}

/// Reads standard output to its end or one byte past the limit, then waits for (or, past the limit, causes) the end.
async fn until_end(process: &mut Process, max_bytes: u64) -> std::io::Result<(Vec<u8>, Ending)> {
    let mut stdout = Vec::new();
    if let Some(pipe) = process.take_stdout() {
        let pipe = Receiver::from_owned_fd(pipe.into())?;
        pipe.take(max_bytes.saturating_add(1)).read_to_end(&mut stdout).await?;
        if stdout.len() as u64 > max_bytes {
            return Ok((stdout, process.end().await));
        }
    }
    Ok((stdout, process.finish().await))
}
