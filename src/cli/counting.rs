//! Progress through a known number of things: a bar on a terminal, now and then a line elsewhere.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::output::warn;

/// Time between two plain lines.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// Shows how far something is.
pub struct Counting {
    what: &'static str,
    all: u64,
    bar: Option<ProgressBar>,
    begun: Instant,
    next_line: Instant,
    quiet: bool,
}

/// Shows how far a work of several steps is, each with a count of its own.
pub struct Steps {
    counting: Option<(&'static str, Counting)>,
    quiet: bool,
}

impl Counting {
    /// Begins; `quiet` shows nothing where there is no terminal.
    pub fn begin(what: &'static str, all: u64, quiet: bool) -> Self {
        let terminal = std::io::stderr().is_terminal();
        let bar = terminal.then(|| {
            let bar = ProgressBar::with_draw_target(Some(all), ProgressDrawTarget::stderr_with_hz(5));
            if let Ok(style) =
                ProgressStyle::with_template("{bar:30} {pos}/{len} {prefix}  {per_sec:.0}  {msg}  {eta} left")
            {
                bar.set_style(style);
            }
            bar.with_prefix(what)
        });
        let begun = Instant::now();
        Self { what, all, bar, begun, next_line: begun + LINE_EVERY, quiet: quiet && !terminal }
    }

    /// Shows that `done` of all are done.
    pub fn show(&mut self, done: u64, message: &str) {
        if let Some(bar) = &self.bar {
            bar.set_position(done);
            bar.set_message(message.to_owned());
        } else if !self.quiet && Instant::now() >= self.next_line {
            self.next_line = Instant::now() + LINE_EVERY;
            let rate = done as f64 / self.begun.elapsed().as_secs_f64().max(1e-3);
            let left = self.all.saturating_sub(done) as f64 / rate.max(1e-3);
            let message = if message.is_empty() { String::new() } else { format!(", {message}") };
            warn(&format!("{done} of {} {}, {rate:.0}/s, {left:.0} s left{message}", self.all, self.what));
        }
    }

    /// Ends the bar, leaving the terminal to what follows.
    pub fn end(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }
}

impl Steps {
    /// Begins; `quiet` shows nothing where there is no terminal.
    pub const fn begin(quiet: bool) -> Self {
        Self { counting: None, quiet }
    }

    /// Shows that `done` of `all` are done of the step that counts `what`.
    pub fn show(&mut self, what: &'static str, done: u64, all: u64) {
        if self.counting.as_ref().is_none_or(|(counted, _)| *counted != what) {
            self.next(Some((what, Counting::begin(what, all, self.quiet))));
        }
        if let Some((_, counting)) = &mut self.counting {
            counting.show(done, "");
        }
    }

    /// Ends the bar, leaving the terminal to what follows.
    pub fn end(mut self) {
        self.next(None);
    }

    fn next(&mut self, next: Option<(&'static str, Counting)>) {
        if let Some((_, counting)) = std::mem::replace(&mut self.counting, next) {
            counting.end();
        }
    }
}
