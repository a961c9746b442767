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
/// Times that the batch is worked off at most: a run between two kills may get nowhere.
const DEADLINE: Duration = Duration::from_secs(1_800);

#[test]
fn a_batch_survives_kills_at_random_moments() {
    let soak = std::env::var_os("MUNIMENT_SOAK").is_some();
    let kills = if soak { KILLS.1 } else { KILLS.0 };
    let charts = if soak { 6 } else { 1 };
    // Claims of a killed run are noticed after a short lease.
    let program = Program::new().with("MUNIMENT_WORKER_LEASE_SECONDS", "5");
    program.charts("charts", charts, "mixed", 150);
    let inbox = program.path("inbox");
    fs::create_dir(&inbox).unwrap();
    for path in scans(&program.path("charts")) {
        fs::copy(&path, inbox.join(path.file_name().unwrap())).unwrap();
    }
    let seed = u64::from(std::process::id());
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let begun = Instant::now();
    let mut done_early = 0;
    for kill in 0..kills {
        assert!(begun.elapsed() < DEADLINE, "seed {seed}: kill {kill} not reached in time");
        let mut running = start(&program);
        std::thread::sleep(Duration::from_millis(150 + random.next_u64() % 6_000));
        let parent = random.next_u64() % 3 > 0;
        if running.try_wait().unwrap().is_some() {
            done_early += 1;
        } else if parent {
            running.kill().unwrap();
        } else {
            kill_a_child(running.id());
            // The run goes on without the child.
            std::thread::sleep(Duration::from_millis(500));
            running.kill().unwrap();
        }
        running.wait().unwrap();
    }
    let last = program.json(&["ingest", "inbox", "--batch", "B"]);
    check(&program, &last, seed);
    eprintln!("{kills} kills (seed {seed}, {done_early} after the end): every page exactly once");
}

fn start(program: &Program) -> Child {
    program.command(&["ingest", "inbox", "--batch", "B"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// Kills one of the reading children of `parent`, if it has any.
fn kill_a_child(parent: u32) {
    let children = fs::read_to_string(format!("/proc/{parent}/task/{parent}/children")).unwrap_or_default();
    let all = fs::read_dir(format!("/proc/{parent}/task")).into_iter().flatten().flatten();
    let of_threads = all.filter_map(|task| fs::read_to_string(task.path().join("children")).ok());
    let pids: Vec<String> = of_threads
        .chain([children])
        .flat_map(|list| list.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
        .collect();
    if let Some(pid) = pids.first().and_then(|pid| pid.parse::<i32>().ok())
        && let Some(pid) = rustix::process::Pid::from_raw(pid)
    {
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
    }
}

fn check(program: &Program, report: &Value, seed: u64) {
    let manifest: Value =
        serde_json::from_str(&fs::read_to_string(program.path("charts/manifest.json")).unwrap()).unwrap();
    let files = manifest["files"].as_array().unwrap();
    let expected: u64 = files.iter().map(|file| file["pages"].as_u64().unwrap()).sum();
    let count = |name: &str| counts(report)[name].as_u64().unwrap();
    assert_eq!(report["report"]["adds_up"], true, "seed {seed}: {report}");
    assert_eq!(count("deliveries"), files.len() as u64, "seed {seed}: every file exactly once");
    assert_eq!(count("pages"), expected, "seed {seed}: every page exactly once");
    assert_eq!(count("pages_waiting") + count("files_waiting"), 0, "seed {seed}");
    assert_eq!(count("pages_done") + count("pages_failed") + count("pages_rejected"), expected, "seed {seed}");
    assert_eq!(count("pages_failed") + count("pages_rejected"), 0, "seed {seed}: no page is lost to a kill");
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
