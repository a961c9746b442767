//! One running process and its group: ended as a whole, and always reaped.

use super::error::Ending;
use rustix::process::{Pid, Signal, kill_process_group};
use std::process::{Child, ChildStderr, ChildStdout};

/// A process that leads its own group. Dropping it kills the group and reaps the leader.
#[derive(Debug)]
pub(super) struct Process {
    running: Option<Child>,
    pid: u32,
}

impl Process {
    pub fn new(child: Child) -> Self {
        Self { pid: child.id(), running: Some(child) }
    }

    pub fn pid(&self) -> u32 {
        self.pid
    }

    pub fn has_ended(&self) -> bool {
        self.running.is_none()
    }

    pub fn take_stderr(&mut self) -> Option<ChildStderr> {
        self.running.as_mut().and_then(|child| child.stderr.take())
    }

    pub fn take_stdout(&mut self) -> Option<ChildStdout> {
        self.running.as_mut().and_then(|child| child.stdout.take())
    }

    /// Kills the whole group and reaps the leader. A process that had already ended keeps its own ending.
    pub async fn end(&mut self) -> Ending {
        self.kill();
        self.reap().await
    }

    /// Waits until the leader has ended by itself, then ends what it left behind in its group.
    pub async fn finish(&mut self) -> Ending {
        let Some(child) = &self.running else { return Ending::Unknown };
        // Waits without reaping, so that the group's number still belongs to it when the rest is killed.
        if let Some(pid) = Pid::from_raw(child.id().cast_signed()) {
            let waiting = tokio::task::spawn_blocking(move || {
                use rustix::process::{WaitId, WaitIdOptions, waitid};
                while let Err(rustix::io::Errno::INTR) =
                    waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT)
                {}
            });
            let _ = waiting.await;
        }
        self.end().await
    }

    /// The resident memory of the leader in bytes, where /proc can be read.
    pub fn resident_bytes(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid)).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
        kibibytes.checked_mul(1024)
    }

    fn kill(&self) {
        // Only while the leader is not reaped: until then its number cannot belong to anybody else.
        if let Some(child) = &self.running
            && let Some(pid) = Pid::from_raw(child.id().cast_signed())
        {
            let _ = kill_process_group(pid, Signal::KILL);
        }
    }

    async fn reap(&mut self) -> Ending {
        let Some(mut child) = self.running.take() else { return Ending::Unknown };
        match tokio::task::spawn_blocking(move || child.wait()).await {
            Ok(Ok(status)) => status.into(),
            Ok(Err(_)) | Err(_) => Ending::Unknown,
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
        if let Some(mut child) = self.running.take() {
            let reaper = std::thread::Builder::new().name("reaper".into());
            // Without a thread the killed process stays a zombie until the program ends: nothing better can be done here.
            let _ = reaper.spawn(move || child.wait());
        }
    }
}
