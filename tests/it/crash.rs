//! Power may go at any moment: while the demo is being played, the whole process group is killed
//! with SIGKILL at a random moment, again and again. Whatever was acknowledged before is there
//! afterwards, and what is derived equals what the log gives.

use std::fs;
use std::path::Path;
use std::time::Duration;

use tests::http::{Client, segment};
use tests::process::{Running, finish, timed};

/// How often the process is killed, unless `THERIAC_KILL_ROUNDS` says otherwise.
const ROUNDS: u64 = 50;
/// Packs of each demo: small, so that the moments fall everywhere in the story.
const PACKS: &str = "150";

#[test]
fn nothing_acknowledged_is_lost_when_killed_at_any_moment_slow() {
    let seed = number("THERIAC_SEED").unwrap_or(1);
    let rounds = number("THERIAC_KILL_ROUNDS").unwrap_or(ROUNDS);
    eprintln!("seed {seed} (THERIAC_SEED), {rounds} rounds (THERIAC_KILL_ROUNDS)");
    let span_ms = whole_run_ms();
    let (mut acknowledged, mut interrupted) = (0, 0);
    for round in 0..rounds {
        let moment = mix(seed ^ (round << 32)) % span_ms;
        let (count, cut) = one_round(round, moment);
        acknowledged += count;
        interrupted += u64::from(cut);
    }
    eprintln!("{acknowledged} acknowledged, {interrupted} of {rounds} runs cut in the middle");
    assert!(
        acknowledged > rounds,
        "the runs acknowledge something: {acknowledged}"
    );
    assert!(interrupted > 0, "some kills fall into the run");
}

/// A number of the environment.
pub(crate) fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// How long a run takes here, in milliseconds after its socket is open: the kills fall within.
pub(crate) fn whole_run_ms() -> u64 {
    let holder = tempfile::tempdir().expect("a temporary folder");
    let data = holder.path().join("node").to_string_lossy().into_owned();
    let args = [
        "demo",
        "--data",
        &data,
        "--listen",
        "127.0.0.1:0",
        "--scale",
        PACKS,
    ];
    let mut running = Running::start("theriac", &args);
    running.wait_for("listening on");
    let (_, took) = timed(|| running.wait_for("ready"));
    running.kill();
    u64::try_from(took.as_millis()).unwrap_or(u64::MAX).max(100)
}

/// Plays, kills after `moment` ms, looks for everything acknowledged; gives how much that was and
/// whether the story was still going on.
fn one_round(round: u64, moment: u64) -> (u64, bool) {
    let holder = tempfile::tempdir().expect("a temporary folder");
    let dir = holder.path().join("node");
    let log = holder.path().join("acknowledged");
    play_and_kill(&dir, &log, round, moment);
    let cut = !dir.join("demo.json").exists();
    let context = format!("round {round}, killed after {moment} ms");
    (everything_is_there(&dir, &log, &context), cut)
}

/// Plays a demo in `dir` whose acknowledgements go to `log`, and kills it after `moment` ms.
pub(crate) fn play_and_kill(dir: &Path, log: &Path, seed: u64, moment: u64) {
    let (data, ack) = (dir.to_string_lossy(), log.to_string_lossy());
    let seed = seed.to_string();
    let demo = [
        "demo",
        "--data",
        &data,
        "--listen",
        "127.0.0.1:0",
        "--scale",
        PACKS,
    ];
    let args = [&demo[..], &["--seed", &seed, "--ack-log", &ack]].concat();
    let mut running = Running::start("theriac", &args);
    running.wait_for("listening on");
    std::thread::sleep(Duration::from_millis(moment));
    running.kill();
}

/// The lines of acknowledgements that were written whole.
pub(crate) fn acknowledged(log: &Path) -> Vec<String> {
    let text = fs::read_to_string(log).unwrap_or_default();
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    whole.lines().map(str::to_owned).collect()
}

/// Opens the node again and asks it for everything acknowledged; gives how much that was.
pub(crate) fn everything_is_there(dir: &Path, log: &Path, context: &str) -> u64 {
    let data = dir.to_string_lossy().into_owned();
    let key = finish(
        "theriac",
        &["keys", "create", "--data", &data, "--role", "admin"],
    );
    assert_eq!(key.code, 0, "{context}: {}{}", key.out, key.err);
    let key = key
        .out
        .split_whitespace()
        .find(|word| word.starts_with("thr_"));
    let key = key.expect("the key is printed").to_owned();
    let mut server = Running::start(
        "theriac",
        &["serve", "--data", &data, "--listen", "127.0.0.1:0"],
    );
    let client = Client::new(&server.wait_for("listening on")).with_key(&key);
    let acknowledged = acknowledged(log);
    for line in &acknowledged {
        let (kind, id) = line.split_once(' ').expect("a kind and an id");
        let path = match kind {
            "event" => format!("/epcis/events/{}", segment(id)),
            "block" => format!("/api/v1/blocks/{id}"),
            _ => panic!("{context}: what is `{line}`?"),
        };
        let answer = client.get(&path);
        assert_eq!(answer.status, 200, "{context}: lost {line}");
    }
    assert!(server.stop().success(), "{context}: it stops in good order");
    let check = finish("theriac", &["check", "--data", &data, "--rebuild"]);
    assert_eq!(check.code, 0, "{context}: {}{}", check.out, check.err);
    acknowledged.len() as u64
}

/// A well-mixed number from a counter (splitmix64).
pub(crate) fn mix(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
