//! Documents and people for measuring a server under load. What would be read on the pages is generated; everything else
//! comes in by the same steps as real files: intake area, delivery, scan, page, result.

use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

use futures::{StreamExt as _, TryStreamExt as _, stream};
use serde::Serialize;

use super::{App, AppError, new_delivery, new_document, new_worker};
use crate::chart::{BatchId, Digest, PageNumber, Role, Size};
use crate::samples::{self, Container, Options, Profile};
use crate::search::measure::Texts;
use crate::store::{ClaimedPage, NewDelivery, NewPage, OpenedScan};

/// Documents that are made before the next ones are begun, and of one batch.
const AT_ONCE: u64 = 200;
/// Files that are written at the same time.
const WRITERS: usize = 16;
/// The first so many documents show a page of a chart; the others, which are only found, a blank one: it takes less room.
const SHOWN: u64 = 2_000;
/// Resolution of the page images.
const DPI: u32 = 100;
const LEASE: Duration = Duration::from_secs(600);
/// Queries of each kind.
const QUERIES: u32 = 20;

/// What was made. The tokens are good for a day.
#[derive(Serialize)]
pub struct LoadData {
    /// Documents of one page each, which wait for a person.
    pub documents: u64,
    /// Tokens of technicians.
    pub technicians: Vec<String>,
    /// Tokens of people who search everything.
    pub searchers: Vec<String>,
    /// Questions that find something, and some that do not.
    pub queries: Vec<String>,
}

/// A file to be taken in.
struct Sheet {
    bytes: Vec<u8>,
    size: Size,
}

impl App {
    /// Fills an empty instance with documents and people. The same seed gives the same texts.
    ///
    /// # Errors
    /// The instance is not empty; a file cannot be written; the database failed.
    pub async fn make_load_data(&self, documents: u64, people: (u32, u32), seed: u64) -> Result<LoadData, AppError> {
        if self.store.has_people().await? {
            return Err(AppError::Unfit(
                "data for measuring goes into an empty folder: name another with --data".into(),
            ));
        }
        let administrator = self.asked_by(self.add_person("Administrator", None, &[]).await?.id);
        let mut tokens = [Vec::new(), Vec::new()];
        for ((role, count), tokens) in
            [(Role::Technician, people.0), (Role::Reviewer, people.1)].into_iter().zip(&mut tokens)
        {
            for number in 1..=count {
                let login = format!("{}{number}", role.name());
                let person = administrator.add_staff(&login, &login, &[role]).await?;
                let token = self.asked_by(person.id).make_program_token("load", None, 1).await?;
                tokens.push(token.token.reveal().to_owned());
            }
        }
        let [technicians, searchers] = tokens;
        let (sheets, texts) = tokio::task::spawn_blocking(move || (sheets(seed), Texts::new(seed)))
            .await
            .map_err(|cause| AppError::Child(cause.to_string()))?;
        let sheets = sheets?;
        let mut first = 0;
        while first < documents {
            let batch = self.open_batch(&format!("load {:06}", first / AT_ONCE), None, None).await?.batch.id;
            let last = (first + AT_ONCE).min(documents);
            self.make_documents(batch, first..last, &sheets, &texts).await?;
            first = last;
        }
        let queries = texts.queries(documents, QUERIES);
        Ok(LoadData { documents, technicians, searchers, queries })
    }

    async fn make_documents(
        &self,
        batch: BatchId,
        numbers: std::ops::Range<u64>,
        sheets: &[Sheet],
        texts: &Texts,
    ) -> Result<(), AppError> {
        let mut made: HashMap<Digest, (u64, Size)> = HashMap::new();
        let mut files = Vec::new();
        for number in numbers {
            // The blank page comes first.
            let index = if number < SHOWN { 1 + number as usize % (sheets.len() - 1).max(1) } else { 0 };
            let Some(sheet) = sheets.get(index).or(sheets.first()) else { continue };
            // What stands behind the end of an image makes each file another one.
            let bytes = [sheet.bytes.as_slice(), format!("document {number}").as_bytes()].concat();
            let digest = Digest::of(&bytes);
            made.insert(digest, (number, sheet.size));
            files.push((digest, number, bytes));
        }
        let put = |(digest, number, bytes): (Digest, u64, Vec<u8>)| async move {
            let size = bytes.len() as u64;
            self.areas.intake.put(digest, size, &mut bytes.as_slice(), &format!("load-{number}")).await?;
            Ok::<_, AppError>((digest, number, size))
        };
        let put: Vec<(Digest, u64, u64)> = stream::iter(files).map(put).buffered(WRITERS).try_collect().await?;
        for (scan, number, size) in put {
            let source_name = format!("scan{number:07}.png");
            let delivery = NewDelivery {
                id: new_delivery(),
                batch,
                scan,
                size,
                source_key: Digest::of(source_name.as_bytes()),
                source_name: &source_name,
                received_at: self.clock.now(),
                priority: 0,
                reject: None,
            };
            self.store.record_delivery(&delivery).await?;
        }
        self.read_documents(&made, texts).await
    }

    /// Does for every scan what a worker does, with a text that is made.
    async fn read_documents(&self, made: &HashMap<Digest, (u64, Size)>, texts: &Texts) -> Result<(), AppError> {
        let (worker, now) = (new_worker(), self.clock.now());
        while let Some(claimed) = self.store.claim_scan(worker, now, LEASE).await? {
            let Some((_, size)) = made.get(&claimed.claim.scan) else { continue };
            let dpi = Some((DPI as f32, DPI as f32));
            let opened = OpenedScan {
                format: "png".into(),
                damaged: false,
                decrypted_key: None,
                pages: vec![NewPage { number: PageNumber::FIRST, size: *size, dpi }],
                document: new_document(),
            };
            self.store.open_scan(&claimed.claim, &opened, now).await?;
        }
        loop {
            let claimed = self.store.claim_pages(worker, AT_ONCE as u32, now, LEASE).await?;
            if claimed.is_empty() {
                return Ok(());
            }
            let keep = |page: ClaimedPage| async move {
                let id = page.claim.page;
                let number = made.get(&id.scan).map_or(0, |(number, _)| *number);
                let kept = self.areas.results.put(texts.page(number, id, page.pipeline.clone())).await?;
                Ok::<_, AppError>((page, kept))
            };
            let kept: Vec<_> = stream::iter(claimed).map(keep).buffered(WRITERS).try_collect().await?;
            for (page, kept) in kept {
                self.store.finish_page(&page.claim, &kept.text, &kept.key, now).await?;
            }
        }
    }
}

/// Draws the pages of a synthetic chart, the smallest (a blank one) first.
fn sheets(seed: u64) -> Result<Vec<Sheet>, AppError> {
    let failed = |cause| AppError::Write { what: "the page images".into(), cause };
    let folder = tempfile::tempdir().map_err(failed)?;
    let charts = folder.path().join("charts");
    let options = Options { charts: 1, seed, degrade: Profile::Clean, dpi: DPI, containers: Container::Png };
    samples::generate(&options, &charts).map_err(|cause| AppError::Child(cause.to_string()))?;
    let mut sheets = Vec::new();
    for entry in std::fs::read_dir(&charts).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|end| end == "png") {
            sheets.push(sheet(&path)?);
        }
    }
    sheets.sort_by_key(|sheet| sheet.bytes.len());
    Ok(sheets)
}

fn sheet(path: &Path) -> Result<Sheet, AppError> {
    let bytes = std::fs::read(path).map_err(|cause| AppError::Write { what: "the page images".into(), cause })?;
    let (width, height) = image::image_dimensions(path).map_err(|cause| AppError::Child(cause.to_string()))?;
    let size = Size { width, height };
    Ok(Sheet { bytes, size })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::config::Config;

    #[tokio::test]
    async fn what_is_made_is_a_queue_of_read_documents_and_people_with_tokens() {
        let folder = tempfile::tempdir().unwrap();
        let config = Config::load(None, std::iter::empty(), Some(folder.path())).unwrap();
        let app = App::open(config).await.unwrap();
        let made = app.make_load_data(5, (2, 1), 1).await.unwrap();
        assert_eq!((made.technicians.len(), made.searchers.len()), (2, 1));
        assert!(made.queries.len() > 100);
        let person = app.store.people_with(Role::Technician).await.unwrap();
        assert_eq!(person, 2);
        let (rows, counts) =
            (app.store.desk_queue(None, None, 10, app.clock.now()).await.unwrap(), app.unseen().await.unwrap());
        assert_eq!((rows.len(), counts.files_not_opened, counts.pages_not_read), (5, 0, 0));
        assert!(app.make_load_data(5, (2, 1), 1).await.is_err(), "only into an empty folder");
    }
}
