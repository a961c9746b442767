//! The identity of a page: which scan file it came from and its place there. It never changes, wherever the page is moved.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Digest;
use super::text_form::as_text;

/// The place of a page in its file, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PageNumber(NonZeroU32);

impl PageNumber {
    /// The first page.
    pub const FIRST: Self = Self(NonZeroU32::MIN);

    /// Wraps a number counted from 1; `None` for 0.
    pub const fn new(number: u32) -> Option<Self> {
        match NonZeroU32::new(number) {
            Some(number) => Some(Self(number)),
            None => None,
        }
    }

    /// Makes the number of the page at `index`, counted from 0.
    pub const fn from_index(index: u32) -> Self {
        Self(NonZeroU32::MIN.saturating_add(index))
    }

    /// Returns the number, counted from 1.
    pub const fn get(self) -> u32 {
        self.0.get()
    }

    /// Returns the place counted from 0, as programs count.
    pub const fn index(self) -> u32 {
        self.0.get() - 1
    }
}

impl fmt::Display for PageNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The immutable identity of one page: the digest of its scan file and its number there. Written `DIGEST:NUMBER`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PageId {
    /// Digest of the scan file.
    pub scan: Digest,
    /// Place in the scan file.
    pub number: PageNumber,
}

/// A text that is not a page id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a page id is the SHA-256 digest of its scan, a colon and the page number from 1")]
pub struct PageIdParseError;

impl fmt::Display for PageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.scan, self.number)
    }
}

impl FromStr for PageId {
    type Err = PageIdParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (scan, number) = text.split_once(':').ok_or(PageIdParseError)?;
        let scan = scan.parse().map_err(|_| PageIdParseError)?;
        let number = number.parse().ok().and_then(PageNumber::new).ok_or(PageIdParseError)?;
        Ok(Self { scan, number })
    }
}

as_text!(PageId);
