//! From a source file to a recorded delivery: nothing is touched before the copy is safe.
