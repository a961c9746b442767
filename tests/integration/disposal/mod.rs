//! Destruction: its rules, what it leaves, what stops it, and a crash at every write.

mod crash;
pub mod forgetting;
mod rules;
mod s3;
mod stopping;
mod working;

use std::path::Path;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use jiff::civil::{Date, date};
use jiff::{SignedDuration, Timestamp};
use muniment::archive::ocfl::{Author, LogicalPath, Original, RecordVersion, Root, VersionNumber, object_folder};
use muniment::archive::{Areas, Location, Lock, Vault};
use muniment::audit::{KeyChain, KeyLink, SigningKey};
use muniment::chart::facts::{
    Acceptance, DisposalFact, HoldFact, KeyFact, PeopleFact, Proposal, ProposedRecord, RecordFact,
};
use muniment::chart::{
    Actor, Clock, Digest, DisposalId, DocumentId, DocumentType, Fact, HoldId, HoldScope, LedgerEntry, PatientId,
    PersonId, RecordClass, RecordId, Role,
};
use muniment::disposal::{Destruction, DisposalError, Issued, Place, Ready, Standing, destroy, issue};
use muniment::store::{Store, StoreError};
use uuid::Uuid;

/// A clock that a test sets.
#[derive(Debug)]
pub struct Hands(Mutex<Timestamp>);

impl Hands {
    fn at(text: &str) -> Arc<Self> {
        Arc::new(Self(Mutex::new(text.parse().unwrap())))
    }

    fn advance(&self, by: SignedDuration) {
        let mut now = self.0.lock().unwrap();
        *now += by;
    }
}

impl Clock for Hands {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

/// An archive with three administrators and some records.
pub struct Site {
    store: Store,
    pub vault: Vault,
    areas: Areas,
    pub clock: Arc<Hands>,
    key: SigningKey,
    /// The last day of every record, the days of grace, and the lock of what is archived.
    terms: (Date, u32, Option<Lock>),
    /// Goes last.
    _folder: tempfile::TempDir,
}

const ANN: u64 = 1;
const BEN: u64 = 2;
const CYD: u64 = 3;

fn uuid(kind: u64, number: u64) -> Uuid {
    Uuid::from_u64_pair(0x0190_0000_0000_7000 + kind, 0x8000_0000_0000_0000 | number)
}

fn person(number: u64) -> PersonId {
    PersonId::from_uuid(uuid(1, number))
}

fn by(number: u64) -> Actor {
    Actor::Person(person(number))
}

fn record(number: u64) -> RecordId {
    RecordId::from_uuid(uuid(2, number))
}

pub fn disposal(number: u64) -> DisposalId {
    DisposalId::from_uuid(uuid(3, number))
}

fn computation(record: RecordId) -> Digest {
    Digest::of(record.to_string().as_bytes())
}

const LAST_DAY: Date = date(2029, 12, 31);

impl Site {
    pub async fn new(people: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&format!("sqlite:{}", folder.path().join("muniment.db").display())).await.unwrap();
        Self::with(folder, store, people).await
    }

    async fn with(folder: tempfile::TempDir, store: Store, people: u64) -> Self {
        let clock = Hands::at("2030-01-01T00:00:00Z");
        let vault = Vault::folder(&folder.path().join("archive"), clock.clone()).unwrap();
        let areas = Areas::new(&Location::folder(&folder.path().join("objects")).unwrap());
        let key = SigningKey::from_seed(&[9; 32]);
        let terms = (LAST_DAY, 30, None);
        let site = Self { store, vault, areas, clock, key, terms, _folder: folder };
        site.staff(people).await;
        site
    }

    /// Adds administrators and the key.
    async fn staff(&self, people: u64) {
        let site = self;
        for number in 1..=people {
            let added = PeopleFact::Added { person: person(number), name: format!("P{number}"), login: None };
            let granted = PeopleFact::Granted { person: person(number), role: Role::Administrator };
            site.enter(ANN, [Fact::People(added), Fact::People(granted)]).await.unwrap();
        }
        let (origin, public_key) = ("muniment/test".to_owned(), site.key.public());
        site.enter(ANN, [Fact::Key(KeyFact::Introduced { origin, public_key })]).await.unwrap();
    }

    async fn enter(&self, who: u64, facts: impl IntoIterator<Item = Fact>) -> Result<Vec<LedgerEntry>, StoreError> {
        let facts: Vec<Fact> = facts.into_iter().collect();
        self.store.record(by(who), self.clock.now(), &facts).await
    }

    async fn fact(&self, who: u64, fact: DisposalFact) -> Result<(), StoreError> {
        self.enter(who, [Fact::Disposal(fact)]).await.map(drop)
    }

    /// Puts a record with two versions into the archive.
    pub async fn archive(&self, number: u64) -> RecordId {
        let id = record(number);
        let root = Root::open(self.vault.clone()).await.unwrap();
        for version in 1..=2 {
            self.enter(ANN, [self.acceptance(number, version)]).await.unwrap();
            let files = [("record.json", format!("record of version {version}")), ("original/0001.tif", "scan".into())];
            let file = |(name, text): (&str, String)| (LogicalPath::new(name).unwrap(), Original::Bytes(text.into()));
            let deposited = root.deposit(RecordVersion {
                record: id,
                number: VersionNumber::new(version).unwrap(),
                message: "made".into(),
                author: Author { name: "Ann".into(), address: "urn:uuid:01900000-0000-7000-8000-00000000aaaa".into() },
                at: Timestamp::UNIX_EPOCH,
                files: files.into_iter().map(file).collect(),
                lock: self.terms.2,
            });
            let deposited = deposited.await.unwrap();
            let fact = RecordFact::Deposited {
                record: id,
                version,
                inventory: deposited.inventory.sha512.to_string(),
                bytes: deposited.bytes,
                locked_until: None,
            };
            self.enter(ANN, [Fact::Record(fact)]).await.unwrap();
        }
        id
    }

    fn acceptance(&self, number: u64, version: u32) -> Fact {
        Fact::Record(RecordFact::Accepted(Acceptance {
            record: record(number),
            version,
            document: DocumentId::from_uuid(uuid(4, number)),
            patient: PatientId::from_uuid(uuid(5, number)),
            kind: "discharge-summary".parse::<DocumentType>().unwrap(),
            class: "health-record".parse::<RecordClass>().unwrap(),
            encounters: vec![],
            scans: vec![],
            pages: 1,
            rule: None,
            correction: (version > 1).then_some(muniment::chart::CorrectionReason::Labels),
            final_at: self.clock.now(),
            second_review: false,
        }))
    }

    fn proposal(&self, number: u64, records: &[RecordId]) -> DisposalFact {
        let proposed = |record: &RecordId| ProposedRecord {
            record: *record,
            computation: computation(*record),
            last_day: self.terms.0,
            policy: "1/test/adult".into(),
        };
        DisposalFact::Proposed(Proposal {
            disposal: disposal(number),
            reason: "their retention is over".into(),
            grace_days: self.terms.1,
            records: records.iter().map(proposed).collect(),
        })
    }

    /// Takes a proposal to the end of its period of grace.
    pub async fn approve(&self, number: u64, records: &[RecordId]) -> DisposalId {
        self.fact(ANN, self.proposal(number, records)).await.unwrap();
        self.fact(BEN, DisposalFact::Reviewed { disposal: disposal(number), kept: vec![] }).await.unwrap();
        self.fact(BEN, DisposalFact::Approved { disposal: disposal(number) }).await.unwrap();
        self.fact(CYD, DisposalFact::Approved { disposal: disposal(number) }).await.unwrap();
        self.clock.advance(SignedDuration::from_hours(24 * i64::from(self.terms.1)));
        disposal(number)
    }

    async fn hold(&self, number: u64, record: RecordId) -> HoldId {
        let hold = HoldId::from_uuid(uuid(6, number));
        let placed = HoldFact::Placed {
            hold,
            matter: format!("case {number}"),
            reason: "a claim".into(),
            custodian: "legal".into(),
            scope: HoldScope::Records([record].into()),
            members: [record].into(),
        };
        self.enter(ANN, [Fact::Hold(placed)]).await.unwrap();
        hold
    }

    /// The folder of everything.
    pub fn folder(&self) -> &Path {
        self._folder.path()
    }

    fn places(&self) -> Vec<Place> {
        vec![Place::archive(self.vault.clone())]
    }

    pub async fn destroy(&self, number: u64) -> Result<Vec<Ready>, DisposalError> {
        self.destroy_in(number, &self.places()).await
    }

    pub async fn destroy_in(&self, number: u64, places: &[Place]) -> Result<Vec<Ready>, DisposalError> {
        let parts = Destruction {
            store: &self.store,
            places,
            areas: &self.areas,
            clock: self.clock.clone(),
            today: Box::new(|at| at.to_zoned(jiff::tz::TimeZone::UTC).date()),
            folder: Box::new(object_folder),
            actor: by(ANN),
            lock: None,
        };
        let standing = async |record| Ok(Standing::Eligible { computation: computation(record) });
        destroy(&parts, disposal(number), standing, |_| ()).await
    }

    async fn certify(&self, number: u64, places: &[Place]) -> Result<Issued, DisposalError> {
        let link = KeyLink { public_key: self.key.public(), signature: None };
        let keys = KeyChain { origin: "muniment/test".into(), keys: vec![link] };
        let now = (by(ANN), self.clock.now());
        issue(&self.store, places, (&self.key, &keys), disposal(number), now, &["deleted".to_owned()], None).await
    }

    async fn keys_of(&self, record: RecordId) -> Vec<String> {
        let versions = self.vault.versions(&object_folder(record)).await.unwrap();
        versions.into_iter().map(|version| version.key).collect()
    }
}

fn why<T: std::fmt::Debug>(outcome: Result<T, impl ToString + std::fmt::Debug>) -> String {
    outcome.unwrap_err().to_string()
}

fn bytes(text: &str) -> Bytes {
    Bytes::copy_from_slice(text.as_bytes())
}

fn archive_of(folder: &Path, clock: Arc<Hands>) -> Vault {
    Vault::folder(&folder.join("archive"), clock).unwrap()
}
