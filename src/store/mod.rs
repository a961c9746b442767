//! The database: plain SQL, the same text on SQLite and PostgreSQL.
//!
//! [`Store`] is the only entry. Each aggregate has its own file: batches, deliveries, scans, documents, pages, results,
//! rejects, the index outbox, workers and settings. Work is durable: a scan or a page is *claimed* with a lease, and
//! what the worker made of it is written in the same transaction that ends the claim, so that it counts exactly once.
//!
//! The names of source files may name a patient. They are kept in `deliveries` and nowhere else; no error and no log of
//! this module carries them.

mod acceptance_rules;
mod batches;
mod candidates;
mod claims;
mod computations;
mod corrections;
mod credentials;
mod deleted_text;
mod deliveries;
mod deposits;
mod disposal_work;
mod disposals;
mod documents;
mod duties;
mod engine;
mod error;
mod events;
mod facts;
mod fixity;
mod forms;
mod grants;
mod holds;
mod ledger;
mod ledger_keys;
mod loading;
mod locks;
mod lots;
mod migrations;
mod outbox;
mod page_progress;
mod page_work;
mod pages;
mod patients;
mod people;
mod policies;
mod purging;
mod records;
mod rejects;
mod replications;
mod reprocessing;
mod restoring;
mod results;
mod review;
mod saved_searches;
mod scan_work;
mod scans;
mod sessions;
mod settings;
mod settling;
mod sign_in_links;
mod snapshot;
mod splitting;
mod values;
mod work_left;
mod workers;

pub use acceptance_rules::AcceptanceRuleRow;
pub use batches::OpenedBatch;
pub use candidates::CandidateRecord;
pub use claims::{Attempt, Claim, ClaimedPage, ClaimedScan, MAX_ATTEMPTS, MAX_LOST_LEASES, PageClaim, ScanClaim};
pub use computations::ComputationRow;
pub use credentials::SignInMeans;
pub use deliveries::{DeliveryRecord, NewDelivery, Recorded};
pub use deposits::{DepositClaim, DepositState, DepositedVersion, WaitingRow};
pub use disposal_work::{Intent, ObjectToRemove};
pub use disposals::{DisposalRecordRow, DisposalRecordState, DisposalRow, DisposalState};
pub use documents::{DocumentPage, DocumentRecord};
pub use duties::{DutyClaim, DutyRow, TurnEnd};
pub use engine::Store;
pub use error::StoreError;
pub use events::{EventRow, MergeRow, RecordHistory, VersionHistory};
pub use fixity::{FixityCheck, FixityFigures, FixityProblem, OpenProblem};
pub use forms::{ColumnForm, ColumnKind, TableForm};
pub use grants::{GrantRow, GrantedDocuments};
pub use holds::HoldRow;
pub use ledger::StoredEntry;
pub use ledger_keys::KeyRecord;
pub use loading::Loading;
pub use locks::{LockDifference, LockFigures, OpenDifference, SeenLocks};
pub use lots::{LotCandidates, LotDocument, LotRow, LotState};
pub use outbox::{IndexedPage, OutboxEntry};
pub use pages::{NewPage, PageRecord, PageSelection, PageWork, Reliability};
pub use people::PersonRecord;
pub use policies::PolicyRow;
pub use purging::{PurgeCandidate, PurgeObstacle};
pub use records::{RecordRow, RecordState, VersionRow};
pub use rejects::RejectRecord;
pub use replications::ReplicaFigures;
pub use restoring::{ArchivedVersion, UndepositedVersion};
pub use results::{ResultRecord, Standing};
pub use review::AcceptanceTerms;
pub use saved_searches::SavedSearch;
pub use scan_work::OpenedScan;
pub use scans::{ScanRecord, ScanState};
pub use sessions::{SessionRow, SignInMethod};
pub use sign_in_links::LinkHolder;
pub use snapshot::{Snapshot, WorkingObject};
pub use work_left::WorkLeft;
pub use workers::WorkerRecord;
