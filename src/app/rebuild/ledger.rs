//! The ledger out of the archive: audited first, then replayed.

use std::collections::{BTreeMap, BTreeSet};

use futures::TryStreamExt;

use crate::app::AppError;
use crate::archive::Vault;
use crate::audit::segment::{self, Segment};
use crate::audit::{Auditor, Verdict};
use crate::chart::merkle::{Edge, leaf};
use crate::chart::{Digest, LedgerEntry};
use crate::store::Store;

/// Findings that an error names; `muniment audit verify` lists them all once there is a database.
const NAMED: usize = 3;

/// Audits the shipped ledger, then replays it. Entries that are here already are compared and left.
///
/// # Errors
/// Something does not fit; an entry is of a newer version; the archive or the database failed.
pub(super) async fn replay(store: &Store, vault: &Vault, pinned: Option<Digest>) -> Result<Verdict, AppError> {
    let (shipped, verdict) = Shipped::audited(vault, pinned).await?;
    shipped.replay(store, |_| async { Ok(()) }).await?;
    Ok(verdict)
}

/// What was shipped of a ledger.
pub(in crate::app) struct Shipped {
    vault: Vault,
    segments: BTreeSet<Segment>,
    /// Keys of the checkpoints, by size.
    checkpoints: BTreeMap<u64, String>,
}

impl Shipped {
    /// Lists what was shipped and audits it.
    ///
    /// # Errors
    /// Something does not fit; the archive failed.
    pub(in crate::app) async fn audited(vault: &Vault, pinned: Option<Digest>) -> Result<(Self, Verdict), AppError> {
        let shipped = Self::list(vault).await?;
        let verdict = shipped.audit(vault, pinned).await?;
        if !verdict.findings.is_empty() {
            let named: Vec<String> = verdict.findings.iter().take(NAMED).map(ToString::to_string).collect();
            return Err(AppError::Unfit(format!(
                "the ledger in {} does not stand its audit, and nothing was rebuilt: {}. Rebuild from a replica or a backup \
                 of the archive",
                vault.describes(),
                named.join("; ")
            )));
        }
        Ok((shipped, verdict))
    }

    /// Replays what was audited; entries that are here already are compared and left. `then` is told of each run of entries
    /// right after it was replayed.
    ///
    /// # Errors
    /// An entry is of a newer version, or differs from the one here; the archive or the database failed.
    pub(in crate::app) async fn replay<A: Future<Output = Result<(), AppError>>>(
        &self,
        store: &Store,
        mut then: impl FnMut(Vec<LedgerEntry>) -> A,
    ) -> Result<(), AppError> {
        let mut next = 0;
        for segment in &self.segments {
            let entries = self.entries(&self.vault, *segment, next).await?;
            next += entries.len() as u64;
            let read: Result<Vec<LedgerEntry>, _> = entries.iter().map(|bytes| serde_json::from_slice(bytes)).collect();
            let read = read.map_err(|cause| AppError::Unfit(format!("{}: {cause}", segment.key())))?;
            store.replay(&read).await?;
            then(read).await?;
        }
        Ok(())
    }

    /// Compares what was shipped with the entries that `known` gives one after the other; returns the number of the first
    /// that differs.
    ///
    /// # Errors
    /// The archive failed, or `known` did.
    pub(in crate::app) async fn fork(
        &self,
        mut known: impl FnMut() -> Result<Option<String>, AppError>,
    ) -> Result<Option<u64>, AppError> {
        let mut next = 0;
        for segment in &self.segments {
            for bytes in self.entries(&self.vault, *segment, next).await? {
                match known()? {
                    Some(text) if text.as_bytes() != bytes => return Ok(Some(next)),
                    Some(_) => next += 1,
                    None => return Ok(None),
                }
            }
        }
        Ok(None)
    }

    async fn list(vault: &Vault) -> Result<Self, AppError> {
        let mut shipped = Self { vault: vault.clone(), segments: BTreeSet::new(), checkpoints: BTreeMap::new() };
        for prefix in [segment::SEGMENTS, segment::CHECKPOINTS] {
            let mut entries = vault.list(prefix.trim_end_matches('/'));
            while let Some(entry) = entries.try_next().await? {
                if let Some(segment) = Segment::of_key(&entry.key) {
                    shipped.segments.insert(segment);
                } else if let Some(size) = segment::checkpoint_of_key(&entry.key) {
                    shipped.checkpoints.insert(size, entry.key);
                }
            }
        }
        Ok(shipped)
    }

    /// Reads the entries of a segment from number `next` on; none when it begins later or ends before.
    async fn entries(&self, vault: &Vault, segment: Segment, next: u64) -> Result<Vec<Vec<u8>>, AppError> {
        if segment.from > next || segment.to <= next {
            return Ok(Vec::new());
        }
        let bytes = vault.read(&segment.key(), segment::READ_LIMIT).await?;
        let known = usize::try_from(next - segment.from).unwrap_or(usize::MAX);
        Ok(segment::lines(&bytes).skip(known).map(<[u8]>::to_vec).collect())
    }

    async fn audit(&self, vault: &Vault, pinned: Option<Digest>) -> Result<Verdict, AppError> {
        let mut auditor = Auditor::new(pinned);
        let mut edge = Edge::default();
        for segment in &self.segments {
            for bytes in self.entries(vault, *segment, auditor.size()).await? {
                let nodes = edge.push(leaf(&bytes));
                auditor.entry(&bytes, &nodes);
                if let Some(key) = self.checkpoints.get(&auditor.size()) {
                    auditor.checkpoint(key, &vault.read(key, segment::READ_LIMIT).await?);
                }
            }
        }
        let entries = auditor.size();
        let last = [self.checkpoints.keys().last().copied(), self.segments.iter().map(|segment| segment.to).max()];
        match last.into_iter().flatten().max() {
            Some(size) if size > entries => Err(AppError::Unfit(format!(
                "the ledger in {} goes up to entry {}, but entry {entries} is missing, and nothing was rebuilt. \
                 Rebuild from a replica or a backup of the archive",
                vault.describes(),
                size - 1
            ))),
            _ => Ok(auditor.finish()),
        }
    }
}
