//! What several tests need.

pub mod difficult;
pub mod postgres;
pub mod program;
pub mod s3;
