//! The files that hold the pages of a record: scan files for a first version; for a further one the originals of the
//! version before, so that it does not matter whether the intake area was purged since.

use std::fs::File;

use jiff::Timestamp;

use super::{DepositError, Depositor};
use crate::archive::ocfl::VersionNumber;
use crate::archive::{self, ArchivedOriginal};
use crate::chart::{Cut, Digest, PageId, PageNumber, RecordId, VerifiedRecord};

/// A file that holds pages.
pub(super) struct Holding {
    /// Its bytes as they were received, or as they are in the archive.
    pub(super) file: File,
    /// Its bytes without encryption, where they are encrypted: pages are read from these.
    pub(super) decrypted: Option<File>,
    /// SHA-256 of `file`.
    pub(super) digest: Digest,
    /// Its bytes.
    pub(super) size: u64,
    /// Name of its format.
    pub(super) format: String,
    /// The scan file that it is or was cut from.
    pub(super) scan: Digest,
    /// When that was received.
    pub(super) received_at: Timestamp,
    /// What was done to the scan file.
    pub(super) cut: Cut,
    /// The pages in their order in the file.
    pub(super) pages: Vec<PageId>,
}

impl Holding {
    /// Returns the file that pages are read from.
    pub(super) const fn readable(&self) -> &File {
        match &self.decrypted {
            Some(copy) => copy,
            None => &self.file,
        }
    }
}

/// Finds the files that hold the pages of a record.
pub(super) async fn find(depositor: &Depositor, record: &VerifiedRecord) -> Result<Vec<Holding>, DepositError> {
    let draft = record.draft();
    let mut held = Vec::new();
    if let Some(before) = draft.version.checked_sub(1).filter(|before| *before > 0) {
        held.extend(archived(depositor, draft.record, before).await?);
    }
    let lacks = |held: &[Holding]| -> Vec<Digest> {
        let is_held = |page: &PageId| held.iter().any(|holding| holding.pages.contains(page));
        let mut scans: Vec<Digest> =
            draft.pages.iter().map(|page| page.page).filter(|page| !is_held(page)).map(|page| page.scan).collect();
        scans.dedup();
        scans.sort_unstable();
        scans.dedup();
        scans
    };
    for scan in lacks(&held) {
        match scan_file(depositor, scan).await? {
            Some(holding) => held.push(holding),
            // Purged since: the pages are in records that were made of the same scan.
            None => held.extend(from_other_records(depositor, scan, draft.record).await?),
        }
    }
    Ok(held)
}

/// Opens a scan file of the intake area; `None` when it was purged.
async fn scan_file(depositor: &Depositor, digest: Digest) -> Result<Option<Holding>, DepositError> {
    let unknown = || DepositError::Unfit(format!("the scan file {digest} is not known"));
    let scan = depositor.store.scan(digest).await?.ok_or_else(unknown)?;
    if depositor.areas.intake.size(digest).await?.is_none() {
        return Ok(None);
    }
    let decrypted = match &scan.decrypted_key {
        Some(key) => Some(depositor.areas.copies.open(key).await?),
        None => None,
    };
    let received_at = depositor.store.received_at(digest).await?.ok_or_else(unknown)?;
    let pages = scan.page_count.unwrap_or(0);
    Ok(Some(Holding {
        file: depositor.areas.intake.open(digest).await?,
        decrypted,
        digest,
        size: scan.size,
        format: scan.format.unwrap_or_default(),
        scan: digest,
        received_at,
        cut: Cut::Whole,
        pages: (0..pages).map(|index| PageId { scan: digest, number: PageNumber::from_index(index) }).collect(),
    }))
}

/// Opens the originals of a version in the archive.
async fn archived(depositor: &Depositor, record: RecordId, version: u32) -> Result<Vec<Holding>, DepositError> {
    let number = VersionNumber::new(version)
        .ok_or_else(|| DepositError::Unfit(format!("version {version} of the record has an impossible number")))?;
    let originals = archive::originals(&depositor.root, record, Some(number)).await?;
    let held = originals.into_iter().map(|ArchivedOriginal { description, file, decrypted }| Holding {
        file,
        decrypted,
        digest: description.sha256,
        size: description.size,
        format: description.format,
        scan: description.scan,
        received_at: description.received_at,
        cut: description.cut,
        pages: description.pages,
    });
    Ok(held.collect())
}

/// Opens the originals that other records made of the same scan.
async fn from_other_records(
    depositor: &Depositor,
    scan: Digest,
    record: RecordId,
) -> Result<Vec<Holding>, DepositError> {
    let mut held = Vec::new();
    for (other, version) in depositor.store.archived_with_scan(scan).await? {
        if other != record {
            let originals = archived(depositor, other, version).await?;
            held.extend(originals.into_iter().filter(|holding| holding.scan == scan));
        }
    }
    Ok(held)
}
