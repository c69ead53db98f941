//! Sensors: what a file or a message of a temperature logger says, as values. A file
//! becomes a [`log::LogFile`], a message a [`crate::source::Report`].

pub mod berlinger;
pub mod hobo;
pub mod log;
pub mod magnus;
pub mod measures;
pub mod ruuvi;
pub mod table;
