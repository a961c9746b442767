//! The ledger: shipped under signed checkpoints, verified with a pinned key; who tampers with it is found out.

use std::path::Path;

use futures::TryStreamExt;
use jiff::Timestamp;
use muniment::app::App;
use muniment::app::config::Config;
use muniment::audit::{AuditFinding, SigningKey};
use muniment::chart::facts::{KeyFact, rotation_statement};
use muniment::chart::merkle::{Edge, leaf};
use muniment::chart::{Actor, Digest, Fact, LedgerEntry};
use muniment::store::{Store, StoreError};
use muniment::worker::{LedgerLocks, ship};

use crate::support::postgres::Postgres;
use crate::support::program::Program;

struct Site {
    app: App,
    folder: tempfile::TempDir,
}

impl Site {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let app = open(folder.path()).await;
        Self { app, folder }
    }

    /// Makes `count` entries, each a rotation of the key, and returns the fingerprint of the first key.
    async fn fill(&self, count: usize) -> Digest {
        let first = self.app.signing_key().await.unwrap().public().fingerprint();
        for _ in 0..count {
            self.app.rotate_key(Actor::Program).await.unwrap();
        }
        first
    }

    async fn findings(&self, pinned: Digest) -> Vec<AuditFinding> {
        let report = self.app.audit(Some(pinned), None).await.unwrap();
        // Whatever is found is said in a sentence.
        assert!(report.verdict.findings.iter().all(|finding| finding.to_string().len() > 20));
        report.verdict.findings
    }

    /// Changes the database as whoever controls it can.
    async fn tamper(&self, sql: &'static str) {
        let url = self.app.config.database.url.clone();
        let pool = sqlx::SqlitePool::connect(url.reveal()).await.unwrap();
        let mut connection = pool.acquire().await.unwrap();
        sqlx::query("PRAGMA foreign_keys = OFF").execute(&mut *connection).await.unwrap();
        assert!(sqlx::query(sql).execute(&mut *connection).await.unwrap().rows_affected() > 0, "{sql}");
        drop(connection);
        pool.close().await;
    }

    /// Writes the digests beside the entries anew, so that the database fits in itself.
    async fn make_consistent(&self) {
        let pool = sqlx::SqlitePool::connect(self.app.config.database.url.reveal()).await.unwrap();
        let mut edge = Edge::default();
        for entry in self.app.store.ledger_entries(0, 1000).await.unwrap() {
            let nodes: Vec<String> = edge.push(leaf(entry.text.as_bytes())).iter().map(Digest::to_string).collect();
            let change = sqlx::query("UPDATE ledger SET nodes = $1 WHERE sequence = $2");
            change.bind(nodes.join(" ")).bind(entry.sequence as i64).execute(&pool).await.unwrap();
        }
        pool.close().await;
    }
}

async fn open(folder: &Path) -> App {
    let config = Config::load(None, std::iter::empty(), Some(folder)).unwrap();
    App::open(config).await.unwrap()
}

fn has(findings: &[AuditFinding], fits: impl Fn(&AuditFinding) -> bool) {
    assert!(findings.iter().any(fits), "{findings:?}");
}

#[tokio::test]
async fn what_is_recorded_is_shipped_verified_and_proved() {
    let site = Site::new().await;
    assert_eq!(site.app.audit(None, None).await.unwrap().verdict.entries, 0);
    let first = site.fill(9).await;
    let report = site.app.audit(Some(first), None).await.unwrap();
    assert_eq!(report.verdict.findings, []);
    assert_eq!((report.verdict.entries, report.verdict.signed_entries, report.not_shipped), (10, 10, 0));
    assert_eq!(report.verdict.keys.len(), 10);
    assert!(report.cannot_detect.iter().any(|limit| limit.contains("owns this machine")));
    for sequence in 0..10 {
        let proof = site.app.prove_entry(sequence).await.unwrap();
        assert_eq!(proof.verify(first).unwrap().size, 10);
        assert!(proof.verify(Digest::of(b"another")).is_err());
        let mut other = proof.clone();
        other.entry = other.entry.replace("rotated", "rotatet");
        assert!(sequence == 0 || other.verify(first).is_err());
        other = proof.clone();
        other.sequence += 1;
        assert!(other.verify(first).is_err());
    }
    assert!(site.app.prove_entry(10).await.is_err());
}

#[tokio::test]
async fn shipping_again_changes_nothing() {
    let site = Site::new().await;
    site.fill(3).await;
    let before: Vec<_> = site.app.vault.list("ledger").try_collect().await.unwrap();
    assert_eq!(site.app.ship_ledger().await.unwrap().entries, 0);
    // As after a rebuild: what was shipped is asked of the archive.
    site.tamper("DELETE FROM settings WHERE name = 'ledger.shipped'").await;
    assert_eq!(site.app.ship_ledger().await.unwrap().entries, 0);
    let after: Vec<_> = site.app.vault.list("ledger").try_collect().await.unwrap();
    assert_eq!(before.len(), after.len());
}

#[tokio::test]
async fn a_changed_entry_is_found() {
    let site = Site::new().await;
    let first = site.fill(6).await;
    site.tamper("UPDATE ledger SET entry = replace(entry, 'program', 'progrem') WHERE sequence = 3").await;
    let findings = site.findings(first).await;
    has(&findings, |finding| matches!(finding, AuditFinding::NodesDiffer { sequence: 3 }));
    has(&findings, |finding| matches!(finding, AuditFinding::EntryDiffers { sequence: 3, .. }));
    has(&findings, |finding| matches!(finding, AuditFinding::CheckpointDiffers { size: 4.., .. }));
}

#[tokio::test]
async fn an_entry_changed_with_all_its_digests_is_found() {
    let site = Site::new().await;
    let first = site.fill(6).await;
    site.tamper("UPDATE ledger SET entry = replace(entry, '\"at\":\"2', '\"at\":\"1') WHERE sequence = 2").await;
    site.make_consistent().await;
    let findings = site.findings(first).await;
    assert!(!findings.iter().any(|finding| matches!(finding, AuditFinding::NodesDiffer { .. })), "{findings:?}");
    has(&findings, |finding| matches!(finding, AuditFinding::EntryDiffers { sequence: 2, .. }));
    has(&findings, |finding| matches!(finding, AuditFinding::CheckpointDiffers { size: 3, .. }));
}

#[tokio::test]
async fn dropped_entries_are_found() {
    let site = Site::new().await;
    let first = site.fill(6).await;
    site.tamper("DELETE FROM ledger_keys WHERE sequence >= 4").await;
    site.tamper("DELETE FROM ledger WHERE sequence >= 4").await;
    let findings = site.findings(first).await;
    has(&findings, |finding| matches!(finding, AuditFinding::EntriesDropped { from: 4, .. }));
    has(&findings, |finding| matches!(finding, AuditFinding::CheckpointBeyond { size: 7, here: 4, .. }));
    // From the middle, too.
    let other = Site::new().await;
    let first = other.fill(6).await;
    other.tamper("DELETE FROM ledger WHERE sequence = 2").await;
    let findings = other.findings(first).await;
    has(&findings, |finding| matches!(finding, AuditFinding::EntriesMissing { from: 2, last: 2 }));
    // The program itself does not ship from a database that was set back.
    let key = SigningKey::open(&site.app.config.ledger.key).unwrap();
    let error = ship(&site.app.store, &site.app.vault, &key, &LedgerLocks::default()).await.unwrap_err().to_string();
    assert!(error.contains("set back or tampered with"), "{error}");
}

#[tokio::test]
async fn a_forked_ledger_is_found() {
    let site = Site::new().await;
    let first = site.fill(2).await;
    let stolen = std::fs::read(&site.app.config.ledger.key).unwrap();
    site.fill(4).await;
    // Whoever has the database and an older key goes on from there, with a history of their own.
    site.tamper("DELETE FROM ledger_keys WHERE sequence >= 3").await;
    site.tamper("DELETE FROM ledger WHERE sequence >= 3").await;
    site.tamper("UPDATE settings SET value = '3' WHERE name = 'ledger.shipped'").await;
    std::fs::write(&site.app.config.ledger.key, stolen).unwrap();
    let _ = site.app.rotate_key(Actor::Program).await;
    for _ in 0..6 {
        let _ = site.app.rotate_key(Actor::Program).await;
    }
    let findings = site.findings(first).await;
    has(&findings, |finding| matches!(finding, AuditFinding::EntryDiffers { sequence: 3, .. }));
    has(&findings, |finding| {
        matches!(finding, AuditFinding::CheckpointForged { .. } | AuditFinding::CheckpointDiffers { .. })
    });
}

#[tokio::test]
async fn a_forged_ledger_does_not_have_the_pinned_key() {
    let (site, forged) = (Site::new().await, Site::new().await);
    let pinned = site.fill(3).await;
    forged.fill(3).await;
    let findings = forged.findings(pinned).await;
    assert!(matches!(findings[..], [AuditFinding::KeyUnknown { .. }, AuditFinding::KeyNotVouched { .. }]));
    // Without a fingerprint it cannot be told, and that is said.
    let report = forged.app.audit(None, None).await.unwrap();
    assert_eq!(report.verdict.findings, []);
    assert!(report.cannot_detect.iter().any(|limit| limit.contains("--key")));
}

#[tokio::test]
async fn a_ledger_set_back_as_a_whole_needs_a_witness() {
    let site = Site::new().await;
    let first = site.fill(2).await;
    site.app.store.close().await;
    let copy = tempfile::tempdir().unwrap();
    copy_all(site.folder.path(), copy.path());
    let app = open(site.folder.path()).await;
    app.rotate_key(Actor::Program).await.unwrap();
    let witness = app.vault.read("ledger/checkpoints/000000000004", 10_000).await.unwrap().to_vec();
    let old = open(copy.path()).await;
    assert_eq!(old.audit(Some(first), None).await.unwrap().verdict.findings, []);
    let report = old.audit(Some(first), Some(("kept".into(), witness.clone()))).await.unwrap();
    let beyond = AuditFinding::CheckpointBeyond { key: "kept".into(), size: 4, here: 3 };
    assert_eq!(report.verdict.findings, vec![beyond]);
    assert_eq!(app.audit(Some(first), Some(("kept".into(), witness))).await.unwrap().verdict.findings, []);
}

#[tokio::test]
async fn objects_changed_or_gone_in_the_archive_are_found() {
    let site = Site::new().await;
    let first = site.fill(4).await;
    let archive = site.folder.path().join("archive/ledger");
    let segment = archive.join("segments/000000000002-000000000002.jsonl");
    let text = std::fs::read_to_string(&segment).unwrap();
    replace(&segment, &text.replace("program", "progrem"));
    replace(&archive.join("checkpoints/000000000003"), "nothing\n");
    std::fs::remove_file(archive.join("segments/000000000004-000000000004.jsonl")).unwrap();
    let findings = site.findings(first).await;
    has(&findings, |finding| matches!(finding, AuditFinding::EntryDiffers { sequence: 2, .. }));
    has(&findings, |finding| matches!(finding, AuditFinding::ObjectUnreadable { .. }));
    has(&findings, |finding| matches!(finding, AuditFinding::SegmentsMissing { from: 4, last: 4 }));
}

#[tokio::test]
async fn a_rotation_that_was_cut_short_is_finished() {
    let site = Site::new().await;
    site.fill(1).await;
    let path = &site.app.config.ledger.key;
    let old = std::fs::read(path).unwrap();
    site.app.rotate_key(Actor::Program).await.unwrap();
    // As the files are after a crash between the entry and the change of files.
    std::fs::rename(path, path.with_extension("next.pem")).unwrap();
    let keep = |path: &Path| {
        std::fs::write(path, &old).unwrap();
        std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    };
    keep(path);
    let key = site.app.signing_key().await.unwrap();
    let announced = site.app.store.ledger_keys().await.unwrap().pop().unwrap();
    assert_eq!(key.public(), announced.public_key);
    assert_eq!(SigningKey::open(path).unwrap().public(), announced.public_key);
}

#[tokio::test]
async fn a_lost_key_is_replaced_but_not_vouched_for() {
    let site = Site::new().await;
    let first = site.fill(1).await;
    assert!(site.app.replace_key(Actor::Program, "no reason").await.is_err(), "the key is not lost");
    std::fs::remove_file(&site.app.config.ledger.key).unwrap();
    let error = site.app.signing_key().await.unwrap_err().to_string();
    assert!(error.contains("is missing"), "{error}");
    site.app.replace_key(Actor::Program, "the disk is gone").await.unwrap();
    let findings = site.findings(first).await;
    assert!(matches!(findings[..], [AuditFinding::KeyNotVouched { .. }]), "{findings:?}");
    let now = site.app.signing_key().await.unwrap().public().fingerprint();
    assert_eq!(site.findings(now).await, []);
}

#[tokio::test]
async fn long_ledgers_are_shipped_in_whole_segments() {
    let site = Site::new().await;
    let first = site.fill(0).await;
    let facts = rotations(&site.app.signing_key().await.unwrap(), &site.app, 2500).await;
    site.app.store.record(Actor::Program, Timestamp::UNIX_EPOCH, &facts).await.unwrap();
    // The last of those keys becomes the one in use.
    std::fs::remove_file(&site.app.config.ledger.key).unwrap();
    SigningKey::from_seed(&seed(2499)).keep(&site.app.config.ledger.key).unwrap();
    assert_eq!(site.app.ship_ledger().await.unwrap().size, 2501);
    let segments: Vec<_> = site.app.vault.list("ledger/segments").try_collect().await.unwrap();
    // Two whole lengths, the full blocks since, and the rest.
    assert_eq!(segments.len(), 4);
    let report = site.app.audit(Some(first), None).await.unwrap();
    assert_eq!((report.verdict.findings, report.verdict.signed_entries), (vec![], 2501));
}

#[test]
fn the_command_says_what_was_tampered_with() {
    let program = Program::new();
    assert_eq!(program.run(&["audit", "key", "rotate"]).code, 1, "nobody may do it yet");
    assert_eq!(program.run(&["people", "add", "Ann"]).code, 0);
    for _ in 0..3 {
        assert_eq!(program.run(&["audit", "key", "rotate"]).code, 0);
    }
    let key = program.json(&["audit", "key", "show"])["fingerprints"][0].as_str().unwrap().to_owned();
    let fits = program.run(&["audit", "verify", "--key", &key]);
    assert!(fits.code == 0 && fits.out.contains("6 entries fit; 6 of them are under signed"), "{}", fits.out);
    assert_eq!(program.run(&["audit", "prove", "4", "-o", "proof.json"]).code, 0);
    let exported = program.run(&["audit", "export", "--from", "1", "--to", "3"]);
    let lines: Vec<LedgerEntry> = exported.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.iter().map(|entry| entry.sequence).collect::<Vec<_>>(), [1, 2]);
    // The proof is checked where there is neither archive nor database.
    let elsewhere = Program::new();
    std::fs::copy(program.path("proof.json"), elsewhere.path("proof.json")).unwrap();
    let holds = elsewhere.run(&["audit", "verify", "--proof", "proof.json", "--key", &key]);
    assert!(holds.code == 0 && holds.out.contains("entry 4 is among the first 6"), "{}{}", holds.out, holds.err);
    let text = std::fs::read_to_string(elsewhere.path("proof.json")).unwrap();
    std::fs::write(elsewhere.path("proof.json"), text.replace("rotated", "retated")).unwrap();
    assert_eq!(elsewhere.run(&["audit", "verify", "--proof", "proof.json", "--key", &key]).code, 3);
    assert!(!elsewhere.path("data").exists(), "checking a proof makes no data folder");
    // The ledger is tampered with.
    let path = program.path("data/archive/ledger/checkpoints/000000000006");
    let text = std::fs::read_to_string(&path).unwrap();
    replace(&path, &text.replace("\n6\n", "\n5\n"));
    let run = program.run(&["audit", "verify", "--key", &key]);
    assert_eq!(run.code, 3);
    assert!(run.out.contains("DOES NOT FIT") && run.out.contains("not signed by the ledger's key"), "{}", run.out);
}

#[test]
fn a_replayed_ledger_is_the_same_on_either_engine() {
    let Some(postgres) = Postgres::start() else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let site = Site::new().await;
        site.fill(20).await;
        let original = site.app.store.ledger_entries(0, 100).await.unwrap();
        let entries: Vec<LedgerEntry> =
            original.iter().map(|entry| serde_json::from_str(&entry.text).unwrap()).collect();
        let other = Store::open(&postgres.database("ledger")).await.unwrap();
        let early = other.replay(&entries[5..]).await.unwrap_err();
        assert!(matches!(&early, StoreError::Refused { why } if why.contains("too early")), "{early}");
        other.replay(&entries[..7]).await.unwrap();
        other.replay(&entries).await.unwrap();
        assert_eq!(other.ledger_entries(0, 100).await.unwrap(), original);
        assert_eq!(other.ledger_keys().await.unwrap(), site.app.store.ledger_keys().await.unwrap());
        let mut changed = entries.clone();
        changed[3].at = Timestamp::UNIX_EPOCH;
        let refused = other.replay(&changed).await.unwrap_err();
        assert!(refused.to_string().contains("entry 3 differs"), "{refused}");
        other.close().await;
    });
}

/// Makes a chain of rotations from `first` on.
async fn rotations(first: &SigningKey, app: &App, count: u32) -> Vec<Fact> {
    let origin = app.store.ledger_keys().await.unwrap().pop().unwrap().origin;
    let keys: Vec<SigningKey> = (0..count).map(|number| SigningKey::from_seed(&seed(number))).collect();
    let olds = std::iter::once(first).chain(&keys);
    let fact = |(old, new): (&SigningKey, &SigningKey)| {
        let statement = rotation_statement(&origin, old.public().fingerprint(), &new.public());
        Fact::Key(KeyFact::Rotated { public_key: new.public(), signature: old.sign(statement.as_bytes()) })
    };
    olds.zip(&keys).map(fact).collect()
}

fn seed(number: u32) -> [u8; 32] {
    *Digest::of(&number.to_be_bytes()).as_bytes()
}

/// Replaces a file that may be read-only.
fn replace(path: &Path, text: &str) {
    std::fs::remove_file(path).unwrap();
    std::fs::write(path, text).unwrap();
}

fn copy_all(from: &Path, to: &Path) {
    let status = std::process::Command::new("cp").arg("-a").arg(from.join(".")).arg(to).status().unwrap();
    assert!(status.success());
}
