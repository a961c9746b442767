//! Turns a panic of a library into a value: foreign files find the places where decoders are not prepared for them.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// Ends an interpretation from within, where the interpreter offers no other way; not a failure of the program.
struct Stop;

/// How work on foreign bytes ended early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unwound {
    /// By [`stop`].
    Stopped,
    /// By a panic.
    Panicked,
}

/// Leaves the innermost [`contain`] without running the panic hook.
pub(super) fn stop() -> ! {
    resume_unwind(Box::new(Stop))
}

/// Runs `work`. What it has touched must not be used again after it was left early, other than by reading pages anew.
pub(super) fn contain<T>(work: impl FnOnce() -> T) -> Result<T, Unwound> {
    catch_unwind(AssertUnwindSafe(work))
        .map_err(|payload| if payload.is::<Stop>() { Unwound::Stopped } else { Unwound::Panicked })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stop_and_a_panic_are_told_apart() {
        assert_eq!(contain(|| 7), Ok(7));
        assert_eq!(contain(|| stop()), Err::<(), _>(Unwound::Stopped));
        assert_eq!(contain(|| resume_unwind(Box::new("a panic"))), Err::<(), _>(Unwound::Panicked));
    }
}
