//! The key that signs: a PKCS#8 file that only its owner may read, made once and never overwritten.

use std::fs::File;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use ed25519_dalek::Signer as _;
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _};

use crate::chart::{PublicKey, Signature};

/// Bits of a file's mode that let others than its owner use it.
const OTHERS: u32 = 0o077;

/// An Ed25519 key that signs (RFC 8032).
pub struct SigningKey(ed25519_dalek::SigningKey);

/// Why a key cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// There is no file.
    #[error("the signing key {path} is missing; bring it back from where it is kept safe")]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// The file may be read by others.
    #[error(
        "the signing key {path} may be read by others than its owner; run `chmod 600` on it, and rotate the key if somebody may have read it"
    )]
    Open {
        /// The file.
        path: PathBuf,
    },
    /// There is a file already.
    #[error("{path} is there already and is not overwritten")]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The file is no such key.
    #[error("{path} is no Ed25519 key in PKCS#8 PEM form; bring the right file back")]
    Form {
        /// The file.
        path: PathBuf,
    },
    /// The file cannot be read or written.
    #[error("the signing key {path} cannot be used: {cause}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
}

impl SigningKey {
    /// Makes a key out of 32 secret random bytes.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(seed))
    }

    /// Writes the key to a file of its own, whole or not at all, and flushes it.
    ///
    /// # Errors
    /// There is a file already; it is left alone. The file cannot be written.
    pub fn keep(&self, path: &Path) -> Result<(), KeyError> {
        let failed = |cause| KeyError::Io { path: path.to_owned(), cause };
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let text = self.0.to_pkcs8_pem(LineEnding::LF).map_err(|_| KeyError::Form { path: path.to_owned() })?;
        // Made with mode 600.
        let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
        file.write_all(text.as_bytes()).map_err(failed)?;
        file.as_file().sync_all().map_err(failed)?;
        file.persist_noclobber(path).map_err(|refused| match refused.error.kind() {
            std::io::ErrorKind::AlreadyExists => KeyError::Exists { path: path.to_owned() },
            _ => failed(refused.error),
        })?;
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)
    }

    /// Reads the key from its file.
    ///
    /// # Errors
    /// There is none, others may read it, or it is no such key.
    pub fn open(path: &Path) -> Result<Self, KeyError> {
        let failed = |cause: std::io::Error| match cause.kind() {
            std::io::ErrorKind::NotFound => KeyError::Missing { path: path.to_owned() },
            _ => KeyError::Io { path: path.to_owned(), cause },
        };
        let mode = std::fs::metadata(path).map_err(failed)?.permissions().mode();
        if mode & OTHERS != 0 {
            return Err(KeyError::Open { path: path.to_owned() });
        }
        let form = || KeyError::Form { path: path.to_owned() };
        let text = std::fs::read_to_string(path).map_err(failed)?;
        ed25519_dalek::SigningKey::from_pkcs8_pem(&text).map(Self).map_err(|_| form())
    }

    /// Returns the public key.
    pub fn public(&self) -> PublicKey {
        PublicKey::from_bytes(self.0.verifying_key().to_bytes())
    }

    /// Signs `message`. The same message always gives the same signature.
    pub fn sign(&self, message: &[u8]) -> Signature {
        Signature::from_bytes(self.0.sign(message).to_bytes())
    }
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigningKey({})", self.public().fingerprint().short())
    }
}

/// Says whether `signature` is that key's of `message`. Keys and signatures of weak form are refused.
pub fn is_signed(key: &PublicKey, message: &[u8], signature: &Signature) -> bool {
    ed25519_dalek::VerifyingKey::from_bytes(key.as_bytes()).is_ok_and(|key| {
        key.verify_strict(message, &ed25519_dalek::Signature::from_bytes(signature.as_bytes())).is_ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_file_is_private_and_made_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key.pem");
        assert!(matches!(SigningKey::open(&path), Err(KeyError::Missing { .. })));
        let key = SigningKey::from_seed(&[7; 32]);
        key.keep(&path).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(std::fs::read_to_string(&path).unwrap().starts_with("-----BEGIN PRIVATE KEY-----\n"));
        let other = SigningKey::from_seed(&[8; 32]);
        assert!(matches!(other.keep(&path), Err(KeyError::Exists { .. })));
        let opened = SigningKey::open(&path).unwrap();
        assert_eq!(opened.public(), key.public());
        assert!(is_signed(&key.public(), b"text", &opened.sign(b"text")));
        assert!(!is_signed(&key.public(), b"texT", &opened.sign(b"text")));
        assert!(!is_signed(&other.public(), b"text", &opened.sign(b"text")));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(SigningKey::open(&path), Err(KeyError::Open { .. })));
    }

    #[test]
    fn the_published_key_and_signature_come_out() {
        // RFC 8032, section 7.1, test 1: the empty message.
        let seed: [u8; 32] = std::array::from_fn(|at| {
            let text = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
            u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap()
        });
        let key = SigningKey::from_seed(&seed);
        assert_eq!(key.public().to_string(), "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
        assert!(key.sign(b"").to_string().starts_with("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065"));
    }
}
