//! The definitions that results were or will be made with, kept in the database under their digest.
//!
//! A site may change a definition's file while pages wait that were promised the old one, and a worker on another machine
//! may not have the file at all. So the definition itself is kept when a batch begins, and looked up by digest.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::chart::Digest;
use crate::pipeline::definition::Definition;
use crate::store::{Store, StoreError};

/// What the shelf has under a digest.
pub enum Found {
    /// The definition.
    Known(Arc<Definition>),
    /// A definition that this version of the program does not understand; a newer one made it.
    Newer,
    /// Nothing: it was never kept.
    Nothing,
}

/// The definitions known to a database.
#[derive(Default)]
pub struct Shelf {
    read: Mutex<HashMap<Digest, Arc<Definition>>>,
}

impl Shelf {
    /// Keeps a definition; a second time has no effect.
    ///
    /// # Errors
    /// The database failed.
    pub async fn keep(store: &Store, definition: &Definition) -> Result<(), StoreError> {
        let stamp = definition.stamp();
        // A definition is plain data, which always has a JSON form; its digest is taken from the same.
        let text = serde_json::to_string(definition).unwrap_or_default();
        store.keep_setting_once(&key(stamp.digest), &text).await.map(drop)
    }

    /// Looks for the definition with this digest.
    ///
    /// # Errors
    /// The database failed.
    pub async fn by_digest(&self, store: &Store, digest: Digest) -> Result<Found, StoreError> {
        if let Some(known) = self.read().get(&digest) {
            return Ok(Found::Known(Arc::clone(known)));
        }
        let Some(kept) = store.setting(&key(digest)).await? else { return Ok(Found::Nothing) };
        // A key that is new, or one that is gone, gives another digest even where it can be read.
        let definition = serde_json::from_str::<Definition>(&kept).ok();
        let Some(definition) = definition.filter(|definition| definition.stamp().digest == digest) else {
            return Ok(Found::Newer);
        };
        let definition = Arc::new(definition);
        self.read().insert(digest, Arc::clone(&definition));
        Ok(Found::Known(definition))
    }

    fn read(&self) -> std::sync::MutexGuard<'_, HashMap<Digest, Arc<Definition>>> {
        self.read.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn key(digest: Digest) -> String {
    format!("pipeline:{digest}")
}
