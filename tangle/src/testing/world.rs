//! Placeholder of a test helper, to be filled.
