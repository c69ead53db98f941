//! Tests of `header`: see the module for what is promised.
