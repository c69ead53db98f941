//! The page escapes, the figures are Prometheus', and readiness is about recording.

use super::*;
use crate::source::{Heard, Raw, Status};
use crate::spool::pressure::Stage;

const BAD: &str = "<script>\"'&\\\n";

fn snapshot(board: &Board) -> Snapshot {
    Snapshot {
        now_ms: 1_000_000,
        figures: board.read(),
        stock: Ok(Stock {
            events: 3,
            blocks: 2,
            refused: 1,
        }),
        spool: spool::Figures {
            stage: Stage::Held,
            bytes: 4_096,
            bytes_max: 8_192,
            file_bytes: 1,
        },
        active: Active {
            refused: Some(BAD.to_owned()),
            ..Active::default()
        },
        device: "ab".repeat(32),
        label: BAD.to_owned(),
        service: BAD.to_owned(),
    }
}

fn board() -> Board {
    Board::new([(BAD.to_owned(), "reader"), ("cold-1".to_owned(), "feed")])
}

#[test]
fn what_came_from_outside_is_text_on_the_page() {
    let board = board();
    board.heard(0, &Heard::Raw(Raw::Status(Status::Down(BAD.to_owned()))));
    board.service(Err(BAD.to_owned()));
    let mut snapshot = snapshot(&board);
    for stock in [snapshot.stock.clone(), Err(BAD.to_owned())] {
        snapshot.stock = stock;
        let page = page::page(&snapshot);
        assert!(!page.contains("<script"), "{page}");
        assert!(
            page.matches("&lt;script&gt;&quot;&#39;&amp;").count() >= 4,
            "{page}"
        );
        for foreign in ["http://", "https://", "src=", "href=", "url("] {
            assert!(!page.contains(foreign), "{foreign} in {page}");
        }
    }
    let hash = page::policy();
    assert!(
        hash.contains("default-src 'none'") && hash.contains("sha256-"),
        "{hash}"
    );
}

#[test]
fn figures_are_lines_that_prometheus_reads() {
    let board = board();
    board.heard(0, &Heard::Raw(Raw::Status(Status::Up(String::new()))));
    let text = metrics::text(&snapshot(&board));
    let mut typed = std::collections::BTreeSet::new();
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').unwrap();
            assert!(typed.insert(name.to_owned()), "{name} twice");
            assert!(["gauge", "counter"].contains(&kind), "{line}");
            assert_eq!(kind == "counter", name.ends_with("_total"), "{line}");
            continue;
        }
        if line.starts_with("# HELP ") {
            continue;
        }
        let (name, value) = line.rsplit_once(' ').unwrap();
        assert!(value.parse::<f64>().is_ok(), "{line}");
        let name = name.split('{').next().unwrap();
        assert!(typed.contains(name), "{line} has no type");
    }
    let bad = "source=\"<script>\\\"'&\\\\\\n\"";
    assert!(
        text.contains(&format!("rfid_bridge_source_up{{{bad},kind=\"reader\"}} 1")),
        "{text}"
    );
    assert!(text.contains("rfid_bridge_spool_blocks 2\n"), "{text}");
    assert!(
        text.contains("rfid_bridge_spool_stage{stage=\"held\"} 1\n"),
        "{text}"
    );
    assert!(
        !text.contains("source_up{source=\"cold-1\""),
        "it never said: {text}"
    );
}

#[test]
fn a_bridge_that_hears_nobody_or_has_no_disk_is_not_ready() {
    let board = board();
    let down = |at| {
        board.heard(
            at,
            &Heard::Raw(Raw::Status(Status::Down("away".to_owned()))),
        );
    };
    board.service(Err("away".to_owned()));
    assert_eq!(snapshot(&board).fault(), None, "offline it stores");
    down(0);
    assert_eq!(snapshot(&board).fault(), None, "one is left");
    down(1);
    assert_eq!(
        snapshot(&board).fault().as_deref(),
        Some("no source is heard")
    );
    let broken = Snapshot {
        stock: Err("disk".to_owned()),
        ..snapshot(&Board::new([]))
    };
    assert_eq!(broken.fault().as_deref(), Some("disk"));
}
