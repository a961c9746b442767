//! The ledger in use: the key that signs it, recording, and shipping at most a minute behind.

use std::path::PathBuf;
use std::time::Duration;

use jiff::SignedDuration;

use super::{App, AppError};
use crate::archive::{Lock, LockMode};
use crate::audit::{KeyError, SigningKey};
use crate::chart::facts::{KeyFact, rotation_statement};
use crate::chart::{Actor, Fact, LedgerEntry, PublicKey};
use crate::store::StoreError;
use crate::worker::{LedgerLocks, Shipped, Stop, ship};

/// How often whoever runs for long ships what is new.
const SHIP_EVERY: Duration = Duration::from_secs(20);
/// Days that what longer segments are going to supersede is locked at first.
const PASSING_DAYS: i64 = 1;
/// How long a command waits at its end for what it recorded to be shipped.
const AT_THE_END: Duration = Duration::from_secs(30);

impl App {
    /// Enters facts in the ledger, all or none, and ships them. Shipping that fails is logged and done later.
    ///
    /// # Errors
    /// A fact contradicts what was recorded before, or the database failed.
    pub async fn enter(&self, actor: Actor, facts: &[Fact]) -> Result<Vec<LedgerEntry>, AppError> {
        let entries = self.store.record(actor, self.clock.now(), facts).await?;
        self.ship_at_the_end().await;
        Ok(entries)
    }

    /// Ships what the archive does not have yet; to be called at the end of every command that records. What fails is
    /// logged, and done by the next command or worker.
    pub async fn ship_at_the_end(&self) {
        match tokio::time::timeout(AT_THE_END, self.ship_ledger()).await {
            Ok(Ok(_)) => {}
            Ok(Err(cause)) => tracing::warn!("the ledger was not shipped to the archive: {cause}"),
            Err(_) => tracing::warn!("the archive is slow; the ledger will be shipped by the next command"),
        }
    }

    /// Ships what is new every now and then until `done` is raised, and once more then.
    pub async fn keep_ledger_shipped(&self, done: &Stop) {
        let mut said = String::new();
        while !done.is_raised() {
            // A machine that does not have the key leaves shipping to the one that has: once is enough to say so.
            match tokio::time::timeout(AT_THE_END, self.ship_ledger()).await {
                Ok(Ok(_)) => said.clear(),
                Ok(Err(cause)) if cause.to_string() == said => {}
                Ok(Err(cause)) => {
                    said = cause.to_string();
                    tracing::warn!("the ledger was not shipped to the archive: {said}");
                }
                Err(_) => tracing::warn!("the archive is slow; the ledger is tried again"),
            }
            tokio::select! {
                () = tokio::time::sleep(SHIP_EVERY) => {}
                () = done.raised() => {}
            }
        }
        if said.is_empty() {
            self.ship_at_the_end().await;
        }
    }

    /// Ships what the archive does not have yet. The first time, the signing key is made and announced.
    ///
    /// # Errors
    /// The key cannot be used, the database or the archive failed, or the archive holds another ledger.
    pub async fn ship_ledger(&self) -> Result<Shipped, AppError> {
        let size = self.store.ledger_size().await?;
        if size == 0 {
            return Ok(Shipped { entries: 0, size });
        }
        let key = self.signing_key().await?;
        let passing = self.lock_for_days(i64::from(self.config.ledger.lock_days).min(PASSING_DAYS));
        let locks = LedgerLocks { settled: self.ledger_lock(), passing };
        Ok(ship(&self.store, &self.vault, &key, &locks).await?)
    }

    /// Returns the key that signs. The first time, it is made, kept in its file, and announced in the ledger.
    ///
    /// # Errors
    /// The key file is missing or unusable, or the database failed.
    pub async fn signing_key(&self) -> Result<SigningKey, AppError> {
        let path = &self.config.ledger.key;
        let announced = self.store.ledger_keys().await?.pop();
        let Some(announced) = announced else {
            let key = first_key(path)?;
            self.introduce(&key).await?;
            return Ok(key);
        };
        match SigningKey::open(path) {
            Ok(key) if key.public() == announced.public_key => Ok(key),
            Err(KeyError::Missing { .. }) | Ok(_) => self.finish_rotation(&announced.public_key),
            Err(cause) => Err(cause.into()),
        }
    }

    /// Puts a new key in the place of the one that signs, which signs for it first. Returns the new one.
    ///
    /// # Errors
    /// The old key cannot be used, `actor` may not do it, or the database failed.
    pub async fn rotate_key(&self, actor: Actor) -> Result<PublicKey, AppError> {
        let old = self.signing_key().await?;
        let origin = self.store.ledger_keys().await?.pop().map(|record| record.origin).unwrap_or_default();
        let new = self.next_key()?;
        let statement = rotation_statement(&origin, old.public().fingerprint(), &new.public());
        let fact = KeyFact::Rotated { public_key: new.public(), signature: old.sign(statement.as_bytes()) };
        // The old key signs everything up to here; whoever pinned it can follow from a checkpoint of its own.
        self.ship_ledger().await?;
        self.store.record(actor, self.clock.now(), &[Fact::Key(fact)]).await?;
        self.finish_rotation(&new.public())?;
        self.ship_at_the_end().await;
        Ok(new.public())
    }

    /// Puts a new key in the place of a lost one; nothing vouches for it.
    ///
    /// # Errors
    /// The key is not lost, `actor` may not do it, or the database failed.
    pub async fn replace_key(&self, actor: Actor, reason: &str) -> Result<PublicKey, AppError> {
        if self.signing_key().await.is_ok() {
            let why = "the signing key is here and fits; `muniment audit key rotate` has it sign for its successor";
            return Err(StoreError::Refused { why: why.into() }.into());
        }
        let new = self.next_key()?;
        let fact = KeyFact::Replaced { public_key: new.public(), reason: reason.to_owned() };
        self.store.record(actor, self.clock.now(), &[Fact::Key(fact)]).await?;
        self.finish_rotation(&new.public())?;
        self.ship_at_the_end().await;
        Ok(new.public())
    }

    /// Returns the lock of what stays for good: the ledger, certificates, tombstones; none if the configuration wants none.
    pub(super) fn ledger_lock(&self) -> Option<Lock> {
        self.lock_for_days(i64::from(self.config.ledger.lock_days))
    }

    fn lock_for_days(&self, days: i64) -> Option<Lock> {
        let until = self.clock.now().checked_add(SignedDuration::from_hours(24 * days)).ok()?;
        (days > 0).then_some(Lock { mode: LockMode::Compliance, until, held: false })
    }

    async fn introduce(&self, key: &SigningKey) -> Result<(), AppError> {
        let public_key = key.public();
        let origin = format!("muniment/ledger/{}", public_key.fingerprint().short());
        let fact = Fact::Key(KeyFact::Introduced { origin, public_key });
        match self.store.record(Actor::Program, self.clock.now(), &[fact]).await {
            // Another run on this machine was faster, with the same file.
            Err(StoreError::Refused { .. }) => Ok(()),
            outcome => outcome.map(drop).map_err(AppError::from),
        }
    }

    /// Makes the key that comes next, in a file beside the present one; goes on with one that was left there.
    fn next_key(&self) -> Result<SigningKey, AppError> {
        first_key(&self.next_key_path())
    }

    /// Lets the next key take the present one's place, once the ledger has announced it. A crash between the two is
    /// mended by the next use of the key.
    fn finish_rotation(&self, announced: &PublicKey) -> Result<SigningKey, AppError> {
        let (path, next) = (&self.config.ledger.key, self.next_key_path());
        let key = match SigningKey::open(&next) {
            Ok(key) if &key.public() == announced => key,
            // Neither file is the announced key: say what is wrong with the one that should be.
            _ => {
                SigningKey::open(path)?;
                return Err(crate::worker::ShipError::OtherKey.into());
            }
        };
        std::fs::rename(&next, path).map_err(|cause| KeyError::Io { path: path.clone(), cause })?;
        Ok(key)
    }

    fn next_key_path(&self) -> PathBuf {
        self.config.ledger.key.with_extension("next.pem")
    }
}

/// Opens the key at `path`, or makes it.
fn first_key(path: &std::path::Path) -> Result<SigningKey, AppError> {
    match SigningKey::open(path) {
        Err(KeyError::Missing { .. }) => {}
        outcome => return Ok(outcome?),
    }
    let key = SigningKey::from_seed(&new_seed());
    match key.keep(path) {
        Ok(()) => Ok(key),
        Err(KeyError::Exists { .. }) => Ok(SigningKey::open(path)?),
        Err(cause) => Err(cause.into()),
    }
}

#[expect(clippy::disallowed_methods, reason = "the application is the one place that makes keys")]
fn new_seed() -> [u8; 32] {
    rand::random()
}
