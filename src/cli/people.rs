//! `muniment people`: who uses this archive, and in which roles.

use std::fmt::Write;

use serde::Serialize;

use super::exit::{CommandError, Ended};
use super::output::{Output, minute};
use super::start::Place;
use crate::access::Permission;
use crate::chart::{PersonId, Role};
use crate::store::PersonRecord;

/// Adds people, grants and takes back roles, makes tokens.
///
/// You are who the operating system says you are, or whom the token in MUNIMENT_TOKEN stands for. The first person of an
/// archive becomes its administrator; from then on nobody changes their own roles.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Adds a person; on an archive without people, yourself as its administrator
    Add {
        /// Name of the person
        name: String,
        /// Name by which the operating system knows the person
        #[arg(long)]
        login: Option<String>,
        /// A role: technician, reviewer, administrator, requester, auditor or it-support; may be given again
        #[arg(long = "role", value_name = "ROLE")]
        roles: Vec<Role>,
    },
    /// Lists everybody with their roles
    List,
    /// Grants a role to a person
    Grant {
        /// Login, name or id of the person
        person: String,
        /// The role
        role: Role,
    },
    /// Takes a role back from a person
    Revoke {
        /// Login, name or id of the person
        person: String,
        /// The role
        role: Role,
    },
    /// Disables a person for good; what they did stays theirs
    Disable {
        /// Login, name or id of the person
        person: String,
    },
    /// Gives out a code for a person whom the operating system does not know; shown once, kept nowhere
    ///
    /// The person turns it into a token with `muniment people token --code CODE`, once, within three days. Where there is
    /// another administrator, that one runs this too and the person needs both codes: nobody can make a token for somebody
    /// else.
    Enrol {
        /// Login, name or id of the person
        person: String,
    },
    /// Makes a token that stands for you where the operating system does not know you; shown once, kept nowhere
    Token {
        /// A code that an administrator gave you; given twice where two of them did [default: you are known already]
        #[arg(long = "code", value_name = "CODE")]
        codes: Vec<String>,
        /// Days that it is good for
        #[arg(long, default_value_t = 30)]
        days: u32,
        /// Makes every token and code of this person worthless instead
        #[arg(long, value_name = "PERSON", conflicts_with_all = ["days", "codes"])]
        revoke: Option<String>,
    },
}

#[derive(Serialize)]
struct Shown {
    id: PersonId,
    name: String,
    login: Option<String>,
    roles: Vec<Role>,
    disabled: bool,
}

/// Does it.
pub async fn run(args: &Args, place: &Place<'_>, output: Output) -> Result<Ended, CommandError> {
    let app = place.open().await?;
    match &args.command {
        Command::Add { name, login, roles } => {
            let person = app.add_person(name, login.as_deref(), roles).await?;
            output.value(&shown(person), |person| format!("Added {}", line(person)));
        }
        Command::List => {
            if app.store.has_people().await? {
                app.actor(Permission::ViewPeople, &[]).await?;
            }
            let people: Vec<Shown> = app.store.people().await?.into_iter().map(shown).collect();
            output.value(&people, |people| {
                if people.is_empty() {
                    return "There are no people yet. `muniment people add YOUR-NAME` makes you the administrator."
                        .into();
                }
                let mut text = String::new();
                for person in people {
                    // Writing into a String cannot fail.
                    let _ = writeln!(text, "{}", line(person));
                }
                text
            });
        }
        Command::Grant { person, role } => {
            let person = app.person_named(person).await?;
            app.change_role(person.id, *role, true).await?;
            done(&app.person_named(&person.id.to_string()).await?, output);
        }
        Command::Revoke { person, role } => {
            let person = app.person_named(person).await?;
            app.change_role(person.id, *role, false).await?;
            done(&app.person_named(&person.id.to_string()).await?, output);
        }
        Command::Disable { person } => {
            let person = app.person_named(person).await?;
            app.disable_person(person.id).await?;
            done(&app.person_named(&person.id.to_string()).await?, output);
        }
        Command::Enrol { person } => {
            let person = app.person_named(person).await?;
            let given = app.offer_enrolment(person.id).await?;
            let value = serde_json::json!({
                "person": person.id,
                "code": given.code,
                "expires_at": given.expires_at,
                "is_second": given.is_second,
                "needs_second": given.needs_second,
            });
            output.value(&value, |_| {
                let more = match (given.is_second, given.needs_second) {
                    (true, _) => "It is the second of two: the person gives both with --code.",
                    (_, true) => "Another administrator has to run this too, and give the person a second code.",
                    _ => "There is no other administrator yet: this code is enough.",
                };
                let (code, name, until) = (&given.code, &person.name, minute(given.expires_at, &app.zone()));
                format!(
                    "{code}\nGive it to {name}, who turns it into a token with `muniment people token --code CODE` until \
                     {until}.\n{more} It cannot be shown again."
                )
            });
        }
        Command::Token { revoke: Some(person), .. } => {
            let person = app.person_named(person).await?;
            app.revoke_tokens(person.id).await?;
            output.value(&serde_json::json!({ "person": person.id, "revoked": true }), |_| {
                format!("Every token of {} is worthless now.", person.name)
            });
        }
        Command::Token { codes, days, .. } => {
            let (person, token, expires_at) = match codes.as_slice() {
                [] => app.issue_token(*days).await?,
                codes => app.enrol(codes, *days).await?,
            };
            let value = serde_json::json!({ "person": person, "token": &token, "expires_at": expires_at });
            output.value(&value, |_| {
                let until = minute(expires_at, &app.zone());
                format!("{token}\nGood until {until}; set it as MUNIMENT_TOKEN. It cannot be shown again.")
            });
        }
    }
    Ok(Ended::Well)
}

fn done(person: &PersonRecord, output: Output) {
    output.value(&shown(person.clone()), line);
}

fn shown(person: PersonRecord) -> Shown {
    let PersonRecord { id, name, login, roles, disabled_at, .. } = person;
    Shown { id, name, login, roles, disabled: disabled_at.is_some() }
}

fn line(person: &Shown) -> String {
    let roles: Vec<&str> = person.roles.iter().map(|role| role.name()).collect();
    let roles = if roles.is_empty() { "no role".to_owned() } else { roles.join(", ") };
    let login = person.login.as_deref().map(|login| format!(" ({login})")).unwrap_or_default();
    let disabled = if person.disabled { ", disabled" } else { "" };
    format!("{}  {}{login}: {roles}{disabled}", person.id, person.name)
}
