//! Tests of `genesis`: see the module for what is promised.
