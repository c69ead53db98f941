//! Tests of `outcome`: see the module for what is promised.
