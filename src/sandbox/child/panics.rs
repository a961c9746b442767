//! Catches panics and remembers where they happened, never what they said: the message may quote the page.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};

thread_local! {
    static PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Replaces the hook that would print the panic message.
pub(super) fn keep_only_the_place() {
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map(|at| format!("{}:{}", shortened(at.file()), at.line()));
        PLACE.with(|slot| *slot.borrow_mut() = place);
    }));
}

/// Runs `work`; on a panic returns the place in the source where it happened.
pub(super) fn caught<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|payload| {
        // A payload whose own destructor panics must not start this again.
        std::mem::forget(payload);
        PLACE.with(|slot| slot.borrow_mut().take()).unwrap_or_else(|| "an unknown place".to_owned())
    })
}

/// Leaves out where the crates of this build happened to lie.
fn shortened(file: &str) -> &str {
    match file.split_once("/registry/src/") {
        Some((_, rest)) => rest.split_once('/').map_or(rest, |(_, inside)| inside),
        None => file,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_does_not_name_the_machine_that_built_it() {
        assert_eq!(
            shortened("/home/x/.cargo/registry/src/index.crates.io-1/hayro-0.9.0/src/a.rs"),
            "hayro-0.9.0/src/a.rs"
        );
        assert_eq!(shortened("src/pdf/read.rs"), "src/pdf/read.rs");
    }
}
