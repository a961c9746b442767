//! How much of a PDF is read before it is refused.

/// The bounds within which a file is read. A file beyond one of them is rejected with the limit named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file.
    pub max_file_bytes: u64,
    /// Pages of the file.
    pub max_pages: u32,
    /// Pixels of one page image, and of each image painted on a page.
    pub max_pixels: u64,
}
