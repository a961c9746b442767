//! `muniment init`: writes a commented configuration and makes the data folder.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::exit::{CommandError, Ended, error};
use super::output::Output;
use crate::app::config::DEFAULTS;
use crate::app::files::FILE_NAME;

/// Writes a commented configuration with every default.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folder to write muniment.toml into; made if it is missing
    #[arg(default_value = ".")]
    folder: PathBuf,
}

/// Writes the file, unless there is one.
pub fn run(args: &Args, output: Output) -> Result<Ended, CommandError> {
    let path = args.folder.join(FILE_NAME);
    write_new(&path).map_err(|cause| match cause.kind() {
        std::io::ErrorKind::AlreadyExists => {
            error(format!("{} exists already and was left as it is. Edit it, or name another folder", path.display()))
        }
        _ => error(format!("{} cannot be written: {cause}", path.display())),
    })?;
    output.value(&serde_json::json!({ "configuration": path.to_string_lossy() }), |_| {
        format!("Wrote {}.\nNext: muniment doctor, then muniment ingest FOLDER --batch NAME.", path.display())
    });
    Ok(Ended::Well)
}

fn write_new(path: &Path) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut file = std::fs::File::create_new(path)?;
    file.write_all(DEFAULTS.as_bytes())?;
    file.sync_all()
}
