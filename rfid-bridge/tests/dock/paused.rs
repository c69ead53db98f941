//! A simulated reader before a spool that is nearly full: its inventory is paused, and goes on
//! when there is room.

use std::time::Duration;

use rfid_bridge::llrp::session::{Notice, Session, SessionConfig};
use rfid_bridge::reader::clock::Clock;
use rfid_bridge::reader::tcp::{self, Control, Target, Told, What};
use rfid_bridge::spool::pressure::Stage;
use tokio::sync::{mpsc, watch};

use super::door;

/// The next that is said of the inventory; `None` for reads.
async fn next(from: &mut mpsc::Receiver<Told>) -> Option<Notice> {
    loop {
        let told = tokio::time::timeout(Duration::from_secs(30), from.recv()).await;
        match told.expect("news in time").expect("a session").what {
            What::Reads(_) => return None,
            What::Notice(notice @ (Notice::Paused(_) | Notice::Tolerated(..))) => {
                return Some(notice);
            }
            What::Notice(_) => {}
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_is_paused_while_there_is_no_room() {
    let (_sim, address) = door(&["--tags", "20", "--dwell-ms", "60000"]);
    let target = Target {
        reader: 0,
        address,
        tls: None,
    };
    let (to, mut from) = mpsc::channel(64);
    let (_stop, stop) = watch::channel(false);
    let (fill, stage) = watch::channel(Stage::Coarse);
    let control = Control {
        stop,
        stage: Some(stage),
    };
    let session = Session::new(SessionConfig::default());
    tokio::spawn(tcp::run(target, session, Clock::start(), to, control));
    assert_eq!(next(&mut from).await, None, "it reads");
    for _ in 0..2 {
        fill.send(Stage::Held).unwrap();
        while next(&mut from).await != Some(Notice::Paused(true)) {}
        fill.send(Stage::Dropping).unwrap();
        // Hundreds of reads would come in this time.
        tokio::time::sleep(Duration::from_millis(500)).await;
        assert!(from.try_recv().is_err(), "nothing comes");
        fill.send(Stage::Free).unwrap();
        assert_eq!(next(&mut from).await, Some(Notice::Paused(false)));
        assert_eq!(next(&mut from).await, None, "it reads again");
    }
}
