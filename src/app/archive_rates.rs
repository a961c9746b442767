//! Measures an archive: what a deposit takes and costs, and how fast fixity reads beside the digests alone.

use std::fmt;
use std::time::Instant;

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use serde::Serialize;

use super::{AppError, SystemClock, new_id};
use crate::archive::Vault;
use crate::archive::ocfl::{
    Author, Depth, Fingerprint, LogicalPath, Original, RecordVersion, Root, VersionNumber, object_folder,
};
use crate::chart::{Clock, RecordId};

/// Bytes whose digests are computed in memory for comparison.
const IN_MEMORY: usize = 64 << 20;

/// What was measured.
#[derive(Debug, Clone, Serialize)]
pub struct ArchiveRates {
    /// Where.
    pub location: String,
    /// Records deposited, one after the other.
    pub records: u64,
    /// Bytes of content in each.
    pub bytes_per_record: u64,
    /// Deposits per second.
    pub deposits_per_second: f64,
    /// Content deposited, in MB (10^6) per second.
    pub deposit_megabytes_per_second: f64,
    /// Objects that a record of one file is made of.
    pub objects_per_record: f64,
    /// Bytes of them that are not content.
    pub overhead_per_record: f64,
    /// Bytes that fixity reads, in MB per second, with all cores.
    pub fixity_megabytes_per_second: f64,
    /// SHA-512 and SHA-256 of the same bytes in memory, in MB per second, on one core.
    pub digests_megabytes_per_second: f64,
}

/// Deposits `records` records of `bytes` random bytes, validates them, and removes them again.
///
/// # Errors
/// The location cannot be used.
pub async fn measure(vault: &Vault, records: u64, bytes: usize) -> Result<ArchiveRates, AppError> {
    let root = Root::open(vault.clone()).await?;
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let mut ids = Vec::new();
    let mut seconds = 0.0;
    for _ in 0..records {
        let mut content = vec![0; bytes];
        random.fill_bytes(&mut content);
        let record = RecordId::from_uuid(new_id());
        let version = version(record, content.into())?;
        let begun = Instant::now();
        root.deposit(version).await?;
        seconds += begun.elapsed().as_secs_f64();
        ids.push(record);
    }
    let begun = Instant::now();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let checks = ids.iter().map(|record| root.validate(*record, Depth::Digests));
    let checked: Vec<_> = futures::stream::iter(checks).buffer_unordered(cores).try_collect().await?;
    let fixity_seconds = begun.elapsed().as_secs_f64();
    if let Some(problem) = checked.iter().flat_map(|record| &record.problems).next() {
        return Err(AppError::NotFound(format!("{}: {}", problem.key, problem.what)));
    }
    let (mut objects, mut stored) = (0_u64, 0_u64);
    for record in &ids {
        for version in vault.versions(&object_folder(*record)).await? {
            objects += 1;
            stored = stored.saturating_add(version.size);
            vault.delete(&version).await?;
        }
    }
    let content = records as f64 * bytes as f64;
    let each = |sum: f64| sum / (records as f64).max(1.0);
    Ok(ArchiveRates {
        location: vault.describes(),
        records,
        bytes_per_record: bytes as u64,
        deposits_per_second: records as f64 / seconds.max(1e-9),
        deposit_megabytes_per_second: content / 1e6 / seconds.max(1e-9),
        objects_per_record: each(objects as f64),
        overhead_per_record: each(stored as f64 - content),
        fixity_megabytes_per_second: content / 1e6 / fixity_seconds.max(1e-9),
        digests_megabytes_per_second: digests_in_memory(),
    })
}

fn digests_in_memory() -> f64 {
    let bytes = vec![7; IN_MEMORY];
    let begun = Instant::now();
    std::hint::black_box(Fingerprint::of(&bytes));
    IN_MEMORY as f64 / 1e6 / begun.elapsed().as_secs_f64().max(1e-9)
}

fn version(record: RecordId, content: Bytes) -> Result<RecordVersion, AppError> {
    let unfit = |error: &dyn fmt::Display| AppError::NotFound(error.to_string());
    let path = LogicalPath::new("original/scan.bin").map_err(|error| unfit(&error))?;
    Ok(RecordVersion {
        record,
        number: VersionNumber::FIRST,
        message: "Measured".to_owned(),
        author: Author { name: "Muniment".to_owned(), address: "urn:muniment:program".to_owned() },
        at: SystemClock.now(),
        files: [(path, Original::Bytes(content))].into_iter().collect(),
        lock: None,
    })
}

impl fmt::Display for ArchiveRates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.location)?;
        writeln!(
            f,
            "deposit   {:.1} records/s, {:.0} MB/s ({} records of {} kB, one after the other)",
            self.deposits_per_second,
            self.deposit_megabytes_per_second,
            self.records,
            self.bytes_per_record / 1000
        )?;
        writeln!(
            f,
            "cost      {:.1} objects and {:.0} bytes beside the content per record of one file",
            self.objects_per_record, self.overhead_per_record
        )?;
        write!(
            f,
            "fixity    {:.0} MB/s; SHA-512 and SHA-256 in memory, one core: {:.0} MB/s",
            self.fixity_megabytes_per_second, self.digests_megabytes_per_second
        )
    }
}
