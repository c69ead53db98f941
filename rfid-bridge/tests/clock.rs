//! A real `chronyd` (Debian package `chrony`, which `cargo xtask setup` installs; without it this
//! test says so and passes) asked by its own client and by NTP: before it has a source, with one,
//! and with its own clock alone. It is told to leave the machine's clock as it is.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a test may stop at the first surprise"
)]

use std::net::{SocketAddr, UdpSocket};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use rfid_bridge::reader::reference::Witnesses;
use rfid_bridge::timekeeping::Quality;

mod common;

use common::Process;

fn free_port() -> u16 {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.local_addr().unwrap().port()
}

/// A time service and its ports for NTP and for its client; `None` without one on this machine.
fn chronyd(folder: &Path, name: &str, source: &str) -> Option<(Process, u16, u16)> {
    let program = ["/usr/sbin/chronyd", "/usr/local/sbin/chronyd"]
        .into_iter()
        .find(|path| Path::new(path).exists());
    let Some(program) = program else {
        eprintln!("SKIPPED: chronyd is not installed");
        return None;
    };
    let (ntp, client) = (free_port(), free_port());
    let config = folder.join(name);
    let pid = folder.join(format!("{name}.pid"));
    let text = format!(
        "{source}\nport {ntp}\ncmdport {client}\nbindaddress 127.0.0.1\n\
         bindcmdaddress 127.0.0.1\nbindcmdaddress /\nallow 127.0.0.1\npidfile {}\n",
        pid.display()
    );
    std::fs::write(&config, text).unwrap();
    let child = Command::new(program)
        .args(["-x", "-d", "-u", "root", "-f"])
        .arg(&config)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    Some((Process(child), ntp, client))
}

fn words(text: &str) -> Vec<String> {
    text.split(' ').map(ToOwned::to_owned).collect()
}

/// Asks `chronyc` on a port, or else NTP on the other.
fn witnesses(client: Option<u16>, ntp: u16) -> Witnesses {
    let chronyc = |port: u16| words(&format!("chronyc -n -c -h 127.0.0.1 -p {port} tracking"));
    Witnesses {
        chronyc: client.map(chronyc).unwrap_or_default(),
        ntp: SocketAddr::from(([127, 0, 0, 1], ntp)),
        timedatectl: Vec::new(),
    }
}

fn until(what: &str, witnesses: &Witnesses, quality: Quality) {
    for _ in 0..600 {
        if witnesses.ask() == quality {
            return;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("{what}: not {quality:?}");
}

#[test]
fn chronyd_says_whether_it_keeps_the_clock() {
    let folder = tempfile::tempdir().unwrap();
    let nobody = free_port();
    let silent = witnesses(Some(nobody), nobody);
    let Some((_alone, root, client)) = chronyd(folder.path(), "alone", "local stratum 3") else {
        return;
    };
    assert_eq!(silent.ask(), Quality::Unknown);
    let by_client = witnesses(Some(client), nobody);
    let by_ntp = witnesses(None, root);
    until("its own clock", &by_client, Quality::Unsynchronised);
    until("its own clock, by NTP", &by_ntp, Quality::Unsynchronised);

    let source = format!("server 127.0.0.1 port {root} iburst minpoll -2 maxpoll 0");
    let (_behind, ntp, client) = chronyd(folder.path(), "behind", &source).unwrap();
    let by_client = witnesses(Some(client), nobody);
    until("behind another", &by_client, Quality::Synchronised);
    until(
        "the same by NTP",
        &witnesses(None, ntp),
        Quality::Synchronised,
    );
}
