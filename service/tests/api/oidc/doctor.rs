//! `theriac doctor` on the sign-in of people: each thing that would keep them out is named with
//! what to do about it, and a sound provider passes.
use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use service::Config;
use service::config::OidcConfig;
use service::doctor::{Health, Look, examine};

use super::browser::Desk;
use super::provider::{Alg, Flaw};

/// The looks at the sign-in.
fn looks(desk: &Desk, change: impl FnOnce(&mut OidcConfig)) -> Vec<Look> {
    let mut config = Config::for_testing(desk.lab.dir.path());
    config.oidc = desk.lab.oidc.clone();
    change(&mut config.oidc);
    let of_sign_in = [
        "sign-in settings",
        "privacy of the secret",
        "identity provider",
        "clock of the provider",
        "keys of the provider",
        "redirect address",
        "client at the provider",
    ];
    let mut all = examine(&config, &desk.lab.world, true);
    all.retain(|look| of_sign_in.contains(&look.subject));
    for look in &all {
        assert_eq!(
            look.health == Health::Ok,
            look.remedy.is_empty(),
            "{look:?}"
        );
    }
    all
}

/// Those that are not as they should be.
fn faults(all: &[Look]) -> Vec<(&'static str, Health)> {
    let bad = all.iter().filter(|look| look.health != Health::Ok);
    bad.map(|look| (look.subject, look.health)).collect()
}

fn seen(all: &[Look], subject: &str) -> String {
    let look = all.iter().find(|look| look.subject == subject);
    look.map(|look| format!("{} {}", look.seen, look.remedy))
        .unwrap_or_default()
}

fn desk(alg: Alg) -> Desk {
    let desk = Desk::new(alg);
    let secret = desk.lab.oidc.client_secret_file.clone().unwrap();
    fs::set_permissions(secret, fs::Permissions::from_mode(0o600)).unwrap();
    desk
}

#[test]
fn a_sound_provider_passes_and_none_is_no_fault() {
    for alg in [Alg::Rs256, Alg::Es256] {
        let desk = desk(alg);
        let all = looks(&desk, |_| {});
        assert_eq!(faults(&all), [], "{all:#?}");
        assert_eq!(all.len(), 7, "{all:#?}");
        assert!(seen(&all, "client at the provider").contains("is known, with its secret"));
        assert!(seen(&all, "redirect address").contains("node.example.com/auth/callback"));
        assert!(looks(&desk, |oidc| oidc.issuer = None).is_empty());
        // Nobody was signed in by it.
        assert!(desk.provider.asked().contains(&"/token".to_owned()));
        desk.signed_in();
    }
}

#[test]
fn what_is_wrong_at_the_provider_is_named() {
    use Health::{Failure, Warning};
    let desk = desk(Alg::Es256);
    for (flaw, subject, health, words) in [
        (Flaw::Failing, "identity provider", Failure, "answered 500"),
        (
            Flaw::OtherIssuer,
            "identity provider",
            Failure,
            "letter by letter",
        ),
        (
            Flaw::BareEndpoint,
            "identity provider",
            Failure,
            "token_endpoint",
        ),
        (
            Flaw::NoCodeFlow,
            "identity provider",
            Failure,
            "authorization code flow",
        ),
        (Flaw::PlainPkce, "identity provider", Failure, "S256"),
        (
            Flaw::OtherAlgorithms,
            "identity provider",
            Failure,
            "signs with none of",
        ),
        (Flaw::NoKeys, "keys of the provider", Failure, "0 keys"),
        (
            Flaw::KeyForEncryption,
            "keys of the provider",
            Failure,
            "1 keys, none of them",
        ),
        (
            Flaw::ShortKey,
            "keys of the provider",
            Failure,
            "1 keys, none of them",
        ),
        (
            Flaw::RedirectUnknown,
            "redirect address",
            Failure,
            "register",
        ),
        (
            Flaw::Clock(-3_600),
            "clock of the provider",
            Failure,
            "3600 s behind",
        ),
        (
            Flaw::Clock(30),
            "clock of the provider",
            Warning,
            "30 s ahead",
        ),
    ] {
        desk.provider.flaw(flaw);
        let all = looks(&desk, |_| {});
        assert_eq!(faults(&all), [(subject, health)], "{flaw:?}: {all:#?}");
        let said = seen(&all, subject);
        assert!(said.contains(words), "{flaw:?}: {said}");
    }
    desk.provider.flaw(Flaw::Clock(3));
    assert_eq!(faults(&looks(&desk, |_| {})), []);
}

#[test]
fn what_is_wrong_here_is_named() {
    use Health::Failure;
    let mut desk = desk(Alg::Es256);
    let secret = desk.lab.oidc.client_secret_file.clone().unwrap();
    let all = looks(&desk, |oidc| oidc.redirect_base = None);
    assert_eq!(faults(&all), [("sign-in settings", Failure)], "{all:#?}");
    let all = looks(&desk, |oidc| {
        oidc.client_secret_file = Some("/nonexistent".into());
    });
    assert_eq!(faults(&all), [("sign-in settings", Failure)], "{all:#?}");
    assert!(seen(&all, "sign-in settings").contains("client_secret_file"));
    let all = looks(&desk, |oidc| oidc.client_id = "somebody-else".to_owned());
    let both = [
        ("redirect address", Failure),
        ("client at the provider", Failure),
    ];
    assert_eq!(faults(&all), both, "{all:#?}");

    let good = fs::read_to_string(&secret).unwrap();
    fs::write(&secret, "of last year").unwrap();
    let all = looks(&desk, |_| {});
    assert_eq!(
        faults(&all),
        [("client at the provider", Failure)],
        "{all:#?}"
    );
    let told = format!("{all:?}");
    assert!(!told.contains("of last year"), "no secret is shown: {told}");
    fs::write(&secret, good).unwrap();
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o640)).unwrap();
    let all = looks(&desk, |_| {});
    assert_eq!(
        faults(&all),
        [("privacy of the secret", Failure)],
        "{all:#?}"
    );
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o600)).unwrap();

    desk.provider.down();
    let all = looks(&desk, |_| {});
    assert_eq!(faults(&all), [("identity provider", Failure)], "{all:#?}");
    assert!(seen(&all, "identity provider").contains("firewall"));
}
