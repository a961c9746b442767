//! The `muniment` program. Everything is in the library; see [`muniment::cli`] and [`muniment::server`], which are put
//! together here: neither knows the other.

use std::process::ExitCode;

use muniment::app::listening::ServerEntry;
use muniment::{cli, server};

fn main() -> ExitCode {
    cli::main(ServerEntry {
        serve: |app, listening, stop, ready| {
            Box::pin(async move { Ok(server::serve(app, listening, stop, ready).await?) })
        },
        describe: server::describe,
    })
}
