//! The parts of Muniment that are fuzzed, in the modules that they expect around them.
#![expect(dead_code, reason = "each target uses some of it")]

pub mod chart;
pub mod imaging;
#[path = "../../src/ocr/lstm/mod.rs"]
pub mod lstm;
