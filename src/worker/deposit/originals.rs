//! The files below `original/`: files that are taken whole, and pages that are cut out of files in a child.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::os::fd::AsFd;

use super::holdings::Holding;
use super::{DepositError, Depositor};
use crate::archive::{ORIGINALS, decrypted_path};
use crate::chart::{Cut, Digest, Hasher, OriginalFile, PageId, PageNumber, VerifiedRecord};
use crate::pipeline::child::message::{CutFile, Request, Response};
use crate::review::plan;

/// Pages that one cut may take before its deadline grows.
const PAGES_AT_ONCE: u32 = 4;

/// A copy without encryption: the original's digest, the path in the record, the bytes.
pub(super) type Decrypted = (Digest, String, File);

/// Makes the originals of a record, in the order of its pages.
pub(super) async fn make(
    depositor: &Depositor,
    record: &VerifiedRecord,
    held: Vec<Holding>,
) -> Result<(Vec<(OriginalFile, File)>, Vec<Decrypted>), DepositError> {
    let pages: Vec<PageId> = record.draft().pages.iter().map(|page| page.page).collect();
    let files: Vec<Vec<PageId>> = held.iter().map(|holding| holding.pages.clone()).collect();
    let planned = plan(&pages, &files).map_err(|cause| DepositError::Unfit(cause.to_string()))?;
    let mut originals = Vec::new();
    let mut decrypted = Vec::new();
    for planned in planned {
        let holding = &held[planned.file];
        if planned.whole {
            let path = path(originals.len(), &holding.format);
            let file = holding.file.try_clone()?;
            if let Some(copy) = &holding.decrypted {
                decrypted.push((holding.digest, decrypted_path(&path), copy.try_clone()?));
            }
            originals.push((described(holding, path, holding.digest, holding.size, planned.pages), file));
        } else {
            for (cut, file, pages) in cut(depositor, holding, &planned.pages).await? {
                let (sha256, size) = digest_of(&file)?;
                let mut original = described(holding, path(originals.len(), &cut.format), sha256, size, pages);
                // What was cut losslessly before stays so, however its streams were copied since.
                original.cut = if holding.cut == Cut::Lossless { Cut::Lossless } else { cut.cut };
                original.format = cut.format;
                originals.push((original, file));
            }
        }
    }
    Ok((originals, decrypted))
}

/// Cuts pages out: together as their file's own coding, else each by itself as its pixels.
async fn cut(
    depositor: &Depositor,
    holding: &Holding,
    pages: &[PageId],
) -> Result<Vec<(CutFile, File, Vec<PageId>)>, DepositError> {
    let refused = match ask(depositor, holding, pages, false).await? {
        Ok((cut, file)) => return Ok(vec![(cut, file, pages.to_vec())]),
        Err(why) => why,
    };
    let mut cuts = Vec::with_capacity(pages.len());
    for page in pages {
        match ask(depositor, holding, &[*page], true).await? {
            Ok((cut, file)) => cuts.push((cut, file, vec![*page])),
            Err(_) => return Err(DepositError::Unfit(refused)),
        }
    }
    Ok(cuts)
}

async fn ask(
    depositor: &Depositor,
    holding: &Holding,
    pages: &[PageId],
    lossless: bool,
) -> Result<Result<(CutFile, File), String>, DepositError> {
    let number = |page: &PageId| {
        let index = holding.pages.iter().position(|held| held == page).and_then(|index| u32::try_from(index).ok());
        index.map(PageNumber::from_index).ok_or_else(|| DepositError::Unfit("a page is not where it was".into()))
    };
    let numbers: Vec<PageNumber> = pages.iter().map(number).collect::<Result<_, _>>()?;
    let count = u32::try_from(pages.len()).unwrap_or(u32::MAX);
    // Each page is drawn twice, to compare: once out of the file, once out of the cut.
    let deadline = depositor.page_deadline.saturating_mul(count.div_ceil(PAGES_AT_ONCE).saturating_mul(2).max(2));
    let out = tempfile::tempfile()?;
    let mut child = depositor.pool.lease().await?;
    let request = Request::Cut { scan: holding.digest, pages: numbers, lossless };
    let files = [holding.readable().as_fd(), out.as_fd()];
    match child.call::<_, Response>(&request, &files, deadline).await {
        Ok((Response::Cut(cut), _)) if ending(&cut.format).is_some() => Ok(Ok((cut, out))),
        Ok((Response::Rejected(reject), _)) => Ok(Err(reject.message)),
        Ok((Response::Failed(why), _)) => Err(DepositError::Attempt(why)),
        Ok(_) => Err(DepositError::Attempt("the child gave an answer to another question".into())),
        Err(cause) => {
            Err(DepositError::Attempt(format!("pages could not be cut out: {}", super::super::reason(&cause))))
        }
    }
}

fn described(holding: &Holding, path: String, sha256: Digest, size: u64, pages: Vec<PageId>) -> OriginalFile {
    OriginalFile {
        path,
        sha256,
        size,
        format: holding.format.clone(),
        scan: holding.scan,
        received_at: holding.received_at,
        cut: holding.cut,
        pages,
    }
}

fn path(index: usize, format: &str) -> String {
    format!("{ORIGINALS}/{:04}.{}", index + 1, ending(format).unwrap_or("bin"))
}

/// Returns the usual ending of a file of the format that has this name.
fn ending(format: &str) -> Option<&'static str> {
    Some(match format {
        "TIFF" => "tif",
        "JPEG" => "jpg",
        "PNG" => "png",
        "WebP" => "webp",
        "JPEG 2000" => "jp2",
        "JBIG2" => "jb2",
        "BMP" => "bmp",
        "GIF" => "gif",
        "PDF" => "pdf",
        _ => return None,
    })
}

fn digest_of(mut file: &File) -> std::io::Result<(Digest, u64)> {
    file.seek(SeekFrom::Start(0))?;
    let mut hasher = Hasher::new();
    let mut buffer = vec![0; 1 << 20];
    let mut size = 0;
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok((hasher.finish(), size)),
            read => {
                hasher.update(&buffer[..read]);
                size += read as u64;
            }
        }
    }
}
