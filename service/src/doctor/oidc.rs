//! The looks at the sign-in of people: would somebody who wants to in now get in? The settings are
//! read as the node reads them, then the provider is asked what a sign-in would ask it.
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use serde_json::Value;

use super::Look;
use crate::auth::oidc::probe::{Client, Probe, Told};
use crate::auth::oidc::{Settings, SettingsError};
use crate::config::OidcConfig;
use crate::world::World;

/// How far the provider's clock may be from ours before tokens are refused, milliseconds.
const SKEW_MS_MAX: i64 = 60_000;
/// How far it may be before somebody should ask why, milliseconds.
const SKEW_MS_ODD: i64 = 10_000;
/// Least length of an RSA modulus, bytes (NIST SP 800-131A: 2,048 bits).
const RSA_BYTES_MIN: usize = 256;

pub(super) fn looks(config: &OidcConfig, world: &World) -> Vec<Look> {
    let settings = match Settings::check(config) {
        Ok(None) => return Vec::new(),
        Ok(Some(settings)) => settings,
        Err(error) => return vec![unfit(&error)],
    };
    let mut looks = vec![Look::ok(
        "sign-in settings",
        format!("people come back to {}", settings.redirect_uri()),
    )];
    looks.extend(config.client_secret_file.as_deref().map(private));
    let probe = Probe::new(settings);
    let told = match probe.discovery() {
        Ok(told) => told,
        Err(why) => {
            let remedy = "see whether the provider runs, a firewall stands between, or its \
                          certificate is of an authority that oidc.ca_file does not name";
            looks.push(Look::failure("identity provider", why, remedy));
            return looks;
        }
    };
    let provider = identity(&probe, config, &told.0);
    let sound = provider.remedy.is_empty();
    looks.push(provider);
    looks.push(clock(&told, world));
    looks.push(keys(&probe, config, &told.0));
    // The rest asks as a sign-in does, which begins with a document that fits.
    if sound {
        looks.push(redirect(&probe, world));
        looks.push(client(&probe, config, world));
    }
    looks
}

fn unfit(error: &SettingsError) -> Look {
    let remedy = match error {
        SettingsError::File(..) => {
            "let the node's user read the file, or correct its path in [oidc]"
        }
        SettingsError::Unfit(..) => "correct the [oidc] settings; the node does not start so",
    };
    Look::failure("sign-in settings", crate::chain(error), remedy)
}

/// Whoever reads the secret can sign in as the node.
fn private(path: &Path) -> Look {
    const SUBJECT: &str = "privacy of the secret";
    let mode = fs::metadata(path).map_or(0, |it| it.permissions().mode());
    if mode.trailing_zeros() >= 6 {
        return Look::ok(SUBJECT, "for its owner only");
    }
    let seen = format!(
        "others may use {} (mode {:o})",
        path.display(),
        mode & 0o777
    );
    let remedy = format!(
        "chmod go-rwx {}; if others could really get there, have the provider make another",
        path.display()
    );
    Look::failure(SUBJECT, seen, remedy)
}

/// Whether the provider is the one that is configured, and can what a sign-in needs.
fn identity(probe: &Probe, config: &OidcConfig, told: &Value) -> Look {
    const SUBJECT: &str = "identity provider";
    let own = probe.settings().issuer();
    let text = |name: &str| told.get(name).and_then(Value::as_str).unwrap_or_default();
    if text("issuer") != own {
        let seen = format!("it calls itself {:?}, oidc.issuer {own:?}", text("issuer"));
        let remedy = "write oidc.issuer as the provider does, letter by letter, with or without \
                      the slash at its end";
        return Look::failure(SUBJECT, seen, remedy);
    }
    for name in ["authorization_endpoint", "token_endpoint", "jwks_uri"] {
        if !Settings::is_guarded(text(name)) {
            let seen = format!("its {name} is {:?}, and not https", text(name));
            let remedy = "let the provider know the address by which others reach it";
            return Look::failure(SUBJECT, seen, remedy);
        }
    }
    let lacks = |name: &str, one: &str| {
        let list = told.get(name).and_then(Value::as_array);
        list.is_some_and(|list| !list.iter().any(|it| it == one))
    };
    if lacks("response_types_supported", "code") {
        let seen = "it does not know the authorization code flow";
        return Look::failure(SUBJECT, seen, "allow it at the provider");
    }
    if lacks("code_challenge_methods_supported", "S256") {
        let seen = "it does not know PKCE with S256";
        return Look::failure(SUBJECT, seen, "allow it at the provider");
    }
    let wanted = &config.signing_algorithms;
    if wanted
        .iter()
        .all(|one| lacks("id_token_signing_alg_values_supported", one))
    {
        let seen = format!("it signs with none of {}", wanted.join(", "));
        let remedy = "add an algorithm of the provider to oidc.signing_algorithms";
        return Look::failure(SUBJECT, seen, remedy);
    }
    Look::ok(SUBJECT, format!("{own} answers and is what it should be"))
}

/// Tokens tell until when they are good: two clocks must agree.
fn clock((_, date): &Told, world: &World) -> Look {
    const SUBJECT: &str = "clock of the provider";
    let Some(date) = date else {
        return Look::ok(SUBJECT, "it does not tell the time");
    };
    let ahead_ms = date.saturating_sub(world.now_ms());
    let word = if ahead_ms < 0 { "behind" } else { "ahead" };
    let seen = format!("{} s {word}", ahead_ms.abs() / 1_000);
    let remedy = "set both clocks by NTP; `timedatectl` shows whether this one is";
    match ahead_ms.abs() {
        0..SKEW_MS_ODD => Look::ok(SUBJECT, seen),
        SKEW_MS_ODD..SKEW_MS_MAX => Look::warning(SUBJECT, seen, remedy),
        _ => Look::failure(SUBJECT, seen, remedy),
    }
}

/// Whether the provider shows a key with which it may sign here.
fn keys(probe: &Probe, config: &OidcConfig, told: &Value) -> Look {
    const SUBJECT: &str = "keys of the provider";
    let uri = told.get("jwks_uri").and_then(Value::as_str);
    let keys = match probe.json(uri.unwrap_or_default()) {
        Ok((keys, _)) => keys,
        Err(why) => {
            let remedy = "see why the provider does not show its keys: nobody can sign in";
            return Look::failure(SUBJECT, why, remedy);
        }
    };
    let all = keys.get("keys").and_then(Value::as_array);
    let all = all.map_or(&[][..], Vec::as_slice);
    let fit = |key: &&Value| {
        let algorithms = config.signing_algorithms.iter();
        algorithms.into_iter().any(|one| is_for(key, one))
    };
    let usable = all.iter().filter(fit).count();
    let wanted = config.signing_algorithms.join(", ");
    if usable == 0 {
        let seen = format!("{} keys, none of them good for {wanted}", all.len());
        let remedy = "let the provider sign with one of these algorithms and a key for signing, \
                      or add its algorithm to oidc.signing_algorithms";
        return Look::failure(SUBJECT, seen, remedy);
    }
    Look::ok(
        SUBJECT,
        format!("{usable} of {} good for {wanted}", all.len()),
    )
}

/// Whether a key (RFC 7517) is one for an algorithm (RFC 7518, 3.1).
fn is_for(key: &Value, algorithm: &str) -> bool {
    let text = |name: &str| key.get(name).and_then(Value::as_str);
    let bytes = |name: &str| text(name).map_or(0, |it| it.len() * 3 / 4);
    let shape = match algorithm.get(..2) {
        Some("RS" | "PS") => text("kty") == Some("RSA") && bytes("n") >= RSA_BYTES_MIN,
        Some("ES") => {
            let curve = if algorithm == "ES256" {
                "P-256"
            } else {
                "P-384"
            };
            text("kty") == Some("EC") && text("crv") == Some(curve)
        }
        _ => text("kty") == Some("OKP") && text("crv") == Some("Ed25519"),
    };
    shape
        && text("use").is_none_or(|it| it == "sig")
        && text("alg").is_none_or(|it| it == algorithm)
}

/// Whether the provider would send people back to this node.
fn redirect(probe: &Probe, world: &World) -> Look {
    const SUBJECT: &str = "redirect address";
    let own = probe.settings().redirect_uri();
    match probe.begin(world) {
        Ok(status) if status < 400 => {
            Look::ok(SUBJECT, format!("the provider does not refuse {own}"))
        }
        Ok(status) => {
            let seen = format!("the provider answers {status} to a sign-in that leads to {own}");
            let remedy = format!(
                "register {own} with the client {:?} at the provider, letter by letter, or \
                 correct oidc.redirect_base or oidc.client_id",
                probe.settings().client_id()
            );
            Look::failure(SUBJECT, seen, remedy)
        }
        Err(why) => {
            let remedy = "see whether the provider's authorization endpoint answers";
            Look::failure(SUBJECT, why, remedy)
        }
    }
}

/// Whether the provider knows the node by its secret.
fn client(probe: &Probe, config: &OidcConfig, world: &World) -> Look {
    const SUBJECT: &str = "client at the provider";
    let id = probe.settings().client_id();
    let how = match config.client_secret_file {
        Some(_) => "with its secret",
        None => "without a secret",
    };
    match probe.client(world) {
        Ok(Client::Known) => Look::ok(SUBJECT, format!("{id:?} is known, {how}")),
        Ok(Client::Unknown) => {
            let seen = format!("{id:?} is not known there, {how}");
            let remedy = "compare oidc.client_id and the file of oidc.client_secret_file with \
                          what the provider shows; secrets end, and a copy may have a line more";
            Look::failure(SUBJECT, seen, remedy)
        }
        Ok(Client::Unclear(said)) => {
            let seen = format!("the provider says {said}");
            let remedy = "see the provider's log of this moment; sign-in may work all the same";
            Look::warning(SUBJECT, seen, remedy)
        }
        Err(why) => {
            let remedy = "see whether the provider's token endpoint answers";
            Look::failure(SUBJECT, why, remedy)
        }
    }
}
