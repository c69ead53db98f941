//! Tests of `cbor`: see the module for what is promised.
