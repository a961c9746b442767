//! Runs the program as a person does, on a data folder of its own.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// The program with a data folder.
pub struct Program {
    folder: tempfile::TempDir,
    settings: Vec<(&'static str, String)>,
}

/// What a run printed and how it ended.
pub struct Run {
    /// Exit code.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Program {
    /// Makes an empty data folder.
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), settings: Vec::new() }
    }

    /// Sets an environment variable of the configuration for every later run.
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.settings.push((name, value.into()));
        self
    }

    /// Returns a path in the working folder, beside the data folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Prepares a run.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_muniment"));
        command
            .arg("--data")
            .arg(self.path("data"))
            .args(arguments)
            .current_dir(self.folder.path())
            .env_remove("MUNIMENT_CONFIG")
            .env("HOME", self.folder.path())
            .env("XDG_CONFIG_HOME", self.path("config"))
            .envs(self.settings.iter().cloned())
            .stdin(Stdio::null());
        command
    }

    /// Runs to the end.
    pub fn run(&self, arguments: &[&str]) -> Run {
        let output = self.command(arguments).output().unwrap();
        Run {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Runs to the end with `--json`, which must have worked or found something for a person to do.
    pub fn json(&self, arguments: &[&str]) -> Value {
        let mut all = vec!["--json"];
        all.extend(arguments);
        let run = self.run(&all);
        assert!(matches!(run.code, 0 | 3), "{arguments:?} ended with {}: {}{}", run.code, run.out, run.err);
        serde_json::from_str(&run.out)
            .unwrap_or_else(|error| panic!("{arguments:?} printed no JSON ({error}): {}", run.out))
    }

    /// Makes synthetic charts in `folder`, as files of pages; returns the paths of the scans.
    pub fn charts(&self, folder: &str, charts: u32, container: &str, dpi: u32) -> Vec<PathBuf> {
        let (charts, dpi) = (charts.to_string(), dpi.to_string());
        let run = self.run(&[
            "samples",
            "generate",
            "--charts",
            &charts,
            "--seed",
            "11",
            "--degrade",
            "clean",
            "--dpi",
            &dpi,
            "--container",
            container,
            folder,
        ]);
        assert_eq!(run.code, 0, "{}", run.err);
        scans(&self.path(folder))
    }
}

/// Lists the scans of a folder, without the texts and labels beside them.
pub fn scans(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end != "json" && end != "txt"))
        .collect();
    paths.sort();
    paths
}

/// Returns the account of a batch.
pub fn counts(report: &Value) -> &Value {
    &report["report"]["counts"]
}
