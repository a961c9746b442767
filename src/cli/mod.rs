//! The command line: one file per command. Each parses its arguments, calls `app`, and prints.

mod accept;
mod archive;
mod audit;
mod auto_accept;
mod backup;
mod batch;
mod bench;
mod boxes;
mod certificate;
mod child;
mod closing;
mod compare;
mod completions;
mod correct;
mod counting;
mod cover_sheets;
mod demo;
mod demo_people;
mod deposit;
mod disposal;
mod doctor;
mod document;
mod exit;
mod export;
mod fixity;
mod hold;
mod index;
mod ingest;
mod init;
mod labels;
mod lot;
mod output;
mod people;
mod private;
mod progress;
mod purge;
mod queue;
mod reading;
mod rebuild;
mod reject;
mod reprocess;
mod restore;
mod retention;
mod retry;
mod review;
mod samples;
mod search;
mod serve;
mod show;
mod start;
mod undo;
mod worker;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use exit::{CommandError, EXIT_CODES, Ended};
use output::Output;

use crate::app::listening::ServerEntry;

/// Heading of the options that every command has.
const GLOBAL: &str = "Options of every command";

/// Takes paper charts to a trustworthy digital archive: intake, recognition, search and export.
#[derive(Debug, Parser)]
#[command(name = "muniment", version, after_help = EXIT_CODES, propagate_version = true, max_term_width = 110)]
#[command(arg_required_else_help = true)]
struct Cli {
    /// Configuration file; else ./muniment.toml, the user's, /etc/muniment/muniment.toml
    #[arg(long, global = true, help_heading = GLOBAL, env = "MUNIMENT_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// Folder that everything is kept in; wins over the configuration
    #[arg(long, global = true, help_heading = GLOBAL, value_name = "FOLDER")]
    data: Option<PathBuf>,
    /// Prints one JSON value instead of lines for people
    #[arg(long, global = true, help_heading = GLOBAL)]
    json: bool,
    /// What to log to standard error, for example info or muniment=debug
    #[arg(long, global = true, help_heading = GLOBAL, env = "MUNIMENT_LOG", value_name = "FILTER", default_value = "warn")]
    log: String,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Init(init::Args),
    Doctor(doctor::Args),
    Demo(demo::Args),
    Ingest(ingest::Args),
    Batch(batch::Args),
    #[command(name = "box")]
    PaperBox(boxes::Args),
    Show(show::Args),
    Search(search::Args),
    Export(export::Args),
    Archive(archive::Args),
    Fixity(fixity::Args),
    Rebuild(rebuild::Args),
    Backup(backup::Args),
    Restore(restore::Args),
    Retry(retry::Args),
    Reprocess(reprocess::Args),
    Serve(serve::Args),
    Worker(worker::Args),
    Index(index::Args),
    Audit(audit::Args),
    Disposal(disposal::Args),
    Certificate(certificate::Args),
    People(people::Args),
    Accept(accept::Args),
    Reject(reject::Args),
    Undo(undo::Args),
    Review(review::Args),
    Lot(lot::Args),
    AutoAccept(auto_accept::Args),
    Queue(queue::Args),
    Correct(correct::Args),
    Purge(purge::Args),
    Deposit(deposit::Args),
    Retention(retention::Args),
    Hold(hold::Args),
    Document(document::Args),
    Labels(labels::Args),
    CoverSheets(cover_sheets::Args),
    Samples(samples::Args),
    Bench(bench::Args),
    Completions(completions::Args),
    #[command(hide = true)]
    Child(child::Args),
}

impl Command {
    /// Says whether it records administrative facts, which then have to be shipped. Others that run for long ship by
    /// themselves.
    const fn records(&self) -> bool {
        matches!(
            self,
            Self::People(_)
                | Self::PaperBox(_)
                | Self::Deposit(_)
                | Self::Accept(_)
                | Self::Reject(_)
                | Self::Undo(_)
                | Self::Review(_)
                | Self::Lot(_)
                | Self::AutoAccept(_)
                | Self::Retention(_)
                | Self::Hold(_)
                | Self::Disposal(_)
                | Self::Correct(_)
                | Self::Purge(_)
        ) || matches!(self, Self::Batch(args) if args.records())
    }
}

/// Parses the command line, runs the command and returns how it ended. `server` is what `muniment serve` runs.
pub fn main(server: ServerEntry) -> ExitCode {
    let cli = Cli::parse();
    if let Command::Child(args) = &cli.command {
        return child::run(args);
    }
    let output = Output { json: cli.json, quiet: false };
    match run(&cli, server, output) {
        Ok(ended) => ended.into(),
        Err(cause) => {
            output::warn(&format!("muniment: {}", whole_message(cause.as_ref())));
            ExitCode::FAILURE
        }
    }
}

fn run(cli: &Cli, server: ServerEntry, output: Output) -> Result<Ended, CommandError> {
    start::logging(&cli.log)?;
    let place = start::Place { config: cli.config.as_deref(), data: cli.data.as_deref() };
    let ended = run_command(cli, &place, server, output)?;
    if cli.command.records() {
        start::block_on(audit::ship(&place))?;
    }
    Ok(ended)
}

fn run_command(
    cli: &Cli,
    place: &start::Place<'_>,
    server: ServerEntry,
    output: Output,
) -> Result<Ended, CommandError> {
    match &cli.command {
        Command::Init(args) => init::run(args, output),
        Command::Completions(args) => completions::run(args, output),
        Command::CoverSheets(args) => cover_sheets::run(args, place, output),
        Command::Samples(args) => samples::run(args, output),
        Command::Bench(args) => bench::run(args, place, output),
        Command::Doctor(args) => start::block_on(doctor::run(args, place, output)),
        Command::Demo(args) => start::block_on(demo::run(args, place, server, output)),
        Command::Ingest(args) => start::block_on(ingest::run(args, place, output)),
        Command::Batch(args) => start::block_on(batch::run(args, place, output)),
        Command::PaperBox(args) => start::block_on(boxes::run(args, place, output)),
        Command::Show(args) => start::block_on(show::run(args, place, output)),
        Command::Search(args) => start::block_on(search::run(args, place, output)),
        Command::Export(args) => start::block_on(export::run(args, place, output)),
        Command::Archive(args) => start::block_on(archive::run(args, place, output)),
        Command::Fixity(args) => start::block_on(fixity::run(args, place, output)),
        Command::Rebuild(args) => start::block_on(rebuild::run(args, place, output)),
        Command::Backup(args) => start::block_on(backup::run(args, place, output)),
        Command::Restore(args) => start::block_on(restore::run(args, place, output)),
        Command::Retry(args) => start::block_on(retry::run(args, place, output)),
        Command::Reprocess(args) => start::block_on(reprocess::run(args, place, output)),
        Command::Serve(args) => start::block_on(serve::run(args, place, server, output)),
        Command::Worker(args) => start::block_on(worker::run(args, place, output)),
        Command::Accept(args) => start::block_on(accept::run(args, place, output)),
        Command::Reject(args) => start::block_on(reject::run(args, place, output)),
        Command::Undo(args) => start::block_on(undo::run(args, place, output)),
        Command::Review(args) => start::block_on(review::run(args, place, output)),
        Command::AutoAccept(args) => start::block_on(auto_accept::run(args, place, output)),
        Command::Lot(args) => start::block_on(lot::run(args, place, output)),
        Command::Deposit(args) => start::block_on(deposit::run(args, place, output)),
        Command::Document(args) => start::block_on(document::run(args, place, output)),
        Command::Correct(args) => start::block_on(correct::run(args, place, output)),
        Command::Purge(args) => start::block_on(purge::run(args, place, output)),
        Command::Queue(args) => start::block_on(queue::run(args, place, output)),
        Command::Retention(args) => start::block_on(retention::run(args, place, output)),
        Command::Hold(args) => start::block_on(hold::run(args, place, output)),
        Command::People(args) => start::block_on(people::run(args, place, output)),
        Command::Index(args) => start::block_on(index::run(args, place, output)),
        Command::Audit(args) => start::block_on(audit::run(args, place, output)),
        Command::Disposal(args) => start::block_on(disposal::run(args, place, output)),
        Command::Certificate(args) => certificate::run(args, place, output),
        Command::Labels(args) => labels::run(args, place, output),
        Command::Child(_) => Ok(Ended::Well),
    }
}

/// Joins an error with its causes, leaving out causes that the message already tells.
fn whole_message(error: &(dyn std::error::Error + 'static)) -> String {
    let mut message = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let text = cause.to_string();
        if !message.contains(&text) {
            message.push_str(": ");
            message.push_str(&text);
        }
        source = cause.source();
    }
    message
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        super::Cli::command().debug_assert();
    }
}
