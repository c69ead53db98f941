//! Tests of `block`: see the module for what is promised.
