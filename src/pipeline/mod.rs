//! A pipeline is data: its definition, and what it does with one page.

pub mod born_digital;
pub mod child;
pub mod definition;
pub mod engines;
mod native;
pub mod page;
pub mod phases;
pub mod sections;
pub mod shelf;
pub mod stages;
pub mod survey;
pub mod violation;

pub use definition::Definition;
pub use violation::{DefinitionError, Violation};
