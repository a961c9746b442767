//! Validation: every file is there, has the bytes that were archived, and nothing else is there.

use std::collections::BTreeSet;

use futures::TryStreamExt;

use super::error::OcflError;
use super::inventory::{Inventory, LARGEST};
use super::layout::{self, INVENTORY, OBJECT_DECLARATION, OBJECT_DECLARATION_TEXT, SIDECAR};
use super::names::VersionNumber;
use super::object::{ArchivedFile, LARGEST_SIDECAR, Listing, read_root, sidecar_text};
use super::problem::{Problem, ProblemKind};
use super::root::{Root, digests_differ};
use crate::archive::ArchiveError;
use crate::chart::RecordId;

/// How much is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Inventories only: every file is there and known.
    Structure,
    /// Every byte.
    Digests,
}

/// What was found out about one record.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Validated {
    /// The record.
    pub record: RecordId,
    /// Whole versions.
    pub versions: u32,
    /// Files of all versions, each counted once.
    pub files: u64,
    /// Bytes of them.
    pub bytes: u64,
    /// What is wrong.
    pub problems: Vec<Problem>,
}

impl Root {
    /// Looks for what is wrong with the storage root itself: its declaration and layout, and files in no record's folder.
    /// Returns the problems, and every record that has a folder, whole or not.
    ///
    /// # Errors
    /// The location cannot be listed or read.
    pub async fn validate_root(&self) -> Result<(Vec<Problem>, BTreeSet<RecordId>), OcflError> {
        let mut problems = Vec::new();
        let mut report = |key: &str, kind, what: &str| {
            problems.push(Problem { record: None, key: key.into(), kind, what: what.into() })
        };
        for (key, text) in layout::root_files() {
            match self.vault().read(&key, LARGEST_SIDECAR).await {
                Ok(bytes) if bytes == text.as_bytes() => {}
                Ok(_) | Err(ArchiveError::Damaged { .. }) => {
                    report(&key, ProblemKind::WrongText, "it is not what this version writes");
                }
                Err(ArchiveError::Missing { .. }) => report(&key, ProblemKind::MissingFile, "it is missing"),
                Err(error) => return Err(error.into()),
            }
        }
        let known: BTreeSet<String> = layout::root_files().into_iter().map(|(key, _)| key).collect();
        let mut records = BTreeSet::new();
        let mut entries = self.vault().list(layout::ROOT);
        while let Some(entry) = entries.try_next().await? {
            match layout::split(&entry.key) {
                Some((record, _)) => drop(records.insert(record)),
                None if known.contains(&entry.key) => {}
                None => report(&entry.key, ProblemKind::StrayFile, "it is in no record's folder"),
            }
        }
        Ok((problems, records))
    }

    /// Looks for what is wrong with one record. What is wrong is in the answer; only a location that cannot be listed is
    /// an error.
    ///
    /// # Errors
    /// The location cannot be listed.
    pub async fn validate(&self, record: RecordId, depth: Depth) -> Result<Validated, OcflError> {
        let folder = layout::object_folder(record);
        let listing = Listing::read(self.vault(), &folder).await?;
        let answer = Validated { record, versions: 0, files: 0, bytes: 0, problems: Vec::new() };
        let mut validation = Validation { root: self, folder, listing, expected: BTreeSet::new(), answer };
        validation.run(depth).await?;
        validation.find_overwritten().await?;
        Ok(validation.answer)
    }
}

/// A validation of one record that is going on.
struct Validation<'a> {
    root: &'a Root,
    folder: String,
    listing: Listing,
    /// What must be there, and may.
    expected: BTreeSet<String>,
    answer: Validated,
}

impl Validation<'_> {
    async fn run(&mut self, depth: Depth) -> Result<(), OcflError> {
        let root = read_root(self.root.vault(), &self.folder, INVENTORY, LARGEST).await?;
        let root = root.and_then(|bytes| Inventory::parse(&bytes, Some(self.answer.record)).ok());
        // What the root inventory tells of was there once, whatever is there now.
        let Some(head) = self.listing.head().max(root.as_ref().map(Inventory::head)) else {
            self.find_unfinished(None);
            return Ok(());
        };
        self.answer.versions = head.get();
        let newest = self.check_inventories(head).await?;
        self.check_root(head).await?;
        if let Some(inventory) = newest.or(root) {
            self.check_contents(&inventory, depth).await;
        } else {
            // Without an inventory nobody knows which contents belong here.
            self.expected.extend(self.listing.keys.keys().cloned());
        }
        self.find_unfinished(head.next());
        Ok(())
    }

    /// Checks the inventory of each version, and returns the newest.
    async fn check_inventories(&mut self, head: VersionNumber) -> Result<Option<Inventory>, OcflError> {
        let mut newer: Option<Inventory> = None;
        let mut newest = None;
        let downward = std::iter::successors(Some(head), |version| version.previous());
        for version in downward {
            let (path, sidecar) = (format!("{version}/{INVENTORY}"), format!("{version}/{SIDECAR}"));
            self.expected.extend([path.clone(), sidecar.clone()]);
            let Some(bytes) = self.read(&path, LARGEST).await else { continue };
            if self.read(&sidecar, LARGEST_SIDECAR).await.is_some_and(|text| text != sidecar_text(&bytes)) {
                self.report(&sidecar, ProblemKind::BadSidecar, format!("it does not belong to {INVENTORY} beside it"));
            }
            let inventory = match Inventory::parse(&bytes, Some(self.answer.record)) {
                Ok(inventory) if inventory.head() == version => inventory,
                Ok(other) => {
                    self.report(&path, ProblemKind::BadInventory, format!("it is the inventory of {}", other.head()));
                    continue;
                }
                Err(error) => {
                    self.report(&path, ProblemKind::BadInventory, error.to_string());
                    continue;
                }
            };
            if let Some(Err(error)) = newer.as_ref().map(|newer| newer.continues(&inventory)) {
                let newer = version.next().map(|next| format!("{next}/{INVENTORY}")).unwrap_or_default();
                self.report(&newer, ProblemKind::VersionsDisagree, error.to_string());
            }
            if version == head {
                newest = Some(inventory.clone());
            }
            newer = Some(inventory);
        }
        Ok(newest)
    }

    /// Checks what other programs look at first.
    async fn check_root(&mut self, head: VersionNumber) -> Result<(), OcflError> {
        self.expected.extend([OBJECT_DECLARATION, INVENTORY, SIDECAR].map(str::to_owned));
        if let Some(text) = self.read(OBJECT_DECLARATION, LARGEST_SIDECAR).await
            && text != OBJECT_DECLARATION_TEXT
        {
            self.report(OBJECT_DECLARATION, ProblemKind::WrongText, "it is not what this version writes".into());
        }
        for (name, limit) in [(INVENTORY, LARGEST), (SIDECAR, LARGEST_SIDECAR)] {
            let key = format!("{}/{name}", self.folder);
            let root = self.root.vault().read_newest(&key, limit).await;
            let version = self.root.vault().read(&format!("{}/{head}/{name}", self.folder), limit).await;
            match (root, version) {
                (Ok(root), Ok(version)) if root == version => {}
                (Err(ArchiveError::Missing { .. }), _) => {
                    self.report(name, ProblemKind::MissingFile, "it is missing".into());
                }
                // The version's own was reported before.
                (_, Err(_)) => {}
                (Err(error), _) => self.report(name, ProblemKind::Unreadable, error.to_string()),
                (Ok(_), Ok(_)) => {
                    self.report(name, ProblemKind::RootBehind, format!("it is not the same as {head}/{name}"));
                }
            }
        }
        Ok(())
    }

    async fn check_contents(&mut self, inventory: &Inventory, depth: Depth) {
        for (sha512, content) in inventory.manifest() {
            let place = content.path.to_string();
            self.expected.insert(place.clone());
            let Some(size) = self.listing.keys.get(&place).copied() else {
                self.report(&place, ProblemKind::MissingFile, "it is missing".into());
                continue;
            };
            self.answer.files += 1;
            self.answer.bytes = self.answer.bytes.saturating_add(size);
            if depth == Depth::Structure {
                continue;
            }
            let file = ArchivedFile {
                path: content.path.path.clone(),
                key: format!("{}/{place}", self.folder),
                sha512: *sha512,
                sha256: content.sha256,
                size: Some(size),
            };
            match self.root.fingerprint(&file.key).await {
                Ok(found) if (found.sha512, found.sha256) == (file.sha512, file.sha256) => {}
                Ok(found) => self.report(&place, ProblemKind::WrongDigest, digests_differ(&file, &found)),
                Err(error) => self.report(&place, ProblemKind::Unreadable, error.to_string()),
            }
        }
    }

    /// Reports what is there and known to no inventory; what an unfinished deposit of `next` has left, as such.
    fn find_unfinished(&mut self, next: Option<VersionNumber>) {
        let next = next.unwrap_or(VersionNumber::FIRST);
        let begun = format!("{next}/");
        let others: Vec<String> =
            self.listing.keys.keys().filter(|path| !self.expected.contains(*path)).cloned().collect();
        if others.iter().any(|path| path.starts_with(&begun)) {
            let what = "its deposit was interrupted and has not gone on yet; no version of the record knows it";
            self.report(next.to_string().as_str(), ProblemKind::UnfinishedVersion, what.into());
        }
        for path in others.iter().filter(|path| !path.starts_with(&begun)) {
            self.report(path, ProblemKind::StrayFile, "no inventory knows it".into());
        }
    }

    /// Reports what was written over what must never change, where the location keeps that.
    async fn find_overwritten(&mut self) -> Result<(), OcflError> {
        let replaced = [INVENTORY, SIDECAR].map(|name| format!("{}/{name}", self.folder));
        let versions = self.root.vault().versions(&self.folder).await?;
        let healed: BTreeSet<&str> =
            versions.iter().filter(|version| version.healed).map(|version| version.key.as_str()).collect();
        for pair in versions.windows(2).filter(|pair| pair[0].key == pair[1].key) {
            let newer = &pair[0];
            if healed.contains(newer.key.as_str()) {
                continue;
            }
            if newer.is_delete_marker || !replaced.contains(&newer.key) {
                let what = if newer.is_delete_marker { "a delete marker was set on it" } else { "it was written over" };
                let key = newer.key.clone();
                let what = format!("{what} at {}; what was there before is read", newer.modified);
                let record = Some(self.answer.record);
                self.answer.problems.push(Problem { record, key, kind: ProblemKind::Overwritten, what });
            }
        }
        Ok(())
    }

    async fn read(&mut self, path: &str, limit: u64) -> Option<bytes::Bytes> {
        match self.root.vault().read(&format!("{}/{path}", self.folder), limit).await {
            Ok(bytes) => return Some(bytes),
            Err(ArchiveError::Missing { .. }) => self.report(path, ProblemKind::MissingFile, "it is missing".into()),
            Err(error) => self.report(path, ProblemKind::Unreadable, error.to_string()),
        }
        None
    }

    fn report(&mut self, path: &str, kind: ProblemKind, what: String) {
        let key = format!("{}/{path}", self.folder);
        self.answer.problems.push(Problem { record: Some(self.answer.record), key, kind, what });
    }
}
