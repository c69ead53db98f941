//! `theriac verify`: one scan, or many from standard input, and what to do with the pack. When no
//! node answers the verdict is `not_checked`: a pack is never called genuine without an answer.

use std::io::BufRead;

use clap::Args;
use serde_json::{Value, json};
use service::client::{Client, ClientError};

use super::connect::Connection;
use super::exit::{Exit, Failure, one_line};
use super::out::{self, Colour, Format, list, painted, text};

const EXAMPLES: &str = "\
Examples:
  theriac verify '010950600013435221K7M2{GS}1728063010LB2611A'
  theriac verify '(01)09506000134352(21)K7M2(17)280630(10)LB2611A' --format json
  theriac verify https://id.gs1.org/01/09506000134352/21/K7M2
  scanner-tool | theriac verify - --key-file pharmacy.key

A group separator may be a real 0x1D, {GS}, ^ or \\x1d.
Exit code: 0 genuine, 1 any other verdict, 2 no scan or a wrong one, 5 not checked (no answer from the node).";

/// Ask whether a pack may be handed on or dispensed
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Verify {
    /// What the scanner read; `-` reads one scan a line from standard input
    #[arg(value_name = "SCAN", allow_hyphen_values = true)]
    scan: String,
    /// Where the pack is: GLN or location URI (default: the key's party)
    #[arg(long, value_name = "GLN")]
    location: Option<String>,
    #[command(flatten)]
    connection: Connection,
}

/// A scan is a line of a label, not a file.
const SCAN_CHARS_MAX: usize = 4_096;

pub(crate) fn run(command: &Verify, format: Format) -> Result<Exit, Failure> {
    let client = command.connection.client()?;
    let location = command.location.as_deref();
    if command.scan != "-" {
        let answer = ask(&client, &command.scan, location)?;
        match format {
            Format::Json => out::json(&answer.verdict),
            Format::Text => print(&answer.verdict),
        }
        answer.tell(&command.connection.server);
        return Ok(answer.exit());
    }
    let mut worst = Exit::Ok;
    let mut asked = false;
    for line in std::io::stdin().lock().lines() {
        let line = line.map_err(|error| Failure::usage(anyhow::Error::from(error)))?;
        if line.trim().is_empty() {
            continue;
        }
        asked = true;
        let answer = ask(&client, &line, location)?;
        match format {
            Format::Json => out::json_line(&answer.verdict),
            Format::Text => out::line(&summary(&answer.verdict)),
        }
        answer.tell(&command.connection.server);
        if worst != Exit::Unreachable && answer.exit() != Exit::Ok {
            worst = answer.exit();
        }
    }
    if !asked {
        // Nothing was checked, so nothing is genuine.
        let error = anyhow::anyhow!("no scan came on standard input");
        return Err(Failure::usage(error).advise("give one scan a line"));
    }
    Ok(worst)
}

/// A verdict, and why there is none of the node's.
struct Answer {
    verdict: Value,
    unreachable: Option<ClientError>,
}

impl Answer {
    fn exit(&self) -> Exit {
        match (text(&self.verdict, "/verdict").as_str(), &self.unreachable) {
            (_, Some(_)) | ("not_checked", None) => Exit::Unreachable,
            ("genuine", None) => Exit::Ok,
            _ => Exit::Negative,
        }
    }

    fn tell(&self, server: &str) {
        if let Some(error) = &self.unreachable {
            let cause = std::error::Error::source(error).map(|cause| format!(": {cause}"));
            let cause = one_line(&cause.unwrap_or_default());
            out::note(&format!(
                "error: no answer from {server}{cause}; the pack is NOT checked, set it aside and \
                 try again (--server, THERIAC_SERVER)"
            ));
        }
    }
}

fn ask(client: &Client, scan: &str, location: Option<&str>) -> Result<Answer, Failure> {
    if scan.chars().count() > SCAN_CHARS_MAX {
        let error = anyhow::anyhow!("the scan is longer than {SCAN_CHARS_MAX} characters");
        return Err(Failure::usage(error).advise("give what one scan read, one scan a line"));
    }
    let scan = with_separators(scan);
    let mut body = json!({ "scan": scan });
    if let (Some(location), Some(fields)) = (location, body.as_object_mut()) {
        fields.insert("location".into(), json!(location));
    }
    match client.post("/api/v1/verify", &body) {
        Ok(verdict) => Ok(Answer {
            verdict,
            unreachable: None,
        }),
        Err(error @ ClientError::Unreachable { .. }) => Ok(Answer {
            verdict: not_checked(&scan),
            unreachable: Some(error),
        }),
        Err(error @ ClientError::Refused { .. }) => {
            let failure = Failure::from(error);
            Err(failure)
        }
        Err(error) => Err(error.into()),
    }
}

/// Turns the spellings of FNC1 that no element string can contain into the real 0x1D; what else a
/// scanner may put there is the parser's business.
fn with_separators(scan: &str) -> String {
    ["{GS}", "<GS>", "\\x1d", "\\x1D", "\\u001d", "\\u001D"]
        .iter()
        .fold(scan.to_owned(), |scan, spelling| {
            scan.replace(spelling, "\u{1d}")
        })
}

/// The verdict object when no node answered: the same shape, and never green. What the label
/// itself says is filled in.
fn not_checked(scan: &str) -> Value {
    let verdict = rules::verdict::not_checked();
    let mut verdict = serde_json::to_value(verdict).unwrap_or_else(|_| json!({}));
    let label = gs1::scan::parse(scan).ok();
    let known = label.map_or_else(Vec::new, |label| {
        vec![
            ("id", label.sgtin().map(|sgtin| sgtin.to_string())),
            ("gtin", label.gtin.map(|gtin| gtin.to_string())),
            ("serial", label.serial.map(|serial| serial.to_string())),
            ("lot", label.lot.map(|lot| lot.to_string())),
        ]
    });
    let Some(fields) = verdict.as_object_mut() else {
        return verdict;
    };
    fields.insert("took_ms".into(), json!(0));
    let pack = fields.entry("pack").or_insert_with(|| json!({}));
    if !pack.is_object() {
        *pack = json!({});
    }
    for (field, value) in known {
        if let (Some(pack), Some(value)) = (pack.as_object_mut(), value) {
            pack.insert(field.to_owned(), Value::from(value));
        }
    }
    verdict
}

fn word(verdict: &str) -> (&'static str, Colour) {
    match verdict {
        "genuine" => ("\u{2713} GENUINE", Colour::Green),
        "seen_here" => ("\u{21bb} ALREADY SCANNED HERE", Colour::Blue),
        "read_again" => ("! READ AGAIN", Colour::Amber),
        "hold" => ("! HOLD", Colour::Amber),
        "do_not_dispense" => ("\u{2717} DO NOT DISPENSE", Colour::Red),
        _ => ("? NOT CHECKED", Colour::Grey),
    }
}

fn summary(verdict: &Value) -> String {
    let (word, colour) = word(&text(verdict, "/verdict"));
    format!(
        "{}  {}  {}",
        painted(word, colour),
        text(verdict, "/code"),
        text(verdict, "/sentence")
    )
}

fn print(verdict: &Value) {
    let (word, colour) = word(&text(verdict, "/verdict"));
    out::line(&format!(
        "{}  [{}]",
        painted(word, colour),
        text(verdict, "/code")
    ));
    out::line(&text(verdict, "/sentence"));
    for step in list(verdict, "/steps") {
        out::line(&format!("  {}", text(step, "")));
    }
    for (label, pointer) in [
        ("pack", "/pack/id"),
        ("product", "/pack/product"),
        ("lot", "/pack/lot"),
        ("expiry", "/pack/expiry"),
        ("status", "/pack/status"),
        ("holder", "/pack/holder"),
    ] {
        let value = verdict
            .pointer(pointer)
            .and_then(|value| value.get("name"))
            .cloned();
        let value = value.map_or_else(|| text(verdict, pointer), |name| text(&name, ""));
        if !value.is_empty() {
            out::line(&format!("{label:<9}{value}"));
        }
    }
    for finding in list(verdict, "/findings") {
        let what = format!("{} {}", text(finding, "/rule"), text(finding, "/sentence"));
        out::line(&format!("{:<9}{what}", "finding"));
    }
    let finality = text(verdict, "/finality/status");
    let finality = if finality.is_empty() {
        finality
    } else {
        format!(", ledger: {finality}")
    };
    out::line(&format!(
        "answered in {} ms{finality}",
        text(verdict, "/took_ms")
    ));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_the_separator_becomes_the_real_one() {
        for spelling in ["{GS}", "<GS>", "\\x1d", "\\x1D", "\\u001d", "\u{1d}"] {
            let scan = with_separators(&format!("0109506000134352211{spelling}10A"));
            assert_eq!(scan, "0109506000134352211\u{1d}10A");
        }
    }

    #[test]
    fn without_an_answer_the_verdict_has_the_whole_shape_and_is_not_green() {
        let verdict = not_checked("0109506000134352211\u{1d}10A");
        assert_eq!(verdict["verdict"], "not_checked");
        for field in [
            "verdict", "code", "sentence", "steps", "pack", "findings", "took_ms",
        ] {
            assert!(!verdict[field].is_null(), "{field} is missing");
        }
        let answer = Answer {
            verdict,
            unreachable: None,
        };
        assert_eq!(answer.exit(), Exit::Unreachable);
    }
}
