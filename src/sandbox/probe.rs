//! A child that misbehaves on request, to prove that containment holds, and a parent to be killed.
//!
//! Reached only by the hidden roles `muniment child probe` and `muniment child probe-parent`; it is part of the program so
//! that `doctor` and the tests examine the very executable that is installed, on the kernel it runs on.

use super::containment::Limits;
use super::exchange::Child;
use super::launch::Launch;
use serde::{Deserialize, Serialize};
use std::ffi::OsStr;
use std::fs;
use std::hint::black_box;
use std::io::{self, Write};
use std::net::TcpStream;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::process::{Command, ExitCode};
use std::time::Duration;

/// How the probe behaves while it is being set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Setup {
    /// It sets itself up as it should.
    Orderly,
    /// It refuses.
    Refuse,
    /// It never ends setting itself up.
    Spin,
    /// It ends by a signal.
    Abort,
    /// It turns the parent-death signal off, so that only the closed channel is left to end it.
    WithoutDeathSignal,
}

/// What the probe is asked to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Deed {
    /// Says how many files came along and reads the first one mapped.
    Read,
    /// Answers with this many bytes.
    Answer(usize),
    /// Writes to the first file that came along.
    WriteInto(usize),
    /// Starts threads, sleeps, takes randomness, looks at clocks: what libraries need.
    Ordinary,
    /// Panics with words that must not get out.
    Panic,
    /// Ends by this signal's usual cause.
    Abort,
    /// Leaves with this exit code.
    Exit(i32),
    /// Recurses until the stack ends.
    Recurse,
    /// Uses the processor for ever.
    Spin,
    /// Sleeps for ever.
    Hang,
    /// Allocates without end.
    Allocate,
    /// Tries to read a file by name.
    OpenFile,
    /// Tries to create a file by name.
    CreateFile,
    /// Tries to connect over TCP.
    ConnectTcp,
    /// Tries to connect to a Unix socket.
    ConnectUnix,
    /// Tries to execute a program.
    Execute,
    /// Tries to fork until it is refused.
    ForkBomb,
    /// Tries to signal its parent.
    SignalParent,
    /// Tries to leave its process group.
    LeaveGroup,
    /// Tries to raise its own limits.
    RaiseLimits,
    /// Tries to open many descriptors.
    OpenMany,
    /// Sends bytes that are no frame.
    Garbage,
    /// Announces a frame of four gigabytes.
    HugeFrame,
    /// Sends half a frame and hangs.
    HalfFrame,
    /// Closes the channel and lives on.
    CloseChannel,
    /// Floods standard error and standard output, then answers.
    Flood,
}

/// What the probe reports about a deed that it survived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// It did it.
    Done(String),
    /// The system refused, with this error number.
    Refused(Option<i32>),
}

/// Serves as the misbehaving child.
pub fn child() -> ExitCode {
    super::child::serve(set_up, |(), deed: Deed, files| match deed {
        Deed::Answer(bytes) => (Outcome::Done(String::new()), Some(vec![7; bytes])),
        deed => (outcome(attempt(&deed, &files)), None),
    })
}

/// Starts a probe as its child, prints the child's process id on a line of its own and keeps the child busy until killed.
/// The role is `spin-in-setup` or `spin-in-call`.
pub fn parent(role: &str) -> ExitCode {
    let Ok(runtime) = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build() else {
        return ExitCode::FAILURE;
    };
    let Ok(own) = std::env::current_exe() else { return ExitCode::FAILURE };
    let setup = if role == "spin-in-setup" { Setup::Spin } else { Setup::WithoutDeathSignal };
    let long = Duration::from_secs(600);
    let Ok(launch) = Launch::new(own, ["child", "probe"], &setup, Limits::default(), long) else {
        return ExitCode::FAILURE;
    };
    runtime.block_on(async {
        if let Ok(mut child) = Child::start(&launch).await {
            let _ = writeln!(io::stdout(), "{}", child.pid());
            let _ = child.call::<_, Outcome>(&Deed::Spin, &[], long).await;
        }
    });
    ExitCode::FAILURE
}

fn set_up(setup: Setup) -> Result<(), String> {
    match setup {
        Setup::Orderly => Ok(()),
        Setup::Refuse => Err("there is no model eng in the folder of models".into()),
        Setup::Spin => spin(),
        Setup::Abort => std::process::abort(),
        Setup::WithoutDeathSignal => {
            rustix::process::set_parent_process_death_signal(None).map_err(|error| error.to_string())
        }
    }
}

fn outcome(result: io::Result<String>) -> Outcome {
    match result {
        Ok(said) => Outcome::Done(said),
        Err(error) => Outcome::Refused(error.raw_os_error()),
    }
}

#[expect(clippy::disallowed_methods, reason = "the deed is to leave without returning")]
fn attempt(deed: &Deed, files: &[OwnedFd]) -> io::Result<String> {
    match deed {
        Deed::Read => {
            let mapped = files.first().map(super::map_file).transpose()?;
            Ok(format!("{}:{}", files.len(), mapped.map_or(0, |bytes| bytes.iter().map(|&b| u64::from(b)).sum())))
        }
        Deed::Answer(_) => Ok(String::new()),
        Deed::WriteInto(bytes) => {
            let file = files.first().ok_or(io::ErrorKind::NotFound)?.try_clone()?;
            fs::File::from(file).write_all(&vec![1; *bytes]).map(|()| String::new())
        }
        Deed::Ordinary => ordinary(),
        Deed::Panic => panic!("Ada Lovelace, born 1815, diabetes"),
        Deed::Abort => std::process::abort(),
        Deed::Exit(code) => std::process::exit(*code),
        Deed::Recurse => Ok(recurse(1).to_string()),
        Deed::Spin => spin(),
        Deed::Hang => loop {
            std::thread::sleep(Duration::from_secs(3600));
        },
        Deed::Allocate => {
            let mut hoard = Vec::new();
            loop {
                hoard.push(black_box(vec![1_u8; 8 << 20]));
            }
        }
        Deed::OpenFile => fs::read_to_string("/etc/passwd"),
        Deed::CreateFile => fs::write("/tmp/muniment-probe-escaped", "x").map(|()| String::new()),
        Deed::ConnectTcp => TcpStream::connect(("127.0.0.1", 9)).map(|_| String::new()),
        Deed::ConnectUnix => UnixStream::connect("/run/nothing").map(|_| String::new()),
        Deed::Execute => Command::new("/bin/true").status().map(|_| String::new()),
        Deed::ForkBomb => {
            (0..1000).try_for_each(|_| Command::new("/bin/sleep").arg("60").spawn().map(drop)).map(|()| String::new())
        }
        Deed::SignalParent => {
            let parent = rustix::process::getppid().ok_or(io::ErrorKind::NotFound)?;
            Ok(rustix::process::test_kill_process(parent).map(|()| String::new())?)
        }
        Deed::LeaveGroup => Ok(rustix::process::setsid().map(|_| String::new())?),
        Deed::RaiseLimits => {
            let more = rustix::process::Rlimit { current: None, maximum: None };
            Ok(rustix::process::setrlimit(rustix::process::Resource::Data, more).map(|()| String::new())?)
        }
        Deed::OpenMany => {
            let mut hoard = Vec::new();
            loop {
                hoard.push(io::pipe()?);
            }
        }
        Deed::Garbage => say(b"this is no frame at all, and it is long enough for a prefix", hang),
        Deed::HugeFrame => say(&[0xff; 12], hang),
        Deed::HalfFrame => say(&[40, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, b'{'], hang),
        Deed::CloseChannel => {
            rustix::net::shutdown(io::stdin(), rustix::net::Shutdown::Both)?;
            spin()
        }
        Deed::Flood => {
            let line = [b'x'; 8192];
            for _ in 0..1000 {
                io::stderr().write_all(&line)?;
                io::stdout().write_all(&line)?;
            }
            Ok(String::new())
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "shows that randomness works and that the environment is empty")]
fn ordinary() -> io::Result<String> {
    let workers: Vec<_> = (0..4)
        .map(|n| {
            std::thread::Builder::new().name(format!("worker {n}")).spawn(move || {
                std::thread::sleep(Duration::from_millis(5));
                black_box(vec![n; 4 << 20]).len()
            })
        })
        .collect::<io::Result<_>>()?;
    let total: usize = workers.into_iter().filter_map(|worker| worker.join().ok()).sum();

    let random: [u64; 2] = [rand::random(), rand::random()];
    let before = std::time::Instant::now();
    std::thread::sleep(Duration::from_millis(5));
    let environment: Vec<_> = std::env::vars_os().map(|(name, _)| name).collect();
    let clean = environment.iter().all(|name| name == OsStr::new("LC_ALL") || name == OsStr::new("OMP_THREAD_LIMIT"));
    Ok(format!(
        "{} {} {} {}",
        total == 16 << 20,
        random[0] != random[1],
        before.elapsed() >= Duration::from_millis(5),
        clean
    ))
}

fn say(bytes: &[u8], then: fn() -> io::Result<String>) -> io::Result<String> {
    rustix::net::send(io::stdin().as_fd(), bytes, rustix::net::SendFlags::NOSIGNAL)?;
    then()
}

fn hang() -> io::Result<String> {
    loop {
        std::thread::sleep(Duration::from_secs(3600));
    }
}

fn spin() -> ! {
    let mut turns = 0_u64;
    loop {
        turns = black_box(turns.wrapping_add(1));
    }
}

#[expect(unconditional_recursion, reason = "the deed is to end the stack")]
fn recurse(depth: u64) -> u64 {
    let frame = black_box([depth; 512]);
    black_box(recurse(depth.wrapping_add(1))).wrapping_add(frame[3])
}
