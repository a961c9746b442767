//! Page images for viewers: made by children, kept in a bounded folder, each made once however many ask for it.

pub mod cache;
pub mod shape;
mod shown;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

pub use shape::{ImageId, Pack, Piece, Shape};

use super::give_back::Sources;
use super::rights::no_such;
use super::{App, AppError, parts};
use crate::chart::{DocumentId, PageId};
use crate::pipeline::child::message::{Drawing, Level, Request, Response};
use crate::sandbox::Pool;
use cache::Cache;

const MIB: u64 = 1 << 20;

/// A lock for each pack of pieces that is being made: whoever wants the same waits for it.
type Making = HashMap<(ImageId, Pack), Arc<tokio::sync::Mutex<()>>>;

/// The images of a running server.
pub struct PageImages {
    pool: Pool,
    cache: Cache,
    making: Mutex<Making>,
}

impl App {
    /// Returns the size of a page's image after its turn, and with it all its pieces.
    ///
    /// # Errors
    /// There is no such page; the database failed.
    pub async fn image_shape(&self, image: ImageId) -> Result<Shape, AppError> {
        let page = self.store.page(image.page).await?.ok_or_else(|| no_such("page"))?;
        Ok(Shape(image.turn.turned_size(self.shown_size(page.size))))
    }

    /// Returns a piece of a page as JPEG: as it is kept, or made now. Whoever asks must have been allowed to see `document`,
    /// which shows the page.
    ///
    /// # Errors
    /// The page cannot be drawn; the folder of the images cannot be used.
    pub async fn image_piece(&self, document: DocumentId, image: ImageId, piece: Piece) -> Result<Vec<u8>, AppError> {
        let images = self.images().await?;
        if let Some(found) = images.find(image, piece).await? {
            return Ok(found);
        }
        let app = self.clone();
        let making = Arc::clone(&images);
        // A viewer that turns the page stops waiting; what was begun is finished all the same, for the next one.
        let made = tokio::spawn(async move { app.make_once(&making, document, image, piece.pack).await });
        made.await.map_err(|_| AppError::Child("the page image was not finished".into()))??;
        images.find(image, piece).await?.ok_or_else(|| no_such("page"))
    }

    /// Removes the pieces of all pages of scans.
    ///
    /// # Errors
    /// A file cannot be removed.
    pub fn forget_images(&self, scans: &[crate::chart::Digest]) -> Result<(), AppError> {
        let failed = |cause| AppError::Write { what: "the folder of the page images".into(), cause };
        scans.iter().try_for_each(|scan| cache::forget(&self.config.images.folder, *scan).map_err(failed))
    }

    async fn images(&self) -> Result<Arc<PageImages>, AppError> {
        let open = || async {
            let (folder, most) = (self.config.images.folder.clone(), self.config.images.cache_mib * MIB);
            let opening = tokio::task::spawn_blocking(move || Cache::open(&folder, most));
            let opened = opening.await.map_err(|_| AppError::Child("the page images were not opened".into()))?;
            let failed = |cause| AppError::Write { what: "the folder of the page images".into(), cause };
            let pool = parts::pool(&self.config, false, self.config.images.children)?;
            Ok(Arc::new(PageImages { pool, cache: opened.map_err(failed)?, making: Mutex::default() }))
        };
        self.shared.images.get_or_try_init(open).await.cloned()
    }

    async fn make_once(
        &self,
        images: &Arc<PageImages>,
        document: DocumentId,
        image: ImageId,
        pack: Pack,
    ) -> Result<(), AppError> {
        let key = (image, pack);
        let turn = Arc::clone(images.making().entry(key).or_default());
        let guard = turn.lock().await;
        // Somebody else may have made it meanwhile.
        let made = if images.find(image, Piece { pack, index: 0, reduction: 1 }).await?.is_some() {
            Ok(())
        } else {
            self.make(images, document, image, pack).await
        };
        drop(guard);
        let mut making = images.making();
        // The map and this one: nobody waits.
        if Arc::strong_count(&turn) <= 2 {
            making.remove(&key);
        }
        made
    }

    async fn make(
        &self,
        images: &Arc<PageImages>,
        document: DocumentId,
        image: ImageId,
        pack: Pack,
    ) -> Result<(), AppError> {
        let page = self.store.page(image.page).await?.ok_or_else(|| no_such("page"))?;
        let size = self.shown_size(page.size);
        let levels: Vec<Level> = Shape(image.turn.turned_size(size)).levels(pack);
        let request = |drawing: Drawing, place: PageId| Request::Pieces {
            scan: place.scan,
            number: place.number,
            size,
            turn: image.turn,
            levels: levels.clone(),
            drawing,
        };
        let mut child = images.pool.lease().await?;
        let mut sources = Sources::of(Some(document));
        let answer = self.ask_about(&mut child, (image.page, page.size), &mut sources, request).await?;
        let (lengths, bytes) =
            match answer.map_err(|cause| AppError::Child(format!("the page cannot be drawn: {cause}")))? {
                (Response::Pieces(lengths), bytes) => (lengths, bytes),
                (Response::Rejected(reject), _) => return Err(AppError::Child(reject.message)),
                (Response::Failed(why), _) => {
                    return Err(AppError::Child(format!("the page cannot be drawn: {why}")));
                }
                _ => return Err(AppError::Child("the page cannot be drawn".into())),
            };
        drop(child);
        let sum: u64 = lengths.iter().copied().map(u64::from).sum();
        if sum != bytes.len() as u64 {
            return Err(AppError::Child("the page cannot be drawn: the answer is not whole".into()));
        }
        let keeping = Arc::clone(images);
        let kept = tokio::task::spawn_blocking(move || keeping.cache.put(image, pack, &lengths, &bytes));
        let failed = |cause| AppError::Write { what: "a page image".into(), cause };
        kept.await.map_err(|_| AppError::Child("the page image was not kept".into()))?.map_err(failed)?;
        // What was destroyed while it was drawn must leave nothing behind.
        if self.store.documents_of_page(image.page).await?.is_empty() {
            images.cache.forget(image.page.scan).map_err(failed)?;
            return Err(no_such("page"));
        }
        Ok(())
    }
}

impl PageImages {
    async fn find(self: &Arc<Self>, image: ImageId, piece: Piece) -> Result<Option<Vec<u8>>, AppError> {
        let images = Arc::clone(self);
        let reading = tokio::task::spawn_blocking(move || images.cache.get(image, piece.pack, piece.index));
        let failed = |cause| AppError::Write { what: "a page image".into(), cause };
        reading.await.map_err(|_| AppError::Child("the page image was not read".into()))?.map_err(failed)
    }

    fn making(&self) -> std::sync::MutexGuard<'_, Making> {
        self.making.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
