//! What goes wrong without anybody's bad will: lines, offices, scanners, boxes and loggers. What
//! happens to records on their way is in `post`.

pub(crate) mod delivery;
pub(crate) mod heat;
pub(crate) mod journey;
pub(crate) mod line;
pub(crate) mod office;
pub(crate) mod scanner;
