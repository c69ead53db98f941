//! One command that shows everything: a small supply chain with its parties, packs, loggers and
//! one of each kind of trouble. [`story`] writes everything down from a seed and the present time;
//! [`play`] sends it to a running node over the public interfaces, as strangers would; [`dock`]
//! runs a reader and a bridge against each other over TCP. What is left of it is [`facts`].

pub mod cast;
pub mod climate;
pub mod dock;
pub mod facts;
pub mod logger;
pub mod plan;
pub mod play;
mod script;
pub mod seeded;
pub mod setup;
pub mod story;
