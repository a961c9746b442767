//! Several workers on one PostgreSQL and one object store: each page is read by exactly one of them, and a dead worker's
//! pages are read by another.

use std::collections::BTreeSet;
use std::time::Duration;

use rustix::process::Signal;

use crate::end_to_end::tool;
use crate::support::postgres::Postgres;
use crate::support::program::{Program, Running, count, pages_read, wait_until};

/// Time within which a batch of some sixteen small pages must be read.
const LONG: Duration = Duration::from_secs(180);

/// Two machines: data folders of their own, one database, one object store.
struct Site {
    first: Program,
    second: Program,
}

impl Site {
    /// Prepares the machines, whose leases last so long, and takes `charts` charts in without reading them.
    fn new(database: &str, charts: u32, lease: Duration) -> Self {
        let first = Program::new();
        let store = first.path("store").display().to_string();
        let on_site = |machine: Program| {
            machine
                .with("MUNIMENT_DATABASE_URL", database)
                .with("MUNIMENT_STORE_FOLDER", store.clone())
                .with("MUNIMENT_RECOGNITION_CHILDREN", "1")
                .with("MUNIMENT_WORKER_LEASE_SECONDS", lease.as_secs().to_string())
        };
        let (first, second) = (on_site(first), on_site(Program::new()));
        let scans = first.charts("charts", charts, "tiff-g4", 100);
        let scans: Vec<&str> = scans.iter().map(|path| path.to_str().unwrap()).collect();
        let arguments = [&["ingest", "--no-read", "--batch", "B"], &scans[..]].concat();
        let taken = first.json(&arguments);
        assert_eq!(count(&taken, "deliveries"), u64::from(charts));
        assert_eq!((count(&taken, "pages"), count(&taken, "files_waiting")), (0, u64::from(charts)), "nothing is read");
        Self { first, second }
    }

    /// Checks the account at the end and returns the number of pages.
    fn pages(&self) -> u64 {
        let report = self.second.json(&["batch", "show", "B"]);
        let pages = count(&report, "pages");
        assert_eq!(report["report"]["adds_up"], true, "{report}");
        assert_eq!(count(&report, "pages_done"), pages, "{report}");
        assert_eq!(count(&report, "files_waiting") + count(&report, "pages_waiting"), 0);
        pages
    }
}

fn work(machine: &Program) -> Running {
    machine.start(&["worker", "--until-done", "--log", "muniment=debug"])
}

/// Says how many pages are in both or one of two lists; a page in a list twice fails.
fn union(first: &[String], second: &[String]) -> u64 {
    let all: BTreeSet<&String> = first.iter().chain(second).collect();
    assert_eq!(all.len(), first.len() + second.len(), "no page is read twice");
    all.len() as u64
}

#[test]
fn two_workers_share_a_batch_page_by_page() {
    let Some(postgres) = Postgres::start() else { return };
    let site = Site::new(&postgres.database("shared"), 1, Duration::from_secs(60));
    let (mut one, mut two) = (work(&site.first), work(&site.second));
    let (one, two) = (one.end_within(LONG), two.end_within(LONG));
    assert_eq!((one.code, two.code), (0, 0), "{}\n{}", one.err, two.err);
    let (by_one, by_two) = (pages_read(&one.err), pages_read(&two.err));
    assert!(!by_one.is_empty() && !by_two.is_empty(), "each reads some: {} and {}", by_one.len(), by_two.len());
    assert_eq!(union(&by_one, &by_two), site.pages());
    // Workers leave the index to the machine that searches.
    assert!(one.out.contains("index update"), "{}", one.out);
    site.first.json(&["index", "update"]);
    let index = site.first.json(&["index", "status"]);
    assert_eq!((index["pages"].as_u64(), index["behind"].as_u64()), (Some(site.pages()), Some(0)));
}

#[test]
fn a_running_worker_takes_a_dead_ones_pages_over_when_its_lease_ends() {
    let Some(postgres) = Postgres::start() else { return };
    // Long enough that a busy machine does not keep the survivor from renewing its own leases.
    let site = Site::new(&postgres.database("lease"), 2, Duration::from_secs(15));
    // Both run before one dies: what a new worker does about the dead at its start has no part in this.
    let (mut doomed, mut survivor) = (work(&site.first), work(&site.second));
    wait_until("both have begun", LONG, || {
        !pages_read(&survivor.err()).is_empty() && !pages_read(&doomed.err()).is_empty()
    });
    let doomed_id = doomed.id();
    let holds = || {
        let sql = format!(
            "SELECT count(*) FROM pages WHERE work = 'claimed' AND worker = (SELECT id FROM workers WHERE name LIKE '%/{doomed_id}')"
        );
        postgres.ask("lease", &sql).parse::<u64>().unwrap()
    };
    // It is held still while its claims are counted: between two shares of pages it has none. Two, because the database
    // may be about to record the result of one.
    wait_until("it has claims in its hands", LONG, || {
        doomed.signal(Signal::STOP);
        let enough = holds() >= 2;
        if !enough {
            doomed.signal(Signal::CONT);
        }
        enough
    });
    doomed.signal(Signal::KILL);
    let by_doomed = pages_read(&doomed.end_within(LONG).err);
    let held = holds();
    assert!(held > 0, "it died with claims in its hands; read so far: {}", by_doomed.len());
    let survived = survivor.end_within(LONG);
    assert_eq!(survived.code, 0, "{}", survived.err);
    // A page whose result was recorded in the moment of the kill may lack its line in the log.
    let (read, pages) = (union(&by_doomed, &pages_read(&survived.err)), site.pages());
    assert!(read == pages || read + 1 == pages, "{read} of {pages} pages");
    let lost: u64 = postgres.ask("lease", "SELECT count(*) FROM pages WHERE lost > 0").parse().unwrap();
    assert_eq!(lost, held, "exactly the dead worker's pages lost their lease");
}

#[test]
fn an_older_worker_leaves_pages_of_newer_pipelines_alone() {
    let program = Program::new().with("MUNIMENT_RECOGNITION_CHILDREN", "1");
    let scan = program.charts("charts", 1, "jpeg", 100).remove(0);
    program.json(&["ingest", scan.to_str().unwrap(), "--batch", "B", "--no-read"]);
    let database = format!("sqlite:{}", program.path("data/muniment.db").display());
    let ask = |sql: &'static str| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let pool = sqlx::SqlitePool::connect(&database).await.unwrap();
            let row: Option<(String, i64)> = sqlx::query_as(sql).fetch_optional(&pool).await.unwrap();
            pool.close().await;
            row
        })
    };
    // What a newer version wrote: a definition with a key that this one does not know.
    ask("UPDATE settings SET value = '{\"stage_of_next_year\": 1, ' || substr(value, 2) WHERE name LIKE 'pipeline:%'");
    let mut worker = program.start(&["worker"]);
    wait_until("it says that it leaves the page", LONG, || worker.err().contains("left to a worker"));
    worker.signal(Signal::TERM);
    worker.end_within(LONG);
    let page = ask("SELECT work, attempts FROM pages").unwrap();
    assert_eq!(page, ("waiting".to_owned(), 0), "no attempt was spent");
}

#[test]
fn a_worker_without_the_password_does_not_spoil_a_run_that_has_it() {
    let program = Program::new().with("MUNIMENT_RECOGNITION_CHILDREN", "1");
    std::fs::create_dir(program.path("locked")).unwrap();
    let scans = program.charts("charts", 8, "pdf-ccitt", 100);
    for (number, scan) in scans.iter().enumerate() {
        let locked = program.path(&format!("locked/{number}.pdf"));
        let (scan, locked) = (scan.to_str().unwrap(), locked.to_str().unwrap());
        let one_page = [scan, "--pages", ".", "1", "--", "--encrypt", "secret", "owner", "256", "--", locked];
        let Some((true, _)) = tool("qpdf", &one_page) else { return };
    }
    std::fs::write(program.path("passwords"), "secret\n").unwrap();
    let mut without = program.start(&["worker", "--log", "muniment=info"]);
    wait_until("the worker works", LONG, || without.err().contains("Working with"));
    let taken = program.json(&["ingest", "locked", "--batch", "B", "--password-file", "passwords"]);
    without.signal(Signal::TERM);
    let without = without.end_within(LONG);
    assert!(without.err.contains("needs-password"), "it had none of the files: {}", without.err);
    for file in taken["files"].as_array().unwrap() {
        assert_eq!(file["outcome"], "ok", "{file}");
    }
    assert_eq!(count(&taken, "files_rejected"), 0);
}
