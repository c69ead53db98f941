//! What the tests share: a node with four parties and a key for each role, documents, requests.
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use gs1::epcis::{Action, Event};
use gs1::{BizStep, Epc};
use serde_json::{Value, json};
use service::auth::{Role, Scope};
use service::client::segment;
use service::config::OidcConfig;
use service::store::NewApiKey;
use service::{Config, NewParty, Server, World};
use tempfile::TempDir;

/// 2026-11-21T08:00:00Z.
pub(crate) const NOW_MS: i64 = 1_795_248_000_000;
pub(crate) const MAKER: &str = "9506000100012";
pub(crate) const WHOLESALER: &str = "9506000100029";
pub(crate) const PHARMACY: &str = "9506000100036";
pub(crate) const REGULATOR: &str = "9506000100043";
pub(crate) const CARRIER: &str = "9506000100050";
pub(crate) const HOSPITAL: &str = "9506000100067";
pub(crate) const AUDITOR: &str = "9506000100074";
pub(crate) const GTIN: &str = "09506000134352";
pub(crate) const SSCC: &str = "https://id.gs1.org/00/395060000000000016";

/// A running node.
pub(crate) struct Lab {
    pub(crate) dir: TempDir,
    pub(crate) world: World,
    pub(crate) keys: BTreeMap<Role, String>,
    /// Whether subscribers may be on this machine.
    pub(crate) private: bool,
    /// Sign-in of people; none at first.
    pub(crate) oidc: OidcConfig,
    server: Option<Server>,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&self.body)))
    }

    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(
            self.status,
            status,
            "{}",
            String::from_utf8_lossy(&self.body)
        );
        self
    }

    /// The events of an `EPCISQueryDocument`.
    pub(crate) fn events(&self) -> Vec<Value> {
        let answer = self.json();
        let list = answer.pointer("/epcisBody/queryResults/resultsBody/eventList");
        list.and_then(Value::as_array)
            .expect("an event list")
            .clone()
    }
}

impl Lab {
    /// A node with a party of each role, their product, and a key for each role.
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let world = World::manual(NOW_MS, 7);
        let made = service::init(dir.path(), "example.com/lab", &world).unwrap();
        let keys = BTreeMap::from([(Role::Admin, made.admin_key)]);
        let mut lab = Self {
            dir,
            world,
            keys,
            private: true,
            oidc: OidcConfig::default(),
            server: None,
        };
        lab.start();
        for (gln, role) in [
            (MAKER, Role::Manufacturer),
            (WHOLESALER, Role::Wholesaler),
            (PHARMACY, Role::Pharmacy),
            (REGULATOR, Role::Regulator),
            (CARRIER, Role::ThirdPartyLogistics),
            (HOSPITAL, Role::Hospital),
            (AUDITOR, Role::Auditor),
        ] {
            let party = NewParty {
                gln: gln.to_owned(),
                name: format!("The {role}"),
                role,
            };
            lab.node().register_party(&party).unwrap();
            lab.key(gln, role);
        }
        lab.key(WHOLESALER, Role::Gateway);
        lab.key(WHOLESALER, Role::Device);
        let product = json!([{"type": "product", "gtin": GTIN, "name": "Insulin 100 IU",
            "mah": MAKER, "storage": "2-8C"}]);
        lab.post(Role::Admin, "/api/v1/master-data", &product)
            .expect(201);
        lab
    }

    fn key(&mut self, gln: &str, role: Role) {
        let scope = Scope {
            device: (role == Role::Device).then(|| device_of(1).key_id().to_string()),
            mandate: None,
        };
        let key = self.made_key(Some(gln), role, scope, None);
        self.keys.insert(role, key);
    }

    /// A further key.
    pub(crate) fn made_key(
        &self,
        party: Option<&str>,
        role: Role,
        scope: Scope,
        expires_ms: Option<i64>,
    ) -> String {
        let new = NewApiKey {
            party: party.map(ToOwned::to_owned),
            roles: BTreeSet::from([role]),
            label: role.to_string(),
            expires_ms,
            scope,
        };
        self.node().create_api_key(new).unwrap().key
    }

    /// Starts the server.
    pub(crate) fn start(&mut self) {
        self.start_with(|_| {});
    }

    /// Starts the server with other settings.
    pub(crate) fn start_with(&mut self, change: impl FnOnce(&mut Config)) {
        let mut config = Config::for_testing(self.dir.path());
        config.subscriptions.allow_private = self.private;
        config.oidc = self.oidc.clone();
        change(&mut config);
        self.server = Some(service::serve(&config, self.world.clone()).unwrap());
    }

    /// Stops it in good order.
    pub(crate) fn stop(&mut self) {
        self.server
            .take()
            .expect("a running server")
            .stop()
            .unwrap();
    }

    /// Ends it as a crash would.
    pub(crate) fn crash(&mut self) {
        self.server.take().expect("a running server").abandon();
    }

    pub(crate) fn node(&self) -> &service::Node {
        &self.server.as_ref().expect("a running server").node
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!(
            "{}{path}",
            self.server.as_ref().expect("a running server").url()
        )
    }

    /// Sends a request as it is given.
    pub(crate) fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Answer {
        let (mut answer, mut rest) = self.begin(method, path, headers, body);
        answer.body = rest.read_to_vec().unwrap();
        answer
    }

    /// As [`Lab::send`], for an answer that does not end: what is read is its head, and the body
    /// of a failure.
    pub(crate) fn send_for_head(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
    ) -> Answer {
        let (mut answer, mut rest) = self.begin(method, path, headers, &[]);
        if answer.status >= 400 {
            answer.body = rest.read_to_vec().unwrap();
        }
        answer
    }

    fn begin(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> (Answer, ureq::Body) {
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_mins(1)))
            .max_redirects(0)
            .build()
            .into();
        let mut request = ureq::http::Request::builder()
            .method(method)
            .uri(self.url(path));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = agent.run(request.body(body.to_vec()).unwrap()).unwrap();
        let header = |(name, value): (&ureq::http::HeaderName, &ureq::http::HeaderValue)| {
            (
                name.to_string(),
                value.to_str().unwrap_or_default().to_owned(),
            )
        };
        let head = Answer {
            status: answer.status().as_u16(),
            headers: answer.headers().iter().map(header).collect(),
            body: Vec::new(),
        };
        (head, answer.into_body())
    }

    pub(crate) fn get(&self, role: Role, path: &str) -> Answer {
        let bearer = format!("Bearer {}", self.keys[&role]);
        self.send("GET", path, &[("Authorization", &bearer)], &[])
    }

    pub(crate) fn post(&self, role: Role, path: &str, body: &Value) -> Answer {
        let bearer = format!("Bearer {}", self.keys[&role]);
        let headers = [
            ("Authorization", bearer.as_str()),
            ("Content-Type", "application/json"),
        ];
        self.send("POST", path, &headers, body.to_string().as_bytes())
    }

    /// A request with further headers.
    pub(crate) fn ask(
        &self,
        role: Role,
        (method, path): (&str, &str),
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Answer {
        let bearer = format!("Bearer {}", self.keys[&role]);
        let mut all = vec![("Authorization", bearer.as_str())];
        all.extend(headers);
        self.send(method, path, &all, body)
    }

    /// Captures events as a role.
    pub(crate) fn capture(&self, role: Role, events: &[Value]) -> Answer {
        self.post(role, "/epcis/capture", &document(events))
    }

    pub(crate) fn verify(&self, role: Role, serial: &str) -> Value {
        let scan = format!("(01){GTIN}(21){serial}");
        // An exercise: the question itself leaves no record.
        let asked = json!({ "scan": scan, "purpose": "training" });
        self.post(role, "/api/v1/verify", &asked).expect(200).json()
    }

    /// Two packs made, put on a pallet, shipped by the maker to the wholesaler and received.
    pub(crate) fn play(&self) {
        let made = commission(&["A1", "A2"], "LOT1", NOW_MS - 86_400_000);
        let packed = pack(&["A1", "A2"], NOW_MS - 80_000_000);
        let shipped = move_to(BizStep::Shipping, MAKER, NOW_MS - 70_000_000);
        self.capture(Role::Manufacturer, &[made, packed, shipped])
            .expect(202);
        let received = move_to(BizStep::Receiving, WHOLESALER, NOW_MS - 60_000_000);
        self.capture(Role::Wholesaler, &[received]).expect(202);
    }
}

/// The party that the key of a role speaks for.
pub(crate) fn gln_of(role: Role) -> Option<&'static str> {
    Some(match role {
        Role::Admin => return None,
        Role::Manufacturer => MAKER,
        Role::Wholesaler | Role::Gateway | Role::Device => WHOLESALER,
        Role::Pharmacy => PHARMACY,
        Role::Regulator => REGULATOR,
        Role::Auditor => AUDITOR,
        Role::ThirdPartyLogistics => CARRIER,
        Role::Hospital => HOSPITAL,
    })
}

/// The signing key of a device; the key of role `device` is for number 1.
pub(crate) fn device_of(number: u8) -> tangle::SigningKey {
    tangle::SigningKey::from_seed([number; 32])
}

pub(crate) fn pack_id(serial: &str) -> String {
    format!("https://id.gs1.org/01/{GTIN}/21/{serial}")
}

/// Path of a resource of a pack.
pub(crate) fn pack_path(serial: &str, what: &str) -> String {
    format!("/api/v1/packs/{}/{what}", segment(&pack_id(serial)))
}

pub(crate) fn document(events: &[Value]) -> Value {
    json!({
        "@context": "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-11-21T08:00:00Z",
        "epcisBody": { "eventList": events }
    })
}

/// An event without its own context, as documents hold it.
fn plain(event: &Event) -> Value {
    let mut json = event.to_json();
    json.as_object_mut().unwrap().remove("@context");
    json
}

pub(crate) fn epc(text: &str) -> Epc {
    Epc::parse(text).unwrap()
}

pub(crate) fn place(gln: &str) -> Epc {
    epc(&format!("https://id.gs1.org/414/{gln}"))
}

fn packs(serials: &[&str]) -> Vec<Epc> {
    serials.iter().map(|serial| epc(&pack_id(serial))).collect()
}

fn event_id(seed: &str) -> String {
    let hash = blake3::hash(seed.as_bytes());
    uuid::Builder::from_custom_bytes(hash.as_bytes()[..16].try_into().unwrap())
        .into_uuid()
        .urn()
        .to_string()
}

pub(crate) fn commission(serials: &[&str], lot: &str, time_ms: i64) -> Value {
    let expiry = chrono::NaiveDate::from_ymd_opt(2028, 1, 31).unwrap();
    let event = Event::object(Action::Add, packs(serials), time_ms, BizStep::Commissioning)
        .with_event_id(&event_id(&format!("{serials:?}{lot}{time_ms}")))
        .with_read_point(&place(MAKER))
        .with_biz_location(&place(MAKER))
        .with_ilmd(&lot.parse().unwrap(), expiry)
        .build()
        .unwrap();
    plain(&event)
}

pub(crate) fn pack(serials: &[&str], time_ms: i64) -> Value {
    let event = Event::aggregation(
        Action::Add,
        &epc(SSCC),
        packs(serials),
        time_ms,
        BizStep::Packing,
    )
    .with_event_id(&event_id(&format!("pack{serials:?}")))
    .with_read_point(&place(MAKER))
    .build()
    .unwrap();
    plain(&event)
}

/// The pallet is shipped or received at a place.
pub(crate) fn move_to(step: BizStep, gln: &str, time_ms: i64) -> Value {
    let id = event_id(&format!("{step}{gln}{time_ms}"));
    let event = Event::object(Action::Observe, [epc(SSCC)], time_ms, step)
        .with_event_id(&id)
        .with_read_point(&place(gln))
        .with_biz_location(&place(gln))
        .with_source(
            "owning_party",
            &epc(&format!("https://id.gs1.org/417/{MAKER}")),
        )
        .with_destination(
            "owning_party",
            &epc(&format!("https://id.gs1.org/417/{WHOLESALER}")),
        )
        .build()
        .unwrap();
    plain(&event)
}
