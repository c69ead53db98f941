//! A node with parties that trade, in this process, with a clock that stands still until a test
//! moves it; asked over HTTP like any other.

use std::collections::BTreeMap;

use gs1::epcis::{Action, Event};
use gs1::{BizStep, Epc};
use serde_json::{Value, json};
use service::auth::Role;
use service::store::NewApiKey;
use service::{Config, NewParty, Server, World};
use tempfile::TempDir;

use crate::http::{Answer, Client, segment};

/// 2026-11-21T08:00:00Z.
pub const NOW_MS: i64 = 1_795_248_000_000;
/// One day.
pub const DAY_MS: i64 = 86_400_000;
/// A product that is kept at 2 to 8 degrees.
pub const COLD: &str = "09506000134352";
/// A product that is kept at room temperature.
pub const WARM: &str = "09506000134369";

/// The parties: name, GLN, role.
pub const PARTIES: [(&str, &str, Role); 6] = [
    ("maker", "9506000100012", Role::Manufacturer),
    ("wholesaler", "9506000100029", Role::Wholesaler),
    ("pharmacy", "9506000100036", Role::Pharmacy),
    ("regulator", "9506000100043", Role::Regulator),
    ("other", "9506000100050", Role::Pharmacy),
    ("third", "9506000100067", Role::Pharmacy),
];

/// A running node with its parties.
#[derive(Debug)]
pub struct Trade {
    /// Its clock.
    pub world: World,
    /// A client for each party, and for `admin`.
    pub clients: BTreeMap<&'static str, Client>,
    /// The API key of each.
    pub keys: BTreeMap<&'static str, String>,
    server: Option<Server>,
    holder: TempDir,
}

impl Drop for Trade {
    fn drop(&mut self) {
        if let Some(server) = self.server.take() {
            drop(server.stop());
        }
    }
}

impl Default for Trade {
    fn default() -> Self {
        Self::new()
    }
}

impl Trade {
    /// A fresh node: the parties, two products, a key each.
    #[must_use]
    pub fn new() -> Self {
        let holder = tempfile::tempdir().expect("a temporary folder");
        let world = World::manual(NOW_MS, 11);
        let made = service::init(holder.path(), "example.com/trade", &world).expect("a node");
        let config = Config::for_testing(holder.path());
        let server = service::serve(&config, world.clone()).expect("a server");
        let base = Client::new(&server.url());
        let mut trade = Self {
            world,
            clients: BTreeMap::from([("admin", base.with_key(&made.admin_key))]),
            keys: BTreeMap::from([("admin", made.admin_key)]),
            server: Some(server),
            holder,
        };
        for (name, gln, role) in PARTIES {
            let party = NewParty {
                gln: gln.to_owned(),
                name: format!("The {name}"),
                role,
            };
            trade.node().register_party(&party).expect("a party");
            let new = NewApiKey {
                party: Some(gln.to_owned()),
                roles: [role].into(),
                label: name.to_owned(),
                expires_ms: None,
                scope: service::auth::Scope::default(),
            };
            let made = trade.node().create_api_key(new).expect("a key");
            trade.clients.insert(name, base.with_key(&made.key));
            trade.keys.insert(name, made.key);
        }
        let maker = gln("maker");
        let masters = json!([
            {"type": "product", "gtin": COLD, "name": "Insulin 100 IU", "mah": maker,
                "storage": "2-8C"},
            {"type": "product", "gtin": WARM, "name": "Metformin 500 mg", "mah": maker,
                "storage": "CRT"},
        ]);
        drop(
            trade
                .post("admin", "/api/v1/master-data", &masters)
                .expect(201),
        );
        trade
    }

    /// The node.
    #[must_use]
    pub fn node(&self) -> &service::Node {
        &self.server.as_ref().expect("a running server").node
    }

    /// The server's address.
    #[must_use]
    pub fn url(&self) -> String {
        self.server.as_ref().expect("a running server").url()
    }

    /// A path beside the node's data.
    #[must_use]
    pub fn beside(&self, name: &str) -> std::path::PathBuf {
        self.holder.path().join(name)
    }

    /// Stops the node in good order and starts it again.
    pub fn restart(&mut self) {
        let stopped = self.server.take().expect("a running server").stop();
        stopped.expect("an orderly stop");
        let config = Config::for_testing(self.holder.path());
        let server = service::serve(&config, self.world.clone()).expect("a server");
        let base = Client::new(&server.url());
        for (name, key) in &self.keys {
            self.clients.insert(name, base.with_key(key));
        }
        self.server = Some(server);
    }

    /// GET as a party.
    #[must_use]
    pub fn get(&self, who: &str, path: &str) -> Answer {
        self.clients[who].get(path)
    }

    /// POST as a party.
    #[must_use]
    pub fn post(&self, who: &str, path: &str, body: &Value) -> Answer {
        self.clients[who].post(path, body)
    }

    /// Captures events as a party.
    pub fn capture(&self, who: &str, events: &[Value]) {
        let document = json!({
            "@context": "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
            "type": "EPCISDocument",
            "schemaVersion": "2.0",
            "creationDate": "2026-11-21T08:00:00Z",
            "epcisBody": { "eventList": events }
        });
        drop(self.post(who, "/epcis/capture", &document).expect(202));
    }

    /// Does something with packs as a party.
    #[must_use]
    pub fn operate(&self, who: &str, operation: &str, scans: &[String]) -> Value {
        let body = json!({ "operation": operation, "scans": scans });
        self.post(who, "/api/v1/operations", &body)
            .expect(200)
            .json()
    }

    /// A lot made, packed into a pallet, shipped to the wholesaler under a despatch advice and
    /// received there.
    pub fn deliver(&self, gtin: &str, serials: &[&str], lot: &str, pallet: &str) {
        let made = commission(gtin, serials, lot, NOW_MS - 9 * DAY_MS);
        let packed = pack(pallet, gtin, serials, NOW_MS - 8 * DAY_MS);
        let paper = paper("maker", lot);
        let sent = moved(
            ("maker", "wholesaler"),
            BizStep::Shipping,
            &[pallet],
            7,
            Some(&paper),
        );
        self.capture("maker", &[made, packed, sent]);
        let came = moved(
            ("maker", "wholesaler"),
            BizStep::Receiving,
            &[pallet],
            6,
            Some(&paper),
        );
        self.capture("wholesaler", &[came]);
    }

    /// Packs go from the wholesaler to a pharmacy, days before now.
    pub fn hand_on(&self, ids: &[String], to: &str, days: i64) {
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        let sent = moved(("wholesaler", to), BizStep::Shipping, &ids, days, None);
        self.capture("wholesaler", &[sent]);
        let mut came = moved(("wholesaler", to), BizStep::Receiving, &ids, days, None);
        came["eventTime"] = json!(time_text(NOW_MS - days * DAY_MS + 3_600_000));
        self.capture(to, &[came]);
    }
}

/// The GLN of a party.
///
/// # Panics
/// When there is no such party.
#[must_use]
pub fn gln(who: &str) -> &'static str {
    let found = PARTIES.iter().find(|(name, ..)| *name == who);
    found.unwrap_or_else(|| panic!("no party {who}")).1
}

/// What a scanner reads of a pack.
#[must_use]
pub fn scan(gtin: &str, serial: &str, lot: &str) -> String {
    format!("(01){gtin}(21){serial}(17)280131(10){lot}")
}

/// A pack's canonical id.
#[must_use]
pub fn id(gtin: &str, serial: &str) -> String {
    format!("https://id.gs1.org/01/{gtin}/21/{serial}")
}

/// A path of a resource with an identifier in it.
#[must_use]
pub fn path(kind: &str, id: &str, what: &str) -> String {
    format!("/api/v1/{kind}/{}{what}", segment(id))
}

/// The id of a despatch advice.
#[must_use]
pub fn paper(who: &str, number: &str) -> String {
    format!("urn:epcglobal:cbv:bt:{}:{number}", gln(who))
}

/// Milliseconds since the Unix epoch as an event's time.
#[must_use]
pub fn time_text(ms: i64) -> String {
    service::app::time_text(ms)
}

fn epc(text: &str) -> Epc {
    Epc::parse(text).expect("an identifier")
}

/// The place of a party.
#[must_use]
pub fn place(who: &str) -> Epc {
    epc(&format!("https://id.gs1.org/414/{}", gln(who)))
}

/// An event as documents hold it, with an id of its content.
fn plain(event: &Event) -> Value {
    let id = event.event_id_or_hash();
    let mut json = event.to_json();
    let fields = json.as_object_mut().expect("an object");
    fields.remove("@context");
    fields.insert("eventID".to_owned(), json!(id));
    json
}

/// Packs of a lot are made by the maker.
#[must_use]
pub fn commission(gtin: &str, serials: &[&str], lot: &str, time_ms: i64) -> Value {
    let packs: Vec<Epc> = serials.iter().map(|it| epc(&id(gtin, it))).collect();
    let expiry = "2028-01-31".parse().expect("a day");
    let event = Event::object(Action::Add, packs, time_ms, BizStep::Commissioning)
        .with_read_point(&place("maker"))
        .with_biz_location(&place("maker"))
        .with_ilmd(&lot.parse().expect("a lot"), expiry)
        .build();
    plain(&event.expect("an event"))
}

/// Packs are put onto a pallet by the maker.
#[must_use]
pub fn pack(pallet: &str, gtin: &str, serials: &[&str], time_ms: i64) -> Value {
    let packs: Vec<Epc> = serials.iter().map(|it| epc(&id(gtin, it))).collect();
    let event = Event::aggregation(Action::Add, &epc(pallet), packs, time_ms, BizStep::Packing)
        .with_read_point(&place("maker"))
        .build();
    plain(&event.expect("an event"))
}

/// Things are shipped or received between two parties, days before now.
#[must_use]
pub fn moved(
    (from, to): (&str, &str),
    step: BizStep,
    ids: &[&str],
    days: i64,
    paper: Option<&str>,
) -> Value {
    let ids: Vec<Epc> = ids.iter().map(|it| epc(it)).collect();
    let here = match step {
        BizStep::Receiving => to,
        _ => from,
    };
    let owner = |who: &str| epc(&format!("https://id.gs1.org/417/{}", gln(who)));
    let time_ms = NOW_MS - days * DAY_MS;
    let mut event = Event::object(Action::Observe, ids, time_ms, step)
        .with_read_point(&place(here))
        .with_biz_location(&place(here))
        .with_source("owning_party", &owner(from))
        .with_destination("owning_party", &owner(to));
    if let Some(paper) = paper {
        event = event.with_biz_transaction(Some("desadv"), paper);
    }
    plain(&event.build().expect("an event"))
}
