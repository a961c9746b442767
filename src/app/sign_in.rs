//! Signing in with a password and a code, or with a link that works once.

use jiff::{SignedDuration, Timestamp};
use tokio::sync::Semaphore;

use super::{App, AppError, new_id};
use crate::access::{SecondFactor, digest_password, password_fits, recovery_digest};
use crate::chart::facts::PeopleFact;
use crate::chart::{Actor, Digest, Fact, PersonId, Role};
use crate::store::{FailureTerms, LinkHolder, PersonRecord};

/// Digests of passwords that are made at once: each takes 19 MiB and a processor core.
static DIGESTING: Semaphore = Semaphore::const_new(2);
/// Digests that may wait; more attempts are turned away.
static WAITING: Semaphore = Semaphore::const_new(64);

/// An account has a few free attempts, then pauses that double.
const ACCOUNT: FailureTerms =
    FailureTerms { free: 5, first_pause: SignedDuration::from_secs(30), longest_pause: SignedDuration::from_mins(15) };
/// An address may be a whole ward behind one router.
const ADDRESS: FailureTerms =
    FailureTerms { free: 40, first_pause: SignedDuration::from_secs(10), longest_pause: SignedDuration::from_mins(15) };
/// Longest login or password that is looked at, in bytes.
const LONGEST: usize = 256;

/// Why somebody is not signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// Login, password or code are wrong: which one is not told.
    #[error("the login, the password or the code is wrong")]
    Wrong {
        /// Who it would have been, for the ledger.
        person: Option<PersonId>,
    },
    /// The password is right, and a code of the authenticator is asked for.
    #[error("give the code of your authenticator too, or a recovery code")]
    CodeNeeded,
    /// Too many attempts failed.
    #[error("too many attempts failed; wait and try again")]
    Blocked {
        /// Until when.
        until: Timestamp,
    },
    /// The link is worth nothing.
    #[error("this link was used already, or has expired; an administrator makes another")]
    Link,
    /// The program failed.
    #[error(transparent)]
    App(#[from] AppError),
}

impl From<crate::store::StoreError> for SignInError {
    fn from(cause: crate::store::StoreError) -> Self {
        Self::App(cause.into())
    }
}

impl App {
    /// Finds out who signs in with a password, and a code where one is set up. `address` is where they are.
    ///
    /// # Errors
    /// They are not signed in; too many attempts failed.
    pub async fn check_sign_in(
        &self,
        login: &str,
        password: &str,
        code: Option<&str>,
        address: &str,
    ) -> Result<PersonRecord, SignInError> {
        let login = login.trim();
        if login.len() > LONGEST || password.len() > LONGEST {
            return Err(SignInError::Wrong { person: None });
        }
        // Logins that nobody has are counted, too: being counted tells nothing about them.
        let account = account(login);
        self.begin_attempt(&format!("address:{address}"), ADDRESS).await?;
        self.begin_attempt(&account, ACCOUNT).await?;
        let person = self.store.person_by_login(login).await?.filter(|person| person.disabled_at.is_none());
        let id = person.as_ref().map(|person| person.id);
        let hash = match id {
            Some(id) => self.store.password_hash(id).await?,
            None => None,
        };
        let fits = self.password_fits(password, hash).await?;
        let Some(person) = person.filter(|_| fits) else { return Err(SignInError::Wrong { person: id }) };
        let totp = self.store.totp(person.id).await?.filter(|totp| totp.confirmed);
        if totp.is_some() {
            let Some(code) = code.filter(|code| !code.trim().is_empty()) else {
                let now = self.clock.now();
                self.store.forgive_attempt(&account, now).await?;
                self.store.forgive_attempt(&format!("address:{address}"), now).await?;
                return Err(SignInError::CodeNeeded);
            };
            if !self.code_fits(&person, code).await? {
                return Err(SignInError::Wrong { person: id });
            }
        }
        self.store.forget_failures(&account).await?;
        self.store.forgive_attempt(&format!("address:{address}"), self.clock.now()).await?;
        Ok(person)
    }

    /// Checks the password of the person who asks once more, before something that matters. Counted like signing in.
    ///
    /// # Errors
    /// It is wrong; too many attempts failed.
    pub async fn prove_again(&self, password: &str) -> Result<PersonRecord, SignInError> {
        let person = self.whoever().await?;
        let subject = format!("again:{}", person.id);
        self.begin_attempt(&subject, ACCOUNT).await?;
        let hash = self.store.password_hash(person.id).await?;
        if password.len() > LONGEST || !self.password_fits(password, hash).await? {
            return Err(SignInError::Wrong { person: Some(person.id) });
        }
        self.store.forget_failures(&subject).await?;
        Ok(person)
    }

    /// Finds out whom a link signs in, and uses it up: one of the terminal, or codes that administrators gave out. Whoever
    /// uses the first link of an archive becomes its first administrator, under the name and login given.
    ///
    /// # Errors
    /// The link is worth nothing; a second code is missing.
    pub async fn use_link(
        &self,
        token: &str,
        second: Option<&str>,
        first: Option<(&str, &str)>,
        address: &str,
    ) -> Result<PersonRecord, SignInError> {
        let subject = format!("address:{address}");
        self.begin_attempt(&subject, ADDRESS).await?;
        let (digest, now) = (Digest::of(token.trim().as_bytes()), self.clock.now());
        let person = match self.store.use_link(digest, now).await? {
            Some(LinkHolder::Person(person)) => person,
            Some(LinkHolder::FirstAdministrator) => self.add_first_administrator(first).await?,
            None => {
                let person = self.store.person_by_code(digest).await?.ok_or(SignInError::Link)?;
                let second = second.map(|second| Digest::of(second.trim().as_bytes()));
                let fact = PeopleFact::CodeUsed { code: digest, second };
                self.store.record(Actor::Person(person), now, &[Fact::People(fact)]).await?;
                person
            }
        };
        let person = self.store.person(person).await?.filter(|person| person.disabled_at.is_none());
        self.store.forgive_attempt(&subject, now).await?;
        person.ok_or(SignInError::Link)
    }

    async fn add_first_administrator(&self, first: Option<(&str, &str)>) -> Result<PersonId, SignInError> {
        if self.store.has_people().await? {
            return Err(SignInError::Link);
        }
        let own = super::actor::login_name().await;
        let (name, login) = first.unwrap_or((&own, &own));
        let (name, login) = (super::people::fit_name(name)?, super::people::fit_login(login)?);
        let person = PersonId::from_uuid(new_id());
        let facts = [
            Fact::People(PeopleFact::Added { person, name, login: Some(login) }),
            Fact::People(PeopleFact::Granted { person, role: Role::Administrator }),
        ];
        self.store.record(Actor::Person(person), self.clock.now(), &facts).await?;
        Ok(person)
    }

    /// Says whether a code is one of the person's authenticator that was not used yet, or a recovery code.
    pub(super) async fn code_fits(&self, person: &PersonRecord, code: &str) -> Result<bool, AppError> {
        let now = self.clock.now();
        let Some(totp) = self.store.totp(person.id).await? else { return Ok(false) };
        let login = person.login.as_deref().unwrap_or_default();
        let factor = SecondFactor::parse(totp.secret.reveal(), login);
        let seconds = u64::try_from(now.as_second()).unwrap_or(0);
        if let Some(step) = factor.and_then(|factor| factor.step_of(code, seconds)) {
            return Ok(self.store.use_totp_step(person.id, step).await?);
        }
        Ok(totp.confirmed && self.store.use_recovery_code(person.id, recovery_digest(code), now).await?)
    }

    /// Makes the digest of a password, away from the threads that answer requests.
    pub(super) async fn digest_password(&self, password: &str) -> Result<String, AppError> {
        let (password, salt) = (password.to_owned(), super::people::new_bytes());
        let digest = digesting(move || digest_password(&password, salt)).await?;
        digest.ok_or_else(|| AppError::Unfit("the password cannot be used".into()))
    }

    /// Where there is no digest, one is made all the same: how long an answer takes says nothing.
    async fn password_fits(&self, password: &str, hash: Option<String>) -> Result<bool, AppError> {
        let password = password.to_owned();
        digesting(move || match hash {
            Some(hash) => password_fits(&password, &hash),
            None => digest_password(&password, [0; 16]).is_none(),
        })
        .await
    }

    async fn begin_attempt(&self, subject: &str, terms: FailureTerms) -> Result<(), SignInError> {
        match self.store.begin_attempt(subject, terms, self.clock.now()).await? {
            Some(until) => Err(SignInError::Blocked { until }),
            None => Ok(()),
        }
    }
}

/// Accounts are counted by a digest: what people type by mistake, such as a password, is not kept.
fn account(login: &str) -> String {
    format!("account:{}", Digest::of(login.to_lowercase().as_bytes()))
}

async fn digesting<T: Send + 'static>(make: impl FnOnce() -> T + Send + 'static) -> Result<T, AppError> {
    let busy = || AppError::Busy("many people sign in at this moment; try again in a few seconds".into());
    let _place = WAITING.try_acquire().map_err(|_| busy())?;
    let _turn = DIGESTING.acquire().await.map_err(|_| busy())?;
    tokio::task::spawn_blocking(make).await.map_err(|cause| AppError::Child(cause.to_string()))
}
