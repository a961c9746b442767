//! The integration tests: one binary, one file per subject.
#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test stops where it is wrong, and says what it could not run"
)]

mod archive;
mod command_line;
mod crash;
mod decode;
mod end_to_end;
mod export;
mod intake;
mod intake_order;
mod limits;
mod pdf_read;
mod pdf_write;
mod privacy;
mod sandbox;
mod stages;
mod stopping;
mod store;
mod support;
mod tidy;
mod workers;
