//! The running program: configuration, database, object store, index, clock.
