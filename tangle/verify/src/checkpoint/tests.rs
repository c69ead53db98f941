//! Tests of `checkpoint`: see the module for what is promised.
