//! `kill -9` at random moments of a run of deposits, started again each time: every record once, and whole.

use std::process::Stdio;
use std::time::Duration;

use muniment::archive::ocfl::Depth;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::support::born_digital::shared_file;
use crate::support::clinic::Clinic;
use crate::support::program::Program;

/// Documents, and kills, in `make test` and in `make soak`.
const SIZES: [(usize, u32); 2] = [(8, 6), (60, 60)];

#[tokio::test]
async fn deposits_survive_kills_at_random_moments() {
    let (documents, kills) = SIZES[usize::from(std::env::var_os("MUNIMENT_SOAK").is_some())];
    let program = Program::new().with("MUNIMENT_REVIEW_UNDO_MINUTES", "0").with("MUNIMENT_WORKER_LEASE_SECONDS", "5");
    let clinic = Clinic::with(program);
    let patients: Vec<String> = (0..documents).map(|number| format!("ZZPATIENT{number:03}")).collect();
    let pages: Vec<&str> = patients.iter().map(String::as_str).collect();
    let whole = clinic.ingest("shared.pdf", &shared_file(&pages));
    let parts: Vec<String> = (1..=documents).map(|page| page.to_string()).collect();
    let run = clinic.technician(&["--json", "document", "split", &whole, &parts.join(",")]);
    let split: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    let mut records = Vec::new();
    for (number, part) in split["parts"].as_array().unwrap().iter().enumerate() {
        let patient = format!("ZZ-{number}");
        records.push(clinic.accept(part.as_str().unwrap(), &["--patient", &patient, "--type", "progress-note"]));
    }
    let seed = u64::from(std::process::id());
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    for _ in 0..kills {
        let mut running =
            clinic.program.command(&["deposit"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(50 + random.next_u64() % 900));
        let _ = running.kill();
        running.wait().unwrap();
    }
    // What was claimed by a killed run of this machine is free at once.
    clinic.program.json(&["deposit"]);
    let root = clinic.root().await;
    let (problems, ids) = root.validate_root().await.unwrap();
    assert!(problems.is_empty(), "seed {seed}: {problems:?}");
    records.sort_unstable();
    assert_eq!(ids.into_iter().collect::<Vec<_>>(), records, "seed {seed}: each record exactly once");
    for record in &records {
        let validated = root.validate(*record, Depth::Digests).await.unwrap();
        assert!(validated.problems.is_empty(), "seed {seed}: {:?}", validated.problems);
        assert_eq!(validated.versions, 1, "seed {seed}");
    }
    assert_eq!(clinic.program.json(&["queue"]).as_array().map(Vec::len), Some(0), "seed {seed}");
}
