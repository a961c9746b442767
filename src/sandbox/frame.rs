//! The wire format between parent and child: a prefix of three little-endian u32 (bytes of the JSON header, bytes of the
//! binary part, number of descriptors that travel with the prefix), then the header, then the binary part.
//!
//! Lengths are checked against a limit before anything is allocated, on both sides.

use super::containment::{Containment, Limits};
use serde::{Deserialize, Serialize};

/// Bytes of the prefix.
pub(super) const PREFIX: usize = 12;
/// The most descriptors that one request carries.
pub(super) const MAX_FILES: usize = 8;
/// The largest request in bytes; requests come from this program itself, pages come as descriptors.
pub(super) const MAX_REQUEST: u32 = 16 << 20;

/// The three lengths that open every frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Prefix {
    pub header: u32,
    pub blob: u32,
    pub files: u32,
}

/// The first message to a child.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Opening<S> {
    pub limits: Limits,
    pub setup: S,
}

/// Everything a child can say.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Message<R> {
    Ready(Containment),
    Refused(String),
    Answer(R),
    Fault { at: String },
}

impl Prefix {
    /// Lays out the prefix of a frame, or fails when it would exceed `limit` bytes in all.
    pub fn for_frame(header: &[u8], blob: &[u8], files: usize, limit: u32) -> Result<Self, &'static str> {
        let length = |bytes: &[u8]| u32::try_from(bytes.len()).map_err(|_| "a message is too large");
        Self {
            header: length(header)?,
            blob: length(blob)?,
            files: u32::try_from(files).map_err(|_| "too many descriptors")?,
        }
        .within(limit)
    }

    pub fn to_bytes(self) -> [u8; PREFIX] {
        let mut bytes = [0; PREFIX];
        for (to, from) in bytes.chunks_exact_mut(4).zip([self.header, self.blob, self.files]) {
            to.copy_from_slice(&from.to_le_bytes());
        }
        bytes
    }

    /// Reads a prefix and refuses one that announces more than `limit` bytes or more than [`MAX_FILES`] descriptors.
    pub fn from_bytes(bytes: [u8; PREFIX], limit: u32) -> Result<Self, &'static str> {
        let [h0, h1, h2, h3, b0, b1, b2, b3, f0, f1, f2, f3] = bytes;
        Self {
            header: u32::from_le_bytes([h0, h1, h2, h3]),
            blob: u32::from_le_bytes([b0, b1, b2, b3]),
            files: u32::from_le_bytes([f0, f1, f2, f3]),
        }
        .within(limit)
    }

    fn within(self, limit: u32) -> Result<Self, &'static str> {
        if self.files as usize > MAX_FILES {
            return Err("too many descriptors");
        }
        match self.header.checked_add(self.blob) {
            Some(total) if total <= limit => Ok(self),
            _ => Err("a message is larger than its limit"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_prefix_round_trips_and_never_exceeds_its_limit(header: u32, blob: u32, files in 0u32..20, limit: u32) {
            let prefix = Prefix { header, blob, files };
            let fits = u64::from(header) + u64::from(blob) <= u64::from(limit) && files as usize <= MAX_FILES;
            prop_assert_eq!(Prefix::from_bytes(prefix.to_bytes(), limit).ok(), fits.then_some(prefix));
        }
    }

    #[test]
    fn a_frame_over_the_limit_is_not_laid_out() {
        assert!(Prefix::for_frame(&[0; 10], &[0; 10], 0, 20).is_ok());
        assert!(Prefix::for_frame(&[0; 10], &[0; 11], 0, 20).is_err());
        assert!(Prefix::for_frame(&[], &[], MAX_FILES + 1, 20).is_err());
    }
}
