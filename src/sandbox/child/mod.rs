//! The child's side: set up, lock down, then answer one request after the other; or lock down and become a program.

mod channel;
mod exec;
mod filter;
mod lockdown;
mod panics;
mod serve;

pub use exec::exec_contained;
pub use serve::serve;
