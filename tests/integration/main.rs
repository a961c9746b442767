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
mod auto_accept;
mod backup;
mod batch_scope;
mod closing;
mod codes;
mod command_line;
mod corrections;
mod crash;
mod custody;
mod cut;
mod decode;
mod disposal;
mod end_to_end;
mod enrolment;
mod export;
mod fixity;
mod fuzz_corpus;
mod giveback;
mod indexing;
mod intake;
mod intake_order;
mod ledger;
mod limits;
mod lots;
mod native;
mod ocfl;
mod pdf_read;
mod pdf_write;
mod privacy;
mod reading;
mod rebuild;
mod records;
mod records_crash;
mod reprocessing;
mod retention;
mod retention_commands;
mod sandbox;
mod server;
mod stages;
mod station;
mod stopping;
mod store;
mod support;
mod tidy;
mod vault_contract;
mod vault_s3;
mod web;
mod workers;
