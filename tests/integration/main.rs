//! The integration tests: one binary, one file per subject.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    clippy::type_complexity,
    reason = "a test stops where it is wrong, says what it could not run, and uses the machine's clock and environment"
)]

mod archive;
mod batch_scope;
mod command_line;
mod crash;
mod decode;
mod end_to_end;
mod export;
mod giveback;
mod intake;
mod intake_order;
mod limits;
mod native;
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
