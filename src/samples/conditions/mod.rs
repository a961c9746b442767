//! Illnesses and how charts write about them, in the notation of `phrase`.

mod acute;
mod chronic;

pub(super) use acute::ACUTE;
pub(super) use chronic::CHRONIC;

/// An illness and how charts write about it.
#[derive(Debug)]
pub(in crate::samples) struct Condition {
    pub(in crate::samples) name: &'static str,
    pub(in crate::samples) short: &'static str,
    pub(in crate::samples) code: &'static str,
    pub(in crate::samples) complaint: &'static str,
    pub(in crate::samples) story: &'static [&'static str],
    pub(in crate::samples) findings: &'static str,
    pub(in crate::samples) drugs: &'static [&'static str],
    pub(in crate::samples) plan: &'static [&'static str],
    pub(in crate::samples) course: &'static str,
}
