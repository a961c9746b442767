//! Runs the program as a person does, on a data folder of its own.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal};
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
        // What steers the tests, or whoever runs them, must not steer the program.
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("MUNIMENT_")) {
            command.env_remove(name);
        }
        command
            .arg("--data")
            .arg(self.path("data"))
            .args(arguments)
            .current_dir(self.folder.path())
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

    /// Starts a run that goes on beside the test; what it prints goes to files.
    pub fn start(&self, arguments: &[&str]) -> Running {
        let (out, err) = (tempfile::NamedTempFile::new().unwrap(), tempfile::NamedTempFile::new().unwrap());
        let mut command = self.command(arguments);
        let process = command.stdout(out.reopen().unwrap()).stderr(err.reopen().unwrap()).spawn().unwrap();
        Running { process, out, err }
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

    /// Adds a person whom the operating system does not know, with roles; returns a token that stands for them.
    pub fn staff(&self, name: &str, roles: &[&str]) -> String {
        self.json(&["people", "add", name]);
        // Before they have a role: where another administrator is, one code is not enough.
        let given = self.json(&["people", "enrol", name]);
        assert_eq!(given["needs_second"], false, "{given}");
        let token = self.json(&["people", "token", "--code", given["code"].as_str().unwrap()]);
        for role in roles {
            self.json(&["people", "grant", name, role]);
        }
        token["token"].as_str().unwrap().to_owned()
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

/// A run that goes on beside the test; ended when dropped.
pub struct Running {
    process: Child,
    out: tempfile::NamedTempFile,
    err: tempfile::NamedTempFile,
}

impl Running {
    /// Returns the process id.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// Returns what it has printed to standard output so far.
    pub fn out(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(self.out.path()).unwrap()).into_owned()
    }

    /// Returns what it has printed to standard error so far.
    pub fn err(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(self.err.path()).unwrap()).into_owned()
    }

    /// Says whether it is still running.
    pub fn is_running(&mut self) -> bool {
        self.process.try_wait().unwrap().is_none()
    }

    /// Sends a signal.
    pub fn signal(&self, signal: Signal) {
        rustix::process::kill_process(Pid::from_child(&self.process), signal).unwrap();
    }

    /// Waits for its end, at most for `limit`.
    pub fn end_within(&mut self, limit: Duration) -> Run {
        let begun = Instant::now();
        let status = loop {
            if let Some(status) = self.process.try_wait().unwrap() {
                break status;
            }
            assert!(begun.elapsed() < limit, "still running after {limit:?}: {}", self.err());
            std::thread::sleep(Duration::from_millis(20));
        };
        let out = String::from_utf8_lossy(&std::fs::read(self.out.path()).unwrap()).into_owned();
        Run { code: status.code().unwrap_or(-1), out, err: self.err() }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Waits until `condition` holds.
pub fn wait_until(what: &str, limit: Duration, mut condition: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !condition() {
        assert!(begun.elapsed() < limit, "{what}: not within {limit:?}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Returns the pages that a log of `muniment=debug` says were read, in its order.
pub fn pages_read(log: &str) -> Vec<String> {
    let lines = log.lines().filter(|line| line.contains("page read"));
    lines.map(|line| line.split("page=").nth(1).unwrap().split_whitespace().next().unwrap().to_owned()).collect()
}

/// Returns one number of the account of a batch.
pub fn count(report: &Value, name: &str) -> u64 {
    counts(report)[name].as_u64().unwrap_or_else(|| panic!("no {name} in {report}"))
}

/// Lists every file and folder below a folder.
pub fn entries_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(entries_below(&path));
        }
        found.push(path);
    }
    found
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
