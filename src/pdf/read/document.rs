//! A PDF file that has been opened: passwords, repair, and the count of its pages.

use std::io::Write;
use std::sync::Arc;

use hayro_syntax::page::Page;
use hayro_syntax::{DecryptionError, LoadPdfError, Pdf};

use super::page::{PdfPage, read_page};
use super::repair::{self, CopyError};
use super::unwinding::contain;
use crate::chart::{PageNumber, Reject, RejectReason};
use crate::pdf::Limits;

/// How far into a file its header may stand; the bound that other readers use too.
const HEADER_WITHIN: usize = 1024;

/// The smallest and largest `UserUnit` that is believed.
const USER_UNITS: std::ops::RangeInclusive<f32> = 0.01..=1000.0;

/// The bytes of a file, wherever they are held.
pub(super) type SharedBytes = Arc<dyn AsRef<[u8]> + Send + Sync>;

/// An open PDF file.
pub struct Document {
    pdf: Pdf,
    data: SharedBytes,
    password: Option<String>,
    encrypted: bool,
    damaged: bool,
}

impl Document {
    /// Opens a file; `password` may be the user's or the owner's.
    ///
    /// A file that is encrypted with an empty user password opens without one. Broken cross-reference tables, garbage
    /// before and after the file and damaged trailers are repaired where the objects can still be found.
    ///
    /// # Errors
    ///
    /// `Empty`, `FileTooLarge`, `UnsupportedFormat` (no PDF header), `NeedsPassword`, `UnsupportedFeature` (an encryption
    /// that is not the standard one), `Damaged`, `NoPages`, `TooManyPages`, `Crash`.
    pub fn open(data: SharedBytes, password: Option<&str>, limits: &Limits) -> Result<Self, Reject> {
        check_bytes((*data).as_ref(), limits)?;
        let password = password.filter(|password| !password.is_empty());
        contain(|| Self::open_checked(data, password, limits)).unwrap_or_else(|_| Err(unreadable_structure()))
    }

    fn open_checked(data: SharedBytes, password: Option<&str>, limits: &Limits) -> Result<Self, Reject> {
        let mut encrypted = repair::mentions_encryption((*data).as_ref());
        let opened = Pdf::new_with_password(Arc::new(Shared(Arc::clone(&data))), password.unwrap_or_default());
        let (pdf, mut damaged) = match opened {
            Ok(pdf) if has_pages(&pdf) => {
                encrypted = encrypted && repair::is_decrypting(&pdf);
                (pdf, false)
            }
            Ok(_) => (second_opinion(&data, password)?.ok_or_else(no_pages)?, true),
            Err(LoadPdfError::Invalid) => (second_opinion(&data, password)?.ok_or_else(damaged_file)?, true),
            Err(LoadPdfError::Decryption(DecryptionError::UnsupportedAlgorithm)) => return Err(unknown_encryption()),
            Err(LoadPdfError::Decryption(cause)) => {
                // hayro knows no owner passwords of the older revisions; the second reader does.
                let pdf = second_opinion(&data, password)?.ok_or_else(|| match cause {
                    DecryptionError::PasswordProtected => needs_password(password.is_some()),
                    _ => broken_encryption(),
                })?;
                encrypted = true;
                (pdf, false)
            }
        };
        let pages = pdf.pages().len();
        if pages == 0 {
            return Err(no_pages());
        }
        if pages > limits.max_pages as usize {
            return Err(Reject::file(
                RejectReason::TooManyPages,
                format!("The file has {pages} pages; the limit is {}. Split it, or raise the limit.", limits.max_pages),
            ));
        }
        damaged |= repair::declared_pages(&pdf).is_some_and(|declared| declared > pages as u64);
        Ok(Self { pdf, data, password: password.map(str::to_owned), encrypted, damaged })
    }

    /// Returns the number of pages, at least 1.
    pub fn page_count(&self) -> u32 {
        u32::try_from(self.pdf.pages().len()).unwrap_or(u32::MAX)
    }

    /// Says whether the file had to be repaired, or announces more pages than can be found.
    pub const fn is_damaged(&self) -> bool {
        self.damaged
    }

    /// Says whether the file is encrypted (with a password or with an empty one).
    pub const fn is_encrypted(&self) -> bool {
        self.encrypted
    }

    /// Returns width and height of a page as a viewer shows it, in points of 1/72 inch; `None` beyond the last page.
    pub fn page_size_points(&self, number: PageNumber) -> Option<(f32, f32)> {
        self.pdf.pages().get(number.index() as usize).map(size_points)
    }

    /// Reads one page: its image as a viewer shows it, its own text, and the encoded image of a plain scan.
    ///
    /// # Errors
    ///
    /// `NoPages` beyond the last page, `TooManyPixels` when an image on the page passes the limit, `MemoryLimit` when the
    /// page unpacks to more than a page can hold, `Crash` when a decoder fails: another renderer may manage.
    pub fn page(&self, number: PageNumber, limits: &Limits) -> Result<PdfPage, Reject> {
        self.read(number, limits, true)
    }

    /// Reads one page as [`Document::page`] does, for when its own text turned out to be of no use: without that text, and
    /// rendered finely enough for recognition.
    ///
    /// # Errors
    ///
    /// As for [`Document::page`].
    pub fn page_for_recognition(&self, number: PageNumber, limits: &Limits) -> Result<PdfPage, Reject> {
        self.read(number, limits, false)
    }

    fn read(&self, number: PageNumber, limits: &Limits, own_text: bool) -> Result<PdfPage, Reject> {
        let page = self.pdf.pages().get(number.index() as usize).ok_or_else(|| {
            Reject::page(
                number,
                RejectReason::NoPages,
                format!("The file has {} pages; there is no page {number}.", self.page_count()),
            )
        })?;
        read_page(page, number, limits, own_text)
    }

    /// Writes a copy without encryption, for keeping beside the original.
    ///
    /// The copy is opened again before a byte is written to `out`: it has the same pages, and the contents and images of
    /// each are equal.
    ///
    /// # Errors
    ///
    /// [`CopyError::Rejected`] when no faithful copy can be made, [`CopyError::Io`] when `out` fails.
    pub fn decrypted_copy(&self, out: &mut dyn Write) -> Result<(), CopyError> {
        let copy = repair::decrypted((*self.data).as_ref(), self.password.as_deref())
            .ok_or_else(|| CopyError::Rejected(no_copy("the file could not be decrypted as a whole")))?;
        let copy = Arc::new(copy);
        let reopened = Pdf::new(Arc::clone(&copy))
            .map_err(|_| CopyError::Rejected(no_copy("the decrypted copy could not be read back")))?;
        repair::check_same_pages(&self.pdf, &reopened).map_err(|cause| CopyError::Rejected(no_copy(&cause)))?;
        out.write_all(&copy).map_err(CopyError::Io)
    }
}

/// Returns width and height in points as a viewer shows the page, with `UserUnit` applied.
pub(super) fn size_points(page: &Page<'_>) -> (f32, f32) {
    let unit = page.raw().get::<f32>(b"UserUnit").filter(|unit| USER_UNITS.contains(unit)).unwrap_or(1.0);
    let (width, height) = page.render_dimensions();
    (width * unit, height * unit)
}

/// Makes shared bytes acceptable to the reader, which wants a sized owner.
struct Shared(SharedBytes);

impl AsRef<[u8]> for Shared {
    fn as_ref(&self) -> &[u8] {
        (*self.0).as_ref()
    }
}

/// Has the other library read the file and write it afresh, decrypted; `None` when it finds no pages either.
fn second_opinion(data: &SharedBytes, password: Option<&str>) -> Result<Option<Pdf>, Reject> {
    let rewritten = repair::rewritten((**data).as_ref(), password);
    match rewritten {
        Ok(bytes) => Ok(Pdf::new(bytes).ok().filter(has_pages)),
        Err(repair::Unreadable::Password) => Err(needs_password(password.is_some())),
        Err(repair::Unreadable::Other) => Ok(None),
    }
}

fn has_pages(pdf: &Pdf) -> bool {
    !pdf.pages().is_empty() && repair::declared_pages(pdf).is_some()
}

fn check_bytes(bytes: &[u8], limits: &Limits) -> Result<(), Reject> {
    if bytes.is_empty() {
        return Err(Reject::file(RejectReason::Empty, "The file is empty. Deliver it again."));
    }
    if bytes.len() as u64 > limits.max_file_bytes {
        return Err(Reject::file(
            RejectReason::FileTooLarge,
            format!(
                "The file has {} bytes; the limit is {}. Split it, or raise the limit.",
                bytes.len(),
                limits.max_file_bytes
            ),
        ));
    }
    let head = &bytes[..bytes.len().min(HEADER_WITHIN)];
    if !head.windows(5).any(|window| window == b"%PDF-") {
        return Err(Reject::file(
            RejectReason::UnsupportedFormat,
            format!("The file has no PDF header in its first {HEADER_WITHIN} bytes. Check what kind of file it is."),
        ));
    }
    Ok(())
}

fn needs_password(given: bool) -> Reject {
    let message = if given {
        "The file is encrypted and the password given for this run does not open it. Give its user or owner password."
    } else {
        "The file is encrypted and needs a password. A password can be given for this run; it is not stored."
    };
    Reject::file(RejectReason::NeedsPassword, message)
}

fn no_pages() -> Reject {
    Reject::file(RejectReason::NoPages, "The file is a PDF but no page can be found in it. Ask for it again.")
}

fn damaged_file() -> Reject {
    Reject::file(
        RejectReason::Damaged,
        "The file begins as a PDF but is too damaged for any page to be found. Ask for it again.",
    )
}

fn unreadable_structure() -> Reject {
    Reject::file(RejectReason::Crash, "The reader of PDF files failed on the structure of the file. Ask for it again.")
}

fn unknown_encryption() -> Reject {
    Reject::file(
        RejectReason::UnsupportedFeature,
        "The file is encrypted in another way than by passwords (a certificate, or a product of its own). \
         Ask for a copy without encryption.",
    )
}

fn broken_encryption() -> Reject {
    Reject::file(
        RejectReason::Damaged,
        "The file says that it is encrypted, but the particulars of the encryption are broken. Ask for it again.",
    )
}

fn no_copy(cause: &str) -> Reject {
    Reject::file(
        RejectReason::UnsupportedFeature,
        format!("No decrypted copy was made: {cause}. The original is kept; keep its password safe."),
    )
}
