//! Tests of `merkle`: see the module for what is promised.
