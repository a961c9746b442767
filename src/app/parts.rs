//! Puts together what workers, children and the index need out of the configuration.

use std::path::PathBuf;
use std::time::Duration;

use super::config::Config;
use super::process::ProcessIdentity;
use super::{App, AppError, new_document, new_worker};
use crate::archive::ocfl::Root;
use crate::chart::{Secret, WorkerId};
use crate::pipeline::child::message::{FileLimits, Setup};
use crate::pipeline::engines;
use crate::pipeline::shelf::Shelf;
use crate::sandbox::{Launch, Limits, Pool, Recycle};
use crate::worker::{Depositor, Parts, Redrawer, Terms, Worker};

/// How long a child may take to open its models and lock itself down.
const CHILD_START: Duration = Duration::from_secs(60);
/// Resident memory above which a child is replaced: this part of what it may use.
const REPLACE_ABOVE: f64 = 0.75;

const MIB: u64 = 1 << 20;

impl App {
    /// Prepares a worker with its children. `passwords` are for encrypted files and kept nowhere. Claims of workers that
    /// died on this machine are free at once; those of other machines and containers run out with their leases.
    ///
    /// # Errors
    /// The program's own file cannot be found, or the database failed.
    pub async fn worker(&self, passwords: Vec<Secret>) -> Result<Worker, AppError> {
        self.free_claims_of_the_dead().await?;
        let recognition = &self.config.recognition;
        let worker = new_worker();
        Ok(Worker::new(Parts {
            store: self.store.clone(),
            areas: self.areas.clone(),
            shelf: Shelf::default(),
            pool: pool(&self.config, true, self.config.children())?,
            redrawer: self.redrawer()?,
            clock: self.clock.clone(),
            new_document: Box::new(new_document),
            worker,
            name: worker_name(),
            process: ProcessIdentity::own().map(|own| own.to_string()),
            passwords,
            depositor: self.depositor(worker).await?,
            terms: Terms {
                at_once: self.config.children(),
                max_pages: self.config.intake.max_pages,
                lease: Duration::from_secs(self.config.worker.lease_seconds),
                page_deadline: Duration::from_secs(recognition.page_seconds),
                file_deadline: Duration::from_secs(recognition.file_seconds),
            },
        }))
    }

    /// Prepares what makes deposits, with its children.
    ///
    /// # Errors
    /// The program's own file cannot be found, or the archive cannot be used.
    pub async fn depositor(&self, worker: WorkerId) -> Result<Depositor, AppError> {
        let app = self.clone();
        Ok(Depositor {
            store: self.store.clone(),
            areas: self.areas.clone(),
            root: Root::open(self.vault.clone()).await?,
            pool: pool(&self.config, false, self.config.children())?,
            redrawer: self.redrawer()?,
            clock: self.clock.clone(),
            worker,
            lease: Duration::from_secs(self.config.worker.lease_seconds),
            page_deadline: Duration::from_secs(self.config.recognition.page_seconds),
            locking: Box::new(move |record| {
                let app = app.clone();
                Box::pin(async move { app.first_lock(record).await.map_err(|cause| cause.to_string()) })
            }),
        })
    }

    /// Frees the claims of workers of this machine that died.
    pub(super) async fn free_claims_of_the_dead(&self) -> Result<(), AppError> {
        let now = self.clock.now();
        // A worker that was silent for much longer than a lease has no claims left.
        let since = now.checked_sub(jiff::SignedDuration::from_secs(86_400)).unwrap_or(now);
        let Some(own) = ProcessIdentity::own() else { return Ok(()) };
        for worker in self.store.workers(since).await? {
            let process = worker.process.and_then(|process| process.parse::<ProcessIdentity>().ok());
            if process.is_some_and(|process| process.has_ended(&own)) {
                self.store.expire_leases(worker.id, now).await?;
            }
        }
        Ok(())
    }

    /// Prepares the other renderer.
    ///
    /// # Errors
    /// The program's own file cannot be found.
    pub fn redrawer(&self) -> Result<Redrawer, AppError> {
        Ok(Redrawer {
            launcher: own_file()?,
            memory_bytes: self.config.recognition.memory_mib * MIB,
            deadline: Duration::from_secs(self.config.recognition.page_seconds),
        })
    }
}

/// Plans `size` reading children; with `recognise` they hold a recogniser, else they draw and write only.
///
/// # Errors
/// The program's own file cannot be found.
pub fn pool(config: &Config, recognise: bool, size: usize) -> Result<Pool, AppError> {
    let recognition = &config.recognition;
    if recognise && let Some(why) = engines::why_not_native(recognition.tessdata.as_deref(), &recognition.languages) {
        tracing::warn!("libtesseract reads where a pipeline asks for the native engine: {why}");
    }
    let setup = Setup {
        languages: recognise.then(|| recognition.languages.clone()),
        tessdata: recognition.tessdata.clone(),
        user_words: recognition.user_words.clone(),
        limits: FileLimits {
            max_file_bytes: config.intake.max_file_mib * MIB,
            max_pages: config.intake.max_pages,
            max_pixels: recognition.max_megapixels * 1_000_000,
        },
    };
    let memory_bytes = recognition.memory_mib * MIB;
    let limits = Limits { memory_bytes, ..Limits::default() };
    let launch = Launch::new(own_file()?, ["child", "read"], &setup, limits, CHILD_START)?;
    let recycle = Recycle {
        after_calls: recognition.pages_per_child.into(),
        above_resident_bytes: (memory_bytes as f64 * REPLACE_ABOVE) as u64,
    };
    Ok(Pool::new(launch, size, recycle))
}

fn own_file() -> Result<PathBuf, AppError> {
    std::env::current_exe().map_err(AppError::OwnFile)
}

/// Returns machine and process, for people who look at the list of workers.
pub(super) fn worker_name() -> String {
    let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
    format!("{host}/{}", std::process::id())
}
