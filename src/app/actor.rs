//! Who asks: at the command line the operating system's user, or the person whom a token stands for; behind the server the
//! person who signed in. There is no "act as".

use std::time::Duration;

use super::{App, AppError};
use crate::access::{Extent, Permission, Person, decide};
use crate::chart::{Digest, PersonId};
use crate::store::PersonRecord;

/// Variable that holds a token.
const TOKEN: &str = "MUNIMENT_TOKEN";
/// How long the system's directory of users may take to answer.
const DIRECTORY_DEADLINE: Duration = Duration::from_secs(10);

/// A person who is allowed to do what they asked for.
#[derive(Debug, Clone)]
pub struct Acting {
    /// Who.
    pub person: PersonId,
    /// How far the permission goes.
    pub extent: Extent,
}

/// Who asks something of an [`App`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Caller {
    /// The user of this process.
    #[default]
    CommandLine,
    /// Somebody who proved to the server who they are.
    SignedIn(PersonId),
}

impl App {
    /// Returns the same program for somebody who proved who they are: what they ask of it is decided by their rights.
    pub fn asked_by(&self, person: PersonId) -> Self {
        Self { caller: Caller::SignedIn(person), ..self.clone() }
    }

    /// Returns the person who asks, when they may do what it does. `done_by` are those whose work it is
    /// about.
    ///
    /// # Errors
    /// The person is not known to this archive, or may not do it; the database failed.
    pub async fn actor(&self, permission: Permission, done_by: &[PersonId]) -> Result<Acting, AppError> {
        let record = self.whoever().await?;
        let person = Person { id: record.id, disabled: record.disabled_at.is_some(), roles: record.roles };
        let extent = decide(&person, permission, done_by)?;
        Ok(Acting { person: person.id, extent })
    }

    /// Returns the person who asks, whatever they may do.
    ///
    /// # Errors
    /// The person is not known to this archive; the database failed.
    pub async fn whoever(&self) -> Result<PersonRecord, AppError> {
        if let Caller::SignedIn(person) = self.caller {
            let known = self.store.person(person).await?;
            return known.ok_or_else(|| AppError::Unknown("you are not known to this archive any more".into()));
        }
        if let Some(token) = token_from_environment() {
            let known = self.store.person_by_token(Digest::of(token.trim().as_bytes()), self.clock.now()).await?;
            return known.ok_or_else(|| {
                AppError::Unknown(format!(
                    "the token in {TOKEN} is unknown, expired or revoked; an administrator gives you a code for a new one with \
                     `muniment people enrol`"
                ))
            });
        }
        let login = login_name().await;
        if let Some(person) = self.store.person_by_login(&login).await? {
            return Ok(person);
        }
        Err(AppError::Unknown(if self.store.has_people().await? {
            format!(
                "this archive does not know the user {login}. An administrator adds you with \
                 `muniment people add NAME --login {login} --role ROLE`"
            )
        } else {
            "this archive has no people yet. `muniment people add YOUR-NAME` makes you its first administrator".into()
        }))
    }
}

#[expect(clippy::disallowed_methods, reason = "a secret of this run: the application takes it from the environment")]
fn token_from_environment() -> Option<String> {
    std::env::var(TOKEN).ok().filter(|token| !token.trim().is_empty())
}

/// Returns the name by which the operating system knows the user of this process; `uid-N` when it knows none.
pub async fn login_name() -> String {
    let uid = rustix::process::getuid().as_raw();
    let local = tokio::fs::read_to_string("/etc/passwd").await.unwrap_or_default();
    if let Some(name) = name_of(&local, uid) {
        return name;
    }
    // Users of a directory service are in no file.
    let asking = tokio::process::Command::new("getent")
        .args(["passwd", &uid.to_string()])
        .stdin(std::process::Stdio::null())
        .kill_on_drop(true)
        .output();
    let answer = tokio::time::timeout(DIRECTORY_DEADLINE, asking).await;
    let answer = answer.ok().and_then(Result::ok).map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    answer.and_then(|text| name_of(&text, uid)).unwrap_or_else(|| format!("uid-{uid}"))
}

/// Finds the name of `uid` in lines of the form of passwd(5).
fn name_of(lines: &str, uid: u32) -> Option<String> {
    lines.lines().find_map(|line| {
        let mut fields = line.split(':');
        let (name, number) = (fields.next()?, fields.nth(1)?);
        (number.parse() == Ok(uid) && !name.is_empty()).then(|| name.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_found_by_number() {
        let lines = "root:x:0:0:root:/root:/bin/bash\nann:x:1000:1000:Ann:/home/ann:/bin/sh\nbroken\n";
        assert_eq!(name_of(lines, 1000).as_deref(), Some("ann"));
        assert_eq!(name_of(lines, 0).as_deref(), Some("root"));
        assert_eq!(name_of(lines, 7), None);
    }
}
