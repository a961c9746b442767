//! The program `muniment`.

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["child", "exec", specification] => muniment::sandbox::child::exec_contained(specification),
        ["child", "probe"] => muniment::sandbox::probe::child(),
        ["child", "probe-parent", role] => muniment::sandbox::probe::parent(role),
        _ => ExitCode::from(2),
    }
}
