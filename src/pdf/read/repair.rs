//! The second reader's opinion on a file's structure: repair by writing it afresh, decryption, and proof that a copy is faithful.

use std::borrow::Cow;

use hayro_syntax::Pdf;
use hayro_syntax::object::{Array, Dict, Stream};
use lopdf::encryption::DecryptionError;

use crate::chart::Reject;

/// How many bytes one compressed structure (an object or cross-reference stream) may inflate to.
const STRUCTURE_BYTES: usize = 256 << 20;

/// Why no decrypted copy was written.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// The file cannot be copied faithfully.
    #[error("{}", .0.message)]
    Rejected(Reject),
    /// The receiver of the copy failed.
    #[error("the decrypted copy could not be written: {0}")]
    Io(std::io::Error),
}

/// Why the second reader could not read a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unreadable {
    /// No password given opens it.
    Password,
    /// Anything else.
    Other,
}

/// Reads a file with the second reader and writes it afresh, without encryption.
pub(super) fn rewritten(bytes: &[u8], password: Option<&str>) -> Result<Vec<u8>, Unreadable> {
    let mut document = load(bytes, password)?;
    let mut rewritten = Vec::with_capacity(bytes.len());
    document.save_to(&mut rewritten).map_err(|_| Unreadable::Other)?;
    Ok(rewritten)
}

/// Returns a copy of the file without encryption; `None` when it cannot be decrypted.
pub(super) fn decrypted(bytes: &[u8], password: Option<&str>) -> Option<Vec<u8>> {
    rewritten(bytes, password).ok()
}

fn load(bytes: &[u8], password: Option<&str>) -> Result<lopdf::Document, Unreadable> {
    let options = lopdf::LoadOptions {
        password: Some(password.unwrap_or_default().to_owned()),
        max_decompressed_size: Some(STRUCTURE_BYTES),
        ..lopdf::LoadOptions::default()
    };
    let mut document = lopdf::Document::load_mem_with_options(bytes, options).map_err(|error| match error {
        lopdf::Error::InvalidPassword
        | lopdf::Error::Decryption(DecryptionError::IncorrectPassword | DecryptionError::InvalidRevision) => {
            Unreadable::Password
        }
        _ => Unreadable::Other,
    })?;
    if document.is_encrypted() {
        document.decrypt(password.unwrap_or_default()).map_err(|error| match error {
            lopdf::Error::InvalidPassword | lopdf::Error::Decryption(DecryptionError::IncorrectPassword) => {
                Unreadable::Password
            }
            _ => Unreadable::Other,
        })?;
    }
    if document.page_iter().next().is_none() {
        return Err(Unreadable::Other);
    }
    Ok(document)
}

/// Says whether the file mentions an encryption dictionary, be it in an attachment.
pub(super) fn mentions_encryption(bytes: &[u8]) -> bool {
    bytes.windows(8).any(|window| window == b"/Encrypt")
}

/// Says whether streams of the file come out decrypted; true when there is no stream to tell by.
pub(super) fn is_decrypting(pdf: &Pdf) -> bool {
    let first = pdf.pages().iter().take(64).find_map(|page| {
        let contents = page.raw().get::<Stream<'_>>(b"Contents");
        contents.or_else(|| page.raw().get::<Array<'_>>(b"Contents")?.iter::<Stream<'_>>().next())
    });
    first.is_none_or(|stream| matches!(stream.raw_data(), Cow::Owned(_)))
}

/// Returns the number of pages that the root of the page tree announces; `None` without a page tree.
///
/// Without one, the reader lists whatever looks like a page in the order of the file, which may not be the order of the
/// pages: worse than nothing in a record.
pub(super) fn declared_pages(pdf: &Pdf) -> Option<u64> {
    let catalog = pdf.xref().get::<Dict<'_>>(pdf.xref().root_id())?;
    let root = catalog.get::<Dict<'_>>(b"Pages")?;
    root.get::<Array<'_>>(b"Kids")?;
    Some(root.get::<i64>(b"Count").and_then(|count| u64::try_from(count).ok()).unwrap_or(0))
}

/// Checks that two files have the same pages: as many, of equal contents, with equal image and form streams.
pub(super) fn check_same_pages(original: &Pdf, copy: &Pdf) -> Result<(), String> {
    let (ours, theirs) = (original.pages(), copy.pages());
    if ours.len() != theirs.len() {
        return Err(format!("the copy has {} pages, the original {}", theirs.len(), ours.len()));
    }
    for (index, (ours, theirs)) in ours.iter().zip(theirs.iter()).enumerate() {
        if ours.page_stream() != theirs.page_stream() {
            return Err(format!("the contents of page {} differ in the copy", index + 1));
        }
        let objects = &ours.resources().x_objects;
        for name in objects.keys() {
            let stream = objects.get::<Stream<'_>>(&name);
            let copied = theirs.resources().x_objects.get::<Stream<'_>>(&name);
            if stream.map(|stream| stream.raw_data()) != copied.map(|stream| stream.raw_data()) {
                return Err(format!("an image of page {} differs in the copy", index + 1));
            }
        }
    }
    Ok(())
}
