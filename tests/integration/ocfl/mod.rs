//! Records in the archive: deposited, read, corrected, validated, and whole after a crash at every write.

mod command;
mod crash;
mod deposit;
mod third_party;
mod validate;

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;
use muniment::archive::ocfl::{Author, LogicalPath, Original, RecordVersion, Root, VersionNumber};
use muniment::archive::{Lock, LockMode, Vault};
use muniment::chart::{Clock, RecordId};
use uuid::Uuid;

/// A clock that stands still.
#[derive(Debug)]
struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        "2030-01-01T00:00:00Z".parse().unwrap()
    }
}

fn vault(folder: &Path) -> Vault {
    Vault::folder(folder, Arc::new(Still)).unwrap()
}

async fn root(folder: &Path) -> Root {
    Root::open(vault(folder)).await.unwrap()
}

fn record(number: u64) -> RecordId {
    RecordId::from_uuid(Uuid::from_u64_pair(0x0190_0000_0000_7000, 0x8000_0000_0000_0000 | number))
}

fn number(number: u32) -> VersionNumber {
    VersionNumber::new(number).unwrap()
}

fn path(text: &str) -> LogicalPath {
    LogicalPath::new(text).unwrap()
}

/// A version with these files, made at a time of its own.
fn version(record: RecordId, version: u32, files: &[(&str, &[u8])]) -> RecordVersion {
    let files = files.iter().map(|(name, bytes)| (path(name), Original::Bytes(Bytes::copy_from_slice(bytes))));
    RecordVersion {
        record,
        number: number(version),
        message: if version == 1 { "Accepted".into() } else { "Corrected".into() },
        author: Author { name: "Muniment".into(), address: "urn:uuid:01900000-0000-7000-8000-00000000aaaa".into() },
        at: Timestamp::from_second(1_800_000_000 + i64::from(version)).unwrap(),
        files: files.collect(),
        lock: None,
    }
}

fn first(record: RecordId) -> RecordVersion {
    version(
        record,
        1,
        &[
            ("original/0001.tif", format!("scan of {record}").as_bytes()),
            ("record.json", b"{\"version\":1}"),
            ("text.json", b"{\"pages\":[]}"),
            ("access.pdf", b"%PDF-1.7"),
        ],
    )
}

fn correction(record: RecordId) -> RecordVersion {
    version(
        record,
        2,
        &[
            ("original/0001.tif", format!("scan of {record}").as_bytes()),
            ("record.json", b"{\"version\":2}"),
            ("text.json", b"{\"pages\":[]}"),
            ("access.pdf", b"%PDF-1.7 again"),
        ],
    )
}

/// Makes an archive of one record, for tests of other subjects; returns its id.
pub fn archive_one(folder: &Path) -> String {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async { root(folder).await.deposit(first(record(1))).await.unwrap() });
    record(1).to_string()
}

/// Deposits so many records in a vault, each with a correction, and returns their ids.
pub async fn archive_into(vault: Vault, records: u64) -> Vec<RecordId> {
    let root = Root::open(vault).await.unwrap();
    let records: Vec<RecordId> = (1..=records).map(record).collect();
    for record in &records {
        root.deposit(first(*record)).await.unwrap();
        root.deposit(correction(*record)).await.unwrap();
    }
    records
}

fn lock() -> Lock {
    Lock { mode: LockMode::Governance, until: "2031-01-01T00:00:00Z".parse().unwrap(), held: false }
}
