//! What goes wrong without anybody's bad will: scanners, boxes and loggers. What happens to records
//! on their way is in `post`.

pub(crate) mod delivery;
pub(crate) mod journey;
pub(crate) mod scanner;
