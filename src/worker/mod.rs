//! Claims due work and calls the steps; one file per kind of work.
