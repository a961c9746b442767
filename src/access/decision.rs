//! The one decision: may this person do this, given who did what before?

use super::permissions::{Extent, Permission, extent, roles_with};
use super::person::Person;
use crate::chart::PersonId;

/// Why somebody may not do something, and who may.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// The person was disabled.
    #[error("you were disabled as a user of this archive; ask an administrator")]
    Disabled,
    /// None of the person's roles allows it.
    #[error("you may not {what}: that takes the role {roles}; ask an administrator for it")]
    NoRole {
        /// What was asked for.
        what: &'static str,
        /// Its name.
        permission: &'static str,
        /// The roles that have it.
        roles: String,
    },
    /// The person did what is to be decided about.
    #[error("you may not {what} where the work is your own; somebody else has to")]
    OwnWork {
        /// What was asked for.
        what: &'static str,
        /// Its name.
        permission: &'static str,
    },
}

impl Denied {
    /// Returns the name of the permission that was asked for, where it is about one.
    pub const fn permission(&self) -> Option<&'static str> {
        match self {
            Self::Disabled => None,
            Self::NoRole { permission, .. } | Self::OwnWork { permission, .. } => Some(permission),
        }
    }
}

/// Decides whether `person` may do something. `done_by` are those who did what it is about (accepted the record that is
/// to be reviewed, proposed what is to be approved): nobody decides about their own work, whatever their roles. Returns the
/// widest extent that their roles give.
///
/// # Errors
/// Everything that is not allowed is denied.
pub fn decide(person: &Person, permission: Permission, done_by: &[PersonId]) -> Result<Extent, Denied> {
    if person.disabled {
        return Err(Denied::Disabled);
    }
    let (what, name) = (permission.describes(), permission.name());
    let mut extents: Vec<Extent> = person.roles.iter().filter_map(|role| extent(*role, permission)).collect();
    // Everything first: the narrower kinds do not contain each other, any of them will do.
    extents.sort_by_key(|extent| *extent != Extent::All);
    let Some(widest) = extents.first() else {
        let roles: Vec<&str> = roles_with(permission).into_iter().map(|role| role.name()).collect();
        return Err(Denied::NoRole { what, permission: name, roles: roles.join(" or ") });
    };
    if done_by.contains(&person.id) {
        return Err(Denied::OwnWork { what, permission: name });
    }
    Ok(*widest)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::chart::Role;

    fn person(number: u128, roles: &[Role]) -> Person {
        Person { id: PersonId::from_uuid(Uuid::from_u128(number)), roles: roles.to_vec(), disabled: false }
    }

    #[test]
    fn what_is_not_allowed_is_denied() {
        for role in Role::ALL {
            let allowed = decide(&person(1, &[role]), Permission::ManagePeople, &[]).is_ok();
            assert_eq!(allowed, role == Role::Administrator, "{role}");
        }
        assert!(decide(&person(1, &[]), Permission::ReadChart, &[]).is_err());
        let gone = Person { disabled: true, ..person(1, &Role::ALL) };
        assert_eq!(decide(&gone, Permission::Label, &[]), Err(Denied::Disabled));
    }

    #[test]
    fn nobody_reviews_their_own_work_whatever_their_roles() {
        let (ann, ben) = (person(1, &Role::ALL), person(2, &[Role::Reviewer]));
        let own = decide(&ann, Permission::ReviewOthers, &[ann.id]);
        assert!(matches!(own, Err(Denied::OwnWork { .. })), "{own:?}");
        assert_eq!(decide(&ben, Permission::ReviewOthers, &[ann.id]), Ok(Extent::All));
    }

    #[test]
    fn the_widest_of_several_roles_counts_and_a_denial_names_who_may() {
        let both = person(1, &[Role::Technician, Role::Reviewer]);
        assert_eq!(decide(&both, Permission::CorrectRecord, &[]), Ok(Extent::All));
        let said = decide(&person(1, &[Role::Technician]), Permission::PlaceHold, &[]).unwrap_err().to_string();
        assert!(said.contains("administrator") && said.contains("place holds"), "{said}");
    }
}
