//! Gives up rights: priority, resource limits, privileges, file system, network, system calls. In that order.

use super::filter;
use crate::sandbox::containment::{Containment, Limits};
use landlock::{
    ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, LandlockStatus, Ruleset, RulesetAttr,
    RulesetCreatedAttr, RulesetStatus, Scope, path_beneath_rules,
};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{Resource, Rlimit, Signal, set_parent_process_death_signal, setpriority_process, setrlimit};
use std::io;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The newest Landlock interface whose rights are asked for; older kernels get what they have.
const NEWEST: ABI = ABI::V6;
/// What a program may use besides its own folder: libraries, fonts and their tables, nothing that holds data of people.
const SYSTEM_PATHS: [&str; 14] = [
    "/usr",
    "/lib",
    "/lib64",
    "/bin",
    "/sbin",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/alternatives",
    "/etc/fonts",
    "/etc/localtime",
    "/var/cache/fontconfig",
    "/var/lib/ghostscript",
    "/dev/urandom",
];

/// Asks the kernel to kill this process when the parent's launching thread (so, the parent) ends.
pub(super) fn die_with_parent() -> bool {
    set_parent_process_death_signal(Some(Signal::KILL)).is_ok()
}

/// Gives up everything that serving requests does not need.
pub(super) fn lock_down(limits: &Limits, channel: UnixStream) -> io::Result<Containment> {
    let rlimits = apply_limits(limits);
    let no_new_privs = rustix::thread::set_no_new_privs(true).is_ok();
    let landlock = close_file_system(&[]);
    // After Landlock, which holds for threads started from now on; before the filter, which holds for all.
    leave_when_alone(channel)?;
    let seccomp = filter::for_serving().is_ok_and(|filters| filters.iter().all(apply));
    Ok(Containment {
        landlock_abi: landlock,
        landlock_network: landlock.is_some_and(|abi| abi >= 4),
        seccomp,
        rlimits,
        no_new_privs,
        parent_death_signal: false,
    })
}

/// Gives up what an external program of ours does not need; it may still read the system's files and `readable`.
pub(super) fn lock_down_for_program(limits: &Limits, program: &Path, readable: &[PathBuf]) -> Containment {
    let parent_death_signal = die_with_parent();
    let rlimits = apply_limits(limits);
    let no_new_privs = rustix::thread::set_no_new_privs(true).is_ok();
    let paths: Vec<&Path> =
        SYSTEM_PATHS.iter().map(Path::new).chain(readable.iter().map(PathBuf::as_path)).chain([program]).collect();
    let landlock = close_file_system(&paths);
    let seccomp = filter::for_program().is_ok_and(|filters| filters.iter().all(apply));
    Containment {
        landlock_abi: landlock,
        landlock_network: landlock.is_some_and(|abi| abi >= 4),
        seccomp,
        rlimits,
        no_new_privs,
        parent_death_signal,
    }
}

fn apply(program: &seccompiler::BpfProgram) -> bool {
    seccompiler::apply_filter_all_threads(program).is_ok()
}

fn apply_limits(limits: &Limits) -> bool {
    // Best effort: a parent that is itself nicer than that stays where it is.
    let _ = setpriority_process(None, i32::from(limits.nice.min(19)));
    let mut all = vec![
        (Resource::Core, 0),
        (Resource::Data, limits.memory_bytes),
        (Resource::Nofile, u64::from(limits.open_files)),
        (Resource::Fsize, limits.file_bytes),
    ];
    if let Some(seconds) = limits.cpu_seconds {
        all.push((Resource::Cpu, seconds));
    }
    all.into_iter().all(|(resource, most)| {
        // Never above what the parent itself was given.
        let most = rustix::process::getrlimit(resource).maximum.map_or(most, |hard| hard.min(most));
        setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) }).is_ok()
    })
}

/// Closes the file system except for reading and executing below `readable`; returns the Landlock interface in force.
fn close_file_system(readable: &[&Path]) -> Option<u32> {
    let status = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(NEWEST))
        .and_then(|rules| rules.handle_access(AccessNet::from_all(NEWEST)))
        .and_then(|rules| rules.scope(Scope::from_all(NEWEST)))
        .and_then(Ruleset::create)
        .and_then(|rules| rules.add_rules(path_beneath_rules(readable, AccessFs::from_read(NEWEST))))
        .and_then(|rules| rules.restrict_self())
        .ok()?;
    match (status.ruleset, status.landlock) {
        (RulesetStatus::NotEnforced, _) => None,
        (_, LandlockStatus::Available { effective_abi, .. }) => Some(effective_abi as u32),
        _ => None,
    }
}

/// Ends this process when the parent's end of the channel is gone, however busy the main thread is.
fn leave_when_alone(channel: UnixStream) -> io::Result<()> {
    std::thread::Builder::new().name("alone".into()).stack_size(64 << 10).spawn(move || {
        loop {
            let mut watched = [PollFd::new(&channel, PollFlags::RDHUP)];
            match poll(&mut watched, None) {
                Err(rustix::io::Errno::INTR) => continue,
                Err(_) => break,
                Ok(_) if watched[0].revents().is_empty() => continue,
                Ok(_) => break,
            }
        }
        // An idle main thread sees the same and leaves in order; a busy one does not notice.
        std::thread::sleep(Duration::from_millis(300));
        std::process::abort();
    })?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Landlock holds the calling thread only, so a thread can be given up to prove that it holds without the filter.
    #[test]
    fn landlock_alone_closes_files_and_network() {
        let given_up = std::thread::spawn(|| {
            let folder = tempfile::tempdir().unwrap();
            let (secret, open) = (folder.path().join("secret"), Path::new("/usr"));
            std::fs::write(&secret, "x").unwrap();
            let abi = close_file_system(&[open])?;
            let read = std::fs::read(&secret).map_err(|error| error.kind());
            let written = std::fs::write(&secret, "y").map_err(|error| error.kind());
            let listed = std::fs::read_dir(open).is_ok();
            let network = std::net::TcpListener::bind(("127.0.0.1", 0)).map(drop).map_err(|error| error.kind());
            // The folder cannot be removed from here any more; whoever waits for this thread does it.
            Some((abi, read, written, listed, network, folder.keep()))
        });
        let Some((abi, read, written, listed, network, folder)) = given_up.join().unwrap() else {
            return; // This kernel has no Landlock, and `Containment` says so.
        };
        std::fs::remove_dir_all(folder).unwrap();
        assert_eq!(read, Err(io::ErrorKind::PermissionDenied));
        assert_eq!(written, Err(io::ErrorKind::PermissionDenied));
        assert!(listed);
        assert_eq!(network, if abi >= 4 { Err(io::ErrorKind::PermissionDenied) } else { Ok(()) });
    }
}
