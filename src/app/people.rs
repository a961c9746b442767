//! People and their roles: what `muniment people` does.

use jiff::{SignedDuration, Timestamp};

use super::actor::login_name;
use super::{App, AppError, new_id};
use crate::access::Permission;
use crate::chart::facts::PeopleFact;
use crate::chart::{Actor, Digest, Fact, PersonId, Role};
use crate::store::PersonRecord;

/// Longest name of a person, in characters.
const LONGEST_NAME: usize = 100;
/// Longest time that a token is good for, in days.
const MOST_DAYS: u32 = 366;
/// How long a code can be turned into a token.
const CODE_LASTS: SignedDuration = SignedDuration::from_hours(72);
/// What a token begins with.
const TOKEN: &str = "muniment";
/// What a code begins with.
const CODE: &str = "enrol";

/// A code that was given out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrolment {
    /// The code.
    pub code: String,
    /// When it is worth nothing any more.
    pub expires_at: Timestamp,
    /// Whether it is the second of two.
    pub is_second: bool,
    /// Whether another administrator has to give out a second one.
    pub needs_second: bool,
}

impl App {
    /// Adds a person with roles. While there is nobody, whoever runs this becomes the first person and administrator.
    ///
    /// # Errors
    /// Only an administrator adds people; the login is taken; the name is not printable.
    pub async fn add_person(&self, name: &str, login: Option<&str>, roles: &[Role]) -> Result<PersonRecord, AppError> {
        let name = fit_name(name)?;
        let person = PersonId::from_uuid(new_id());
        let (actor, login, mut roles) = if self.store.has_people().await? {
            let actor = self.actor(Permission::ManagePeople, &[]).await?.person;
            (actor, login.map(str::to_owned), roles.to_vec())
        } else {
            let own = login_name().await;
            if login.is_some_and(|login| login != own) {
                return Err(AppError::Unfit(format!(
                    "the first person of an archive is whoever makes it: leave --login out, or run this as {}",
                    login.unwrap_or_default()
                )));
            }
            // Their other roles have to come from somebody else: nobody grants themselves a role.
            if roles.iter().any(|role| *role != Role::Administrator) {
                return Err(AppError::Unfit(
                    "the first person becomes administrator and nothing else: nobody grants themselves a role. \
                     Leave --role out"
                        .into(),
                ));
            }
            (person, Some(own), vec![Role::Administrator])
        };
        roles.sort_unstable();
        roles.dedup();
        let added = PeopleFact::Added { person, name, login };
        let granted = roles.into_iter().map(|role| PeopleFact::Granted { person, role });
        let facts: Vec<Fact> = std::iter::once(added).chain(granted).map(Fact::People).collect();
        self.store.record(Actor::Person(actor), self.clock.now(), &facts).await?;
        self.store.person(person).await?.ok_or_else(|| AppError::NotFound("the person was not kept".into()))
    }

    /// Grants or takes back a role.
    ///
    /// # Errors
    /// Only an administrator does, and not for themselves.
    pub async fn change_role(&self, person: PersonId, role: Role, grant: bool) -> Result<(), AppError> {
        let fact = if grant { PeopleFact::Granted { person, role } } else { PeopleFact::Revoked { person, role } };
        self.record_about_people(fact).await
    }

    /// Disables a person for good.
    ///
    /// # Errors
    /// Only an administrator does, and not themselves.
    pub async fn disable_person(&self, person: PersonId) -> Result<(), AppError> {
        self.record_about_people(PeopleFact::Disabled { person }).await
    }

    /// Gives out a code that a person turns into a token of their own: the first one, or the second one where another
    /// administrator gave out the first. It is returned here and kept nowhere.
    ///
    /// # Errors
    /// Only an administrator does, and not for themselves.
    pub async fn offer_enrolment(&self, person: PersonId) -> Result<Enrolment, AppError> {
        let actor = self.actor(Permission::ManagePeople, &[]).await?.person;
        let now = self.clock.now();
        let secret = new_secret(CODE);
        let digest = Digest::of(secret.as_bytes());
        let expires_at = now.saturating_add(CODE_LASTS).unwrap_or(Timestamp::MAX);
        let first = self.store.code_to_second(person, actor, now).await?;
        let fact = match first {
            Some(code) => PeopleFact::EnrolmentSeconded { person, code, second: digest },
            None => PeopleFact::EnrolmentOffered { person, code: digest, expires_at },
        };
        self.store.record(Actor::Person(actor), now, &[Fact::People(fact)]).await?;
        let needs_second = first.is_none() && self.store.code_needs_second(digest).await?;
        Ok(Enrolment { code: secret, expires_at, is_second: first.is_some(), needs_second })
    }

    /// Turns the codes that a person was given into a token, good for `days`. It is returned here and kept nowhere.
    ///
    /// # Errors
    /// The code is unknown, used or expired; a second one is missing.
    pub async fn enrol(&self, codes: &[String], days: u32) -> Result<(PersonId, String, Timestamp), AppError> {
        let digests: Vec<Digest> = codes.iter().map(|code| Digest::of(code.trim().as_bytes())).collect();
        let mut first = None;
        for code in &digests {
            if let Some(person) = self.store.person_by_code(*code).await? {
                first = Some((*code, person));
            }
        }
        let (code, person) = first.ok_or_else(|| {
            AppError::NotFound(
                "this code is unknown. An administrator gives one out with `muniment people enrol`".into(),
            )
        })?;
        let second = digests.into_iter().find(|other| *other != code);
        let (token, expires_at) = self.make_token(days)?;
        let fact = PeopleFact::Enrolled { code, second, token: Digest::of(token.as_bytes()), expires_at };
        self.store.record(Actor::Person(person), self.clock.now(), &[Fact::People(fact)]).await?;
        Ok((person, token, expires_at))
    }

    /// Makes a token for whoever runs this, good for `days`. It is returned here and kept nowhere.
    ///
    /// # Errors
    /// The person is not known, or disabled.
    pub async fn issue_token(&self, days: u32) -> Result<(PersonId, String, Timestamp), AppError> {
        let person = self.whoever().await?.id;
        let (token, expires_at) = self.make_token(days)?;
        let fact = PeopleFact::TokenIssued {
            person,
            token: Digest::of(token.as_bytes()),
            expires_at,
            name: None,
            scopes: None,
        };
        self.store.record(Actor::Person(person), self.clock.now(), &[Fact::People(fact)]).await?;
        Ok((person, token, expires_at))
    }

    /// Makes every token of a person worthless.
    ///
    /// # Errors
    /// Others than the person themselves need an administrator.
    pub async fn revoke_tokens(&self, person: PersonId) -> Result<(), AppError> {
        let actor = self.for_themselves_or_manager(person).await?;
        let fact = Fact::People(PeopleFact::TokensRevoked { person });
        self.store.record(Actor::Person(actor), self.clock.now(), &[fact]).await?;
        Ok(())
    }

    /// Returns the person with this login, name or beginning of an id.
    ///
    /// # Errors
    /// There is none, or more than one.
    pub async fn person_named(&self, name: &str) -> Result<PersonRecord, AppError> {
        let people = self.store.people().await?;
        let by_login = people.iter().position(|person| person.login.as_deref() == Some(name));
        let found: Vec<usize> = match by_login {
            Some(index) => vec![index],
            None => (0..people.len())
                .filter(|index| people[*index].name == name || people[*index].id.to_string().starts_with(name))
                .collect(),
        };
        match found.as_slice() {
            [index] => Ok(people[*index].clone()),
            [] => Err(AppError::NotFound(format!("there is no person {name:?}. `muniment people list` names them"))),
            _ => Err(AppError::NotFound(format!("more than one person answers to {name:?}; give the login or the id"))),
        }
    }

    async fn record_about_people(&self, fact: PeopleFact) -> Result<(), AppError> {
        let actor = self.actor(Permission::ManagePeople, &[]).await?.person;
        self.store.record(Actor::Person(actor), self.clock.now(), &[Fact::People(fact)]).await?;
        Ok(())
    }

    pub(super) fn make_token(&self, days: u32) -> Result<(String, Timestamp), AppError> {
        if !(1..=MOST_DAYS).contains(&days) {
            return Err(AppError::Unfit(format!("a token is good for 1 to {MOST_DAYS} days")));
        }
        let length = SignedDuration::from_hours(24 * i64::from(days));
        Ok((new_secret(TOKEN), self.clock.now().saturating_add(length).unwrap_or(Timestamp::MAX)))
    }

    async fn for_themselves_or_manager(&self, person: PersonId) -> Result<PersonId, AppError> {
        let own = self.whoever().await?;
        if own.id == person && own.disabled_at.is_none() {
            return Ok(own.id);
        }
        Ok(self.actor(Permission::ManagePeople, &[]).await?.person)
    }
}

/// Checks a person's name.
pub(super) fn fit_name(name: &str) -> Result<String, AppError> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        return Err(AppError::Unfit(format!("a person's name has 1 to {LONGEST_NAME} printable characters")));
    }
    Ok(name.to_owned())
}

/// Checks a name for signing in.
pub(super) fn fit_login(login: &str) -> Result<String, AppError> {
    let login = login.trim();
    let fits = |c: char| c.is_alphanumeric() || "._-@+".contains(c);
    if login.is_empty() || login.chars().count() > LONGEST_NAME || !login.chars().all(fits) {
        let why = format!("a login has 1 to {LONGEST_NAME} letters, digits and . _ - @ +");
        return Err(AppError::Unfit(why));
    }
    Ok(login.to_owned())
}

/// Returns random bytes.
#[expect(clippy::disallowed_methods, reason = "the application is the source of randomness")]
pub(super) fn new_bytes<const LENGTH: usize>() -> [u8; LENGTH] {
    rand::random()
}

/// Makes a token or a code of 256 random bits.
pub(super) fn new_secret(kind: &str) -> String {
    format!("{kind}-{}", Digest::from_bytes(new_bytes()))
}
