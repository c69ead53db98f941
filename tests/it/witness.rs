//! Witnesses as processes of their own: a node asks them, keeps what they say and hands it out
//! with checkpoint and proofs; one that is down holds nothing up; a log with two histories is
//! refused by the witness that saw the first, and named by it.

use std::path::{Path, PathBuf};

use serde_json::Value;
use tests::http::Client;
use tests::process::{Finished, Running, finish, until};
use tests::site::{Site, observation, served};

/// Nobody listens on the discard port of this machine.
const NOBODY: &str = "http://127.0.0.1:9";
const PACK: &str = "(01)09506000134352(21)";

/// The folder of a witness and its key.
struct Witness {
    dir: PathBuf,
    key: String,
}

impl Witness {
    fn made(dir: PathBuf, name: &str, log: &str) -> Self {
        let data = dir.to_string_lossy().into_owned();
        let args = ["witness", "init", "--data", &data, "--name", name];
        let made = run(
            &[&args[..], &["--log", log, "--format", "json"]].concat(),
            0,
        );
        let made: Value = serde_json::from_str(&made.out).expect("JSON");
        let key = made["witness_key"].as_str().expect("its key").to_owned();
        Self { dir, key }
    }

    fn serve(&self) -> (Running, String) {
        let data = self.dir.to_string_lossy();
        let args = ["witness", "serve", "--data", &data];
        let args = [&args[..], &["--listen", "127.0.0.1:0"]].concat();
        let mut running = Running::start("theriac", &args);
        let url = running.wait_for("listening on");
        (running, url)
    }
}

fn run(args: &[&str], code: i32) -> Finished {
    let run = finish("theriac", args);
    assert_eq!(run.code, code, "{args:?}: {}{}", run.out, run.err);
    run
}

fn record(admin: &Client, serial: &str) {
    let answer = admin.post("/epcis/capture", &observation(serial));
    let _taken = answer.expect(202);
}

/// The note of the latest checkpoint, once as many witnesses have co-signed it.
fn witnessed(admin: &Client, count: usize) -> String {
    until("a co-signed checkpoint", || {
        let latest = admin.get("/api/v1/checkpoint").expect(200).text();
        let signatures = latest
            .lines()
            .filter(|it| it.starts_with('\u{2014}'))
            .count();
        (signatures == 1 + count).then_some(latest)
    })
}

fn proof(site: &Site, serial: &str, file: &Path) -> String {
    let file = file.to_string_lossy().into_owned();
    let pack = format!("{PACK}{serial}");
    let key = site.admin.key().expect("the admin's key");
    let args = ["proof", &pack, "-o", &file, "--server", site.admin.base()];
    run(&[&args[..], &["--key", key]].concat(), 0);
    file
}

#[test]
#[allow(clippy::too_many_lines, reason = "one story")]
fn a_node_keeps_and_hands_out_what_its_witnesses_say() {
    let site = Site::fresh();
    let first = Witness::made(site.beside("w1"), "one.example/w", &site.log_key);
    let second = Witness::made(site.beside("w2"), "two.example/w", &site.log_key);
    let (running, url) = first.serve();
    let stopped = site.stopped();
    // The second witness is down.
    let asked = [
        "--witness",
        &url,
        &first.key,
        "--witness",
        NOBODY,
        &second.key,
    ];
    let site = stopped.started(&asked);
    record(&site.admin, "W1");
    let note = witnessed(&site.admin, 1);
    let same = site.admin.get("/api/v1/checkpoint?witnessed=true");
    assert_eq!(same.expect(200).text(), note);
    let states = site.admin.get("/api/v1/witnesses").expect(200).json();
    let state = |at: usize, field: &str| states["witnesses"][at][field].clone();
    assert!(
        state(0, "size").as_u64() > Some(1) && state(0, "problem").is_null(),
        "{states:#}"
    );
    assert!(
        state(1, "size").is_null() && state(1, "problem").is_string(),
        "{states:#}"
    );

    let file = proof(&site, "W1", &site.beside("one.proof"));
    let log = site.log_key.clone();
    let both = [
        "verify-proof",
        &file,
        "--key",
        &log,
        "--witness",
        &first.key,
        &second.key,
    ];
    let with = |more: &[&str], code| run(&[&both[..], more].concat(), code);
    let refused = with(&[], 6);
    assert!(refused.err.contains("'trust'"), "{}", refused.err);
    with(&["--quorum", "1"], 0);
    with(&["--quorum", "3"], 2);
    let swapped = [
        "verify-proof",
        &file,
        "--key",
        &first.key,
        "--witness",
        &log,
    ];
    assert!(run(&swapped, 2).err.contains("other kind"));

    // What was kept outlives the node, and the witness remembers.
    running.kill();
    let site = site.killed().started(&[]);
    let kept = site.admin.get("/api/v1/checkpoint?witnessed=true");
    assert_eq!(kept.expect(200).text(), note);
    let again = proof(&site, "W1", &site.beside("again.proof"));
    run(
        &[
            "verify-proof",
            &again,
            "--key",
            &log,
            "--witness",
            &first.key,
        ],
        0,
    );
    let (first_again, url) = first.serve();
    let body = format!("old 0\n\n{note}");
    let forgotten = Client::new(&url).post_bytes("/add-checkpoint", "text/plain", body.as_bytes());
    let forgotten = forgotten.expect(409);
    assert_eq!(forgotten.content_type.as_deref(), Some("text/x.tlog.size"));
    assert_eq!(Some(forgotten.text().trim()), note.lines().nth(1));

    // With the second witness there is a quorum of two.
    let (second_running, second_url) = second.serve();
    let asked = [
        "--witness",
        &url,
        &first.key,
        "--witness",
        &second_url,
        &second.key,
    ];
    let site = site.stopped().started(&asked);
    record(&site.admin, "W2");
    witnessed(&site.admin, 2);
    for serial in ["W1", "W2"] {
        let file = proof(&site, serial, &site.beside(serial));
        let both = [
            "verify-proof",
            &file,
            "--key",
            &log,
            "--witness",
            &first.key,
            &second.key,
        ];
        run(&both, 0);
    }
    for process in [first_again, second_running] {
        assert!(process.stop().success(), "a witness stops in good order");
    }
    assert!(site.stopped().dir.exists());
}

#[test]
fn a_log_with_two_histories_is_refused_and_named() {
    let site = Site::fresh();
    let witness = Witness::made(site.beside("w"), "w.example/w", &site.log_key);
    record(&site.admin, "BEFORE");
    let copy = site.beside("copy");
    let stopped = site.stopped();
    let (data, to) = (stopped.dir.to_string_lossy(), copy.to_string_lossy());
    run(&["backup", "--data", &data, "--to", &to], 0);
    let key = stopped.key.clone();
    let (running, url) = witness.serve();
    let asked = ["--witness", &url, &witness.key];
    let site = stopped.started(&asked);
    record(&site.admin, "HERE");
    witnessed(&site.admin, 1);
    // An orderly stop would say one thing more, with the witness listening or not.
    let honest = site.killed();

    // The same keys go on from where the copy was made, and say something else.
    let (forked, client) = served(&copy, &asked);
    let admin = client.with_key(&key);
    let told = |wanted: &str| {
        until(wanted, || {
            let states = admin.get("/api/v1/witnesses").expect(200).json();
            let state = &states["witnesses"][0];
            let problem = state["problem"].as_str().unwrap_or_default();
            (state["refused"] == true && problem.contains(wanted)).then_some(())
        });
    };
    told("rolled back");
    record(&admin, "ELSEWHERE");
    told("another history");
    let _none = admin.get("/api/v1/checkpoint?witnessed=true").expect(404);
    assert!(forked.stop().success());

    // The honest one goes on being co-signed, and the witness has the evidence.
    let site = honest.started(&asked);
    record(&site.admin, "STILL");
    witnessed(&site.admin, 1);
    let data = witness.dir.to_string_lossy();
    assert!(
        run(&["witness", "show", "--data", &data], 5)
            .err
            .contains("running")
    );
    running.kill();
    let shown = run(&["witness", "show", "--data", &data], 6);
    assert!(shown.out.contains("FORK, proven"), "{}", shown.out);
    assert!(shown.err.contains("two histories"), "{}", shown.err);
    assert!(site.stopped().dir.exists());
}

#[test]
fn a_witness_says_what_is_wrong_with_its_command_line() {
    let holder = tempfile::tempdir().expect("a temporary folder");
    let data = holder.path().join("w").to_string_lossy().into_owned();
    let missing = run(&["witness", "serve", "--data", &data], 3);
    assert!(missing.err.contains("witness init"), "{}", missing.err);
    let init = ["witness", "init", "--data", &data, "--name"];
    assert!(
        run(&[&init[..], &["two words"]].concat(), 2)
            .err
            .contains("two words")
    );
    let garbled = run(&[&init[..], &["w.example", "--log", "garbled"]].concat(), 2);
    assert!(garbled.err.contains("garbled"), "{}", garbled.err);
    run(&[&init[..], &["w.example"]].concat(), 0);
    run(&[&init[..], &["w.example"]].concat(), 2);
    let shown = run(&["witness", "show", "--data", &data], 0);
    let key = shown.out.split_whitespace().find(|it| it.contains('+'));
    let key = key.expect("its key").to_owned();
    // Its own key is not that of a log; a log's key is not that of a witness.
    assert!(
        run(&["witness", "serve", "--data", &data, "--log", &key], 2)
            .err
            .contains("witness")
    );
    let site = Site::fresh();
    let log = site.log_key.clone();
    let stopped = site.stopped();
    let node = stopped.dir.to_string_lossy();
    let serve = [
        "serve",
        "--data",
        &node,
        "--listen",
        "127.0.0.1:0",
        "--witness",
        NOBODY,
    ];
    assert!(
        run(&[&serve[..], &[&log]].concat(), 2)
            .err
            .contains("of a log")
    );
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("its address").to_string();
    let busy = run(
        &["witness", "serve", "--data", &data, "--listen", &address],
        2,
    );
    assert!(busy.err.contains("--listen"), "{}", busy.err);
}
