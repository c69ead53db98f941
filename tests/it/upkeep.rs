//! Keeping a ledger over the years with the command line: copies of a node that goes on
//! recording and is killed, bundles taken in by stopped and running nodes, items erased.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tests::http::{Client, segment};
use tests::process::{Finished, finish, until};
use tests::site::{Site, observation, served};

fn run(args: &[&str], code: i32) -> Finished {
    let run = finish("theriac", args);
    assert_eq!(run.code, code, "{args:?}: {}{}", run.out, run.err);
    run
}

fn json(args: &[&str], code: i32) -> Value {
    let run = run(&[args, &["--format", "json"]].concat(), code);
    serde_json::from_str(&run.out).expect("JSON on standard output")
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

fn record(client: &Client, serial: &str) {
    let answer = client.post("/epcis/capture", &observation(serial));
    let _taken = answer.expect(202);
}

fn events(client: &Client, serial: &str) -> usize {
    let path = format!("/epcis/events/{}", segment(&format!("urn:test:{serial}")));
    let answer = client.get(&path);
    if answer.status == 404 {
        return 0;
    }
    let found = answer.expect(200).json();
    let list = found.pointer("/epcisBody/queryResults/resultsBody/eventList");
    list.and_then(Value::as_array).map_or(0, Vec::len)
}

/// Records events one after the other until it is told to stop or the node is gone.
struct Load {
    acknowledged: Arc<Mutex<Vec<String>>>,
    stop: Arc<AtomicBool>,
    thread: std::thread::JoinHandle<()>,
}

impl Load {
    fn on(client: &Client) -> Self {
        let acknowledged: Arc<Mutex<Vec<String>>> = Arc::default();
        let stop = Arc::new(AtomicBool::new(false));
        let (told, ended) = (Arc::clone(&acknowledged), Arc::clone(&stop));
        let client = client.clone();
        let thread = std::thread::spawn(move || {
            for number in 0.. {
                let serial = format!("L{number}");
                let answer = client.try_post("/epcis/capture", &observation(&serial));
                match answer {
                    Some(answer) if answer.status == 202 => {
                        told.lock().expect("no panic").push(serial);
                    }
                    _ => return,
                }
                if ended.load(Ordering::Relaxed) {
                    return;
                }
            }
        });
        Self {
            acknowledged,
            stop,
            thread,
        }
    }

    fn so_far(&self) -> Vec<String> {
        self.acknowledged.lock().expect("no panic").clone()
    }

    fn wait_for(&self, more: usize) {
        let wanted = self.so_far().len() + more;
        until("further acknowledgements", || {
            (self.so_far().len() >= wanted).then_some(())
        });
    }
}

#[test]
#[allow(clippy::too_many_lines, reason = "one story")]
fn a_node_copies_itself_while_it_records_and_is_killed() {
    let holder = tempfile::tempdir().expect("a temporary folder");
    let backups = holder.path().join("backups");
    std::fs::create_dir(&backups).expect("a folder");
    let site = Site::fresh_with(&["--backup-dir", &text(&backups)]);
    let (server, key) = (
        site.admin.base().to_owned(),
        site.admin.key().expect("a key").to_owned(),
    );
    let asked = ["--server", &server, "--key", &key];
    let backup = |name: &str, more: &[&str]| {
        let args = [&["backup", "--name", name][..], more, &asked].concat();
        json(&args, 0)
    };
    let load = Load::on(&site.admin);
    load.wait_for(20);
    let before = load.so_far();
    let told = backup("first", &[]);
    assert_eq!(told["keys"], true, "{told:#}");
    let during = load.so_far();
    load.wait_for(5);
    assert!(during.len() >= before.len());
    let snapshot = backup("second", &["--snapshot", "--ledger-only"]);
    assert_eq!(snapshot["keys"], false, "{snapshot:#}");
    for (name, code) in [("first", 2), ("../third", 2), ("", 2), (".hidden", 2)] {
        let args = [&["backup", "--name", name][..], &asked].concat();
        assert!(!run(&args, code).err.is_empty());
    }
    let stranger = ["backup", "--name", "third", "--server", &server];
    run(
        &[&stranger[..], &["--key", "thr_00000000_AAAA"]].concat(),
        4,
    );
    let data = text(&site.dir);
    let in_use = run(
        &[
            "backup",
            "--data",
            &data,
            "--to",
            &text(&holder.path().join("x")),
        ],
        5,
    );
    assert!(in_use.err.contains("--name"), "{}", in_use.err);

    load.wait_for(5);
    let killed = site.killed();
    load.stop.store(true, Ordering::Relaxed);
    let all = load.so_far();
    load.thread.join().expect("the load ends by itself");
    for name in ["first", "second"] {
        let copy = text(&backups.join(name));
        run(&["check", "--data", &copy, "--rebuild"], 0);
    }
    assert!(!backups.join("second/keys").exists());
    let (running, client) = served(&backups.join("first"), &[]);
    let client = client.with_key(&key);
    for serial in &before {
        assert_eq!(
            events(&client, serial),
            1,
            "{serial} was acknowledged before the copy"
        );
    }
    // The copy is a node: it goes on.
    record(&client, "AFTER");
    assert_eq!(events(&client, "AFTER"), 1);
    assert!(running.stop().success());
    // And the killed one has everything.
    let site = killed.started(&[]);
    for serial in &all {
        assert_eq!(events(&site.admin, serial), 1, "{serial} was acknowledged");
    }
    let stopped = site.stopped();
    run(&["check", "--data", &text(&stopped.dir), "--rebuild"], 0);
}

#[test]
#[allow(clippy::too_many_lines, reason = "one story")]
fn a_bundle_is_taken_in_by_stopped_and_running_nodes() {
    let site = Site::fresh();
    record(&site.admin, "ONE");
    let stopped = site.stopped();
    let data = text(&stopped.dir);
    let [at_rest, running] = ["at-rest", "running"].map(|name| stopped.beside(name));
    for copy in [&at_rest, &running] {
        run(&["backup", "--data", &data, "--to", &text(copy)], 0);
    }
    let site = stopped.started(&[]);
    record(&site.admin, "TWO");
    record(&site.admin, "THREE");
    let stopped = site.stopped();
    let bundle = text(&stopped.beside("all.bundle"));
    run(
        &["ledger", "export", "--data", &data, "--output", &bundle],
        0,
    );

    let import = ["ledger", "import", &bundle, "--data", &text(&at_rest)];
    let counts = |told: &Value| {
        ["new", "known", "waiting", "refused"].map(|it| told[it].as_u64().expect("a count"))
    };
    // The third event's author knew a checkpoint that this log never had.
    let told = json(&import, 7);
    let ahead = "the author knew a checkpoint before there was one";
    let named = told["quarantines"].as_array().expect("a list");
    assert!(named.iter().all(|it| it["reason"] == ahead), "{told:#}");
    let count = named.len();
    assert!(count > 0 && told["quarantined"] == count, "{told:#}");
    let first = counts(&told);
    assert!(
        first[0] >= 2 && first[1] >= 1 && first[2..] == [0, 0],
        "{first:?}"
    );
    let again = counts(&json(&import, 0));
    assert_eq!(again, [0, first[0] + first[1], 0, 0]);
    run(&["check", "--data", &text(&at_rest), "--rebuild"], 0);

    let (process, client) = served(&running, &[]);
    let client = client.with_key(&stopped.key);
    assert_eq!(events(&client, "TWO"), 0);
    let server = client.base().to_owned();
    let asked = ["--server", &server, "--key", &stopped.key];
    let import = [&["ledger", "import", &bundle][..], &asked].concat();
    let told = run(&import, 7).out;
    assert!(
        told.contains(ahead) && told.contains(&format!("{count} without effect")),
        "{told}"
    );
    for serial in ["ONE", "TWO"] {
        assert_eq!(events(&client, serial), 1, "{serial}");
    }
    // The third knew a checkpoint that this log never had: it is recorded, and has no effect.
    assert_eq!(events(&client, "THREE"), 0);
    // One bit, and one byte less: nothing is taken, by neither.
    let bytes = std::fs::read(&bundle).expect("the bundle");
    let mut flipped = bytes.clone();
    flipped[bytes.len() / 2] ^= 1;
    let damaged = text(&stopped.beside("damaged.bundle"));
    for wrong in [&flipped[..], &bytes[..bytes.len() - 1], b"", b"TNGLBNDL"] {
        std::fs::write(&damaged, wrong).expect("a file");
        run(&[&["ledger", "import", &damaged][..], &asked].concat(), 6);
        run(
            &["ledger", "import", &damaged, "--data", &text(&at_rest)],
            6,
        );
    }
    let other = Site::fresh().stopped();
    let foreign = ["ledger", "import", &bundle, "--data", &text(&other.dir)];
    assert!(run(&foreign, 2).err.contains("another network"));
    let missing = text(&stopped.beside("none"));
    run(&[&["ledger", "import", &missing][..], &asked].concat(), 3);
    run(
        &["ledger", "import", &missing, "--data", &text(&at_rest)],
        3,
    );
    assert!(process.stop().success());
    run(&["check", "--data", &text(&running), "--rebuild"], 0);
}

/// A restored copy takes over the ledger of the node it was made of, so that nothing is lost that
/// was acknowledged after the copy.
#[test]
fn a_restored_copy_goes_on_from_the_ledger_of_the_old_node() {
    let site = Site::fresh();
    record(&site.admin, "ONE");
    let stopped = site.stopped();
    let restored = stopped.beside("restored");
    let data = text(&stopped.dir);
    run(&["backup", "--data", &data, "--to", &text(&restored)], 0);
    let site = stopped.started(&[]);
    for serial in ["TWO", "THREE", "FOUR"] {
        record(&site.admin, serial);
    }
    let stopped = site.stopped();
    std::fs::remove_dir_all(restored.join("ledger")).expect("the copy's ledger");
    std::fs::rename(stopped.dir.join("ledger"), restored.join("ledger")).expect("moved");
    run(&["check", "--data", &text(&restored), "--rebuild"], 0);
    let (process, client) = served(&restored, &[]);
    let client = client.with_key(&stopped.key);
    record(&client, "FIVE");
    for serial in ["ONE", "TWO", "THREE", "FOUR", "FIVE"] {
        assert_eq!(events(&client, serial), 1, "{serial}");
    }
    assert!(process.stop().success());
}

#[test]
fn items_are_erased_from_stopped_and_running_nodes() {
    let site = Site::fresh();
    for serial in ["ERASEDFIRST", "ERASEDSECOND", "KEPT"] {
        record(&site.admin, serial);
    }
    let block = |serial: &str| {
        let pack = format!("(01)09506000134352(21){serial}");
        let key = site.admin.key().expect("the admin's key");
        let args = ["trace", &pack, "--server", site.admin.base(), "--key", key];
        let history = json(&args, 0);
        let block = history.pointer("/events/0/block").and_then(Value::as_str);
        block.expect("the block of an event").to_owned()
    };
    let (first, second) = (block("ERASEDFIRST"), block("ERASEDSECOND"));
    let server = site.admin.base().to_owned();
    let key = site.admin.key().expect("a key").to_owned();
    let asked = ["--server", &server, "--key", &key];
    let erase = |block: &str, more: &[&str], code| {
        let args = [
            "ledger",
            "erase",
            block,
            "0",
            "--reason",
            "their time has come",
        ];
        run(&[&args[..], more].concat(), code)
    };
    let told = erase(&first, &asked, 0);
    assert!(told.out.contains("would erase 1 items"), "{}", told.out);
    assert_eq!(events(&site.admin, "ERASEDFIRST"), 1);
    let told = erase(&first, &[&asked[..], &["--yes"]].concat(), 0);
    assert!(told.out.contains("erased 1 items"), "{}", told.out);
    assert_eq!(events(&site.admin, "ERASEDFIRST"), 0);
    erase(&"00".repeat(32), &[&asked[..], &["--yes"]].concat(), 3);
    erase("5f2b", &[&asked[..], &["--yes"]].concat(), 2);

    let stopped = site.stopped();
    let data = text(&stopped.dir);
    erase(&second, &["--data", &data, "--yes"], 0);
    run(&["check", "--data", &data, "--rebuild"], 0);
    for entry in std::fs::read_dir(stopped.dir.join("ledger/log")).expect("the log") {
        let bytes = std::fs::read(entry.expect("a segment").path()).expect("a segment");
        for (serial, there) in [("ERASEDFIRST", false), ("ERASEDSECOND", false)] {
            let found = bytes
                .windows(serial.len())
                .any(|it| it == serial.as_bytes());
            assert_eq!(found, there, "{serial}");
        }
    }
    let site = stopped.started(&[]);
    for (serial, count) in [("ERASEDFIRST", 0), ("ERASEDSECOND", 0), ("KEPT", 1)] {
        assert_eq!(events(&site.admin, serial), count, "{serial}");
    }
    let file = text(&site.beside("erased.proof"));
    let args = [
        "proof",
        &first,
        "-o",
        &file,
        "--server",
        site.admin.base(),
        "--key",
        &key,
    ];
    run(&args, 0);
    run(&["verify-proof", &file, "--key", &site.log_key], 0);
}

#[test]
#[allow(clippy::too_many_lines, reason = "one story")]
fn check_names_what_is_damaged_and_what_to_do_slow() {
    const AUTHOR: &str = "keys/author-9506000100012.seed";
    type Damage = fn(&Path);
    let flip: Damage = |path| {
        let mut bytes = std::fs::read(path).expect("it is there");
        let middle = bytes.len() / 2;
        let at = if path.ends_with("000000.seg") {
            400
        } else {
            middle
        };
        bytes[at] ^= 4;
        std::fs::write(path, bytes).expect("it can be written");
    };
    let cut: Damage = |path| {
        let bytes = std::fs::read(path).expect("it is there");
        std::fs::write(path, &bytes[..bytes.len() / 2]).expect("it can be written");
    };
    let gone: Damage = |path| std::fs::remove_file(path).expect("it is there");
    let junk: Damage = |path| std::fs::write(path, "junk").expect("it can be written");
    // One hexadecimal digit.
    let other: Damage = |path| {
        let mut text = std::fs::read_to_string(path).expect("it is there");
        let digit = if text.starts_with('0') { "1" } else { "0" };
        text.replace_range(..1, digit);
        std::fs::write(path, text).expect("it can be written");
    };
    let backup = "from a backup";
    let site = Site::fresh();
    let party = serde_json::json!({ "gln": "9506000100012", "name": "A", "role": "wholesaler" });
    let _party = site.admin.post("/api/v1/parties", &party).expect(201);
    record(&site.admin, "ONE");
    record(&site.admin, "TWO");
    let stopped = site.stopped();
    let data = text(&stopped.dir);
    let aside = stopped.beside("aside");
    run(&["check", "--data", &data, "--rebuild"], 0);
    for (file, damage, remedy) in [
        ("ledger/log/000000.seg", flip, backup),
        ("ledger/log/000000.seg", cut, backup),
        ("ledger/log/000000.seg", gone, backup),
        ("ledger/index.redb", flip, "open the ledger"),
        ("ledger/index.redb", cut, "open the ledger"),
        ("ledger/index.redb", gone, "open the ledger"),
        ("ledger/checkpoint", flip, backup),
        ("ledger/checkpoint", gone, backup),
        ("ledger/checkpoint.keys", flip, backup),
        ("ledger/checkpoint.keys", gone, backup),
        ("ledger/genesis.cbor", flip, backup),
        ("ledger/genesis.cbor", gone, backup),
        ("ledger/clean", flip, "delete it"),
        ("ledger/clean", junk, "delete it"),
        ("ledger/witnessed", junk, "delete it"),
        ("keys/node.seed", cut, backup),
        ("keys/node.seed", gone, backup),
        ("keys/note.seed", gone, backup),
        ("keys/api-key-hash.seed", other, backup),
        ("keys/api-key-hash.seed", gone, backup),
        ("keys/root.seed", other, backup),
        ("keys/organisation-operator.seed", other, backup),
        ("keys/organisation-operator.seed", gone, backup),
        (AUTHOR, other, backup),
        (AUTHOR, gone, backup),
        ("node.redb", gone, "keys create"),
    ] {
        let path = stopped.dir.join(file);
        let was = path.exists();
        if was {
            std::fs::copy(&path, &aside).expect("it can be copied");
        }
        damage(&path);
        let found = run(&["check", "--data", &data], 6);
        let name = file.strip_prefix("ledger/").unwrap_or(file);
        let line = found.out.lines().find(|line| line.contains(name));
        let line = line.unwrap_or_else(|| panic!("{file} is not named: {}", found.out));
        assert!(line.contains(remedy), "{file}: {line}");
        if was {
            std::fs::copy(&aside, &path).expect("it can be restored");
        } else {
            std::fs::remove_file(&path).expect("it was made");
        }
        run(&["check", "--data", &data], 0);
    }
    // Another key in the place of ours is no key of this ledger.
    let own = std::fs::read(stopped.dir.join("keys/node.seed")).expect("the key");
    for (file, args) in [("node.seed", &["--rebuild"][..]), ("note.seed", &[])] {
        let path = stopped.dir.join("keys").join(file);
        let before = std::fs::read(&path).expect("the key");
        std::fs::write(&path, format!("{}\n", "07".repeat(32))).expect("it can be written");
        let found = run(&[&["check", "--data", &data][..], args].concat(), 6);
        assert!(
            found.out.contains("not the key that this ledger knows"),
            "{}",
            found.out
        );
        std::fs::write(&path, before).expect("it can be written");
    }
    assert_eq!(
        std::fs::read(stopped.dir.join("keys/node.seed")).expect("the key"),
        own
    );
}

/// Whatever bit of the database of API keys is flipped, the check ends by itself: it says so, or
/// finds nothing where the page is in no use.
#[test]
fn a_damaged_database_of_api_keys_is_told_and_ends_no_check_by_a_panic_slow() {
    let stopped = Site::fresh().stopped();
    let path = stopped.dir.join("node.redb");
    let whole = std::fs::read(&path).expect("the database");
    let data = text(&stopped.dir);
    let mut found = 0;
    for part in 0..48 {
        let mut bytes = whole.clone();
        let at = part * bytes.len() / 48 + 37;
        bytes[at] ^= 4;
        std::fs::write(&path, &bytes).expect("it can be written");
        let told = finish("theriac", &["check", "--data", &data]);
        assert!([0, 6].contains(&told.code), "byte {at}: {}", told.err);
        assert!(!told.err.contains("panicked"), "byte {at}: {}", told.err);
        found += usize::from(told.code == 6);
    }
    assert!(found > 0);
}
