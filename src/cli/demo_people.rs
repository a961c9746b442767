//! The people of the demonstration: one for each part of the work, who come in by links.

use super::exit::CommandError;
use crate::app::App;
use crate::chart::Role;

/// A person of the demonstration and what their link holds.
pub struct Invited {
    /// What they do.
    pub part: &'static str,
    /// What stands behind the # of their link.
    pub token: String,
}

const STAFF: &[(&str, &str, &str, &[Role])] = &[
    ("verify documents", "Tina Technician", "tina", &[Role::Technician]),
    ("review, search and read", "Ravi Reviewer", "ravi", &[Role::Reviewer, Role::Requester]),
    ("audit", "Olga Auditor", "olga", &[Role::Auditor]),
];

/// Adds the people: whoever runs the demonstration is its administrator.
pub async fn invite(app: &App) -> Result<Vec<Invited>, CommandError> {
    app.add_person("Ada Administrator", None, &[]).await?;
    let mut invited = Vec::new();
    for (part, name, login, roles) in STAFF {
        let person = app.add_staff(name, login, roles).await?;
        let token = app.offer_enrolment(person.id).await?.code;
        invited.push(Invited { part, token });
    }
    invited.push(Invited { part: "administer", token: app.own_link().await? });
    Ok(invited)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::config::Config;

    #[tokio::test]
    async fn each_link_signs_somebody_in_once() {
        let folder = tempfile::tempdir().unwrap();
        let app = App::open(Config::load(None, std::iter::empty(), Some(folder.path())).unwrap()).await.unwrap();
        let invited = invite(&app).await.unwrap();
        let mut roles = Vec::new();
        for invited in &invited {
            let person = app.use_link(&invited.token, None, None, "127.0.0.1").await.unwrap();
            roles.extend(person.roles);
            assert!(app.use_link(&invited.token, None, None, "127.0.0.1").await.is_err(), "{}", invited.part);
        }
        roles.sort_unstable();
        assert_eq!(roles, [Role::Technician, Role::Reviewer, Role::Administrator, Role::Requester, Role::Auditor]);
    }
}
