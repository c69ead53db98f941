//! `theriac grants`: gives others sight of what one sees, lists what was given, takes it back.

use clap::{Args, Subcommand};
use serde_json::{Value, json};
use service::auth::Role;
use service::client::segment;

use super::connect::Connection;
use super::exit::{Exit, Failure};
use super::out::{self, Format, list, text};

const EXAMPLES: &str = "\
Examples:
  theriac grants create --to 9506000100043 --all --purpose 'inspection 2026-17'
  theriac grants create --to 9506000100029 --lot 09506000134352/LB2611A --purpose complaint \\
      --until 2027-06-30T00:00:00Z
  theriac grants create --to-role auditor --pack '(01)09506000134352(21)K7M2' --purpose audit
  theriac grants list
  theriac grants revoke 1f2e..3d --reason 'inspection is over'";

/// Give others sight of what one sees, list it, take it back
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Grants {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Give sight: to read, and nothing else
    Create(Create),
    /// List what one gave and was given
    List(List),
    /// Take a grant back from now on
    Revoke(Revoke),
}

#[derive(Args, Debug)]
struct Create {
    #[command(flatten)]
    to: To,
    #[command(flatten)]
    of: Of,
    /// What for; no personal data
    #[arg(long, value_name = "TEXT")]
    purpose: String,
    /// From when on, RFC 3339; from now on without
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// When it is over, RFC 3339; never without
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    #[command(flatten)]
    connection: Connection,
}

#[derive(Args, Debug)]
#[group(required = true, multiple = false)]
struct To {
    /// GLN of the party it is given to
    #[arg(long, value_name = "GLN")]
    to: Option<String>,
    /// Or the role of all it is given to: regulator or auditor
    #[arg(long, value_name = "ROLE")]
    to_role: Option<Role>,
}

#[derive(Args, Debug)]
#[group(required = true, multiple = false)]
struct Of {
    /// All that one sees
    #[arg(long)]
    all: bool,
    /// A product
    #[arg(long, value_name = "GTIN")]
    product: Option<String>,
    /// A lot
    #[arg(long, value_name = "GTIN/LOT")]
    lot: Option<String>,
    /// A logistic unit, or what goes under a despatch advice
    #[arg(long, value_name = "ID")]
    shipment: Option<String>,
    /// A pack
    #[arg(long, value_name = "ID")]
    pack: Option<String>,
}

impl Of {
    fn json(&self) -> Value {
        if let Some(gtin) = &self.product {
            return json!({ "kind": "product", "gtin": gtin });
        }
        if let Some(both) = &self.lot {
            let (gtin, lot) = both.split_once('/').unwrap_or((both, ""));
            return json!({ "kind": "lot", "gtin": gtin, "lot": lot });
        }
        if let Some(id) = &self.shipment {
            return json!({ "kind": "shipment", "id": id });
        }
        match &self.pack {
            Some(id) => json!({ "kind": "pack", "id": id }),
            None => json!({ "kind": "all" }),
        }
    }
}

#[derive(Args, Debug)]
struct List {
    #[command(flatten)]
    connection: Connection,
}

#[derive(Args, Debug)]
struct Revoke {
    /// Id of the grant, as `grants list` shows it
    #[arg(value_name = "ID")]
    id: String,
    /// Why; no personal data
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    connection: Connection,
}

pub(crate) fn run(command: &Grants, format: Format) -> Result<Exit, Failure> {
    let answer = match &command.command {
        Command::Create(it) => {
            let body = json!({
                "to": { "party": it.to.to, "role": it.to.to_role },
                "of": it.of.json(),
                "purpose": it.purpose,
                "from": it.from,
                "until": it.until,
            });
            it.connection.client()?.post("/api/v1/grants", &body)?
        }
        Command::List(it) => it.connection.client()?.get("/api/v1/grants")?,
        Command::Revoke(it) => {
            let path = format!("/api/v1/grants/{}/revoke", segment(&it.id));
            let body = json!({ "reason": it.reason });
            it.connection.client()?.post(&path, &body)?
        }
    };
    match format {
        Format::Json => out::json(&answer),
        Format::Text if answer.get("grants").is_some() => {
            list(&answer, "/grants").iter().for_each(line);
        }
        Format::Text => line(&answer),
    }
    Ok(Exit::Ok)
}

fn line(grant: &Value) {
    let to = text(grant, "/to/party") + &text(grant, "/to/role");
    let of = ["/of/kind", "/of/gtin", "/of/lot", "/of/id"].map(|field| text(grant, field));
    let of: Vec<String> = of.into_iter().filter(|it| !it.is_empty()).collect();
    let until = text(grant, "/until");
    let until = if until.is_empty() {
        "no end".to_owned()
    } else {
        format!("until {until}")
    };
    out::line(&format!(
        "{}  {:<8} {} -> {to}  {}  {until}  {}",
        text(grant, "/id"),
        text(grant, "/status"),
        text(grant, "/granter"),
        of.join(" "),
        text(grant, "/purpose"),
    ));
}
