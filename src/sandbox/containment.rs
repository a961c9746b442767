//! What a child may use, and what is really in force on this kernel.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The resources of one child process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Private writable memory in bytes (RLIMIT_DATA); mapped input files do not count.
    pub memory_bytes: u64,
    /// Processor seconds over the whole life of the process; `None` leaves only the deadline of each call.
    pub cpu_seconds: Option<u64>,
    /// Descriptors that may be open at once, the three standard ones and the channel included.
    pub open_files: u32,
    /// Largest file, in bytes, that may be written through a descriptor handed in.
    pub file_bytes: u64,
    /// Largest answer in bytes (header and binary part together) that the parent accepts.
    pub reply_bytes: u32,
    /// Scheduling niceness, 0 to 19: recognition yields to interactive work.
    pub nice: u8,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory_bytes: 1 << 30,
            cpu_seconds: None,
            open_files: 64,
            file_bytes: 4 << 30,
            reply_bytes: 64 << 20,
            nice: 10,
        }
    }
}

/// Which means of containment a child found in force after it locked itself down.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Containment {
    /// Version of the kernel's Landlock interface that holds the file system closed; `None` where the kernel has none.
    pub landlock_abi: Option<u32>,
    /// Whether Landlock also refuses TCP (interface 4 and later); seccomp refuses sockets either way.
    pub landlock_network: bool,
    /// Whether the system call filter is installed.
    pub seccomp: bool,
    /// Whether every resource limit was accepted.
    pub rlimits: bool,
    /// Whether the process can no longer gain privileges.
    pub no_new_privs: bool,
    /// Whether the kernel ends the child when its parent ends.
    pub parent_death_signal: bool,
}

impl Containment {
    /// Tells whether every means is in force, so that a child has neither files, network nor processes to misuse.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.landlock_abi.is_some() && self.seccomp && self.rlimits && self.no_new_privs && self.parent_death_signal
    }
}

impl fmt::Display for Containment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let on = |yes: bool| if yes { "in force" } else { "NOT in force" };
        match (self.landlock_abi, self.landlock_network) {
            (Some(abi), true) => write!(f, "landlock in force (interface {abi}, files and network)")?,
            (Some(abi), false) => write!(f, "landlock in force (interface {abi}, files)")?,
            (None, _) => f.write_str("landlock NOT in force")?,
        }
        write!(
            f,
            ", system call filter {}, resource limits {}, no new privileges {}, end with the parent {}",
            on(self.seccomp),
            on(self.rlimits),
            on(self.no_new_privs),
            on(self.parent_death_signal)
        )
    }
}
