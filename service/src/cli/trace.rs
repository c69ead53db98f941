//! `theriac trace`: where a pack, a shipment or a lot has been and is now.

use anyhow::anyhow;
use clap::Args;
use gs1::Epc;
use serde_json::Value;
use service::client::segment;

use super::connect::Connection;
use super::exit::{Exit, Failure};
use super::out::{self, Format, list, text};

const EXAMPLES: &str = "\
Examples:
  theriac trace https://id.gs1.org/01/09506000134352/21/K7M2
  theriac trace '(01)09506000134352(21)K7M2'
  theriac trace urn:epc:id:sscc:9506000.1000000001
  theriac trace https://id.gs1.org/01/09506000134352/10/LB2611A --format json";

/// Show the history of a pack, a shipment (SSCC) or a lot
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Trace {
    /// Any form of the identifier: Digital Link, EPC URN, element string
    #[arg(value_name = "ID", allow_hyphen_values = true)]
    id: String,
    #[command(flatten)]
    connection: Connection,
}

pub(crate) fn run(command: &Trace, format: Format) -> Result<Exit, Failure> {
    let epc = identify(&command.id)?;
    let client = command.connection.client()?;
    let id = segment(&epc.canonical());
    let (path, show): (String, fn(&Value)) = match &epc {
        Epc::Sgtin(_) => (format!("/api/v1/packs/{id}/history"), pack),
        Epc::Sscc(_) => (format!("/api/v1/shipments/{id}"), shipment),
        Epc::Lgtin { gtin, lot } => (
            format!("/api/v1/lots/{}/{}", gtin.as_str(), segment(lot.as_str())),
            self::lot,
        ),
        _ => {
            let error = anyhow!("'{}' is neither a pack, a shipment nor a lot", command.id);
            return Err(Failure::usage(error).advise("give a serialised GTIN, an SSCC or a lot"));
        }
    };
    let answer = client.get(&path)?;
    match format {
        Format::Json => out::json(&answer),
        Format::Text => show(&answer),
    }
    Ok(Exit::Ok)
}

/// What the text identifies: an identifier of any form, or what a scanner read.
pub(crate) fn identify(id: &str) -> Result<Epc, Failure> {
    let scanned = gs1::scan::parse(id).ok().and_then(|scan| {
        let lot = scan.gtin.clone().zip(scan.lot.clone());
        scan.epc()
            .filter(|epc| matches!(epc, Epc::Sgtin(_) | Epc::Sscc(_)))
            .or_else(|| lot.map(|(gtin, lot)| Epc::Lgtin { gtin, lot }))
    });
    match scanned {
        Some(epc) => Ok(epc),
        None => Epc::parse(id).map_err(|error| {
            let error = anyhow::Error::from(error).context(format!("'{id}' is no identifier"));
            Failure::usage(error).advise("give a Digital Link, an EPC URN or an element string")
        }),
    }
}

fn pack(answer: &Value) {
    out::line(&format!("pack      {}", text(answer, "/pack/id")));
    facts(
        answer,
        &[
            ("product", "/pack/product"),
            ("lot", "/pack/lot"),
            ("expiry", "/pack/expiry"),
            ("status", "/pack/status"),
            ("holder", "/pack/holder/name"),
            ("cold", "/cold_chain/status"),
        ],
    );
    for event in list(answer, "/events") {
        let what = text(event, "/sentence");
        let what = if what.is_empty() {
            text(event, "/biz_step")
        } else {
            what
        };
        out::line(&format!("{}  {what}", text(event, "/time")));
    }
    findings(answer);
}

fn shipment(answer: &Value) {
    out::line(&format!("shipment  {}", text(answer, "/id")));
    facts(
        answer,
        &[("packs", "/packs"), ("cold", "/cold_chain/status")],
    );
    for leg in list(answer, "/legs") {
        let (from, to) = (party(leg, "/from"), party(leg, "/to"));
        let times = (text(leg, "/shipped_at"), text(leg, "/received_at"));
        out::line(&format!(
            "leg       {from} -> {to}  {} .. {}",
            times.0, times.1
        ));
    }
    for inside in list(answer, "/contents") {
        out::line(&format!("contains  {}", text(inside, "/id")));
    }
}

fn lot(answer: &Value) {
    out::line(&format!(
        "lot       {} of {}",
        text(answer, "/lot"),
        text(answer, "/gtin")
    ));
    facts(
        answer,
        &[
            ("product", "/product"),
            ("expiry", "/expiry"),
            ("made", "/made"),
            ("located", "/located"),
            ("terminal", "/terminal"),
            ("unknown", "/unknown"),
            ("recalled", "/recalled/reason"),
        ],
    );
    for holder in list(answer, "/holders") {
        let name = text(holder, "/name");
        let name = if name.is_empty() {
            party(holder, "/party")
        } else {
            name
        };
        out::line(&format!("holder    {name}: {}", text(holder, "/count")));
    }
    findings(answer);
}

fn facts(answer: &Value, wanted: &[(&str, &str)]) {
    for (label, pointer) in wanted {
        let value = text(answer, pointer);
        if !value.is_empty() {
            out::line(&format!("{label:<10}{value}"));
        }
    }
}

fn findings(answer: &Value) {
    for finding in list(answer, "/findings") {
        let what = format!("{} {}", text(finding, "/rule"), text(finding, "/sentence"));
        out::line(&format!("finding   {what}"));
    }
}

/// A party or place that is given as an object with a name, or as text.
fn party(answer: &Value, pointer: &str) -> String {
    let name = text(answer, &format!("{pointer}/name"));
    if name.is_empty() {
        text(answer, pointer)
    } else {
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_form_of_an_identifier_leads_to_the_same_thing() {
        let wanted = "https://id.gs1.org/01/09506000134352/21/K7M2";
        for id in [
            wanted,
            "https://example.com/01/09506000134352/21/K7M2",
            "(01)09506000134352(21)K7M2",
            "010950600013435221K7M2",
            "urn:epc:id:sgtin:9506000.013435.K7M2",
        ] {
            assert_eq!(identify(id).unwrap().canonical(), wanted, "{id}");
        }
        let lot = identify("https://id.gs1.org/01/09506000134352/10/A1").unwrap();
        assert!(matches!(lot, Epc::Lgtin { .. }), "{lot:?}");
        assert!(identify("").is_err());
    }
}
