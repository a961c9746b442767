//! A person who asks to do something.

use crate::chart::{PersonId, Role};

/// A person who asks to do something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Who.
    pub id: PersonId,
    /// Their roles.
    pub roles: Vec<Role>,
    /// Whether they were disabled.
    pub disabled: bool,
}
