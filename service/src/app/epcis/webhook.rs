//! Sending to an address that a client named. It must not become a way into the operator's own
//! network: names are resolved here and only addresses of the public internet are connected to
//! (unless the operator allows others), redirects are not followed, no proxy is asked, and little
//! of an answer is read. The body is signed with the subscription's secret (HMAC-SHA-256, RFC
//! 2104, in hexadecimal) in `GS1-Signature`.
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use ureq::Agent;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};

/// Longest address, characters.
const ADDRESS_CHARS_MAX: usize = 2_000;

/// Where something may be sent.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Address(String);

impl Address {
    /// Reads an address; `private` allows those that are not of the public internet.
    ///
    /// # Errors
    /// In words, for what nothing may be sent to.
    pub fn parse(text: &str, private: bool) -> Result<Self, String> {
        if text.chars().count() > ADDRESS_CHARS_MAX {
            return Err(format!("has more than {ADDRESS_CHARS_MAX} characters"));
        }
        let uri: Uri = text.parse().map_err(|_| "is no address".to_owned())?;
        let scheme = uri.scheme_str().unwrap_or_default();
        let authority = uri
            .authority()
            .map_or("", ureq::http::uri::Authority::as_str);
        if !matches!(scheme, "http" | "https") || authority.is_empty() {
            return Err("is no http or https address".to_owned());
        }
        if authority.contains('@') {
            return Err("has a user in it".to_owned());
        }
        let host = uri.host().unwrap_or_default();
        let literal = host.trim_start_matches('[').trim_end_matches(']');
        let local = literal.eq_ignore_ascii_case("localhost") || literal.ends_with(".localhost");
        let refused = match literal.parse::<IpAddr>() {
            Ok(ip) => !is_public(ip),
            // Numbers in other forms than dotted decimal: nobody needs them but attackers.
            Err(_) => local || literal.bytes().all(|b| b.is_ascii_digit() || b == b'.'),
        };
        if refused && !private {
            return Err("is not an address of the public internet".to_owned());
        }
        Ok(Self(text.to_owned()))
    }
}

/// What became of a sending.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Outcome {
    /// The receiver took it (2xx).
    Taken,
    /// It was too large for the receiver (413).
    TooLarge,
    /// It was not taken.
    Failed(String),
}

/// What is sent.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    /// The body.
    pub body: &'a [u8],
    /// Its media type.
    pub media: &'a str,
    /// Id of the subscription.
    pub subscription: &'a str,
    /// Secret of the signature.
    pub secret: Option<&'a str>,
}

/// Sends.
#[derive(Clone, Debug)]
pub struct Sender {
    agent: Agent,
    private: bool,
}

impl Sender {
    /// `private` allows addresses that are not of the public internet.
    pub fn new(private: bool, timeout: Duration) -> Self {
        Self {
            agent: guarded_agent(private, timeout),
            private,
        }
    }

    /// Sends a message and waits for the answer's head.
    pub fn send(&self, dest: &str, message: Message<'_>) -> Outcome {
        let address = match Address::parse(dest, self.private) {
            Ok(address) => address,
            Err(why) => return Outcome::Failed(format!("the address {why}")),
        };
        let mut request = self
            .agent
            .post(&address.0)
            .header("Content-Type", message.media)
            .header("GS1-EPCIS-Version", "2.0")
            .header("GS1-CBV-Version", "2.0")
            .header("GS1-Subscription-ID", message.subscription);
        if let Some(secret) = message.secret {
            request = request.header("GS1-Signature", signature(secret, message.body));
        }
        match request.send(message.body) {
            Ok(answer) if answer.status().is_success() => Outcome::Taken,
            Ok(answer) if answer.status().as_u16() == 413 => Outcome::TooLarge,
            Ok(answer) => Outcome::Failed(format!("it answered {}", answer.status().as_u16())),
            Err(error) => Outcome::Failed(crate::chain(&error)),
        }
    }
}

/// A client that connects to addresses of the public internet only, unless `private` allows others,
/// follows no redirect and asks no proxy.
pub(crate) fn guarded_agent(private: bool, timeout: Duration) -> Agent {
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(timeout))
        .max_redirects(0)
        .max_idle_connections(0)
        .proxy(None)
        .user_agent(concat!("theriac/", env!("CARGO_PKG_VERSION")))
        .build();
    let resolver = Guard {
        inner: DefaultResolver::default(),
        private,
    };
    Agent::with_parts(config, DefaultConnector::default(), resolver)
}

/// HMAC-SHA-256 of a body, in hexadecimal.
pub fn signature(secret: &str, body: &[u8]) -> String {
    // A key of any length is one.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
        return String::new();
    };
    mac.update(body);
    hex::encode(mac.finalize().into_bytes())
}

/// Resolves names, and leaves out what must not be connected to.
#[derive(Debug)]
struct Guard {
    inner: DefaultResolver,
    private: bool,
}

impl Resolver for Guard {
    fn resolve(
        &self,
        uri: &Uri,
        config: &ureq::config::Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let found = self.inner.resolve(uri, config, timeout)?;
        let mut allowed = self.empty();
        let fits = |address: &&SocketAddr| self.private || is_public(address.ip());
        for address in found.iter().filter(fits) {
            allowed.push(*address);
        }
        if allowed.is_empty() {
            return Err(ureq::Error::HostNotFound);
        }
        Ok(allowed)
    }
}

/// Whether an address is one of the public internet.
fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let special = ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_documentation()
        || ip.is_multicast()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (b == 18 || b == 19));
    !special
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [a, b, .., g, h] = ip.segments();
    let embedded = |high: u16, low: u16| {
        let [one, two] = high.to_be_bytes();
        let [three, four] = low.to_be_bytes();
        is_public_v4(Ipv4Addr::new(one, two, three, four))
    };
    let translated = ip.segments().starts_with(&[0x64, 0xff9b, 0, 0, 0, 0]);
    if let Some(inner) = ip.to_ipv4_mapped() {
        return is_public_v4(inner);
    }
    if translated {
        return embedded(g, h);
    }
    if a == 0x2002 {
        return ip.segments().get(2).is_some_and(|c| embedded(b, *c));
    }
    // Global unicast, without Teredo and documentation.
    (a & 0xe000) == 0x2000 && !(a == 0x2001 && (b == 0 || b == 0x0db8)) && a != 0x3fff
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_the_public_internet_are_sent_to() {
        for good in [
            "https://example.com/x",
            "http://8.8.8.8:80/",
            "https://[2606:4700::1111]/",
        ] {
            assert!(Address::parse(good, false).is_ok(), "{good}");
        }
        for bad in [
            "http://127.0.0.1/",
            "http://localhost:9/",
            "http://a.localhost/",
            "http://[::1]/",
            "http://10.1.2.3/",
            "http://172.16.0.1/",
            "http://192.168.1.1/",
            "http://169.254.169.254/",
            "http://100.64.0.1/",
            "http://0.0.0.0/",
            "http://255.255.255.255/",
            "http://224.0.0.1/",
            "http://198.18.0.1/",
            "http://[fe80::1]/",
            "http://[fc00::1]/",
            "http://[::ffff:10.0.0.1]/",
            "http://[64:ff9b::7f00:1]/",
            "http://[2002:7f00:1::]/",
            "http://2130706433/",
            "http://127.1/",
        ] {
            assert!(Address::parse(bad, false).is_err(), "{bad}");
            assert!(Address::parse(bad, true).is_ok(), "{bad}");
        }
        for never in [
            "ftp://example.com/",
            "example.com",
            "http://u:p@example.com/",
            "",
            "http:///x",
        ] {
            assert!(Address::parse(never, true).is_err(), "{never}");
        }
    }

    #[test]
    fn a_name_that_leads_inside_is_not_connected_to() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let address = format!("http://localhost:{port}/");
        // The address itself is refused earlier; here the name is resolved.
        let closed = Sender::new(false, Duration::from_secs(5));
        let error = closed.agent.get(&address).call().unwrap_err();
        assert!(matches!(error, ureq::Error::HostNotFound), "{error}");
        let open = Sender::new(true, Duration::from_millis(300));
        let error = open.agent.get(&address).call().unwrap_err();
        assert!(matches!(error, ureq::Error::Timeout(_)), "{error}");
    }

    /// RFC 4231, test case 2.
    #[test]
    fn the_signature_is_hmac_sha_256() {
        assert_eq!(
            signature("Jefe", b"what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }
}
