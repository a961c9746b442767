//! Containment: every process that parses foreign bytes is started, limited and ended here.
//!
//! The parent starts its own executable as a [`Child`] over a socket pair, sends a setup message (so that the child can
//! open its models), and the child then gives up the file system, the network and new processes before it sees the
//! first foreign byte ([`child::serve`]). Files reach it as descriptors only. A crash, a hang or a runaway allocation ends
//! one child and costs one [`Child::call`]; [`Pool`] starts another. [`Program`] holds an external program to the same terms.
//!
//! What is in force depends on the kernel; [`Containment`] says it, and nothing here pretends otherwise.

mod call_clock;
pub mod child;
mod containment;
mod error;
mod exchange;
mod frame;
mod launch;
mod map;
mod pool;
pub mod probe;
mod process;
mod program;
mod standard_error;

pub use containment::{Containment, Limits};
pub use error::{CallError, Ending, ProgramError, StartError};
pub use exchange::Child;
pub use launch::Launch;
pub use map::{Mapped, map_file};
pub use pool::{Leased, Pool, Recycle};
pub use program::{Output, Program, ProgramInput, ProgramOutput};
