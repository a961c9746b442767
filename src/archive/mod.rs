//! The object store: where it is, the intake area with the scan files, and the stored page results.
