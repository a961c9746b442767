//! The reading child: a process that opens foreign files, one request at a time, and can be lost without loss.
//!
//! [`message`] is what it is asked and answers, [`source`] an opened file, [`work`] the requests, [`validate`] what the
//! parent checks before it believes an answer.

mod cut;
mod draw;
pub mod message;
mod pieces;
pub mod source;
pub mod validate;
pub mod work;
pub mod write_pdf;
