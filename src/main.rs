//! The `muniment` program. Everything is in the library; see [`muniment::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    muniment::cli::main()
}
