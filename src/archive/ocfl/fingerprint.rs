//! Digests of archived files: SHA-512, which OCFL asks for, and SHA-256 beside it, both in one pass.

use std::fmt;
use std::io::{self, Read};
use std::str::FromStr;

use ring::digest::{Context, SHA512};
use serde::Serialize;
use sha2::Digest as _;

use crate::chart::{Digest, Hasher, as_text, parse_hexadecimal, write_hexadecimal};

/// Bytes read at a time.
const PIECE: usize = 1 << 18;

/// A SHA-512 digest (FIPS 180-4), written as 128 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Sha512([u8; 64]);

/// A text that is not a SHA-512 digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a SHA-512 digest is 128 lower-case hexadecimal digits")]
pub struct Sha512ParseError;

/// What identifies the bytes of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Fingerprint {
    /// Their number.
    pub size: u64,
    /// The digest that names content within an object.
    pub sha512: Sha512,
    /// The digest of the fixity block.
    pub sha256: Digest,
}

impl Fingerprint {
    /// Computes the fingerprint of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        let mut hasher = Fingerprinter::new();
        hasher.update(bytes);
        hasher.finish()
    }

    /// Computes the fingerprint of everything that `source` still gives.
    ///
    /// # Errors
    /// Reading failed.
    pub fn of_reader(source: &mut dyn Read) -> io::Result<Self> {
        let mut hasher = Fingerprinter::new();
        hasher.copy(source, &mut io::sink())?;
        Ok(hasher.finish())
    }
}

/// Computes a [`Fingerprint`] piece by piece, so that a file of any size is never held whole.
pub struct Fingerprinter {
    /// `ring` is a fifth faster here than `sha2`, and this is what reading the archive again spends its time on.
    sha512: Context,
    sha256: Hasher,
    size: u64,
}

impl Fingerprinter {
    /// Starts an empty computation.
    #[expect(clippy::new_without_default, reason = "a default hasher reads as a value; new() says that work begins")]
    pub fn new() -> Self {
        Self { sha512: Context::new(&SHA512), sha256: Hasher::new(), size: 0 }
    }

    /// Takes in the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.sha512.update(bytes);
        self.sha256.update(bytes);
        self.size = self.size.saturating_add(bytes.len() as u64);
    }

    /// Takes in everything that `source` still gives, and passes it on to `sink`.
    ///
    /// # Errors
    /// Reading or writing failed.
    pub fn copy(&mut self, source: &mut dyn Read, sink: &mut dyn io::Write) -> io::Result<()> {
        let mut buffer = vec![0; PIECE];
        loop {
            match source.read(&mut buffer) {
                Ok(0) => return Ok(()),
                Ok(read) => {
                    self.update(&buffer[..read]);
                    sink.write_all(&buffer[..read])?;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Ends the computation.
    pub fn finish(self) -> Fingerprint {
        let mut sha512 = Sha512([0; 64]);
        // Both have 64 bytes.
        sha512.0.iter_mut().zip(self.sha512.finish().as_ref()).for_each(|(to, from)| *to = *from);
        Fingerprint { size: self.size, sha512, sha256: self.sha256.finish() }
    }
}

impl Sha512 {
    /// Computes the digest of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self(sha2::Sha512::digest(bytes).into())
    }

    /// Returns the 64 digest bytes.
    pub const fn as_bytes(&self) -> &[u8; 64] {
        &self.0
    }
}

impl fmt::Display for Sha512 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hexadecimal(f, &self.0)
    }
}

impl fmt::Debug for Sha512 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sha512({self})")
    }
}

impl FromStr for Sha512 {
    type Err = Sha512ParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse_hexadecimal(text).map(Self).ok_or(Sha512ParseError)
    }
}

as_text!(Sha512);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_digests_match_the_published_vectors() {
        let print = Fingerprint::of_reader(&mut &b"abc"[..]).unwrap();
        assert_eq!(print, Fingerprint::of(b"abc"));
        assert_eq!(print.size, 3);
        let sha512 = print.sha512.to_string();
        assert!(sha512.starts_with("ddaf35a193617abacc417349ae20413112e6fa4e89a97ea2"), "{sha512}");
        assert!(sha512.ends_with("2a9ac94fa54ca49f"), "{sha512}");
        assert_eq!(sha512.parse(), Ok(print.sha512));
        assert_eq!(print.sha512, Sha512::of(b"abc"));
        assert_eq!(print.sha256, Digest::of(b"abc"));
        assert_eq!(sha512.to_uppercase().parse::<Sha512>(), Err(Sha512ParseError));
        assert_eq!("é".repeat(64).parse::<Sha512>(), Err(Sha512ParseError));
    }
}
