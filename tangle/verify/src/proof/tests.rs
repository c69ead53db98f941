//! Tests of `proof`: see the module for what is promised.
