//! What a command prints: plain lines for people, one JSON value for programs. Nothing else writes to standard output.

use std::io::{ErrorKind, Write};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

/// Standard output in the form that was asked for.
#[derive(Debug, Clone, Copy)]
pub struct Output {
    /// Whether JSON was asked for.
    pub json: bool,
    /// Whether nothing is printed: the answers of steps that a command takes on its way to its own.
    pub quiet: bool,
}

impl Output {
    /// Prints one line for a person; nothing when JSON was asked for.
    pub fn line(&self, text: impl AsRef<str>) {
        if !self.json && !self.quiet {
            write_out(text.as_ref().as_bytes());
        }
    }

    /// Prints `value` as JSON if that was asked for, else the lines that `describe` makes of it.
    pub fn value<T: Serialize>(&self, value: &T, describe: impl FnOnce(&T) -> String) {
        if self.quiet {
            return;
        }
        if self.json {
            match serde_json::to_string_pretty(value) {
                Ok(text) => write_out(text.as_bytes()),
                Err(cause) => warn(&format!("the answer cannot be written as JSON: {cause}")),
            }
        } else {
            write_out(describe(value).trim_end().as_bytes());
        }
    }

    /// Prints bytes as they are, for `export` to standard output.
    pub fn raw(&self, bytes: &[u8]) -> std::io::Result<()> {
        std::io::stdout().lock().write_all(bytes)
    }
}

/// Writes an instant for a person: to the minute, in the facility's time zone.
pub fn minute(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M %Z").to_string()
}

/// Writes a number of things: 1 record, 2 records.
pub fn counted(number: impl ToString, thing: &str) -> String {
    let number = number.to_string();
    let ending = if number == "1" { "" } else { "s" };
    format!("{number} {thing}{ending}")
}

/// Prints one line for a person beside the answer: progress, advice, warnings.
pub fn warn(text: &str) {
    // There is nowhere left to report a closed standard error to.
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

fn write_out(bytes: &[u8]) {
    let mut out = std::io::stdout().lock();
    let written = out.write_all(bytes).and_then(|()| out.write_all(b"\n")).and_then(|()| out.flush());
    if let Err(cause) = written
        && cause.kind() != ErrorKind::BrokenPipe
    {
        warn(&format!("standard output cannot be written: {cause}"));
    }
}
