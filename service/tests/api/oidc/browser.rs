//! What a browser does of which the sign-in makes use: it keeps cookies, sends those of the node
//! to the node, and goes where it is sent. A node, a provider and a browser make a desk.
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::{Value, json};
use service::auth::Role;
use service::config::{OidcConfig, OidcGrant};

use super::provider::{Alg, CLIENT, Provider, SECRET};
use crate::lab::{Answer, Lab, PHARMACY};

/// Where browsers reach the node; the tests' browser knows the way.
pub(crate) const ORIGIN: &str = "https://node.example.com";
pub(crate) const COOKIE: &str = "__Host-theriac";

/// A node with a provider beside it.
pub(crate) struct Desk {
    pub(crate) lab: Lab,
    pub(crate) provider: Provider,
}

/// A browser.
#[derive(Clone, Debug, Default)]
pub(crate) struct Browser {
    pub(crate) cookies: BTreeMap<String, String>,
    /// Lines of `Set-Cookie` of the last answer.
    pub(crate) set: Vec<String>,
}

impl Desk {
    pub(crate) fn new(alg: Alg) -> Self {
        Self::with(alg, |_| {})
    }

    pub(crate) fn with(alg: Alg, change: impl FnOnce(&mut OidcConfig)) -> Self {
        let mut lab = Lab::new();
        let provider = Provider::start(alg, &lab.world);
        let secret = lab.dir.path().join("oidc.secret");
        std::fs::write(&secret, format!("{SECRET}\n")).unwrap();
        let grant = |value: &str, role: Role, party: Option<&str>| OidcGrant {
            value: value.to_owned(),
            roles: BTreeSet::from([role]),
            party: party.map(str::to_owned),
        };
        lab.oidc = OidcConfig {
            issuer: Some(provider.url()),
            client_id: CLIENT.to_owned(),
            client_secret_file: Some(secret),
            redirect_base: Some(ORIGIN.to_owned()),
            party_claim: Some("gln".to_owned()),
            grants: vec![
                grant("pharmacists", Role::Pharmacy, Some(PHARMACY)),
                grant("admins", Role::Admin, None),
                grant("makers", Role::Manufacturer, None),
            ],
            ..OidcConfig::default()
        };
        change(&mut lab.oidc);
        lab.stop();
        lab.start();
        provider.says(json!({"name": "Ada", "roles": ["pharmacists", "staff"]}));
        Self { lab, provider }
    }

    /// A browser in which Ada has signed in.
    pub(crate) fn signed_in(&self) -> Browser {
        let mut browser = Browser::default();
        let back = browser.go_and_return(self, "/auth/login");
        let done = browser.get(&self.lab, &back);
        assert_eq!(done.status, 303, "{}", String::from_utf8_lossy(&done.body));
        browser
    }

    /// The problem code with which a sign-in ends that is begun and brought back as usual.
    pub(crate) fn refused(&self) -> (u16, String) {
        let mut browser = Browser::default();
        let back = browser.go_and_return(self, "/auth/login");
        let done = browser.get(&self.lab, &back);
        assert!(!browser.cookies.contains_key(COOKIE), "signed in");
        (done.status, code(&done))
    }
}

/// The code of a problem.
pub(crate) fn code(answer: &Answer) -> String {
    answer.json()["code"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

impl Browser {
    /// Begins a sign-in and lets the provider sign the person in; the path to which it sends back.
    pub(crate) fn go_and_return(&mut self, desk: &Desk, login: &str) -> String {
        let begun = self.get(&desk.lab, login);
        assert_eq!(
            begun.status,
            303,
            "{}",
            String::from_utf8_lossy(&begun.body)
        );
        let back = follow(&begun.headers["location"]);
        let at = back.find("/auth/callback").expect("back to the node");
        back[at..].to_owned()
    }

    pub(crate) fn get(&mut self, lab: &Lab, path: &str) -> Answer {
        self.send(lab, ("GET", path), &[], &[])
    }

    /// A request of the node's own page.
    pub(crate) fn post(&mut self, lab: &Lab, path: &str, body: &Value) -> Answer {
        let headers = [("Origin", ORIGIN), ("Sec-Fetch-Site", "same-origin")];
        let json = ("Content-Type", "application/json");
        self.send(
            lab,
            ("POST", path),
            &[headers[0], headers[1], json],
            body.to_string().as_bytes(),
        )
    }

    pub(crate) fn send(
        &mut self,
        lab: &Lab,
        (method, path): (&str, &str),
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Answer {
        let mut request = ureq::http::Request::builder()
            .method(method)
            .uri(lab.url(path));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if !self.cookies.is_empty() {
            let pairs = self
                .cookies
                .iter()
                .map(|(name, value)| format!("{name}={value}"));
            request = request.header("Cookie", pairs.collect::<Vec<_>>().join("; "));
        }
        let mut answer = agent().run(request.body(body.to_vec()).unwrap()).unwrap();
        let lines = answer.headers().get_all("set-cookie").iter();
        self.set = lines.map(|it| it.to_str().unwrap().to_owned()).collect();
        for line in &self.set {
            let (name, rest) = line.split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            if line.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let headers = answer.headers().iter();
        let text = |value: &ureq::http::HeaderValue| value.to_str().unwrap().to_owned();
        Answer {
            status: answer.status().as_u16(),
            headers: headers
                .map(|(name, value)| (name.to_string(), text(value)))
                .collect(),
            body: answer.body_mut().read_to_vec().unwrap(),
        }
    }
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_mins(1)))
        .max_redirects(0)
        .build()
        .into()
}

/// Where the provider sends whoever comes to this address.
fn follow(address: &str) -> String {
    let answer = agent().get(address).call().unwrap();
    assert_eq!(answer.status().as_u16(), 302, "{address}");
    answer.headers()["location"].to_str().unwrap().to_owned()
}
