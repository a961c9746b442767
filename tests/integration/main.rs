//! The integration tests: one binary, one file per subject.
#![expect(missing_docs, reason = "tests are read, not rendered")]

mod stages;
mod support;
