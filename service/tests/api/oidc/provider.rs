//! An identity provider of the tests' own: a real HTTP server on loopback with discovery, keys, an
//! authorization endpoint at which everybody is signed in at once, and a token endpoint that checks
//! client, code and PKCE as a real one does. It signs with RS256 or ES256, and can be told to make
//! a token wrong in one respect.
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::JoinHandle;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{KeyInit as _, Mac as _};
use p256::ecdsa::signature::Signer as _;
use rsa::traits::PublicKeyParts as _;
use serde_json::{Value, json};
use service::World;
use sha2::{Digest as _, Sha256};

pub(crate) const CLIENT: &str = "theriac-node";
pub(crate) const SECRET: &str = "s3cret of the client";

/// How tokens are signed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Alg {
    Rs256,
    Es256,
}

/// In what respect the next tokens are wrong.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Twist {
    Right,
    Audience,
    MoreAudiences,
    AuthorizedParty,
    Issuer,
    Nonce,
    NoNonce,
    Expired,
    Premature,
    NoSubject,
    AlgNone,
    HmacWithPublicKey,
    HmacWithSecret,
    UnknownKid,
    OtherKey,
    ChangedClaims,
    NoToken,
}

/// What is wrong with the provider itself.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Flaw {
    None,
    OtherIssuer,
    BareEndpoint,
    NoCodeFlow,
    PlainPkce,
    OtherAlgorithms,
    NoKeys,
    KeyForEncryption,
    ShortKey,
    RedirectUnknown,
    Failing,
    /// Seconds that its clock is ahead.
    Clock(i64),
}

struct Code {
    challenge: String,
    nonce: String,
    redirect: String,
}

struct State {
    url: String,
    alg: Alg,
    twist: Twist,
    flaw: Flaw,
    kid: String,
    claims: Value,
    codes: BTreeMap<String, Code>,
    given: u32,
    asked: Vec<String>,
    rsa: Option<rsa::RsaPrivateKey>,
    world: World,
}

/// The provider. Dropping it takes it down.
pub(crate) struct Provider {
    state: Arc<Mutex<State>>,
    addr: SocketAddr,
    thread: Option<JoinHandle<()>>,
}

/// Bytes that repeat from a seed, for a key that is no secret.
struct Seeded(blake3::OutputReader);

impl rsa::rand_core::RngCore for Seeded {
    fn next_u32(&mut self) -> u32 {
        let mut bytes = [0; 4];
        self.fill_bytes(&mut bytes);
        u32::from_le_bytes(bytes)
    }

    fn next_u64(&mut self) -> u64 {
        let mut bytes = [0; 8];
        self.fill_bytes(&mut bytes);
        u64::from_le_bytes(bytes)
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        self.0.fill(bytes);
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), rsa::rand_core::Error> {
        self.fill_bytes(bytes);
        Ok(())
    }
}

impl rsa::rand_core::CryptoRng for Seeded {}

impl Provider {
    pub(crate) fn start(alg: Alg, world: &World) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let addr = listener.local_addr().unwrap();
        let rsa = (alg == Alg::Rs256).then(|| {
            let mut seeded = Seeded(blake3::Hasher::new().update(b"RSA").finalize_xof());
            rsa::RsaPrivateKey::new(&mut seeded, 2_048).unwrap()
        });
        let state = State {
            url: format!("http://{addr}"),
            alg,
            twist: Twist::Right,
            flaw: Flaw::None,
            kid: "key-1".to_owned(),
            claims: json!({}),
            codes: BTreeMap::new(),
            given: 0,
            asked: Vec::new(),
            rsa,
            world: world.clone(),
        };
        let mut made = Self {
            state: Arc::new(Mutex::new(state)),
            addr,
            thread: None,
        };
        made.serve(listener);
        made
    }

    fn serve(&mut self, listener: TcpListener) {
        let state = Arc::clone(&self.state);
        self.thread = Some(std::thread::spawn(move || {
            for stream in listener.incoming() {
                if answer(&stream.unwrap(), &state).is_none() {
                    return;
                }
            }
        }));
    }

    /// Nobody answers at its address any more.
    pub(crate) fn down(&mut self) {
        if let Some(thread) = self.thread.take() {
            let mut stream = TcpStream::connect(self.addr).unwrap();
            stream.write_all(b"STOP / HTTP/1.1\r\n\r\n").unwrap();
            thread.join().unwrap();
        }
    }

    pub(crate) fn up(&mut self) {
        let listener = TcpListener::bind(self.addr).unwrap();
        self.serve(listener);
    }

    pub(crate) fn url(&self) -> String {
        self.state().url.clone()
    }

    pub(crate) fn twist(&self, twist: Twist) {
        self.state().twist = twist;
    }

    pub(crate) fn flaw(&self, flaw: Flaw) {
        self.state().flaw = flaw;
    }

    /// From now on it signs with another key.
    pub(crate) fn change_key(&self, kid: &str) {
        kid.clone_into(&mut self.state().kid);
    }

    /// What it says of whoever signs in.
    pub(crate) fn says(&self, claims: Value) {
        self.state().claims = claims;
    }

    /// Paths that were asked for, and forgets them.
    pub(crate) fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.state().asked)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.down();
    }
}

/// Answers one request; none when it is told to stop.
fn answer(mut stream: &TcpStream, state: &Mutex<State>) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    reader.read_line(&mut head).unwrap();
    let (mut length, mut authorization) = (0, String::new());
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        let Some((name, value)) = line.trim().split_once(": ") else {
            break;
        };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse().unwrap(),
            "authorization" => value.clone_into(&mut authorization),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let mut words = head.split(' ');
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    if method == "STOP" {
        return None;
    }
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let mut state = state.lock().unwrap();
    state.asked.push(path.to_owned());
    let form = String::from_utf8(body).unwrap();
    let said = match (method.as_str(), path) {
        ("GET", "/.well-known/openid-configuration") => state.discovery(),
        ("GET", "/jwks") => (200, state.keys(), None),
        ("GET", "/authorize") => state.authorize(&pairs(query)),
        ("POST", "/token") => state.token(&pairs(&form), &authorization),
        _ => (404, json!({}), None),
    };
    let (status, body, location) = said;
    let location = location.map_or(String::new(), |it| format!("Location: {it}\r\n"));
    let date = state.date();
    let body = body.to_string();
    write!(
        stream,
        "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\n{location}\
         Date: {date}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    Some(())
}

type Said = (u16, Value, Option<String>);

/// A form or a query, decoded.
pub(crate) fn pairs(text: &str) -> BTreeMap<String, String> {
    let decode = |text: &str| {
        let mut bytes = Vec::new();
        let mut rest = text.bytes();
        while let Some(byte) = rest.next() {
            bytes.push(match byte {
                b'+' => b' ',
                b'%' => {
                    let digits = [rest.next().unwrap(), rest.next().unwrap()];
                    hex::decode(digits).unwrap()[0]
                }
                other => other,
            });
        }
        String::from_utf8(bytes).unwrap()
    };
    let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
    pairs
        .map(|(name, value)| (decode(name), decode(value)))
        .collect()
}

impl State {
    /// The time as HTTP tells it (RFC 9110, 5.6.7).
    fn date(&self) -> String {
        let ahead_s = if let Flaw::Clock(seconds) = self.flaw {
            seconds
        } else {
            0
        };
        let now = chrono::DateTime::from_timestamp_millis(self.world.now_ms() + ahead_s * 1_000);
        let text = now.unwrap().format("%a, %d %b %Y %H:%M:%S GMT");
        text.to_string()
    }

    fn discovery(&self) -> Said {
        let url = &self.url;
        let mut body = json!({
            "issuer": url,
            "authorization_endpoint": format!("{url}/authorize"),
            "token_endpoint": format!("{url}/token"),
            "end_session_endpoint": format!("{url}/logout"),
            "jwks_uri": format!("{url}/jwks"),
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            // More than anybody should take at its word.
            "id_token_signing_alg_values_supported": ["RS256", "ES256", "HS256", "none"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        });
        match self.flaw {
            Flaw::Failing => return (500, json!({}), None),
            Flaw::OtherIssuer => body["issuer"] = json!(format!("{url}/")),
            Flaw::BareEndpoint => body["token_endpoint"] = json!("http://login.example.com/token"),
            Flaw::NoCodeFlow => body["response_types_supported"] = json!(["id_token"]),
            Flaw::PlainPkce => body["code_challenge_methods_supported"] = json!(["plain"]),
            Flaw::OtherAlgorithms => {
                body["id_token_signing_alg_values_supported"] = json!(["HS256", "none"]);
            }
            _ => {}
        }
        (200, body, None)
    }

    fn jwk(&self) -> Value {
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        if let Some(rsa) = &self.rsa {
            return json!({
                "kty": "RSA", "use": "sig", "kid": self.kid, "alg": "RS256",
                "n": text(&rsa.n().to_bytes_be()), "e": text(&rsa.e().to_bytes_be()),
            });
        }
        let point = self.p256().verifying_key().to_sec1_point(false);
        json!({
            "kty": "EC", "use": "sig", "kid": self.kid, "alg": "ES256", "crv": "P-256",
            "x": text(point.x().unwrap()), "y": text(point.y().unwrap()),
        })
    }

    fn keys(&self) -> Value {
        let mut key = self.jwk();
        match self.flaw {
            Flaw::NoKeys => return json!({ "keys": [] }),
            Flaw::KeyForEncryption => key["use"] = json!("enc"),
            Flaw::ShortKey => {
                key = json!({ "kty": "RSA", "use": "sig", "n": "_".repeat(171), "e": "AQAB" });
            }
            _ => {}
        }
        json!({ "keys": [key] })
    }

    fn p256(&self) -> p256::ecdsa::SigningKey {
        let seed = Sha256::digest(self.kid.as_bytes());
        p256::ecdsa::SigningKey::from_slice(&seed).unwrap()
    }

    fn authorize(&mut self, asked: &BTreeMap<String, String>) -> Said {
        let is = |name: &str, value: &str| asked.get(name).is_some_and(|it| it == value);
        let fits = is("response_type", "code")
            && is("client_id", CLIENT)
            && is("code_challenge_method", "S256")
            && asked["scope"].split(' ').any(|it| it == "openid")
            && asked["code_challenge"].len() == 43
            && asked["state"].len() >= 43
            && asked["nonce"].len() >= 43
            && self.flaw != Flaw::RedirectUnknown;
        if !fits {
            return (400, json!({"error": "invalid_request"}), None);
        }
        self.given += 1;
        let code = format!("code-{}", self.given);
        let redirect = asked["redirect_uri"].clone();
        let back = format!(
            "{redirect}?code={code}&state={}&session_state=x&iss={}",
            asked["state"], self.url
        );
        let kept = Code {
            challenge: asked["code_challenge"].clone(),
            nonce: asked["nonce"].clone(),
            redirect,
        };
        self.codes.insert(code, kept);
        (302, json!({}), Some(back))
    }

    fn token(&mut self, form: &BTreeMap<String, String>, authorization: &str) -> Said {
        let refused = |why: &str| (400, json!({ "error": why }), None);
        let secret = SECRET.replace(' ', "+");
        let wanted = format!("Basic {}", STANDARD.encode(format!("{CLIENT}:{secret}")));
        if authorization != wanted {
            return (401, json!({ "error": "invalid_client" }), None);
        }
        let Some(code) = form.get("code").and_then(|it| self.codes.remove(it)) else {
            return refused("invalid_grant");
        };
        let verifier = form.get("code_verifier").cloned().unwrap_or_default();
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
        let fits = form["grant_type"] == "authorization_code"
            && form["redirect_uri"] == code.redirect
            && challenge == code.challenge;
        if !fits {
            return refused("invalid_grant");
        }
        let mut body = json!({ "access_token": "a", "token_type": "Bearer", "expires_in": 60 });
        if self.twist != Twist::NoToken {
            body["id_token"] = json!(self.id_token(&code.nonce));
        }
        (200, body, None)
    }

    fn id_token(&self, nonce: &str) -> String {
        let now = self.world.now_ms() / 1_000;
        let mut claims = json!({
            "iss": self.url, "aud": CLIENT, "sub": "f:42:ada", "nonce": nonce,
            "iat": now, "exp": now + 300, "azp": CLIENT,
        });
        let more = self.claims.as_object().unwrap().clone();
        claims.as_object_mut().unwrap().extend(more);
        let mut header = json!({ "typ": "JWT", "kid": self.kid, "alg": match self.alg {
            Alg::Rs256 => "RS256",
            Alg::Es256 => "ES256",
        }});
        match self.twist {
            Twist::Audience => claims["aud"] = json!("another-application"),
            Twist::MoreAudiences => claims["aud"] = json!([CLIENT, "another-application"]),
            Twist::AuthorizedParty => claims["azp"] = json!("another-application"),
            Twist::Issuer => claims["iss"] = json!("https://login.evil.example"),
            Twist::Nonce => claims["nonce"] = json!("of another sign-in"),
            Twist::NoNonce => drop(claims.as_object_mut().unwrap().remove("nonce")),
            Twist::Expired => claims["exp"] = json!(now),
            Twist::Premature => claims["iat"] = json!(now + 3_600),
            Twist::NoSubject => claims["sub"] = json!(""),
            Twist::AlgNone => header["alg"] = json!("none"),
            Twist::HmacWithPublicKey | Twist::HmacWithSecret => header["alg"] = json!("HS256"),
            Twist::UnknownKid => header["kid"] = json!("key-of-nobody"),
            Twist::Right | Twist::OtherKey | Twist::ChangedClaims | Twist::NoToken => {}
        }
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(&header), part(&claims));
        let signature = URL_SAFE_NO_PAD.encode(self.sign(&signed));
        if self.twist == Twist::ChangedClaims {
            claims["roles"] = json!(["admins"]);
            return format!("{}.{}.{signature}", part(&header), part(&claims));
        }
        format!("{signed}.{signature}")
    }

    fn sign(&self, text: &str) -> Vec<u8> {
        let hmac = |secret: &[u8]| {
            let mut mac = hmac::Hmac::<Sha256>::new_from_slice(secret).unwrap();
            mac.update(text.as_bytes());
            mac.finalize().into_bytes().to_vec()
        };
        match (self.twist, &self.rsa) {
            (Twist::AlgNone, _) => Vec::new(),
            (Twist::HmacWithPublicKey, _) => hmac(self.jwk().to_string().as_bytes()),
            (Twist::HmacWithSecret, _) => hmac(SECRET.as_bytes()),
            (Twist::OtherKey, _) => {
                let other = p256::ecdsa::SigningKey::from_slice(&[9; 32]).unwrap();
                let signature: p256::ecdsa::Signature = other.sign(text.as_bytes());
                signature.to_bytes().to_vec()
            }
            (_, Some(rsa)) => {
                // DigestInfo of SHA-256 (RFC 8017, 9.2, note 1).
                let mut info = hex::decode("3031300d060960864801650304020105000420").unwrap();
                info.extend(Sha256::digest(text.as_bytes()));
                rsa.sign(rsa::Pkcs1v15Sign::new_unprefixed(), &info)
                    .unwrap()
            }
            (_, None) => {
                let signature: p256::ecdsa::Signature = self.p256().sign(text.as_bytes());
                signature.to_bytes().to_vec()
            }
        }
    }
}
