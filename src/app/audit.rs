//! The audit of this instance's ledger: database against archive, archive against signatures, signatures against the
//! fingerprint that somebody kept elsewhere.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use futures::TryStreamExt as _;
use serde::Serialize;

use super::{App, AppError};
use crate::archive::Vault;
use crate::archive::vault::VaultKind;
use crate::audit::segment::{self, Segment};
use crate::audit::{
    AuditFinding, Auditor, Checkpoint, ENTRY_PROOF_SCHEMA, EntryProof, KeyChain, KeyLink, Note, Plan, Verdict,
};
use crate::chart::Digest;
use crate::store::{KeyRecord, Store, StoredEntry};

/// Entries that are read at a time.
const AT_A_TIME: u32 = 500;

/// What an audit came to.
#[derive(Debug, Serialize)]
pub struct AuditReport {
    /// What fits and what does not.
    #[serde(flatten)]
    pub verdict: Verdict,
    /// Entries that the archive does not have yet; whoever controls the database can still rewrite them.
    pub not_shipped: u64,
    /// Where the archive is.
    pub archive: String,
    /// What cannot be detected here.
    pub cannot_detect: Vec<&'static str>,
}

/// What lies in the archive.
#[derive(Default)]
struct Listed {
    /// Where each checkpoint is, by its size.
    checkpoints: BTreeMap<u64, Vec<Source>>,
    segments: BTreeSet<Segment>,
}

/// A checkpoint, to be read when its turn comes, or brought along.
enum Source {
    Key(String),
    Brought { place: String, bytes: Vec<u8> },
}

impl App {
    /// Audits the ledger. `pinned` is the fingerprint of a key that somebody kept; `witness` a checkpoint, with its place.
    ///
    /// # Errors
    /// The database or the archive cannot be read. What does not fit is no error but a finding.
    pub async fn audit(
        &self,
        pinned: Option<Digest>,
        witness: Option<(String, Vec<u8>)>,
    ) -> Result<AuditReport, AppError> {
        let mut auditor = Auditor::new(pinned);
        let mut listed = list(&self.vault, &mut auditor).await?;
        if let Some((place, bytes)) = witness {
            let read = Note::parse(&bytes).map_err(|cause| cause.to_string());
            match read.and_then(|note| Checkpoint::read(&note).map_err(|cause| cause.to_string())) {
                Ok(checkpoint) => {
                    listed.checkpoints.entry(checkpoint.size).or_default().push(Source::Brought { place, bytes });
                }
                Err(why) => return Err(AppError::NotFound(format!("{place} is no checkpoint: {why}"))),
            }
        }
        take_entries(&self.store, &self.vault, &mut listed, &mut auditor).await?;
        let covered = compare_segments(&self.store, &self.vault, &listed.segments, &mut auditor).await?;
        find_touched(&self.vault, &mut auditor).await?;
        let mut verdict = auditor.finish();
        if covered < verdict.signed_entries {
            verdict.findings.push(AuditFinding::SegmentsMissing { from: covered, last: verdict.signed_entries - 1 });
        }
        Ok(AuditReport {
            not_shipped: verdict.entries.saturating_sub(verdict.signed_entries),
            archive: self.vault.describes(),
            cannot_detect: cannot_detect(self.vault.kind(), pinned.is_some()),
            verdict,
        })
    }

    /// Makes the proof that entry `sequence` is in the ledger, under the last checkpoint in the archive.
    ///
    /// # Errors
    /// There is no such entry, it is not shipped yet, or the database or the archive failed.
    pub async fn prove_entry(&self, sequence: u64) -> Result<EntryProof, AppError> {
        self.ship_ledger().await?;
        let entry = self.store.ledger_entries(sequence, 1).await?.into_iter().find(|entry| entry.sequence == sequence);
        let entry = entry.ok_or_else(|| AppError::NotFound(format!("there is no ledger entry {sequence}")))?;
        let size = crate::worker::archived(&self.store, &self.vault).await?;
        let missing = || AppError::NotFound(format!("ledger entry {sequence} is not under a checkpoint yet"));
        let plan = Plan::inclusion(sequence, size).ok_or_else(missing)?;
        let path = plan.fold(&self.store.ledger_nodes(&plan.subtrees()).await?).ok_or_else(missing)?;
        let note = self.vault.read(&segment::checkpoint_key(size), segment::READ_LIMIT).await?;
        let checkpoint = String::from_utf8_lossy(&note).into_owned();
        let announced = self.store.ledger_keys().await?.into_iter().filter(|key| key.sequence < size).collect();
        Ok(EntryProof {
            schema: ENTRY_PROOF_SCHEMA,
            entry: entry.text,
            sequence,
            path,
            checkpoint,
            keys: chain(announced),
        })
    }

    /// Writes the entries `from..to`, one a line, as the archive keeps them. Returns how many.
    ///
    /// # Errors
    /// The database failed, or `out` cannot be written.
    pub async fn export_ledger(&self, from: u64, to: Option<u64>, out: &mut dyn Write) -> Result<u64, AppError> {
        let failed = |cause| AppError::Write { what: "the ledger's export".into(), cause };
        let (mut next, end) = (from, to.unwrap_or(u64::MAX));
        while next < end {
            let entries = self.store.ledger_entries(next, AT_A_TIME).await?;
            let Some(last) = entries.last().map(|entry| entry.sequence) else { break };
            for entry in entries.iter().filter(|entry| entry.sequence < end) {
                writeln!(out, "{}", entry.text).map_err(failed)?;
            }
            next = last + 1;
        }
        out.flush().map_err(failed)?;
        Ok(next.min(end).saturating_sub(from))
    }

    /// Returns the keys that lead to the one that signs now.
    ///
    /// # Errors
    /// The database failed.
    pub async fn key_chain(&self) -> Result<KeyChain, AppError> {
        Ok(chain(self.store.ledger_keys().await?))
    }
}

/// Lists the ledger's objects; those of no known name are findings.
async fn list(vault: &Vault, auditor: &mut Auditor) -> Result<Listed, AppError> {
    let mut listed = Listed::default();
    for prefix in [segment::SEGMENTS, segment::CHECKPOINTS] {
        let mut entries = vault.list(prefix.trim_end_matches('/'));
        while let Some(entry) = entries.try_next().await? {
            if let Some(segment) = Segment::of_key(&entry.key) {
                listed.segments.insert(segment);
            } else if let Some(size) = segment::checkpoint_of_key(&entry.key) {
                listed.checkpoints.entry(size).or_default().push(Source::Key(entry.key));
            } else {
                let why = "its name is of no known form".to_owned();
                auditor.note(AuditFinding::ObjectUnreadable { key: entry.key, why });
            }
        }
    }
    Ok(listed)
}

/// Takes every entry of the database in order, and every checkpoint when its size is reached.
async fn take_entries(
    store: &Store,
    vault: &Vault,
    listed: &mut Listed,
    auditor: &mut Auditor,
) -> Result<(), AppError> {
    take_checkpoints(vault, listed.checkpoints.remove(&0), auditor).await;
    'all: loop {
        let entries = store.ledger_entries(auditor.size(), AT_A_TIME).await?;
        if entries.is_empty() {
            break;
        }
        for entry in entries {
            if entry.sequence != auditor.size() {
                auditor.note(AuditFinding::EntriesMissing { from: auditor.size(), last: entry.sequence - 1 });
                // Nothing after a gap can be compared with a signed root.
                break 'all;
            }
            auditor.entry(entry.text.as_bytes(), &entry.nodes);
            take_checkpoints(vault, listed.checkpoints.remove(&auditor.size()), auditor).await;
        }
    }
    for (size, sources) in std::mem::take(&mut listed.checkpoints) {
        for source in sources {
            let (Source::Key(key) | Source::Brought { place: key, .. }) = source;
            auditor.note(AuditFinding::CheckpointBeyond { key, size, here: auditor.size() });
        }
    }
    Ok(())
}

async fn take_checkpoints(vault: &Vault, sources: Option<Vec<Source>>, auditor: &mut Auditor) {
    for source in sources.unwrap_or_default() {
        match source {
            Source::Brought { place, bytes } => auditor.checkpoint(&place, &bytes),
            Source::Key(key) => match vault.read(&key, segment::READ_LIMIT).await {
                Ok(bytes) => auditor.checkpoint(&key, &bytes),
                Err(cause) => auditor.note(AuditFinding::ObjectUnreadable { key, why: cause.to_string() }),
            },
        }
    }
}

/// Compares what was shipped with the database. Returns the number up to which the archive has every entry.
async fn compare_segments(
    store: &Store,
    vault: &Vault,
    segments: &BTreeSet<Segment>,
    auditor: &mut Auditor,
) -> Result<u64, AppError> {
    let mut covered = 0;
    for segment in segments {
        if segment.from > covered {
            auditor.note(AuditFinding::SegmentsMissing { from: covered, last: segment.from - 1 });
        }
        covered = covered.max(segment.to);
        let key = segment.key();
        let bytes = match vault.read(&key, segment::READ_LIMIT).await {
            Ok(bytes) => bytes,
            Err(cause) => {
                auditor.note(AuditFinding::ObjectUnreadable { key, why: cause.to_string() });
                continue;
            }
        };
        let lines: Vec<&[u8]> = segment::lines(&bytes).collect();
        if lines.len() as u64 != segment.to - segment.from {
            let why = format!("it holds {} entries", lines.len());
            auditor.note(AuditFinding::ObjectUnreadable { key, why });
            continue;
        }
        let count = u32::try_from(lines.len()).unwrap_or(u32::MAX);
        let here: BTreeMap<u64, StoredEntry> =
            store.ledger_entries(segment.from, count).await?.into_iter().map(|entry| (entry.sequence, entry)).collect();
        let mut dropped: Option<(u64, u64)> = None;
        for (sequence, line) in (segment.from..).zip(lines) {
            match here.get(&sequence) {
                Some(entry) if entry.text.as_bytes() == line => {}
                Some(_) => auditor.note(AuditFinding::EntryDiffers { sequence, segment: key.clone() }),
                None => dropped = Some((dropped.map_or(sequence, |(from, _)| from), sequence)),
            }
        }
        if let Some((from, last)) = dropped {
            auditor.note(AuditFinding::EntriesDropped { from, last });
        }
    }
    Ok(covered)
}

/// Finds objects that were written to or deleted after their first version.
async fn find_touched(vault: &Vault, auditor: &mut Auditor) -> Result<(), AppError> {
    let mut versions: BTreeMap<String, (u32, bool)> = BTreeMap::new();
    for version in vault.versions("ledger").await? {
        let seen = versions.entry(version.key).or_default();
        *seen = (seen.0 + 1, seen.1 || version.is_delete_marker);
    }
    for (key, (count, deleted)) in versions {
        if count > 1 || deleted {
            auditor.note(AuditFinding::ObjectTouched { key });
        }
    }
    Ok(())
}

/// Returns the keys from the last one that nobody vouched for up to the last.
fn chain(keys: Vec<KeyRecord>) -> KeyChain {
    let origin = keys.last().map(|key| key.origin.clone()).unwrap_or_default();
    let begin = keys.iter().rposition(|key| key.signature.is_none()).unwrap_or(0);
    let link = |key: KeyRecord| KeyLink { public_key: key.public_key, signature: key.signature };
    KeyChain { origin, keys: keys.into_iter().skip(begin).map(link).collect() }
}

fn cannot_detect(kind: VaultKind, pinned: bool) -> Vec<&'static str> {
    let mut limits = vec!["changes to entries that are not shipped yet, made by whoever controls the database"];
    if kind == VaultKind::Folder {
        limits.push(
            "a ledger set back as a whole: whoever owns this machine can restore an older database together with an \
             older folder. Keep a copy of the last checkpoint elsewhere and pass it with --witness",
        );
        limits.push("a ledger written anew by whoever can read the signing key on this machine");
    } else {
        limits.push("a ledger written anew by whoever holds the signing key and may delete locked objects");
    }
    if !pinned {
        limits.push("another key in the place of the ledger's own: pass its fingerprint, kept elsewhere, with --key");
    }
    limits
}
