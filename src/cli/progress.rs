//! Progress: a bar on a terminal, plain lines elsewhere, nothing beside JSON unless it is a terminal.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::output::warn;
use crate::chart::BatchCounts;

/// Time between two plain lines.
const LINE_EVERY: Duration = Duration::from_secs(10);
/// Time between two looks at the counts.
pub const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Shows how far a batch is.
pub struct Progress {
    bar: Option<ProgressBar>,
    begun: Instant,
    first: Option<u64>,
    next_line: Instant,
    quiet: bool,
}

impl Progress {
    /// Begins; `quiet` shows nothing where there is no terminal.
    pub fn begin(quiet: bool) -> Self {
        let terminal = std::io::stderr().is_terminal();
        let bar = terminal.then(|| {
            let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr_with_hz(5));
            if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} pages  {msg}") {
                bar.set_style(style);
            }
            bar
        });
        let now = Instant::now();
        Self { bar, begun: now, first: None, next_line: now + LINE_EVERY, quiet: quiet && !terminal }
    }

    /// Shows where the batch stands now.
    pub fn show(&mut self, counts: &BatchCounts) {
        let ended = counts.pages_done + counts.pages_failed + counts.pages_rejected;
        let first = *self.first.get_or_insert(ended);
        let minutes = self.begun.elapsed().as_secs_f64() / 60.0;
        let rate = (ended.saturating_sub(first)) as f64 / minutes.max(1.0 / 60.0);
        let left = time_left(counts, rate);
        let files =
            if counts.files_waiting > 0 { format!(", {} files to open", counts.files_waiting) } else { String::new() };
        let message = format!("{rate:.0} pages/min{left}{files}");
        if let Some(bar) = &self.bar {
            bar.set_length(counts.pages);
            bar.set_position(ended);
            bar.set_message(message);
        } else if !self.quiet && Instant::now() >= self.next_line {
            self.next_line = Instant::now() + LINE_EVERY;
            warn(&format!("{ended} of {} pages, {message}", counts.pages));
        }
    }

    /// Ends the bar, leaving the terminal to what follows.
    pub fn end(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }
}

fn time_left(counts: &BatchCounts, rate: f64) -> String {
    if rate < 0.5 || counts.files_waiting > 0 {
        return String::new();
    }
    let minutes = counts.pages_waiting as f64 / rate;
    match minutes {
        m if m < 1.0 => ", less than a minute left".into(),
        m if m < 90.0 => format!(", {m:.0} min left"),
        m => format!(", {:.1} h left", m / 60.0),
    }
}
