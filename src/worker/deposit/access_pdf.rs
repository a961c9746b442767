//! `access.pdf`: the searchable copy of a record, made of its own originals and not of the scan file, so that nothing of
//! other records comes into it.

use std::fs::File;
use std::os::fd::AsFd;

use super::originals::Decrypted;
use super::{DepositError, Depositor, text};
use crate::chart::{OriginalFile, PageId, PageNumber, PageText, RecordPage, Size, VerifiedRecord};
use crate::pipeline::child::message::{Drawing, Request, Response};
use crate::sandbox::Leased;

/// How often the file is begun again because a page ended the child.
const MOST_RESTARTS: usize = 20;
/// Size of a page in pixels when nothing is known of it: a letter at 300 per inch.
const LETTER: Size = Size { width: 2550, height: 3300 };

/// What became of a page.
enum Added {
    Whole,
    NotDrawn,
    /// The page ended the child, and the file with it.
    Lost,
}

/// Writes the copy; `None` when no page can be drawn. Returns the pages that it lacks, hidden ones aside.
pub(super) async fn write(
    depositor: &Depositor,
    record: &VerifiedRecord,
    originals: &[(OriginalFile, File)],
    decrypted: &[Decrypted],
) -> Result<(Option<File>, Vec<PageId>), DepositError> {
    let mut pages: Vec<&RecordPage> = record.draft().pages.iter().filter(|page| !page.hidden).collect();
    if pages.is_empty() {
        pages = record.draft().pages.iter().collect();
    }
    let mut lost: Vec<PageId> = Vec::new();
    for _ in 0..=MOST_RESTARTS {
        let out = tempfile::tempfile()?;
        let wanted = pages.iter().copied().filter(|page| !lost.contains(&page.page));
        match attempt(depositor, record, wanted, originals, decrypted, &out).await? {
            Ok((added, mut missing)) => {
                missing.extend(lost);
                return Ok(((added > 0).then_some(out), missing));
            }
            Err(page) => lost.push(page),
        }
    }
    Err(DepositError::Unfit(format!(
        "the searchable copy cannot be written: more than {MOST_RESTARTS} pages ended the process that draws them"
    )))
}

/// Writes the file from its beginning, until a page ends the child; then says which.
async fn attempt(
    depositor: &Depositor,
    record: &VerifiedRecord,
    pages: impl Iterator<Item = &RecordPage>,
    originals: &[(OriginalFile, File)],
    decrypted: &[Decrypted],
    out: &File,
) -> Result<Result<(u32, Vec<PageId>), PageId>, DepositError> {
    let mut child = depositor.pool.lease().await?;
    let begin =
        Request::BeginPdf { title: format!("Record {}", record.draft().record), made_at: record.verification().at };
    plainly(call(depositor, &mut child, &begin, out).await)?;
    let mut missing = Vec::new();
    let mut added = 0;
    for page in pages {
        let place = originals.iter().find_map(|(original, file)| {
            let index = original.pages.iter().position(|held| *held == page.page)?;
            let copy = decrypted.iter().find(|(digest, ..)| *digest == original.sha256).map(|(_, _, copy)| copy);
            let number = PageNumber::from_index(u32::try_from(index).ok()?);
            Some((copy.unwrap_or(file), PageId { scan: original.sha256, number }))
        });
        let (file, place) = place.ok_or_else(|| DepositError::Unfit("a page is in no original".into()))?;
        let text = text::result(depositor, page).await?;
        match add(depositor, &mut child, page, place, text, file).await? {
            Added::Whole => added += 1,
            Added::NotDrawn => missing.push(page.page),
            Added::Lost => return Ok(Err(page.page)),
        }
    }
    if added == 0 {
        child.discard();
        return Ok(Ok((0, missing)));
    }
    plainly(call(depositor, &mut child, &Request::EndPdf, out).await)?;
    Ok(Ok((added, missing)))
}

/// Adds a page: as we draw it; where that lacks something, as another renderer draws it; where that cannot, as we draw it
/// all the same.
async fn add(
    depositor: &Depositor,
    child: &mut Leased<'_>,
    page: &RecordPage,
    place: PageId,
    text: Option<PageText>,
    file: &File,
) -> Result<Added, DepositError> {
    let text = text.map(Box::new);
    let request = |drawing: Drawing| Request::AddPdfPage { page: place, turn: page.turn, text: text.clone(), drawing };
    let mut answer = call(depositor, child, &request(Drawing::Own), file).await;
    if matches!(answer, Ok(Response::DrawElsewhere)) {
        let size = depositor.store.page(page.page).await?.map_or(LETTER, |known| known.size);
        answer = match depositor.redrawer.draw(file.try_clone()?, place.number, size).await {
            Ok(drawing) => call(depositor, child, &request(Drawing::Elsewhere), &drawing).await,
            Err(_) => Ok(Response::DrawElsewhere),
        };
        if matches!(answer, Ok(Response::DrawElsewhere | Response::Rejected(_))) {
            answer = call(depositor, child, &request(Drawing::AsIs), file).await;
        }
    }
    match answer {
        Ok(Response::PageAdded { .. }) => Ok(Added::Whole),
        Ok(Response::Rejected(_) | Response::DrawElsewhere) => Ok(Added::NotDrawn),
        Ok(answer) => plainly(Ok(answer)).map(|()| Added::NotDrawn),
        Err(_) => Ok(Added::Lost),
    }
}

async fn call(
    depositor: &Depositor,
    child: &mut Leased<'_>,
    request: &Request,
    file: &File,
) -> Result<Response, String> {
    let answer = child.call::<_, Response>(request, &[file.as_fd()], depositor.page_deadline).await;
    answer.map(|(response, _)| response).map_err(|cause| super::super::reason(&cause))
}

/// Takes an answer that can only be yes or no.
fn plainly(answer: Result<Response, String>) -> Result<(), DepositError> {
    let failed = |why: String| DepositError::Attempt(format!("the searchable copy cannot be written: {why}"));
    match answer {
        Ok(Response::Done) => Ok(()),
        Ok(Response::Failed(why)) | Err(why) => Err(failed(why)),
        Ok(_) => Err(failed("the child gave an answer to another question".into())),
    }
}
