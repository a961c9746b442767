//! How much of a foreign file is read before it is refused.

/// The largest file, page count and page size that are taken in. Every decoder checks them before it allocates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a file.
    pub max_file_bytes: u64,
    /// Pages of a file.
    pub max_pages: u32,
    /// Pixels of one page.
    pub max_pixels: u64,
}

impl Default for Limits {
    /// 2 GiB, 20,000 pages, 150 million pixels: a sheet of 24 x 36 inches at 400 dpi is 138 million.
    fn default() -> Self {
        Self { max_file_bytes: 2 << 30, max_pages: 20_000, max_pixels: 150_000_000 }
    }
}
