//! The running program: configuration, database, object store, clock; and what several commands do with them.

pub mod actor;
pub mod archive_place;
pub mod archive_rates;
mod at_work;
pub mod audit;
pub mod auto_accept;
pub mod backup;
pub mod batch_report;
pub mod comparison;
pub mod config;
pub mod correction;
pub mod cover_sheets;
pub mod credentials;
pub mod custody;
pub mod dashboard;
pub mod deliver;
mod depositing;
pub mod disposal;
pub mod emergency;
mod evaluating;
pub mod files;
pub mod find;
pub mod fixity;
pub mod give_back;
mod hold_queries;
pub mod holds;
pub mod images;
mod indexing;
mod ledger;
mod links;
pub mod listening;
pub mod load_data;
pub mod locks;
pub mod lots;
pub mod measure;
pub mod paper;
mod parts;
mod people;
pub mod policy;
pub mod policy_impact;
mod process;
pub mod provider;
pub mod purging;
pub mod rebuild;
pub mod rebuild_rate;
mod record_facts;
pub mod retention;
pub mod review;
pub mod rights;
pub mod searching;
pub mod sessions;
mod shared;
pub mod sign_in;
pub mod staff;
pub mod station;
mod tickets;
pub mod uploads;
pub mod viewing;

use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::OnceCell;
use uuid::Uuid;

use crate::archive::{ArchiveError, Areas, Location, Vault, make_folder, sweep_leftovers};
use crate::chart::{Batch, BatchId, Clock, DeliveryId, DocumentId, WorkerId};
use crate::pipeline::shelf::Shelf;
use crate::pipeline::{Definition, DefinitionError};
use crate::store::{DocumentRecord, OpenedBatch, PageSelection, Store, StoreError};
use config::Config;
pub use parts::pool;

/// Age at which something half-written is nobody's work any more.
const LEFTOVER_AGE: jiff::SignedDuration = jiff::SignedDuration::from_hours(24);

/// The machine's clock: the only place that reads it.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock that everybody else is given")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// The opened program. Clones share everything.
#[derive(Clone)]
pub struct App {
    /// Its configuration.
    pub config: Arc<Config>,
    /// The database.
    pub store: Store,
    /// The object store.
    pub location: Location,
    /// The areas of the object store.
    pub areas: Areas,
    /// The archive: records and the ledger.
    pub vault: Vault,
    /// The time.
    pub clock: Arc<dyn Clock>,
    replica: Arc<OnceCell<Option<Vault>>>,
    prepared: Arc<OnceCell<station::Prepared>>,
    caller: actor::Caller,
    shared: Arc<shared::Shared>,
}

/// Why the program cannot be opened, or a command cannot be carried out.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The data folder cannot be made.
    #[error("the data folder {path} cannot be used: {cause}. Name another one with --data or in the configuration")]
    DataFolder {
        /// The folder.
        path: std::path::PathBuf,
        /// Why.
        cause: std::io::Error,
    },
    /// The object store failed.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// The records in the archive cannot be used.
    #[error(transparent)]
    Ocfl(#[from] crate::archive::ocfl::OcflError),
    /// A worker could not go on.
    #[error(transparent)]
    Worker(#[from] crate::worker::WorkerError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A source cannot be taken in.
    #[error(transparent)]
    Intake(#[from] crate::intake::IntakeError),
    /// The definitions of the index are wrong.
    #[error(transparent)]
    SearchDefinition(#[from] crate::search::DefinitionError),
    /// The index failed.
    #[error(transparent)]
    Index(#[from] crate::worker::IndexError),
    /// Another index takes in what changes.
    #[error(
        "the index in {folder} is out of date: another index was built from the same database since. \
         Run `muniment index rebuild` to search here"
    )]
    IndexReplaced {
        /// Its folder.
        folder: std::path::PathBuf,
    },
    /// The index has to be built anew.
    #[error("{0}. Run `muniment index rebuild`: it does both")]
    IndexUnusable(crate::search::IndexError),
    /// A file cannot be written.
    #[error("{what} cannot be written: {cause}")]
    Write {
        /// What.
        what: String,
        /// Why.
        cause: std::io::Error,
    },
    /// A child failed.
    #[error("{0}")]
    Child(String),
    /// A pipeline definition is wrong or unknown.
    #[error(transparent)]
    Definition(#[from] DefinitionError),
    /// A retention rule set or policy is wrong.
    #[error(transparent)]
    RuleSet(#[from] crate::retention::RuleSetError),
    /// Nothing answers to a name.
    #[error("{0}")]
    NotFound(String),
    /// The person at the command line is not known to this archive.
    #[error("{0}")]
    Unknown(String),
    /// The person may not do it.
    #[error(transparent)]
    Denied(#[from] crate::access::Denied),
    /// A query was not understood.
    #[error(transparent)]
    Query(#[from] crate::search::QueryError),
    /// An administrator has to say why they read charts.
    #[error("you read charts with a reason: say why you have to, and for how long")]
    ReasonNeeded,
    /// Too much is asked at this moment.
    #[error("{0}")]
    Busy(String),
    /// What was given cannot be used.
    #[error("{0}")]
    Unfit(String),
    /// Something on the pages has to be looked at first.
    #[error("{why}: {}", fields.join(", "))]
    Unconfirmed {
        /// What is to be done.
        why: String,
        /// The fields that it is about.
        fields: Vec<String>,
    },
    /// The program does not know its own file.
    #[error("the program's own file cannot be found: {0}")]
    OwnFile(std::io::Error),
    /// The signing key cannot be used.
    #[error(transparent)]
    Key(#[from] crate::audit::KeyError),
    /// A destruction cannot go on.
    #[error(transparent)]
    Disposal(#[from] crate::disposal::DisposalError),
    /// The ledger cannot be shipped.
    #[error(transparent)]
    Ship(#[from] crate::worker::ShipError),
    /// No child can be described.
    #[error(transparent)]
    Start(#[from] crate::sandbox::StartError),
}

impl App {
    /// Opens everything; makes the data folder, the object store and the database where there are none.
    ///
    /// # Errors
    /// A folder, the object store or the database cannot be used.
    pub async fn open(config: Config) -> Result<Self, AppError> {
        let app = Self::open_unfinished(config).await?;
        match app.store.setting(backup::UNFINISHED).await?.filter(|backup| !backup.is_empty()) {
            Some(_) => Err(AppError::Unfit(
                "a backup is being restored here, and that is not finished; run the same `muniment restore` again"
                    .into(),
            )),
            None => Ok(app),
        }
    }

    /// Opens everything, even where a restore was not finished: for those who finish it.
    pub(crate) async fn open_unfinished(config: Config) -> Result<Self, AppError> {
        make_folder(&config.data.folder)
            .map_err(|cause| AppError::DataFolder { path: config.data.folder.clone(), cause })?;
        let location = Location::folder(&config.store.folder)?;
        let store = Store::open(config.database.url.reveal()).await?;
        let areas = Areas::new(&location);
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let archive = config.archive.place().ok_or_else(|| AppError::NotFound("no archive is configured".into()))?;
        let vault = archive.vault(Some(&config.archive), clock.clone()).await?;
        sweep(location.clone(), vault.clone());
        let (replica, prepared, caller) = (Arc::default(), Arc::default(), actor::Caller::default());
        let shared = Arc::default();
        let config = Arc::new(config);
        Ok(Self { config, store, location, areas, vault, clock, replica, prepared, caller, shared })
    }

    /// Returns the vault that records are copied to, if one is configured; opened when it is first asked for.
    ///
    /// # Errors
    /// Its location cannot be used as it is configured.
    pub async fn replica(&self) -> Result<Option<&Vault>, AppError> {
        let config = &self.config.replica;
        let open = || async {
            match config.place() {
                Some(place) => place.vault(Some(config), self.clock.clone()).await.map(Some),
                None => Ok(None),
            }
        };
        Ok(self.replica.get_or_try_init(open).await?.as_ref())
    }

    /// Opens the batch `name`, making it if there is none, with the pipeline `pipeline` (or the configured one).
    ///
    /// # Errors
    /// The pipeline is unknown or wrong, or the database failed.
    pub async fn open_batch(
        &self,
        name: &str,
        pipeline: Option<&str>,
        expected_sheets: Option<u32>,
    ) -> Result<OpenedBatch, AppError> {
        let definition = self.definition(pipeline)?;
        Shelf::keep(&self.store, &definition).await?;
        let batch = Batch {
            id: BatchId::from_uuid(new_id()),
            name: name.to_owned(),
            pipeline: definition.stamp(),
            expected_sheets,
            opened_at: self.clock.now(),
        };
        Ok(self.store.open_batch(&batch).await?)
    }

    /// Returns the facility's time zone: the days of receipt are its days.
    pub fn zone(&self) -> jiff::tz::TimeZone {
        jiff::tz::TimeZone::get(&self.config.facility.zone).unwrap_or(jiff::tz::TimeZone::UTC)
    }

    /// Returns the pipeline definition of that name, or the configured one.
    ///
    /// # Errors
    /// There is none of that name, or it is wrong.
    pub fn definition(&self, name: Option<&str>) -> Result<Definition, AppError> {
        let name = name.unwrap_or(&self.config.pipelines.default);
        let definition = Definition::load(name, self.config.pipelines.folder.as_deref())?;
        Ok(definition.with_languages(&self.config.recognition.languages))
    }

    /// Returns the batch with this name or id.
    ///
    /// # Errors
    /// There is none, or the database failed.
    pub async fn batch(&self, name: &str) -> Result<Batch, AppError> {
        if let Some(batch) = self.store.batch_by_name(name).await? {
            return Ok(batch);
        }
        let by_id = match name.parse() {
            Ok(id) => self.store.batch(id).await?,
            Err(_) => None,
        };
        by_id.ok_or_else(|| AppError::NotFound(format!("there is no batch {name:?}. `muniment batch list` names them")))
    }

    /// Returns the pages of the batch of that name or id, or else of the document whose id begins so.
    ///
    /// # Errors
    /// There is neither, or the database failed.
    pub async fn batch_or_document(&self, name: &str) -> Result<PageSelection, AppError> {
        match self.batch(name).await {
            Ok(batch) => return Ok(PageSelection::Batch(batch.id)),
            Err(AppError::NotFound(_)) => {}
            Err(cause) => return Err(cause),
        }
        match self.document(name).await {
            Err(AppError::NotFound(_)) if self.store.documents_by_prefix(name, 1).await?.is_empty() => {
                let advice = "`muniment batch list` names the batches, `muniment show --batch NAME` the documents";
                Err(AppError::NotFound(format!("there is neither a batch nor a document {name:?}. {advice}")))
            }
            document => Ok(PageSelection::Document(document?.id)),
        }
    }

    /// Returns the document whose id begins with `prefix`.
    ///
    /// # Errors
    /// There is none, or more than one, or the database failed.
    pub async fn document(&self, prefix: &str) -> Result<DocumentRecord, AppError> {
        let mut found = self.store.documents_by_prefix(prefix, 2).await?;
        match (found.pop(), found.is_empty()) {
            (Some(document), true) => Ok(document),
            (Some(_), false) => {
                Err(AppError::NotFound(format!("more than one document id begins with {prefix:?}; give more of it")))
            }
            (None, _) => Err(AppError::NotFound(format!(
                "there is no document {prefix:?}. `muniment show --batch NAME` lists a batch's documents"
            ))),
        }
    }
}

/// Removes what killed runs left half-written, at most once a day, beside everything else.
fn sweep(location: Location, vault: Vault) {
    let before = SystemClock.now() - LEFTOVER_AGE;
    tokio::spawn(async move {
        if let Err(cause) = sweep_leftovers(&location, before.into()).await {
            tracing::warn!(%cause, "leftovers were not swept");
        }
        if let Err(cause) = vault.sweep(before.into()).await {
            tracing::warn!(%cause, "leftovers in the archive were not swept");
        }
    });
}

/// Makes a new identifier, sorted by time.
#[expect(clippy::disallowed_methods, reason = "the application is the one place that makes identifiers")]
pub fn new_id() -> Uuid {
    Uuid::now_v7()
}

/// Makes a new delivery's id.
pub fn new_delivery() -> DeliveryId {
    DeliveryId::from_uuid(new_id())
}

fn new_document() -> DocumentId {
    DocumentId::from_uuid(new_id())
}

fn new_worker() -> WorkerId {
    WorkerId::from_uuid(new_id())
}
