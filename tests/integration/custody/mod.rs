//! Workers look after the archive: what they do again and again, and what they raise the alarm about.

mod copying;
mod first_lock;
mod leaving;
mod s3;

use std::path::Path;
use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};
use muniment::app::config::Config;
use muniment::app::custody::Alert;
use muniment::app::{App, SystemClock};
use muniment::archive::ocfl::{Depth, Root, object_folder};
use muniment::archive::{LockState, Vault};
use muniment::chart::{Clock, RecordId};
use muniment::worker::{Duty, Stop};
use serde_json::Value;

use crate::support::born_digital::shared_file;
use crate::support::clinic::Clinic;
use crate::support::program::Program;

/// A clock that a test sets.
#[derive(Debug)]
pub struct Hands(Mutex<Timestamp>);

impl Hands {
    pub fn after(days: i64) -> Arc<Self> {
        Arc::new(Self(Mutex::new(SystemClock.now() + SignedDuration::from_hours(24 * days))))
    }

    pub fn advance(&self, days: i64) {
        *self.0.lock().unwrap() += SignedDuration::from_hours(24 * days);
    }
}

impl Clock for Hands {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

fn program() -> Program {
    let program = Program::new().with("MUNIMENT_REVIEW_UNDO_MINUTES", "0").with("MUNIMENT_FIXITY_MIB_PER_SECOND", "0");
    let replica = program.path("replica").display().to_string();
    program.with("MUNIMENT_REPLICA_LOCATION", replica)
}

fn folder(path: &Path) -> Vault {
    Vault::folder(path, Arc::new(SystemClock)).unwrap()
}

/// Opens the instance as a worker does at the time of `clock`.
async fn app(program: &Program, clock: &Arc<Hands>) -> App {
    let replica = program.path("replica").display().to_string();
    let set = [("MUNIMENT_REPLICA_LOCATION", replica), ("MUNIMENT_FIXITY_MIB_PER_SECOND", "0".to_owned())];
    let set = set.into_iter().map(|(name, value)| (name.to_owned(), value));
    let config = Config::load(None, set, Some(&program.path("data"))).unwrap();
    let mut app = App::open(config).await.unwrap();
    app.clock = clock.clone();
    // Its locks end by the same clock.
    app.vault = Vault::folder(&program.path("data/archive"), clock.clone()).unwrap();
    app
}

/// Takes in, accepts and deposits a document for each of the patients.
fn deposited(clinic: &Clinic, patients: &[&str]) -> Vec<RecordId> {
    let records = patients.iter().enumerate().map(|(number, patient)| {
        let document = clinic.ingest(&format!("{number}.pdf"), &shared_file(&[&format!("ZZWORD{number}")]));
        clinic.accept(&document, &["--patient", patient, "--type", "progress-note"])
    });
    let records: Vec<RecordId> = records.collect();
    // Whoever read the next file may have deposited the one before.
    clinic.deposit();
    assert_eq!(clinic.program.json(&["queue"]).as_array().map(Vec::len), Some(0));
    records
}

async fn locks(vault: &Vault, prefix: &str) -> Vec<(String, LockState)> {
    let mut locks = Vec::new();
    for version in vault.versions(prefix).await.unwrap() {
        let state = vault.lock_state(&version).await.unwrap();
        locks.push((version.key, state));
    }
    assert!(!locks.is_empty(), "nothing is at {prefix}");
    locks
}

fn flip(path: &Path) {
    let mut bytes = std::fs::read(path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(path, bytes).unwrap();
}

fn alerted(value: &Value) -> Vec<&str> {
    value["alerts"].as_array().unwrap().iter().map(|alert| alert["alert"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_worker_deposits_under_hold_and_copies_checks_and_compares_what_it_deposited() {
    // A week: whatever is held below is so from its deposit on, and not by a later turn.
    let clinic = Clinic::with(program().with("MUNIMENT_CUSTODY_FOLLOW_MINUTES", "10080"));
    let first = deposited(&clinic, &["ZZ-1"])[0];
    let worked = clinic.program.json(&["worker", "--until-done"]);
    assert_eq!(alerted(&worked), Vec::<&str>::new(), "{worked}");
    let copy = Root::existing(folder(&clinic.program.path("replica"))).await.unwrap();
    let copy = copy.validate(first, Depth::Digests).await.unwrap();
    assert!(copy.versions == 1 && copy.problems.is_empty(), "{copy:?}");
    let status = clinic.program.json(&["fixity", "status"]);
    let duties = status["duties"].as_array().unwrap();
    assert_eq!(duties.len(), Duty::ALL.len(), "{status}");
    assert!(duties.iter().all(|duty| duty["ended_at"].is_string() && duty["failures"] == 0), "{status}");
    assert_eq!((&status["copies"]["copied"], &status["copies"]["behind"]), (&1.into(), &0.into()));
    assert_eq!((&status["archive"]["records"], &status["replica"]["records"]), (&1.into(), &1.into()));

    // Holds by patient, by days and by search cover what comes later, and the next version of what they have.
    let place = |matter: &str, scope: &[&str]| {
        let mut all = vec!["hold", "place", "--matter", matter, "--reason", "claim", "--custodian", "legal"];
        all.extend(scope);
        clinic.program.json(&all)
    };
    place("M-1", &["--patient", "ZZ-1"]);
    place("M-2", &["--from", "2024-01-01", "--to", "2024-12-31"]);
    place("M-3", &["--query", "zzquinine"]);
    let accept = |name: &str, word: &str, says: &[&str]| {
        let document = clinic.ingest(name, &shared_file(&[word]));
        clinic.accept(&document, &[says, &["--type", "progress-note"]].concat())
    };
    let later = [
        accept("p.pdf", "ZZPATIENT", &["--patient", "ZZ-1", "--encounter", "2020-03-01..2020-03-02"]),
        accept("d.pdf", "ZZDAYS", &["--patient", "ZZ-2", "--encounter", "2024-03-01..2024-03-02"]),
        accept("q.pdf", "ZZQUININE", &["--patient", "ZZ-3", "--encounter", "2020-03-01..2020-03-02"]),
    ];
    let free = accept("f.pdf", "ZZFREE", &["--patient", "ZZ-4", "--encounter", "2020-03-01..2020-03-02"]);
    let correct = ["correct", &first.to_string(), "--reason", "labels", "--label", "ward-3"];
    let corrected = clinic.reviewer(&correct);
    assert_eq!(corrected.code, 0, "{}", corrected.err);
    clinic.program.json(&["worker", "--until-done"]);
    assert_eq!(clinic.program.json(&["queue"]).as_array().map(Vec::len), Some(0));
    let archive = folder(&clinic.folder());
    for (record, versions) in [(first, 2), (later[0], 1), (later[1], 1), (later[2], 1)] {
        let folder = format!("{}/v{versions}", object_folder(record));
        let free: Vec<_> = locks(&archive, &folder).await.into_iter().filter(|(_, state)| !state.held).collect();
        assert!(free.is_empty(), "written without their hold: {free:?}");
    }
    assert!(locks(&archive, &object_folder(free)).await.iter().all(|(_, state)| !state.held));
    let members = |matter: &str| clinic.program.json(&["hold", "show", matter])["members"].as_array().unwrap().len();
    // A range of days covers what has no date at all, too.
    assert_eq!((members("M-1"), members("M-2"), members("M-3")), (2, 2, 1));
    assert_eq!(clinic.program.json(&["retention", "verify"])["differences"], serde_json::json!([]));
}

#[tokio::test]
async fn turns_are_had_once_however_many_workers_there_are() {
    let clinic = Clinic::with(program());
    deposited(&clinic, &["ZZ-1"]);
    let clock = Hands::after(1);
    let (one, other) = (app(&clinic.program, &clock).await, app(&clinic.program, &clock).await);
    let stop = Stop::new();
    let (had, more) = tokio::join!(one.have_custody_turns(&stop), other.have_custody_turns(&stop));
    assert_eq!(had.unwrap() + more.unwrap(), Duty::ALL.len() as u32);
    assert_eq!(one.have_custody_turns(&stop).await.unwrap(), 0, "nothing is due again yet");
    // Told to stop, it gives its turns back; they go on at once.
    clock.advance(30);
    stop.raise();
    assert_eq!(one.have_custody_turns(&stop).await.unwrap(), 0);
    assert_eq!(other.have_custody_turns(&Stop::new()).await.unwrap(), Duty::ALL.len() as u32);
}

#[tokio::test]
async fn locks_are_renewed_in_both_locations_also_of_what_is_in_no_record() {
    let clinic = Clinic::with(program());
    let record = deposited(&clinic, &["ZZ-1"])[0];
    let scope = ["--matter", "M-1", "--reason", "claim", "--custodian", "legal", "--query", "zzword0"];
    clinic.program.json(&[&["hold", "place"], &scope[..]].concat());
    clinic.program.json(&["worker", "--until-done"]);
    let clock = Hands::after(0);
    let app = app(&clinic.program, &clock).await;
    // As somebody does who destroyed a record.
    let tombstone = "tombstones/01900000-0000-7000-8000-000000000001.json";
    app.vault.create(tombstone, muniment::archive::Body::Bytes("{}".into()), None).await.unwrap();
    for days in [0, 100, 100, 100, 100, 100] {
        clock.advance(days);
        app.have_custody_turns(&Stop::new()).await.unwrap();
    }
    let now = clock.now();
    for vault in [folder(&clinic.folder()), folder(&clinic.program.path("replica"))] {
        for prefix in [object_folder(record).as_str(), "holds", "tombstones"] {
            for (key, state) in locks(&vault, prefix).await {
                let until = state.until.unwrap_or(Timestamp::MIN);
                let half = now + SignedDuration::from_hours(24 * 180);
                assert!(until > half, "{key} is locked until {until} at {now}, in {}", vault.describes());
            }
        }
        // What others supersede is gone by now; the rest of the ledger is locked, and whole.
        for (key, state) in locks(&vault, "ledger").await {
            assert!(state.until.is_some_and(|until| until > now), "{key}: {state:?}");
        }
    }
    let size = app.store.ledger_size().await.unwrap();
    let ledger = locks(&app.vault, "ledger").await;
    assert!(ledger.len() as u64 <= size / 32 + 32, "{} objects for {size} entries", ledger.len());
    assert_eq!(clinic.program.run(&["audit", "verify"]).code, 0);
    assert_eq!(app.alerts().await.unwrap(), []);
}

#[tokio::test]
async fn damage_is_repaired_in_its_turn_and_what_cannot_be_is_an_alarm() {
    let clinic = Clinic::with(program());
    let records = deposited(&clinic, &["ZZ-1", "ZZ-2"]);
    let clock = Hands::after(0);
    let app = app(&clinic.program, &clock).await;
    app.have_custody_turns(&Stop::new()).await.unwrap();
    assert_eq!(app.alerts().await.unwrap(), []);
    let path = |location: &Path, record| location.join(object_folder(record)).join("v1/content/record.json");
    let replica = clinic.program.path("replica");
    flip(&path(&clinic.folder(), records[0]));
    for location in [&clinic.folder(), &replica] {
        flip(&path(location, records[1]));
    }
    clock.advance(50);
    app.have_custody_turns(&Stop::new()).await.unwrap();
    assert_eq!(app.alerts().await.unwrap(), [], "neither was due for its check");
    clock.advance(35);
    app.have_custody_turns(&Stop::new()).await.unwrap();
    assert_eq!(app.alerts().await.unwrap(), [Alert::Damaged { problems: 2 }]);
    let status = app.fixity_status().await.unwrap();
    assert!(status.damaged.iter().all(|problem| problem.record == records[1]), "{:?}", status.damaged);
    assert_eq!(status.archive.repaired, 1);
    let turn = status.duties.iter().find(|duty| duty.name == "fixity").unwrap();
    assert!(turn.told.contains("DAMAGED archive") && turn.told.contains("record.json"), "{}", turn.told);
    // The commands say so too, and by their exit codes.
    let run = clinic.program.run(&["fixity", "status"]);
    assert!(run.code == 3 && run.out.contains("ALERT") && run.out.contains("2 files are damaged"), "{}", run.out);
    let doctor = clinic.program.run(&["doctor"]);
    assert!(doctor.code == 3 && doctor.out.contains("2 files are damaged"), "{}", doctor.out);
    let worked = clinic.program.run(&["worker", "--until-done"]);
    assert!(worked.code == 3 && worked.out.contains("ALERT"), "{}{}", worked.out, worked.err);
}

#[tokio::test]
async fn what_nobody_does_in_time_is_an_alarm() {
    let clinic = Clinic::with(program());
    deposited(&clinic, &["ZZ-1"]);
    let clock = Hands::after(0);
    let app = app(&clinic.program, &clock).await;
    app.have_custody_turns(&Stop::new()).await.unwrap();
    clock.advance(91);
    let alerts = app.alerts().await.unwrap();
    let overdue = |location| Alert::FixityOverdue { location, records: 1, days: 90 };
    assert!(alerts.contains(&overdue("archive")) && alerts.contains(&overdue("replica")), "{alerts:?}");
    let late = alerts.iter().filter(|alert| matches!(alert, Alert::Overdue { .. })).count();
    assert_eq!(late, Duty::ALL.len(), "{alerts:?}");
    app.have_custody_turns(&Stop::new()).await.unwrap();
    assert_eq!(app.alerts().await.unwrap(), []);
    // A replica that cannot be written to fails, is said to fail, and is tried again.
    let replica = clinic.program.path("replica");
    std::fs::remove_dir_all(&replica).unwrap();
    std::fs::write(&replica, "no folder").unwrap();
    let broken = self::app(&clinic.program, &clock).await;
    for _ in 0..3 {
        clock.advance(1);
        broken.have_custody_turns(&Stop::new()).await.unwrap();
    }
    let alerts = broken.alerts().await.unwrap();
    let fails = |alert: &Alert| matches!(alert, Alert::Failing { duty, .. } if duty == "replication");
    assert!(alerts.iter().any(fails), "{alerts:?}");
}

#[tokio::test]
async fn a_lock_that_somebody_took_away_is_noted_put_back_and_told() {
    let clinic = Clinic::with(program());
    let record = deposited(&clinic, &["ZZ-1"])[0];
    let place = ["hold", "place", "--matter", "M-1", "--reason", "claim", "--custodian", "legal", "--patient", "ZZ-1"];
    clinic.program.json(&place);
    let clock = Hands::after(0);
    let app = app(&clinic.program, &clock).await;
    app.have_custody_turns(&Stop::new()).await.unwrap();
    let fact = |location: &Path| {
        let fact = location.join(".locks").join(object_folder(record)).join("v1/content/record.json.json");
        let text = std::fs::read_to_string(&fact).unwrap();
        std::fs::write(&fact, text.replace("\"held\":true", "\"held\":false")).unwrap();
    };
    for location in [clinic.folder(), clinic.program.path("replica")] {
        fact(&location);
    }
    clock.advance(2);
    app.have_custody_turns(&Stop::new()).await.unwrap();
    let open = app.store.open_lock_differences(10).await.unwrap();
    let seen: Vec<_> = open.iter().map(|one| (one.location.as_str(), one.difference.kind.as_str())).collect();
    assert_eq!(seen, [("archive", "hold-missing"), ("replica", "hold-missing")]);
    assert_eq!(app.alerts().await.unwrap(), [Alert::LocksDiffer { open: 2, mended: 0 }]);
    let archive = locks(&app.vault, &object_folder(record)).await;
    assert!(archive.iter().all(|(_, state)| state.held), "the hold is back at once");
    // The next comparison finds them as they should be.
    clock.advance(2);
    app.have_custody_turns(&Stop::new()).await.unwrap();
    assert_eq!(app.alerts().await.unwrap(), []);
    assert_eq!(app.store.lock_figures(Timestamp::MIN).await.unwrap().mended, 2);
}
