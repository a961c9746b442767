//! The verification station, as its people use it.

mod browser;
mod deciding;
mod pages;
mod second_review;
mod suggestions;
