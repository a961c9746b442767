//! Many records with everything that is decided about records, some of them destroyed; the rebuild is killed on its way.

use std::time::{Duration, Instant};

use muniment::app::App;
use muniment::app::config::Config;
use serde_json::Value;

use super::Tables;
use crate::backup::{BEN, Hospital, TIA, word};
use crate::support::program::Program;

/// Records: here, and when the long tests are run.
const RECORDS: [usize; 2] = [14, 1_000];
/// Numbers of the records that are destroyed.
const DESTROYED: [usize; 2] = [3, 9];
/// Most memory that the rebuild may take, in kB.
const MOST_MEMORY: u64 = 400_000;

/// An archive of records with labels, corrections, events, holds, a merge and destroyed ones.
fn site(records: usize) -> (Hospital, Vec<String>) {
    let hospital = Hospital::open(Program::new(), records);
    let numbers: Vec<usize> = (0..records).collect();
    let accept =
        &|numbers: &[usize]| -> Vec<String> { numbers.iter().map(|number| hospital.accept(*number)).collect() };
    // A few people at once.
    let records: Vec<String> = std::thread::scope(|scope| {
        let people: Vec<_> =
            numbers.chunks(records.div_ceil(4)).map(|part| scope.spawn(move || accept(part))).collect();
        people.into_iter().flat_map(|person| person.join().unwrap()).collect()
    });
    hospital.deposit(records.len() as u64);
    for (record, document) in records.iter().zip(&hospital.documents).take(2) {
        hospital.done_as(TIA, &["correct", record, "--reason", "labels", "--label", "ward-9"]);
        hospital.done_as(BEN, &["review", document, "--approve"]);
    }
    hospital.deposit(2);
    hospital.decide();
    let event =
        ["retention", "event", "add", &records[4], "--kind", "report", "--date", "2002-02-03", "--source", "ledger"];
    hospital.program.json(&event);
    hospital.program.json(&["retention", "merge", "MRN5", "MRN6", "--source", "ADT A40"]);
    let why = ["--reason", "a claim", "--custodian", "legal", "--matter"];
    hospital.program.json(&[&["hold", "place"], &why[..], &["M-1", "--patient", "MRN5"]].concat());
    hospital.program.json(&[&["hold", "place"], &why[..], &["M-2", "--query", "label:ward-9"]].concat());
    // Holds by search are asked for before anything is destroyed.
    hospital.program.json(&["index", "update"]);
    let [one, other] = DESTROYED.map(|number| records[number].as_str());
    hospital.destroy(&[one, other]);
    hospital.program.json(&["index", "update"]);
    (hospital, records)
}

/// Everything that a site can be asked about its records.
async fn answers(hospital: &Hospital) -> Vec<Value> {
    let queries: Vec<String> = (0..12)
        .map(word)
        .chain(["label:ward-9", "state:archived", "type:discharge-summary"].map(str::to_owned))
        .collect();
    let mut answers = Vec::new();
    for query in queries {
        let run = hospital.program.run(&["--json", "search", &query, "--limit", "1000"]);
        assert!(matches!(run.code, 0 | 3), "{}", run.err);
        let answer: Value = serde_json::from_str(&run.out).unwrap();
        answers.push(answer["answer"].clone());
    }
    for command in [["hold", "list"], ["hold", "match"], ["disposal", "list"], ["people", "list"]] {
        answers.push(hospital.program.json(&command));
    }
    answers.push(hospital.program.json(&["retention", "forecast", "--until", "2040"]));
    // What is said about each record: its last day, its holds, its reasons, every step of the computation.
    let config = Config::load(None, std::iter::empty(), Some(&hospital.program.path("data"))).unwrap();
    let app = App::open(config).await.unwrap();
    let basis = app.basis(Some(jiff::civil::date(2060, 1, 1))).await.unwrap();
    app.plan_each(&basis, |plan| answers.push(serde_json::to_value(&plan).unwrap())).await.unwrap();
    app.store.close().await;
    answers
}

fn lose(hospital: &Hospital) {
    let data = hospital.program.path("data");
    for name in ["muniment.db", "muniment.db-wal", "muniment.db-shm"] {
        let _ = std::fs::remove_file(data.join(name));
    }
    for folder in ["index", "objects"] {
        let _ = std::fs::remove_dir_all(data.join(folder));
    }
}

/// Runs a rebuild to its end, watching its memory; returns what it says and the most memory, in kB.
fn rebuild(hospital: &Hospital) -> (Value, u64) {
    let mut running = hospital.program.start(&["--json", "rebuild", "--key", &hospital.key]);
    let mut most = 0;
    while running.is_running() {
        let status = std::fs::read_to_string(format!("/proc/{}/status", running.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
        most = most.max(line.trim().trim_end_matches(" kB").parse().unwrap_or(0));
        std::thread::sleep(Duration::from_millis(50));
    }
    let run = running.end_within(Duration::from_secs(5));
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    (serde_json::from_str(&run.out).unwrap(), most)
}

#[tokio::test]
async fn many_records_come_back_field_by_field_and_destroyed_ones_stay_gone() {
    let many = RECORDS[usize::from(std::env::var_os("MUNIMENT_SOAK").is_some())];
    let (hospital, records) = site(many);
    let database = hospital.program.path("data/muniment.db");
    let before = answers(&hospital).await;
    let plans = before.iter().filter(|value| value.get("computation").is_some()).count();
    assert_eq!(plans, records.len() - DESTROYED.len());
    let mut tables = Tables::read(&database).await.without_sizes();
    let scans = |number: usize| {
        let shown = hospital.program.json(&["show", &hospital.documents[number]]);
        shown["pages"][0]["page"].as_str().unwrap().split(':').next().unwrap().to_owned()
    };
    let mut gone: Vec<String> = DESTROYED.iter().map(|number| hospital.documents[*number].clone()).collect();
    gone.extend(DESTROYED.iter().map(|number| scans(*number)));
    tables.without(&gone);

    // Killed on its way, once it has begun to bring texts back.
    lose(&hospital);
    let killed = hospital.program.start(&["rebuild"]);
    let begun = Instant::now();
    while !hospital.program.path("data/objects/results").exists() && begun.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(2));
    }
    killed.signal(rustix::process::Signal::KILL);
    drop(killed);
    let begun = Instant::now();
    let (rebuilt, memory) = rebuild(&hospital);
    let told = &rebuilt["rebuilt"];
    println!(
        "{many} records rebuilt at {:.0} records/s in {:.1} s with the index; at most {} MB of memory; {} versions after \
         the kill",
        told["records_per_second"].as_f64().unwrap(),
        begun.elapsed().as_secs_f64(),
        memory / 1000,
        told["versions"]
    );
    assert_eq!(told["records"], records.len() - DESTROYED.len(), "{rebuilt}");
    assert!((1..MOST_MEMORY).contains(&memory), "{memory} kB");
    Tables::read(&database).await.without_sizes().are_those_of(&tables);
    let after = answers(&hospital).await;
    assert_eq!(after.len(), before.len());
    for (after, before) in after.iter().zip(&before) {
        assert_eq!(after, before);
    }
    // The destroyed are known as destroyed, and their certificate still holds.
    let disposal = hospital.program.json(&["disposal", "list"])[0]["id"].as_str().unwrap().to_owned();
    hospital.program.json(&["certificate", "fetch", &disposal, "-o", "certificate.json"]);
    assert_eq!(hospital.program.run(&["certificate", "verify", "certificate.json", "--key", &hospital.key]).code, 0);
    for number in DESTROYED {
        assert!(hospital.program.path(&format!("data/archive/tombstones/{}.json", records[number])).exists());
        let again = hospital.run_as(BEN, &["disposal", "propose", &records[number], "--reason", "again"]);
        assert_eq!(again.code, 1, "{}", again.out);
    }
}
