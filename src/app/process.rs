//! Which process of which machine a worker is, so that the claims of a dead one are free at once, and never a living one's.
//!
//! A name and a process number do not say it: two containers may have the same host name, and in each the program is
//! process 1; numbers are given anew, too. Where it cannot be told, the lease decides.

use std::fmt;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::str::FromStr;

/// Place of the start time behind the name in a stat line (proc(5)).
const START_TIME: usize = 19;

/// A process, told from every other on any machine and at any time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProcessIdentity {
    /// The boot of the kernel.
    boot: String,
    /// The namespace in which `pid` counts.
    namespace: u64,
    pid: u32,
    /// Clock ticks after the boot.
    started: u64,
}

impl ProcessIdentity {
    /// Returns the identity of this process; `None` where /proc does not tell.
    pub fn own() -> Option<Self> {
        let pid = std::process::id();
        // A /proc of another namespace would show other processes under our numbers.
        let shown: u32 = fs::read_link("/proc/self").ok()?.to_str()?.parse().ok()?;
        if shown != pid {
            return None;
        }
        let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?.trim().to_owned();
        let namespace = fs::metadata("/proc/self/ns/pid").ok()?.ino();
        Some(Self { boot, namespace, pid, started: start_time(pid)? })
    }

    /// Says whether this process is known to have ended. One of another machine, another boot or another container is
    /// not known to `own`.
    pub fn has_ended(&self, own: &Self) -> bool {
        self.boot == own.boot && self.namespace == own.namespace && start_time(self.pid) != Some(self.started)
    }
}

impl fmt::Display for ProcessIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}/{}", self.boot, self.namespace, self.pid, self.started)
    }
}

impl FromStr for ProcessIdentity {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let parts: Vec<&str> = text.split('/').collect();
        let [boot, namespace, pid, started] = parts[..] else { return Err(()) };
        let number = |text: &str| text.parse::<u64>().map_err(drop);
        let pid = pid.parse().map_err(drop)?;
        Ok(Self { boot: boot.to_owned(), namespace: number(namespace)?, pid, started: number(started)? })
    }
}

/// Returns when a process began, in clock ticks after the boot; `None` when there is none of that number.
fn start_time(pid: u32) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name, in parentheses, may hold spaces.
    let (_, rest) = stat.rsplit_once(')')?;
    rest.split_whitespace().nth(START_TIME)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_dead_only_where_that_can_be_known() {
        let own = ProcessIdentity::own().unwrap();
        assert!(!own.has_ended(&own));
        assert_eq!(own.to_string().parse(), Ok(own.clone()));
        let mut child = std::process::Command::new("sleep").arg("60").spawn().unwrap();
        let alive = ProcessIdentity { pid: child.id(), started: start_time(child.id()).unwrap(), ..own.clone() };
        assert!(!alive.has_ended(&own));
        // The number was given to another process since: in a container that is started again, always.
        let earlier = ProcessIdentity { started: alive.started - 1, ..alive.clone() };
        assert!(earlier.has_ended(&own));
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(alive.has_ended(&own));
        // The same number in another container, or on another machine, says nothing.
        let elsewhere = ProcessIdentity { namespace: own.namespace + 1, ..alive.clone() };
        let another_boot = ProcessIdentity { boot: "another".into(), ..alive };
        assert!(!elsewhere.has_ended(&own) && !another_boot.has_ended(&own));
        assert!("host/12".parse::<ProcessIdentity>().is_err());
    }
}
