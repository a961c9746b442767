//! `kill -9` at random moments of a batch, of the parent or of a child, started again each time: every page exactly once.

use std::fs;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use serde_json::Value;

use crate::support::program::{Program, counts, scans};

/// Kills in `make test`, and in `make soak`.
const KILLS: (u32, u32) = (5, 50);
/// Charts in a batch, likewise.
const CHARTS: (u32, u32) = (1, 6);
/// The latest moment of a kill, as a part of what a whole run takes: a batch needs several starts to come to its end.
const LATEST: f64 = 0.4;
/// Time for all kills.
const DEADLINE: Duration = Duration::from_secs(3_600);

#[test]
fn a_batch_survives_kills_at_random_moments() {
    let soak = std::env::var_os("MUNIMENT_SOAK").is_some();
    let (kills, charts) = if soak { (KILLS.1, CHARTS.1) } else { (KILLS.0, CHARTS.0) };
    let inbox = Inbox::new(charts);
    let seed = u64::from(std::process::id());
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let begun = Instant::now();
    inbox.end(&site(), seed);
    let whole = begun.elapsed();
    let latest = u64::try_from(whole.mul_f64(LATEST).as_millis()).unwrap().max(200);
    // Only kills that bite are counted: when a run comes to its end first, the next one begins with a new batch.
    let (mut bitten, mut batches, mut of_children) = (0, 0, 0);
    while bitten < kills {
        let program = site();
        batches += 1;
        while bitten < kills {
            assert!(begun.elapsed() < DEADLINE, "seed {seed}: kill {bitten} not reached in time");
            let mut running = inbox.start(&program);
            std::thread::sleep(Duration::from_millis(50 + random.next_u64() % latest));
            if random.next_u64() % 3 == 0 && kill_a_child(running.id()) {
                of_children += 1;
                // The run goes on without the child.
                std::thread::sleep(Duration::from_millis(500));
            }
            if running.try_wait().unwrap().is_some() {
                break;
            }
            running.kill().unwrap();
            running.wait().unwrap();
            bitten += 1;
        }
        inbox.end(&program, seed);
    }
    eprintln!(
        "{kills} kills in the midst of {batches} batches (seed {seed}, a whole run takes {whole:?}; {of_children} kills of \
         children besides): every page exactly once"
    );
}

/// A data folder in which claims of a killed run are noticed after a short lease.
fn site() -> Program {
    Program::new().with("MUNIMENT_WORKER_LEASE_SECONDS", "5")
}

/// Scans on their way in.
struct Inbox {
    program: Program,
}

impl Inbox {
    fn new(charts: u32) -> Self {
        let program = Program::new();
        program.charts("charts", charts, "mixed", 150);
        fs::create_dir(program.path("inbox")).unwrap();
        for path in scans(&program.path("charts")) {
            fs::copy(&path, program.path("inbox").join(path.file_name().unwrap())).unwrap();
        }
        Self { program }
    }

    /// Starts taking them in.
    fn start(&self, program: &Program) -> Child {
        let inbox = self.program.path("inbox");
        let mut command = program.command(&["ingest", "--batch", "B", inbox.to_str().unwrap()]);
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }

    /// Takes them in to the end and checks the account.
    fn end(&self, program: &Program, seed: u64) {
        let inbox = self.program.path("inbox");
        let report = program.json(&["ingest", "--batch", "B", inbox.to_str().unwrap()]);
        let manifest = fs::read_to_string(self.program.path("charts/manifest.json")).unwrap();
        check(program, &serde_json::from_str(&manifest).unwrap(), &report, seed);
    }
}

/// Kills one of the reading children of `parent`, if it has any.
fn kill_a_child(parent: u32) -> bool {
    let children = fs::read_to_string(format!("/proc/{parent}/task/{parent}/children")).unwrap_or_default();
    let all = fs::read_dir(format!("/proc/{parent}/task")).into_iter().flatten().flatten();
    let of_threads = all.filter_map(|task| fs::read_to_string(task.path().join("children")).ok());
    let pids: Vec<String> = of_threads
        .chain([children])
        .flat_map(|list| list.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
        .collect();
    let pid = pids.first().and_then(|pid| rustix::process::Pid::from_raw(pid.parse().ok()?));
    pid.is_some_and(|pid| rustix::process::kill_process(pid, rustix::process::Signal::KILL).is_ok())
}

fn check(program: &Program, manifest: &Value, report: &Value, seed: u64) {
    let files = manifest["files"].as_array().unwrap();
    let expected: u64 = files.iter().map(|file| file["pages"].as_u64().unwrap()).sum();
    let count = |name: &str| counts(report)[name].as_u64().unwrap();
    assert_eq!(report["report"]["adds_up"], true, "seed {seed}: {report}");
    assert_eq!(count("deliveries"), files.len() as u64, "seed {seed}: every file exactly once");
    assert_eq!(count("pages"), expected, "seed {seed}: every page exactly once");
    assert_eq!(count("pages_waiting") + count("files_waiting"), 0, "seed {seed}");
    assert_eq!(count("pages_done") + count("pages_failed") + count("pages_rejected"), expected, "seed {seed}");
    let given_up = count("pages_failed") + count("pages_rejected");
    assert_eq!(given_up, 0, "seed {seed}: no page is lost to a kill: {:?}", reasons(program));
    // The index holds each page once.
    let index = program.json(&["index", "status"]);
    assert_eq!((index["pages"].as_u64(), index["behind"].as_u64()), (Some(expected), Some(0)), "seed {seed}");
    // The originals are there, bit for bit.
    for file in report["files"].as_array().unwrap() {
        let digest = file["sha256"].as_str().unwrap();
        let key = format!("data/objects/intake/sha256/{}/{}/{digest}", &digest[..2], &digest[2..4]);
        let kept = fs::read(program.path(&key)).unwrap();
        assert_eq!(muniment::chart::Digest::of(&kept).to_string(), digest, "seed {seed}");
    }
}

/// What is said of pages that no attempt could read.
fn reasons(program: &Program) -> Vec<String> {
    let documents = program.json(&["show", "--batch", "B"]);
    let ids = documents.as_array().unwrap().iter().map(|document| document["id"].as_str().unwrap().to_owned());
    let shown: Vec<String> = ids.map(|id| program.run(&["show", &id]).out).collect();
    shown.iter().flat_map(|text| text.lines()).filter(|line| line.contains("attempt")).map(str::to_owned).collect()
}
