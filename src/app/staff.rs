//! What administrators do about people who use the server: names, roles, links, second factors that were lost.

use super::people::{fit_login, fit_name};
use super::{App, AppError};
use crate::access::Permission;
use crate::chart::facts::{AccessFact, PeopleFact};
use crate::chart::{Actor, Fact, PersonId, Role};
use crate::store::PersonRecord;

impl App {
    /// Returns everybody.
    ///
    /// # Errors
    /// The person who asks may not see who may do what.
    pub async fn staff(&self) -> Result<Vec<PersonRecord>, AppError> {
        self.actor(Permission::ViewPeople, &[]).await?;
        Ok(self.store.people().await?)
    }

    /// Returns one person.
    ///
    /// # Errors
    /// There is none; the person who asks may not see who may do what.
    pub async fn staff_member(&self, person: PersonId) -> Result<PersonRecord, AppError> {
        self.actor(Permission::ViewPeople, &[]).await?;
        let found = self.store.person(person).await?;
        found.ok_or_else(|| AppError::NotFound("there is no such person".into()))
    }

    /// Adds a person who signs in as `login`.
    ///
    /// # Errors
    /// Only an administrator does; the login is taken.
    pub async fn add_staff(&self, name: &str, login: &str, roles: &[Role]) -> Result<PersonRecord, AppError> {
        let login = fit_login(login)?;
        self.add_person(name, Some(&login), roles).await
    }

    /// Gives a person another name or login.
    ///
    /// # Errors
    /// Only an administrator does; the login is taken.
    pub async fn rename_person(
        &self,
        person: PersonId,
        name: Option<&str>,
        login: Option<&str>,
    ) -> Result<PersonRecord, AppError> {
        let actor = self.actor(Permission::ManagePeople, &[]).await?.person;
        let known = self.staff_member(person).await?;
        let name = name.map(fit_name).transpose()?.unwrap_or(known.name);
        let login = login.map(fit_login).transpose()?.or(known.login);
        let fact = Fact::People(PeopleFact::Renamed { person, name, login });
        self.store.record(Actor::Person(actor), self.clock.now(), &[fact]).await?;
        self.staff_member(person).await
    }

    /// Gives a person exactly these roles, all or none of the changes.
    ///
    /// # Errors
    /// Only an administrator does, and not for themselves.
    pub async fn set_roles(&self, person: PersonId, roles: &[Role]) -> Result<PersonRecord, AppError> {
        let actor = self.actor(Permission::ManagePeople, &[person]).await?.person;
        let known = self.staff_member(person).await?;
        let granted = roles.iter().filter(|role| !known.roles.contains(role));
        let revoked = known.roles.iter().filter(|role| !roles.contains(role));
        let mut facts: Vec<Fact> =
            granted.map(|role| Fact::People(PeopleFact::Granted { person, role: *role })).collect();
        facts.extend(revoked.map(|role| Fact::People(PeopleFact::Revoked { person, role: *role })));
        facts.dedup();
        if !facts.is_empty() {
            self.store.record(Actor::Person(actor), self.clock.now(), &facts).await?;
        }
        self.staff_member(person).await
    }

    /// Disables a person for good, and ends their sessions.
    ///
    /// # Errors
    /// Only an administrator does, and not themselves.
    pub async fn dismiss(&self, person: PersonId) -> Result<(), AppError> {
        self.actor(Permission::ManagePeople, &[person]).await?;
        self.staff_member(person).await?;
        self.disable_person(person).await?;
        self.store.end_sessions(person, None).await?;
        Ok(())
    }

    /// Takes away the second factor of somebody who lost it.
    ///
    /// # Errors
    /// Only an administrator does, and not their own.
    pub async fn remove_factor_of(&self, person: PersonId) -> Result<(), AppError> {
        let actor = self.actor(Permission::ManagePeople, &[person]).await?.person;
        self.staff_member(person).await?;
        if self.store.remove_totp(person).await? {
            let fact = Fact::Access(AccessFact::SecondFactorRemoved { person });
            self.store.record(Actor::Person(actor), self.clock.now(), &[fact]).await?;
        }
        Ok(())
    }
}
