//! The verification station: people take documents from the queue, look at what was read, and decide.

mod arranging;
mod claiming;
mod deciding;
mod finding;
mod identifiers;
mod rekeying;
mod view;

pub use arranging::ArrangedStations;
pub use claiming::{ClaimedStation, NextDocument};
pub use deciding::{ChosenPatient, StationAcceptance, StationAccepted};
pub use rekeying::{Difference, Rekeyed, Settlement};
pub use view::{Draft, ExtraField, Station};

use std::time::Duration;

use super::{App, AppError};
use crate::chart::DocumentType;
use crate::labels::{DocumentKind, DocumentKinds};

/// How long a document is somebody's before it has to be renewed.
pub const LEASE: Duration = Duration::from_secs(120);
/// Most documents that one person has at a time: the one in work, those fetched ahead, parts of a split.
const MOST_HELD: usize = 12;
/// Longest text that a draft may have, in bytes.
const LONGEST_DRAFT: usize = 64 * 1024;

/// What the station needs once.
#[derive(Debug)]
pub struct Prepared {
    kinds: DocumentKinds,
}

impl App {
    /// Returns the types of documents that this site knows.
    ///
    /// # Errors
    /// A file of the site's own types cannot be used.
    pub async fn document_kinds(&self) -> Result<&DocumentKinds, AppError> {
        let prepare = || async {
            let own = self.config.document_types();
            let reading = tokio::task::spawn_blocking(move || DocumentKinds::load(own.as_deref()));
            let kinds = reading.await.map_err(|cause| AppError::Child(cause.to_string()))?;
            let kinds = kinds.map_err(|cause| AppError::Unfit(cause.to_string()))?;
            // Patients of an older version of the program have nothing yet that they are found by.
            self.store.make_patient_keys().await?;
            Ok::<_, AppError>(Prepared { kinds })
        };
        Ok(&self.prepared.get_or_try_init(prepare).await?.kinds)
    }

    /// Returns the type of that name.
    ///
    /// # Errors
    /// This site has no such type.
    pub(super) async fn document_kind(&self, name: &DocumentType) -> Result<&DocumentKind, AppError> {
        let kinds = self.document_kinds().await?;
        kinds.named(name.as_str()).map_err(|cause| AppError::Unfit(cause.to_string()))
    }
}
