//! Names within an object: version numbers, logical paths and content paths. Whatever passes here is safe as a path.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

use crate::chart::as_text;

/// The longest logical path, in bytes: keys of an S3 store end at 1,024 bytes.
const LONGEST_PATH: usize = 512;
/// The longest name within a path, in bytes: what every file system takes.
const LONGEST_NAME: usize = 200;
/// The largest version number.
const LAST_VERSION: u32 = 99_999;

/// The content directory of a version.
pub const CONTENT: &str = "content";

/// A name that cannot be used, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Not a version number.
    #[error("{text:?} is no version number; they are v1, v2, and so on up to v{LAST_VERSION}")]
    Version {
        /// What it is.
        text: String,
    },
    /// Not a path that is safe everywhere.
    #[error(
        "{text:?} cannot be a path in an archive: names of letters, digits, '.', '_' and '-', parted by '/', \
         none beginning with '.', at most {LONGEST_PATH} bytes"
    )]
    Path {
        /// What it is.
        text: String,
    },
    /// Not a content path.
    #[error("{text:?} is no content path; they are vN/{CONTENT}/ and a path")]
    Content {
        /// What it is.
        text: String,
    },
}

/// The number of a version within its object, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct VersionNumber(NonZeroU32);

impl VersionNumber {
    /// The first version.
    pub const FIRST: Self = Self(NonZeroU32::MIN);

    /// Wraps a number; `None` for 0 and beyond the last.
    pub fn new(number: u32) -> Option<Self> {
        NonZeroU32::new(number).filter(|number| number.get() <= LAST_VERSION).map(Self)
    }

    /// Returns the number.
    pub const fn get(self) -> u32 {
        self.0.get()
    }

    /// Returns the number of the version after this one; `None` after the last.
    pub fn next(self) -> Option<Self> {
        self.get().checked_add(1).and_then(Self::new)
    }

    /// Returns the number of the version before this one; `None` before the first.
    pub fn previous(self) -> Option<Self> {
        self.get().checked_sub(1).and_then(Self::new)
    }
}

/// Path of a file within a version, as the record knows it: `record.json`, `original/0001.tif`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LogicalPath(String);

impl LogicalPath {
    /// Checks a path.
    ///
    /// # Errors
    /// It is not safe as a path and as a key everywhere.
    pub fn new(text: &str) -> Result<Self, NameError> {
        let is_safe = text.len() <= LONGEST_PATH && text.split('/').all(is_safe_name);
        if is_safe { Ok(Self(text.to_owned())) } else { Err(NameError::Path { text: text.to_owned() }) }
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the folders above: `a/b` and `a` for `a/b/c`.
    pub fn folders(&self) -> impl Iterator<Item = &str> {
        self.0.rmatch_indices('/').map(|(end, _)| &self.0[..end])
    }
}

/// Where a file's bytes are within the object: `v2/content/record.json`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ContentPath {
    /// The version that brought them.
    pub version: VersionNumber,
    /// The path below the version's content directory.
    pub path: LogicalPath,
}

impl fmt::Display for VersionNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v{}", self.0)
    }
}

impl FromStr for VersionNumber {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.strip_prefix('v').filter(|digits| digits.bytes().all(|digit| digit.is_ascii_digit()));
        // No leading zero: padded numbers are another form of OCFL, and would be a second name for the same version.
        let number = digits.filter(|digits| !digits.starts_with('0')).and_then(|digits| digits.parse().ok());
        number.and_then(Self::new).ok_or_else(|| NameError::Version { text: text.to_owned() })
    }
}

impl fmt::Display for LogicalPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for LogicalPath {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::new(text)
    }
}

impl fmt::Display for ContentPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{CONTENT}/{}", self.version, self.path)
    }
}

impl FromStr for ContentPath {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fault = || NameError::Content { text: text.to_owned() };
        let (version, below) = text.split_once('/').ok_or_else(fault)?;
        let path = below.strip_prefix(CONTENT).and_then(|path| path.strip_prefix('/')).ok_or_else(fault)?;
        Ok(Self { version: version.parse()?, path: path.parse()? })
    }
}

as_text!(VersionNumber, LogicalPath, ContentPath);

fn is_safe_name(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= LONGEST_NAME
        && !name.starts_with('.')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_numbers_have_one_form() {
        assert_eq!("v12".parse::<VersionNumber>().map(VersionNumber::get), Ok(12));
        for text in ["v0", "v01", "1", "v", "v-1", "v+1", "V1", "v100000", "v99999999999"] {
            assert!(text.parse::<VersionNumber>().is_err(), "{text}");
        }
    }

    #[test]
    fn paths_that_could_lead_elsewhere_are_refused() {
        let long = "a".repeat(300);
        for text in ["", "/a", "a/", "a//b", ".", "..", "a/../b", ".hidden", "a b", "a\\b", "a\0", "é", "c:", &long] {
            assert!(LogicalPath::new(text).is_err(), "{text:?}");
        }
        let path = LogicalPath::new("original/a/0001.tif").unwrap();
        assert_eq!(path.folders().collect::<Vec<_>>(), ["original/a", "original"]);
    }

    #[test]
    fn content_paths_read_themselves_back() {
        let path: ContentPath = "v3/content/original/0001.tif".parse().unwrap();
        assert_eq!(path.version.get(), 3);
        assert_eq!(path.to_string(), "v3/content/original/0001.tif");
        for text in ["v3/content", "v3/content/", "v3/contents/a", "content/a", "v3/content/../a", "v3/a/content/b"] {
            assert!(text.parse::<ContentPath>().is_err(), "{text:?}");
        }
    }
}
