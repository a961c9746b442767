//! What a person signs in with, as they set it up themselves: password, second factor, tokens for programs.

use jiff::{SignedDuration, Timestamp};

use super::people::new_bytes;
use super::sign_in::SignInError;
use super::{App, AppError};
use crate::access::{Permission, RECOVERY_CODES, SecondFactor, check_password, recovery_code, recovery_digest};
use crate::chart::facts::{AccessFact, PeopleFact};
use crate::chart::{Actor, Digest, Fact, PersonId, Secret};
use crate::store::{PersonRecord, SessionRow, SignInMethod, TokenRow};

/// How long a link lets a person set a new password without the old one.
const LINK_SETS: SignedDuration = SignedDuration::from_mins(30);
/// Tokens that one person may have.
const MOST_TOKENS: usize = 20;
/// Longest name of a token, in characters.
const LONGEST_NAME: usize = 60;
/// Scope for what takes no permission.
pub const OWN_SCOPE: &str = "own";

/// A second factor that is being set up.
#[derive(Debug, Clone)]
pub struct NewFactor {
    /// The secret, for people who type it.
    pub secret: Secret,
    /// The address that an authenticator reads.
    pub uri: Secret,
}

/// A token that was just made.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// The token, which is kept nowhere.
    pub token: Secret,
    /// Its digest, by which it is known.
    pub digest: Digest,
    /// When it ends.
    pub expires_at: Timestamp,
}

impl App {
    /// Sets the password of the person who asks. It takes the old one, unless they have none or have just come in by a link.
    /// Their other sessions end.
    ///
    /// # Errors
    /// The old one is wrong; the new one is too short or easily guessed.
    pub async fn set_password(
        &self,
        session: &SessionRow,
        old: Option<&str>,
        new: &str,
    ) -> Result<PersonRecord, SignInError> {
        let person = self.whoever().await?;
        let now = self.clock.now();
        let has_one = self.store.password_hash(person.id).await?.is_some();
        let by_link = session.method == SignInMethod::Link && now.duration_since(session.opened_at) < LINK_SETS;
        if has_one && !by_link {
            self.prove_again(old.unwrap_or_default()).await?;
        }
        let login = person.login.clone().unwrap_or_default();
        if login.is_empty() {
            let why = "you have no login yet: an administrator gives you one, then you can set a password";
            return Err(AppError::Unfit(why.into()).into());
        }
        check_password(new, &login).map_err(|cause| AppError::Unfit(cause.to_string()))?;
        let hash = self.digest_password(new).await?;
        self.store.keep_password(person.id, &hash, now).await?;
        self.store.end_sessions(person.id, Some(session.digest)).await?;
        self.note_access(person.id, AccessFact::PasswordSet).await?;
        Ok(person)
    }

    /// Begins to set up a second factor: it counts once a code of it was given to [`App::confirm_factor`].
    ///
    /// # Errors
    /// There is one already.
    pub async fn begin_factor(&self) -> Result<NewFactor, AppError> {
        let person = self.whoever().await?;
        let login = person.login.as_deref().unwrap_or(&person.name);
        let factor = SecondFactor::new(new_bytes(), login);
        let factor = factor.ok_or_else(|| AppError::Unfit("your login cannot be shown by an authenticator".into()))?;
        if !self.store.keep_totp(person.id, &factor.base32(), self.clock.now()).await? {
            return Err(AppError::Unfit("you have a second factor already: take it away first".into()));
        }
        let uri = factor.uri().unwrap_or_else(|| factor.base32());
        Ok(NewFactor { secret: factor.base32(), uri })
    }

    /// Has the second factor asked for from now on, once a code of it is right. Returns recovery codes, which are kept nowhere.
    ///
    /// # Errors
    /// The code is wrong, or nothing was begun.
    pub async fn confirm_factor(&self, code: &str) -> Result<Vec<Secret>, AppError> {
        let person = self.whoever().await?;
        if self.store.totp(person.id).await?.is_none_or(|totp| totp.confirmed) {
            return Err(AppError::Unfit("there is no second factor to confirm: begin to set one up".into()));
        }
        if !self.code_fits(&person, code).await? {
            return Err(AppError::Unfit("the code is wrong, or was used already: wait for the next one".into()));
        }
        let codes: Vec<Secret> = (0..RECOVERY_CODES).map(|_| recovery_code(new_bytes())).collect();
        let digests: Vec<Digest> = codes.iter().map(|code| recovery_digest(code.reveal())).collect();
        self.store.confirm_totp(person.id, &digests, self.clock.now()).await?;
        self.note_access(person.id, AccessFact::SecondFactorSet).await?;
        Ok(codes)
    }

    /// Takes the second factor of the person who asks away.
    ///
    /// # Errors
    /// The password is wrong.
    pub async fn remove_own_factor(&self, password: &str) -> Result<(), SignInError> {
        let person = self.prove_again(password).await?;
        if self.store.remove_totp(person.id).await? {
            self.note_access(person.id, AccessFact::SecondFactorRemoved { person: person.id }).await?;
        }
        Ok(())
    }

    /// Makes a token for a program of the person who asks, good for `scopes` (names of permissions, and `own`) or for
    /// everything that they may do.
    ///
    /// # Errors
    /// A scope is unknown; there are too many tokens; the time is too long.
    pub async fn make_program_token(
        &self,
        name: &str,
        scopes: Option<Vec<String>>,
        days: u32,
    ) -> Result<NewToken, AppError> {
        let person = self.whoever().await?.id;
        let name = name.trim();
        if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
            return Err(AppError::Unfit(format!("a token's name has 1 to {LONGEST_NAME} printable characters")));
        }
        let known = |scope: &String| scope == OWN_SCOPE || Permission::ALL.iter().any(|known| known.name() == scope);
        if let Some(unknown) = scopes.iter().flatten().find(|scope| !known(scope)) {
            return Err(AppError::Unfit(format!(
                "{unknown:?} is no scope: take names of permissions, or {OWN_SCOPE:?}"
            )));
        }
        if self.own_tokens().await?.len() >= MOST_TOKENS {
            return Err(AppError::Unfit(format!(
                "you have {MOST_TOKENS} tokens: revoke one that is not used any more"
            )));
        }
        let (token, expires_at) = self.make_token(days)?;
        let digest = Digest::of(token.as_bytes());
        let fact = PeopleFact::TokenIssued { person, token: digest, expires_at, name: Some(name.to_owned()), scopes };
        self.store.record(Actor::Person(person), self.clock.now(), &[Fact::People(fact)]).await?;
        Ok(NewToken { token: Secret::new(token), digest, expires_at })
    }

    /// Returns the tokens of the person who asks that are still worth something.
    ///
    /// # Errors
    /// The database failed.
    pub async fn own_tokens(&self) -> Result<Vec<TokenRow>, AppError> {
        let person = self.whoever().await?.id;
        Ok(self.store.tokens_of(person, self.clock.now()).await?)
    }

    /// Makes one token of the person who asks worthless.
    ///
    /// # Errors
    /// There is no such token.
    pub async fn revoke_own_token(&self, token: Digest) -> Result<(), AppError> {
        let person = self.whoever().await?.id;
        if !self.own_tokens().await?.iter().any(|row| row.digest == token) {
            return Err(AppError::NotFound("you have no such token".into()));
        }
        let fact = Fact::People(PeopleFact::TokenRevoked { token });
        self.store.record(Actor::Person(person), self.clock.now(), &[fact]).await?;
        Ok(())
    }

    async fn note_access(&self, person: PersonId, fact: AccessFact) -> Result<(), AppError> {
        self.store.record(Actor::Person(person), self.clock.now(), &[Fact::Access(fact)]).await?;
        Ok(())
    }
}
