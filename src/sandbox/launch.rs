//! Starting processes: which program, with which setup, from a thread that never ends.

use super::containment::Limits;
use super::error::StartError;
use super::process::Process;
use serde::Serialize;
use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Mutex, PoisonError, mpsc};
use std::time::Duration;
use tokio::sync::oneshot;

/// How to start a child: our own executable in a role that ends in [`child::serve`](super::child::serve).
#[derive(Debug, Clone)]
pub struct Launch {
    /// The executable, as a rule `std::env::current_exe()` found out by the caller.
    pub program: PathBuf,
    /// The arguments that select the role.
    pub args: Vec<OsString>,
    /// The setup message, which replaces the environment: the child's own is empty.
    pub setup: serde_json::Value,
    /// What the child may use.
    pub limits: Limits,
    /// How long the child may take until it is ready.
    pub start_deadline: Duration,
}

impl Launch {
    /// Describes a child of the role `args` with this setup message.
    ///
    /// # Errors
    /// [`StartError::Encode`] when the setup has no JSON form.
    pub fn new(
        program: impl Into<PathBuf>,
        args: impl IntoIterator<Item = impl Into<OsString>>,
        setup: &impl Serialize,
        limits: Limits,
        start_deadline: Duration,
    ) -> Result<Self, StartError> {
        Ok(Self {
            program: program.into(),
            args: args.into_iter().map(Into::into).collect(),
            setup: serde_json::to_value(setup).map_err(StartError::Encode)?,
            limits,
            start_deadline,
        })
    }
}

/// Gives a command the environment, directory and process group that every contained process gets.
pub(super) fn isolated(program: &std::path::Path) -> Command {
    use std::os::unix::process::CommandExt;
    let mut command = Command::new(program);
    command.env_clear().env("OMP_THREAD_LIMIT", "1").env("LC_ALL", "C.UTF-8").current_dir("/").process_group(0);
    command
}

/// Starts a command from the launching thread.
///
/// The kernel's parent-death signal fires when the *thread* that started the child ends, and threads of an async runtime
/// come and go; so one thread that lives as long as the program starts every child.
pub(super) async fn spawn(command: Command) -> io::Result<Process> {
    let (reply, answer) = oneshot::channel();
    launcher()?.send(Order { command, reply }).map_err(|_| gone())?;
    answer.await.map_err(|_| gone())?
}

struct Order {
    command: Command,
    reply: oneshot::Sender<io::Result<Process>>,
}

static LAUNCHER: Mutex<Option<mpsc::Sender<Order>>> = Mutex::new(None);

fn launcher() -> io::Result<mpsc::Sender<Order>> {
    let mut slot = LAUNCHER.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(orders) = slot.as_ref() {
        return Ok(orders.clone());
    }
    let (orders, inbox) = mpsc::channel::<Order>();
    std::thread::Builder::new().name("launcher".into()).spawn(move || {
        for Order { mut command, reply } in inbox {
            // When nobody waits any more, the send fails and dropping the process ends it.
            let _ = reply.send(command.spawn().map(Process::new));
        }
    })?;
    *slot = Some(orders.clone());
    Ok(orders)
}

fn gone() -> io::Error {
    io::Error::other("the launching thread has ended")
}
