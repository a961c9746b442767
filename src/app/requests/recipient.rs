//! Who receives what is asked for. It may be the patient: the ledger has a digest, the database the words, and the archive a
//! copy, so that an accounting can still be given after the database is lost.

use std::fmt;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::app::hold_queries::archived;
use crate::app::{App, AppError};
use crate::archive::{Body, Vault};
use crate::chart::{Digest, RequestId};
use crate::store::RequestRow;

/// Folder of the copies in the archive.
const FOLDER: &str = "requests";
/// Longest name, address or reference, in characters.
const LONGEST: usize = 500;

/// Who receives what. `Debug` redacts: it may be the patient.
#[derive(Clone, PartialEq, Eq)]
pub struct Recipient {
    /// Name of the person or the organisation.
    pub name: String,
    /// Address; empty where it is not known.
    pub address: String,
    /// What the request rests on, in particular: the number of an order, the day of an authorisation.
    pub reference: String,
}

/// What is known of a recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known {
    /// As it was recorded.
    AsRecorded(Recipient),
    /// Neither the database nor the archive has it.
    Lost,
    /// What the database has is not what was recorded.
    Altered,
}

/// The form that is kept: what is digested.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    /// Keeps the digest from being guessed out of names.
    salt: Digest,
    name: String,
    address: String,
    reference: String,
}

impl fmt::Debug for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Recipient(..)")
    }
}

impl Recipient {
    /// Returns it without blanks around its words.
    ///
    /// # Errors
    /// It has no name, or something in it is too long or cannot be printed.
    pub fn checked(&self) -> Result<Self, AppError> {
        let Self { name, address, reference } = self;
        for (what, text) in [("name", name), ("address", address), ("reference", reference)] {
            if text.chars().count() > LONGEST || text.chars().any(|letter| letter.is_control() && letter != '\n') {
                let why = format!("the {what} has more than {LONGEST} characters, or some that cannot be printed");
                return Err(AppError::Unfit(why));
            }
        }
        if name.trim().is_empty() {
            return Err(AppError::Unfit("say who receives the records".into()));
        }
        let trimmed = |text: &str| text.trim().to_owned();
        Ok(Self { name: trimmed(name), address: trimmed(address), reference: trimmed(reference) })
    }

    /// Returns the form that is kept and digested.
    pub(super) fn kept(&self) -> Result<String, AppError> {
        let Self { name, address, reference } = self.clone();
        let kept = Kept { salt: new_salt(), name, address, reference };
        serde_json::to_string(&kept).map_err(|cause| AppError::Unfit(cause.to_string()))
    }

    fn read(kept: &str) -> Option<Self> {
        let Kept { name, address, reference, .. } = serde_json::from_str(kept).ok()?;
        Some(Self { name, address, reference })
    }
}

impl App {
    /// Returns who receives what of a request, compared with what was recorded.
    pub(super) async fn recipient(&self, row: &RequestRow) -> Result<Known, AppError> {
        Ok(match self.store.request_recipient(row.id).await? {
            Some(kept) if Digest::of(kept.as_bytes()) == row.recipient => {
                Recipient::read(&kept).map_or(Known::Altered, Known::AsRecorded)
            }
            Some(_) => Known::Altered,
            None => Known::Lost,
        })
    }

    /// Copies it to the archive.
    pub(super) async fn archive_recipient(&self, request: RequestId, kept: &str) -> Result<(), AppError> {
        let body = Body::Bytes(Bytes::copy_from_slice(kept.as_bytes()));
        self.vault.create(&format!("{FOLDER}/{request}"), body, self.ledger_lock().as_ref()).await?;
        Ok(())
    }

    /// Gives every request its recipient back that `vault` has. Returns the requests that lack theirs all the same.
    ///
    /// # Errors
    /// The archive or the database failed.
    pub(in crate::app) async fn restore_recipients(&self, vault: &Vault) -> Result<Vec<RequestId>, AppError> {
        let mut lacking = Vec::new();
        for (request, digest) in self.store.request_digests().await? {
            if self.store.request_recipient(request).await?.is_some() {
                continue;
            }
            match archived(vault, &format!("{FOLDER}/{request}")).await? {
                Some(kept) if Digest::of(kept.as_bytes()) == digest => {
                    self.store.keep_request_recipient(request, &kept).await?;
                }
                _ => lacking.push(request),
            }
        }
        Ok(lacking)
    }
}

#[expect(clippy::disallowed_methods, reason = "the application is the source of randomness")]
fn new_salt() -> Digest {
    Digest::from_bytes(rand::random())
}
