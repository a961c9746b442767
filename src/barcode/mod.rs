//! Codes: reading them off pages ([`read()`]), and the separator and cover sheets of our own: what stands in their codes
//! ([`sheet`]) and how they are printed ([`mod@print`]).
//!
//! [`read()`] parses foreign pixels in a C++ library: it is for recognition children, never for the program itself.

mod dense;
mod patch_code;
pub mod print;
mod read;
pub mod sheet;
mod straighten;

pub use read::read;
pub use sheet::{Sheet, SheetError};
