//! The service: is it there, does it know the API key, and is this device registered, with the
//! read points that the configuration has.

use serde_json::Value;
use tangle::KeyId;

use super::Look;
use crate::api::{Answer, Api};
use crate::causes;
use crate::config::Config;
use crate::reader::clock;

/// What the service says, and how far its clock is from ours, ms, when it can be told.
pub(super) fn looks(config: &Config, device: Option<KeyId>) -> (Vec<Look>, Option<i64>) {
    const SUBJECT: &str = "service";
    let url = &config.uplink.url;
    let Ok(key) = config.api_key() else {
        return (Vec::new(), None);
    };
    let api = config
        .uplink
        .tls_files()
        .and_then(|tls| Api::new(url, &tls));
    let api = match api {
        Ok(api) => api.with_key(&key),
        Err(error) => {
            let remedy = "correct the files that [uplink] names";
            return (vec![Look::failure(SUBJECT, causes(&error), remedy)], None);
        }
    };
    let before = clock::unix_ms();
    let me = match api.get("/api/v1/me") {
        Ok(me) => me,
        Err(error) => {
            let remedy = "check the address, the network, a firewall, the certificate; meanwhile \
                          the bridge stores";
            return (vec![Look::failure(SUBJECT, causes(&error), remedy)], None);
        }
    };
    let now = clock::unix_ms();
    // The service tells whole seconds.
    let skew = me
        .date_ms
        .map(|date| i64::midpoint(before, now) - (date + 500));
    let mut looks = vec![of_key(url, &me)];
    if me.status == 200
        && let Some(device) = device
    {
        let path = format!("/api/v1/tips?author={device}");
        looks.push(match api.get(&path) {
            Ok(tips) => registration(config, &me, &tips),
            Err(error) => Look::failure("registration", causes(&error), "ask again"),
        });
    }
    (looks, skew)
}

fn of_key(url: &str, me: &Answer) -> Look {
    const SUBJECT: &str = "service";
    let roles = me.body.get("roles").and_then(Value::as_array);
    let roles: Vec<&str> = roles
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    match me.status {
        200 if roles
            .iter()
            .any(|role| ["gateway", "device"].contains(role)) =>
        {
            let version = me.text("version");
            Look::ok(SUBJECT, format!("{url} answers, version {version}"))
        }
        200 => {
            let seen = format!("the API key has the role {}", roles.join(", "));
            let remedy = "it uploads no blocks; get one with `rfid-bridge enrol`";
            Look::failure(SUBJECT, seen, remedy)
        }
        401 => {
            let seen = format!("{url} does not know the API key: {}", me.problem());
            let remedy = "ask for a one-time code, then `rfid-bridge enrol`";
            Look::failure(SUBJECT, seen, remedy)
        }
        429 | 500..=599 => {
            let seen = format!("{url}: {}", me.problem());
            Look::warning(
                SUBJECT,
                seen,
                "the bridge stores meanwhile; look at the service",
            )
        }
        _ => {
            let seen = format!("{url} is no such service: {}", me.problem());
            Look::failure(SUBJECT, seen, "check [uplink] url")
        }
    }
}

/// Whether the device may write, and what its registration says of where it reads.
fn registration(config: &Config, me: &Answer, tips: &Answer) -> Look {
    const SUBJECT: &str = "registration";
    match tips.status {
        200 => {}
        404 => {
            let seen = "the service does not know this device key, or the API key is another's";
            let remedy = "ask for a one-time code, then `rfid-bridge enrol`";
            return Look::failure(SUBJECT, seen, remedy);
        }
        _ => return Look::warning(SUBJECT, tips.problem(), "ask again"),
    }
    let Some(known) = me.body.get("device") else {
        return Look::ok(SUBJECT, "the device is registered");
    };
    let label = known
        .get("label")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let attributes = known.get("attributes").and_then(Value::as_object);
    let points: Vec<&str> = attributes
        .into_iter()
        .flatten()
        .filter(|(name, _)| name.starts_with("read_point"))
        .filter_map(|(_, value)| value.as_str())
        .collect();
    let seen = format!("registered as {label:?}");
    let own = read_points(config);
    let is_among = |own: &&String| points.iter().any(|point| is_same(point, own));
    let mut strange: Vec<&str> = own
        .iter()
        .filter(|own| !is_among(own))
        .map(String::as_str)
        .collect();
    strange.sort_unstable();
    strange.dedup();
    if strange.is_empty() {
        return Look::ok(SUBJECT, format!("{seen}, with its read points"));
    }
    if points.is_empty() {
        return Look::ok(SUBJECT, seen);
    }
    let seen = format!("{seen}, but not for the read point {}", strange.join(", "));
    let remedy = "correct the configuration, or have the registration changed (POST \
                  /api/v1/devices)";
    Look::warning(SUBJECT, seen, remedy)
}

fn read_points(config: &Config) -> Vec<String> {
    let readers = config.reader.iter().map(|it| it.read_point.clone());
    let feeds = config.feed.iter().map(|it| it.read_point.clone());
    let zones = config.zone.iter().map(|it| it.read_point.clone());
    readers.chain(feeds).chain(zones).collect()
}

/// Two spellings of one place are one.
fn is_same(one: &str, other: &str) -> bool {
    let canonical = |text: &str| gs1::Epc::parse(text).map(|epc| epc.canonical());
    match (canonical(one), canonical(other)) {
        (Ok(one), Ok(other)) => one == other,
        _ => one == other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::Health;
    use super::*;

    const POINT: &str = "https://id.gs1.org/414/9521321000018/254/dock-1";

    fn answer(status: u16, body: Value) -> Answer {
        Answer {
            status,
            body,
            date_ms: None,
        }
    }

    #[test]
    fn a_key_is_held_against_its_use() {
        for (status, body, health) in [
            (200, json!({ "roles": ["device"] }), Health::Ok),
            (200, json!({ "roles": ["gateway", "admin"] }), Health::Ok),
            (200, json!({ "roles": ["pharmacy"] }), Health::Failure),
            (401, json!({ "detail": "unknown" }), Health::Failure),
            (503, json!({}), Health::Warning),
            (404, Value::Null, Health::Failure),
        ] {
            let look = of_key("https://x", &answer(status, body.clone()));
            assert_eq!(look.health, health, "{status} {body}");
        }
    }

    #[test]
    fn a_registration_is_held_against_the_read_points() {
        let text = format!(
            "[device]\nkey_file = \"k\"\n[[reader]]\naddress = \"a:1\"\nname = \"dock-1\"\n\
             read_point = \"{POINT}\"\nbiz_step = \"receiving\"\n[uplink]\nurl = \"https://x\"\n\
             api_key_file = \"a\"\n[spool]\npath = \"s\"\n"
        );
        let config = Config::parse(&text).unwrap();
        let device = |attributes: Value| {
            let device = json!({ "label": "dock-1", "attributes": attributes });
            answer(200, json!({ "device": device }))
        };
        let urn = "urn:epc:id:sgln:9521321.00001.dock-1";
        let elsewhere = "https://id.gs1.org/414/9521321000018/254/dock-2";
        for (me, tips, health) in [
            (answer(200, json!({})), 200, Health::Ok),
            (answer(200, json!({})), 404, Health::Failure),
            (answer(200, json!({})), 503, Health::Warning),
            (device(json!({})), 200, Health::Ok),
            (device(json!({ "read_point": POINT })), 200, Health::Ok),
            (device(json!({ "read_point.2": urn })), 200, Health::Ok),
            (
                device(json!({ "read_point": elsewhere })),
                200,
                Health::Warning,
            ),
        ] {
            let look = registration(&config, &me, &answer(tips, Value::Null));
            assert_eq!(look.health, health, "{tips} {}", me.body);
        }
        let reader = |name: &str| {
            format!(
                "[[reader]]\naddress = \"a:1\"\nname = \"{name}\"\nbiz_step = \"receiving\"\n\
                 read_point = \"https://id.gs1.org/414/9521321000018/254/{name}\"\n"
            )
        };
        let more = [reader("dock-3"), reader("dock-4")].concat();
        let config = Config::parse(&format!("{text}{more}")).unwrap();
        let me = device(json!({ "read_point": POINT }));
        let look = registration(&config, &me, &answer(200, Value::Null));
        let is_named = |name: &str| look.seen.contains(name);
        assert!(is_named("dock-3") && is_named("dock-4"), "{}", look.seen);
    }
}
