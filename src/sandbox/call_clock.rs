//! The deadline of a call, which a child that gets no core does not miss: a busy machine is no reason to give a page up.

use std::future::Future;
use std::pin::pin;
use std::time::{Duration, Instant};

/// Most time that a call gets, in deadlines: nothing waits for ever, however busy the machine is.
const MOST_DEADLINES: u32 = 6;

/// The deadline passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Elapsed;

/// Measures one call of one process.
#[derive(Debug)]
pub(super) struct CallClock {
    pid: u32,
    deadline: Duration,
    begun: Instant,
    /// What the process had waited for a core before the call.
    waited_before: Duration,
}

impl CallClock {
    pub(super) fn start(pid: u32, deadline: Duration) -> Self {
        Self { pid, deadline, begun: Instant::now(), waited_before: waited_for_a_core(pid) }
    }

    /// Waits for `work` until the deadline, which is put off by what the process waited for a core meanwhile.
    pub(super) async fn within<T>(&self, work: impl Future<Output = T>) -> Result<T, Elapsed> {
        let mut work = pin!(work);
        let mut left = self.deadline;
        while !left.is_zero() {
            if let Ok(done) = tokio::time::timeout(left, work.as_mut()).await {
                return Ok(done);
            }
            let starved = waited_for_a_core(self.pid).saturating_sub(self.waited_before);
            left = left_over(self.deadline, self.begun.elapsed(), starved);
        }
        Err(Elapsed)
    }
}

/// Returns how much is left of a deadline after `passed`, of which the process was `starved`.
fn left_over(deadline: Duration, passed: Duration, starved: Duration) -> Duration {
    let end = deadline.saturating_add(starved).min(deadline.saturating_mul(MOST_DEADLINES));
    end.saturating_sub(passed)
}

/// Returns how long the first thread of a process was ready to run without a core, since it began; nothing where the
/// system does not tell (`/proc/PID/schedstat`, proc(5)).
fn waited_for_a_core(pid: u32) -> Duration {
    let told = std::fs::read_to_string(format!("/proc/{pid}/schedstat")).ok();
    let nanoseconds = told.and_then(|told| told.split_ascii_whitespace().nth(1)?.parse().ok());
    Duration::from_nanos(nanoseconds.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn seconds(count: u64) -> Duration {
        Duration::from_secs(count)
    }

    #[test]
    fn a_deadline_is_put_off_by_what_the_process_was_starved_and_not_for_ever() {
        assert_eq!(left_over(seconds(120), seconds(120), seconds(0)), seconds(0));
        assert_eq!(left_over(seconds(120), seconds(120), seconds(100)), seconds(100));
        assert_eq!(left_over(seconds(120), seconds(220), seconds(180)), seconds(80));
        assert_eq!(left_over(seconds(120), seconds(720), seconds(700)), seconds(0));
    }

    #[tokio::test]
    async fn what_sleeps_is_not_starved() {
        let clock = CallClock::start(std::process::id(), Duration::from_millis(20));
        assert_eq!(clock.within(std::future::ready(7)).await, Ok(7));
        let mut sleeper = std::process::Command::new("sleep").arg("30").spawn().unwrap();
        let clock = CallClock::start(sleeper.id(), Duration::from_millis(20));
        assert_eq!(clock.within(std::future::pending::<()>()).await, Err(Elapsed));
        sleeper.kill().unwrap();
        sleeper.wait().unwrap();
    }
}
