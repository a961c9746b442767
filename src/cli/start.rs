//! How a command starts: logging, the runtime, the configuration, the stop signal.

use std::future::Future;
use std::io::IsTerminal;
use std::path::Path;

use tracing_subscriber::EnvFilter;

use super::exit::{CommandError, error};
use crate::app::config::Config;
use crate::app::{App, files};

/// Where the configuration and the data were said to be.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// `--config`.
    pub config: Option<&'a Path>,
    /// `--data`.
    pub data: Option<&'a Path>,
}

impl Place<'_> {
    /// Reads the configuration. Without any file and without `--data`, the user's own data folder is taken.
    #[expect(clippy::disallowed_methods, reason = "the start of the program is where its environment is read")]
    pub fn load(&self) -> Result<Config, CommandError> {
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let file = files::find(self.config, variable);
        let own_folder = files::default_data_folder(variable);
        let data = match (self.data, &file) {
            (Some(folder), _) => Some(folder),
            (None, None) if variable("MUNIMENT_DATA_FOLDER").is_none() => Some(own_folder.as_path()),
            (None, _) => None,
        };
        // Variables that are no valid Unicode cannot be ours.
        let environment =
            std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        Ok(Config::load(file.as_deref(), environment, data)?)
    }

    /// Opens the program: configuration, database, object store.
    pub async fn open(&self) -> Result<App, CommandError> {
        Ok(App::open(self.load()?).await?)
    }
}

/// Sends log lines to standard error, coloured on a terminal.
pub fn logging(filter: &str) -> Result<(), CommandError> {
    let filter = EnvFilter::try_new(filter)
        .map_err(|cause| error(format!("--log {filter}: {cause}. Try --log info or --log muniment=debug")))?;
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false)
        .init();
    Ok(())
}

/// Runs a command to its end.
pub fn block_on<T>(work: impl Future<Output = Result<T, CommandError>>) -> Result<T, CommandError> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .worker_threads(2)
        .build()
        .map_err(|cause| error(format!("the runtime cannot start: {cause}")))?
        .block_on(work)
}
