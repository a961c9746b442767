//! Containment, proved by a child that tries to get out: each test asks the installed program for one misdeed.

use muniment::sandbox::probe::{Deed, Outcome, Setup};
use muniment::sandbox::{
    CallError, Child, Ending, Launch, Leased, Limits, Pool, Program, ProgramError, ProgramInput, ProgramOutput,
    Recycle, StartError,
};
use std::fs;
use std::io::{BufRead, BufReader, Read, Seek, Write};
use std::os::fd::AsFd;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::program::wait_until;

mod pools;
mod programs;

const OWN: &str = env!("CARGO_BIN_EXE_muniment");
/// Generous, because the machine may be busy: only tests that mean to hit a deadline set a short one.
const PATIENT: Duration = Duration::from_secs(60);

#[tokio::test]
async fn a_child_reports_what_holds_it() {
    let child = orderly().await;
    let containment = child.containment();
    eprintln!("{containment}");
    assert!(containment.seccomp && containment.rlimits && containment.no_new_privs && containment.parent_death_signal);
    if containment.landlock_abi.is_none() {
        eprintln!("not run: this kernel has no Landlock, only the system call filter keeps files closed");
    }
    assert_eq!(child.shut_down().await, Ending::Exit(0));
}

#[tokio::test]
async fn files_reach_a_child_as_descriptors_and_can_be_mapped() {
    let mut child = orderly().await;
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(&[1, 2, 3]).unwrap();
    let other = tempfile::tempfile().unwrap();
    let files = [file.as_fd(), other.as_fd()];
    let (outcome, _) = child.call::<_, Outcome>(&Deed::Read, &files, PATIENT).await.unwrap();
    assert_eq!(outcome, Outcome::Done("2:6".into()));
    // Nothing stays open from call to call: far more calls than a child may hold files.
    for _ in 0..200 {
        child.call::<_, Outcome>(&Deed::Read, &files, PATIENT).await.unwrap();
    }
    assert_eq!(child.calls(), 201);
}

#[tokio::test]
async fn a_child_writes_only_into_files_handed_to_it_and_only_so_much() {
    let mut child = start(Setup::Orderly, Limits { file_bytes: 100_000, ..Limits::default() }).await.unwrap();
    let mut file = tempfile::tempfile().unwrap();
    let (outcome, _) = child.call::<_, Outcome>(&Deed::WriteInto(99_000), &[file.as_fd()], PATIENT).await.unwrap();
    assert_eq!(outcome, Outcome::Done(String::new()));
    file.rewind().unwrap();
    assert_eq!(file.read_to_end(&mut Vec::new()).unwrap(), 99_000);
    let error = child.call::<_, Outcome>(&Deed::WriteInto(99_000), &[file.as_fd()], PATIENT).await.unwrap_err();
    assert!(matches!(error, CallError::Crashed(Ending::Signal(25))), "{error}");
}

#[tokio::test]
async fn what_libraries_need_still_works_and_the_environment_is_empty() {
    assert_eq!(ask(Deed::Ordinary).await.unwrap(), Outcome::Done("true true true true".into()));
}

#[tokio::test]
async fn large_answers_arrive_whole() {
    let mut child = orderly().await;
    let (_, blob) = child.call::<_, Outcome>(&Deed::Answer(20_000_000), &[], PATIENT).await.unwrap();
    assert!(blob.len() == 20_000_000 && blob.iter().all(|&byte| byte == 7));
}

#[tokio::test]
async fn every_way_out_is_refused() {
    let mut child = orderly().await;
    let eperm = Outcome::Refused(Some(1));
    for deed in [
        Deed::OpenFile,
        Deed::CreateFile,
        Deed::ConnectTcp,
        Deed::ConnectUnix,
        Deed::Execute,
        Deed::ForkBomb,
        Deed::SignalParent,
        Deed::LeaveGroup,
        Deed::RaiseLimits,
    ] {
        let (outcome, _) = child.call::<_, Outcome>(&deed, &[], PATIENT).await.unwrap();
        assert_eq!(outcome, eperm, "{deed:?}");
    }
    let emfile = Outcome::Refused(Some(24));
    assert_eq!(child.call::<_, Outcome>(&Deed::OpenMany, &[], PATIENT).await.unwrap().0, emfile);
    assert!(!Path::new("/tmp/muniment-probe-escaped").exists());
}

#[tokio::test]
async fn a_flood_on_standard_error_blocks_nothing() {
    assert_eq!(ask(Deed::Flood).await.unwrap(), Outcome::Done(String::new()));
}

#[tokio::test]
async fn a_panic_tells_its_place_and_not_its_words() {
    let error = ask(Deed::Panic).await.unwrap_err();
    let CallError::Panicked { at } = &error else { panic!("{error}") };
    assert!(at.starts_with("src/sandbox/probe.rs:"), "{at}");
    assert!(!error.to_string().contains("Ada") && !format!("{error:?}").contains("Ada"));
}

#[tokio::test]
async fn the_way_a_child_ended_is_told() {
    for (deed, ending) in
        [(Deed::Abort, Ending::Signal(6)), (Deed::Exit(9), Ending::Exit(9)), (Deed::Recurse, Ending::Signal(6))]
    {
        let error = ask(deed.clone()).await.unwrap_err();
        assert!(matches!(error, CallError::Crashed(how) if how == ending), "{deed:?}: {error}");
    }
}

#[tokio::test]
async fn a_runaway_allocation_is_told_from_a_crash() {
    let limits = Limits { memory_bytes: 200 << 20, ..Limits::default() };
    let mut child = start(Setup::Orderly, limits).await.unwrap();
    let error = child.call::<_, Outcome>(&Deed::Allocate, &[], PATIENT).await.unwrap_err();
    assert!(matches!(error, CallError::MemoryLimit(limit) if limit == 200 << 20), "{error}");
    assert!(error.to_string().contains("200 MiB"), "{error}");
}

#[tokio::test]
async fn processor_time_is_limited() {
    let mut child = start(Setup::Orderly, Limits { cpu_seconds: Some(1), ..Limits::default() }).await.unwrap();
    let error = child.call::<_, Outcome>(&Deed::Spin, &[], PATIENT).await.unwrap_err();
    assert!(matches!(error, CallError::Crashed(Ending::Signal(9 | 24))), "{error}");
}

#[tokio::test]
async fn a_child_that_hangs_is_ended_at_its_deadline_and_reaped() {
    for deed in [Deed::Hang, Deed::Spin, Deed::HalfFrame] {
        let mut child = orderly().await;
        let pid = child.pid();
        let began = Instant::now();
        let error = child.call::<_, Outcome>(&deed, &[], Duration::from_millis(300)).await.unwrap_err();
        assert!(matches!(error, CallError::Deadline(_)), "{deed:?}: {error}");
        assert!(began.elapsed() < Duration::from_secs(5), "{deed:?}");
        assert!(!exists(pid), "{deed:?} left a process or a zombie behind");
        assert!(matches!(child.call::<_, Outcome>(&Deed::Ordinary, &[], PATIENT).await, Err(CallError::Ended)));
    }
}

#[tokio::test]
async fn nonsense_on_the_channel_ends_the_child() {
    for deed in [Deed::Garbage, Deed::HugeFrame] {
        let mut child = orderly().await;
        let pid = child.pid();
        let error = child.call::<_, Outcome>(&deed, &[], PATIENT).await.unwrap_err();
        assert!(matches!(error, CallError::Protocol(_)), "{deed:?}: {error}");
        assert!(!exists(pid));
    }
    let mut child = start(Setup::Orderly, Limits { reply_bytes: 1000, ..Limits::default() }).await.unwrap();
    let error = child.call::<_, Outcome>(&Deed::Answer(1001), &[], PATIENT).await.unwrap_err();
    assert!(matches!(error, CallError::Protocol(_)), "{error}");
}

#[tokio::test]
async fn a_child_that_closes_its_channel_does_not_live_on() {
    let mut child = orderly().await;
    let pid = child.pid();
    let error = child.call::<_, Outcome>(&Deed::CloseChannel, &[], PATIENT).await.unwrap_err();
    assert!(matches!(error, CallError::Crashed(Ending::Signal(_))), "{error}");
    assert!(!exists(pid));
}

#[tokio::test]
async fn an_abandoned_call_ends_the_child() {
    let mut child = orderly().await;
    let pid = child.pid();
    let abandoned =
        tokio::time::timeout(Duration::from_millis(50), child.call::<_, Outcome>(&Deed::Hang, &[], PATIENT));
    assert!(abandoned.await.is_err());
    assert!(!child.is_usable());
    drop(child);
    assert!(gone_within(pid, PATIENT));
}

#[tokio::test]
async fn a_child_that_cannot_be_made_ready_says_why() {
    let refused = start(Setup::Refuse, Limits::default()).await.unwrap_err();
    assert!(matches!(&refused, StartError::Refused(why) if why.contains("no model eng")), "{refused}");
    let crashed = start(Setup::Abort, Limits::default()).await.unwrap_err();
    assert!(matches!(crashed, StartError::Crashed(Ending::Signal(6))), "{crashed}");
    let short = Duration::from_millis(300);
    let late = Launch::new(OWN, ["child", "probe"], &Setup::Spin, Limits::default(), short).unwrap();
    assert!(matches!(Child::start(&late).await, Err(StartError::Deadline(_))));
    let absent = Launch::new("/nowhere/muniment", ["child"], &Setup::Orderly, Limits::default(), PATIENT).unwrap();
    assert!(matches!(Child::start(&absent).await, Err(StartError::Spawn(_))));
    let other = Launch::new("/bin/true", ["child"], &Setup::Orderly, Limits::default(), PATIENT).unwrap();
    assert!(matches!(Child::start(&other).await, Err(StartError::Crashed(_))));
}

/// While setting up there is only the parent-death signal; in a call, with that signal off, only the closed channel.
#[test]
fn a_parent_that_is_killed_leaves_no_orphan() {
    for role in ["spin-in-setup", "spin-in-call"] {
        let mut parent =
            Command::new(OWN).args(["child", "probe-parent", role]).stdout(Stdio::piped()).spawn().unwrap();
        let child = child_of(parent.id());
        if role == "spin-in-call" {
            let mut line = String::new();
            BufReader::new(parent.stdout.take().unwrap()).read_line(&mut line).unwrap();
            assert_eq!(line.trim().parse::<u32>().unwrap(), child);
        }
        wait_until_busy(child);
        parent.kill().unwrap();
        parent.wait().unwrap();
        assert!(gone_within(child, PATIENT), "{role}");
    }
}

/// The kernel's parent-death signal means the thread that started the child; threads of a runtime come and go.
#[test]
fn a_child_outlives_the_thread_that_asked_for_it() {
    let asking = std::thread::spawn(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(orderly())
    });
    let child = asking.join().unwrap();
    std::thread::sleep(Duration::from_millis(100));
    // The channel belonged to the runtime that is gone, so only the process can be looked at.
    assert!(exists(child.pid()) && !gone_within(child.pid(), Duration::from_millis(10)));
    let pid = child.pid();
    drop(child);
    assert!(gone_within(pid, PATIENT));
}

#[tokio::test]
async fn a_child_yields_to_interactive_work() {
    let child = orderly().await;
    let stat = fs::read_to_string(format!("/proc/{}/stat", child.pid())).unwrap();
    // The fields after the name start with the third; niceness is the nineteenth.
    let niceness: i32 = stat.rsplit_once(") ").unwrap().1.split_whitespace().nth(16).unwrap().parse().unwrap();
    assert!(niceness >= 10, "{niceness}");
}

async fn start(setup: Setup, limits: Limits) -> Result<Child, StartError> {
    Child::start(&Launch::new(OWN, ["child", "probe"], &setup, limits, PATIENT).unwrap()).await
}

async fn orderly() -> Child {
    start(Setup::Orderly, Limits::default()).await.unwrap()
}

async fn ask(deed: Deed) -> Result<Outcome, CallError> {
    let mut child = orderly().await;
    let pid = child.pid();
    let result = child.call::<_, Outcome>(&deed, &[], PATIENT).await.map(|(outcome, _)| outcome);
    assert!(result.is_ok() || !exists(pid), "{deed:?} left a process or a zombie behind");
    result
}

fn exists(pid: u32) -> bool {
    Path::new("/proc").join(pid.to_string()).exists()
}

/// Waits until a process is gone, or is a zombie of somebody else who has not looked yet.
fn gone_within(pid: u32, patience: Duration) -> bool {
    let began = Instant::now();
    loop {
        let state = fs::read_to_string(format!("/proc/{pid}/stat")).ok();
        match state.as_deref().and_then(|stat| stat.rsplit_once(") ")) {
            None => return true,
            Some((_, rest)) if rest.starts_with('Z') => return true,
            Some(_) if began.elapsed() > patience => return false,
            Some(_) => std::thread::sleep(Duration::from_millis(20)),
        }
    }
}

/// Finds the only child of a process, which may take a moment to appear.
/// Waits until a process has used more of the processor than a start takes: it does what it was told to.
fn wait_until_busy(pid: u32) {
    wait_until("the child is busy", PATIENT, || {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).expect("the child lives");
        // The fields after the name start with the third; the time in user mode is the fourteenth, in hundredths of a second.
        let used: u64 = stat.rsplit_once(") ").unwrap().1.split_whitespace().nth(11).unwrap().parse().unwrap();
        used > 20
    });
}

fn child_of(parent: u32) -> u32 {
    let began = Instant::now();
    while began.elapsed() < PATIENT {
        for task in fs::read_dir(format!("/proc/{parent}/task")).unwrap().flatten() {
            let children = fs::read_to_string(task.path().join("children")).unwrap_or_default();
            if let Some(child) = children.split_whitespace().next() {
                return child.parse().unwrap();
            }
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("the parent started no child");
}
