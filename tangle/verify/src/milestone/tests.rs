//! Tests of `milestone`: see the module for what is promised.
