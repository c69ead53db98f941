//! Sensors: what a file or a message of a temperature logger says, as values. So far the signed
//! text files of Berlinger's loggers.

pub mod berlinger;
