//! Checkpoints in the form of C2SP `tlog-checkpoint`: the name of a ledger, its size and its root, signed.

use base64ct::{Base64, Encoding};

use super::key::SigningKey;
use super::note::{Note, NoteError};
use crate::chart::{Digest, PublicKey};

/// What the ledger was when it had `size` entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Name of the ledger.
    pub origin: String,
    /// Number of entries.
    pub size: u64,
    /// Root of the tree over them.
    pub root: Digest,
}

/// Why something is no checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// It is no signed note.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// Its text is of another form.
    #[error("it is no checkpoint: name, size and root are expected, a line each")]
    Form,
    /// The key did not sign it.
    #[error("its signature is not that of the key")]
    Signature,
}

impl Checkpoint {
    /// Signs it.
    ///
    /// # Errors
    /// The origin cannot stand in a note.
    pub fn sign(&self, key: &SigningKey) -> Result<Note, NoteError> {
        let root = Base64::encode_string(self.root.as_bytes());
        Note::sign(format!("{}\n{}\n{root}\n", self.origin, self.size), &self.origin, key)
    }

    /// Reads what a note says; nothing is said about its signature.
    ///
    /// # Errors
    /// The text is of another form.
    pub fn read(note: &Note) -> Result<Self, CheckpointError> {
        let mut lines = note.text().split('\n');
        let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next()) else {
            return Err(CheckpointError::Form);
        };
        let number: u64 = size.parse().map_err(|_| CheckpointError::Form)?;
        let root = Base64::decode_vec(root).ok().and_then(|bytes| bytes.try_into().ok());
        match (root, origin.is_empty() || number.to_string() != size) {
            (Some(root), false) => Ok(Self { origin: origin.to_owned(), size: number, root: Digest::from_bytes(root) }),
            _ => Err(CheckpointError::Form),
        }
    }

    /// Reads a signed checkpoint and verifies that `key` signed it under its origin.
    ///
    /// # Errors
    /// It is none, or `key` did not sign it.
    pub fn verify(bytes: &[u8], key: &PublicKey) -> Result<Self, CheckpointError> {
        let note = Note::parse(bytes)?;
        let checkpoint = Self::read(&note)?;
        match note.is_signed_by(&checkpoint.origin, key) {
            true => Ok(checkpoint),
            false => Err(CheckpointError::Signature),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_reads_itself_back_and_refuses_what_was_changed() {
        let key = SigningKey::from_seed(&[3; 32]);
        let checkpoint = Checkpoint { origin: "muniment/x".into(), size: 20_852_163, root: Digest::of(b"root") };
        let text = checkpoint.sign(&key).unwrap().to_string();
        assert!(text.starts_with("muniment/x\n20852163\n"), "{text}");
        assert_eq!(Checkpoint::verify(text.as_bytes(), &key.public()), Ok(checkpoint));
        let other = SigningKey::from_seed(&[4; 32]).public();
        assert_eq!(Checkpoint::verify(text.as_bytes(), &other), Err(CheckpointError::Signature));
        let smaller = text.replace("20852163", "2085216");
        assert_eq!(Checkpoint::verify(smaller.as_bytes(), &key.public()), Err(CheckpointError::Signature));
        let padded = text.replace("20852163", "020852163");
        assert_eq!(Checkpoint::verify(padded.as_bytes(), &key.public()), Err(CheckpointError::Form));
    }
}
