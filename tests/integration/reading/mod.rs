//! Reading and steering over HTTP: the program serves real pages to programs with tokens.

mod administration;
mod deciding;
mod exports;
mod iiif;
mod images;
mod paper;
mod rights;
mod site;
mod uploads;
