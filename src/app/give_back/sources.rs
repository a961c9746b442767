//! Where pages are read from: the scan file, or its copy without encryption; once these were purged, the originals in the
//! archive.

use std::fs::File;
use std::io::{Seek as _, Write};

use crate::app::{App, AppError};
use crate::archive::ocfl::Root;
use crate::archive::{ArchiveError, ArchivedOriginal, originals};
use crate::chart::{Cut, Digest, DocumentId, DocumentState, PageId, PageNumber, RecordId};
use crate::store::DocumentRecord;

/// What was given back as a document's original.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Original {
    /// The scan file, bit for bit.
    Whole,
    /// What was cut out of it for a record: the scan file was purged, or holds other documents too.
    CutOut {
        /// The record.
        record: RecordId,
    },
}

/// Returns the ending of a file in the format of a scan.
pub fn original_ending(format: &str) -> &'static str {
    match format.to_ascii_lowercase().as_str() {
        "tiff" => "tif",
        "pdf" => "pdf",
        "jpeg" => "jpg",
        "png" => "png",
        _ => "bin",
    }
}

/// The originals that the pages of a document are read from, once they were fetched out of the archive.
pub(in crate::app) struct Sources {
    document: Option<DocumentId>,
    fetched: Vec<(RecordId, Vec<ArchivedOriginal>)>,
}

impl Sources {
    /// Begins with nothing fetched, for pages of a document where that is known.
    pub(in crate::app) const fn of(document: Option<DocumentId>) -> Self {
        Self { document, fetched: Vec::new() }
    }

    /// Returns the file of a page among what was fetched, and the place of the page in it.
    fn find(&self, page: PageId) -> Option<Result<(File, PageId), std::io::Error>> {
        self.fetched.iter().flat_map(|(_, originals)| originals).find_map(|original| {
            let index = original.description.pages.iter().position(|held| *held == page)?;
            let number = PageNumber::from_index(u32::try_from(index).ok()?);
            let place = PageId { scan: original.description.sha256, number };
            let file = original.decrypted.as_ref().unwrap_or(&original.file);
            Some(file.try_clone().map(|file| (file, place)))
        })
    }
}

impl App {
    /// Writes the original bytes of a document's scan file; what the archive holds of it, once the file was purged and where
    /// it holds other documents too.
    ///
    /// # Errors
    /// They are missing, are in several files, or `out` cannot be written.
    pub async fn write_original(&self, document: &DocumentRecord, mut out: impl Write) -> Result<Original, AppError> {
        let failed = |cause| AppError::Write { what: "the original".into(), cause };
        // The file of several documents is given to nobody whole: it may hold another patient's pages.
        let whole = self.is_whole_file(document).await?;
        if whole {
            match self.areas.intake.open(document.scan).await {
                Ok(mut file) => {
                    std::io::copy(&mut file, &mut out).map_err(failed)?;
                    return Ok(Original::Whole);
                }
                Err(ArchiveError::Missing { .. }) => {}
                Err(cause) => return Err(cause.into()),
            }
        }
        // Only its own record: another one holds pages of somebody else.
        let DocumentState::Archived { record, .. } = document.state else {
            return Err(if whole { gone(document.scan) } else { shared() });
        };
        let root = Root::existing(self.vault.clone()).await?;
        let mut made: Vec<ArchivedOriginal> = originals(&root, record, None).await?;
        made.retain(|original| original.description.scan == document.scan);
        let several = made.len() > 1;
        match made.pop() {
            Some(_) if several => Err(AppError::Unfit(format!(
                "the scan file was purged, and record {record} holds its pages in several files: muniment archive extract \
                 {record}"
            ))),
            Some(mut original) => {
                original.file.rewind().and_then(|()| std::io::copy(&mut original.file, &mut out)).map_err(failed)?;
                Ok(match original.description.cut {
                    Cut::Whole => Original::Whole,
                    Cut::Streams | Cut::Lossless => Original::CutOut { record },
                })
            }
            None => Err(gone(document.scan)),
        }
    }

    /// Opens the file that a page is read from, and says which page of it that is.
    pub(super) async fn source(&self, sources: &mut Sources, page: PageId) -> Result<(File, PageId), AppError> {
        let failed = |cause| AppError::Write { what: "the drawing".into(), cause };
        if let Some(found) = sources.find(page) {
            return found.map_err(failed);
        }
        let copy = self.store.scan(page.scan).await?.and_then(|scan| scan.decrypted_key);
        let opened = match copy {
            Some(key) => self.areas.copies.open(&key).await,
            None => self.areas.intake.open(page.scan).await,
        };
        match opened {
            Ok(file) => return Ok((file, page)),
            Err(ArchiveError::Missing { .. }) => {}
            Err(cause) => return Err(cause.into()),
        }
        let root = Root::existing(self.vault.clone()).await?;
        for record in self.records_with(sources.document, page.scan).await? {
            if sources.fetched.iter().any(|(fetched, _)| *fetched == record) {
                continue;
            }
            sources.fetched.push((record, originals(&root, record, None).await?));
            if let Some(found) = sources.find(page) {
                return found.map_err(failed);
            }
        }
        Err(gone(page.scan))
    }

    /// Returns the archived records with pages of a scan, that of the document itself first.
    async fn records_with(&self, document: Option<DocumentId>, scan: Digest) -> Result<Vec<RecordId>, AppError> {
        let mut records: Vec<RecordId> =
            self.store.archived_with_scan(scan).await?.into_iter().map(|(record, _)| record).collect();
        let own = match document {
            Some(document) => self.store.documents_by_prefix(&document.to_string(), 1).await?.pop(),
            None => None,
        };
        if let Some(DocumentState::Archived { record, .. }) = own.map(|row| row.state)
            && let Some(own) = records.iter().position(|other| *other == record)
        {
            records.swap(0, own);
        }
        Ok(records)
    }
}

fn shared() -> AppError {
    AppError::Unfit(
        "the file that this document came in holds other pages too, which may be another patient's. Export it as pdf; once its \
         record is in the archive, its own pages are cut out there without being encoded again"
            .into(),
    )
}

fn gone(scan: Digest) -> AppError {
    AppError::NotFound(format!(
        "the scan file {scan} is not in the intake area any more, and no record in the archive has it: it was destroyed, or its \
         pages were rejected and purged"
    ))
}
