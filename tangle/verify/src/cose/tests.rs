//! Tests of `cose`: see the module for what is promised.
