//! The page for people: one HTML document without script, loaded anew every ten seconds, that
//! asks nobody for anything. Everything that came from outside (names, a reader's words) is
//! escaped, and a policy that allows nothing but this page's own style stands behind that.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use super::Snapshot;
use crate::board::Heardness;
use crate::spool::pressure::Stage;

const STYLE: &str = "\
:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}\
body{margin:0 auto;padding:1.5rem;max-width:60rem}\
h1{font-size:1.4rem;margin:0 0 .2rem}h2{font-size:1.05rem;margin:1.6rem 0 .4rem}\
p{margin:.2rem 0}table{border-collapse:collapse;width:100%}\
th,td{text-align:left;padding:.35rem .8rem .35rem 0;border-bottom:1px solid #8884;\
vertical-align:top}td.n{text-align:right;font-variant-numeric:tabular-nums}\
th.n{text-align:right}code{font-size:.85rem;overflow-wrap:anywhere}\
.good::before{content:'\\25CF\\00A0';color:#1a7f37}\
.bad::before{content:'\\25B2\\00A0';color:#c62828}\
.idle::before{content:'\\25CB\\00A0';color:#777}.quiet{color:#777}";

/// What a browser may do with anything that is answered here: show it with this style.
pub(super) fn policy() -> String {
    let hash = STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'"
    )
}

/// The page.
pub(super) fn page(snapshot: &Snapshot) -> String {
    let name = match snapshot.label.as_str() {
        "" => "rfid-bridge".to_owned(),
        label => format!("rfid-bridge {}", escaped(label)),
    };
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <meta http-equiv=\"refresh\" content=\"10\"><title>{name}</title>\
         <style>{STYLE}</style></head>\n<body><h1>{name}</h1>{}{}{}{}</body></html>\n",
        verdict(snapshot),
        sources(snapshot),
        way(snapshot),
        about(snapshot),
    )
}

fn verdict(snapshot: &Snapshot) -> String {
    match snapshot.fault() {
        None => "<p class=\"good\">It records.</p>".to_owned(),
        Some(why) => format!("<p class=\"bad\">It does not record: {}</p>", escaped(&why)),
    }
}

fn sources(snapshot: &Snapshot) -> String {
    let mut rows = String::new();
    for source in &snapshot.figures.sources {
        let heard = source
            .heard_ms
            .map_or("not yet".to_owned(), |at_ms| when(snapshot.now_ms, at_ms));
        // Writing to a string does not fail.
        let _written = writeln!(
            rows,
            "<tr><td>{}<br><span class=\"quiet\">{}</span></td><td>{}</td><td>{heard}</td>\
             <td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td></tr>",
            escaped(&source.name),
            source.kind,
            state(source),
            source.reads,
            source.letters,
            source.gaps,
        );
    }
    format!(
        "<h2>Sources</h2><table><tr><th>source</th><th>state</th><th>heard</th>\
         <th class=\"n\">reads</th><th class=\"n\">messages</th><th class=\"n\">gaps</th></tr>\n\
         {rows}</table>"
    )
}

fn state(source: &Heardness) -> String {
    let mut text = match &source.state {
        None => "<span class=\"idle\">waiting</span>".to_owned(),
        Some(Ok(how)) => format!("<span class=\"good\">{}</span>", escaped(how)),
        Some(Err(why)) => format!("<span class=\"bad\">{}</span>", escaped(why)),
    };
    if !source.antennas_lost.is_empty() {
        let ports: Vec<String> = source.antennas_lost.iter().map(u16::to_string).collect();
        let ports = ports.join(", ");
        let _written = write!(
            text,
            "<br><span class=\"bad\">antenna {ports} is lost</span>"
        );
    }
    text
}

/// From the spool to the service.
fn way(snapshot: &Snapshot) -> String {
    let figures = &snapshot.figures;
    let stock = match &snapshot.stock {
        Ok(stock) => format!(
            "{} events and {} blocks wait; {} of {} bytes<br>{}",
            stock.events,
            stock.blocks,
            snapshot.spool.bytes,
            snapshot.spool.bytes_max,
            stage(snapshot.spool.stage)
        ),
        Err(why) => format!("<span class=\"bad\">{}</span>", escaped(why)),
    };
    let refused = match snapshot.stock.as_ref().map_or(0, |stock| stock.refused) {
        0 => "none".to_owned(),
        some => format!("<span class=\"bad\">{some} kept aside: somebody must look at them</span>"),
    };
    let service = match &figures.service {
        None => "<span class=\"idle\">not asked yet</span>".to_owned(),
        Some(Ok(())) => "<span class=\"good\">answers</span>".to_owned(),
        Some(Err(why)) => format!("<span class=\"bad\">{}</span>", escaped(why)),
    };
    let last = |at: Option<i64>| at.map_or("not yet".to_owned(), |it| when(snapshot.now_ms, it));
    rows(
        "On the way",
        &[
            ("spool", stock),
            ("refused blocks", refused),
            (
                "service",
                format!("{}<br>{service}", escaped(&snapshot.service)),
            ),
            ("last word with it", last(figures.service_ms)),
            ("last delivery", last(figures.delivered_ms)),
            (
                "since the start",
                format!(
                    "{} events of {} passages and {} values; {} blocks signed, {} delivered",
                    figures.line.events,
                    figures.line.observations,
                    figures.line.samples,
                    figures.done.sealed,
                    figures.done.delivered
                ),
            ),
        ],
    )
}

/// What the bridge does about how full the spool is.
fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::Free => "<span class=\"good\">there is room</span>",
        Stage::Coarse => "<span class=\"bad\">it fills: events are made larger and fewer</span>",
        Stage::Held => "<span class=\"bad\">nearly full: what can wait is not taken</span>",
        Stage::Dropping => "<span class=\"bad\">full: reads are dropped and counted</span>",
    }
}

fn about(snapshot: &Snapshot) -> String {
    rows(
        "This gateway",
        &[
            ("clock", utc(snapshot.now_ms)),
            (
                "running since",
                when(snapshot.now_ms, snapshot.figures.started_ms),
            ),
            ("configuration", configuration(snapshot)),
            (
                "device key",
                format!("<code>{}</code>", escaped(&snapshot.device)),
            ),
            ("version", env!("CARGO_PKG_VERSION").to_owned()),
        ],
    )
}

/// Which configuration is at work, and what became of others.
fn configuration(snapshot: &Snapshot) -> String {
    let active = &snapshot.active;
    let mut text = format!(
        "<code>{}</code>, {}",
        escaped(&active.version),
        when(snapshot.now_ms, active.since_ms)
    );
    if active.is_on_trial {
        text.push_str("<br>on trial: taken back unless its sources are heard soon");
    }
    if active.is_fallback {
        text.push_str("<br><span class=\"bad\">a copy: the file cannot be used</span>");
    }
    if let Some(why) = &active.refused {
        let _written = write!(
            text,
            "<br><span class=\"bad\">the latest change was refused: {}</span>",
            escaped(why)
        );
    }
    text
}

/// A table of names and values; values are HTML.
fn rows(title: &str, rows: &[(&str, String)]) -> String {
    let rows: Vec<String> = rows
        .iter()
        .map(|(name, value)| format!("<tr><th>{name}</th><td>{value}</td></tr>\n"))
        .collect();
    format!("<h2>{title}</h2><table>{}</table>", rows.concat())
}

/// How long ago, with the time itself.
fn when(now_ms: i64, at_ms: i64) -> String {
    let ago = now_ms.saturating_sub(at_ms) / 1_000;
    let ago = match ago {
        ..0 => "ahead of the clock".to_owned(),
        0..120 => format!("{ago} s ago"),
        120..7_200 => format!("{} min ago", ago / 60),
        7_200..172_800 => format!("{} h ago", ago / 3_600),
        _ => format!("{} days ago", ago / 86_400),
    };
    format!("{ago} <span class=\"quiet\">{}</span>", utc(at_ms))
}

fn utc(ms: i64) -> String {
    let time = chrono::DateTime::from_timestamp_millis(ms).unwrap_or_default();
    time.format("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// Text as HTML, in elements and in quoted attributes.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}
