//! Muniment takes paper patient charts to a trustworthy digital archive.
//!
//! The flow, from paper to an answer:
//!
//! 1. [`intake`] takes a file: waits until it is whole, hashes it, writes it create-only to the intake area
//!    ([`archive`]), reads it back, records the delivery ([`store`]) and only then touches the source.
//! 2. [`worker`] claims the file, then each of its pages, and has them read by child processes ([`sandbox`]).
//! 3. [`pipeline`] is what a child does with one page: decode ([`imaging`], [`pdf`]), prepare a copy ([`imaging`]),
//!    recognise ([`ocr`]), and return [`chart::PageText`].
//! 4. The worker keeps the result and puts it into the index ([`search`]), which answers queries with word boxes.
//! 5. [`pdf`] and [`export`] give documents back: searchable PDF/A, hOCR, ALTO, text, JSON, the original bytes.
//! 6. A person who may ([`access`]) accepts a document; [`review`] and [`worker`] make a record of it, which [`archive`] deposits
//!    as an OCFL object once nobody can undo it and its lot is released ([`quality`]).
//! 7. [`retention`] computes how long a record is kept, and why; [`disposal`] destroys what may be destroyed, with a certificate.
//! 8. [`server`] shows all of it to people in a browser, and to programs, each within their rights.
//! 9. [`audit`] proves that the ledger of all these decisions was not rewritten.
//!
//! Imports go downward only: [`chart`] <- skills ([`imaging`], [`ocr`], [`pdf`], [`export`], [`search`], [`store`], [`archive`],
//! [`access`], [`audit`], [`retention`], [`sandbox`], [`samples`], [`labels`], [`barcode`]) <- steps ([`pipeline`], [`intake`], [`review`],
//! [`quality`], [`disposal`]) <- [`worker`] <- [`app`] <- [`server`], [`cli`]. Skills know `chart`, never each other.
//! `tests/integration/tidy.rs` enforces
//! it.

pub mod access;
pub mod app;
pub mod archive;
pub mod audit;
pub mod barcode;
pub mod chart;
pub mod cli;
pub mod disposal;
pub mod export;
pub mod imaging;
pub mod intake;
pub mod labels;
pub mod ocr;
pub mod pdf;
pub mod pipeline;
pub mod quality;
pub mod retention;
pub mod review;
pub mod samples;
pub mod sandbox;
pub mod search;
pub mod server;
pub mod store;
pub mod worker;
