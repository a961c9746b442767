//! Synthetic charts: deterministic pages with exact text, degraded like real scans. Never real people.
//!
//! A chart is planned (`plan`) from an invented case (`case`): its documents (`forms`) are written as scenes in points
//! (`scene`, `flow`), drawn at a resolution (`sheet`), worn (`wear`) and put into files (`containers`) beside their
//! labels ([`FileTruth`]). Pixels exist for one page at a time. All choices come from one seed.

mod case;
mod conditions;
mod containers;
mod dice;
mod flow;
mod forms;
mod furniture;
mod generate;
mod lettering;
mod operations;
mod options;
mod people;
mod phrase;
mod plan;
mod scene;
mod sheet;
mod truth;
mod wear;
mod worn;

#[cfg(test)]
mod tests;

pub use forms::DocumentKind;
pub use generate::{generate, long_pdf};
pub use options::{Container, Options, Profile, SampleError, Summary};
pub use truth::{DocumentTruth, FileTruth, Manifest, ManifestFile, PageTruth, PatientTruth, TRUTH_SCHEMA, WordTruth};
pub use worn::{dpi_before_wear, worn};
