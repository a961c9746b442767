//! People, their roles and tokens, as the facts of the ledger have made them.

use jiff::Timestamp;

use super::engine::Store;
use super::error::StoreError;
use super::values::{Row, values};
use crate::chart::{Digest, PersonId, Role};

/// A person who uses the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonRecord {
    /// Identity.
    pub id: PersonId,
    /// Name, a member of staff.
    pub name: String,
    /// Name in the operating system.
    pub login: Option<String>,
    /// Roles, in the order of [`Role::ALL`].
    pub roles: Vec<Role>,
    /// When they were added.
    pub added_at: Timestamp,
    /// When they were disabled.
    pub disabled_at: Option<Timestamp>,
}

const PEOPLE: &str = "SELECT id, name, login, added_at, disabled_at FROM people";

impl Store {
    /// Returns everybody, in the order of their names.
    pub async fn people(&self) -> Result<Vec<PersonRecord>, StoreError> {
        let sql = format!("{PEOPLE} ORDER BY name, id");
        let rows = self.rows(sqlx::AssertSqlSafe(sql), values![]).await?;
        let mut people: Vec<PersonRecord> = rows.iter().map(read).collect::<Result<_, _>>()?;
        for row in self.rows("SELECT person, role FROM roles ORDER BY person, role", values![]).await? {
            let (id, role): (PersonId, Role) = (row.parsed("person")?, row.parsed("role")?);
            if let Some(person) = people.iter_mut().find(|person| person.id == id) {
                person.roles.push(role);
            }
        }
        people.iter_mut().for_each(|person| person.roles.sort_unstable());
        Ok(people)
    }

    /// Returns the person with this id.
    pub async fn person(&self, id: PersonId) -> Result<Option<PersonRecord>, StoreError> {
        let sql = format!("{PEOPLE} WHERE id = $1");
        let row = self.row(sqlx::AssertSqlSafe(sql), values![id]).await?;
        self.with_roles(row).await
    }

    /// Returns the person whom the operating system knows as `login`.
    pub async fn person_by_login(&self, login: &str) -> Result<Option<PersonRecord>, StoreError> {
        let sql = format!("{PEOPLE} WHERE login = $1");
        let row = self.row(sqlx::AssertSqlSafe(sql), values![login]).await?;
        self.with_roles(row).await
    }

    /// Returns the person for whom a token with this digest was made, if it is still worth something.
    pub async fn person_by_token(&self, token: Digest, now: Timestamp) -> Result<Option<PersonRecord>, StoreError> {
        let sql = format!(
            "{PEOPLE} WHERE id IN (SELECT person FROM tokens WHERE digest = $1 AND expires_at > $2 AND revoked_at IS NULL)"
        );
        let row = self.row(sqlx::AssertSqlSafe(sql), values![token, now]).await?;
        self.with_roles(row).await
    }

    /// Returns whose enrolment a code with this digest is, used or not.
    pub async fn person_by_code(&self, code: Digest) -> Result<Option<PersonId>, StoreError> {
        let row = self.row("SELECT person FROM enrolments WHERE code = $1", values![code]).await?;
        row.map(|row| row.parsed("person")).transpose()
    }

    /// Returns the code of a person that waits for a second one from anybody but `administrator`.
    pub async fn code_to_second(
        &self,
        person: PersonId,
        administrator: PersonId,
        now: Timestamp,
    ) -> Result<Option<Digest>, StoreError> {
        let sql = "SELECT code FROM enrolments WHERE person = $1 AND offered_by <> $2 AND needs_second
                AND second_code IS NULL AND used_at IS NULL AND expires_at > $3 ORDER BY offered_at DESC, code LIMIT 1";
        let row = self.row(sql, values![person, administrator, now]).await?;
        row.map(|row| row.parsed("code")).transpose()
    }

    /// Says whether a code takes a second one.
    pub async fn code_needs_second(&self, code: Digest) -> Result<bool, StoreError> {
        let row = self.row("SELECT needs_second FROM enrolments WHERE code = $1", values![code]).await?;
        row.ok_or_else(|| StoreError::unreadable("needs_second"))?.flag("needs_second")
    }

    /// Says whether anybody was added yet.
    pub async fn has_people(&self) -> Result<bool, StoreError> {
        Ok(self.row("SELECT id FROM people LIMIT 1", values![]).await?.is_some())
    }

    /// Counts the people who have `role` and are not disabled.
    pub async fn people_with(&self, role: Role) -> Result<u64, StoreError> {
        let sql = "SELECT count(*) AS people FROM roles JOIN people ON people.id = roles.person
             WHERE roles.role = $1 AND people.disabled_at IS NULL";
        let row = self.row(sql, values![role.name()]).await?;
        row.ok_or_else(|| StoreError::unreadable("people"))?.size("people")
    }

    async fn with_roles(&self, row: Option<Row>) -> Result<Option<PersonRecord>, StoreError> {
        let Some(row) = row else { return Ok(None) };
        let mut person = read(&row)?;
        for row in self.rows("SELECT role FROM roles WHERE person = $1", values![person.id]).await? {
            person.roles.push(row.parsed("role")?);
        }
        person.roles.sort_unstable();
        Ok(Some(person))
    }
}

fn read(row: &Row) -> Result<PersonRecord, StoreError> {
    Ok(PersonRecord {
        id: row.parsed("id")?,
        name: row.text("name")?,
        login: row.optional_text("login")?,
        roles: Vec::new(),
        added_at: row.time("added_at")?,
        disabled_at: row.optional_time("disabled_at")?,
    })
}
