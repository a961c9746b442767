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
    next_line: Instant,
    quiet: bool,
}

impl Counting {
    /// Begins; `quiet` shows nothing where there is no terminal.
    pub fn begin(what: &'static str, all: u64, quiet: bool) -> Self {
        let terminal = std::io::stderr().is_terminal();
        let bar = terminal.then(|| {
            let bar = ProgressBar::with_draw_target(Some(all), ProgressDrawTarget::stderr_with_hz(5));
            if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} {prefix}  {msg}  {eta} left") {
                bar.set_style(style);
            }
            bar.with_prefix(what)
        });
        Self { what, all, bar, next_line: Instant::now() + LINE_EVERY, quiet: quiet && !terminal }
    }

    /// Shows that `done` of all are done.
    pub fn show(&mut self, done: u64, message: &str) {
        if let Some(bar) = &self.bar {
            bar.set_position(done);
            bar.set_message(message.to_owned());
        } else if !self.quiet && Instant::now() >= self.next_line {
            self.next_line = Instant::now() + LINE_EVERY;
            warn(&format!("{done} of {} {}, {message}", self.all, self.what));
        }
    }

    /// Ends the bar, leaving the terminal to what follows.
    pub fn end(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }
}
