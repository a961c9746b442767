//! The server over real HTTP: signing in, rights, and what is done against those who come without.

mod cover_sheets;
mod frame;
mod limits;
mod matrix;
mod openapi;
mod people;
mod provider;
mod schemathesis;
mod second_factor;
mod security;
mod serving;
mod sign_in;
mod site;
