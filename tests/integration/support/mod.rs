//! What several tests need.

pub mod born_digital;
pub mod clinic;
pub mod difficult;
pub mod faulty_store;
pub mod json_schema;
pub mod ocfl_py;
pub mod page_text;
pub mod postgres;
pub mod program;
pub mod s3;
