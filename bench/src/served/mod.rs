//! The node as its users meet it: the program `theriac serve` in a process of its own, on loopback,
//! asked by this process over HTTP. Node and load share the machine's cores, as the yardsticks
//! beside them do: handlers of the same HTTP library that do the least a node would have to do,
//! in a process of their own as well, and `PostgreSQL`.

mod bare;
mod blocks;
mod capture;
mod goods;
mod load;
mod node;
mod open;
mod query;
mod soak;
mod verify;
mod wire;

/// Runs what is called `name`; `false` when nothing is.
pub(crate) fn run(name: &str, number: impl Fn(usize, usize) -> usize) -> bool {
    match name {
        "capture" => capture::capture(number(1, 400)),
        "blocks" => blocks::blocks(number(1, 60_000)),
        "verify" => verify::verify(number(1, 1_000_000)),
        "query" => query::query(number(1, 1_000_000)),
        "open" => open::open(number(1, 3_000_000)),
        "soak" => soak::soak(number(1, 20), number(2, 60)),
        "bare-verify" => bare::verify(number(1, 1_000_000)),
        "bare-blocks" => bare::blocks(),
        _ => return false,
    }
    true
}
